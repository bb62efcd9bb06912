"""Who works on which case: taken while it is looked at, assigned, postponed, handed back, a colleague asked.

None of it stands in the way of a decision: what protects the case is its version. Every change is in the audit log,
under the key of the order; that somebody goes on looking is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.errors import UsageError
from pipeline.model import CaseStatus
from store import audit
from store.engine import Database
from store.people_tables import UserRow
from store.records import Assignment, StaleCase
from store.tables import CaseRow

HOLD = timedelta(minutes=10)
LONGEST_WAIT = timedelta(days=366)
NOTE_LENGTH = 2000


class Assignments:
    """All but ``of`` raise ``StaleCase`` for a case that is closed, and ``UsageError`` for one that is unknown."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, case_id: str) -> Assignment:
        """By the whole id. Raises ``UsageError``."""
        with self._db.reading() as session:
            return self._seen(_row(session, case_id))

    def take(self, case_id: str, user: str) -> Assignment:
        """Looks at it: held for ``HOLD`` from now unless somebody else holds it. ``held_by`` says who does."""
        now = self._db.now()
        current = self.of(case_id)
        if current.held_by not in (None, user):
            return current
        if current.held_by == user and current.held_until is not None and current.held_until - now > HOLD / 2:
            return current  # a look need not be a write
        with self._changing("take", case_id) as (session, row):
            if _held(row, now) and row.locked_by != user:
                return self._seen(row)
            if row.locked_by != user or not _held(row, now):
                self._note(session, row, user, "taken", {"minutes": HOLD.seconds // 60})
            row.locked_by, row.locked_until = user, now + HOLD
            return self._seen(row)

    def release(self, case_id: str, user: str) -> Assignment:
        """Hands it back: ``user`` neither holds it nor is it theirs or asked of them any more."""
        with self._changing("hand-back", case_id) as (session, row):
            mine = (row.locked_by == user, row.assigned_to == user, row.flagged_for == user)
            if any(mine):
                self._note(session, row, user, "handed back", {})
            if mine[0]:
                row.locked_by = row.locked_until = None
            if mine[1]:
                row.assigned_to = None
            if mine[2]:
                row.flagged_for = None
            return self._seen(row)

    def assign_to(self, case_id: str, to: str | None, by: str) -> Assignment:
        """To a user who may sign in; None: to nobody. Raises ``UsageError`` for others."""
        with self._changing("assign", case_id) as (session, row):
            row.assigned_to = _user(session, to) if to else None
            if row.locked_by not in (None, row.assigned_to):
                row.locked_by = row.locked_until = None
            self._note(session, row, by, "assigned", {"to": row.assigned_to})
            return self._seen(row)

    def postpone(self, case_id: str, until: datetime | None, by: str, reason: str = "") -> Assignment:
        """Out of the queue until then; None: back into it. Raises ``UsageError`` for a time that is past or too far."""
        now = self._db.now()
        if until is not None and not now < until <= now + LONGEST_WAIT:
            raise UsageError("postpone it to a day that is yet to come, within a year")
        with self._changing("postpone", case_id) as (session, row):
            row.postponed_until = until
            row.locked_by = row.locked_until = None
            said = {"until": until.isoformat() if until else None, "reason": reason.strip()[:NOTE_LENGTH]}
            self._note(session, row, by, "postponed" if until else "taken up again", said)
            return self._seen(row)

    def flag(self, case_id: str, note: str, by: str, ask: str | None = None) -> Assignment:
        """Marks it for others to look at; ``ask`` names the colleague who is asked. Raises ``UsageError``."""
        note = note.strip()[:NOTE_LENGTH]
        if not note:
            raise UsageError("say what the colleague should look at")
        with self._changing("flag", case_id) as (session, row):
            row.flagged_by, row.flag_note = by, note
            row.flagged_for = _user(session, ask) if ask else None
            row.locked_by = row.locked_until = None
            self._note(session, row, by, "flagged", {"note": note, "asks": row.flagged_for})
            return self._seen(row)

    def unflag(self, case_id: str, by: str) -> Assignment:
        """The question is settled."""
        with self._changing("unflag", case_id) as (session, row):
            if row.flagged_by is not None:
                self._note(session, row, by, "flag taken down", {"note": row.flag_note})
            row.flagged_by = row.flagged_for = row.flag_note = None
            return self._seen(row)

    @contextmanager
    def _changing(self, name: str, case_id: str) -> Iterator[tuple[Session, CaseRow]]:
        with self._db.writing(f"case-{name}") as session:
            audit.lock(session)
            row = _row(session, case_id)
            if row.status != CaseStatus.OPEN:
                raise StaleCase(f"case {row.case_id} is already {row.status}")
            yield session, row

    def _note(self, session: Session, row: CaseRow, who: str, what: str, detail: Mapping[str, object]) -> None:
        said = {"case": row.case_id, **detail}
        audit.append(session, self._db.now(), who, what, row.order.order_key, said)

    def _seen(self, row: CaseRow) -> Assignment:
        now = self._db.now()
        held = _held(row, now)
        waits = row.postponed_until is not None and row.postponed_until > now
        return Assignment(
            case_id=row.case_id,
            assigned_to=row.assigned_to,
            held_by=row.locked_by if held else None,
            held_until=row.locked_until if held else None,
            postponed_until=row.postponed_until if waits else None,
            flagged_by=row.flagged_by,
            flagged_for=row.flagged_for,
            flag_note=row.flag_note,
        )


def _row(session: Session, case_id: str) -> CaseRow:
    row = session.scalars(select(CaseRow).where(CaseRow.case_id == case_id)).first()
    if row is None:
        raise UsageError(f"there is no case {case_id!r}; `po-intake queue list` shows them")
    return row


def _held(row: CaseRow, now: datetime) -> bool:
    return row.locked_by is not None and row.locked_until is not None and row.locked_until > now


def _user(session: Session, name: str) -> str:
    name = name.strip().casefold()
    row = session.scalars(select(UserRow).where(UserRow.name == name)).first()
    if row is None or row.disabled_at is not None:
        raise UsageError(f"user {name}: not known; `po-intake user list` shows who is")
    return row.name
