"""Plain text and mail bodies: a character is six points wide, so what is aligned in print stays aligned in boxes."""

from __future__ import annotations

import re
import unicodedata

import charset_normalizer

from extractors.readers.options import DEFAULTS, ReadingOptions
from extractors.readers.typeset import CHARACTER, GLYPH, LINE, MARGIN
from pipeline.errors import DocumentError
from pipeline.media import wide_codec
from pipeline.model import Box, Document, Page, Pages, Source, Word

_QUOTE = re.compile(r"^(?:\s?>)+ ?")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def decode(content: bytes, file_name: str) -> str:
    """Text of a file in whatever encoding it is. Raises ``DocumentError`` when no encoding fits."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
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
    words: list[Word] = []
    lines = text.split("\n")
    width = 0
    for row, raw in enumerate(lines):
        line = normalise(raw.expandtabs(8)).rstrip()
        quote = _QUOTE.match(line)
        start = quote.end() if quote else 0
        for match in re.finditer(r"\S+", line[start:]):
            words.append(_word(match.group(), match.start(), row))
        width = max(width, len(line) - start)
    return Page(
        number,
        max(595.0, width * CHARACTER + 2 * MARGIN),
        max(842.0, len(lines) * LINE + 2 * MARGIN),
        tuple(words),
        source,
    )


def _word(text: str, column: int, row: int) -> Word:
    left, top = MARGIN + column * CHARACTER, MARGIN + row * LINE + 1
    return Word(text, Box(left, top, left + len(text) * CHARACTER, top + GLYPH))
