"""Plain text and mail bodies: a character is six points wide, so what is aligned in print stays aligned in boxes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import charset_normalizer

from extractors.marked import STRUCK
from extractors.readers.grids import blocks_of_lines
from extractors.readers.options import DEFAULTS, ReadingOptions
from extractors.readers.quotes import by_depth, by_heads, without_marks
from extractors.readers.typeset import Line, spaced, typeset
from pipeline.errors import DocumentError
from pipeline.media import wide_codec
from pipeline.model import Document, Page, Pages, Source

_DOS_FRAME = re.compile(rb"[\xc4\xcd]{8}")  # lines of boxes in the code pages of DOS
# Strokes laid over letters, and how a line is struck through in text without any.
_STRIKE = re.compile("[\u0335\u0336]|(?<!~)~~[^~ ][^~]*~~(?!~)")
_INVISIBLE = re.compile("[\u00ad\u0335\u0336\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def decode(content: bytes, file_name: str) -> str:
    """Text of a file in whatever encoding it is. Raises ``DocumentError`` when no encoding fits."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if _DOS_FRAME.search(content):
        return content.decode("cp850")
    wide = wide_codec(content)
    if wide is not None:
        return content.decode(wide, "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass  # not UTF-8: an older code page, found below
    return _decode_legacy(content, file_name)


def _decode_legacy(content: bytes, file_name: str) -> str:
    # single-byte code pages decode anything, so the western one is taken unless the letters speak for another
    best = charset_normalizer.from_bytes(
        content[:200_000], cp_isolation=["cp1252", "cp1250", "cp1251", "utf_16"]
    ).best()
    for encoding in (best.encoding if best else "cp1252", "cp1252", "latin-1"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DocumentError(f"{file_name}: the text is in no encoding we know; ask the sender for UTF-8")


def mark_of(text: str) -> str | None:
    """Says that a text as it is in the file, before ``normalise``, is struck through or holds something that is."""
    return STRUCK if _STRIKE.search(text) else None


def normalise(text: str) -> str:
    """Compatibility forms folded (ligatures, wide digits, no-break blanks), invisible characters dropped."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).replace("\u2212", "-")


def read(document: Document, options: ReadingOptions = DEFAULTS) -> Pages:
    """One page per form feed."""
    return read_text(decode(document.content, document.file_name), document, Source.TEXT, options)


def read_text(text: str, document: Document, source: Source, options: ReadingOptions = DEFAULTS) -> Pages:
    sheets = text.replace("\r\n", "\n").replace("\r", "\n").split("\f")
    while len(sheets) > 1 and not sheets[-1].strip():
        sheets.pop()
    doubts: tuple[str, ...] = ()
    if len(sheets) > options.max_pages:
        doubts = (f"pages {options.max_pages + 1}-{len(sheets)} were not read: over the limit of {options.max_pages}",)
    pages = tuple(_page(sheet, number, source) for number, sheet in enumerate(sheets[: options.max_pages], 1))
    return Pages(document.sha256, document.file_name, pages, doubts)


def _page(text: str, number: int, source: Source) -> Page:
    texts, depths = without_marks(text.split("\n"))
    lines = by_depth([Line(normalise(line).rstrip(), mark=mark_of(line)) for line in texts], depths)
    page = typeset(spaced(by_heads(blocks_of_lines(lines))), source, number)
    return replace(page, height=max(842.0, page.height))
