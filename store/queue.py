"""The review queue as a page shows it: filtered, searched and cut into pages by the database."""

from __future__ import annotations

import json

from sqlalchemy import Select, func, or_, select

from store.engine import Database
from store.records import CaseSource, QueuePage, QueueQuery, QueueRow
from store.tables import CaseRow, DecisionRow, MessageRow, MismatchRow, OrderRow

ROWS = 50


def page(db: Database, asked: QueueQuery) -> QueuePage:
    """``ROWS`` cases, oldest first; a page beyond the last is empty."""
    query = _filtered(asked)
    with db.reading() as session:
        total = session.scalar(select(func.count()).select_from(query.with_only_columns(CaseRow.id).subquery())) or 0
        rows = session.execute(query.order_by(CaseRow.id).offset((asked.page - 1) * ROWS).limit(ROWS))
        found = tuple(_row(case, order, message) for case, order, message in rows)
    return QueuePage(found, total, -(-total // ROWS))


def _filtered(asked: QueueQuery) -> Select[tuple[CaseRow, OrderRow, MessageRow]]:
    query = (
        select(CaseRow, OrderRow, MessageRow)
        .join(OrderRow, CaseRow.order_id == OrderRow.id)
        .join(MessageRow, OrderRow.message_id == MessageRow.id)
        .where(CaseRow.status == asked.status)
    )
    if asked.customer:
        query = query.where(OrderRow.customer_id == asked.customer)
    if asked.reason:
        newest = select(func.max(DecisionRow.id)).where(DecisionRow.order_id == OrderRow.id)
        query = query.where(
            select(MismatchRow.id)
            .where(
                MismatchRow.decision_id == newest.correlate(OrderRow).scalar_subquery(),
                MismatchRow.code == asked.reason,
            )
            .exists()
        )
    if asked.search:
        columns = (OrderRow.po_number, OrderRow.customer_id, MessageRow.sender, MessageRow.subject)
        query = query.where(or_(*(c.icontains(asked.search, autoescape=True) for c in columns)))
    return query


def _row(case: CaseRow, order: OrderRow, message: MessageRow) -> QueueRow:
    decided = json.loads(order.decision)
    codes = (*decided["exceptions"], *(code for line in decided["lines"] for code in line["exceptions"]))
    return QueueRow(
        case_id=case.case_id,
        opened_at=case.opened_at,
        customer_id=order.customer_id,
        buyer=decided["buyer"]["name"],
        po_number=order.po_number,
        total=decided["total"],
        currency=decided["currency"],
        sender=message.sender,
        subject=message.subject,
        exceptions=tuple(dict.fromkeys(codes)),
        lines=len(decided["lines"]),
    )


def next_open(db: Database, case_id: str) -> str | None:
    """The oldest open case behind this one, else the oldest of all; None when nothing is open but this."""
    opened = select(CaseRow.case_id).where(CaseRow.status == "open", CaseRow.case_id != case_id).order_by(CaseRow.id)
    this = select(CaseRow.id).where(CaseRow.case_id == case_id).scalar_subquery()
    with db.reading() as session:
        behind = session.scalars(opened.where(CaseRow.id > this).limit(1)).first()
        return behind or session.scalars(opened.limit(1)).first()


def source(db: Database, order_key: str) -> CaseSource:
    """Where the document of an order lies: the archived message, and the file in it."""
    query = select(MessageRow.sha256, OrderRow.document_sha256).join(OrderRow.message)
    with db.reading() as session:
        message, document = session.execute(query.where(OrderRow.order_key == order_key)).one()
        return CaseSource(message, document)
