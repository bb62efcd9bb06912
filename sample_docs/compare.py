"""Compares a program result with the expected JSON of a sample: only what the expected JSON states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from pipeline.language import fold

DECIMALS = frozenset(
    {"subtotal", "tax", "freight", "discount", "total", "quantity", "unit_price", "price_base_quantity", "line_amount"}
)
FREE_TEXTS = frozenset({"name", "address", "payment_terms", "incoterms", "description", "unit"})


@dataclass(frozen=True, slots=True)
class Difference:
    """``path`` as in the contract ("lines[2].quantity"), with "[1]." before it for the second order of a document."""

    path: str
    expected: object
    found: object

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected!r}, found {self.found!r}"


def differences(expected: Any, found: list[Any]) -> Iterator[Difference]:
    """``expected``: the content of a golden file, an object or a list of them; ``found``: the program's orders."""
    orders = expected if isinstance(expected, list) else [expected]
    if len(orders) != len(found):
        yield Difference("orders", len(orders), len(found))
        return
    for n, (one, other) in enumerate(zip(orders, found, strict=True)):
        yield from _order(one, other, f"[{n}]." if len(orders) > 1 else "")


def _order(expected: Mapping[str, Any], found: Mapping[str, Any], at: str) -> Iterator[Difference]:
    alternatives = expected.get("_alternatives", {})
    for key, value in expected.items():
        if key.startswith("_"):
            continue
        if key == "lines":
            yield from _lines(value, found.get("lines") or [], alternatives, at)
        elif isinstance(value, Mapping):
            yield from _fields(value, found.get(key) or {}, alternatives, at, f"{key}.")
        else:
            yield from _fields({key: value}, found, alternatives, at, "")


def _lines(
    expected: list[Any], found: list[Any], alternatives: Mapping[str, list[Any]], at: str
) -> Iterator[Difference]:
    if len(expected) != len(found):
        yield Difference(f"{at}lines", len(expected), len(found))
        return
    for n, (one, other) in enumerate(zip(expected, found, strict=True)):
        yield from _fields(one, other, alternatives, at, f"lines[{n}].")


def _fields(
    expected: Mapping[str, Any], found: Mapping[str, Any], alternatives: Mapping[str, list[Any]], at: str, prefix: str
) -> Iterator[Difference]:
    for key, value in expected.items():
        path = prefix + key
        if not any(same(key, right, found.get(key)) for right in (value, *alternatives.get(path, ()))):
            yield Difference(at + path, value, found.get(key))


def same(key: str, one: Any, other: Any) -> bool:
    """Decimals by value, free texts after folding, codes as sets, deliveries in order, all else exactly."""
    if key == "exceptions" and isinstance(other, list):
        return set(one) == set(other)
    if key == "schedule":
        return _schedule(one) == _schedule(other)
    if one is None or other is None:
        return one is other
    if key in DECIMALS:
        return _decimal(one) == _decimal(other)
    if key in FREE_TEXTS:
        return fold(str(one)) == fold(str(other))
    return str(one) == str(other)


def _schedule(parts: Any) -> list[tuple[Decimal | None, str]]:
    return [(_decimal(part["quantity"]), str(part["requested_date"])) for part in parts or ()]


def _decimal(text: object) -> Decimal | None:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return None
