"""One call of Tesseract: a picture in, words with pixel boxes and confidences out."""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import pytesseract

from extractors.readers.cleaning import Picture
from pipeline.errors import DocumentError

KNOWN = ("eng", "deu", "fra", "spa", "pol", "nld", "por", "ita")
SECONDS = 90  # one call may take; a page needs two


@dataclass(frozen=True, slots=True)
class Recognised:
    """A word as Tesseract saw it: pixels from the top left, confidence 0 to 1, and its place in the page's order."""

    text: str
    x0: int
    y0: int
    x1: int
    y1: int
    confidence: float
    line: tuple[int, int, int] = (0, 0, 0)


@functools.cache
def installed() -> tuple[str, ...]:
    """Languages we know that are there. Raises ``DocumentError`` naming the package when Tesseract is missing."""
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # more threads make a page five times slower
    try:
        found = set(pytesseract.get_languages())
    except (pytesseract.TesseractNotFoundError, OSError) as error:
        raise DocumentError(
            "scanned pages cannot be read: Tesseract is not installed; install the package tesseract-ocr"
        ) from error
    languages = tuple(name for name in KNOWN if name in found)
    if not languages:
        raise DocumentError("scanned pages cannot be read: no Tesseract language; install tesseract-ocr-eng")
    return languages


@functools.cache
def engine_version() -> str:
    return str(pytesseract.get_tesseract_version())


def checked(languages: Sequence[str]) -> tuple[str, ...]:
    """Raises ``DocumentError`` naming the packages of languages that are asked for but not installed."""
    missing = [name for name in languages if name not in installed()]
    if missing:
        packages = " ".join(f"tesseract-ocr-{name}" for name in missing)
        raise DocumentError(f"scanned pages cannot be read: Tesseract lacks {', '.join(missing)}; install {packages}")
    return tuple(languages)


def recognise(picture: Picture, languages: Sequence[str], mode: int, options: str = "") -> list[Recognised]:
    """Words of the picture. ``mode`` is Tesseract's page segmentation mode. Raises ``DocumentError``."""
    with tempfile.TemporaryDirectory(prefix="ocr-") as folder:
        path = Path(folder) / "page.pgm"  # a file spares pytesseract's slow PNG; PGM spares the compression
        cv2.imwrite(str(path), picture)
        try:
            table = pytesseract.image_to_data(
                str(path),
                lang="+".join(languages),
                config=f"--psm {mode} --dpi 300 {options}",
                timeout=SECONDS,
                output_type=pytesseract.Output.STRING,
            )
        except (pytesseract.TesseractError, RuntimeError, OSError) as error:
            raise DocumentError(f"the page could not be recognised: {error}") from error
    return [word for row in table.splitlines()[1:] if (word := _word(row.split("\t"))) is not None]


def _word(row: list[str]) -> Recognised | None:
    # level page block paragraph line word left top width height confidence text
    if len(row) != 12 or row[0] != "5" or not row[11].strip():
        return None
    left, top, width, height = (int(value) for value in row[6:10])
    line = (int(row[2]), int(row[3]), int(row[4]))
    confidence = min(max(float(row[10]) / 100, 0.0), 1.0)
    return Recognised(row[11].strip(), left, top, left + width, top + height, confidence, line)
