"""Tokens for programs: a program acts as a user, within scopes, until a day. Only the hash of a token is kept."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from pipeline.errors import UsageError
from store import audit
from store.engine import Database
from store.people import user_of
from store.people_tables import TokenRow, UserRow
from store.records import ServiceToken

LONGEST_LIFE = timedelta(days=366)
USED_EVERY = timedelta(minutes=5)  # a request need not be a write


class Tokens:
    def __init__(self, db: Database) -> None:
        self._db = db

    def issue(
        self, name: str, token_hash: str, label: str, scopes: Sequence[str], life: timedelta, actor: str
    ) -> ServiceToken:
        """Raises ``UsageError`` for an unknown or disabled user, no scope, or a life over a year."""
        if not scopes or not timedelta(0) < life <= LONGEST_LIFE:
            raise UsageError("a token needs a scope, and a life of 1 to 366 days")
        with self._db.writing("token-issue") as session:
            user = session.scalars(select(UserRow).where(UserRow.name == name.strip().casefold())).first()
            if user is None or user.disabled_at is not None:
                raise UsageError(f"user {name[:80]}: not known; `po-intake user list` shows who is")
            now = self._db.now()
            row = TokenRow(token_id=secrets.token_hex(6), token_hash=token_hash, user_id=user.id, label=label[:200])
            row.scopes, row.created_at, row.expires_at = json.dumps(sorted(set(scopes))), now, now + life
            session.add(row)
            session.flush()
            detail = {"token": row.token_id, "label": row.label, "scopes": sorted(set(scopes)), "days": life.days}
            audit.append(session, now, actor, "token issued", f"user:{user.name}", detail)
            return _token(row)

    def of(self, token_hash: str) -> ServiceToken | None:
        """The token if it is good: neither revoked nor over, its user not disabled."""
        now = self._db.now()
        with self._db.reading() as session:
            row = session.scalars(select(TokenRow).where(TokenRow.token_hash == token_hash)).first()
            if row is None or row.revoked_at is not None or row.expires_at <= now or row.user.disabled_at is not None:
                return None
            found, fresh = _token(row), row.used_at is not None and now - row.used_at < USED_EVERY
        if not fresh:
            with self._db.writing("token-used") as session:
                row = session.scalars(select(TokenRow).where(TokenRow.token_hash == token_hash)).one()
                row.used_at = now
        return found

    def all(self, name: str | None = None) -> tuple[ServiceToken, ...]:
        """Those of one user or of everybody, the revoked ones too, oldest first."""
        query = select(TokenRow).order_by(TokenRow.id)
        with self._db.reading() as session:
            found = tuple(_token(row) for row in session.scalars(query))
        return tuple(token for token in found if name is None or token.user.name == name.strip().casefold())

    def revoke(self, token_id: str, actor: str) -> ServiceToken:
        """It is good for nothing from now on. Raises ``UsageError`` for an unknown id."""
        with self._db.writing("token-revoke") as session:
            row = session.scalars(select(TokenRow).where(TokenRow.token_id == token_id)).first()
            if row is None:
                raise UsageError(f"there is no token {token_id[:80]}; `po-intake user tokens` shows them")
            if row.revoked_at is None:
                row.revoked_at = self._db.now()
                detail = {"token": row.token_id, "label": row.label}
                audit.append(session, self._db.now(), actor, "token revoked", f"user:{row.user.name}", detail)
            return _token(row)


def _token(row: TokenRow) -> ServiceToken:
    return ServiceToken(
        token_id=row.token_id,
        user=user_of(row.user),
        label=row.label,
        scopes=tuple(json.loads(row.scopes)),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )
