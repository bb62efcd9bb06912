"""Pictures and words of pages for people, kept under ``data/pictures`` as long as there is room."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from connectors.files import write_aside
from extractors.isolation import Isolated
from extractors.pictures import PagePicture, PageWords, page_picture, page_words
from flows.parts import Parts
from flows.settings import Settings
from flows.wiring import reading_options
from pipeline.errors import DocumentError
from pipeline.model import Box, Document, Message, ReviewCase, Source


@dataclass(frozen=True, slots=True)
class Pictures:
    """Drawn and read by a killable child, out of the archived original: what is archived never changes."""

    parts: Parts
    settings: Settings
    pool: Isolated

    def picture(self, case: ReviewCase, number: int) -> PagePicture:
        """As ``of_order``."""
        return self.of_order(case.order_key, number)

    def of_order(self, order_key: str, number: int) -> PagePicture:
        """Page ``number`` from 1. Raises ``DocumentError`` and ``SourceError``."""
        self._check(number)
        folder, stem = self._kept(order_key, number)
        for path in folder.glob(f"{stem}-*.png"):
            width, height = path.stem.removeprefix(f"{stem}-").split("x")
            return PagePicture(path.read_bytes(), float(width), float(height))
        options = reading_options(self.settings.intake)
        drawn = self.pool.submit(page_picture, self._document(order_key), number, options=options).result()
        write_aside(folder / f"{stem}-{drawn.width:.2f}x{drawn.height:.2f}.png", drawn.png)
        return drawn

    def words(self, case: ReviewCase, number: int) -> PageWords:
        """The words of page ``number``, as it was read. Raises ``DocumentError`` and ``SourceError``."""
        self._check(number)
        folder, stem = self._kept(case.order_key, number)
        path = folder / f"{stem}.json"
        if path.is_file():
            source, words = json.loads(path.read_text(encoding="utf-8"))
            return PageWords(tuple((text, Box(*box)) for text, box in words), Source(source))
        options = reading_options(self.settings.intake)
        found = self.pool.submit(page_words, self.document(case), number, options=options).result()
        words = [[text, [box.x0, box.top, box.x1, box.bottom]] for text, box in found.words]
        write_aside(path, json.dumps([str(found.source), words]).encode("utf-8", "replace"))
        return found

    def purge(self) -> None:
        """Takes away what was drawn longest ago, down to nine tenths of ``review.pictures_megabytes``."""
        most = self.settings.review.pictures_megabytes * 1_000_000
        kept = [(path.stat(), path) for path in (self.settings.data / "pictures").glob("*/*") if path.is_file()]
        size = sum(stat.st_size for stat, _ in kept)
        if size <= most:
            return
        for stat, path in sorted(kept, key=lambda one: one[0].st_mtime):
            if size <= most * 9 // 10:
                return
            path.unlink(missing_ok=True)
            size -= stat.st_size

    def message(self, case: ReviewCase) -> Message:
        source = self.parts.store.source(case.order_key)
        return self.parts.unpack(self.parts.originals.get(source.message_sha256))[0]

    def _check(self, number: int) -> None:
        if not 1 <= number <= self.settings.intake.max_pages:
            raise DocumentError(f"there is no page {number}")

    def _kept(self, order_key: str, number: int) -> tuple[Path, str]:
        sha256 = self.parts.store.source(order_key).document_sha256
        return self.settings.data / "pictures" / sha256[:2], f"{sha256[2:]}-{number}"

    def document(self, case: ReviewCase) -> Document:
        """Raises ``DocumentError`` and ``SourceError``."""
        return self._document(case.order_key)

    def _document(self, order_key: str) -> Document:
        source = self.parts.store.source(order_key)
        _, documents = self.parts.unpack(self.parts.originals.get(source.message_sha256))
        for document in documents:
            if document.sha256 == source.document_sha256 and not document.problem:
                return document
        raise DocumentError("the document could not be opened; the original mail is in the archive")
