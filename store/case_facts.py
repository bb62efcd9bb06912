"""What the queue shows and sorts by, taken from the decision whenever that changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import delete
from sqlalchemy.orm import Session

from pipeline.causes import causes_of
from pipeline.model import Decision, Order
from store.desk_tables import CaseCauseRow, CaseCodeRow
from store.tables import CaseRow

ANSWER_WITHIN = timedelta(hours=24)
MOST = 10**15  # a sum beyond that is sorted as if it were that


def describe(session: Session, row: CaseRow, decision: Decision) -> None:
    """Part of the transaction that opens or changes a case."""
    order = decision.order
    codes = tuple(dict.fromkeys(m.code for m in decision.mismatches))
    row.customer_id, row.buyer, row.currency = decision.customer_id, order.buyer.name, order.currency
    row.total = None if order.total is None else str(order.total)
    row.worth, row.line_count, row.reasons = _hundredths(order), len(order.lines), " ".join(codes)
    row.due_at = due(row.opened_at, order)
    session.flush()
    session.execute(delete(CaseCodeRow).where(CaseCodeRow.case_row == row.id))
    session.add_all(CaseCodeRow(case_row=row.id, code=code) for code in codes)
    session.execute(delete(CaseCauseRow).where(CaseCauseRow.case_row == row.id))
    session.add_all(
        CaseCauseRow(
            case_row=row.id,
            place=place,
            cause_id=cause.cause_id,
            kind=str(cause.kind),
            customer_id=cause.customer_id,
            shown=cause.shown,
        )
        for place, cause in causes_of(decision)
    )


def due(opened_at: datetime, order: Order) -> datetime:
    """A day after it came, earlier when goods are wanted earlier, and never before it came."""
    wanted = (datetime.combine(day, time(), UTC) for day in _days(order))
    return max(opened_at, min((opened_at + ANSWER_WITHIN, *wanted)))


def _days(order: Order) -> Iterator[date]:
    for day in (order.requested_date, *(line.requested_date for line in order.lines)):
        if day is not None:
            yield day


def _hundredths(order: Order) -> int:
    amounts = [line.line_amount for line in order.lines if line.line_amount is not None]
    worth = order.total if order.total is not None else sum(amounts, Decimal(0))
    return int(min(max(worth, Decimal(-MOST)), Decimal(MOST)) * 100) if worth.is_finite() else 0
