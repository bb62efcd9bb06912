"""From the printed unit to the ERP's base unit, and the document's price per base unit.

Readings are collected (the unit as it stands, a synonym, rows of ``uom.csv``, chains of two rows) and exactly one must
stand; where the unit alone does not prove it, contract price and line amount must.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pipeline.model import CatalogueItem, ExpectedPrice, LineItem, UnitConversion, UnitReading
from pipeline.values import unit_code

PRICE_TOLERANCE = Decimal("0.005")  # contract, section 2
_PIECES = frozenset({"EA", "H87", "C62", "PCE", "PC"})  # Rec 20 has several codes for one piece
# outer packs: what one company calls a box another calls a carton or case; only price or amount can prove such a guess
_PACKS = frozenset({"BX", "XBX", "CT", "XCT", "CS", "XCS", "XBJ", "XPK", "PK", "XPA", "PA", "XPC", "KRT", "CTN", "SET"})

# the price that holds for so many base units; None when there is none
PriceOf = Callable[[Decimal], ExpectedPrice | None]


@dataclass(frozen=True, slots=True)
class UnitResult:
    """``reading`` only if exactly one stands, else ``problem``. ``net_price``: the document's, per base unit."""

    reading: UnitReading | None
    problem: str | None = None
    net_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Way:
    """One way from the printed unit to the base unit; ``proven`` if the unit itself says so."""

    factor: Decimal
    words: str
    proven: bool
    divisor: Decimal = Decimal(1)  # of a row read backwards: twelve pieces are exactly one dozen, not 0.999...

    def of(self, quantity: Decimal) -> Decimal:
        return quantity / self.divisor if self.divisor != 1 else quantity * self.factor


def same_unit(one: str, other: str) -> bool:
    if one.strip().casefold() == other.strip().casefold():
        return True
    a, b = _code(one), _code(other)
    return a is not None and (a == b or {a, b} <= _PIECES)


def read_unit(line: LineItem, item: CatalogueItem, rows: Sequence[UnitConversion], price_of: PriceOf) -> UnitResult:
    """The one reading of quantity and unit that stands."""
    if line.quantity is None:
        return UnitResult(None, "no quantity is printed")
    if not line.unit:
        return _without_unit(line, item, price_of)
    ways = _ways(line.unit, item.base_uom, rows)
    proven = {way.factor: way for way in ways if way.proven}
    if len(proven) == 1:
        return _finished(line, item, next(iter(proven.values())), price_of)
    possible = list({way.factor: way for way in ways}.values())
    fitting = [way for way in possible if _fits(line, way.factor, price_of)]
    if len(fitting) == 1:
        words = f"{fitting[0].words}; proven by the contract price"
        return _finished(line, item, replace(fitting[0], words=words), price_of)
    if len(possible) == 1 and _prices(line):
        # a person looks at the line anyway, because its price is not the contract price or none holds
        words = f"{possible[0].words}; the only pack on file, not proven by the price"
        return _finished(line, item, replace(possible[0], words=words), price_of)
    return UnitResult(None, _no_way(line.unit, item, ways), None)


def _without_unit(line: LineItem, item: CatalogueItem, price_of: PriceOf) -> UnitResult:
    if _fits(line, Decimal(1), price_of):
        words = (
            f"no unit is printed; read as {item.base_uom} because the price is the contract price per {item.base_uom}"
        )
        return _finished(line, item, _Way(Decimal(1), words, True), price_of)
    return UnitResult(None, f"no unit is printed and the price does not prove that {item.base_uom} is meant")


def _no_way(unit: str, item: CatalogueItem, ways: Sequence[_Way]) -> str:
    if not ways:
        return f"{unit} does not convert to {item.base_uom} for {item.sku}: uom.csv has no row for it"
    found = ", ".join(sorted({f"{way.factor:f} {item.base_uom}" for way in ways}))
    return f"one {unit} of {item.sku} may be {found}, and the price does not prove which"


def _ways(unit: str, base: str, rows: Sequence[UnitConversion]) -> list[_Way]:
    if same_unit(unit, base):
        return [_Way(Decimal(1), f"{unit} is {base}", True)]
    direct = _direct(unit, base, rows)
    return direct or _chains(unit, base, rows)


def _direct(unit: str, base: str, rows: Sequence[UnitConversion]) -> list[_Way]:
    """Rows of the item before rows for all items; the unit as written before its synonyms before other packs."""
    for of_item in (True, False):
        for alike, proven in ((_written_alike, True), (same_unit, True), (_both_packs, False)):
            ways = [
                _Way(row.factor, _row_words(row), proven)
                for row in rows
                if (row.sku is not None) is of_item and alike(unit, row.from_uom) and same_unit(row.to_uom, base)
            ]
            ways += [
                _Way(1 / row.factor, _row_words(row), proven, row.factor)
                for row in rows
                if (row.sku is not None) is of_item and alike(unit, row.to_uom) and same_unit(row.from_uom, base)
            ]
            if ways:
                return ways
    return []


def _chains(unit: str, base: str, rows: Sequence[UnitConversion]) -> list[_Way]:
    return [
        _Way(first.factor * second.factor, f"{_row_words(first)}, {_row_words(second)}", True)
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


def _prices(line: LineItem) -> list[Decimal]:
    """What the document says one printed unit costs: by its unit price and by its line amount."""
    by_amount = line.line_amount / line.quantity if line.line_amount is not None and line.quantity else None
    return [price for price in (net_line_price(line), by_amount) if price is not None]


def _fits(line: LineItem, factor: Decimal, price_of: PriceOf) -> bool:
    assert line.quantity is not None
    expected = price_of(line.quantity * factor)
    return any(agrees(price / factor, expected) for price in _prices(line))


def price_fits(line: LineItem, item: CatalogueItem, rows: Sequence[UnitConversion], price_of: PriceOf) -> bool | None:
    """Whether some reading of the unit makes the printed price this item's contract price; None: it cannot be told."""
    if not line.quantity or not _prices(line):
        return None
    ways = _ways(line.unit, item.base_uom, rows) if line.unit else [_Way(Decimal(1), "", True)]
    if not any(price_of(line.quantity * way.factor) for way in ways):
        return None
    return any(_fits(line, way.factor, price_of) for way in ways)


def _finished(line: LineItem, item: CatalogueItem, way: _Way, price_of: PriceOf) -> UnitResult:
    assert line.quantity is not None
    quantity = way.of(line.quantity)
    price = net_line_price(line)
    net = None if price is None else price * way.divisor if way.divisor != 1 else price / way.factor
    words = way.words
    if price is not None and way.factor != 1 and not agrees(net, price_of(quantity)):
        per_base = _priced_per_base(line, way.factor, price_of)
        if per_base is not None:
            net, words = (
                per_base,
                f"{words}; the price is per {item.base_uom}: the line amount and the contract price agree",
            )
    return UnitResult(UnitReading(quantity, item.base_uom, way.factor, words), None, net)


def _priced_per_base(line: LineItem, factor: Decimal, price_of: PriceOf) -> Decimal | None:
    """The printed price as one per base unit beside a quantity in packs, if line amount and contract price say so."""
    assert line.quantity is not None
    price = net_line_price(line)
    if price is None or not line.line_amount or not agrees(price, price_of(line.quantity * factor)):
        return None
    amount = line.quantity * factor * price
    return (
        price if abs(amount - line.line_amount) <= abs(line.line_amount) * Decimal("0.001") + Decimal("0.01") else None
    )
