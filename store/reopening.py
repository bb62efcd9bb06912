"""Undoing what was decided, as long as the order has not begun to leave; and what an old page showed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pipeline.codec import decision_from_json
from pipeline.errors import UsageError
from pipeline.model import CaseStatus, Decision, ReviewCase
from store import aliases, audit, case_facts, outbox
from store.cases import REOPEN, case, find, version_of
from store.engine import Database
from store.records import OrderState, StaleCase
from store.results import add_decision, case_version, put_in_force, sha256_of_text
from store.tables import CaseRow, DecisionRow, OrderRow, ResolutionRow


def reopen(db: Database, case_id: str, by: str) -> ReviewCase:
    """The case as it was before it was closed; what its resolution taught is withdrawn.

    Raises ``UsageError`` for one that is open, ``StaleCase`` when the order has begun to leave.
    """
    with db.writing("reopen") as session:
        audit.lock(session)
        row = find(session, case_id)
        order, was = row.order, row.status
        if was == CaseStatus.OPEN:
            raise UsageError(f"case {row.case_id} is open: there is nothing to undo")
        outbox.take_back(session, order.order_key)
        aliases.withdraw(session, order.order_key, by, db.now())
        if was == CaseStatus.RESOLVED:
            _as_before(session, db, order, by)
        decision = _decision(order.decision)
        case_facts.describe(session, row, decision)
        order.state, row.status, row.closed_at = OrderState.REVIEW, CaseStatus.OPEN, None
        _book(session, db, row, by)
        row.version = version_of(session, row, decision)
        audit.append(session, db.now(), by, REOPEN, order.order_key, {"case": row.case_id, "was": was})
    return case(db, case_id)


def step_back(db: Database, case_id: str, version: str, by: str) -> ReviewCase:
    """An open case as it was before its last change, which left it at ``version``. Raises ``StaleCase`` for another."""
    with db.writing("step-back") as session:
        audit.lock(session)
        row = find(session, case_id)
        if row.status != CaseStatus.OPEN or row.version != version:
            raise StaleCase(f"case {row.case_id} has changed since")
        order = row.order
        _as_before(session, db, order, by)
        decision = _decision(order.decision)
        case_facts.describe(session, row, decision)
        _book(session, db, row, by)
        row.version = version_of(session, row, decision)
        audit.append(session, db.now(), by, "stepped back", order.order_key, {"case": row.case_id})
    return case(db, case_id)


def _as_before(session: Session, db: Database, order: OrderRow, by: str) -> None:
    """The decision before the last one is in force again."""
    query = select(DecisionRow).where(DecisionRow.order_id == order.id).order_by(DecisionRow.number.desc())
    _, before = session.scalars(query.limit(2)).all()
    decision = _decision(before.decision)
    order.lines.clear()
    session.flush()  # the old lines must be gone before new ones take their positions
    put_in_force(order, decision, OrderState.REVIEW)
    session.flush()
    add_decision(session, order, decision, by, db.now())


def _book(session: Session, db: Database, row: CaseRow, by: str) -> None:
    """With the words of the resolution that it undoes, so that nobody types them again."""
    query = select(ResolutionRow).where(ResolutionRow.case_id == row.id).order_by(ResolutionRow.id)
    rows = session.scalars(query).all()
    undone = ResolutionRow(case_id=row.id, action=REOPEN, outcome=row.status, reviewer=by, at=db.now(), reason="")
    undone.version = sha256_of_text(f"{REOPEN} {len(rows)} {row.version}")
    undone.skus = undone.settled = "[]"
    undone.reason_code = ""
    if rows:
        undone.skus, undone.settled = rows[-1].skus, rows[-1].settled
    session.add(undone)
    session.flush()


def shown(db: Database, case_id: str, version: str) -> Decision | None:
    """What a page with this version showed; None for a version that never was."""
    with db.reading() as session:
        row = find(session, case_id)
        endings = tuple(_endings(session, row))
        query = select(DecisionRow).where(DecisionRow.order_id == row.order_id).order_by(DecisionRow.number.desc())
        for made in session.scalars(query):
            decision = _decision(made.decision)
            if any(case_version(decision, ending) == version for ending in endings):
                return decision
        return None


def _endings(session: Session, row: CaseRow) -> Iterator[str]:
    signed = select(ResolutionRow.reviewer).where(ResolutionRow.case_id == row.id, ResolutionRow.action == "sign")
    booked = session.scalar(select(func.count()).where(ResolutionRow.case_id == row.id)) or 0
    for name in ("", *session.scalars(signed.distinct())):
        for times in range(booked + 1):
            yield name + (f"#{times}" if times else "")


def _decision(text: str) -> Decision:
    return decision_from_json(json.loads(text))
