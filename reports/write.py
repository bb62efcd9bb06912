"""A report as files: a page to read and print, a workbook, CSV. The same report gives the same bytes."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports.records import Case, Duration, Figure, Money, Ratio, Report, Table, Value
from reports.svg import svg
from reports.words import guarded, percent, plain, shown

if TYPE_CHECKING:
    from openpyxl import Workbook

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True,
)  # fmt: skip
PAGE, BOOK = "report.html", "report.xlsx"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first time a zip knows
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</)")
_CASE_COLUMNS = ("figure", "order key", "PO number", "customer", "received", "state now", "case")
Row = Sequence[str | int | float | None]


def write(report: Report, folder: Path, link: str = "") -> tuple[Path, ...]:
    """Into ``folder``, which is made; what lay there under the same names is replaced. ``link``: the review page."""
    folder.mkdir(parents=True, exist_ok=True)
    made = files(report, link)
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return tuple(folder / name for name in made)


def files(report: Report, link: str = "") -> dict[str, bytes]:
    """The page first, then the workbook and the CSV files, by name."""
    return {
        PAGE: page(report, link).encode(),
        BOOK: workbook(report),
        "figures.csv": _csv(_FIGURE_COLUMNS, (_figure_row(f) for f in report.figures)),
        "cases.csv": _csv(_CASE_COLUMNS, _case_rows(report)),
        **{f"{t.key}.csv": _csv(t.columns, ([plain(v) for v in row] for row in t.rows)) for t in report.tables},
    }


def page(report: Report, link: str = "") -> str:
    """HTML that stands alone: styles and charts are in it, no script is."""
    css = (Path(__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
    numbers = {table.key: _number_columns(table) for table in report.tables}
    return _TEMPLATES.get_template("report.html").render(
        report=report, css=css, link=link, as_of=moment(report), shown=shown, percent=percent, svg=svg, numbers=numbers
    )


def moment(report: Report) -> str:
    return datetime.fromtimestamp(report.period.as_of, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _number_columns(table: Table) -> frozenset[int]:
    """Columns whose values stand right-aligned."""
    return frozenset(
        i for i in range(len(table.columns))
        if any(isinstance(row[i], (int, float, Ratio, Duration, Money)) for row in table.rows)
    )  # fmt: skip


# --- tables as rows ---------------------------------------------------------------------------------------------------

_FIGURE_COLUMNS = (
    "key", "figure", "value", "as shown", "numerator", "denominator", "95 % from", "95 % to", "orders listed",
    "definition",
)  # fmt: skip


def _figure_row(figure: Figure) -> Row:
    low, high = figure.interval or (None, None)
    return (
        figure.key, figure.title, plain(figure.value), shown(figure.value), figure.numerator, figure.denominator,
        _rounded(low), _rounded(high), figure.cases_total, figure.definition,
    )  # fmt: skip


def _rounded(limit: float | None) -> float | None:
    return None if limit is None else round(limit, 6)


def _case_rows(report: Report) -> Iterable[Row]:
    for figure in report.figures:
        for case in figure.cases:
            yield _case_row(figure, case)


def _case_row(figure: Figure, case: Case) -> Row:
    return (figure.key, case.order_key, case.po_number, case.customer_id, case.received, case.state, case.case_id)


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([guarded(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")  # with the mark by which Excel knows UTF-8


# --- the workbook -----------------------------------------------------------------------------------------------------


def workbook(report: Report) -> bytes:
    """One sheet for the figures, one for each table, one for the orders behind the figures."""
    from openpyxl import Workbook  # takes a quarter of a second to load, and every command comes by this module

    book = Workbook(write_only=True)
    _sheet(book, "figures", _FIGURE_COLUMNS, (_figure_row(f) for f in report.figures))
    for table in report.tables:
        _sheet(book, table.key, table.columns, ([plain(v) for v in row] for row in table.rows))
    _sheet(book, "cases", _CASE_COLUMNS, _case_rows(report))
    raw = io.BytesIO()
    book.save(raw)
    return _without_times(raw.getvalue(), moment(report).replace(" ", "T").encode() + b"Z")


def _sheet(book: Workbook, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    sheet = book.create_sheet(name[:31])
    head = []
    for column in columns:
        cell = WriteOnlyCell(sheet, value=column)
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.freeze_panes = "A2"
    sheet.append(head)
    for row in rows:
        sheet.append([_cell(guarded(value)) for value in row])


def _cell(value: str | int | float | None) -> str | int | float | None:
    """Characters that no workbook takes are left out."""
    return "".join(c for c in value if c in "\t\n\r" or c >= " ") if isinstance(value, str) else value


def _without_times(book: bytes, stamp: bytes) -> bytes:
    """The moment of saving, which openpyxl writes into the file and its zip, is that of the data."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>" + stamp + rb"\g<3>", content)
            new.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


# --- for programs -----------------------------------------------------------------------------------------------------

Json = dict[str, object]


def as_json(report: Report) -> Json:
    """Shares, seconds and sums as numbers or texts, beside what they were counted from."""
    return {
        "from": report.period.first.isoformat(),
        "to": report.period.last.isoformat(),
        "as_of": moment(report).replace(" ", "T") + "Z",
        "alerts": [{"key": alert.key, "text": alert.text} for alert in report.alerts],
        "figures": [_figure_json(figure) for figure in report.figures],
        "tables": [
            {"key": t.key, "title": t.title, "definition": t.definition, "columns": list(t.columns),
             "rows": [[_value_json(v) for v in row] for row in t.rows]}
            for t in report.tables
        ],
        "notes": list(report.notes),
    }  # fmt: skip


def _figure_json(figure: Figure) -> Json:
    return {
        "key": figure.key,
        "title": figure.title,
        "value": _value_json(figure.value),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "interval": None if figure.interval is None else [_rounded(end) for end in figure.interval],
        "definition": figure.definition,
        "orders": figure.cases_total,
        "first_orders": [case.order_key for case in figure.cases[:100]],
    }


def _value_json(value: Value) -> object:
    if isinstance(value, Ratio):
        return {"n": value.n, "of": value.of, "share": plain(value)}
    if isinstance(value, Money):
        return {currency: f"{amount / 10_000:.2f}" for currency, amount in value.sums}
    return plain(value)
