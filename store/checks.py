"""Counts, and the law that nothing vanishes: every message and every order is in exactly one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from pipeline.model import CaseStatus
from store.engine import Database
from store.records import Counts, MessageState, OrderState, OutboxState
from store.tables import CaseRow, LocationRow, MessageRow, OrderRow, OutboxRow


def counts(db: Database) -> Counts:
    with db.reading() as session:
        messages = _by(session, MessageRow.state, MessageState)
        orders = _by(session, OrderRow.state, OrderState)
        cases = _by(session, CaseRow.status, CaseStatus)
        outbox = _by(session, OutboxRow.state, OutboxState)
        waiting = select(func.count()).select_from(LocationRow).join(MessageRow)
        waiting = waiting.where(
            LocationRow.fetched, LocationRow.acknowledged_at.is_(None), MessageRow.state == MessageState.DONE
        )
        faults = (*_sums(orders, cases, outbox), *_orphans(session))
        return Counts(messages, orders, cases, outbox, session.scalar(waiting) or 0, faults)


def _by(session: Session, column: InstrumentedAttribute[str], states: type[StrEnum]) -> Mapping[str, int]:
    found = dict.fromkeys((str(state) for state in states), 0)
    for state, n in session.execute(select(column, func.count()).group_by(column)):
        found[state] = n
    return found


def _sums(orders: Mapping[str, int], cases: Mapping[str, int], outbox: Mapping[str, int]) -> Iterator[str]:
    pairs = (
        ("orders in review", orders[OrderState.REVIEW], "open cases", cases[CaseStatus.OPEN]),
        ("approved orders", orders[OrderState.APPROVED], "resolved cases", cases[CaseStatus.RESOLVED]),
        ("rejected orders", orders[OrderState.REJECTED], "rejected cases", cases[CaseStatus.REJECTED]),
        (
            "auto and approved orders",
            orders[OrderState.AUTO] + orders[OrderState.APPROVED],
            "orders in the outbox",
            sum(outbox.values()),
        ),
    )
    for left, n, right, m in pairs:
        if n != m:
            yield f"{n} {left}, but {m} {right}"


def _orphans(session: Session) -> Iterator[str]:
    """Messages that are done without a decision: they would have vanished."""
    decided: ColumnElement[bool] = select(OrderRow.id).where(OrderRow.message_id == MessageRow.id).exists()
    query = select(MessageRow.sha256).where(MessageRow.state == MessageState.DONE, ~decided)
    for sha256 in session.scalars(query):
        yield f"message {sha256[:12]} is done without any decision"
