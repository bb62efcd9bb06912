"""The records that flow through po-intake, in UBL 2.1 Order terms.

All are frozen, hold tuples, ``Decimal``, ``date`` and aware UTC ``datetime``. Absent is ``None``: nothing is guessed.
Boxes are PDF points from the top left of the upright page; confidences run from 0 (none) to 1 (proven).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

# --- mail -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MailKey:
    """Where a message lies on a server.

    In a Maildir ``name`` tells and the numbers are 0; of a plain file ``uid`` is the time of change in nanoseconds.
    """

    account: str
    folder: str
    uid_validity: int = 0
    uid: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file found in a message, as bytes. ``file_name`` is shown to people and never used as a path."""

    file_name: str
    media_type: str  # sniffed from the bytes, not what the mail says
    content: bytes
    declared_type: str = ""
    is_inline: bool = False
    from_part: str = ""  # where it was found: "2.1", "2/order.zip", "winmail.dat"
    is_decoration: bool = False  # a logo, a digital signature, a business card: never a document
    problem: str = ""  # why it could not be unpacked (over a limit, encrypted, torn): a person must open it
    problem_code: str = "unreadable_document"
    doubt: str = ""  # it can be read, but something of it may be missing


@dataclass(frozen=True, slots=True)
class Message:
    """One mail, its parts unpacked (nested mails, ZIP, TNEF). ``sha256`` of the raw bytes is its key."""

    sha256: str
    message_id: str | None
    sender_name: str | None
    sender: str | None  # address of From, lower case
    reply_to: str | None
    recipients: tuple[str, ...]
    subject: str
    date: datetime | None
    text: str  # plain body (from HTML where there is none), then the bodies of forwarded mails
    html: str | None
    attachments: tuple[Attachment, ...]
    authentication_results: tuple[str, ...] = ()  # topmost first
    forwarded_senders: tuple[str, ...] = ()  # From of message/rfc822 parts and of quoted forwards, outermost first
    defects: tuple[str, ...] = ()  # what was broken in the MIME tree and how it was read all the same
    bodies: tuple[Attachment, ...] = ()  # as they are to be read, own first, then those of forwarded mails


@dataclass(frozen=True, slots=True)
class Document:
    """One file to be read. ``sha256`` is its key from here on."""

    sha256: str
    file_name: str
    media_type: str
    content: bytes
    passwords: tuple[str, ...] = ()  # tried in this order on a protected file
    problem: str = ""  # it is known already that it cannot be read, and why
    problem_code: str = "unreadable_document"
    doubt: str = ""  # it can be read, but something of it may be missing: its orders are for a person


# --- pages ------------------------------------------------------------------------------------------------------------


class Source(StrEnum):
    """Where words come from; the contract's ``evidence.source``."""

    PDF_TEXT = "pdf-text"
    OCR = "ocr"
    XLSX = "xlsx"
    CSV = "csv"
    HTML = "html"
    DOCX = "docx"
    TEXT = "text"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Box:
    """``x0 <= x1``, ``top <= bottom``, points from the top left."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def x_mid(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def y_mid(self) -> float:
        return (self.top + self.bottom) / 2

    def union(self, other: Box) -> Box:
        return Box(
            min(self.x0, other.x0), min(self.top, other.top), max(self.x1, other.x1), max(self.bottom, other.bottom)
        )


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without a blank. In sheets and tables ``cell`` is the index into ``Page.cells`` it lies in."""

    text: str
    box: Box
    confidence: float = 1.0
    bold: bool = False
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell the file itself declares (sheet, HTML, DOCX, CSV): row and column from 0; spans at least 1."""

    table: int
    row: int
    column: int
    box: Box
    text: str
    row_span: int = 1
    column_span: int = 1
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """A drawn line; horizontal when ``box.width >= box.height``."""

    box: Box

    @property
    def horizontal(self) -> bool:
        return self.box.width >= self.box.height


@dataclass(frozen=True, slots=True)
class Page:
    """One upright page. ``number`` counts from 1 within the document. ``rotation`` is what was undone to make it upright."""

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    source: Source
    rulings: tuple[Ruling, ...] = ()
    cells: tuple[Cell, ...] = ()
    rotation: int = 0
    doubts: tuple[str, ...] = ()  # "pen mark over line ...", "the text layer looked wrong, the page was recognised anew"


@dataclass(frozen=True, slots=True)
class Pages:
    """A whole document as words with boxes, whatever kind of file it was."""

    document_sha256: str
    file_name: str
    pages: tuple[Page, ...]
    doubts: tuple[str, ...] = ()  # about the document as a whole ("pages 501-2000 were not read: over the limit")


# --- the order --------------------------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something the reading is not sure of. ``path`` as in ``Evidence``; "" is the order as a whole."""

    path: str
    reason: str


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


# --- the ERP ----------------------------------------------------------------------------------------------------------


class ItemStatus(StrEnum):
    ACTIVE = "active"
    DISCONTINUED = "discontinued"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    sku: str
    description: str
    base_uom: str
    barcode: str | None = None
    mpn: str | None = None
    product_group: str | None = None
    status: ItemStatus = ItemStatus.ACTIVE
    superseded_by: str | None = None
    pack_multiple: Decimal | None = None  # base units
    moq: Decimal | None = None  # base units
    list_price: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    customer_id: str
    name: str
    email_domains: tuple[str, ...] = ()
    street: str | None = None
    city_zip: str | None = None
    country: str | None = None
    tax_id: str | None = None
    currency: str | None = None
    credit_hold: bool = False
    price_list_id: str | None = None


@dataclass(frozen=True, slots=True)
class ShipTo:
    ship_to_id: str
    customer_id: str
    name: str
    street: str | None = None
    city_zip: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """One row of ``price_list.csv``; ``row`` is its line in the file (the header is line 1)."""

    sku: str
    min_qty: Decimal  # base units
    price: Decimal  # per base unit, net
    currency: str
    valid_from: date | None
    valid_to: date | None
    price_list_id: str | None = None
    customer_id: str | None = None
    row: int = 0


@dataclass(frozen=True, slots=True)
class UnitConversion:
    """``1 from_uom = factor to_uom``; ``sku`` is None for a row that holds for every item."""

    sku: str | None
    from_uom: str
    to_uom: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class StockLevel:
    sku: str
    warehouse: str
    on_hand: Decimal
    allocated: Decimal
    next_receipt_date: date | None = None
    next_receipt_qty: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OpenOrderLine:
    """One row of ``open_orders.csv``: what the ERP already holds."""

    customer_id: str
    po_number: str
    revision: str | None
    po_date: date | None
    so_number: str | None
    line: str | None
    sku: str
    customer_part_no: str | None
    quantity: Decimal
    uom: str
    price: Decimal | None
    currency: str | None
    requested_date: date | None
    status: str | None


@dataclass(frozen=True, slots=True)
class Company:
    """One of our own identities: never the buyer."""

    name: str
    street: str | None = None
    city_zip: str | None = None
    country: str | None = None
    tax_id: str | None = None
    email: str | None = None


# --- matching ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that might be meant. ``key`` is a sku, customer_id or ship_to_id; ``score`` 0..1; ``reason`` in words."""

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

    ``level`` names the rung that decided ("sku", "cross_reference", "gtin", "mpn", "normalised_code", "superseded",
    "description"...). ``problem`` is the contract's code when ``item`` is None or must not be sold:
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
    net_unit_price: Decimal | None = None  # the document's price per base unit, after price base, unit and line discount
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


# --- decision ---------------------------------------------------------------------------------------------------------


class Verdict(StrEnum):
    AUTO = "auto"
    REVIEW = "review"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One disagreement, in words a reviewer understands. ``path`` is "" (order), "total", "lines[2].unit_price" ..."""

    code: str
    path: str
    expected: str | None
    actual: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class LineDecision:
    decision: Verdict
    exceptions: tuple[str, ...] = ()
    sku: str | None = None
    erp_quantity: Decimal | None = None
    erp_uom: str | None = None
    expected_price: Decimal | None = None  # per erp_uom
    expected_currency: str | None = None
    match_level: str | None = None
    match_reason: str | None = None
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Contract, section 2. ``lines`` runs parallel to ``order.lines``."""

    order: Order
    decision: Verdict
    exceptions: tuple[str, ...] = ()
    customer_id: str | None = None
    ship_to_id: str | None = None
    lines: tuple[LineDecision, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()


# --- review -----------------------------------------------------------------------------------------------------------


class CaseStatus(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """An order that waits for a person. ``version`` is the hash of what is shown: a resolution must carry it."""

    case_id: str
    order_key: str
    version: str
    status: CaseStatus
    opened_at: datetime
    decision: Decision
    file_name: str | None = None
    mail: MailContext | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a person decided. ``order`` is the corrected order; None with action "reject"."""

    case_id: str
    version: str
    action: str  # "approve" | "reject"
    reviewer: str
    at: datetime
    reason: str
    order: Order | None = None
    skus: tuple[str | None, ...] = field(default=())  # chosen per line; None keeps the match
