"""Facts of orders for the reports, taken from what was decided. ``catch_up`` brings them to the state of the database.

Nothing that records decisions waits for this; it is done again, order by order, wherever a case changed since.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Select, case, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from pipeline.codec import decision_from_json
from pipeline.model import CaseStatus, Decision, Verdict
from store.audit import INTAKE
from store.comparison import Judged, channel, compare, e4, fix, layout, line_of, order_value, stake
from store.engine import Database
from store.records import OutboxState
from store.report_tables import ExceptionFactRow, FactRow, TallyRow
from store.tables import CaseRow, DecisionRow, LocationRow, MessageRow, OrderRow, OutboxRow

BATCH = 200
LOCK = 7_206_412  # PostgreSQL's advisory lock: one process at a time
REVIEW, AUDIT = "review", "audit"
SETTLED = CaseRow.status + ":" + CaseRow.version


def catch_up(db: Database) -> int:
    """Returns how many orders were described or changed."""
    done = 0
    for step in (_new_orders, _cases, _exports):
        while n := _locked(db, step):
            done += n
    return done


def _locked(db: Database, step: Callable[[Session], int]) -> int:
    with db.writing("facts") as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": LOCK})
        return step(session)


def seconds(at: datetime) -> int:
    return int(at.timestamp())


# --- what the machine said --------------------------------------------------------------------------------------------


def _new_orders(session: Session) -> int:
    rows = session.execute(_undescribed()).all()
    facts, exceptions = [], []
    for order_id, created_at, received_at, decision, mailbox in rows:
        first = decision_from_json(json.loads(decision))
        facts.append(_fact(order_id, received_at, created_at, mailbox or "", first))
        exceptions += _exceptions(order_id, first)
    _insert(session, FactRow, facts)
    _insert(session, ExceptionFactRow, exceptions)
    return len(rows)


def _undescribed() -> Select[tuple[int, datetime, datetime, str, str]]:
    last = select(func.coalesce(func.max(FactRow.order_id), 0)).scalar_subquery()
    box = (
        select(LocationRow.account)
        .where(LocationRow.message_id == OrderRow.message_id)
        .order_by(LocationRow.id)
        .limit(1)
        .correlate(OrderRow)
        .scalar_subquery()
    )
    return (
        select(OrderRow.id, OrderRow.created_at, MessageRow.received_at, DecisionRow.decision, box)
        .join(MessageRow, MessageRow.id == OrderRow.message_id)
        .join(DecisionRow, (DecisionRow.order_id == OrderRow.id) & (DecisionRow.number == 1))
        .where(OrderRow.id > last)
        .order_by(OrderRow.id)
        .limit(BATCH)
    )


def _fact(order_id: int, received: datetime, decided: datetime, mailbox: str, first: Decision) -> dict[str, object]:
    order = first.order
    return {
        "order_id": order_id,
        "received_s": seconds(received),
        "decided_s": seconds(decided),
        "mailbox": mailbox[:200],
        "verdict": str(first.decision),
        "channel": channel(order),
        "layout": layout(order),
        "customer_id": (first.customer_id or "")[:200],
        "currency": (order.currency or "")[:8],
        "value_e4": e4(order_value(order)),
        "lines": len(first.lines),
        "lines_held": sum(line.decision is not Verdict.AUTO for line in first.lines),
        "outcome": "",
        "changed_values": 0,
        "changed_lines": 0,
        "caught_e4": 0,
    }


def _exceptions(order_id: int, first: Decision) -> list[dict[str, object]]:
    found = dict.fromkeys((mismatch.code, line_of(mismatch)) for mismatch in first.mismatches)
    return [
        {"order_id": order_id, "code": code, "line": line, "stake_e4": abs(stake(first.order, line)), "fix": ""}
        for code, line in found
    ]


def _insert(
    session: Session, table: type[FactRow | ExceptionFactRow | TallyRow], rows: list[dict[str, object]]
) -> None:
    if rows:
        session.execute(insert(table), rows)


# --- what became of it ------------------------------------------------------------------------------------------------


def _cases(session: Session) -> int:
    """Cases that were closed, or opened again, since they were looked at."""
    is_open = CaseRow.status == CaseStatus.OPEN
    changed = case((is_open, FactRow.settled.is_not(None)), else_=func.coalesce(FactRow.settled, "") != SETTLED)
    query = (
        select(CaseRow, SETTLED, OrderRow.decision, DecisionRow.decision, DecisionRow.decided_by)
        .join(FactRow, FactRow.order_id == CaseRow.order_id)
        .join(OrderRow, OrderRow.id == CaseRow.order_id)
        .join(DecisionRow, (DecisionRow.order_id == CaseRow.order_id) & (DecisionRow.number == 1))
        .where(changed)
        .order_by(CaseRow.id)
        .limit(BATCH)
    )
    rows = session.execute(query).all()
    for row, settled, final, first, first_by in rows:
        _settle(session, row, settled, decision_from_json(json.loads(first)), final, first_by == INTAKE)
    return len(rows)


def _settle(session: Session, row: CaseRow, settled: str, first: Decision, final_text: str, by_machine: bool) -> None:
    """Not ``by_machine``: a person parted the order from another; nothing was read right, and it was not needless."""
    order_id = row.order_id
    session.execute(delete(TallyRow).where(TallyRow.order_id == order_id, TallyRow.source == REVIEW))
    values: dict[str, object] = {
        "settled": settled, "outcome": "approved", "closed_s": seconds(row.closed_at) if row.closed_at else None,
        "changed_values": 0, "changed_lines": 0, "caught_e4": 0,
    }  # fmt: skip
    if row.status == CaseStatus.OPEN:
        values |= {"settled": None, "outcome": "", "closed_s": None}
    elif row.status == CaseStatus.REJECTED:
        values |= {"outcome": "rejected", "caught_e4": abs(e4(order_value(first.order)))}
    else:
        final = decision_from_json(json.loads(final_text))
        found = compare(first, final)
        changed = found.changed_values if by_machine else max(found.changed_values, 1)
        values |= {"changed_values": changed, "changed_lines": found.changed_lines, "caught_e4": found.caught}
        add_tallies(session, order_id, REVIEW, found.judged if by_machine else ())
        _note_fixes(session, order_id, first, final)
    session.execute(update(FactRow).where(FactRow.order_id == order_id).values(**values))


def add_tallies(session: Session, order_id: int, source: str, judged: Sequence[Judged]) -> None:
    count: Counter[tuple[str, int]] = Counter()
    wrong: Counter[tuple[str, int]] = Counter()
    sure: Counter[tuple[str, int]] = Counter()
    for one in judged:
        key = (one.field, one.bin)
        count[key] += 1
        wrong[key] += not one.right
        sure[key] += round((one.confidence or 0) * 10_000)
    rows: list[dict[str, object]] = [
        {"order_id": order_id, "source": source, "field": field, "bin": low, "judged": count[field, low],
         "wrong": wrong[field, low], "confidence_e4": sure[field, low]}
        for field, low in count
    ]  # fmt: skip
    _insert(session, TallyRow, rows)


def _note_fixes(session: Session, order_id: int, first: Decision, final: Decision) -> None:
    for code, line in dict.fromkeys((mismatch.code, line_of(mismatch)) for mismatch in first.mismatches):
        words = fix(code, line, first, final)
        if words:
            at = (ExceptionFactRow.order_id == order_id, ExceptionFactRow.code == code, ExceptionFactRow.line == line)
            session.execute(update(ExceptionFactRow).where(*at).values(fix=words))


def _exports(session: Session) -> int:
    query = (
        select(FactRow.order_id, OutboxRow.done_at)
        .join(OutboxRow, OutboxRow.order_id == FactRow.order_id)
        .where(FactRow.exported_s.is_(None), OutboxRow.state == OutboxState.DONE, OutboxRow.done_at.is_not(None))
        .limit(BATCH)
    )
    rows = session.execute(query).all()
    for order_id, done_at in rows:
        session.execute(update(FactRow).where(FactRow.order_id == order_id).values(exported_s=seconds(done_at)))
    return len(rows)
