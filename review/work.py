"""Who works on a case, as page and JSON interface say it alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from enum import StrEnum

from pipeline.errors import UsageError
from review.guard import Visit, text_of
from store import Assignment


class Work(StrEnum):
    TAKE = "take"  # held for ten minutes, so that colleagues see it
    HAND_BACK = "hand-back"
    ASSIGN = "assign"  # "to": a user; none: nobody
    POSTPONE = "postpone"  # "until": a day; none: back into the queue
    FLAG = "flag"  # "note", and "ask": the colleague
    UNFLAG = "unflag"


LEAVES = {Work.HAND_BACK, Work.ASSIGN, Work.POSTPONE, Work.FLAG}  # the next case is what one wants to see then


def done(visit: Visit, case_id: str, what: Work) -> Assignment:
    """Raises ``UsageError`` and ``StaleCase``."""
    return _DOES[what](visit, case_id)


def _assign(visit: Visit, case_id: str) -> Assignment:
    return visit.desk.store.assignments.assign_to(case_id, text_of(visit.values, "to") or None, visit.name)


def _postpone(visit: Visit, case_id: str) -> Assignment:
    until, reason = text_of(visit.values, "until"), text_of(visit.values, "reason")
    return visit.desk.store.assignments.postpone(case_id, day(until) if until else None, visit.name, reason)


def _flag(visit: Visit, case_id: str) -> Assignment:
    note, ask = text_of(visit.values, "note"), text_of(visit.values, "ask")
    return visit.desk.store.assignments.flag(case_id, note, visit.name, ask or None)


_DOES: dict[Work, Callable[[Visit, str], Assignment]] = {
    Work.TAKE: lambda visit, case_id: visit.desk.store.assignments.take(case_id, visit.name),
    Work.HAND_BACK: lambda visit, case_id: visit.desk.store.assignments.release(case_id, visit.name),
    Work.ASSIGN: _assign,
    Work.POSTPONE: _postpone,
    Work.FLAG: _flag,
    Work.UNFLAG: lambda visit, case_id: visit.desk.store.assignments.unflag(case_id, visit.name),
}


def day(text: str) -> datetime:
    """The first moment (UTC) of a day written as 2026-11-30. Raises ``UsageError``."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise UsageError(f"{text[:40]!r} is no day; write it as 2026-11-30") from None
