"""An order beside all that the ERP says about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pipeline.model.erp import CatalogueItem, Customer, Price, StockLevel
from pipeline.model.order import Order


@dataclass(frozen=True, slots=True)
class Candidate:
    """What might be meant. ``key`` is a sku, customer_id or ship_to_id; ``score`` 0..1; ``reason`` in words."""

    key: str
    label: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class PartyMatch:
    """A customer or ship-to: ``key`` only if exactly one stands; ``reason`` in words either way.

    ``conflicts`` holds evidence that speaks against the match or for another one.
    """

    key: str | None
    reason: str
    candidates: tuple[Candidate, ...] = ()
    conflicts: tuple[str, ...] = ()
    stated: bool = True  # False: the document names none (a ship-to that is not printed)


@dataclass(frozen=True, slots=True)
class ExpectedPrice:
    """The price that holds for this line. ``amount`` is per one ``per_uom`` (the ERP's base unit), net."""

    amount: Decimal
    currency: str
    per_uom: str
    row: Price | None
    explanation: str  # row, break, validity, currency, base in one sentence
    next_break: Decimal | None = None  # base units from which another row holds


@dataclass(frozen=True, slots=True)
class UnitReading:
    """How the printed quantity and unit become ERP base units: ``base_quantity = quantity * factor``."""

    base_quantity: Decimal
    base_uom: str
    factor: Decimal
    explanation: str


@dataclass(frozen=True, slots=True)
class LineMatch:
    """One line against the ERP. ``item`` only if exactly one stands.

    ``level`` names the rung that decided ("sku", "cross_reference", "learned", "gtin", "mpn", "normalised_code",
    "superseded", "description"...). ``problem`` is the contract's code when ``item`` is None or must not be sold:
    ``unknown_item``, ``ambiguous_item`` or ``discontinued_item``; ``unit_problem`` is ``uom_mismatch`` or None.
    """

    item: CatalogueItem | None
    level: str | None
    probability: float
    reason: str
    problem: str | None = None
    candidates: tuple[Candidate, ...] = ()
    unit: UnitReading | None = None
    unit_problem: str | None = None
    unit_reason: str | None = None
    net_unit_price: Decimal | None = (
        None  # the document's price per base unit, after price base, unit and line discount
    )
    price: ExpectedPrice | None = None
    price_problem: str | None = None  # in words, why there is no expected price
    stock: tuple[StockLevel, ...] | None = None  # None: the export has no stock file


@dataclass(frozen=True, slots=True)
class EarlierOrder:
    """An order of this customer that we or the ERP already hold. ``origin`` is "erp" or "intake"."""

    origin: str
    po_number: str
    reference: str | None  # ERP sales order number, or the key of our own record
    revision: str | None
    order_date: date | None
    lines: tuple[EarlierLine, ...]
    document_sha256: str | None = None
    order_key: str | None = None  # key of an order of our own


@dataclass(frozen=True, slots=True)
class EarlierLine:
    sku: str | None
    quantity: Decimal | None  # as ordered, in ``uom``
    uom: str | None
    price: Decimal | None
    requested_date: date | None
    line_no: str | None = None
    status: str | None = None
    item_codes: tuple[str, ...] = ()
    entered: bool = False  # the ERP has it: by itself, or because the order went there


@dataclass(frozen=True, slots=True)
class MailContext:
    """What the rules may know of the mail an order came in."""

    sender: str | None
    reply_to: str | None
    subject: str
    text: str
    forwarded_senders: tuple[str, ...] = ()
    authentication_results: tuple[str, ...] = ()
    received_at: datetime | None = None
    orders: tuple[str, ...] = ()  # numbers of all orders that were read in the mail
    enclosed: tuple[tuple[str, str], ...] = ()  # file name and text of short attachments that are no orders


@dataclass(frozen=True, slots=True)
class MatchedOrder:
    """An order beside all that the ERP says about it: what the rules judge."""

    order: Order
    customer: PartyMatch
    customer_record: Customer | None
    ship_to: PartyMatch
    lines: tuple[LineMatch, ...]
    earlier: tuple[EarlierOrder, ...]
    as_of: date
    mail: MailContext | None = None
    absent_exports: frozenset[str] = frozenset()  # "stock", "ship_to", ...: checks that are switched off
    document_sha256: str | None = None  # of the document this order was read from: the same bytes again are a duplicate
    unlisted: tuple[Candidate, ...] = ()  # items that the document names outside its lines; ``label`` as printed
