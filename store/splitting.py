"""A document that holds two orders, of which one was read: the second becomes an order and a case of its own."""

from __future__ import annotations

from sqlalchemy import func, select

from pipeline.errors import UsageError
from pipeline.model import Decision, Resolution, ReviewCase
from store import case_facts, cases
from store.engine import Database
from store.records import OrderState
from store.results import add_decision, open_case, put_in_force
from store.tables import OrderRow


def split(db: Database, resolution: Resolution, here: Decision, new: Decision, key: str) -> tuple[ReviewCase, str]:
    """``here`` is what stays of the order, ``new`` the second one, under ``key``; both cases are open afterwards.

    The second value is the id of the new case. Raises ``StaleCase``, and ``UsageError`` when it was done before.
    """
    with db.writing("split") as session:
        row = cases.opened(session, resolution)
        if row is None or session.scalars(select(OrderRow.id).where(OrderRow.order_key == key)).first() is not None:
            raise UsageError("these lines are an order of their own already")
        cases.replace_order(session, db, row.order, here, OrderState.REVIEW, resolution)
        case_facts.describe(session, row, here)
        cases.book(session, db, row, resolution)
        row.version = cases.version_of(session, row, here)
        position = session.scalar(select(func.count()).where(OrderRow.message_id == row.order.message_id)) or 0
        order = OrderRow(
            order_key=key,
            message_id=row.order.message_id,
            document_sha256=row.order.document_sha256,
            position=position,
            created_at=db.now(),
        )
        put_in_force(order, new, OrderState.REVIEW)
        session.add(order)
        session.flush()
        add_decision(session, order, new, resolution.reviewer, resolution.at)
        open_case(session, order, new, db.now())
        session.flush()
    return cases.case(db, resolution.case_id), key[: len(resolution.case_id)]
