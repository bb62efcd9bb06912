"""Pages to rows: one text line each, or one row of declared cells (sheet, HTML, DOCX, CSV)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractors.layout import (
    Segment,
    TextLine,
    bounding_box,
    join_words,
    make_segment,
    parted_lines,
    segments,
    text_height,
    usual_blank,
)
from extractors.table.cells import date_runs
from extractors.table.records import Row
from pipeline.model import Cell, Page, Source, Word
from pipeline.values import looks_like_date

# A horizontal ruling closes a band when it is at least this wide, in points and as a share of the page.
_BAND_SHARE = 0.25
# Bands of declared tables: table number times this, plus the row in it.
TABLE_STRIDE = 1_000_000
_NO_WORD = frozenset("|¦│┃║_-=—–.·•▌█")


def rows_of(pages: Sequence[Page]) -> tuple[Row, ...]:
    """All rows of the pages in reading order, numbered through."""
    rows = [row for page in pages for row in page_rows(page)]
    return tuple(
        Row(index, row.line, row.segments, row.source, row.band, row.declared) for index, row in enumerate(rows)
    )


def page_rows(page: Page) -> tuple[Row, ...]:
    """Rows of one page from top to bottom. Words of declared cells form their rows, all others text lines."""
    loose = tuple(word for word in page.words if word.cell is None and not _is_drawn(word.text))
    plain = page if len(loose) == len(page.words) else replace(page, words=loose)
    rows = [*_declared_rows(page), *_printed_rows(plain)]
    return tuple(sorted(rows, key=lambda row: (row.box.top if row.declared else row.box.y_mid, row.box.x0)))


def _is_drawn(text: str) -> bool:
    """Lines drawn with characters, as line printers do."""
    return text[:1] in _NO_WORD and all(c in _NO_WORD for c in text) and (len(text) > 1 or text in "|¦│┃║▌█")


def _printed_rows(page: Page) -> Iterator[Row]:
    bands = _bands(page)
    parted = parted_lines(page)
    blank = usual_blank([line for line, _ in parted]) if page.source is Source.OCR else 0.0
    for printed, parts in parted:
        line = _unglued(printed)
        own = parts if line is printed and not blank else segments(line, page.rulings, blank)
        yield Row(0, line, _whole_dates(own), page.source, bisect_left(bands, line.box.y_mid))


# A number printed over the end of a date: "2027-01-0613,20", or behind "6 de enero de" "202713,20".
_DATE_AND_NUMBER = re.compile(
    r"(\d{1,2}[./-]\d{1,2}[./-]20\d\d|20\d\d[./-]\d{2}[./-]\d{2}|20\d\d)(\d{1,3}(?:[.,' ]?\d{3})*[.,]\d{2,5})"
)


def _unglued(line: TextLine) -> TextLine:
    """The line with dates cut from the numbers they run into, where the date is whole only so."""
    words: list[Word] = []
    for word in line.words:
        found = _DATE_AND_NUMBER.fullmatch(word.text) if len(word.text) > 7 else None
        if found is None or not _ends_date([w.text for w in words[-4:]], found.group(1)):
            words.append(word)
            continue
        cut = word.box.x0 + word.box.width * len(found.group(1)) / len(word.text)
        words.append(replace(word, text=found.group(1), box=replace(word.box, x1=cut)))
        words.append(replace(word, text=found.group(2), box=replace(word.box, x0=cut)))
    return line if len(words) == len(line.words) else replace(line, words=tuple(words), text=join_words(words))


def _ends_date(before: Sequence[str], last: str) -> bool:
    if len(last) > 4:
        return looks_like_date(last)
    return any(end == len(before) + 1 for _, end in date_runs([*before, last]))


def _whole_dates(parts: Sequence[Segment]) -> tuple[Segment, ...]:
    """Mends dates that a ruling cuts: too long for their cell they are printed over its border."""
    mended: list[Segment] = []
    for part in parts:
        words = part.words
        cut = _words_of_date(mended[-1], part) if mended else 0
        if cut:
            mended[-1] = make_segment([*mended[-1].words, *words[:cut]])
        if words[cut:]:
            mended.append(make_segment(words[cut:]) if cut else part)
    return tuple(mended)


def _words_of_date(left: Segment, right: Segment) -> int:
    """How many words of ``right`` end a date that ``left`` begins."""
    if right.box.x0 - left.box.x1 > 0.75 * text_height(left.words):
        return 0
    for count in range(1, min(3, len(right.words)) + 1):
        texts = [word.text for word in (*left.words[-4:], *right.words[:count])]
        if any(end == len(texts) for _, end in date_runs(texts)):
            return count
    return 0


def _bands(page: Page) -> list[float]:
    """Heights of the horizontal rulings; pieces drawn side by side count as one when they are wide together."""
    pieces: dict[int, float] = {}
    for ruling in page.rulings:
        if ruling.horizontal:
            height = round(ruling.box.y_mid)
            pieces[height] = pieces.get(height, 0.0) + ruling.box.width
    wide = sorted(height for height, width in pieces.items() if width >= _BAND_SHARE * page.width)
    return [float(h) for i, h in enumerate(wide) if i == 0 or h - wide[i - 1] > 2]


def _declared_rows(page: Page) -> Iterator[Row]:
    by_row: dict[tuple[int, int], dict[int, list[Word]]] = {}
    for word in page.words:
        if word.cell is not None:
            cell = page.cells[word.cell]
            by_row.setdefault((cell.table, cell.row), {}).setdefault(word.cell, []).append(word)
    for (table, band), cells in sorted(by_row.items()):
        found = [_declared_segment(page.cells[index], words) for index, words in cells.items()]
        found.sort(key=lambda segment: segment.box.x0)
        words = tuple(word for segment in found for word in segment.words)
        line = TextLine(page.number, words, bounding_box(words), join_words(words))
        yield Row(0, line, tuple(found), page.source, table * TABLE_STRIDE + band, declared=True)


def _declared_segment(cell: Cell, words: Sequence[Word]) -> Segment:
    """The words of a cell in reading order, in the box of the cell: columns follow cells, not words."""
    segment = make_segment([word for line in sublines(words) for word in line])
    return replace(segment, box=cell.box)


def sublines(words: Sequence[Word]) -> tuple[tuple[Word, ...], ...]:
    """The words of one cell as lines, top to bottom, each left to right."""
    if not words:
        return ()
    step = max(text_height(words) * 0.6, 0.1)
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.box.y_mid, w.box.x0)):
        if lines and abs(word.box.y_mid - lines[-1][0].box.y_mid) < step:
            lines[-1].append(word)
        else:
            lines.append([word])
    return tuple(tuple(sorted(line, key=lambda w: w.box.x0)) for line in lines)
