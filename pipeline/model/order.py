"""What is read from a purchase order, in UBL 2.1 Order terms. Absent is ``None``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from pipeline.model.layout import LayoutCorrection
from pipeline.model.pages import Box, Source


class DocumentType(StrEnum):
    PURCHASE_ORDER = "purchase_order"
    ORDER_CHANGE = "order_change"
    ORDER_CANCELLATION = "order_cancellation"
    QUOTE_REQUEST = "quote_request"
    QUOTATION = "quotation"
    INVOICE = "invoice"
    ORDER_CONFIRMATION = "order_confirmation"
    DELIVERY_NOTE = "delivery_note"
    STATEMENT = "statement"
    OTHER = "other"

    @property
    def is_order(self) -> bool:
        return self in (DocumentType.PURCHASE_ORDER, DocumentType.ORDER_CHANGE, DocumentType.ORDER_CANCELLATION)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where one value of the order JSON was read. ``path`` is the contract's path, e.g. ``lines[0].quantity``."""

    path: str
    page: int
    box: Box
    text: str
    confidence: float
    source: Source
    note: str | None = None  # "currency from the buyer's country: only $ is printed"


# Path of a doubt about the type of a document that holds nothing of an order: void beside one that does.
ALONE = "document_type.alone"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something the reading is not sure of. ``path`` as in ``Evidence``; "" is the order as a whole.

    "picture" is what it was recognised from: sums and contract prices may make up for that.
    """

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Print that became no value: notes, instructions, labels, rows that are no line. ``page`` counts from 1."""

    page: int
    box: Box
    text: str


@dataclass(frozen=True, slots=True)
class Party:
    name: str | None = None
    address: str | None = None
    email: str | None = None
    tax_id: str | None = None


@dataclass(frozen=True, slots=True)
class Discount:
    """As printed: ``Discount(Decimal("5"), percent=True)`` is "5%"."""

    value: Decimal
    percent: bool = False


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One delivery of a line that is delivered in parts."""

    quantity: Decimal | None
    requested_date: date | None


@dataclass(frozen=True, slots=True)
class LineItem:
    """One ordered line, as printed (contract, section 1)."""

    line_no: str | None = None
    buyer_item_id: str | None = None
    seller_item_id: str | None = None
    manufacturer_item_id: str | None = None
    standard_item_id: str | None = None
    description: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    unit_code: str | None = None  # UN/ECE Recommendation 20
    unit_price: Decimal | None = None
    price_base_quantity: Decimal = Decimal(1)
    line_discount: Discount | None = None
    line_amount: Decimal | None = None
    requested_date: date | None = None
    schedule: tuple[ScheduleLine, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """One purchase order as read from one document, or a document that is none (``document_type`` says which)."""

    document_type: DocumentType
    po_number: str | None = None
    order_date: date | None = None
    requested_date: date | None = None
    currency: str | None = None  # ISO 4217
    payment_terms: str | None = None
    incoterms: str | None = None
    buyer: Party = Party()
    seller: Party = Party()
    ship_to: Party = Party()
    bill_to: Party = Party()
    subtotal: Decimal | None = None
    tax: Decimal | None = None
    freight: Decimal | None = None
    discount: Decimal | None = None
    total: Decimal | None = None
    lines: tuple[LineItem, ...] = ()
    revision: str | None = None  # revision mark as printed ("2", "Rev B")
    language: str | None = None  # ISO 639-1
    evidence: tuple[Evidence, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    remarks: tuple[Remark, ...] = ()  # in reading order


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """What may be known before reading. Nothing here is copied into the order; it only helps to tell parties apart."""

    own_names: tuple[str, ...] = ()  # our company names: the seller, never the buyer
    own_addresses: tuple[str, ...] = ()
    own_tax_ids: tuple[str, ...] = ()
    own_emails: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()  # configured languages, first is preferred
    subject: str = ""
    is_mail_body: bool = False  # the text is a mail body, not an attachment
    received: date | None = None  # when the document reached us: tells 11/09 from 09/11 where nothing else does
    layout_corrections: tuple[LayoutCorrection, ...] = ()  # what people taught us; counts only where sums prove it
