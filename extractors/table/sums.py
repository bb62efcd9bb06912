"""What the sums below a table prove about its lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain, combinations

from extractors.table.records import TotalCell
from pipeline.model import LineItem

_CENT = Decimal("0.01")
_ADDED = ("tax", "freight", "surcharge", "discount")


def line_sum(lines: Sequence[LineItem]) -> Decimal | None:
    """The sum of the printed amounts; None when a line has none."""
    amounts = [line.line_amount for line in lines]
    if not amounts or any(value is None for value in amounts):
        return None
    return sum((value for value in amounts if value is not None), Decimal(0))


def agree_with_sums(lines: Sequence[LineItem], totals: Sequence[TotalCell]) -> bool | None:
    """Whether the amounts add up to a subtotal, or with charges to a total; None when there is nothing to compare."""
    total = line_sum(lines)
    printed = [cell.value for cell in totals if cell.kind in ("subtotal", "total")]
    if total is None or not printed:
        return None
    return any(abs(reached - value) <= _CENT for reached in _reachable(total, totals) for value in printed)


def _reachable(total: Decimal, totals: Sequence[TotalCell]) -> Iterable[Decimal]:
    """The sum alone, and with each choice of the printed charges."""
    charges = list(dict.fromkeys(_signed(cell) for cell in totals if cell.kind in _ADDED))[:5]
    for chosen in chain.from_iterable(combinations(charges, size) for size in range(len(charges) + 1)):
        yield total + sum(chosen, Decimal(0))


def _signed(cell: TotalCell) -> Decimal:
    return -abs(cell.value) if cell.kind == "discount" else cell.value
