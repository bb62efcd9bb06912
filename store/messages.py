"""Mails: taken in once by content, worked on by one worker at a time.

States: received → processing → done, or failed (an outside system did not answer: tried again), or dead (given up).
Attempts are counted before the work starts: a mail that kills its worker is noticed all the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from pipeline.model import MailKey
from store import audit
from store.engine import Database
from store.records import ClaimedMessage, LeaseLost, MessageState, StuckMessage
from store.tables import LocationRow, MessageRow

MAX_ATTEMPTS = 3
BACKOFF_SECONDS = 30
MAX_BACKOFF_SECONDS = 1800


def at_key(query: Select[tuple[LocationRow]], key: MailKey) -> Select[tuple[LocationRow]]:
    return query.where(
        LocationRow.account == key.account,
        LocationRow.folder == key.folder,
        LocationRow.uid_validity == key.uid_validity,
        LocationRow.uid == key.uid,
        LocationRow.name == key.name,
    )


def known_location(db: Database, key: MailKey) -> bool:
    with db.reading() as session:
        return session.scalars(at_key(select(LocationRow), key)).first() is not None


def known_locations(db: Database, account: str) -> dict[MailKey, bool]:
    """Every place of an account that was seen; False where the mail was too large and only its head was taken."""
    with db.reading() as session:
        rows = session.scalars(select(LocationRow).where(LocationRow.account == account))
        return {_key(row): row.fetched for row in rows}


def receive(db: Database, key: MailKey, sha256: str, size: int, whole: bool) -> bool:
    """True when the content is new; the same content at a second place only gains that place.

    Not ``whole``: a stand-in for a mail over the size limit, which is fetched again when the limit is raised.
    """
    with db.writing("receive") as session:
        message, is_new = _message(session, db.now(), sha256, size)
        location = session.scalars(at_key(select(LocationRow), key)).first()
        if location is not None and location.message_id == message.id:
            return is_new
        if location is None:
            session.add(_location(key, message, db.now(), whole))
        else:  # the limit was raised, or a file there was replaced by another
            location.message_id, location.fetched, location.acknowledged_at = message.id, whole, None
        detail = {"place": place(key), "size": size, "new": is_new}
        audit.append(session, db.now(), audit.INTAKE, "received", sha256, detail)
        return is_new


def _message(session: Session, now: datetime, sha256: str, size: int) -> tuple[MessageRow, bool]:
    audit.lock(session)  # so that two pollers do not both find it new
    row = session.scalars(select(MessageRow).where(MessageRow.sha256 == sha256)).first()
    if row is not None:
        return row, False
    row = MessageRow(sha256=sha256, size=size, state=MessageState.RECEIVED, received_at=now)
    session.add(row)
    session.flush()
    return row, True


def _location(key: MailKey, message: MessageRow, now: datetime, whole: bool) -> LocationRow:
    return LocationRow(
        account=key.account,
        folder=key.folder,
        uid_validity=key.uid_validity,
        uid=key.uid,
        name=key.name,
        message_id=message.id,
        seen_at=now,
        fetched=whole,
    )


def place(key: MailKey) -> str:
    return f"{key.account}/{key.folder}/{key.name or key.uid}"


# --- leases -----------------------------------------------------------------------------------------------


def claim(db: Database, owner: str, lease_seconds: float) -> ClaimedMessage | None:
    """The oldest message that may be worked on, leased to ``owner``; None when there is none."""
    with db.writing("claim") as session:
        now = db.now()
        while (row := session.scalars(_claimable(now, lease_seconds)).first()) is not None:
            if row.attempts >= MAX_ATTEMPTS:
                reason = f"the worker died {row.attempts} times over this message; see it, then `po-intake queue retry`"
                _bury(session, row, row.error or reason, now)
                continue
            return _lease(row, owner, now, lease_seconds)
        return None


def _claimable(now: datetime, lease_seconds: float) -> Select[tuple[MessageRow]]:
    """A lease that ends later than any lease can was given before the clock was set back: it counts as over."""
    waiting = MessageRow.state == MessageState.RECEIVED
    due = and_(MessageRow.state == MessageState.FAILED, or_(MessageRow.retry_at.is_(None), MessageRow.retry_at <= now))
    impossible = now + timedelta(seconds=2 * lease_seconds)
    over = or_(MessageRow.lease_until <= now, MessageRow.lease_until > impossible)
    orphaned = and_(MessageRow.state == MessageState.PROCESSING, over)
    query = select(MessageRow).where(or_(waiting, due, orphaned)).order_by(MessageRow.id).limit(1)
    return query.with_for_update(skip_locked=True)


def _lease(row: MessageRow, owner: str, now: datetime, seconds: float) -> ClaimedMessage:
    until = now + timedelta(seconds=seconds)
    row.state = MessageState.PROCESSING
    row.attempts += 1
    row.fence += 1
    row.lease_owner, row.lease_until, row.retry_at = owner, until, None
    return ClaimedMessage(row.id, row.sha256, owner, row.fence, row.attempts, until, row.received_at)


def held(session: Session, claim: ClaimedMessage) -> MessageRow:
    """The row of a claim, locked. Raises ``LeaseLost`` when somebody took it over meanwhile."""
    row = session.get(MessageRow, claim.message_id, with_for_update=True)
    if row is None or row.fence != claim.fence or row.state != MessageState.PROCESSING:
        raise LeaseLost(f"message {claim.sha256[:12]}: {claim.owner} no longer holds it; its result is dropped")
    return row


def renew(db: Database, claim: ClaimedMessage, lease_seconds: float) -> bool:
    """Prolongs a lease while the work goes on; False when it is lost."""
    with db.writing("renew") as session:
        try:
            row = held(session, claim)
        except LeaseLost:
            return False
        row.lease_until = db.now() + timedelta(seconds=lease_seconds)
        return True


def close(row: MessageRow, state: MessageState, now: datetime) -> None:
    row.state = state
    row.lease_owner = row.lease_until = row.retry_at = None
    row.finished_at = now
    if state is MessageState.DONE:
        row.attempts = row.failures = 0
        row.error = None


def release(db: Database, claim: ClaimedMessage) -> None:
    """Gives a claim back unworked, as when the program is asked to end: the attempt does not count."""
    with db.writing("release") as session:
        row = held(session, claim)
        row.state, row.attempts = MessageState.RECEIVED, row.attempts - 1
        row.lease_owner = row.lease_until = None


def release_owners(db: Database, prefix: str, alive: frozenset[str]) -> int:
    """Ends the leases of owners that begin with ``prefix`` and are not ``alive``; their attempts count."""
    with db.writing("release-owners") as session:
        query = select(MessageRow).where(
            MessageRow.state == MessageState.PROCESSING,
            MessageRow.lease_owner.startswith(prefix, autoescape=True),
            MessageRow.lease_owner.not_in(alive),
        )
        rows = session.scalars(query.with_for_update(skip_locked=True)).all()
        for row in rows:
            row.state = MessageState.RECEIVED
            row.lease_owner = row.lease_until = None
        return len(rows)


def lease_owners(db: Database) -> frozenset[str]:
    query = select(MessageRow.lease_owner).where(MessageRow.state == MessageState.PROCESSING).distinct()
    with db.reading() as session:
        return frozenset(owner for owner in session.scalars(query) if owner is not None)


# --- ends that are none -----------------------------------------------------------------------------------


def fail(db: Database, claim: ClaimedMessage, error: str, retry: bool) -> None:
    """``retry``: an outside system did not answer, so the attempt does not count; else the message is given up."""
    with db.writing("fail") as session:
        row = held(session, claim)
        if not retry:
            _bury(session, row, error, db.now())
            return
        row.attempts -= 1
        row.failures += 1
        row.error = error
        row.state = MessageState.FAILED
        row.lease_owner = row.lease_until = None
        row.retry_at = db.now() + backoff(row.failures)


def backoff(failures: int) -> timedelta:
    """Doubling from 30 seconds to half an hour; ``failures`` counts from 1."""
    return timedelta(seconds=min(BACKOFF_SECONDS * 2 ** min(failures - 1, 20), MAX_BACKOFF_SECONDS))


def _bury(session: Session, row: MessageRow, reason: str, now: datetime) -> None:
    close(row, MessageState.DEAD, now)
    row.error = reason
    audit.append(session, now, audit.INTAKE, "dead", row.sha256, {"reason": reason})


def retry(db: Database, sha256: str, actor: str) -> bool:
    """A person gives a failed or dead message new attempts. False when there is none such."""
    with db.writing("retry") as session:
        row = session.scalars(select(MessageRow).where(MessageRow.sha256 == sha256).with_for_update()).first()
        if row is None or row.state not in (MessageState.FAILED, MessageState.DEAD):
            return False
        row.state = MessageState.RECEIVED
        row.attempts = row.failures = 0
        row.retry_at = row.finished_at = row.error = None
        audit.append(session, db.now(), actor, "retry", sha256, {})
        return True


def stuck(db: Database) -> tuple[StuckMessage, ...]:
    """What is not done and not simply waiting its turn: failed, dead, or tried more than once."""
    unwell = or_(
        MessageRow.state.in_([MessageState.FAILED, MessageState.DEAD]),
        and_(MessageRow.state != MessageState.DONE, MessageRow.attempts > 1),
    )
    with db.reading() as session:
        rows = session.scalars(select(MessageRow).where(unwell).order_by(MessageRow.id)).all()
        return tuple(_stuck(session, row) for row in rows)


def _stuck(session: Session, row: MessageRow) -> StuckMessage:
    query = select(LocationRow).where(LocationRow.message_id == row.id).order_by(LocationRow.id)
    places = tuple(place(_key(at)) for at in session.scalars(query))
    state = MessageState(row.state)
    return StuckMessage(row.sha256, state, row.attempts, row.error, row.subject, row.received_at, row.retry_at, places)


# --- acknowledging ----------------------------------------------------------------------------------------


def locations_to_acknowledge(db: Database) -> tuple[MailKey, ...]:
    """Places of messages that are done and whose mailbox was not told so yet, oldest first.

    A mail that was too large to take in stays where and as it is.
    """
    query = select(LocationRow).join(MessageRow).where(LocationRow.fetched)
    query = query.where(LocationRow.acknowledged_at.is_(None), MessageRow.state == MessageState.DONE)
    with db.reading() as session:
        return tuple(_key(row) for row in session.scalars(query.order_by(LocationRow.id)))


def acknowledged(db: Database, key: MailKey) -> None:
    with db.writing("acknowledged") as session:
        row = session.scalars(at_key(select(LocationRow), key)).first()
        if row is not None and row.acknowledged_at is None:
            row.acknowledged_at = db.now()


def _key(row: LocationRow) -> MailKey:
    return MailKey(row.account, row.folder, row.uid_validity, row.uid, row.name)
