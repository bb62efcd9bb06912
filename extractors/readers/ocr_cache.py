"""Recognised pages kept in a folder: the same picture read by the same engine is not recognised again."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from extractors.readers import tesseract
from extractors.readers.ocr import Sheet, read_sheet
from pipeline.model import Box, Mark, Page, Ruling, Source, Word

VERSION = 11  # of the reading as a whole: raised when the same picture would give other words


def read_cached(
    folder: str | None, sheet: Sheet, number: int, languages: Sequence[str], first: str
) -> tuple[Page, str]:
    """``read_sheet``, from the folder when it holds this picture. A damaged entry is read anew and replaced."""
    if folder is None:
        return read_sheet(sheet, number, languages, first)
    path = Path(folder) / f"{_key(sheet, languages, first)}.json"
    found = _load(path, number)
    if found is None:
        found = read_sheet(sheet, number, languages, first)
        _save(path, *found)
    return found


def _key(sheet: Sheet, languages: Sequence[str], first: str) -> str:
    digest = hashlib.sha256(sheet.grey.tobytes())
    told = (VERSION, tesseract.engine().version, sheet.grey.shape, sheet.dpi, sheet.coloured, tuple(languages), first)
    digest.update(repr(told).encode())
    return digest.hexdigest()


def _load(path: Path, number: int) -> tuple[Page, str] | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        words = tuple(Word(text, Box(*box), confidence, again=again) for text, box, confidence, again in kept["words"])
        rulings = tuple(Ruling(Box(*box)) for box in kept["rulings"])
        page = Page(
            number,
            kept["width"],
            kept["height"],
            words,
            Source.OCR,
            rulings,
            rotation=kept["rotation"],
            doubts=tuple(kept["doubts"]),
            marks=tuple(Mark(Box(*box), kind) for box, kind in kept["marks"]),
            upright=tuple(kept["upright"]),
        )
        return page, str(kept["language"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # not there yet, or cut short: the caller reads the picture


def _save(path: Path, page: Page, language: str) -> None:
    """Written aside and renamed, so that nobody sees half an entry."""
    kept = {
        "words": [(word.text, dataclasses.astuple(word.box), word.confidence, word.again) for word in page.words],
        "rulings": [dataclasses.astuple(ruling.box) for ruling in page.rulings],
        "width": page.width, "height": page.height, "rotation": page.rotation,
        "doubts": page.doubts, "language": language,
        "marks": [(dataclasses.astuple(mark.box), mark.kind) for mark in page.marks], "upright": page.upright,
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(kept, stream, ensure_ascii=False)
    Path(aside).replace(path)
