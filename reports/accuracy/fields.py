"""Which fields are judged, and when two printed forms of a value are the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache

from rapidfuzz import fuzz

PARTIES = ("buyer", "seller", "ship_to", "bill_to")
HEADER = (
    "po_number", "order_date", "requested_date", "currency", "payment_terms", "incoterms",
    *(f"{party}.{part}" for party in PARTIES for part in ("name", "address", "email", "tax_id")),
    "subtotal", "tax", "freight", "discount", "total",
)  # fmt: skip
ITEM_IDS = ("buyer_item_id", "seller_item_id", "manufacturer_item_id", "standard_item_id")
LINE = (
    "line_no", *ITEM_IDS, "description", "quantity", "unit", "unit_code", "unit_price", "price_base_quantity",
    "line_discount", "line_amount", "requested_date",
)  # fmt: skip
FREE_TEXTS = frozenset({"name", "address", "payment_terms", "incoterms", "description"})
DECIMALS = frozenset(
    {"subtotal", "tax", "freight", "discount", "total", "quantity", "unit_price", "price_base_quantity", "line_amount"}
)
ALIKE = 90.0  # free texts count as the same from this likeness (percent) on

Values = Mapping[str, str | None]


def value_of(value: object) -> str | None:
    """A JSON value as text; blank is absent."""
    if value is None or isinstance(value, Mapping | list):
        return None
    return str(value).strip() or None


def header_values(order: Mapping[str, object]) -> dict[str, str | None]:
    """The header fields that the object states, by path; a field it does not name is left out."""
    found: dict[str, str | None] = {}
    for path in HEADER:
        name, _, part = path.partition(".")
        if name not in order:
            continue
        value = order[name]
        if not part:
            found[path] = value_of(value)
        elif not isinstance(value, Mapping):
            found[path] = None
        elif part in value:
            found[path] = value_of(value[part])
    return found


def line_values(line: Mapping[str, object]) -> dict[str, str | None]:
    return {field: value_of(line[field]) for field in LINE if field in line}


def same(field: str, expected: str | None, found: str | None, alternatives: Sequence[str | None] = ()) -> bool:
    """Whether the value found is the one expected, or one that is right as well."""
    return any(_same(field, right, found) for right in (expected, *alternatives))


def _same(field: str, one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one is other
    if field.rpartition(".")[2] in FREE_TEXTS:
        return alike(one, other)
    key = canonical(field, one)
    return key is not None and key == canonical(field, other)


@cache
def canonical(field: str, value: str) -> str | None:
    """The form in which equal values are equal texts; None for a number that is none."""
    name = field.rpartition(".")[2]
    if name in DECIMALS:
        number = _number(value)
        return None if number is None else str(abs(number) if name == "discount" else number)
    if name == "line_discount":
        number = _number(value.rstrip("% "))
        return None if number is None else f"{abs(number)}{'%' * value.endswith('%')}"
    if name == "unit":
        return folded(value)
    if name == "line_no":
        return code(value).lstrip("0") or "0"
    if name in ("email", "currency", "unit_code") or name.endswith("date"):
        return value.casefold()
    return code(value)


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        return None
    # normalised, so that 1.50 and 1.5 are one text; written out, so that 100 is not 1E+2
    return Decimal(format(number.normalize(), "f")) if number.is_finite() else None


def code(value: str) -> str:
    """A code without blanks, number signs and soft hyphens, in capitals."""
    return re.sub(r"[\s#\u00ad\u200b]+", "", unicodedata.normalize("NFKC", value)).upper()


@cache
def folded(value: str) -> str:
    """Words in lower case with one blank between them; punctuation is blank."""
    return " ".join(re.sub(r"[^\w]+", " ", unicodedata.normalize("NFKC", value).casefold()).split())


def alike(one: str, other: str) -> bool:
    """Free texts: the same but for a few characters or the order of the words."""
    a, b = folded(one), folded(other)
    return a == b or max(fuzz.ratio(a, b), fuzz.token_sort_ratio(a, b)) >= ALIKE
