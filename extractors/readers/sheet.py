"""Workbooks (python-calamine) and delimited text: every sheet a page, every row a line, every cell a ``Cell``."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import python_calamine

from extractors.readers.archive import check_archive
from extractors.readers.options import DEFAULTS, ReadingOptions
from extractors.readers.text import decode, mark_of, normalise
from extractors.readers.typeset import Grid, GridCell, Line, typeset
from extractors.readers.workbook_xml import STRANGE, SheetLook, looks, remarks
from pipeline.errors import DocumentError, EncryptedDocument
from pipeline.media import ENCRYPTED_OFFICE
from pipeline.model import Document, Page, Pages, Source

_DELIMITERS = (";", "\t", "|", ",")


def read_workbook(document: Document, options: ReadingOptions = DEFAULTS) -> Pages:
    """Visible sheets only. Raises ``DocumentError`` (damaged, too large) or ``EncryptedDocument``."""
    name = document.file_name
    if document.media_type == ENCRYPTED_OFFICE:
        raise EncryptedDocument(f"{name}: the workbook asks for a password; ask the sender for an open copy")
    if document.content.startswith(b"PK"):
        check_archive(document.content, name, options)
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(document.content))
        visible = [m.name for m in workbook.sheets_metadata if m.visible == python_calamine.SheetVisibleEnum.Visible]
        found = [(sheet, *_grid_of(workbook, sheet, document, options)) for sheet in visible]
    except python_calamine.PasswordError as error:
        raise EncryptedDocument(f"{name}: the workbook asks for a password; ask the sender for an open copy") from error
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise DocumentError(f"{name}: not readable as a workbook ({error})") from error
    pages: list[Page] = []
    doubts = [f"comments and text boxes were not read: {text[:300]!r}" for text in remarks(document.content)]
    for sheet, grid, hidden in found:
        if grid.cells:
            pages.append(typeset([grid], Source.XLSX, len(pages) + 1))
        if hidden:
            doubts.append(f"sheet {sheet}: {hidden} cells in hidden rows or columns were not read")
    return Pages(document.sha256, name, tuple(pages), tuple(doubts))


def _grid_of(
    workbook: python_calamine.CalamineWorkbook, name: str, document: Document, options: ReadingOptions
) -> tuple[Grid, int]:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > 50 * options.max_cells:
        raise DocumentError(
            f"{document.file_name}: sheet {name} spans {sheet.total_height} x {sheet.total_width} cells"
        )
    look = looks(document.content, name)
    start_row, start_column = sheet.start or (0, 0)
    spans = {(r0, c0): (r1 - r0 + 1, c1 - c0 + 1) for (r0, c0), (r1, c1) in sheet.merged_cell_ranges or ()}
    cells: list[GridCell] = []
    hidden = 0
    for row, values in enumerate(sheet.to_python(skip_empty_area=True), start_row):
        for column, value in enumerate(values, start_column):
            if value == "" or value is None:
                continue
            if look.hides(row, column):
                hidden += 1
                continue
            cells.append(_grid_cell(row, column, value, spans, look))
        if len(cells) > options.max_cells:
            raise DocumentError(
                f"{document.file_name}: more than {options.max_cells:,} cells are filled: over the limit"
            )
    return Grid(_compact(cells)), hidden


def _grid_cell(
    row: int, column: int, value: Any, spans: dict[tuple[int, int], tuple[int, int]], look: SheetLook
) -> GridCell:
    own = look.of(row, column)
    text = printed(value, own.digits)
    mark = own.mark or mark_of(text)
    if text and isinstance(value, int | float) and not isinstance(value, bool):
        text = own.before + text + own.behind
        mark = STRANGE if own.percent and abs(value) > 1 else mark
    lines = [Line(normalise(part).strip(), mark=mark) for part in text.replace("\r", "\n").split("\n") if part.strip()]
    rows, columns = spans.get((row, column), (1, 1))
    return GridCell(row, column, [*lines], rows, columns)


def _compact(cells: list[GridCell]) -> list[GridCell]:
    """Numbers rows and columns from 0 without the empty ones, keeping their order."""
    rows = {row: n for n, row in enumerate(sorted({c.row for c in cells}))}
    columns = {column: n for n, column in enumerate(sorted({c.column for c in cells}))}
    for cell in cells:
        last_row, last_column = cell.row + cell.row_span, cell.column + cell.column_span
        cell.row_span = sum(cell.row <= row < last_row for row in rows) if cell.row_span > 1 else 1
        cell.column_span = sum(cell.column <= c < last_column for c in columns) if cell.column_span > 1 else 1
        cell.row, cell.column = rows[cell.row], columns[cell.column]
    return cells


def printed(value: object, least_digits: int = 1) -> str:
    """A typed value as text that reads only one way: shortest exact decimal with ".", ISO dates.

    A number like 1.234 is printed 1.2340, lest it be taken for a grouped 1234. ``least_digits`` is what a number format
    such as 00000 demands of an integer.
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, least_digits)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def _number(value: float, least_digits: int) -> str:
    exact = Decimal(repr(value))
    if not exact.is_finite():
        return ""
    rounded = round(exact, 10) if abs(exact) < 10**5 else exact  # 0.1 + 0.2 computed by the sheet's formulas
    text = format(rounded.normalize(), "f")
    whole, dot, fraction = text.partition(".")
    if not dot:
        sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
        return sign + digits.zfill(least_digits)
    return f"{text}0" if len(fraction) == 3 else text


def read_delimited(document: Document, options: ReadingOptions = DEFAULTS) -> Pages:
    """CSV and TSV, values as printed. Raises ``DocumentError`` when over the cell limit."""
    text = decode(document.content, document.file_name)
    if text[:4].lower() == "sep=":
        first, _, rest = text.partition("\n")
        delimiter, text = first[4:5] or ",", rest
    else:
        delimiter = delimiter_of(text)
    cells: list[GridCell] = []
    csv.field_size_limit(1_000_000)
    try:
        for row, values in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)):
            for column, value in enumerate(values):
                lines = [
                    Line(part.strip(), mark=mark_of(value)) for part in normalise(value).splitlines() if part.strip()
                ]
                if lines:
                    cells.append(GridCell(row, column, [*lines]))
            if len(cells) > options.max_cells:
                raise DocumentError(f"{document.file_name}: more than {options.max_cells:,} cells: over the limit")
    except csv.Error as error:
        raise DocumentError(f"{document.file_name}: not readable as delimited text ({error})") from error
    page = typeset([Grid(_compact(cells))] if cells else [], Source.CSV)
    return Pages(document.sha256, document.file_name, (page,))


def delimiter_of(text: str) -> str:
    """The mark that cuts the most lines into the same number of fields, more than one."""
    lines = text.splitlines()[:200]
    sample = "\n".join(lines)

    def score(mark: str) -> tuple[float, int]:
        widths = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=mark) if any(row)]
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        return (0.0, 0) if usual < 2 else (widths.count(usual) / len(widths), usual)

    return max(_DELIMITERS, key=score)
