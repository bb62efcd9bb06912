"""How long an answer took, as the page's script tells it; what it tells is counted, never trusted to decide."""

from __future__ import annotations

import json
from dataclasses import replace

from pipeline.errors import UsageError
from review.guard import Visit, text_of
from store.events import ReviewEvent

MOST = 500


def events_of(visit: Visit, case_id: str) -> None:
    """Keeps what the form's field "events" holds; what is not of its form is left out."""
    visit.desk.store.reporting.record_events(visit.name, tuple(_events(text_of(visit.values, "events"), case_id)))


def _events(text: str, case_id: str) -> list[ReviewEvent]:
    try:
        told = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return []
    found = []
    for one in told[:MOST] if isinstance(told, list) else ():
        try:
            kind, path, action, milliseconds, keys, clicks = one
            event = ReviewEvent(case_id, _kind(kind), str(action)[:32], _count(milliseconds), path=str(path))
            found.append(replace(event, keys=_count(keys), clicks=_count(clicks)))
        except (TypeError, ValueError, UsageError):
            continue
    return found


def _kind(text: object) -> str:
    if text not in ("mismatch", "order"):
        raise UsageError("no such kind")
    return str(text)


def _count(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value < 10**9:
        raise UsageError("no count")
    return value
