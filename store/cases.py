"""The review queue: cases are listed, shown and resolved; a resolution carries the version of what was seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pipeline.codec import decision_from_json, dumps, order_to_json
from pipeline.errors import UsageError
from pipeline.model import Alias, CaseStatus, Confirmation, Decision, How, Resolution, ReviewCase, Settled
from store import aliases, audit, case_facts, judged
from store.engine import Database
from store.records import CaseSummary, OrderState, StaleCase
from store.results import add_decision, case_version, mail_from_text, put_in_force, refuse_stale, send
from store.tables import CaseRow, OrderRow, ResolutionRow

REOPEN = "reopen"  # the action of a resolution that takes back the one before it


def cases(db: Database, status: CaseStatus | None) -> tuple[CaseSummary, ...]:
    """Oldest first; of every status when None."""
    query = select(CaseRow).order_by(CaseRow.id)
    if status is not None:
        query = query.where(CaseRow.status == status)
    with db.reading() as session:
        return tuple(_summary(row) for row in session.scalars(query))


def _summary(row: CaseRow) -> CaseSummary:
    order = row.order
    decision = decision_of(order)
    codes = dict.fromkeys((*decision.exceptions, *(code for line in decision.lines for code in line.exceptions)))
    return CaseSummary(
        case_id=row.case_id,
        status=row.status,
        opened_at=row.opened_at,
        customer_id=order.customer_id,
        po_number=order.po_number,
        document_type=order.document_type,
        sender=order.message.sender,
        subject=order.message.subject,
        exceptions=tuple(codes),
        lines=len(decision.lines),
    )


def case(db: Database, case_id: str) -> ReviewCase:
    """``case_id`` may be shortened as long as it is unique. Raises ``UsageError``."""
    with db.reading() as session:
        row = find(session, case_id)
        order = row.order
        return ReviewCase(
            case_id=row.case_id,
            order_key=order.order_key,
            version=row.version,
            signed_by=_signer(session, row),
            status=CaseStatus(row.status),
            opened_at=row.opened_at,
            decision=decision_of(order),
            file_name=aliases.document_name(session, order),
            mail=mail_from_text(order.message.mail),
            settled=_said_last(session, row),
        )


def find(session: Session, case_id: str) -> CaseRow:
    query = select(CaseRow).where(CaseRow.case_id.startswith(case_id, autoescape=True)).limit(2)
    rows = session.scalars(query).all() if case_id else []
    if len(rows) != 1:
        what = "several cases begin" if rows else "no case begins"
        raise UsageError(f"{what} with {case_id!r}; `po-intake queue list` shows them")
    return rows[0]


def decision_of(order: OrderRow) -> Decision:
    return _decoded(order.decision)


@lru_cache(
    maxsize=4
)  # the page of a case, its pictures and its submission ask one after the other; a long one is 20 MB
def _decoded(text: str) -> Decision:
    return decision_from_json(json.loads(text))


def resolve(
    db: Database, resolution: Resolution, decision: Decision | None, seen: int, taught: Sequence[Alias] = ()
) -> None:
    """Closes a case: with the ``decision`` that leaves (approve), or without one (reject); ``taught`` is remembered.

    Everything is one transaction, the outbox row included. Raises ``StaleCase``, and ``StaleHistory`` when another
    order of the customer was recorded after the history mark ``seen``. Repeating the same resolution changes nothing.
    """
    with db.writing("resolve") as session:
        row = opened(session, resolution)
        if row is None:
            return
        order = row.order
        if decision is None:
            row.status, order.state = CaseStatus.REJECTED, OrderState.REJECTED
        else:
            refuse_stale(session, decision, seen, but=order.id)
            aliases.refuse_undone(session, decision)
            replace_order(session, db, order, decision, OrderState.APPROVED, resolution)
            case_facts.describe(session, row, decision)
            row.status = CaseStatus.RESOLVED
            send(session, order, decision, db.now())
        row.closed_at = db.now()
        book(session, db, row, resolution)
        if decision is not None:
            row.version = version_of(session, row, decision)
        said = Confirmation(resolution.reviewer, resolution.at, order.order_key, aliases.document_name(session, order))
        aliases.teach(session, taught, said)


def revise(db: Database, resolution: Resolution, decision: Decision) -> ReviewCase:
    """Keeps the case open with the corrected order, decided anew: the reviewer has not seen that yet."""
    with db.writing("revise") as session:
        row = opened(session, resolution)
        if row is not None:
            replace_order(session, db, row.order, decision, OrderState.REVIEW, resolution)
            case_facts.describe(session, row, decision)
            book(session, db, row, resolution)
            row.version = version_of(session, row, decision)
    return case(db, resolution.case_id)


def sign(db: Database, resolution: Resolution, decision: Decision) -> ReviewCase:
    """The first of two approvals: the case stays open with ``decision``. It lapses as soon as the case changes."""
    with db.writing("sign") as session:
        row = opened(session, resolution)
        signed = "" if row is None else version_of(session, row, decision, resolution.reviewer)
        if row is not None and row.version != signed:  # who signs again what stands signed says nothing new
            replace_order(session, db, row.order, decision, OrderState.REVIEW, resolution)
            case_facts.describe(session, row, decision)
            book(session, db, row, resolution)
            row.version = version_of(session, row, decision, resolution.reviewer)
    return case(db, resolution.case_id)


def _signer(session: Session, row: CaseRow) -> str | None:
    """Who signed the case as it is now."""
    last = _last(session, row)
    if last is None or last.action != "sign" or row.status != CaseStatus.OPEN:
        return None
    return last.reviewer if row.version == version_of(session, row, decision_of(row.order), last.reviewer) else None


def _last(session: Session, row: CaseRow) -> ResolutionRow | None:
    query = select(ResolutionRow).where(ResolutionRow.case_id == row.id).order_by(ResolutionRow.id.desc()).limit(1)
    return session.scalars(query).first()


def _said_last(session: Session, row: CaseRow) -> tuple[Settled, ...]:
    last = _last(session, row)
    return tuple(
        Settled(code, path, How(how), value) for code, path, how, value in json.loads(last.settled if last else "[]")
    )


def version_of(session: Session, row: CaseRow, decision: Decision, signed_by: str = "") -> str:
    """What a page must show to decide. Another one after each resolution, also where the case is as it was before."""
    times = session.scalar(select(func.count()).where(ResolutionRow.case_id == row.id))
    return case_version(decision, signed_by + (f"#{times}" if times else ""))


def opened(session: Session, resolution: Resolution) -> CaseRow | None:
    """The open case as the reviewer saw it; None when this very resolution was booked before."""
    audit.lock(session)
    row = find(session, resolution.case_id)
    booked = select(ResolutionRow).where(
        ResolutionRow.case_id == row.id,
        ResolutionRow.version == resolution.version,
        ResolutionRow.action == resolution.action,
        ResolutionRow.reviewer == resolution.reviewer,
    )
    if session.scalars(booked).first() is not None:
        return None
    if row.status != CaseStatus.OPEN:
        raise StaleCase(f"case {row.case_id} is already {row.status}; `po-intake queue show {row.case_id}` tells more")
    if row.version != resolution.version:
        raise StaleCase(f"case {row.case_id} has changed since you saw it; look again and decide then")
    return row


def replace_order(
    session: Session, db: Database, order: OrderRow, decision: Decision, state: OrderState, resolution: Resolution
) -> None:
    if resolution.order is not None:
        judged.note_corrections(session, db, order.order_key, decision_of(order).order, resolution.order)
    order.lines.clear()
    session.flush()  # the old lines must be gone before new ones take their positions
    put_in_force(order, decision, state)
    session.flush()
    add_decision(session, order, decision, resolution.reviewer, resolution.at)


def book(session: Session, db: Database, row: CaseRow, resolution: Resolution) -> None:
    corrected = resolution.order
    session.add(
        ResolutionRow(
            case_id=row.id,
            version=resolution.version,
            action=resolution.action,
            outcome=row.status,
            reviewer=resolution.reviewer,
            at=resolution.at,
            reason=resolution.reason,
            corrected=None if corrected is None else dumps(order_to_json(corrected, evidence=True)),
            skus=json.dumps(list(resolution.skus)),
            settled=json.dumps(_words(resolution)),
            reason_code=resolution.reason_code,
        )
    )
    detail = {
        "action": resolution.action,
        "case": row.case_id,
        "outcome": row.status,
        "reason": resolution.reason,
        "saw": resolution.version,
        "skus": list(resolution.skus),
        "corrected": corrected is not None,
        **({"reason_code": resolution.reason_code} if resolution.reason_code else {}),
        **({"settled": _words(resolution)} if resolution.settled else {}),
    }
    audit.append(session, db.now(), resolution.reviewer, resolution.action, row.order.order_key, detail)


def _words(resolution: Resolution) -> list[list[str]]:
    return [[one.code, one.path, str(one.how), one.value] for one in resolution.settled]
