"""Orders as they were decided: what replay and explanations go through again. Nothing is written here."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pipeline.codec import decision_from_json
from pipeline.errors import UsageError
from store.engine import Database
from store.records import OrderState, RecordedOrder
from store.results import mail_from_text, po_key
from store.tables import DecisionRow, OrderRow

_BATCH = 200  # orders held in memory at a time


def orders(db: Database) -> Iterator[RecordedOrder]:
    """All of them, in the order in which they were recorded."""
    last = 0
    while True:
        query = select(OrderRow).options(joinedload(OrderRow.message)).where(OrderRow.id > last)
        with db.reading() as session:
            rows = session.scalars(query.order_by(OrderRow.id).limit(_BATCH)).all()
            found = [_recorded(session, row) for row in rows]
        if not found:
            return
        last = rows[-1].id
        yield from found


def order(db: Database, name: str) -> RecordedOrder:
    """By the beginning of its key (a case id is one), or by its PO number: then the newest. Raises ``UsageError``."""
    with db.reading() as session:
        return _recorded(session, find(session, name))


def find(session: Session, name: str) -> OrderRow:
    """As ``order``."""
    by_key = select(OrderRow).where(OrderRow.order_key.startswith(name, autoescape=True))
    by_number = select(OrderRow).where(OrderRow.po_key == po_key(name))
    rows = session.scalars(by_key.limit(2)).all() if name else []
    if len(rows) > 1:
        raise UsageError(f"several orders begin with {name!r}; give more of the key")
    row = rows[0] if rows else session.scalars(by_number.order_by(OrderRow.id.desc()).limit(1)).first()
    if row is None or not name:
        raise UsageError(f"no order with the key or PO number {name!r}; `po-intake queue list` shows what waits")
    return row


def _recorded(session: Session, row: OrderRow) -> RecordedOrder:
    query = select(DecisionRow.decision).where(DecisionRow.order_id == row.id).order_by(DecisionRow.number).limit(1)
    first = session.scalars(query).first() or row.decision
    decided = decision_from_json(json.loads(first))
    return RecordedOrder(
        order_key=row.order_key,
        document_sha256=row.document_sha256,
        state=OrderState(row.state),
        received_at=row.message.received_at,
        mail=mail_from_text(row.message.mail),
        first=decided,
        in_force=decided if first == row.decision else decision_from_json(json.loads(row.decision)),
    )
