"""The ways from a printed unit to the ERP's base unit, and what the document says one unit costs.

A way is the unit as it stands, a synonym, a row of ``uom.csv``, a chain of two rows. Which one stands is for
``matchers.solver``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipeline.model import CatalogueItem, ExpectedPrice, LineItem, UnitConversion
from pipeline.values import unit_code

PRICE_TOLERANCE = Decimal("0.005")  # contract, section 2
_PIECES = frozenset({"EA", "H87", "C62", "PCE", "PC"})  # Rec 20 has several codes for one piece
# outer packs: what one company calls a box another calls a carton or case; only price or amount can prove such a guess
_PACKS = frozenset({"BX", "XBX", "CT", "XCT", "CS", "XCS", "XBJ", "XPK", "PK", "XPA", "PA", "XPC", "KRT", "CTN", "SET"})

# the price that holds for so many base units; None when there is none
PriceOf = Callable[[Decimal], ExpectedPrice | None]


@dataclass(frozen=True, slots=True)
class Way:
    """One way from the printed unit to the base unit; ``proven`` if the unit itself says so."""

    factor: Decimal
    words: str
    proven: bool
    divisor: Decimal = Decimal(1)  # of a row read backwards: twelve pieces are exactly one dozen, not 0.999...

    def of(self, quantity: Decimal) -> Decimal:
        """In base units."""
        return quantity / self.divisor if self.divisor != 1 else quantity * self.factor

    def price(self, price: Decimal) -> Decimal:
        """Per base unit."""
        return price * self.divisor if self.divisor != 1 else price / self.factor


def same_unit(one: str, other: str) -> bool:
    if one.strip().casefold() == other.strip().casefold():
        return True
    a, b = _code(one), _code(other)
    return a is not None and (a == b or {a, b} <= _PIECES)


def converts(line: LineItem, item: CatalogueItem, rows: Sequence[UnitConversion]) -> bool | None:
    """Whether the printed unit is one of the item's; None: none is printed."""
    return bool(ways(line.unit, item.base_uom, rows)) if line.unit else None


def fills_packs(line: LineItem, item: CatalogueItem, rows: Sequence[UnitConversion]) -> bool | None:
    """Whether the quantity is a multiple of the item's pack in some reading of the unit; None: it cannot be told."""
    multiple, quantity = item.pack_multiple, line.quantity
    found = ways(line.unit, item.base_uom, rows) if line.unit else []
    if not multiple or multiple <= 1 or not quantity or not found:
        return None
    return any(way.of(quantity) % multiple == 0 for way in found)


def ways(unit: str, base: str, rows: Sequence[UnitConversion]) -> list[Way]:
    if same_unit(unit, base):
        return [Way(Decimal(1), f"{unit} is {base}", True)]
    direct = _direct(unit, base, rows)
    return direct or _chains(unit, base, rows)


def _direct(unit: str, base: str, rows: Sequence[UnitConversion]) -> list[Way]:
    """Rows of the item before rows for all items; the unit as written before its synonyms before other packs."""
    for of_item in (True, False):
        for alike, proven in ((_written_alike, True), (same_unit, True), (_both_packs, False)):
            found = [
                Way(row.factor, _row_words(row), proven)
                for row in rows
                if (row.sku is not None) is of_item and alike(unit, row.from_uom) and same_unit(row.to_uom, base)
            ]
            found += [
                Way(1 / row.factor, _row_words(row), proven, row.factor)
                for row in rows
                if (row.sku is not None) is of_item and alike(unit, row.to_uom) and same_unit(row.from_uom, base)
            ]
            if found:
                return found
    return []


def _chains(unit: str, base: str, rows: Sequence[UnitConversion]) -> list[Way]:
    return [
        Way(first.factor * second.factor, f"{_row_words(first)}, {_row_words(second)}", True)
        for first in rows
        if same_unit(unit, first.from_uom)
        for second in rows
        if same_unit(first.to_uom, second.from_uom) and same_unit(second.to_uom, base)
    ]


def _row_words(row: UnitConversion) -> str:
    scope = f"for {row.sku}" if row.sku else "for every item"
    return f"1 {row.from_uom} = {row.factor:f} {row.to_uom} {scope} (uom.csv)"


def _written_alike(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _both_packs(one: str, other: str) -> bool:
    return _code(one) in _PACKS and (_code(other) in _PACKS or other.strip().upper() in _PACKS)


def _code(unit: str) -> str | None:
    return unit_code(unit) or (unit.strip().upper() if unit.strip().upper() in _PIECES else None)


# --- prices per base unit ---------------------------------------------------------------------------------------------


def net_line_price(line: LineItem) -> Decimal | None:
    """The printed price for one printed unit, after price base and line discount; exact, not rounded."""
    if line.unit_price is None or line.price_base_quantity == 0:
        return None
    price = line.unit_price / line.price_base_quantity
    discount = line.line_discount
    if discount is None:
        return price
    if discount.percent:
        return price * (1 - discount.value / 100)
    return price - discount.value / line.quantity if line.quantity else None


def agrees(price: Decimal | None, expected: ExpectedPrice | None) -> bool:
    """Within the contract's tolerance of 0.5 %."""
    return (
        price is not None and expected is not None and abs(price - expected.amount) <= expected.amount * PRICE_TOLERANCE
    )


def prices(line: LineItem) -> list[Decimal]:
    """What the document says one printed unit costs: by its unit price and by its line amount."""
    by_amount = line.line_amount / line.quantity if line.line_amount is not None and line.quantity else None
    return [price for price in (net_line_price(line), by_amount) if price is not None]
