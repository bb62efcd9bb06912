"""Checked exports as columns in arrays, in memory or in a mapped file: a cell is made a text when it is asked for.

Of each column the distinct texts are kept, in the order they are met, and a number for each row that says which it
holds; columns that rows are looked up by have their texts' hashes besides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from connectors.erp_tables import Export
from pipeline.packed import Array, Arrays, Lookup, Texts, grouped

KEYS: Mapping[str, tuple[str, ...]] = {
    "items": ("sku", "barcode", "mpn"),
    "ship_to": ("customer_id",),
    "price_list": ("sku",),
    "uom": ("sku",),
    "customer_items": ("customer_id", "customer_part_no"),
    "stock": ("sku",),
    "open_orders": ("customer_id",),
}
_FEW = 4096  # distinct texts up to which all are made at once
_BLOCK = 65536  # rows


def packed(exports: dict[str, Export]) -> dict[str, Array]:
    """Takes each export out of ``exports`` when it is packed, so that not all of it stands in memory twice."""
    arrays: dict[str, Array] = {}
    for name in sorted(exports):
        export = exports.pop(name)
        arrays[f"{name}.rows"] = export.frame.index.to_numpy().astype(np.uint32)
        for column in export.table.columns:
            cells = export.column(column.name).to_numpy(object)
            arrays |= _column(f"{name}.{column.name}", cells, column.name in KEYS.get(name, ()))
    return arrays


def _column(name: str, cells: npt.NDArray[np.object_], key: bool) -> dict[str, Array]:
    codes, found = pd.factorize(cells)
    texts = Texts.of(found)
    arrays = texts.arrays(name) | (Lookup.arrays(name, texts) if key else {})
    if len(found) == len(cells):
        return arrays
    arrays[f"{name}.codes"] = codes.astype(np.min_scalar_type(len(found)))
    if key:
        arrays[f"{name}.order"], arrays[f"{name}.first"] = grouped(codes, len(found))
    return arrays


class Column:
    """The cells of one column by row, from 0."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._arrays, self._name = arrays, name
        self._texts = Texts.from_arrays(arrays, name)
        self._codes = arrays.get(f"{name}.codes")

    def __getitem__(self, row: int) -> str:
        return str(self._texts[row if self._codes is None else int(self._codes[row])])

    def __iter__(self) -> Iterator[str]:
        if self._codes is None:
            yield from self._texts
            return
        few = list(self._texts) if len(self._texts) <= _FEW else None
        for low in range(0, len(self._codes), _BLOCK):
            some = self._codes[low : low + _BLOCK]
            yield from self._texts.many(some.astype(np.int64)) if few is None else [few[code] for code in some.tolist()]

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup.from_arrays(self._arrays, self._name)

    def rows_of(self, value: str) -> list[int]:
        """The rows that hold exactly this value, in the file's order; of columns in ``KEYS``."""
        place = next((at for at in self._lookup.find(value) if self._texts[at] == value), None)
        if place is None or self._codes is None:
            return [] if place is None else [place]
        first = self._arrays[f"{self._name}.first"]
        rows: list[int] = self._arrays[f"{self._name}.order"][first[place] : first[place + 1]].tolist()
        return rows


class Fields:
    """Typed access to the cells of one export by column name and row, from 0."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._arrays, self._name = arrays, name
        self._lines = arrays[f"{name}.rows"]
        self._columns: dict[str, Column] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def column(self, name: str) -> Column:
        if name not in self._columns:
            self._columns[name] = Column(self._arrays, f"{self._name}.{name}")
        return self._columns[name]

    def line(self, at: int) -> int:
        """The line in the file; the header is line 1."""
        return int(self._lines[at]) + 2

    def text(self, name: str, at: int) -> str:
        return self.column(name)[at]

    def some(self, name: str, at: int) -> str | None:
        return self.text(name, at) or None

    def number(self, name: str, at: int) -> Decimal | None:
        return number(self.text(name, at))

    def need(self, name: str, at: int) -> Decimal:
        return Decimal(self.text(name, at))

    def day(self, name: str, at: int) -> date | None:
        text = self.text(name, at)
        return date.fromisoformat(text) if text else None


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None
