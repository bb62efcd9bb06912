"""ERP exports in: a folder of CSV files becomes one checked, indexed snapshot (CONTRACT.md, section 3)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from connectors.erp_tables import BY_NAME, TABLES, Export, judge_prices, judge_references, read_export
from pipeline.errors import ConfigError, SourceError
from pipeline.model import (
    CatalogueItem,
    Company,
    Customer,
    ItemStatus,
    OpenOrderLine,
    Price,
    ShipTo,
    StockLevel,
    UnitConversion,
)


def load_erp(folder: Path, columns: Mapping[str, Mapping[str, str]] | None = None) -> ErpSnapshot:
    """Reads and judges the export set in ``folder``.

    ``columns`` maps, per export ("items" or "items.csv"), the contract's column name to the export's own.
    Raises ``ConfigError`` with every fault found, ``SourceError`` when the folder does not answer.
    """
    findings: list[str] = []
    mapping = _mapping(columns or {}, findings)
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder of ERP exports; create it or name another one")
    exports: dict[str, Export] = {}
    for table in TABLES:
        try:
            export = read_export(folder, table, mapping.get(table.name, {}), findings.append)
        except OSError as error:
            raise SourceError(f"{folder / table.file_name}: {error.strerror or error}; make it readable") from error
        if export is not None:
            exports[table.name] = export
    judge_references(exports, folder, findings.append)
    if "price_list" in exports:
        judge_prices(exports["price_list"], folder, findings.append)
    if findings:
        raise ConfigError(f"{folder}: the ERP exports have {len(findings)} fault(s):", tuple(findings))
    return ErpSnapshot(exports, _version(exports, mapping), _version({"items": exports["items"]}, mapping))


def _mapping(columns: Mapping[str, Mapping[str, str]], findings: list[str]) -> dict[str, Mapping[str, str]]:
    mapping = {name.removesuffix(".csv"): names for name, names in columns.items()}
    for name in sorted(set(mapping) - set(BY_NAME)):
        findings.append(f"settings: columns are mapped for '{name}', which is no export; known: {', '.join(BY_NAME)}")
    return mapping


def _version(exports: Mapping[str, Export], mapping: Mapping[str, Mapping[str, str]]) -> str:
    digest = hashlib.sha256()
    for name in sorted(exports):
        digest.update(f"{name}={exports[name].digest};{sorted(mapping.get(name, {}).items())}\n".encode())
    return digest.hexdigest()


class Rows:
    """Positions of the rows of one export, found by the value of one column in constant time; built at first use."""

    def __init__(self, values: npt.NDArray[np.object_]) -> None:
        self._values = values

    @cached_property
    def _groups(self) -> tuple[dict[str, int], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        codes, values = pd.factorize(self._values)
        order = np.argsort(codes, kind="stable")
        starts = np.searchsorted(codes[order], np.arange(len(values) + 1))
        return {value: place for place, value in enumerate(values)}, order, starts

    def of(self, value: str) -> list[int]:
        """Positions of the rows that hold exactly this value, in the file's order."""
        values, order, starts = self._groups
        place = values.get(value)
        return [] if place is None else [int(i) for i in order[starts[place] : starts[place + 1]]]


class Fields:
    """Typed access to the cells of one export by column name and position."""

    def __init__(self, export: Export) -> None:
        self._columns = {c.name: export.column(c.name).to_numpy(object) for c in export.table.columns}
        self._rows = export.frame.index.to_numpy()

    def __len__(self) -> int:
        return len(self._rows)

    def values(self, name: str) -> npt.NDArray[np.object_]:
        return self._columns[name]

    def row(self, at: int) -> int:
        """The line in the file; the header is line 1."""
        return int(self._rows[at]) + 2

    def text(self, name: str, at: int) -> str:
        return str(self._columns[name][at])

    def some(self, name: str, at: int) -> str | None:
        return str(self._columns[name][at]) or None

    def number(self, name: str, at: int) -> Decimal | None:
        text = self._columns[name][at]
        return Decimal(text) if text else None

    def need(self, name: str, at: int) -> Decimal:
        return Decimal(self._columns[name][at])

    def day(self, name: str, at: int) -> date | None:
        text = self._columns[name][at]
        return date.fromisoformat(text) if text else None


class Items(Sequence[CatalogueItem]):
    """All items in the file's order, each made when it is asked for."""

    def __init__(self, count: int, item: Callable[[int], CatalogueItem]) -> None:
        self._count, self._item = count, item

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> CatalogueItem: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[CatalogueItem]: ...
    def __getitem__(self, at: int | slice) -> CatalogueItem | Sequence[CatalogueItem]:
        places = range(self._count)[at]
        return self._item(places) if isinstance(places, int) else tuple(self._item(place) for place in places)


class ErpSnapshot:
    """Implements ``pipeline.interfaces.Erp`` over checked exports. Records are made when they are asked for."""

    def __init__(self, exports: Mapping[str, Export], version: str, items_version: str) -> None:
        self.version, self.items_version = version, items_version
        self.absent = frozenset(t.name for t in TABLES if t.optional and t.name not in exports)
        self._fields = {name: Fields(export) for name, export in exports.items()}
        self._rows: dict[tuple[str, str], Rows] = {}
        self._customer_parts: dict[str, tuple[tuple[str, str], ...]] = {}

    def _by(self, name: str, key: str) -> Rows:
        if (name, key) not in self._rows:
            self._rows[name, key] = Rows(self._fields[name].values(key))
        return self._rows[name, key]

    # --- items ---

    def _item(self, at: int) -> CatalogueItem:
        f = self._fields["items"]
        return CatalogueItem(
            sku=f.text("sku", at),
            description=f.text("description", at),
            base_uom=f.text("base_uom", at),
            barcode=f.some("barcode", at),
            mpn=f.some("mpn", at),
            product_group=f.some("product_group", at),
            status=ItemStatus(f.text("status", at)),
            superseded_by=f.some("superseded_by", at),
            pack_multiple=f.number("pack_multiple", at),
            moq=f.number("moq", at),
            list_price=f.number("list_price", at),
            currency=f.some("currency", at),
        )

    def items(self) -> Sequence[CatalogueItem]:
        return Items(len(self._fields["items"]), self._item)

    def item(self, sku: str) -> CatalogueItem | None:
        return next(iter(self._items_by("sku", sku)), None)

    def items_by_barcode(self, barcode: str) -> Sequence[CatalogueItem]:
        return self._items_by("barcode", barcode)

    def items_by_mpn(self, mpn: str) -> Sequence[CatalogueItem]:
        return self._items_by("mpn", mpn)

    def _items_by(self, column: str, value: str) -> tuple[CatalogueItem, ...]:
        return tuple(self._item(at) for at in self._by("items", column).of(value)) if value else ()

    # --- customers ---

    @cached_property
    def _customers(self) -> Mapping[str, Customer]:
        f = self._fields["customers"]
        return {
            f.text("customer_id", at): Customer(
                customer_id=f.text("customer_id", at),
                name=f.text("name", at),
                email_domains=_domains(f.text("email_domains", at)),
                street=f.some("street", at),
                city_zip=f.some("city_zip", at),
                country=f.some("country", at),
                tax_id=f.some("tax_id", at),
                currency=f.some("currency", at),
                credit_hold=f.text("credit_status", at) == "HOLD",
                price_list_id=f.some("price_list_id", at),
            )
            for at in range(len(f))
        }

    def customers(self) -> Sequence[Customer]:
        return tuple(self._customers.values())

    def customer(self, customer_id: str) -> Customer | None:
        return self._customers.get(customer_id)

    def ship_tos(self, customer_id: str) -> Sequence[ShipTo]:
        if "ship_to" in self.absent:
            return ()
        f = self._fields["ship_to"]
        return tuple(
            ShipTo(
                ship_to_id=f.text("ship_to_id", at),
                customer_id=customer_id,
                name=f.text("name", at),
                street=f.some("street", at),
                city_zip=f.some("city_zip", at),
                country=f.some("country", at),
            )
            for at in self._by("ship_to", "customer_id").of(customer_id)
        )

    # --- prices and units ---

    def prices(self, sku: str, customer: Customer) -> Sequence[Price]:
        f = self._fields["price_list"]
        wanted = (customer.price_list_id, customer.customer_id)
        rows = self._by("price_list", "sku").of(sku)
        return tuple(
            Price(
                sku=sku,
                min_qty=f.need("min_qty", at),
                price=f.need("price", at),
                currency=f.text("currency", at),
                valid_from=f.day("valid_from", at),
                valid_to=f.day("valid_to", at),
                price_list_id=f.some("price_list_id", at),
                customer_id=f.some("customer_id", at),
                row=f.row(at),
            )
            for at in rows
            if f.text("customer_id", at) == wanted[1] or (wanted[0] and f.text("price_list_id", at) == wanted[0])
        )

    def conversions(self, sku: str) -> Sequence[UnitConversion]:
        return (*self._conversions(sku), *self._conversions("*")) if "uom" not in self.absent else ()

    def _conversions(self, sku: str) -> tuple[UnitConversion, ...]:
        f = self._fields["uom"]
        return tuple(
            UnitConversion(
                sku=None if sku == "*" else sku,
                from_uom=f.text("from_uom", at),
                to_uom=f.text("to_uom", at),
                factor=f.need("factor", at),
            )
            for at in self._by("uom", "sku").of(sku)
        )

    # --- cross-references, stock, orders, ourselves ---

    def cross_references(self, customer_id: str, part_no: str) -> Sequence[str]:
        if "customer_items" in self.absent:
            return ()
        f = self._fields["customer_items"]
        rows = self._by("customer_items", "customer_part_no").of(part_no)
        return tuple(f.text("sku", at) for at in rows if f.text("customer_id", at) == customer_id)

    def customer_part_numbers(self, customer_id: str) -> Sequence[tuple[str, str]]:
        if "customer_items" in self.absent:
            return ()
        if customer_id not in self._customer_parts:
            f = self._fields["customer_items"]
            rows = self._by("customer_items", "customer_id").of(customer_id)
            self._customer_parts[customer_id] = tuple((f.text("customer_part_no", i), f.text("sku", i)) for i in rows)
        return self._customer_parts[customer_id]

    def stock(self, sku: str) -> Sequence[StockLevel] | None:
        if "stock" in self.absent:
            return None
        f = self._fields["stock"]
        return tuple(
            StockLevel(
                sku=sku,
                warehouse=f.text("warehouse", at),
                on_hand=f.need("on_hand", at),
                allocated=f.number("allocated", at) or Decimal(0),
                next_receipt_date=f.day("next_receipt_date", at),
                next_receipt_qty=f.number("next_receipt_qty", at),
            )
            for at in self._by("stock", "sku").of(sku)
        )

    def open_orders(self, customer_id: str) -> Sequence[OpenOrderLine]:
        if "open_orders" in self.absent:
            return ()
        f = self._fields["open_orders"]
        return tuple(_open_order(f, at) for at in self._by("open_orders", "customer_id").of(customer_id))

    @cached_property
    def _companies(self) -> tuple[Company, ...]:
        if "company" in self.absent:
            return ()
        f = self._fields["company"]
        others = ("street", "city_zip", "country", "tax_id", "email")
        return tuple(Company(f.text("name", at), *(f.some(o, at) for o in others)) for at in range(len(f)))

    def companies(self) -> Sequence[Company]:
        return self._companies


def _open_order(f: Fields, at: int) -> OpenOrderLine:
    return OpenOrderLine(
        customer_id=f.text("customer_id", at),
        po_number=f.text("po_number", at),
        revision=f.some("revision", at),
        po_date=f.day("po_date", at),
        so_number=f.some("so_number", at),
        line=f.some("line", at),
        sku=f.text("sku", at),
        customer_part_no=f.some("customer_part_no", at),
        quantity=f.need("quantity", at),
        uom=f.text("uom", at),
        price=f.number("price", at),
        currency=f.some("currency", at),
        requested_date=f.day("requested_date", at),
        status=f.some("status", at),
    )


def _domains(text: str) -> tuple[str, ...]:
    return tuple(part.strip().casefold().lstrip("@") for part in text.split(";") if part.strip())
