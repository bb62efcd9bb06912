"""One answer to many cases, as page and JSON interface ask for it; ``flows.causes`` gives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from store import GroupAnswer


@dataclass(frozen=True, slots=True)
class ForMany:
    """``seen`` is the preview's, so that only what was shown is answered.

    ``answer``: an item, a unit, or for a price whose holds, "document" or "erp" (``pipeline.causes.CauseKind``).
    """

    cause_id: str
    answer: str
    reviewer: str
    groups: tuple[str, ...] | None = None
    reason_code: str = ""
    reason: str = ""
    remember: bool = True
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One case: whether it would leave, and what else would keep it."""

    case_id: str
    po_number: str | None
    lines: tuple[str, ...]  # as printed
    leaves: bool
    why_not: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    cases: tuple[Foreseen, ...]
    seen: str

    @property
    def leaving(self) -> int:
        return sum(case.leaves for case in self.cases)


class Many(Protocol):
    """All raise ``UsageError`` and ``StaleCase``."""

    def suggestions(self, said: ForMany) -> tuple[tuple[str, str], ...]:
        """Answers to choose from: value, and what it is."""

    def preview(self, said: ForMany) -> Preview: ...

    def answer(self, said: ForMany) -> GroupAnswer: ...

    def undo(self, answer_id: str, by: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The cases that are open again as before, and those that stay: exported, or worked on since."""
