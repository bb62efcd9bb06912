"""The ERP exports as tables: what each must hold (CONTRACT.md, section 3) and how one is read and judged.

Everything is read as text and judged by whole columns at once, so that a million rows are checked in seconds. A fault
is a sentence naming file, row (the header is row 1), column, value and remedy.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

SHOWN_PER_FAULT = 200  # rows named one by one for the same fault of the same column; the rest is counted


class Kind(Enum):
    TEXT = "text"
    DECIMAL = "decimal"
    DATE = "date"
    CURRENCY = "currency"
    ITEM_STATUS = "item status"
    CREDIT_STATUS = "credit status"


# pattern of a filled cell, and the remedy for one that does not fit
FORMS: Mapping[Kind, tuple[str, str]] = {
    Kind.DECIMAL: (r"[+-]?(\d+(\.\d*)?|\.\d+)", "write a plain number with '.' as decimal sign and no grouping"),
    Kind.DATE: (r"\d{4}-\d{2}-\d{2}", "write an ISO date such as 2026-11-16"),
    Kind.CURRENCY: (r"[A-Z]{3}", "write an ISO 4217 code such as EUR"),
    Kind.ITEM_STATUS: (r"active|discontinued|superseded", "write active, discontinued or superseded"),
    Kind.CREDIT_STATUS: (r"OK|HOLD", "write OK or HOLD"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """``least`` is the smallest number allowed; ``above`` the number it must exceed. ``refers`` names another table and
    its column whose values are the only ones allowed; ``wildcard`` is allowed besides."""

    name: str
    kind: Kind = Kind.TEXT
    filled: bool = False
    least: int | None = None
    above: int | None = None
    refers: tuple[str, str] | None = None
    wildcard: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One export. ``key`` columns together must not repeat; an optional export may be missing as a whole."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    optional: bool = False

    @property
    def file_name(self) -> str:
        return f"{self.name}.csv"


def _texts(names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names.split())


_SKU = Column("sku", filled=True, refers=("items", "sku"))
_CUSTOMER = Column("customer_id", filled=True, refers=("customers", "customer_id"))

TABLES: tuple[Table, ...] = (
    Table(
        "items",
        (
            Column("sku", filled=True),
            Column("description"),
            Column("base_uom", filled=True),
            *_texts("barcode mpn product_group"),
            Column("status", Kind.ITEM_STATUS, filled=True),
            Column("superseded_by", refers=("items", "sku")),
            Column("pack_multiple", Kind.DECIMAL, above=0),
            Column("moq", Kind.DECIMAL, least=0),
            Column("list_price", Kind.DECIMAL, least=0),
            Column("currency", Kind.CURRENCY),
        ),
        ("sku",),
    ),
    Table(
        "customers",
        (
            Column("customer_id", filled=True),
            Column("name", filled=True),
            *_texts("email_domains street city_zip country tax_id"),
            Column("currency", Kind.CURRENCY),
            Column("credit_status", Kind.CREDIT_STATUS, filled=True),
            Column("price_list_id"),
        ),
        ("customer_id",),
    ),
    Table(
        "ship_to",
        (Column("ship_to_id", filled=True), _CUSTOMER, Column("name"), *_texts("street city_zip country")),
        ("ship_to_id",),
        optional=True,
    ),
    Table(
        "price_list",
        (
            Column("price_list_id"),
            Column("customer_id", refers=("customers", "customer_id")),
            _SKU,
            Column("min_qty", Kind.DECIMAL, filled=True, least=0),
            Column("price", Kind.DECIMAL, filled=True, least=0),
            Column("currency", Kind.CURRENCY, filled=True),
            Column("valid_from", Kind.DATE),
            Column("valid_to", Kind.DATE),
        ),
        ("price_list_id", "customer_id", "sku", "min_qty", "currency", "valid_from"),
    ),
    Table(
        "uom",
        (
            Column("sku", filled=True, refers=("items", "sku"), wildcard="*"),
            Column("from_uom", filled=True),
            Column("to_uom", filled=True),
            Column("factor", Kind.DECIMAL, filled=True, above=0),
        ),
        ("sku", "from_uom", "to_uom"),
        optional=True,
    ),
    Table(
        "customer_items",
        (_CUSTOMER, Column("customer_part_no", filled=True), _SKU),
        ("customer_id", "customer_part_no", "sku"),
        optional=True,
    ),
    Table(
        "stock",
        (
            _SKU,
            Column("warehouse"),
            Column("on_hand", Kind.DECIMAL, filled=True),
            Column("allocated", Kind.DECIMAL),
            Column("next_receipt_date", Kind.DATE),
            Column("next_receipt_qty", Kind.DECIMAL, least=0),
        ),
        ("sku", "warehouse"),
        optional=True,
    ),
    Table(
        "open_orders",
        (
            _CUSTOMER,
            Column("po_number"),
            Column("revision"),
            Column("po_date", Kind.DATE),
            *_texts("so_number line"),
            _SKU,
            Column("customer_part_no"),
            Column("quantity", Kind.DECIMAL, filled=True),
            Column("uom"),
            Column("price", Kind.DECIMAL),
            Column("currency", Kind.CURRENCY),
            Column("requested_date", Kind.DATE),
            Column("status"),
        ),
        ("customer_id", "po_number", "revision", "so_number", "line"),
        optional=True,
    ),
    Table(
        "company",
        (Column("name", filled=True), *_texts("street city_zip country tax_id email")),
        ("name", "street", "city_zip"),
        optional=True,
    ),
)
BY_NAME: Mapping[str, Table] = {table.name: table for table in TABLES}

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Export:
    """One file as read: ``frame`` holds text under the contract's column names, its index is row number - 2."""

    table: Table
    frame: pd.DataFrame
    digest: str
    whole: bool = True  # False: rows with too few or too many fields were left out

    def column(self, name: str) -> pd.Series[str]:
        return self.frame[name]


def read_export(folder: Path, table: Table, names: Mapping[str, str], say: Say) -> Export | None:
    """``names`` maps the contract's column names to the export's. Faults go to ``say``; None: nothing could be judged.

    Raises ``OSError`` when the file exists and cannot be read.
    """
    path = folder / table.file_name
    if not path.is_file():
        if not table.optional:
            say(f"{path}: the file is missing; export {table.name} with the columns of the contract, section 3")
        return None
    content = path.read_bytes()
    parsed = _parse(content, path, say)
    frame = None if parsed is None else _contract_columns(parsed[0], table, names, path, say)
    if parsed is None or frame is None:
        return None
    if not table.optional and frame.empty:
        say(f"{path}: no rows; the export has only a header, run it again")
    export = Export(table, frame, hashlib.sha256(content).hexdigest(), whole=parsed[1])
    _judge_cells(export, path, say)
    return export


def _parse(content: bytes, path: Path, say: Say) -> tuple[pd.DataFrame, bool] | None:
    """The table as text, and whether every row of it is there."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        say(f"{path}: row {row}: byte {content[error.start]:#04x} is not UTF-8; export the file as UTF-8")
        return None
    if text.strip() and not text.split("\n", 1)[0].strip():
        say(f"{path}: row 1: no heading; the first row must name the columns")
        return None
    whole, faults = _without_ragged_rows(content)
    for row, fields, width in faults[:SHOWN_PER_FAULT]:
        say(f"{path}: row {row}: {fields} fields, the header has {width}; quote fields that hold a comma")
    if len(faults) > SHOWN_PER_FAULT:
        say(f"{path}: {len(faults) - SHOWN_PER_FAULT} more rows have not as many fields as the header")
    try:
        frame = pd.read_csv(
            io.BytesIO(whole), dtype=str, keep_default_na=False, na_filter=False, index_col=False,
            encoding="utf-8-sig", skip_blank_lines=False,
        )  # fmt: skip
    except pd.errors.EmptyDataError:
        say(f"{path}: the file is empty; run the export again")
        return None
    except pd.errors.ParserError as error:
        say(f"{path}: not a CSV table: {error}; run the export again")
        return None
    # from the file itself: pandas renames a heading that stands there twice
    heading = [name.strip() for name in next(csv.reader(io.StringIO(text, newline="")))]
    frame.columns = pd.Index(heading)
    return frame[(frame != "").any(axis=1)], not faults


def _without_ragged_rows(content: bytes) -> tuple[bytes, list[tuple[int, int, int]]]:
    """Empties records that have not as many fields as the header, so that the others can still be judged.

    Returns the content and (row, fields, fields of the header) of each such record. Commas and line ends within quotes
    do not count; a doubled quote leaves and enters again.
    """
    signs = np.frombuffer(content, np.uint8)
    quotes = np.flatnonzero(signs == ord('"'))
    ends = _outside(np.flatnonzero(signs == ord("\n")), quotes)
    commas = _outside(np.flatnonzero(signs == ord(",")), quotes)
    starts = np.concatenate(([0], ends + 1))
    stops = np.concatenate((ends, [len(content)]))
    fields = np.searchsorted(commas, stops) - np.searchsorted(commas, starts) + 1
    bad = [int(r) for r in np.flatnonzero(fields != fields[0]) if content[starts[r] : stops[r]].strip()]
    parts, last = [], 0
    for record in bad:
        parts.append(content[last : starts[record]])
        last = stops[record]
    faults = [(record + 1, int(fields[record]), int(fields[0])) for record in bad]
    return b"".join((*parts, content[last:])), faults


def _outside(places: npt.NDArray[np.intp], quotes: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The places that an even number of quotes stands before."""
    outside: npt.NDArray[np.intp] = places[np.searchsorted(quotes, places) % 2 == 0]
    return outside


def _contract_columns(
    frame: pd.DataFrame, table: Table, names: Mapping[str, str], path: Path, say: Say
) -> pd.DataFrame | None:
    """The contract's columns under the contract's names; None when one is not there exactly once."""
    complete = True
    for unknown in sorted(set(names) - {column.name for column in table.columns}):
        say(f"{path}: the settings map the column '{unknown}', which {table.name} does not have; remove it")
    for column in table.columns:
        wanted = names.get(column.name, column.name)
        hits = list(frame.columns).count(wanted)
        if hits != 1:
            complete = False
            say(f"{path}: row 1: {_heading_fault(column.name, wanted, hits, [str(n) for n in frame.columns])}")
    if not complete:
        return None
    chosen = frame[[names.get(c.name, c.name) for c in table.columns]].copy()
    chosen.columns = pd.Index([c.name for c in table.columns])
    return chosen


def _heading_fault(name: str, wanted: str, hits: int, present: list[str]) -> str:
    if hits > 1:
        return f"the column '{wanted}' stands there {hits} times; keep one"
    if len(present) == 1 and (sign := next((s for s in ";\t|" if s in present[0]), None)):
        return f"the column '{wanted}' is missing: the fields are separated by {sign!r}; export with commas"
    asked = f"'{wanted}' (mapped from '{name}')" if wanted != name else f"'{wanted}'"
    return f"the column {asked} is missing; present: {', '.join(present)}; export it or map its name in the settings"


def _judge_cells(export: Export, path: Path, say: Say) -> None:
    for column in export.table.columns:
        if column.filled or column.kind is not Kind.TEXT:
            _judge_column(export, column, path, say)
    key = list(export.table.key)
    again = export.frame[export.frame.duplicated(subset=key, keep="first")]
    if len(again):
        shown = again[key].agg(" / ".join, axis=1)
        remedy = "the key stands in an earlier row already; keep one of them"
        tell(say, path, ", ".join(key), shown, pd.Series(True, shown.index), remedy)


def _judge_column(export: Export, column: Column, path: Path, say: Say) -> None:
    """Each different text is judged once: a million prices are a few thousand texts."""
    codes, found = pd.factorize(export.column(column.name).to_numpy(object))
    texts = pd.Series([str(text).strip() for text in found], dtype=object)
    if column.kind is not Kind.TEXT and list(texts) != list(found):
        export.frame[column.name] = texts.to_numpy()[codes]
    text = export.column(column.name)
    for faulty, remedy in _faults(column, texts):
        if faulty.any():
            tell(say, path, column.name, text, pd.Series(faulty.to_numpy()[codes], text.index), remedy)


def _faults(column: Column, texts: pd.Series[str]) -> Iterator[tuple[pd.Series[bool], str]]:
    given = texts != ""
    if column.filled:
        yield ~given, "it must not be empty; fill it"
    if column.kind is Kind.TEXT:
        return
    pattern, remedy = FORMS[column.kind]
    fits = pd.Series([re.fullmatch(pattern, text, re.ASCII) is not None for text in texts], dtype=bool)
    if column.kind is Kind.DATE:
        fits &= pd.to_datetime(texts.where(fits, "1970-01-01"), format="%Y-%m-%d", errors="coerce").notna()
    yield given & ~fits, remedy
    if column.kind is Kind.DECIMAL and (column.least is not None or column.above is not None):
        number = pd.to_numeric(texts.where(given & fits, str((column.above or 0) + 1)))
        low = number < column.least if column.least is not None else number <= (column.above or 0)
        bound = f"at least {column.least}" if column.least is not None else f"above {column.above}"
        yield low, f"it must be {bound}; correct it in the ERP"


def judge_references(exports: Mapping[str, Export], folder: Path, say: Say) -> None:
    """Values that must stand in another export; left out where that export could not be read."""
    for export in exports.values():
        for column in export.table.columns:
            if column.refers is None or column.refers[0] not in exports or not exports[column.refers[0]].whole:
                continue
            other, field = column.refers
            text = export.column(column.name)
            codes, found = pd.factorize(text.to_numpy(object))
            allowed = {"", column.wildcard, *exports[other].column(field)}
            unknown = np.array([value not in allowed and str(value).strip() != "" for value in found], dtype=bool)
            path = folder / export.table.file_name
            faulty = pd.Series(unknown[codes] if len(found) else False, text.index)
            tell(say, path, column.name, text, faulty, f"{other}.csv has no such {field}; export both together")


def judge_prices(export: Export, folder: Path, say: Say) -> None:
    """A price row is the customer's or the price list's, and its validity does not end before it begins."""
    path = folder / export.table.file_name
    of_list, of_customer = export.column("price_list_id") != "", export.column("customer_id") != ""
    shown = export.column("price_list_id") + " / " + export.column("customer_id")
    tell(say, path, "price_list_id, customer_id", shown, of_list == of_customer, "fill exactly one of the two")
    start, end = export.column("valid_from"), export.column("valid_to")
    wrong = (start != "") & (end != "") & (end < start)  # ISO dates sort as text
    tell(say, path, "valid_to", end, wrong, "it lies before valid_from; correct it in the ERP")


def tell(say: Say, path: Path, column: str, text: pd.Series[str], faulty: pd.Series[bool], remedy: str) -> None:
    """One sentence for every faulty row; from the 201st row of one fault on they are counted only."""
    places = np.flatnonzero(faulty.to_numpy())
    for place in places[:SHOWN_PER_FAULT]:
        row = int(text.index[place]) + 2
        say(f"{path}: row {row}, column {column}: {text.iloc[place]!r}: {remedy}")
    if len(places) > SHOWN_PER_FAULT:
        say(f"{path}: column {column}: {len(places) - SHOWN_PER_FAULT} more rows with this fault: {remedy}")
