"""Quantity and price in base units: pack factor × what the price is for, solved together, with the proof in words.

The unit as printed and the price as printed stand first. Where the unit leaves several ways, or the price is not the
contract's, another reading is taken only if it alone satisfies all there is to ask: the line's own amount, the contract
price, what this customer paid before. Numbers are not read anew here: that the reader has done by the
document's sums, and a printed value is never changed to make a price come out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from matchers.units import PriceOf, Way, agrees, net_line_price, prices, ways
from pipeline.model import CatalogueItem, EarlierLine, LineItem, UnitConversion, UnitReading

BASES = (Decimal(10), Decimal(100), Decimal(1000))  # price bases that documents leave unsaid
HABIT = Decimal("0.2")  # how far a price moves between orders; another base or pack is further away
_ROUNDING = (Decimal("0.001"), Decimal("0.01"))  # of an amount: a thousandth and a cent


@dataclass(frozen=True, slots=True)
class UnitResult:
    """``reading`` only if exactly one stands, else ``problem``. ``net_price``: the document's, per base unit."""

    reading: UnitReading | None
    problem: str | None = None
    net_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One line against one item. ``alias``: the unit of ours that people confirmed for the printed one, in words too;
    ``earlier``: what this customer ordered of the item before."""

    line: LineItem
    item: CatalogueItem
    rows: Sequence[UnitConversion]
    price_of: PriceOf
    earlier: Sequence[EarlierLine] = ()
    alias: tuple[str, str] | None = None

    def ways(self) -> list[Way]:
        """Those of the printed unit; where it proves none, those of the unit people know it as, which prove nothing."""
        printed = self.line.unit or ""
        found = ways(printed, self.item.base_uom, self.rows)
        if self.alias is None or any(way.proven for way in found):
            return found
        ours, words = self.alias
        known = ways(ours, self.item.base_uom, self.rows)
        return [*found, *(Way(w.factor, f"{words}; {w.words}", False, w.divisor) for w in known)]


@dataclass(frozen=True, slots=True)
class _Reading:
    """``net`` per base unit, None where no price is printed; ``words``: its proof, or how the price is read instead."""

    way: Way
    net: Decimal | None
    words: str = ""


def read_unit(asked: Question) -> UnitResult:
    """The one reading of quantity, unit and price that stands."""
    if asked.line.quantity is None:
        return UnitResult(None, "no quantity is printed")
    if not asked.line.unit:
        return _without_unit(asked)
    possible = asked.ways()
    proven = {way.factor: way for way in possible if way.proven}
    if len(proven) == 1:
        return _taken(asked, _best_price(asked, next(iter(proven.values()))))
    return _by_proof(asked, list({way.factor: way for way in possible}.values()))


def price_fits(asked: Question) -> bool | None:
    """Whether some reading of the unit makes the printed price this item's contract price; None: it cannot be told."""
    line = asked.line
    if not line.quantity or not prices(line):
        return None
    possible = asked.ways() if line.unit else [Way(Decimal(1), "", True)]
    if not any(asked.price_of(line.quantity * way.factor) for way in possible):
        return None
    return any(_fits(asked, way) for way in possible)


def _without_unit(asked: Question) -> UnitResult:
    base = asked.item.base_uom
    way = Way(
        Decimal(1), f"no unit is printed; read as {base} because the price is the contract price per {base}", True
    )
    if _fits(asked, way):
        return _taken(asked, _best_price(asked, way))
    return UnitResult(None, f"no unit is printed and the price does not prove that {base} is meant")


def _by_proof(asked: Question, possible: list[Way]) -> UnitResult:
    """For a unit that does not say itself what it holds."""
    fitting = [_Reading(way, _net(asked, way), "proven by the contract price") for way in possible if _fits(asked, way)]
    fitting = fitting or [reading for way in possible for reading in _otherwise(asked, way)]
    usual = [reading for reading in fitting if _usual(asked, reading.net)]
    if len(fitting) > 1 and len(usual) == 1:
        words = f"{usual[0].words} and by what this customer paid before"
        return _taken(asked, _Reading(usual[0].way, usual[0].net, words))
    if len(fitting) == 1:
        return _taken(asked, fitting[0])
    if len(possible) == 1 and prices(asked.line):
        # a person looks at the line anyway, because its price is not the contract price or none holds
        words = "the only pack on file, not proven by the price"
        return _taken(asked, _Reading(possible[0], _net(asked, possible[0]), words))
    return UnitResult(None, _no_way(asked.line.unit or "", asked.item, possible))


def _best_price(asked: Question, way: Way) -> _Reading:
    """The price as printed, unless it is not the contract's and exactly one other reading is proven."""
    printed = _Reading(way, _net(asked, way))
    assert asked.line.quantity is not None
    expected = asked.price_of(way.of(asked.line.quantity))
    if printed.net is None or expected is None or agrees(printed.net, expected):
        return printed
    others = list(_otherwise(asked, way))
    return others[0] if len({reading.net for reading in others}) == 1 else printed


def _otherwise(asked: Question, way: Way) -> Iterator[_Reading]:
    """Other readings of the price that line amount and contract price prove, and no earlier order speaks against. A
    base that the document does not say needs an earlier order that speaks for it: else a price a hundred times too
    high would be one for a hundred."""
    price, line = net_line_price(asked.line), asked.line
    if price is None or not line.line_amount:
        return
    base, proof = asked.item.base_uom, "the line amount and the contract price agree"
    per_base = _Reading(way, price, f"the price is per {base}: {proof}")
    if way.factor != 1 and _proven(asked, per_base) and _usual(asked, price) is not False:
        yield per_base
    for many in BASES if line.price_base_quantity == 1 else ():
        for net, unit in {way.price(price) / many: line.unit or base, price / many: base}.items():
            unsaid = _Reading(way, net, f"the price is for {many} {unit}: {proof}, as with what was paid before")
            if _proven(asked, unsaid) and _usual(asked, net):
                yield unsaid


def _proven(asked: Question, reading: _Reading) -> bool:
    line = asked.line
    assert line.quantity is not None and reading.net is not None and line.line_amount is not None
    quantity = reading.way.of(line.quantity)
    share, cent = _ROUNDING
    adds_up = abs(quantity * reading.net - line.line_amount) <= abs(line.line_amount) * share + cent
    return adds_up and agrees(reading.net, asked.price_of(quantity))


def _usual(asked: Question, net: Decimal | None) -> bool | None:
    """Whether the price is about what this customer paid before; None: nothing is known of that."""
    before = [price for line in asked.earlier if (price := _paid(line, asked)) is not None]
    if net is None or not before:
        return None
    return any(abs(net - price) <= price * HABIT for price in before)


def _paid(line: EarlierLine, asked: Question) -> Decimal | None:
    """Per base unit."""
    found = [way for way in ways(line.uom or "", asked.item.base_uom, asked.rows) if way.proven]
    return found[0].price(line.price) if line.entered and line.price and len(found) == 1 else None


def _fits(asked: Question, way: Way) -> bool:
    assert asked.line.quantity is not None
    expected = asked.price_of(asked.line.quantity * way.factor)
    return any(agrees(price / way.factor, expected) for price in prices(asked.line))


def _net(asked: Question, way: Way) -> Decimal | None:
    price = net_line_price(asked.line)
    return None if price is None else way.price(price)


def _taken(asked: Question, reading: _Reading) -> UnitResult:
    assert asked.line.quantity is not None
    words = "; ".join(part for part in (reading.way.words, reading.words) if part)
    quantity = reading.way.of(asked.line.quantity)
    return UnitResult(UnitReading(quantity, asked.item.base_uom, reading.way.factor, words), None, reading.net)


def _no_way(unit: str, item: CatalogueItem, found: Sequence[Way]) -> str:
    if not found:
        return f"{unit} does not convert to {item.base_uom} for {item.sku}: uom.csv has no row for it"
    factors = ", ".join(sorted({f"{way.factor:f} {item.base_uom}" for way in found}))
    return f"one {unit} of {item.sku} may be {factors}, and the price does not prove which"
