"""The invented supplier's ERP: items, customers, prices, stock ... as the rows of the export files."""

from __future__ import annotations

import csv
import itertools
import random
import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

TODAY = date(2026, 11, 16)
RATES = {
    "EUR": Decimal(1),
    "USD": Decimal("1.12"),
    "GBP": Decimal("0.86"),
    "CHF": Decimal("0.95"),
    "PLN": Decimal("4.3"),
}
LISTS = {"EUR-STD": ("EUR", "1"), "EUR-KEY": ("EUR", "0.9"), "USD-STD": ("USD", "1"), "GBP-STD": ("GBP", "1"),
         "CHF-STD": ("CHF", "1.05"), "PLN-STD": ("PLN", "1")}  # fmt: skip
COMPANIES = (
    (
        "Falkenrath Industriebedarf GmbH",
        "Zechenstraße 40",
        "44357 Dortmund",
        "DE",
        "DE124356789",
        "bestellung@falkenrath.example",
    ),
    (
        "Falkenrath Supply Corp.",
        "900 Foundry Lane",
        "Toledo, OH 43604",
        "US",
        "34-1290857",
        "orders@falkenrath-supply.example",
    ),
)
COUNTRY_NAMES = {
    "DE": "Deutschland", "CH": "Schweiz", "GB": "United Kingdom", "US": "USA", "AU": "Australia", "IE": "Ireland",
    "FR": "France", "BE": "Belgique", "ES": "España", "PE": "Perú", "BR": "Brasil", "PT": "Portugal", "IT": "Italia",
    "NL": "Nederland", "PL": "Polska", "NO": "Norge",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    sku: str
    family: str
    size: str  # the variant in words, the same in every language
    names: dict[str, str]  # per language
    base_uom: str
    group: str
    barcode: str
    mpn: str
    pack: tuple[str, int] | None  # unit and how many base units it holds
    price_base: int  # customers print its price per this many
    moq: int
    multiple: int
    price_eur: Decimal
    status: str = "active"
    superseded_by: str = ""

    def description(self, language: str) -> str:
        return f"{self.names[language]} {self.size}"


@dataclass(frozen=True, slots=True)
class Site:
    """A delivery address: ``name`` as printed; country as ISO code."""

    ship_to_id: str
    name: str
    street: str
    city_zip: str
    country: str


@dataclass(frozen=True, slots=True)
class Buyer:
    customer_id: str
    name: str
    domain: str
    lang: str
    street: str
    city_zip: str
    country: str
    tax_id: str
    currency: str
    price_list: str
    credit_hold: bool
    sites: tuple[Site, ...]  # the first is the head office
    part_numbers: dict[str, str]  # sku -> the customer's own number


@dataclass(frozen=True, slots=True)
class World:
    """``prices``: rows of price_list.csv; ``stock``: free quantity per sku, in base units."""

    items: tuple[Item, ...]
    buyers: tuple[Buyer, ...]
    prices: tuple[dict[str, str], ...]
    stock: dict[str, int]
    by_sku: dict[str, Item] = field(default_factory=dict)

    def price(self, buyer: Buyer, sku: str, base_quantity: Decimal, on: date) -> Decimal:
        """Per base unit: the customer's own rows before its list's, highest break not above the quantity."""
        rows = [r for r in self.prices if r["sku"] == sku and _valid(r, on)]
        own = [r for r in rows if r["customer_id"] == buyer.customer_id]
        rows = own or [r for r in rows if r["price_list_id"] == buyer.price_list]
        fitting = [r for r in rows if Decimal(r["min_qty"]) <= base_quantity]
        return Decimal(max(fitting, key=lambda r: Decimal(r["min_qty"]))["price"])


def _valid(row: dict[str, str], on: date) -> bool:
    return row["valid_from"] <= on.isoformat() and (not row["valid_to"] or on.isoformat() <= row["valid_to"])


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("sample_docs.generator") / name).read_text(encoding="utf-8"))


def gtin13(digits: str) -> str:
    """Twelve digits and their check digit (GS1 General Specifications, section 7.9)."""
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits))
    return digits + str(-total % 10)


def build_world() -> World:
    """The same world every time."""
    rng = random.Random(20261116)
    items = tuple(_items(rng))
    buyers = tuple(_buyers(rng, items))
    stock = {item.sku: rng.choice((250, 900, 2500, 8000)) * max(item.multiple, 1) * 4 for item in items}
    return World(items, buyers, tuple(_prices(rng, items, buyers)), stock, {i.sku: i for i in items})


def _items(rng: random.Random) -> list[Item]:
    items: list[Item] = []
    for family in _data("families.toml")["family"]:
        axes = list(dict.fromkeys(re.findall(r"{(\w)}", family["sku"])))
        combinations = itertools.product(*(family[axis] for axis in axes))
        for step, values in enumerate(combinations):
            items.append(_item(rng, family, dict(zip(axes, values, strict=True)), step, len(items)))
    for index in rng.sample(range(len(items)), 6):
        items[index] = _retired(items[index], items[index + 1 if index + 1 < len(items) else index - 1])
    return items


def _item(rng: random.Random, family: dict[str, Any], values: dict[str, str], step: int, number: int) -> Item:
    pack = (family["pack"][0], family["pack"][1]) if "pack" in family else None
    raw = Decimal(family["price"]) * (1 + Decimal(step) / 25)
    multiple = rng.choice((1, 1, 1, 5, 10)) if Decimal(family["price"]) < 3 else 1
    return Item(
        sku=family["sku"].format(**values),
        family=family["key"],
        size=family["size"].format(**values),
        names=family["name"],
        base_uom=family["base"],
        group=family["group"],
        barcode=gtin13(f"4{rng.randrange(10**6, 10**7):07d}{number:04d}"),
        mpn=family.get("mpn", "").format(**values),
        pack=pack,
        price_base=family.get("price_base", 1),
        moq=multiple * rng.choice((1, 1, 2)),
        multiple=multiple,
        price_eur=raw.quantize(Decimal("0.0001") if raw < 1 else Decimal("0.01")),
    )


def _retired(item: Item, successor: Item) -> Item:
    values = {name: getattr(item, name) for name in Item.__slots__}
    superseded = successor.family == item.family and successor.status == "active"
    values |= {"status": "superseded" if superseded else "discontinued"}
    values |= {"superseded_by": successor.sku if superseded else ""}
    return Item(**values)


def _buyers(rng: random.Random, items: tuple[Item, ...]) -> list[Buyer]:
    found = []
    for row in _data("customers.toml")["customer"]:
        sites = [Site(f"{row['id']}-1", row["name"], row["street"], row["city_zip"], row["country"])]
        for n, (suffix, street, city_zip) in enumerate(row.get("ship_to", ()), 2):
            sites.append(Site(f"{row['id']}-{n}", f"{row['name']} {suffix}", street, city_zip, row["country"]))
        form = rng.choice(("{:06d}", "A-{:05d}", "MAT{:07d}", "{:03d}.{:03d}"))
        numbers = rng.sample(range(10_000, 999_999), 60)
        chosen = rng.sample(items, 60)
        parts = {i.sku: form.format(n % 1000, n // 1000) if "." in form else form.format(n)
                 for i, n in zip(chosen, numbers, strict=True)}  # fmt: skip
        found.append(
            Buyer(
                row["id"],
                row["name"],
                row["domain"],
                row["lang"],
                row["street"],
                row["city_zip"],
                row["country"],
                row.get("tax_id", ""),
                row["currency"],
                row["list"],
                row.get("credit_hold", False),
                tuple(sites),
                parts,
            )
        )
    return found


def _prices(rng: random.Random, items: tuple[Item, ...], buyers: tuple[Buyer, ...]) -> list[dict[str, str]]:
    rows = []
    for list_id, (currency, factor) in LISTS.items():
        for item in items:
            price = item.price_eur * RATES[currency] * Decimal(factor)
            rows.append(_row(list_id, "", item.sku, 1, price, currency, "2026-01-01", "2026-12-31"))
            rows.append(_row(list_id, "", item.sku, 1, price * Decimal("0.94"), currency, "2025-01-01", "2025-12-31"))
            rows.append(_row(list_id, "", item.sku, 1, price * Decimal("1.04"), currency, "2027-01-01", ""))
            if item.price_eur < 5:
                rows.append(
                    _row(list_id, "", item.sku, 500, price * Decimal("0.88"), currency, "2026-01-01", "2026-12-31")
                )
    for buyer in buyers[::3]:
        for item in rng.sample(items, 12):
            price = item.price_eur * RATES[buyer.currency] * Decimal("0.8")
            rows.append(_row("", buyer.customer_id, item.sku, 1, price, buyer.currency, "2026-01-01", "2027-06-30"))
    return rows


def _row(
    list_id: str, customer: str, sku: str, min_qty: int, price: Decimal, currency: str, start: str, end: str
) -> dict[str, str]:
    places = Decimal("0.0001") if price < 1 else Decimal("0.01")
    return {
        "price_list_id": list_id, "customer_id": customer, "sku": sku, "min_qty": str(min_qty),
        "price": str(price.quantize(places)), "currency": currency, "valid_from": start, "valid_to": end,
    }  # fmt: skip


# --- the export files


def write_exports(world: World, folder: Path, open_orders: list[dict[str, str]]) -> None:
    """All files of the contract, section 3. ``open_orders`` are rows of open_orders.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (columns, rows) in _tables(world, open_orders).items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns.split(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


Table = tuple[str, list[dict[str, Any]]]


def _tables(world: World, open_orders: list[dict[str, str]]) -> dict[str, Table]:
    """File name -> (columns, rows)."""
    addresses = [(b, s) for b in world.buyers for s in b.sites]
    company = ("name", "street", "city_zip", "country", "tax_id", "email")
    return {
        "items": (
            "sku description base_uom barcode mpn product_group status superseded_by pack_multiple moq list_price "
            "currency",
            [_item_row(item) for item in world.items],
        ),
        "customers": (
            "customer_id name email_domains street city_zip country tax_id currency credit_status price_list_id",
            [_customer_row(buyer) for buyer in world.buyers],
        ),
        "ship_to": (
            "ship_to_id customer_id name street city_zip country",
            [
                {"ship_to_id": s.ship_to_id, "customer_id": b.customer_id, "name": s.name, "street": s.street,
                 "city_zip": s.city_zip, "country": s.country}
                for b, s in addresses
            ],
        ),
        "price_list": ("price_list_id customer_id sku min_qty price currency valid_from valid_to", list(world.prices)),
        "uom": ("sku from_uom to_uom factor", _uom_rows(world)),
        "customer_items": (
            "customer_id customer_part_no sku",
            [
                {"customer_id": b.customer_id, "customer_part_no": part, "sku": sku}
                for b in world.buyers
                for sku, part in sorted(b.part_numbers.items())
            ],
        ),
        "stock": (
            "sku warehouse on_hand allocated next_receipt_date next_receipt_qty",
            [{"sku": sku, "warehouse": "MAIN", "on_hand": n + 100, "allocated": 100} for sku, n in world.stock.items()],
        ),
        "open_orders": (
            "customer_id po_number revision po_date so_number line sku customer_part_no quantity uom price currency "
            "requested_date status",
            list(open_orders),
        ),
        "company": (" ".join(company), [dict(zip(company, c, strict=True)) for c in COMPANIES]),
    }  # fmt: skip


def _item_row(item: Item) -> dict[str, Any]:
    return {
        "sku": item.sku, "description": item.description("en"), "base_uom": item.base_uom, "barcode": item.barcode,
        "mpn": item.mpn, "product_group": item.group, "status": item.status, "superseded_by": item.superseded_by,
        "pack_multiple": item.multiple, "moq": item.moq, "list_price": item.price_eur, "currency": "EUR",
    }  # fmt: skip


def _customer_row(buyer: Buyer) -> dict[str, Any]:
    return {
        "customer_id": buyer.customer_id, "name": buyer.name, "email_domains": buyer.domain, "street": buyer.street,
        "city_zip": buyer.city_zip, "country": buyer.country, "tax_id": buyer.tax_id, "currency": buyer.currency,
        "credit_status": "HOLD" if buyer.credit_hold else "OK", "price_list_id": buyer.price_list,
    }  # fmt: skip


def _uom_rows(world: World) -> list[dict[str, Any]]:
    packs = sorted({(i.sku, i.pack[0], i.base_uom, i.pack[1]) for i in world.items if i.pack})
    keys = ("sku", "from_uom", "to_uom", "factor")
    return [dict(zip(keys, row, strict=True)) for row in (*packs, ("*", "PCE", "EA", 1), ("*", "DZ", "EA", 12))]
