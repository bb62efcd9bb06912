"""Order forms: a catalogue of which a few rows are ordered, by writing a quantity into them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from extractors.table.arithmetic import Marks
from extractors.table.cells import amount
from extractors.table.printed import Printed
from extractors.table.records import TotalCell
from pipeline.model import Source

_MANY = 5  # rows without a quantity from which a table may be a form
_SOME = 3  # and where the ordered rows alone give the printed sum
_SHARE = 2  # so many of them to each ordered row
_GROSS = ("subtotal", "total")


def ordered_only(printed: list[Printed], totals: Sequence[TotalCell], marks: Marks) -> list[Printed]:
    """The ordered rows of a form; all rows where the table is none, or where the ordered ones do not give its sum.

    A few rows without a quantity are lines somebody forgot to fill in. On paper the quantity may be there, in a hand
    that is not read.
    """
    blank = [item for item in printed if _is_blank(item)]
    ordered = [item for item in printed if not _is_blank(item)]
    if not blank or not ordered or any(item.source is Source.OCR for item in printed):
        return printed
    if any("quantity" not in item.values for item in ordered):
        return printed
    worths = [_worth(item, marks) for item in ordered]
    many = len(blank) >= max(_MANY, _SHARE * len(ordered))
    proven = len(blank) >= _SOME and None not in worths and any(total.kind in _GROSS for total in totals)
    return ordered if (many or proven) and _agrees(worths, totals) else printed


def _is_blank(item: Printed) -> bool:
    """Neither quantity nor amount, or both zero; nothing printed in the row that found no place."""
    filled = [item.values[name].text for name in ("quantity", "line_amount") if name in item.values]
    return not item.unused and not any(c.isalnum() and c != "0" for text in filled for c in text)


def _worth(item: Printed, marks: Marks) -> Decimal | None:
    if "line_amount" in item.values:
        return amount(item.values["line_amount"].text, marks.amount)
    quantity = amount(item.values["quantity"].text, marks.quantity)
    price = amount(item.values["unit_price"].text, marks.price) if "unit_price" in item.values else None
    return None if quantity is None or price is None else quantity * price


def _agrees(worths: Sequence[Decimal | None], totals: Sequence[TotalCell]) -> bool:
    """Whether the lines give a printed sum; without one, or without prices, nothing speaks against them."""
    sums = [total.value for total in totals if total.kind in _GROSS]
    known = [worth for worth in worths if worth is not None]
    if not sums or len(known) < len(worths):
        return not sums or not known
    return any(abs(sum(known, Decimal(0)) - value) < Decimal("0.01") for value in sums)
