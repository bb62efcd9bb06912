"""What the steps work with: the concrete parts of one workspace, passed in. Tests may pass others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pipeline.interfaces import MailSource, OrderHistory, Sink
from pipeline.model import Candidate, Document, Message, ReadingContext
from pipeline.run import Deciders, ReadDocument
from store import Store


class OriginalsFolder(Protocol):
    """The archive of raw messages, by content."""

    def put(self, raw: bytes) -> str:
        """Archives lastingly; returns the sha256. Raises ``SourceError``."""

    def get(self, sha256: str) -> bytes:
        """Raises ``SourceError`` when it is not there or cannot be read."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox to poll. ``max_bytes``: for a larger mail the source gives a small stand-in."""

    account: str
    source: MailSource
    max_bytes: int


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a look at the ERP exports gave; ``findings`` says why new ones were refused."""

    accepted: bool
    changed: bool
    version: str | None
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """``deciders`` and ``context`` are asked anew for every message, so that a new ERP snapshot counts at once."""

    store: Store
    mailboxes: tuple[Mailbox, ...]
    originals: OriginalsFolder
    unpack: Callable[[bytes], tuple[Message, tuple[Document, ...]]]
    read: ReadDocument
    context: Callable[[], ReadingContext]
    deciders: Callable[[OrderHistory], Deciders]
    sink: Sink
    sync: Callable[[], SyncReport]
    search: Callable[[str], tuple[Candidate, ...]] = lambda _: ()  # the ERP's items, for people
    workers: int = 1  # messages read at the same time; decided in their order all the same
