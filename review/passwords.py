"""Passwords by argon2id, with the parameters of RFC 9106's second choice (64 MiB, three passes)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pipeline.errors import UsageError

SHORTEST, LONGEST = 12, 1024
_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("nobody's password")  # looked at for unknown names, so that the time taken tells nothing


def hashed(password: str) -> str:
    """Raises ``UsageError`` for one that is too short or too long; any characters will do."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"a password has {SHORTEST} to {LONGEST} characters; a sentence of a few words is a good one")
    return _HASHER.hash(password)


def is_right(password: str, password_hash: str | None) -> bool:
    """None: there is no such user; it takes as long as a wrong password."""
    if len(password) > LONGEST:
        return False
    try:
        return _HASHER.verify(password_hash or _NOBODY, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False
