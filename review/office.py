"""What administrators look at that is not in the database; ``flows.office`` gives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class MailboxAbout:
    account: str
    where: str  # "imap.example.com: INBOX", or a folder; never a password


@dataclass(frozen=True, slots=True)
class ErpAbout:
    """The exports in force. ``absent`` are optional files that were not exported: their checks are off."""

    version: str
    since: datetime
    items: int
    customers: int
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyAbout:
    """What one scope ("everybody", "customer C1001") lays down: key, value, and the file it comes from."""

    scope: str
    lines: tuple[tuple[str, str, str], ...]


class Office(Protocol):
    """Both raise ``ConfigError`` where files are missing or wrong."""

    def mailboxes(self) -> tuple[MailboxAbout, ...]: ...
    def erp(self) -> ErpAbout: ...
    def policies(self) -> tuple[PolicyAbout, ...]: ...
