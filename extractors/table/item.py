"""One block of rows to the printed values of one item, each with its words. Nothing is computed here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from extractors.layout import Segment
from extractors.table.cells import date_runs, is_strange_unit, kind_of, number_cell
from extractors.table.codes import CodeStyle, is_code, split_code
from extractors.table.conditions import condition_of, is_delivery
from extractors.table.inline import NOTES, Inline, read_inline
from extractors.table.lexicon import find_label
from extractors.table.meaning import Meanings
from extractors.table.printed import LEAST_SURE, Found, Printed
from extractors.table.records import CODE_FIELDS, CODES, TEXTS, Block, CellValue, Column, GridRow, Row
from extractors.table.rows import sublines
from extractors.table.smallprint import is_remark
from pipeline.model import Source, Word
from pipeline.values import has_digit, is_unit, looks_like_date

_NUMERIC = ("quantity", "unit_price", "line_amount", "gross_amount", "price_base_quantity", "line_discount", "tax_rate")
_DATE_DIGITS = 6  # of a date within a text: "12.10.26", no "M12/10"
_JOINED = 0.94  # of a code whose two printed lines were joined
_STACKED = 0.6  # of two codes in one cell
_JOINERS = ("-", "/", ".", "_", "+")  # what ends or begins a code that was broken
_LINE_NO = re.compile(r"^(?:[A-Z]{0,3}[-.]?)?\d{1,6}(?:[./-]\d{1,4})*[.):]?$")


def read_block(block: Block, columns: Sequence[Column], meanings: Meanings) -> Printed:
    """The values of a block by column and by inline label; its text is not yet parted into code and description."""
    printed = Printed(page=block.rows[block.core].row.page, source=block.rows[block.core].row.source)
    by_index = {column.index: column for column in columns}
    for position, row in enumerate(block.rows):
        if row.caption:
            printed.notes.append(row.row.text)
        elif position == block.core or _is_upper_level(row, block):
            _take_cells(printed, row, meanings, by_index)
        else:
            _take_other_row(printed, row, meanings, by_index)
    _part_date(printed)
    return printed


def _part_date(printed: Printed) -> None:
    """A date that ends the first line of a text stood too close to it to be a column of its own."""
    first = printed.lines[0] if printed.lines else ()
    if "requested_date" in printed.values or len(first) < 3 or not looks_like_date(first[-1].text):
        return
    if sum(c.isdigit() for c in first[-1].text) >= _DATE_DIGITS:
        printed.values["requested_date"] = Found(first[-1:], printed.page, printed.source, LEAST_SURE)
        printed.lines[0] = first[:-1]


def _is_upper_level(row: GridRow, block: Block) -> bool:
    """The first row of a two-row record."""
    first = next(other for other in block.rows if not other.caption)
    return row is first and row.level < block.rows[block.core].level


def _take_cells(printed: Printed, row: GridRow, meanings: Meanings, columns: Mapping[int, Column]) -> None:
    """The row of the numbers: each cell means what its column means. A date that ran into a number is the row's."""
    strays: list[tuple[Word, ...]] = []
    for cell in row.cells:
        column = columns[cell.column]
        meaning = meanings.of.get(cell.column)
        if column.label.stacked and meaning is not None:
            _take_stacked(printed, row, cell, column, below=False)
        elif meaning == "line_no" and not is_line_no(cell.text):
            (printed.notes if row.row.source is Source.OCR else printed.unused).append(cell.text)  # "20R", "opt"
        elif meaning in TEXTS or (meaning is None and _is_loose_text(cell, column)):
            _take_text(printed, row, cell.words)
        elif meaning is not None:
            date = _date_beside(cell.words) if meaning in _NUMERIC else ()
            strays += [date] if date else []
            words = [w for w in cell.words if w not in date] if date else cell.words
            _keep(printed, meaning, words, row, column.label.score)
        elif _is_stray_unit(cell, column):
            _keep(printed, "unit", cell.words, row, 0.5)
    for date in strays:
        _keep(printed, "requested_date", date, row, LEAST_SURE)


def _date_beside(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words of the one date that stands beside other words; empty if there is none."""
    texts = _texts(words)
    runs = date_runs(texts) or [
        (i, i + 1) for i, text in enumerate(texts) if looks_like_date(text) and not text.isdigit()
    ]
    found = tuple(words[runs[0][0] : runs[0][1]]) if len(runs) == 1 else ()
    return found if len(found) < len(words) else ()


def _is_stray_unit(cell: CellValue, column: Column) -> bool:
    """A unit in a column without a label; a single letter under some other label is a type or a revision, and a figure
    ("1000") the number of a company or plant."""
    if "ignored" in column.label.meanings or not any(c.isalpha() for c in cell.text):
        return False
    return is_unit(cell.text) and (not column.label.text or len(cell.text.strip(".")) > 1)


def _is_loose_text(cell: CellValue, column: Column) -> bool:
    return not (column.label.text or column.label.meanings) and kind_of(cell.text) in ("text", "code")


def _keep(printed: Printed, meaning: str, words: Iterable[Word], row: GridRow, sure: float) -> None:
    if meaning not in printed.values:
        printed.values[meaning] = Found(tuple(words), row.row.page, row.row.source, max(sure, LEAST_SURE))


def _take_stacked(printed: Printed, row: GridRow, cell: CellValue, column: Column, *, below: bool) -> None:
    """A column with several labels below each other: the lines of its cell mean the same in turn.

    The first stands on the line of the numbers, what comes ``below`` is the next, then the wrapped rest of the last.
    """
    names = [pick_meaning(stacked) for stacked in column.label.stacked]
    for number, line in enumerate(sublines(cell.words)):
        place = min(max(number, 1 if below else 0), len(names) - 1)
        while place < len(names) - 1 and names[place] in printed.values:
            place += 1
        own = printed.values.get(names[place])
        if names[place] in CODES and _is_date([word.text for word in line]):
            printed.notes.append(" ".join(word.text for word in line))
        elif names[place] in TEXTS or not _may_be_code(line, spaced=not TEXTS & set(names)):
            _take_text(printed, row, line)
        elif own is not None and names[place] in CODES:
            printed.values[names[place]] = _wrapped(own, line)
        else:
            _keep(printed, names[place], line, row, column.label.score)


def _is_date(words: Sequence[str]) -> bool:
    """A date that is written as one: "20270115" may as well be a code."""
    text = " ".join(words)
    return looks_like_date(text) and not text.isdigit()


def _may_be_code(words: Sequence[Word], *, spaced: bool) -> bool:
    """Codes may be printed with blanks, in capitals, where their column holds nothing but codes."""
    return len(words) == 1 or (spaced and all(word.text.upper() == word.text for word in words))


def _texts(words: Iterable[Word]) -> list[str]:
    return [word.text for word in words]


def is_line_no(text: str) -> bool:
    return bool(_LINE_NO.match(text.replace(" ", "")))


def _wrapped(own: Found, more: Sequence[Word]) -> Found:
    """The rest of a code that did not fit its cell is joined without a blank, unless it was printed with blanks."""
    glue = " " if len(own.words) > 1 and own.glue == " " else ""
    return Found((*own.words, *more), own.page, own.source, min(own.sure, _JOINED), glue)


def pick_meaning(meanings: frozenset[str]) -> str:
    order = (*CODE_FIELDS, "item_id", "description", "combined", "quantity", "unit", "unit_price", "line_amount")
    return next((m for m in order if m in meanings), next(iter(sorted(meanings))))


def _take_text(printed: Printed, row: GridRow, words: Sequence[Word]) -> None:
    """The text of the item, line by line; labelled lines of it are no description."""
    for line in sublines(words):
        inline = read_inline(line) if printed.lines else None
        if inline is not None:
            _take_inline(printed, inline, row)
        elif printed.lines and is_remark(line, printed.lines, row.row.source):
            printed.notes.append(" ".join(_texts(line)))
        else:
            printed.lines.append(tuple(line))


def _take_other_row(printed: Printed, row: GridRow, meanings: Meanings, columns: Mapping[int, Column]) -> None:
    """A row without the numbers: labels first, then what wraps from the columns above it, then notes."""
    if (condition := condition_of(row.row)) is not None:
        _take_condition(printed, row, *condition)
        return
    if _completes_date(printed, row, meanings):
        return
    if is_delivery(row):
        printed.schedule.append(Found(row.row.line.words, row.row.page, row.row.source, 0.8))
        return
    labelled = _take_inlines(printed, row)
    if row.row.declared and not labelled and printed.lines:
        printed.notes.append(row.row.text)
        return
    if not labelled and not _has_text_column(meanings) and not _is_code_row(row, meanings):
        for segment in row.row.segments:
            _take_text(printed, row, segment.words)
        return
    if not labelled and _names_item(printed, row):
        _take_text(printed, row, row.row.line.words)
        return
    for cell in row.cells:
        words = tuple(word for word in cell.words if word not in labelled)
        if words:
            rest = CellValue(cell.column, words, cell.box, " ".join(_texts(words)))
            _take_wrapped(printed, row, rest, meanings.of.get(cell.column), columns[cell.column])
    taken = {word for found in printed.values.values() for word in found.words}
    figures = any(kind_of(cell.text) == "number" and not taken.intersection(cell.words) for cell in row.cells)
    if not labelled and figures and holds_figures(row.row) and row.row.text not in printed.unused:
        printed.unused.append(row.row.text)


def _completes_date(printed: Printed, row: GridRow, meanings: Meanings) -> bool:
    """Takes the rest of a date that did not fit its cell ("02-12-" over "2026"), alone on its row."""
    alone = len(row.cells) == 1 and meanings.of.get(row.cells[0].column) == "requested_date"
    return alone and _complete(printed, row.cells[0], "requested_date")


def _complete(printed: Printed, cell: CellValue, meaning: str) -> bool:
    """Takes the rest of a value that did not fit its cell: of a date, or the number below its currency."""
    own = printed.values.get(meaning)
    dated = meaning == "requested_date"
    if own is None or (looks_like_date(own.text) if dated else has_digit(own.text)):
        return False
    whole = Found((*own.words, *cell.words), own.page, own.source, own.sure, "" if dated else " ")
    fits = looks_like_date(whole.text) if dated else kind_of(whole.text) == "number"
    printed.values[meaning] = whole if fits else own
    return fits


def _take_condition(printed: Printed, row: GridRow, meaning: str, words: tuple[Word, ...]) -> None:
    """The discount of an item that prints none beside its price; all else is for the reader."""
    if meaning == "line_discount" and meaning not in printed.values:
        _keep(printed, meaning, words, row, 1.0)
        printed.conditions.append(row.row.index)
    else:
        printed.notes.append(row.row.text)


def _names_item(printed: Printed, row: GridRow) -> bool:
    """The one text below the numbers of an item that has none so far but a code, wherever it begins."""
    coded = len(printed.lines) == 1 and len(printed.lines[0]) == 1 and is_code(printed.lines[0][0].text)
    return (not printed.lines or coded) and len(row.row.segments) == 1 and kind_of(row.row.text) == "text"


def _has_text_column(meanings: Meanings) -> bool:
    return any(meaning in TEXTS for meaning in meanings.of.values())


def _take_wrapped(printed: Printed, row: GridRow, cell: CellValue, meaning: str | None, column: Column) -> None:
    if column.label.stacked:
        _take_stacked(printed, row, cell, column, below=bool(printed.values))
    elif meaning in ("requested_date", *_NUMERIC) and _complete(printed, cell, meaning):
        return
    elif meaning in TEXTS or (meaning is None and not column.label.text):
        _take_text(printed, row, cell.words)
    elif meaning in CODES:
        _take_code_wrap(printed, meaning, cell, row, column)
    elif meaning == "quantity" and "unit" not in printed.values and _is_unit_below(cell, column):
        _keep(printed, "unit", cell.words, row, 0.9)
    elif meaning is not None and meaning not in printed.values and _is_plain(meaning, cell):
        _keep(printed, meaning, cell.words, row, 0.7 * column.label.score)
    else:
        printed.notes.append(cell.text)
        if meaning == "quantity" and kind_of(cell.text) == "number":  # may be another item that lost its figures
            printed.unused.append(row.row.text)


def _is_unit_below(cell: CellValue, column: Column) -> bool:
    """A unit under its quantity; one nobody knows where the heading says so ("Quantity" over "UOM")."""
    headed = any((found := find_label(word)) is not None and "unit" in found[0] for word in column.label.text.split())
    return is_unit(cell.text) or (headed and is_strange_unit(cell.text))


def holds_figures(row: Row) -> bool:
    """Whether a row of remarks might be an item after all: a quantity and a price stand apart in it."""
    kinds = [number_cell(s.text) for s in row.segments if kind_of(s.text) == "number"]
    decimals = [cell for cell in kinds if cell is not None and not cell.digits.isdigit()]
    return len(kinds) >= 2 and bool(decimals)


def _is_code_row(row: GridRow, meanings: Meanings) -> bool:
    """A row with nothing but a code in the column of codes."""
    text = row.cells[0].text
    return len(row.cells) == 1 and meanings.of.get(row.cells[0].column) in CODES and is_code(text)


def _is_plain(meaning: str, cell: CellValue) -> bool:
    kind = kind_of(cell.text)
    if meaning in _NUMERIC:
        return kind in ("number", "percent")
    if meaning == "requested_date":
        return kind == "date"
    return (meaning == "unit" and kind == "unit") or (meaning == "line_no" and is_line_no(cell.text))


def _take_inlines(printed: Printed, row: GridRow) -> frozenset[Word]:
    """Takes the labelled values of a row; returns the words they used, none where the row has no labels."""
    segments = list(row.row.segments)
    readings = [read_inline(segment.words) or _parted_label(segments, i) for i, segment in enumerate(segments)]
    if not any(readings):
        whole = read_inline(row.row.line.words)
        if whole is None:
            return frozenset()
        _take_inline(printed, whole, row)
        return frozenset(row.row.line.words)
    used: set[Word] = set()
    for number, reading in enumerate(readings):
        if reading is None:
            continue
        used.update((*segments[number].words, *reading.value))
        if not reading.value and number + 1 < len(segments) and readings[number + 1] is None:
            reading = Inline(reading.meaning, segments[number + 1].words, reading.label)
            used.update(reading.value)
        _take_inline(printed, reading, row)
    return frozenset(used)


def _parted_label(segments: Sequence[Segment], place: int) -> Inline | None:
    """A label that fills its segment, with the value it asks for in the next ("Date Required      12/22/2026")."""
    if place + 1 == len(segments) or find_label(segments[place].text, "inline") is None:
        return None
    reading = read_inline((*segments[place].words, *segments[place + 1].words))
    fits = reading is not None and reading.meaning not in NOTES and reading.value == segments[place + 1].words
    return reading if fits else None


def _take_inline(printed: Printed, inline: Inline, row: GridRow) -> None:
    text = " ".join(word.text for word in inline.value)
    if inline.meaning in NOTES or not inline.value:
        printed.notes.append(text or inline.label)
    elif inline.meaning == "schedule" or (inline.meaning == "requested_date" and len(inline.value) > 3):
        printed.schedule.append(Found(inline.value, row.row.page, row.row.source, 0.9))
    elif inline.meaning in CODES:
        _keep(printed, inline.meaning, inline.value, row, 1.0)
    elif inline.meaning == "price_base":
        _keep(printed, "price_base_quantity", inline.value[:1], row, 1.0)
    else:
        _keep(printed, inline.meaning, inline.value, row, 1.0)


def _take_code_wrap(printed: Printed, meaning: str, cell: CellValue, row: GridRow, column: Column) -> None:
    """The rest of a code that did not fit its narrow cell is joined without a blank.

    What is no such rest is kept apart: whose code it is, and that it is one of this item, is for a person.
    """
    own = printed.values.get(meaning)
    if own is None:
        if kind_of(cell.text) in ("code", "number") or _may_be_code(cell.words, spaced=True):
            _keep(printed, meaning, cell.words, row, 0.9)
        else:
            printed.notes.append(cell.text)
        return
    if _is_date([cell.text]) and not own.text.endswith(_JOINERS):
        printed.notes.append(cell.text)
        return
    if " " in cell.text or not (has_digit(cell.text) or cell.text.isupper()):
        printed.notes.append(cell.text)
        return
    if _is_second_code(own, cell, column, declared=row.row.declared):
        printed.values[meaning] = replace(own, sure=min(own.sure, _STACKED))
        _keep(printed, "seller_item_id" if meaning == "item_id" else "item_id", cell.words, row, _STACKED)
        printed.unused.append(row.row.text)
    else:
        printed.values[meaning] = _wrapped(own, cell.words)


def _is_second_code(own: Found, cell: CellValue, column: Column, *, declared: bool) -> bool:
    """Whether a code below another is one of its own: no mark joins them, and the first line had room for more."""
    if own.text.endswith(_JOINERS) or cell.text.startswith(_JOINERS) or not is_code(cell.text):
        return False
    last, first = own.words[-1].box, cell.words[0].box
    return last.width < 0.9 * first.width or (not declared and last.x1 + first.width < column.x1)


def name_item(printed: Printed, style: CodeStyle, has_code_column: bool) -> Found | None:
    """Parts the item's text into code and description; returns the description.

    A code that leads the text goes to ``buyer_item_id`` (its owner is open) unless the table has a column for codes.
    """
    lines: list[list[Word]] = [list(line) for line in printed.lines]
    alone, uniform = not any(code in printed.values for code in CODES), style.leading or style.first_line
    if not has_code_column and (alone or (uniform and "item_id" not in printed.values)):
        code, lines = split_code(lines, style)
        if code:
            printed.values["item_id"] = Found(code, printed.page, printed.source, 0.9)
    words = tuple(word for line in lines for word in line)
    return Found(words, printed.page, printed.source, 0.9) if words else None
