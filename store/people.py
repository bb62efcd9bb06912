"""Who may sign in, their sessions, and how often a password was tried. Passwords and tokens stand here as hashes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pipeline.errors import UsageError
from store import audit
from store.engine import Database
from store.people_tables import SessionRow, TriesRow, UserRow
from store.records import Identity, OpenSession, Role, SignedIn, User

NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
SEEN_EVERY = timedelta(minutes=1)  # a look at a page need not be a write
FREE_TRIES = 3
LONGEST_WAIT = timedelta(minutes=3)  # twenty tries an hour
FORGET_TRIES = timedelta(days=1)
FORGET_SESSIONS = timedelta(days=4)  # longer than any session may last


class Unchanged:
    """Says nothing about it; None says something."""


UNCHANGED = Unchanged()


class People:
    """Users and sessions; every change of a user is in the audit log, under ``user:NAME``."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, name: str, role: Role, password_hash: str, actor: str, groups: tuple[str, ...] | None = None) -> User:
        """A new user, or a disabled one again with this role, password and groups. Raises ``UsageError``."""
        name = user_name(name)
        with self._db.writing("user-add") as session:
            row = _row(session, name)
            if row is not None and row.disabled_at is None:
                raise UsageError(f"user {name} is there already; `po-intake user disable {name}` first, then add anew")
            if row is None:
                row = UserRow(name=name, created_at=self._db.now())
                session.add(row)
            row.role, row.password_hash, row.disabled_at, row.last_address = role, password_hash, None, None
            row.groups, row.subject = _groups_text(groups), None
            session.flush()
            detail = {"role": role, "groups": groups}
            audit.append(session, self._db.now(), actor, "user added", f"user:{name}", detail)
            return user_of(row)

    def change(
        self, name: str, actor: str, *, role: Role | None = None, groups: tuple[str, ...] | Unchanged | None = UNCHANGED
    ) -> User:
        """Another role, other groups; counts from the user's next click. Raises ``UsageError`` for an unknown name."""
        with self._db.writing("user-change") as session:
            row = _known(session, name)
            row.role = role or row.role
            if not isinstance(groups, Unchanged):
                row.groups = _groups_text(groups)
            detail = {"role": row.role, "groups": json.loads(row.groups or "null")}
            audit.append(session, self._db.now(), actor, "user changed", f"user:{row.name}", detail)
            return user_of(row)

    def set_password(self, name: str, password_hash: str, actor: str, keep: str = "") -> None:
        """Ends all sessions of the user but the one with the token hash ``keep``. Raises ``UsageError``."""
        with self._db.writing("user-password") as session:
            row = _known(session, name)
            if row.subject is not None:
                raise UsageError(f"user {row.name} signs in at the identity provider; the password is changed there")
            row.password_hash = password_hash
            ended = _end_sessions(session, row, keep)
            detail = {"sessions ended": ended}
            audit.append(session, self._db.now(), actor, "password changed", f"user:{row.name}", detail)

    def users(self) -> tuple[User, ...]:
        """By name, the disabled ones too."""
        with self._db.reading() as session:
            return tuple(user_of(row) for row in session.scalars(select(UserRow).order_by(UserRow.name)))

    def disable(self, name: str, actor: str) -> User:
        """Ends the user's sessions at once; what the user decided stays. Raises ``UsageError`` for an unknown name."""
        with self._db.writing("user-disable") as session:
            row = _known(session, name)
            if row.disabled_at is None:
                row.disabled_at = self._db.now()
                audit.append(session, self._db.now(), actor, "user disabled", f"user:{row.name}", {})
            _end_sessions(session, row)
            return user_of(row)

    # signing in

    def password_of(self, name: str) -> tuple[User, str] | None:
        """The user and the hash of the password; None for unknown and disabled ones."""
        with self._db.reading() as session:
            row = _row(session, name.strip().casefold())
            return None if row is None or row.disabled_at is not None else (user_of(row), row.password_hash)

    def may_try(self, name: str, address: str) -> timedelta:
        """Books a try before the password is looked at; how long to wait if it is too early (then nothing is booked).

        One count for the account, one for the address. Where the account signed in last, it has a count of its own,
        so that strangers who try its passwords do not keep its owner out.
        """
        name = name.strip().casefold()[:64]
        with self._db.writing("sign-in-try") as session:
            now = self._db.now()
            session.execute(delete(TriesRow).where(TriesRow.last_at < now - FORGET_TRIES))
            rows = [_tries(session, key, now) for key in _keys(session, name, address)]
            wait = max(_wait(row, now) for row in rows)
            if wait <= timedelta(0):
                for row in rows:
                    row.failures, row.last_at = row.failures + 1, now
            return max(wait, timedelta(0))

    def forgive(self, name: str, address: str) -> None:
        """The password was right after all: the tries are forgotten."""
        with self._db.writing("tries-forgiven") as session:
            session.execute(delete(TriesRow).where(TriesRow.key.in_(_keys(session, name, address))))

    def sign_in(self, user: User, token_hash: str, address: str) -> None:
        """A right password: the tries are forgiven, a session begins."""
        with self._db.writing("sign-in") as session:
            row = _row(session, user.name)
            if row is None or row.disabled_at is not None:
                raise UsageError(f"user {user.name} may not sign in any more")
            session.execute(delete(TriesRow).where(TriesRow.key.in_(_keys(session, user.name, address))))
            row.last_address = address
            self._begin(session, row, token_hash, address)

    def sign_in_as(self, identity: Identity, token_hash: str, address: str) -> User:
        """By the word of the identity provider: makes the user or brings role and groups up to date, begins a session.

        Raises ``UsageError`` where the name belongs to somebody else or the user is disabled here.
        """
        name = user_name(identity.name)
        with self._db.writing("sign-in-as") as session:
            row = session.scalars(select(UserRow).where(UserRow.subject == identity.subject)).first()
            if row is None:
                if _row(session, name) is not None:
                    raise UsageError(f"the name {name} belongs to another user here; ask the administrator")
                row = UserRow(name=name, password_hash="", created_at=self._db.now(), subject=identity.subject)
                session.add(row)
            if row.disabled_at is not None:
                raise UsageError(f"user {row.name} may not sign in any more")
            before = (row.role, row.groups)
            row.role, row.groups = identity.role, _groups_text(identity.groups)
            session.flush()
            if before != (row.role, row.groups):
                detail = {"role": identity.role, "groups": identity.groups}
                audit.append(session, self._db.now(), row.name, "user by provider", f"user:{row.name}", detail)
            self._begin(session, row, token_hash, address)
            return user_of(row)

    def _begin(self, session: Session, row: UserRow, token_hash: str, address: str) -> None:
        now = self._db.now()
        session.execute(delete(SessionRow).where(SessionRow.created_at < now - FORGET_SESSIONS))
        session.add(SessionRow(token_hash=token_hash, user_id=row.id, address=address, created_at=now, seen_at=now))
        audit.append(session, now, row.name, "signed in", f"user:{row.name}", {"address": address})

    def signed_in(self, token_hash: str, idle: timedelta, longest: timedelta) -> SignedIn | None:
        """Whose session it is, if it is still good; looking keeps it from going idle."""
        now = self._db.now()
        with self._db.reading() as session:
            row = session.scalars(select(SessionRow).where(SessionRow.token_hash == token_hash)).first()
            if row is None or row.user.disabled_at is not None:
                return None
            good = now - row.seen_at < idle and now - row.created_at < longest
            found, fresh = SignedIn(user_of(row.user), row.created_at), now - row.seen_at < SEEN_EVERY
        if not good:
            self.sign_out(token_hash)
            return None
        if not fresh:
            self._seen(token_hash, now)
        return found

    def _seen(self, token_hash: str, now: datetime) -> None:
        with self._db.writing("session-seen") as session:
            row = session.scalars(select(SessionRow).where(SessionRow.token_hash == token_hash)).first()
            if row is not None:
                row.seen_at = now

    def sign_out(self, token_hash: str) -> None:
        """Ends the session, if there is one."""
        with self._db.writing("sign-out") as session:
            session.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash))

    def sessions(self, name: str, token_hash: str = "") -> tuple[OpenSession, ...]:
        """Where the user is signed in, newest first; ``token_hash`` tells which session is looking."""
        with self._db.reading() as session:
            row = _known(session, name)
            query = select(SessionRow).where(SessionRow.user_id == row.id).order_by(SessionRow.id.desc())
            return tuple(
                OpenSession(one.id, one.address, one.created_at, one.seen_at, one.token_hash == token_hash)
                for one in session.scalars(query)
            )

    def sign_out_everywhere(self, name: str, actor: str, keep: str = "") -> int:
        """All sessions of the user end, but that with the token hash ``keep``; how many they were."""
        with self._db.writing("sign-out-everywhere") as session:
            row = _known(session, name)
            ended = _end_sessions(session, row, keep)
            audit.append(
                session, self._db.now(), actor, "signed out everywhere", f"user:{row.name}", {"sessions": ended}
            )
            return ended


def user_name(name: str) -> str:
    """As it stands in the database. Raises ``UsageError``."""
    name = name.strip().casefold()
    if not NAME.fullmatch(name):
        raise UsageError(f"user {name[:80]!r}: a name is up to 64 letters a-z, digits and . _ @ -")
    return name


def user_of(row: UserRow) -> User:
    groups = None if row.groups is None else tuple(json.loads(row.groups))
    return User(row.name, Role(row.role), row.created_at, row.disabled_at, groups, row.subject is not None)


def _row(session: Session, name: str) -> UserRow | None:
    return session.scalars(select(UserRow).where(UserRow.name == name)).first()


def _known(session: Session, name: str) -> UserRow:
    row = _row(session, name.strip().casefold())
    if row is None:
        raise UsageError(f"user {name[:80]}: not known; `po-intake user list` shows who is")
    return row


def _end_sessions(session: Session, row: UserRow, keep: str = "") -> int:
    ended = session.execute(delete(SessionRow).where(SessionRow.user_id == row.id, SessionRow.token_hash != keep))
    return int(getattr(ended, "rowcount", 0))


def _groups_text(groups: tuple[str, ...] | None) -> str | None:
    return None if groups is None else json.dumps(sorted(set(groups)))


def _keys(session: Session, name: str, address: str) -> Sequence[str]:
    row = _row(session, name)
    at_home = row is not None and row.last_address == address
    return (f"account:{name}@{address}" if at_home else f"account:{name}", f"address:{address}")


def _tries(session: Session, key: str, now: datetime) -> TriesRow:
    row = session.get(TriesRow, key, with_for_update=True)
    if row is None:
        row = TriesRow(key=key, failures=0, last_at=now)
        session.add(row)
    return row


def _wait(row: TriesRow, now: datetime) -> timedelta:
    """1, 2, 4 ... seconds from the fourth try on, at most ``LONGEST_WAIT``."""
    if row.failures < FREE_TRIES:
        return timedelta(0)
    pause = min(timedelta(seconds=2 ** min(row.failures - FREE_TRIES, 20)), LONGEST_WAIT)
    return row.last_at + pause - now
