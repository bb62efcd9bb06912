"""Our own earlier orders, as the rules look for duplicates and revisions."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from pipeline.history import MemoryHistory
from pipeline.model import Decision, EarlierLine, EarlierOrder
from store.engine import Database
from store.records import OrderState
from store.results import mark, po_key
from store.tables import SHORT_SENDER, LineRow, MessageRow, OrderRow

HELD = (OrderState.AUTO, OrderState.APPROVED, OrderState.REVIEW)
ENTERED = (OrderState.AUTO, OrderState.APPROVED)


class StoreHistory:
    """What the database holds, and what was decided in the message at hand but is not recorded yet.

    Orders that a person rejected do not count: the customer may send them again. For an order that is decided anew
    (``but``), later orders count only when they went to the ERP: a later copy must not stop its own original.
    """

    def __init__(self, db: Database, but: str | None = None) -> None:
        self._db = db
        self._but = but
        self._pending = MemoryHistory()
        with db.reading() as session:
            self.mark = mark(session)
            own = select(OrderRow.id).where(OrderRow.order_key == but)
            self._own_id = session.scalar(own) if but is not None else None

    def earlier(self, customer_id: str | None, po_number: str | None) -> Sequence[EarlierOrder]:
        query = (
            select(OrderRow).options(selectinload(OrderRow.lines)).where(OrderRow.state.in_(HELD)).order_by(OrderRow.id)
        )
        if customer_id is not None:
            query = query.where(OrderRow.customer_id == customer_id)
        if po_number is not None:
            query = query.where(OrderRow.po_key == po_key(po_number))
        if self._own_id is not None:
            before = or_(OrderRow.id < self._own_id, OrderRow.state.in_(ENTERED))
            query = query.where(OrderRow.id != self._own_id, before)
        with self._db.reading() as session:
            recorded = [_earlier(row) for row in session.scalars(query)]
        return [*recorded, *self._pending.earlier(customer_id, po_number)]

    def customers_of(self, sender: str) -> frozenset[str]:
        query = (
            select(OrderRow.customer_id)
            .join(OrderRow.message)
            .where(MessageRow.sender == sender, SHORT_SENDER, OrderRow.state.in_(ENTERED))
            .where(OrderRow.customer_id.is_not(None))
            .distinct()
        )
        if self._own_id is not None:
            query = query.where(OrderRow.id != self._own_id)
        with self._db.reading() as session:
            return frozenset(customer for customer in session.scalars(query) if customer is not None)

    def remember(self, decision: Decision, document_sha256: str, order_key: str) -> None:
        """For the next order of the same message; ``record_result`` is what lasts."""
        if order_key != self._but:
            self._pending.remember(decision, document_sha256, order_key)


def _earlier(row: OrderRow) -> EarlierOrder:
    return EarlierOrder(
        origin="intake",
        po_number=row.po_number or "",
        reference=None,
        revision=row.revision,
        order_date=row.order_date,
        lines=tuple(_line(line, row.state in ENTERED) for line in row.lines),
        document_sha256=row.document_sha256,
        order_key=row.order_key,
    )


def _line(row: LineRow, entered: bool) -> EarlierLine:
    return EarlierLine(
        sku=row.sku,
        quantity=row.quantity,
        uom=row.unit,
        price=row.unit_price,
        requested_date=row.requested_date,
        line_no=row.line_no,
        item_codes=tuple(json.loads(row.item_codes)),
        entered=entered,
    )
