"""What the page works with, passed in from above: the same deciding as on the command line, and pictures of pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from pipeline.model import Box, Candidate, EarlierOrder, LayoutCorrection, ReviewCase, Source
from pipeline.settling import Settlement
from review.figures import Figures
from review.many import Many
from review.office import Office
from store import Identity, Store


class Outcome(Protocol):
    """What became of a case (``flows.queue.Outcome``)."""

    @property
    def case(self) -> ReviewCase: ...
    @property
    def unseen(self) -> tuple[str, ...]: ...
    @property
    def second_for(self) -> tuple[str, ...]: ...
    @property
    def left(self) -> bool: ...


class Picture(Protocol):
    """A page as PNG; ``width`` and ``height`` of the page in points."""

    @property
    def png(self) -> bytes: ...
    @property
    def width(self) -> float: ...
    @property
    def height(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of a case. ``skus`` per line, from 1; ``order_json`` is the corrected order of "correct"."""

    case_id: str
    version: str
    reviewer: str
    reason: str = ""
    skus: Mapping[int, str] = field(default_factory=dict)
    order_json: str = ""
    remember: bool = True


class SignOn(Protocol):
    """An identity provider. ``secret`` is the one of the browser's sign-in cookie; both raise ``IntakeError``s."""

    @property
    def label(self) -> str: ...
    def address(self, redirect: str, secret: str, to: str) -> str:
        """Where the browser is sent to."""

    def identity(self, redirect: str, secret: str, answer: Mapping[str, str]) -> tuple[Identity, str]:
        """Who it is by the query it was sent back with, and where they wanted to go."""


class Words(Protocol):
    """The words of a page as it was read, with their boxes."""

    @property
    def words(self) -> tuple[tuple[str, Box], ...]: ...
    @property
    def source(self) -> Source: ...


class CaseWork(Protocol):
    """What can be done with one case. What changes it raises ``UsageError`` and ``StaleCase``; what looks into the
    document, ``DocumentError`` and ``SourceError``."""

    def settle(self, said: Settlement) -> Outcome: ...
    def reject(self, case_id: str, version: str, reviewer: str, code: str, text: str) -> Outcome: ...
    def rearrange(self, case_id: str, version: str, reviewer: str, what: str, line: int) -> Outcome:
        """``what``: add, delete, split, merge; ``line`` from 1."""

    def part(self, case_id: str, version: str, reviewer: str, line: int, po_number: str) -> str:
        """From ``line`` on an order of its own; its case."""

    def words(self, case: ReviewCase, page: int) -> Words: ...
    def items(self, text: str) -> tuple[Candidate, ...]:
        """The ERP's items, best first."""

    def mail_html(self, case: ReviewCase) -> str | None:
        """As a stranger wrote it."""

    def earlier(self, case: ReviewCase) -> tuple[EarlierOrder, ...]:
        """What was ordered under this number before, newest last."""

    def learn_layout(self, case: ReviewCase, said: Mapping[str, str], reviewer: str) -> LayoutCorrection:
        """``said``: label as printed → meaning."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The three resolutions raise ``UsageError`` and ``StaleCase``, ``picture`` raises ``DocumentError``."""

    store: Store
    approve: Callable[[Said], Outcome]
    correct: Callable[[Said], Outcome]
    reject: Callable[[Said], Outcome]
    picture: Callable[[ReviewCase, int], Picture]
    work: CaseWork
    figures: Figures
    many: Many
    office: Office
    sign_on: SignOn | None
    public_url: str  # "" : only browsers on this machine
    idle: timedelta
    longest: timedelta
