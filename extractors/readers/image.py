"""Pictures of pages (TIFF, PNG, JPEG, HEIC ...), every frame a page."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

import numpy as np
import pi_heif
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from extractors.readers import tesseract
from extractors.readers.colours import Box, separated
from extractors.readers.ocr import Sheet
from extractors.readers.ocr_cache import read_cached
from extractors.readers.options import DEFAULTS, ReadingOptions, over_limit
from pipeline.errors import DocumentError
from pipeline.model import Document, Page, Pages

pi_heif.register_heif_opener(thumbnails=False)  # photos of telephones; Pillow opens them from here on


def read(document: Document, options: ReadingOptions = DEFAULTS) -> Pages:
    """Raises ``DocumentError`` (damaged, too large, Tesseract missing)."""
    languages = tesseract.checked(options.languages) if options.languages else tesseract.installed()
    language = languages[0]
    pages: list[Page] = []
    doubts: list[str] = []
    end = time.monotonic() + options.ocr_seconds
    for number, sheet in enumerate(sheets_of(document, options), 1):
        if limit := over_limit(number, end, options):
            doubts.append(f"pages from {number} on were not read: over the limit of {limit}")
            break
        page, language = read_cached(options.cache_dir, sheet, number, languages, language)
        pages.append(page)
    return Pages(document.sha256, document.file_name, tuple(pages), tuple(doubts))


def sheets_of(document: Document, options: ReadingOptions) -> Iterator[Sheet]:
    """Every frame as a grey picture, turned as the camera says. Raises ``DocumentError``."""
    name = document.file_name
    try:
        with Image.open(io.BytesIO(document.content)) as picture:
            for frame in ImageSequence.Iterator(picture):
                width, height = frame.size
                if width * height > options.max_pixels:
                    raise DocumentError(
                        f"{name}: a picture of {width} x {height} pixels is over the limit of {options.max_pixels:,}"
                    )
                yield _sheet(frame)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise DocumentError(f"{name}: not readable as a picture ({error}); ask the sender to send it again") from error


def _sheet(frame: Image.Image) -> Sheet:
    dpi = frame.info.get("dpi")
    shown = as_shown(frame)
    if shown.mode in ("1", "L", "LA", "I;16"):
        coloured: tuple[Box, ...] = ()
        grey = np.asarray(shown.convert("L"))
    else:
        grey, coloured = separated(np.asarray(shown.convert("RGB")))
    return Sheet(grey, _plausible(dpi, grey.shape), coloured)


def as_shown(frame: Image.Image) -> Image.Image:
    """Turned as the camera says, on white paper where it is transparent."""
    shown = ImageOps.exif_transpose(frame)
    if shown.mode in ("RGBA", "LA", "PA") or "transparency" in shown.info:
        shown = shown.convert("RGBA")
        shown = Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown)
    return shown


def _plausible(dpi: object, shape: tuple[int, ...]) -> tuple[float, float] | None:
    """The file's own resolution if a page of that size could exist (between 3 and 24 inches wide and high)."""
    if not isinstance(dpi, tuple) or len(dpi) != 2:
        return None
    across, down = float(dpi[0]), float(dpi[1])
    if across < 50 or down < 50:
        return None
    sane = 3 <= shape[1] / across <= 24 and 3 <= shape[0] / down <= 24
    return (across, down) if sane else None
