"""What the ERP exports say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class ItemStatus(StrEnum):
    ACTIVE = "active"
    DISCONTINUED = "discontinued"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    sku: str
    description: str
    base_uom: str
    barcode: str | None = None
    mpn: str | None = None
    product_group: str | None = None
    status: ItemStatus = ItemStatus.ACTIVE
    superseded_by: str | None = None
    pack_multiple: Decimal | None = None  # base units
    moq: Decimal | None = None  # base units
    list_price: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    customer_id: str
    name: str
    email_domains: tuple[str, ...] = ()
    street: str | None = None
    city_zip: str | None = None
    country: str | None = None
    tax_id: str | None = None
    currency: str | None = None
    credit_hold: bool = False
    price_list_id: str | None = None


@dataclass(frozen=True, slots=True)
class ShipTo:
    ship_to_id: str
    customer_id: str
    name: str
    street: str | None = None
    city_zip: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """One row of ``price_list.csv``; ``row`` is its line in the file (the header is line 1)."""

    sku: str
    min_qty: Decimal  # base units
    price: Decimal  # per base unit, net
    currency: str
    valid_from: date | None
    valid_to: date | None
    price_list_id: str | None = None
    customer_id: str | None = None
    row: int = 0


@dataclass(frozen=True, slots=True)
class UnitConversion:
    """``1 from_uom = factor to_uom``; ``sku`` is None for a row that holds for every item."""

    sku: str | None
    from_uom: str
    to_uom: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class StockLevel:
    sku: str
    warehouse: str
    on_hand: Decimal
    allocated: Decimal
    next_receipt_date: date | None = None
    next_receipt_qty: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OpenOrderLine:
    """One row of ``open_orders.csv``: what the ERP already holds."""

    customer_id: str
    po_number: str
    revision: str | None
    po_date: date | None
    so_number: str | None
    line: str | None
    sku: str
    customer_part_no: str | None
    quantity: Decimal
    uom: str
    price: Decimal | None
    currency: str | None
    requested_date: date | None
    status: str | None


@dataclass(frozen=True, slots=True)
class Company:
    """One of our own identities: never the buyer."""

    name: str
    street: str | None = None
    city_zip: str | None = None
    country: str | None = None
    tax_id: str | None = None
    email: str | None = None
