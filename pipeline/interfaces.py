"""The protocols between the parts. A new part is one class behind one of these and one line in ``flows/wiring.py``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol

from pipeline.model import (
    CatalogueItem,
    Company,
    Customer,
    Decision,
    Document,
    EarlierOrder,
    KnownAlias,
    LayoutCorrection,
    MailContext,
    MailKey,
    MatchedOrder,
    Mismatch,
    OpenOrderLine,
    Order,
    Pages,
    Price,
    ReadingContext,
    ShipTo,
    StockLevel,
    UnitConversion,
)


class MailSource(Protocol):
    """A mailbox. Listing must not change it; \\Seen is never used as state.

    All but ``close`` raise ``ConfigError`` as well, where the operator must act: a wrong password, a missing folder.
    """

    def list(self) -> Iterator[tuple[MailKey, int]]:
        """Yields every message's key and its size in bytes. Raises ``SourceError``."""

    def fetch(self, key: MailKey) -> bytes | None:
        """The whole raw message; None when it is gone meanwhile. Raises ``SourceError``."""

    def acknowledge(self, key: MailKey) -> None:
        """Called last, when the message is safe: keep, flag or move as configured. Harmless when repeated."""

    def close(self) -> None:
        """Lets go of what is held open. Harmless when repeated; a source that is used again opens it anew."""


class Reader(Protocol):
    """Turns one kind of file into words with boxes."""

    def claims(self, document: Document) -> bool:
        """Whether this reader reads that media type. Two readers that claim one document are an error."""

    def read(self, document: Document) -> Pages:
        """Raises ``DocumentError`` (unreadable, encrypted, over a limit)."""


class Extractor(Protocol):
    """Turns words with boxes into orders."""

    def extract(self, pages: Pages, context: ReadingContext) -> tuple[Order, ...]:
        """In document order, at least one. What is no order gives one ``Order`` with its type and no lines."""


class Erp(Protocol):
    """A snapshot of the ERP exports, indexed for look-up. Codes are looked up exactly as exported."""

    version: str  # content hash of the exports
    items_version: str  # content hash of the items alone
    absent: frozenset[str]  # optional exports that are missing: "ship_to", "uom", "customer_items", "stock", ...

    def items(self) -> Sequence[CatalogueItem]: ...
    def item(self, sku: str) -> CatalogueItem | None: ...
    def items_by_barcode(self, barcode: str) -> Sequence[CatalogueItem]: ...
    def items_by_mpn(self, mpn: str) -> Sequence[CatalogueItem]: ...
    def customers(self) -> Sequence[Customer]: ...
    def customer(self, customer_id: str) -> Customer | None: ...
    def ship_tos(self, customer_id: str) -> Sequence[ShipTo]: ...
    def prices(self, sku: str, customer: Customer) -> Sequence[Price]:
        """All rows for this item that are the customer's own or of its price list, whatever their dates."""

    def conversions(self, sku: str) -> Sequence[UnitConversion]:
        """Rows of this item first, then rows that hold for every item."""

    def cross_references(self, customer_id: str, part_no: str) -> Sequence[str]:
        """SKUs the customer's part number stands for."""

    def customer_part_numbers(self, customer_id: str) -> Sequence[tuple[str, str]]:
        """(customer_part_no, sku) of this customer."""

    def stock(self, sku: str) -> Sequence[StockLevel] | None:
        """None when there is no stock export; empty when the item has no row."""

    def open_orders(self, customer_id: str) -> Sequence[OpenOrderLine]: ...
    def companies(self) -> Sequence[Company]: ...


class OrderHistory(Protocol):
    """What we took in before: for duplicates and revisions."""

    def earlier(self, customer_id: str | None, po_number: str | None) -> Sequence[EarlierOrder]:
        """Our own earlier orders of this customer (of any, when None), newest last; by PO number when given."""

    def customers_of(self, sender: str) -> frozenset[str]:
        """Whose orders came by mail from this very address and were entered in the ERP."""

    def remember(self, decision: Decision, document_sha256: str, order_key: str) -> None: ...


class Matcher(Protocol):
    def match(
        self, order: Order, erp: Erp, mail: MailContext | None, history: OrderHistory, as_of: date
    ) -> MatchedOrder: ...


class Rule(Protocol):
    """Judges one thing about a matched order. ``codes`` are the contract's exception codes it may give."""

    @property
    def codes(self) -> tuple[str, ...]: ...

    @property
    def settings(self) -> tuple[str, ...]:
        """The policy keys it reads, dotted: ``explain`` shows them."""

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]: ...


class Sink(Protocol):
    """Where approved orders go. ``key`` is the idempotency key: the same key twice leaves one result."""

    def deliver(self, key: str, decision: Decision) -> str:
        """Returns where it went (file name, ERP number). Raises ``SourceError``."""


class LayoutMemory(Protocol):
    """What reviewers taught us about layouts. A correction is a candidate: it counts where the sums prove it."""

    def layout_corrections(self) -> tuple[LayoutCorrection, ...]:
        """Oldest first."""

    def remember_layout(self, correction: LayoutCorrection, actor: str) -> None:
        """Takes the place of an earlier correction of the same layout."""

    def forget_layout(self, fingerprint: str, actor: str) -> LayoutCorrection:
        """A unique beginning of the fingerprint is enough. Raises ``UsageError`` when none or several begin so."""


class AliasMemory(Protocol):
    """What people taught about the words of customers: their numbers for items, their units, their addresses."""

    def aliases(self, customer_id: str | None) -> tuple[KnownAlias, ...]:
        """Those in force, oldest first; of every customer when None."""

    def letterheads(self, key: str) -> tuple[KnownAlias, ...]:
        """Those in force of whatever customer that are about this letterhead."""
