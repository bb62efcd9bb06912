"""Messages, decisions and results to put into a store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from pipeline.model import (
    Decision,
    Document,
    DocumentType,
    LineDecision,
    LineItem,
    MailKey,
    Message,
    Mismatch,
    Order,
    Verdict,
)
from pipeline.run import DocumentDecision, MessageReading, MessageResult, Reading, order_key, sha256_of
from store import ClaimedMessage, Store


class Clock:
    """A clock that a test sets; it never goes by itself."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def key_of(n: int) -> MailKey:
    return MailKey("orders", "INBOX", uid_validity=4_000_000_000, uid=n)


def raw(n: int) -> bytes:
    return f"Subject: order {n}\r\n\r\nten pieces".encode()


def decision(verdict: Verdict = Verdict.AUTO, po: str | None = "PO-1", customer: str | None = "C1") -> Decision:
    order = Order(
        DocumentType.PURCHASE_ORDER,
        po_number=po,
        order_date=date(2026, 11, 2),
        currency="EUR",
        lines=(LineItem(line_no="10", seller_item_id="A-1", quantity=Decimal("10.0"), unit="pcs"),),
    )
    codes = () if verdict is Verdict.AUTO else ("wrong_price",)
    line = LineDecision(verdict, codes, sku="A-1", erp_quantity=Decimal("10.0"), erp_uom="PCE")
    mismatches = tuple(Mismatch(c, "lines[0].unit_price", "1.00", "2.00", "the price is wrong") for c in codes)
    return Decision(order, verdict, (), customer, None, (line,), mismatches)


def ignored() -> Decision:
    return Decision(Order(DocumentType.INVOICE), Verdict.IGNORED)


def result(sha256: str, *decisions: Decision) -> MessageResult:
    content = f"document of {sha256}".encode()
    document = Document(sha256_of(content), "order.pdf", "application/pdf", content)
    message = Message(sha256, None, "Ann", "ann@example.com", None, (), "An order", None, "ten pieces", None, ())
    reading = MessageReading(sha256, message, (Reading(document, tuple(d.order for d in decisions)),))
    decided = tuple(
        DocumentDecision(order_key(sha256, document, d.order, i), document, d) for i, d in enumerate(decisions)
    )
    return MessageResult(reading, decided)


def received(store: Store, n: int) -> str:
    """Books message ``n``; its sha256."""
    sha256 = sha256_of(raw(n))
    store.receive(key_of(n), sha256, len(raw(n)))
    return sha256


def claimed(store: Store, owner: str = "w1") -> ClaimedMessage:
    claim = store.claim(owner)
    assert claim is not None
    return claim


def recorded(store: Store, n: int, *decisions: Decision) -> MessageResult:
    """Takes message ``n`` the whole way."""
    sha256 = received(store, n)
    claim = claimed(store)
    assert claim.sha256 == sha256
    done = result(sha256, *decisions)
    store.record_result(claim, done, store.history().mark)
    return done
