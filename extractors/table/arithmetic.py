"""The oracle: quantity x price / price base x (1 - discount) = amount, and what it proves about printed numbers.

It chooses between readings ("1.000" as 1000 or 1.000) and earns confidence; it never changes what is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import product

from extractors.table.cells import amount, digits_of, number_cell
from pipeline.values import decimal_votes

MARKS = (".", ",")
_MOST = 0.8  # share of the lines that must close
_LETTERS = {
    "C": Decimal(100),
    "M": Decimal(1000),
}  # behind a price or in a column of its own: per hundred, per thousand


@dataclass(frozen=True, slots=True)
class Figures:
    """The printed numbers of one line; None where there is none."""

    quantity: str | None
    price: str | None
    amount: str | None
    base: str | None = None
    discount: str | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """The decimal mark that holds in each column; None where nothing proves one. ``closed`` counts the lines that
    close under them, ``judged`` those that hold all three figures."""

    quantity: str | None
    price: str | None
    amount: str | None
    closed: int = 0
    judged: int = 0

    @property
    def rate(self) -> float:
        return self.closed / self.judged if self.judged else 0.0


def ulp(value: Decimal) -> Decimal:
    """One unit in the last printed digit."""
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(1)


def expected_amount(
    quantity: Decimal, price: Decimal, base: Decimal = Decimal(1), discount: Decimal | None = None, percent: bool = True
) -> Decimal:
    gross = quantity * price / (base if base else Decimal(1))
    if discount is None:
        return gross
    return gross * (1 - abs(discount) / 100) if percent else gross - abs(discount)


def agrees(expected: Decimal, printed: Decimal) -> bool:
    """Equal within one unit of the last printed digit, a cent at most: what rounding explains."""
    slack = min(ulp(printed), Decimal("0.01"))
    return abs(expected - printed) <= slack


def closes(
    quantity: Decimal | None,
    price: Decimal | None,
    total: Decimal | None,
    base: Decimal = Decimal(1),
    discount: Decimal | None = None,
    percent: bool = True,
) -> bool | None:
    """Whether a line adds up; None when one of its three figures is missing."""
    if quantity is None or price is None or total is None:
        return None
    if agrees(expected_amount(quantity, price, base, discount, percent), total):
        return True
    # a discount that is already in the printed price
    return discount is not None and agrees(expected_amount(quantity, price, base), total)


def choose_marks(lines: Sequence[Figures], prior: str | None) -> Marks:
    """The decimal marks under which most lines close. ``prior`` is what the document proves by its own form, or None.

    One mark for all columns is preferred; different ones must close clearly more lines.
    """
    uniform = [_judge(lines, mark, mark, mark) for mark in MARKS]
    best = max(uniform, key=lambda m: (m.closed, m.amount == prior))
    if best.judged and best.rate < _MOST:
        mixed = [_judge(lines, *marks) for marks in product(MARKS, repeat=3)]
        rival = max(mixed, key=lambda m: m.closed)
        if rival.closed >= best.closed + max(1, len(lines) // 5) and rival.rate >= _MOST:
            return rival
    if uniform[0].closed == uniform[1].closed:
        mark = prior if prior is not None else _votes(lines)
        return Marks(mark, mark, mark, best.closed, best.judged)
    return best


def _votes(lines: Sequence[Figures]) -> str | None:
    return decimal_votes(digits_of(t for line in lines for t in (line.quantity, line.price, line.amount) if t))


def _judge(lines: Sequence[Figures], quantity_mark: str, price_mark: str, amount_mark: str) -> Marks:
    judged = [line for line in lines if line.quantity and line.price and line.amount]
    closed = sum(line_closes(line, quantity_mark, price_mark, amount_mark) is True for line in judged)
    return Marks(quantity_mark, price_mark, amount_mark, closed, len(judged))


@lru_cache(maxsize=16384)
def line_closes(
    line: Figures, quantity_mark: str | None, price_mark: str | None, amount_mark: str | None
) -> bool | None:
    base = base_of(line, Marks(quantity_mark, price_mark, amount_mark))
    return _closes_with(base, line, quantity_mark, price_mark, amount_mark)


def _closes_with(
    base: Decimal, line: Figures, quantity_mark: str | None, price_mark: str | None, amount_mark: str | None
) -> bool | None:
    discount, percent = discount_of(line, price_mark)
    return closes(
        amount(line.quantity, quantity_mark),
        amount(line.price, price_mark),
        amount(line.amount, amount_mark),
        base,
        discount,
        percent,
    )


def base_of(line: Figures, marks: Marks) -> Decimal:
    """The price base of a line: its own column, or "/ 100" beside the price; 1 when nothing is said.

    A letter (C, M) is a base where only so the line closes: "M" is a unit as well.
    """
    printed = _printed_base(line)
    words = f"{line.price or ''} {line.base or ''}".split()
    letter = _LETTERS.get(words[-1].strip("/().").upper()) if words else None
    if letter is None or printed != 1:
        return printed
    each, many = (_closes_with(b, line, marks.quantity, marks.price, marks.amount) for b in (printed, letter))
    return letter if many and not each else printed


def _printed_base(line: Figures) -> Decimal:
    cell = number_cell(line.base) if line.base else None
    digits = cell.digits if cell is not None else None
    if digits is None and line.price:
        price = number_cell(line.price)
        digits = price.base if price is not None else None
    if digits is None:
        return Decimal(1)
    plain = "".join(c for c in digits.split(",00")[0].split(".00")[0] if c.isdigit()) if digits else ""
    return Decimal(plain) if plain and int(plain) > 0 else Decimal(1)


def discount_of(line: Figures, mark: str | None) -> tuple[Decimal | None, bool]:
    """(value, whether it is a percentage). Without a sign a value up to 100 counts as a percentage."""
    if not line.discount:
        return None, True
    value = amount(line.discount, mark)
    cell = number_cell(line.discount)
    if value is None or cell is None:
        return None, True
    return value, cell.percent or abs(value) <= 100


def adds_up(values: Iterable[Decimal | None], printed: Decimal) -> bool | None:
    """Whether amounts sum to a printed total; None when one is missing."""
    found = list(values)
    if not found or any(value is None for value in found):
        return None
    return abs(sum((v for v in found if v is not None), Decimal(0)) - printed) <= Decimal("0.01")
