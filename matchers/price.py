"""The price that holds for a customer, an item, a quantity and a day (contract, section 2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pipeline.model import Customer, ExpectedPrice, Price


def expected_price(
    rows: Sequence[Price], customer: Customer, quantity: Decimal, day: date, base_uom: str
) -> ExpectedPrice | str:
    """The price per base unit at ``quantity`` base units on ``day``, or in words why there is none.

    A customer's own row beats its price list's row; within each the highest ``min_qty`` not above the quantity counts.
    """
    valid = [row for row in rows if _holds(row, day)]
    reached = [row for row in valid if row.min_qty <= quantity]
    own = [row for row in reached if row.customer_id == customer.customer_id]
    of_list = [row for row in reached if row.customer_id != customer.customer_id]
    chosen = _highest(own, customer) or _highest(of_list, customer)
    if not chosen:
        return _why_none(rows, valid, customer, quantity, day, base_uom)
    if len({(row.price, row.currency) for row in chosen}) > 1:
        lines = " and ".join(f"row {row.row}: {row.price:f} {row.currency}" for row in chosen)
        return f"price_list.csv holds two prices for the same case ({lines}); correct it in the ERP"
    row = chosen[0]
    next_break = min((other.min_qty for other in valid if other.min_qty > quantity), default=None)
    return ExpectedPrice(row.price, row.currency, base_uom, row, _words(row, day, base_uom), next_break)


def _holds(row: Price, day: date) -> bool:
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)


def _highest(rows: Sequence[Price], customer: Customer) -> list[Price]:
    """The rows of the highest break; where validities overlap, those that began last."""
    in_currency = [row for row in rows if row.currency == customer.currency] or list(rows)
    if not in_currency:
        return []
    top = max(row.min_qty for row in in_currency)
    at_top = [row for row in in_currency if row.min_qty == top]
    begun = max(row.valid_from or date.min for row in at_top)
    return [row for row in at_top if (row.valid_from or date.min) == begun]


def _words(row: Price, day: date, base_uom: str) -> str:
    source = f"{row.customer_id}'s own price" if row.customer_id else f"price list {row.price_list_id}"
    return (
        f"{source} for {row.sku}: {row.price:f} {row.currency} per {base_uom} from {row.min_qty:f} {base_uom}, "
        f"valid {_validity(row)}, taken for {day} (price_list.csv row {row.row})"
    )


def _validity(row: Price) -> str:
    since, until = row.valid_from and f"from {row.valid_from}", row.valid_to and f"to {row.valid_to}"
    return " ".join(part for part in (since, until) if part) or "at any time"


def _why_none(
    rows: Sequence[Price], valid: Sequence[Price], customer: Customer, quantity: Decimal, day: date, base_uom: str
) -> str:
    who = f"{customer.customer_id} or price list {customer.price_list_id}"
    if not rows:
        return f"price_list.csv has no row for this item and {who}"
    if not valid:
        return f"no price row of {who} for this item is valid on {day}"
    least = min(row.min_qty for row in valid)
    return f"the price rows of {who} for this item begin at {least:f} {base_uom}; ordered are {quantity:f}"
