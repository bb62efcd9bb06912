"""What a reader may use up and how it should read. Passing a limit is a ``DocumentError`` that names it, or a doubt."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """``languages`` are Tesseract's three-letter names; empty means every one installed that we know."""

    max_pages: int = 500
    max_pixels: int = 40_000_000  # of one picture or one rendered page
    max_cells: int = 200_000  # of one workbook
    max_unpacked: int = 200_000_000  # bytes all entries of a zip-based file say they unpack to
    max_ratio: int = 100  # unpacked to packed, of entries over one megabyte
    max_entries: int = 1_000
    max_ocr_pages: int = 60
    ocr_seconds: float = 600.0  # of one document; no page is begun to be recognised after that
    languages: tuple[str, ...] = ()
    cache_dir: str | None = None  # keeps recognised pages by content hash and engine version


DEFAULTS = ReadingOptions()


def over_limit(count: int, end: float, options: ReadingOptions) -> str:
    """Which limit forbids to recognise the ``count``-th page now; "" for none. ``end``: of the monotonic clock."""
    if count > options.max_ocr_pages:
        return f"{options.max_ocr_pages} scanned pages"
    return f"{options.ocr_seconds:g} seconds for scanned pages" if time.monotonic() > end else ""
