"""What several rules need to know about a matched order, each said once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pipeline.model import (
    CatalogueItem,
    Discount,
    DocumentType,
    ExpectedPrice,
    LineItem,
    LineMatch,
    MatchedOrder,
    Mismatch,
    Order,
    UnitReading,
)

UNMATCHED = LineMatch(None, None, 0.0, "the line was not matched", problem="unknown_item")
CENT = Decimal("0.01")
MOST_ROUNDING = Decimal("0.005")  # share of an amount beyond which it is no longer the same amount rounded


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the order beside its match; ``index`` counts from 0."""

    index: int
    item: LineItem
    match: LineMatch

    @property
    def label(self) -> str:
        return f"line {self.item.line_no or self.index + 1}"

    @property
    def name(self) -> str:
        """The line in words: its number and what was ordered, as printed."""
        item = self.item
        codes = (item.seller_item_id, item.buyer_item_id, item.standard_item_id, item.manufacturer_item_id)
        printed = next((code for code in (*codes, item.description) if code), None)
        return f"{self.label} ({printed})" if printed else self.label

    @property
    def sold(self) -> CatalogueItem | None:
        """The catalogue item, if exactly one stands and it may be sold."""
        return self.match.item if self.match.problem is None else None

    @property
    def reading(self) -> UnitReading | None:
        """The ordered quantity in base units, if the item stands, its unit converts and the quantity is one."""
        usable = self.sold is not None and self.match.unit_problem is None and is_positive(self.item.quantity)
        return self.match.unit if usable else None

    def path(self, field: str = "") -> str:
        return f"lines[{self.index}].{field}" if field else f"lines[{self.index}]"


def lines(matched: MatchedOrder) -> Iterator[Line]:
    """Every printed line; one that the matcher left out counts as unmatched."""
    for index, item in enumerate(matched.order.lines):
        yield Line(index, item, matched.lines[index] if index < len(matched.lines) else UNMATCHED)


def lines_to_deliver(matched: MatchedOrder) -> Iterator[Line]:
    """The lines whose terms matter: none of a cancellation."""
    if matched.order.document_type is not DocumentType.ORDER_CANCELLATION:
        yield from lines(matched)


def is_positive(value: Decimal | None) -> bool:
    return value is not None and value.is_finite() and value > 0


def plain(value: Decimal | None) -> str:
    """A number as people write it: no exponent, no superfluous zeros behind the point."""
    if value is None:
        return "nothing"
    if not value.is_finite():
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(value: Decimal | None) -> str:
    """An amount or price with all its printed digits."""
    return "nothing" if value is None else format(value, "f")


def step(order: Order) -> Decimal:
    """The rounding step of the document's amounts: a cent, or a whole unit where no amount is printed with decimals.

    A sheet drops trailing zeros, so one amount with decimals speaks for all; finer steps than a cent count as a cent.
    """
    amounts = [*(line.line_amount for line in order.lines), order.subtotal, order.tax, order.freight, order.total]
    exponents = [amount.as_tuple().exponent for amount in amounts if amount is not None and amount.is_finite()]
    return Decimal(1) if exponents and all(exponent == 0 for exponent in exponents) else CENT


def allowance(wide: Decimal, amount: Decimal) -> Decimal:
    """What rounding may explain of ``amount``: ``wide``, but at most half a percent, and always a cent."""
    return max(CENT, min(wide, abs(amount) * MOST_ROUNDING))


def net_amount(item: LineItem) -> Decimal | None:
    """quantity × price / price base − discount, unrounded; None where a part is missing or no number."""
    quantity, price, base = item.quantity, item.unit_price, item.price_base_quantity
    if quantity is None or price is None or not is_positive(base):
        return None
    if not (quantity.is_finite() and price.is_finite()):
        return None
    return after_discount(quantity * price / base, item.line_discount)


def after_discount(gross: Decimal, discount: Discount | None) -> Decimal:
    if discount is None or not discount.value.is_finite():
        return gross
    return gross * (1 - abs(discount.value) / 100) if discount.percent else gross - abs(discount.value)


def comparable_price(line: Line, order: Order) -> tuple[Decimal, ExpectedPrice] | None:
    """The document's and the ERP's price per base unit, if both stand and are in one currency.

    A document without a currency is compared all the same: the currency rule asks what that proves.
    """
    net, expected = line.match.net_unit_price, line.match.price
    if line.reading is None or net is None or expected is None:
        return None
    if not (net.is_finite() and expected.amount.is_finite()):
        return None
    if order.currency is not None and order.currency != expected.currency:
        return None
    return net, expected


def mismatch(code: str, path: str, expected: object, actual: object, reason: str) -> Mismatch:
    return Mismatch(code, path, _shown(expected), _shown(actual), reason)


def _shown(value: object) -> str | None:
    if value is None:
        return None
    return exact(value) if isinstance(value, Decimal) else str(value)
