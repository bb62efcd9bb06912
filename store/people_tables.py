"""The tables of the people who sign in; apart from those of orders."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.tables import Base


class UserRow(Base):
    """A person who may sign in; ``last_address`` is where from, the last time."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    last_address: Mapped[str | None]


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
