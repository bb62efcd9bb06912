"""The review page beside the parts of one workspace: page and command line decide through the same functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import TypeVar

from flows import queue
from flows.case_work import WorkspaceCases
from flows.causes import ForReview
from flows.figures import WorkspaceFigures
from flows.office import WorkspaceOffice
from flows.parts import Parts
from flows.pictures import Pictures
from flows.settings import Settings
from flows.sign_on import sign_on_of
from flows.wiring import reading_processes, workspace_parts
from pipeline.model import Scope
from review.desk import Desk, Said

T = TypeVar("T")


@contextmanager
def desk_of(settings: Settings) -> Iterator[Desk]:
    """Everything the page needs, until the block ends. Raises ``ConfigError``."""
    with workspace_parts(settings) as parts, reading_processes(settings.intake) as pool:
        lock = Lock()
        deciding, pictures = Deciding(parts, lock), Pictures(parts, settings, pool)
        pictures.purge()
        yield Desk(
            store=parts.store,
            approve=deciding.approve,
            correct=deciding.correct,
            reject=deciding.reject,
            picture=pictures.picture,
            figures=WorkspaceFigures(parts.store, settings, lambda key, page: pictures.of_order(key, page).png),
            work=WorkspaceCases(parts, settings, pictures, lock),
            many=ForReview(parts, lambda: lock),
            office=WorkspaceOffice(settings),
            sign_on=sign_on_of(settings),
            public_url=settings.review.public_url.rstrip("/"),
            idle=timedelta(minutes=settings.review.idle_minutes),
            longest=timedelta(hours=settings.review.session_hours),
        )


@dataclass(frozen=True, slots=True)
class Deciding:
    """One at a time: the matcher behind it keeps what it worked out, and threads must not share that."""

    parts: Parts
    lock: Lock

    def approve(self, said: Said) -> queue.Outcome:
        scope = Scope.CUSTOMER if said.remember else Scope.NOTHING
        return self._alone(
            lambda: queue.approve(
                self.parts,
                said.case_id,
                said.reviewer,
                reason=said.reason,
                skus=said.skus,
                version=said.version,
                remember=scope,
            )
        )

    def correct(self, said: Said) -> queue.Outcome:
        return self._alone(
            lambda: queue.correct(
                self.parts, said.case_id, said.reviewer, said.order_json, reason=said.reason, version=said.version
            )
        )

    def reject(self, said: Said) -> queue.Outcome:
        return queue.reject(self.parts.store, said.case_id, said.reviewer, said.reason, said.version)

    def _alone(self, decide: Callable[[], T]) -> T:
        with self.lock:
            return decide()
