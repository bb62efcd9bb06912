"""The tables of the people who sign in; apart from those of orders."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.tables import Base


class UserRow(Base):
    """A person who may sign in; ``last_address`` is where from, the last time.

    ``groups``: JSON list of the groups whose customers are seen, NULL for all customers. ``subject``: who it is at the
    identity provider; then ``password_hash`` is empty and no password is right.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    last_address: Mapped[str | None]
    groups: Mapped[str | None]
    subject: Mapped[str | None]


class SessionRow(Base):
    """Somebody is signed in. The token itself stands only in the browser."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    address: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]

    user: Mapped[UserRow] = relationship()


class TriesRow(Base):
    """How often passwords of an account, or from an address, were tried since the last right one."""

    __tablename__ = "sign_in_tries"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]


class TokenRow(Base):
    """A program acts as a user. The token itself stands only with the program; ``scopes`` is a JSON list of actions."""

    __tablename__ = "service_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_id: Mapped[str] = mapped_column(String(12), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    label: Mapped[str]
    scopes: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]

    user: Mapped[UserRow] = relationship()


class KeyMapRow(Base):
    """The keys that somebody changed on the review page; JSON, action to key."""

    __tablename__ = "key_maps"

    user: Mapped[str] = mapped_column(String(64), primary_key=True)
    keys: Mapped[str]
