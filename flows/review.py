"""The review page beside the parts of one workspace: page and command line decide through the same functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import TypeVar

from connectors.files import write_aside
from extractors.isolation import Isolated
from extractors.pictures import PagePicture, page_picture
from flows import queue
from flows.causes import ForReview
from flows.figures import WorkspaceFigures
from flows.office import WorkspaceOffice
from flows.parts import Parts
from flows.settings import Settings
from flows.sign_on import sign_on_of
from flows.wiring import reading_options, reading_processes, workspace_parts
from pipeline.errors import DocumentError
from pipeline.model import Document, ReviewCase, Scope
from review.desk import Desk, Said

T = TypeVar("T")


@contextmanager
def desk_of(settings: Settings) -> Iterator[Desk]:
    """Everything the page needs, until the block ends. Raises ``ConfigError``."""
    with workspace_parts(settings) as parts, reading_processes(settings.intake) as pool:
        lock = Lock()
        deciding = Deciding(parts, lock)
        pictures = Pictures(parts, settings, pool)
        yield Desk(
            store=parts.store,
            approve=deciding.approve,
            correct=deciding.correct,
            reject=deciding.reject,
            picture=pictures.picture,
            figures=WorkspaceFigures(parts.store, settings, lambda key, page: pictures.of_order(key, page).png),
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


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pages drawn by a killable child, and kept under ``data/pictures``: what is archived never changes."""

    parts: Parts
    settings: Settings
    pool: Isolated

    def picture(self, case: ReviewCase, number: int) -> PagePicture:
        """As ``of_order``."""
        return self.of_order(case.order_key, number)

    def of_order(self, order_key: str, number: int) -> PagePicture:
        """Page ``number`` from 1. Raises ``DocumentError`` and ``SourceError``."""
        if not 1 <= number <= self.settings.intake.max_pages:
            raise DocumentError(f"there is no page {number}")
        source = self.parts.store.source(order_key)
        folder = self.settings.data / "pictures" / source.document_sha256[:2]
        stem = f"{source.document_sha256[2:]}-{number}"
        for path in folder.glob(f"{stem}-*.png"):
            width, height = path.stem.removeprefix(f"{stem}-").split("x")
            return PagePicture(path.read_bytes(), float(width), float(height))
        document = self._document(source.message_sha256, source.document_sha256)
        options = reading_options(self.settings.intake)
        drawn = self.pool.submit(page_picture, document, number, options=options).result()
        write_aside(folder / f"{stem}-{drawn.width:.2f}x{drawn.height:.2f}.png", drawn.png)
        return drawn

    def _document(self, message_sha256: str, document_sha256: str) -> Document:
        _, documents = self.parts.unpack(self.parts.originals.get(message_sha256))
        for document in documents:
            if document.sha256 == document_sha256 and not document.problem:
                return document
        raise DocumentError("the document could not be opened; the original mail is in the archive")
