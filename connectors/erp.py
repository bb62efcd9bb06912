"""ERP exports in: a folder of CSV files becomes one checked, indexed snapshot (CONTRACT.md, section 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from itertools import starmap
from pathlib import Path
from typing import overload

from connectors.erp_columns import Fields, number, packed
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
from pipeline.packed import Arrays


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
    digests = {name: export.digest for name, export in exports.items()}
    return ErpSnapshot(packed(exports), *_versions(digests, mapping))


def exports_version(folder: Path, columns: Mapping[str, Mapping[str, str]]) -> str | None:
    """What the version of the exports in ``folder`` is, should they be right; None: the mapping itself is wrong.

    Raises ``OSError``.
    """
    findings: list[str] = []
    mapping = _mapping(columns, findings)
    paths = {table.name: folder / table.file_name for table in TABLES}
    digests = {name: sha256(path.read_bytes()).hexdigest() for name, path in paths.items() if path.is_file()}
    return None if findings else _versions(digests, mapping)[0]


def _mapping(columns: Mapping[str, Mapping[str, str]], findings: list[str]) -> dict[str, Mapping[str, str]]:
    mapping = {name.removesuffix(".csv"): names for name, names in columns.items()}
    for name in sorted(set(mapping) - set(BY_NAME)):
        findings.append(f"settings: columns are mapped for '{name}', which is no export; known: {', '.join(BY_NAME)}")
    return mapping


def _versions(digests: Mapping[str, str], mapping: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
    """Of all exports, and of the items alone."""
    lines = {name: f"{name}={digests[name]};{sorted(mapping.get(name, {}).items())}\n" for name in sorted(digests)}
    return sha256("".join(lines.values()).encode()).hexdigest(), sha256(lines.get("items", "").encode()).hexdigest()


_ITEM_COLUMNS = tuple(column.name for column in BY_NAME["items"].columns)  # as CatalogueItem has them


class Items(Sequence[CatalogueItem]):
    """All items in the file's order, each made when it is asked for."""

    def __init__(self, fields: Fields) -> None:
        self._columns = [fields.column(name) for name in _ITEM_COLUMNS]
        self._count = len(fields)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> CatalogueItem: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[CatalogueItem]: ...
    def __getitem__(self, at: int | slice) -> CatalogueItem | Sequence[CatalogueItem]:
        if isinstance(at, slice):
            return tuple(self[place] for place in range(*at.indices(self._count)))
        if not -self._count <= at < self._count:
            raise IndexError(f"item {at} of {self._count}")
        return _item(*(column[at % self._count] for column in self._columns))

    def __iter__(self) -> Iterator[CatalogueItem]:
        return starmap(_item, zip(*self._columns, strict=True))


def _item(
    sku: str, description: str, base_uom: str, barcode: str, mpn: str, product_group: str,
    status: str, superseded_by: str, pack_multiple: str, moq: str, list_price: str, currency: str,
) -> CatalogueItem:  # fmt: skip
    return CatalogueItem(
        sku=sku,
        description=description,
        base_uom=base_uom,
        barcode=barcode or None,
        mpn=mpn or None,
        product_group=product_group or None,
        status=ItemStatus(status),
        superseded_by=superseded_by or None,
        pack_multiple=number(pack_multiple),
        moq=number(moq),
        list_price=number(list_price),
        currency=currency or None,
    )


class ErpSnapshot:
    """Implements ``pipeline.interfaces.Erp`` over checked exports. Records are made when they are asked for.

    ``arrays`` are those of ``connectors.erp_columns.packed``.
    """

    def __init__(self, arrays: Arrays, version: str, items_version: str) -> None:
        self.arrays, self.version, self.items_version = arrays, version, items_version
        self._fields = {t.name: Fields(arrays, t.name) for t in TABLES if f"{t.name}.rows" in arrays}
        self.absent = frozenset(t.name for t in TABLES) - set(self._fields)
        self._items = Items(self._fields["items"])
        self._customer_parts: dict[str, tuple[tuple[str, str], ...]] = {}

    def _rows(self, name: str, key: str, value: str) -> list[int]:
        return self._fields[name].column(key).rows_of(value)

    # --- items ---

    def items(self) -> Sequence[CatalogueItem]:
        return self._items

    def item(self, sku: str) -> CatalogueItem | None:
        return next(iter(self._items_by("sku", sku)), None)

    def items_by_barcode(self, barcode: str) -> Sequence[CatalogueItem]:
        return self._items_by("barcode", barcode)

    def items_by_mpn(self, mpn: str) -> Sequence[CatalogueItem]:
        return self._items_by("mpn", mpn)

    def _items_by(self, column: str, value: str) -> tuple[CatalogueItem, ...]:
        return tuple(self._items[at] for at in self._rows("items", column, value)) if value else ()

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
            for at in self._rows("ship_to", "customer_id", customer_id)
        )

    # --- prices and units ---

    def prices(self, sku: str, customer: Customer) -> Sequence[Price]:
        f = self._fields["price_list"]
        wanted = (customer.price_list_id, customer.customer_id)
        rows = self._rows("price_list", "sku", sku)
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
                row=f.line(at),
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
            for at in self._rows("uom", "sku", sku)
        )

    # --- cross-references, stock, orders, ourselves ---

    def cross_references(self, customer_id: str, part_no: str) -> Sequence[str]:
        if "customer_items" in self.absent:
            return ()
        f = self._fields["customer_items"]
        rows = self._rows("customer_items", "customer_part_no", part_no)
        return tuple(f.text("sku", at) for at in rows if f.text("customer_id", at) == customer_id)

    def customer_part_numbers(self, customer_id: str) -> Sequence[tuple[str, str]]:
        if "customer_items" in self.absent:
            return ()
        if customer_id not in self._customer_parts:
            f = self._fields["customer_items"]
            rows = self._rows("customer_items", "customer_id", customer_id)
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
            for at in self._rows("stock", "sku", sku)
        )

    def open_orders(self, customer_id: str) -> Sequence[OpenOrderLine]:
        if "open_orders" in self.absent:
            return ()
        f = self._fields["open_orders"]
        return tuple(_open_order(f, at) for at in self._rows("open_orders", "customer_id", customer_id))

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


def load_open_orders(folder: Path, columns: Mapping[str, Mapping[str, str]] | None = None) -> tuple[OpenOrderLine, ...]:
    """``open_orders.csv`` of ``folder`` alone, for instance what people keyed. Raises as ``load_erp`` does."""
    findings: list[str] = []
    mapping = _mapping(columns or {}, findings)
    (table,) = (table for table in TABLES if table.name == "open_orders")
    try:
        export = read_export(folder, table, mapping.get(table.name, {}), findings.append)
    except OSError as error:
        raise SourceError(f"{folder / table.file_name}: {error.strerror or error}; make it readable") from error
    if export is None or findings:
        missing = (f"{folder / table.file_name}: not there; export what was keyed in this form",)
        raise ConfigError(f"{folder}: orders that people keyed cannot be used", tuple(findings) or missing)
    fields = Fields(packed({table.name: export}), table.name)
    return tuple(_open_order(fields, at) for at in range(len(fields)))


def _domains(text: str) -> tuple[str, ...]:
    return tuple(part.strip().casefold().lstrip("@") for part in text.split(";") if part.strip())
