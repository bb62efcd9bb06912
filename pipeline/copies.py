"""One order that a mail holds several times: as PDF and workbook, as "v1" and "v2"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pipeline.model import Doubt, LineItem, Order, Source

_EXACT = ("currency", "order_date", "requested_date", "subtotal", "tax", "freight", "discount", "total")
_EXACT_OF_LINE = ("unit_code", "price_base_quantity", "line_discount", "line_amount", "requested_date", "schedule")


def with_copy(order: Order, copy: Order, name: str, *, same_form: bool) -> Order:
    """The order with what its copy ``name`` says besides the same lines: notes, remarks and doubts count as its own,
    and a value that differs is a doubt. What only one of them prints is none, unless both are of the ``same_form``: a
    list says less than a letter."""
    found = _differences(copy, order)
    said = [f"{field} {a} there, {b} here" for field, a, b in found if same_form or not {a, b} & {None, ()}]
    reason = f"the copy of the order in {name!r} differs: {'; '.join(said[:3])}"
    recognised = any(evidence.source is Source.OCR for evidence in copy.evidence[:1])
    return replace(
        order,
        lines=tuple(_with_notes(mine, its) for mine, its in zip(order.lines, copy.lines, strict=True)),
        remarks=(*order.remarks, *copy.remarks),
        doubts=(*order.doubts, *(() if recognised else copy.doubts), *((Doubt("", reason),) if said else ())),
    )


def _with_notes(mine: LineItem, its: LineItem) -> LineItem:
    return replace(mine, notes=tuple(dict.fromkeys((*mine.notes, *its.notes))))


def _differences(copy: Order, order: Order) -> Iterator[tuple[str, object, object]]:
    for field in _EXACT:
        yield from _differing(field, getattr(copy, field), getattr(order, field))
    yield from _numbers("payment_terms", copy.payment_terms, order.payment_terms)
    yield from _numbers("delivery address", copy.ship_to.address, order.ship_to.address)
    for its, mine in zip(copy.lines, order.lines, strict=True):
        for field in _EXACT_OF_LINE:
            yield from _differing(f"{field} of line {mine.line_no or ''}", getattr(its, field), getattr(mine, field))


def _differing(field: str, one: object, other: object) -> Iterator[tuple[str, object, object]]:
    if one != other:
        yield field, one, other


def _numbers(field: str, one: str | None, other: str | None) -> Iterator[tuple[str, object, object]]:
    """Texts are printed in many ways; their figures are not."""
    first, second = set(re.findall(r"\d+", one or "")), set(re.findall(r"\d+", other or ""))
    if not (first <= second or second <= first):
        yield field, one, other
