"""Pairing and figures as files: JSON for programs, CSV for spreadsheets."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from reports.accuracy.figures import FieldFigures, Figures, GroupFigures, LineFigures, Share
from reports.accuracy.records import DocumentPair, FieldPair, LinePair

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*")
GROUP_COLUMNS = (
    "kind", "name", "documents", "failed", "orders", "type_right", "header_right", "line_precision", "line_recall",
    "line_f1", "exact_line_f1", "orders_exact", "lines_exact", "key_right", "sure_values", "sure_wrong",
)  # fmt: skip
FIELD_COLUMNS = (
    "field", "judged", "accuracy", "printed", "accuracy_printed", "invented", "f1", "sure_values", "sure_wrong"
)  # fmt: skip
PAIR_COLUMNS = (
    "file", "layout", "channel", "language", "order", "line", "found_line", "field", "expected", "found", "right",
    "confidence", "source",
)  # fmt: skip


def pairing_to_json(documents: Sequence[DocumentPair]) -> list[dict[str, Any]]:
    return [asdict(document) for document in documents]


def figures_to_json(result: Figures) -> dict[str, Any]:
    """Rates from 0 to 1, null where nothing was judged; shares with what they count, and their interval."""
    return {
        "groups": [_object(group) for group in result.groups],
        "header": [_object(field) | {"f1": field.f1} for field in result.header],
        "lines": [_object(field) | {"f1": field.f1} for field in result.lines],
        "confidence_bands": [{"from": band.low, "wrong": _share(band.wrong)} for band in result.bands],
        "values_without_confidence": result.without_confidence,
        "types": [{"expected": e, "found": f, "documents": n} for e, f, n in result.types],
        "unexpected_orders": result.unexpected_orders,
        "wrong_documents": [asdict(one) for one in result.wrong],
    }


def _object(record: GroupFigures | FieldFigures) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, Share):
            out[field.name] = _share(value)
        elif isinstance(value, LineFigures):
            rates = {"precision": value.precision, "recall": value.recall, "f1": value.f1}
            out[field.name] = asdict(value) | rates
        else:
            out[field.name] = value
    return out


def _share(value: Share) -> dict[str, Any]:
    return {"count": value.count, "of": value.of, "rate": value.rate, "interval_95": value.interval}


def group_row(group: GroupFigures) -> tuple[object, ...]:
    """The figures of ``GROUP_COLUMNS``."""
    lines = group.lines
    return (
        group.kind, group.name, group.documents, group.failed, group.orders, group.types.rate, group.header.rate,
        lines.precision, lines.recall, lines.f1, group.exact_lines.f1, group.orders_exact.rate, group.lines_exact.rate,
        group.key_right.rate, group.sure.of, group.sure.count,
    )  # fmt: skip


def field_row(field: FieldFigures) -> tuple[object, ...]:
    """The figures of ``FIELD_COLUMNS``."""
    return (
        field.field, field.right.of, field.right.rate, field.present.of, field.present.rate, field.invented, field.f1,
        field.sure.of, field.sure.count,
    )  # fmt: skip


def write_report(documents: Sequence[DocumentPair], result: Figures, out: Path) -> None:
    """``pairing.json``, ``figures.json``, and as CSV ``pairing.csv``, ``groups.csv``, ``fields.csv``, ``wrong.csv``."""
    out.mkdir(parents=True, exist_ok=True)
    _write_json(out / "pairing.json", pairing_to_json(documents))
    _write_json(out / "figures.json", figures_to_json(result))
    _write_csv(out / "pairing.csv", PAIR_COLUMNS, _pair_rows(documents))
    _write_csv(out / "groups.csv", GROUP_COLUMNS, map(group_row, result.groups))
    _write_csv(out / "fields.csv", FIELD_COLUMNS, map(field_row, (*result.header, *result.lines)))
    _write_csv(out / "wrong.csv", ("file", "why"), ((one.file, why) for one in result.wrong for why in one.reasons))


def _pair_rows(documents: Sequence[DocumentPair]) -> Iterator[tuple[object, ...]]:
    for document in documents:
        place = (document.file, document.layout, document.channel, document.language)
        for number, order in enumerate(document.orders):
            for pair in order.header:
                yield (*place, number, None, None, *_pair_row(pair))
            for line in order.lines:
                yield from ((*place, number, *_line_place(line), *_pair_row(pair)) for pair in line.fields)


def _line_place(line: LinePair) -> tuple[int | None, int | None]:
    return line.expected, line.found


def _pair_row(pair: FieldPair) -> tuple[object, ...]:
    return pair.field, pair.expected, pair.found, pair.right, pair.confidence, pair.source


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([_plain(value) for value in row] for row in rows)


def _plain(value: object) -> object:
    """Text from a document must not run as a formula where the CSV is opened in a spreadsheet."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(value):
        return "'" + value
    return value
