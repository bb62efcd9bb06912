"""The event log of the review page: how long people take for a mismatch and for an order, with keys or by mouse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.errors import UsageError
from store.engine import Database
from store.report_tables import ReviewEventRow

MISMATCH, ORDER = "mismatch", "order"
LONGEST_MS = 3_600_000  # who is away from the screen for an hour is not working on the case


@dataclass(frozen=True, slots=True)
class ReviewEvent:
    """``kind``: "mismatch" (from its card's focus to the answer) or "order" (from opening the case to its end).

    ``path`` is the mismatch's, "" of an order; ``action`` what was done ("accept", "candidate", "erp", "document",
    "type", "approve", "reject" ...); ``keys`` and ``clicks`` count what it took.
    """

    case_id: str
    kind: str
    action: str
    milliseconds: int
    keys: int = 0
    clicks: int = 0
    path: str = ""


def record(db: Database, reviewer: str, events: Iterable[ReviewEvent]) -> int:
    """Returns how many were written; longer ones than ``LONGEST_MS`` are not. Raises ``UsageError``."""
    found = tuple(events)
    for event in found:
        if event.kind not in (MISMATCH, ORDER) or min(event.milliseconds, event.keys, event.clicks) < 0:
            raise UsageError(f"event {event.kind!r} of case {event.case_id[:16]!r}: unknown kind or a negative number")
    kept = [event for event in found if event.milliseconds <= LONGEST_MS]
    if not kept:
        return 0
    now = db.now()
    with db.writing("record events") as session:
        session.add_all(
            ReviewEventRow(
                at=now,
                at_s=int(now.timestamp()),
                reviewer=reviewer[:64],
                case_id=event.case_id[:64],
                kind=event.kind,
                path=event.path[:100],
                action=event.action[:32],
                milliseconds=event.milliseconds,
                keys=min(event.keys, 10**6),
                clicks=min(event.clicks, 10**6),
            )
            for event in kept
        )
    return len(kept)
