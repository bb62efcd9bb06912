"""The cases around one, in the order in which they are due."""

from __future__ import annotations

from sqlalchemy import and_, or_, select

from store.engine import Database
from store.records import StripRow
from store.sight import Groups, sees
from store.tables import CaseRow, OrderRow

BEFORE, BEHIND = 3, 12


def neighbours(db: Database, case_id: str, groups: Groups = None) -> tuple[StripRow, ...]:
    """Open cases due just before and after this one, which is among them whatever its state."""
    query = select(CaseRow, OrderRow.po_number).join(OrderRow, CaseRow.order_id == OrderRow.id)
    opened = query.where(CaseRow.status == "open", sees(groups))
    with db.reading() as session:
        this, number = session.execute(query.where(CaseRow.case_id == case_id)).one()
        later = or_(CaseRow.due_at > this.due_at, and_(CaseRow.due_at == this.due_at, CaseRow.id > this.id))
        earlier = or_(CaseRow.due_at < this.due_at, and_(CaseRow.due_at == this.due_at, CaseRow.id < this.id))
        up = opened.where(earlier).order_by(CaseRow.due_at.desc(), CaseRow.id.desc()).limit(BEFORE)
        down = opened.where(later).order_by(CaseRow.due_at, CaseRow.id).limit(BEHIND)
        rows = (*reversed(session.execute(up).all()), (this, number), *session.execute(down).all())
        return tuple(
            StripRow(row.case_id, po, row.buyer, row.total, row.currency, row.opened_at, row.due_at, row.locked_by)
            for row, po in rows
        )
