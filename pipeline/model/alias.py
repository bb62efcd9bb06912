"""What people taught us about a customer's own words: what a number, a text, a unit, an address of theirs means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AliasKind(StrEnum):
    ITEM_CODE = "item_code"  # the customer's number for an item
    ITEM_TEXT = "item_text"  # the words of a line without any number
    UNIT = "unit"
    SHIP_TO = "ship_to"
    LETTERHEAD = "letterhead"  # the buyer as printed; its target is the customer


class Scope(StrEnum):
    """How far a confirmed choice is to hold."""

    CUSTOMER = "customer"
    SHIP_TO = "ship-to"  # of this customer, at this delivery address only
    NOTHING = "nothing"  # for this one order


@dataclass(frozen=True, slots=True)
class Alias:
    """``key`` as ``pipeline.aliases`` spells it; ``target`` a sku, a unit of the ERP, a ship_to_id or a customer_id.

    ``ship_to_id`` is None where it holds for all of the customer.
    """

    kind: AliasKind
    customer_id: str
    key: str
    target: str
    ship_to_id: str | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who said so, when and over which order; without an order it was said by itself, on the command line."""

    by: str
    at: datetime
    order_key: str | None = None
    document: str | None = None  # its file name, for people


@dataclass(frozen=True, slots=True)
class KnownAlias:
    """An alias in force, with every confirmation, oldest first."""

    alias_id: str
    alias: Alias
    confirmations: tuple[Confirmation, ...]


@dataclass(frozen=True, slots=True)
class TouchedOrder:
    """An order in which an alias decided. ``line`` counts from 1; None for the order's ship-to."""

    order_key: str
    po_number: str | None
    state: str
    line: int | None
