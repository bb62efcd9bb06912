"""The review queue as a page shows it: filtered, searched, sorted and cut into pages by the database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from store.desk_tables import CaseCodeRow
from store.engine import Database
from store.records import Ageing, CaseSource, QueuePage, QueueQuery, QueueRow, QueueShow, QueueSort
from store.sight import Groups, sees
from store.tables import CaseRow, MessageRow, OrderRow

ROWS = 50
AGES = (("under 4 hours", 4), ("under 1 day", 24), ("under 3 days", 72), ("under 1 week", 168))
OLDER = "older"
_SORTS: dict[QueueSort, tuple[Any, ...]] = {
    QueueSort.DUE: (CaseRow.due_at, CaseRow.id),
    QueueSort.AGE: (CaseRow.id,),
    QueueSort.VALUE: (CaseRow.worth.desc(), CaseRow.id.desc()),
    QueueSort.CUSTOMER: (CaseRow.customer_id, CaseRow.id),
    QueueSort.REASON: (CaseRow.reasons, CaseRow.id),
}


def page(db: Database, asked: QueueQuery) -> QueuePage:
    """``ROWS`` cases; a page beyond the last is empty."""
    query = _filtered(asked, db.now()).order_by(*_SORTS[asked.sort])
    first = (asked.page - 1) * ROWS
    with db.reading() as session:
        if asked.search:  # looking into every text is the dear part: once, for the count and the page
            found_ids = session.scalars(query).all()
            total, ids = len(found_ids), found_ids[first : first + ROWS]
        else:
            total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
            ids = session.scalars(query.offset(first).limit(ROWS)).all()
        order = {row: n for n, row in enumerate(ids)}
        rows = session.execute(_shown().where(CaseRow.id.in_(order)))
        found = sorted(rows, key=lambda row: order[row[0].id])
    shown = (_row(case, po_number, sender, subject, db.now()) for case, po_number, sender, subject in found)
    return QueuePage(tuple(shown), total, -(-total // ROWS))


def _shown() -> Select[tuple[CaseRow, str | None, str | None, str | None]]:
    query = select(CaseRow, OrderRow.po_number, MessageRow.sender, MessageRow.subject)
    return query.join(OrderRow, CaseRow.order_id == OrderRow.id).join(MessageRow, OrderRow.message_id == MessageRow.id)


def _filtered(asked: QueueQuery, now: datetime) -> Select[tuple[int]]:
    query = select(CaseRow.id).where(CaseRow.status == asked.status, sees(asked.groups))
    if asked.status == "open":
        query = query.where(*_showing(asked, now))
    if asked.customer:
        query = query.where(CaseRow.customer_id == asked.customer)
    if asked.reason:
        query = query.join(CaseCodeRow, CaseCodeRow.case_row == CaseRow.id).where(CaseCodeRow.code == asked.reason)
    if asked.search:
        query = query.join(OrderRow, CaseRow.order_id == OrderRow.id)
        query = query.join(MessageRow, OrderRow.message_id == MessageRow.id)
        columns = (OrderRow.po_number, CaseRow.customer_id, CaseRow.buyer, MessageRow.sender, MessageRow.subject)
        query = query.where(or_(*(c.icontains(asked.search, autoescape=True) for c in columns)))
    return query


def _showing(asked: QueueQuery, now: datetime) -> tuple[ColumnElement[bool], ...]:
    match asked.show:
        case QueueShow.READY:
            return (_ready(now),)
        case QueueShow.MINE:
            return (_ready(now), or_(CaseRow.assigned_to == asked.user, CaseRow.flagged_for == asked.user))
        case QueueShow.FLAGGED:
            return (CaseRow.flagged_by.is_not(None),)
        case QueueShow.POSTPONED:
            return (CaseRow.postponed_until > now,)
        case QueueShow.ALL:
            return ()


def _ready(now: datetime) -> ColumnElement[bool]:
    return or_(CaseRow.postponed_until.is_(None), CaseRow.postponed_until <= now)


def _row(row: CaseRow, po_number: str | None, sender: str | None, subject: str | None, now: datetime) -> QueueRow:
    held = row.locked_until is not None and row.locked_until > now
    return QueueRow(
        case_id=row.case_id,
        opened_at=row.opened_at,
        customer_id=row.customer_id,
        buyer=row.buyer,
        po_number=po_number,
        total=row.total,
        currency=row.currency,
        sender=sender,
        subject=subject,
        exceptions=tuple(row.reasons.split()),
        lines=row.line_count,
        due_at=row.due_at,
        assigned_to=row.assigned_to,
        locked_by=row.locked_by if held else None,
        postponed_until=row.postponed_until,
        flagged_for=row.flagged_for,
        flag_note=row.flag_note,
    )


def next_open(db: Database, case_id: str, user: str = "", groups: Groups = None) -> str | None:
    """The case due next after this one, else the one due first; None when nothing is open but this.

    For a ``user``: none that waits for a date, lies with a colleague or is being looked at by one.
    """
    now = db.now()
    opened = select(CaseRow.case_id).where(CaseRow.status == "open", CaseRow.case_id != case_id, sees(groups))
    opened = opened.where(_ready(now)).order_by(CaseRow.due_at, CaseRow.id).limit(1)
    if user:
        free = or_(CaseRow.locked_by.is_(None), CaseRow.locked_by == user, CaseRow.locked_until <= now)
        mine = (or_(column.is_(None), column == user) for column in (CaseRow.assigned_to, CaseRow.flagged_for))
        opened = opened.where(free, *mine)
    with db.reading() as session:
        this = session.execute(select(CaseRow.due_at, CaseRow.id).where(CaseRow.case_id == case_id)).first()
        if this is not None:
            later = or_(CaseRow.due_at > this.due_at, and_(CaseRow.due_at == this.due_at, CaseRow.id > this.id))
            found = session.scalars(opened.where(later)).first()
            if found is not None:
                return found
        return session.scalars(opened).first()


def may_see(db: Database, case_id: str, groups: Groups) -> bool:
    """Whether there is a case of this whole id, and whether it is of a customer in the groups."""
    with db.reading() as session:
        query = select(CaseRow.id).where(CaseRow.case_id == case_id, sees(groups))
        return session.scalars(query).first() is not None


def ageing(db: Database, groups: Groups = None) -> Ageing:
    """How long the open cases wait, and how many are overdue, postponed or flagged."""
    now = db.now()
    limits = (*((name, now - timedelta(hours=hours)) for name, hours in AGES), (OLDER, None))
    counted, before = [], None
    for _, since in limits:
        young = () if since is None else (CaseRow.opened_at > since,)
        counted.append(and_(*young, *(() if before is None else (CaseRow.opened_at <= before,))))
        before = since
    others = (CaseRow.due_at <= now, CaseRow.postponed_until > now, CaseRow.flagged_by.is_not(None))
    sums = (func.coalesce(func.sum(case((which, 1), else_=0)), 0) for which in (*counted, *others))
    with db.reading() as session:
        *ages, overdue, postponed, flagged = session.execute(
            select(*sums).where(CaseRow.status == "open", sees(groups))
        ).one()
    return Ageing(tuple(zip((name for name, _ in limits), ages, strict=True)), sum(ages), overdue, postponed, flagged)


def source(db: Database, order_key: str) -> CaseSource:
    """Where the document of an order lies: the archived message, and the file in it."""
    query = select(MessageRow.sha256, OrderRow.document_sha256).join(OrderRow.message)
    with db.reading() as session:
        message, document = session.execute(query.where(OrderRow.order_key == order_key)).one()
        return CaseSource(message, document)
