"""The tables. Unique constraints carry the promise that doing something twice is harmless.

Quantities and prices are text, because SQLite has no exact decimals and printed digits must survive. Times are UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

PO_KEY_LENGTH = 200
SHORT_SENDER = text("length(sender) < 600")


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC ``datetime``; a naive one is refused, since nobody knows what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SafeText(TypeDecorator[str]):
    """Text that any database takes: mails bring NUL and lone surrogates, PostgreSQL and UTF-8 refuse them."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


class ExactDecimal(TypeDecorator[Decimal]):
    """A ``Decimal`` with exactly the digits it came with."""

    impl = String(64)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        return None if value is None else Decimal(value)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: UtcTime, Decimal: ExactDecimal, str: SafeText}


class MessageRow(Base):
    """One mail by content. ``fence`` grows with every claim; only the holder of the newest may record a result."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)  # begun and not ended by a word of the worker
    failures: Mapped[int] = mapped_column(default=0)  # ended by an outside system that did not answer
    fence: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None]
    subject: Mapped[str | None]
    sender: Mapped[str | None]
    mail: Mapped[str | None]  # MailContext as JSON
    defects: Mapped[str | None]  # JSON list of what was broken in the MIME tree
    result: Mapped[str | None]  # "2 auto, 1 review"

    __table_args__ = (
        Index("ix_messages_state", "state", "id"),
        # an index of PostgreSQL takes no more than 2,700 bytes, and a sender is whatever a stranger wrote
        Index("ix_messages_sender", "sender", sqlite_where=SHORT_SENDER, postgresql_where=SHORT_SENDER),
    )


class LocationRow(Base):
    """Where a message was seen; one message may lie in several places."""

    __tablename__ = "message_locations"

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str]
    folder: Mapped[str]
    uid_validity: Mapped[int] = mapped_column(BigInteger)
    uid: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    seen_at: Mapped[datetime]
    fetched: Mapped[bool] = mapped_column(default=True)  # False: too large, a stand-in was taken
    acknowledged_at: Mapped[datetime | None]

    message: Mapped[MessageRow] = relationship()

    __table_args__ = (UniqueConstraint("account", "folder", "uid_validity", "uid", "name", name="uq_location"),)


class DocumentRow(Base):
    """One file of one message. The bytes lie in the archived original, from which they can be unpacked again."""

    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    error: Mapped[str | None]

    __table_args__ = (UniqueConstraint("message_id", "sha256", name="uq_document"),)


class OrderRow(Base):
    """One order, or a document that is none. ``contract`` and ``decision`` hold what is in force now."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_key: Mapped[str] = mapped_column(String(64), unique=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    document_sha256: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    document_type: Mapped[str] = mapped_column(String(32))
    customer_id: Mapped[str | None]
    po_number: Mapped[str | None]
    po_key: Mapped[str] = mapped_column(String(PO_KEY_LENGTH))  # the number without blanks and punctuation
    revision: Mapped[str | None]
    order_date: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(16))
    contract: Mapped[str]
    decision: Mapped[str]
    created_at: Mapped[datetime]

    lines: Mapped[list[LineRow]] = relationship(order_by="LineRow.position", cascade="all, delete-orphan")
    message: Mapped[MessageRow] = relationship()

    __table_args__ = (Index("ix_orders_customer_po", "customer_id", "po_key"), Index("ix_orders_po", "po_key"))


class LineRow(Base):
    """One line of an order as it is in force now; ``position`` counts from 0."""

    __tablename__ = "order_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    position: Mapped[int]
    line_no: Mapped[str | None]
    item_codes: Mapped[str]  # JSON list of the codes printed on the line
    description: Mapped[str | None]
    quantity: Mapped[Decimal | None]
    unit: Mapped[str | None]
    unit_price: Mapped[Decimal | None]
    line_amount: Mapped[Decimal | None]
    requested_date: Mapped[date | None]
    sku: Mapped[str | None]
    decision: Mapped[str] = mapped_column(String(16))

    __table_args__ = (UniqueConstraint("order_id", "position", name="uq_line"),)


class DecisionRow(Base):
    """Every decision ever made on an order; the highest ``number`` (from 1) is in force."""

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    number: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(16))
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]
    decision: Mapped[str]

    mismatches: Mapped[list[MismatchRow]] = relationship(order_by="MismatchRow.position")

    __table_args__ = (UniqueConstraint("order_id", "number", name="uq_decision"),)


class MismatchRow(Base):
    __tablename__ = "mismatches"

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(64), index=True)
    path: Mapped[str]
    expected: Mapped[str | None]
    actual: Mapped[str | None]
    reason: Mapped[str]

    __table_args__ = (UniqueConstraint("decision_id", "position", name="uq_mismatch"),)


class CaseRow(Base):
    """An order that waits, or waited, for a person. ``version`` is the hash of what is shown.

    From ``customer_id`` to ``due_at`` it repeats what the queue shows and sorts by; ``store.case_facts`` writes it.
    """

    __tablename__ = "review_cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(String(64), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), unique=True)
    status: Mapped[str] = mapped_column(String(16), index=True)
    version: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    customer_id: Mapped[str | None]
    buyer: Mapped[str | None]  # as printed
    total: Mapped[str | None]  # as printed
    currency: Mapped[str | None]
    worth: Mapped[int] = mapped_column(BigInteger, default=0)  # in hundredths of whatever currency, only to sort by
    reasons: Mapped[str] = mapped_column(default="")  # codes, a blank between them
    line_count: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    assigned_to: Mapped[str | None] = mapped_column(String(64))
    locked_by: Mapped[str | None] = mapped_column(String(64))
    locked_until: Mapped[datetime | None]
    postponed_until: Mapped[datetime | None]
    flagged_by: Mapped[str | None] = mapped_column(String(64))
    flagged_for: Mapped[str | None] = mapped_column(String(64))
    flag_note: Mapped[str | None]

    order: Mapped[OrderRow] = relationship()

    __table_args__ = (
        Index("ix_review_cases_due_at", "status", "due_at", "id"),
        Index("ix_review_cases_worth", "status", "worth", "id"),
        Index("ix_review_cases_customer_id", "status", "customer_id", "id"),
    )


class ResolutionRow(Base):
    """What a person decided on a case; kept also when a correction left the case open."""

    __tablename__ = "resolutions"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("review_cases.id"))
    version: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(16))  # the status of the case after it
    reviewer: Mapped[str]
    at: Mapped[datetime]
    reason: Mapped[str]
    corrected: Mapped[str | None]  # the corrected order as JSON
    skus: Mapped[str]  # JSON list
    settled: Mapped[str]  # JSON list of [code, path, how, value]
    reason_code: Mapped[str] = mapped_column(String(32))

    __table_args__ = (UniqueConstraint("case_id", "version", name="uq_resolution"),)


class OutboxRow(Base):
    """Something that must leave exactly once. ``key`` goes along as the idempotency key of the receiver."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None]
    payload: Mapped[str]  # the decision as JSON
    went_to: Mapped[str | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_outbox_state", "state", "id"),)


class AuditRow(Base):
    """Append-only; ``hash`` covers the entry and the hash of the one before it."""

    __tablename__ = "audit_log"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(200), index=True)
    detail: Mapped[str]  # JSON
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class LayoutRow(Base):
    """A reviewer's correction of a layout; the highest ``id`` is the newest."""

    __tablename__ = "layout_corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    columns: Mapped[str]  # JSON list of [label, place, meaning]
    learned_from: Mapped[str]
    at: Mapped[datetime]


class AliasRow(Base):
    """What a customer calls something of ours; one that was undone stays, retired, for its history."""

    __tablename__ = "aliases"

    id: Mapped[int] = mapped_column(primary_key=True)
    alias_id: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    customer_id: Mapped[str]
    ship_to_id: Mapped[str | None]
    key: Mapped[str]
    target: Mapped[str]
    retired_at: Mapped[datetime | None]

    confirmations: Mapped[list[AliasConfirmationRow]] = relationship(order_by="AliasConfirmationRow.id")

    __table_args__ = (Index("ix_aliases_customer", "customer_id"),)


class AliasConfirmationRow(Base):
    """One order confirms an alias once, whoever decides on it and however often; so does one person without an order.

    ``source`` says which of these it was.
    """

    __tablename__ = "alias_confirmations"

    id: Mapped[int] = mapped_column(primary_key=True)
    alias_row: Mapped[int] = mapped_column(ForeignKey("aliases.id"))
    source: Mapped[str] = mapped_column(String(200))
    by: Mapped[str]
    at: Mapped[datetime]
    order_key: Mapped[str | None] = mapped_column(String(64))
    document: Mapped[str | None]

    __table_args__ = (UniqueConstraint("alias_row", "source", name="uq_alias_confirmation"),)


class JudgedValueRow(Base):
    """A value of which somebody said whether it was read right; ``origin`` is "truth", "audit" or "correction"."""

    __tablename__ = "judged_values"

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(String(16))
    document: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(String(100))
    channel: Mapped[str] = mapped_column(String(16))
    field_group: Mapped[str] = mapped_column(String(16))
    confidence: Mapped[float]
    right: Mapped[bool]
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("origin", "document", "path", name="uq_judged_value"),)


class MetaRow(Base):
    """Single values: the head of the audit chain, the ERP snapshot in force."""

    __tablename__ = "meta"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str]
