"""What must leave exactly once. The receiver gets the key along: the same key twice leaves one result."""

from __future__ import annotations

import json

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pipeline.codec import decision_from_json
from store import audit
from store.engine import Database
from store.messages import backoff
from store.records import OutboxItem, OutboxState, StaleCase
from store.tables import OutboxRow


def pending(db: Database, limit: int) -> tuple[OutboxItem, ...]:
    """What is due, oldest first."""
    due = or_(OutboxRow.retry_at.is_(None), OutboxRow.retry_at <= db.now())
    states = (OutboxState.PENDING, OutboxState.LEAVING)
    query = select(OutboxRow).where(OutboxRow.state.in_(states), due).order_by(OutboxRow.id).limit(limit)
    with db.reading() as session:
        return tuple(
            OutboxItem(row.key, row.kind, row.attempts, decision_from_json(json.loads(row.payload)))
            for row in session.scalars(query)
        )


def begin(db: Database, key: str) -> bool:
    """From now on it cannot be taken back. False: it was, and must not leave."""
    with db.writing("outbox-begin") as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.key == key).with_for_update()).first()
        if row is None or row.state not in (OutboxState.PENDING, OutboxState.LEAVING):
            return False
        row.state = OutboxState.LEAVING
        return True


def take_back(session: Session, key: str) -> None:
    """Part of the transaction that reopens the case. Raises ``StaleCase`` when the order has begun to leave."""
    row = session.scalars(select(OutboxRow).where(OutboxRow.key == key).with_for_update()).first()
    if row is None:
        return
    if row.state != OutboxState.PENDING:
        raise StaleCase("the order has left for the ERP already: change it there, or ask the customer for a new one")
    session.delete(row)


def done(db: Database, key: str, went_to: str) -> None:
    """Harmless when repeated."""
    with db.writing("outbox-done") as session:
        row = _row(session, key)
        if row.state == OutboxState.DONE:
            return
        row.state, row.went_to, row.done_at = OutboxState.DONE, went_to, db.now()
        row.error = row.retry_at = None
        row.attempts = 0
        audit.append(session, db.now(), audit.INTAKE, "exported", key, {"to": went_to})


def failed(db: Database, key: str, error: str, retry: bool) -> None:
    """``retry``: later again, with growing pauses; else it waits for a person."""
    with db.writing("outbox-failed") as session:
        row = _row(session, key)
        if row.state == OutboxState.DONE:
            return
        row.attempts += 1
        row.error = error
        row.retry_at = db.now() + backoff(row.attempts)
        if not retry:
            row.state = OutboxState.FAILED
            audit.append(session, db.now(), audit.INTAKE, "export failed", key, {"reason": error})


def retry(db: Database, key: str, actor: str) -> bool:
    """A person lets a failed or waiting one leave at once. False when there is none such."""
    with db.writing("outbox-retry") as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.key == key).with_for_update()).first()
        if row is None or row.state == OutboxState.DONE:
            return False
        # one that was refused for good had begun to leave
        row.state = OutboxState.PENDING if row.state == OutboxState.PENDING else OutboxState.LEAVING
        row.retry_at = None
        audit.append(session, db.now(), actor, "export retry", key, {})
        return True


def problems(db: Database) -> tuple[tuple[str, str], ...]:
    """(key, error) of everything that did not leave at its last try."""
    query = select(OutboxRow).where(OutboxRow.state != OutboxState.DONE, OutboxRow.error.is_not(None))
    with db.reading() as session:
        return tuple((row.key, row.error or "") for row in session.scalars(query.order_by(OutboxRow.id)))


def _row(session: Session, key: str) -> OutboxRow:
    return session.scalars(select(OutboxRow).where(OutboxRow.key == key).with_for_update()).one()
