"""The tables that reports count: small rows of whole numbers, so that a year is counted by the database alone.

Times are seconds since 1970 UTC, money is in ten-thousandths, confidences in ten-thousandths: sums of whole numbers are
the same in every database and in every order. ``store.facts`` fills them from what was decided; they may be emptied at
any time and come back the same, but for what people said (``review_events``, ``audits``).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables import AuditRow, Base, LocationRow, MessageRow, OrderRow, OutboxRow


class FactRow(Base):
    """One order: what the machine made of it first, and what became of it (``settled`` is None while it is open)."""

    __tablename__ = "order_facts"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    received_s: Mapped[int] = mapped_column(BigInteger)
    decided_s: Mapped[int] = mapped_column(BigInteger)
    mailbox: Mapped[str] = mapped_column(String(200))
    verdict: Mapped[str] = mapped_column(String(16))  # of the first decision
    channel: Mapped[str] = mapped_column(String(16))
    layout: Mapped[str] = mapped_column(String(200))
    customer_id: Mapped[str] = mapped_column(String(200))  # "" while unknown
    currency: Mapped[str] = mapped_column(String(8))  # "" while unknown
    value_e4: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[int]
    lines_held: Mapped[int]
    settled: Mapped[str | None] = mapped_column(String(100))  # status and version of the case when it was closed
    outcome: Mapped[str] = mapped_column(String(16), default="")  # "approved", "rejected"
    closed_s: Mapped[int | None] = mapped_column(BigInteger)
    changed_values: Mapped[int] = mapped_column(default=0)
    changed_lines: Mapped[int] = mapped_column(default=0)
    caught_e4: Mapped[int] = mapped_column(BigInteger, default=0)
    exported_s: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        Index("ix_order_facts_received", "received_s"),
        Index("ix_order_facts_decided", "verdict", "decided_s"),
        Index("ix_order_facts_open", "settled", "verdict"),
        Index("ix_order_facts_unexported", "exported_s"),
    )


class ExceptionFactRow(Base):
    """One code of the first decision on a line, or (``line`` -1) on the order; ``fix`` is what would have spared it."""

    __tablename__ = "exception_facts"

    order_id: Mapped[int] = mapped_column(ForeignKey("order_facts.order_id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    stake_e4: Mapped[int] = mapped_column(BigInteger)
    fix: Mapped[str] = mapped_column(String(200), default="")


class TallyRow(Base):
    """How many values of a field people judged on one order; ``source`` is "review" or "audit".

    ``bin`` is the lower end of the confidence they were shown with, in hundredths; -1 where none was stated. The field
    "line" is a line as a whole, with the least confidence of its values.
    """

    __tablename__ = "field_tallies"

    order_id: Mapped[int] = mapped_column(ForeignKey("order_facts.order_id"), primary_key=True)
    source: Mapped[str] = mapped_column(String(16), primary_key=True)
    field: Mapped[str] = mapped_column(String(32), primary_key=True)
    bin: Mapped[int] = mapped_column(primary_key=True)
    judged: Mapped[int]
    wrong: Mapped[int]
    confidence_e4: Mapped[int] = mapped_column(BigInteger)  # sum over the judged


class ReviewEventRow(Base):
    """How long a person took for one thing at the review page, and with how many keys and clicks."""

    __tablename__ = "review_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    at_s: Mapped[int] = mapped_column(BigInteger, index=True)
    reviewer: Mapped[str] = mapped_column(String(64))
    case_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    path: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(32))
    milliseconds: Mapped[int]
    keys: Mapped[int]
    clicks: Mapped[int]


class AuditItemRow(Base):
    """An untouched order that a person keys again without seeing what the machine read ("sample"), or one with a
    known wrong answer beside it that never leaves ("trap")."""

    __tablename__ = "audits"

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[str] = mapped_column(String(16), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    kind: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str] = mapped_column(String(16))
    customer_id: Mapped[str] = mapped_column(String(200))
    decided_s: Mapped[int] = mapped_column(BigInteger, index=True)
    sampled_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(16), index=True)
    machine: Mapped[str]  # JSON: the values to compare with, by path; of a trap one of them is wrong
    trap_path: Mapped[str] = mapped_column(String(100), default="")
    keyed: Mapped[str | None]  # JSON: what the person keyed
    differing: Mapped[str | None]  # JSON: paths in which the two differ
    keyed_by: Mapped[str | None] = mapped_column(String(64))
    keyed_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(64))
    settled_at: Mapped[datetime | None]
    wrong: Mapped[str | None]  # JSON: paths in which the machine was wrong
    judged_values: Mapped[int] = mapped_column(default=0)
    judged_lines: Mapped[int] = mapped_column(default=0)
    wrong_lines: Mapped[int] = mapped_column(default=0)

    __table_args__ = (UniqueConstraint("order_id", "kind", name="uq_audit"),)


# what the law of conservation and the times ask of the fat tables comes out of these alone
Index("ix_audit_log_action", AuditRow.action, AuditRow.at)
Index("ix_messages_received", MessageRow.received_at, MessageRow.state)
Index("ix_orders_message_state", OrderRow.message_id, OrderRow.state)
Index("ix_outbox_order_state", OutboxRow.order_id, OutboxRow.state)
Index("ix_locations_first", LocationRow.message_id, LocationRow.account)
