"""What the page works with, passed in from above: the same deciding as on the command line, and pictures of pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from pipeline.model import ReviewCase
from review.figures import Figures
from store import Store


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


@dataclass(frozen=True, slots=True)
class Desk:
    """The three resolutions raise ``UsageError`` and ``StaleCase``, ``picture`` raises ``DocumentError``."""

    store: Store
    approve: Callable[[Said], Outcome]
    correct: Callable[[Said], Outcome]
    reject: Callable[[Said], Outcome]
    picture: Callable[[ReviewCase, int], Picture]
    figures: Figures
    public_url: str  # "" : only browsers on this machine
    idle: timedelta
    longest: timedelta
