"""What the templates show of a case, made of its records; no markup here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.model import Box, Candidate, Decision, Evidence, Mismatch, ReviewCase
from review import fields

ITEM_CODES = {"unknown_item", "ambiguous_item", "discontinued_item"}


@dataclass(frozen=True, slots=True)
class Card:
    """One mismatch. ``number`` from 1; ``line`` from 1, None for the order; ``evidence`` is where the value stands."""

    number: int
    mismatch: Mismatch
    line: int | None
    title: str
    evidence: Evidence | None
    candidates: tuple[Candidate, ...]
    asks_item: bool


@dataclass(frozen=True, slots=True)
class Agreed:
    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Rectangle:
    """On the page's picture, in points; ``card`` 0 for a value that agrees."""

    box: Box
    card: int
    title: str


def cards(decision: Decision) -> tuple[Card, ...]:
    asked: set[int] = set()  # the item of a line is asked for once
    found = []
    for number, mismatch in enumerate(decision.mismatches, 1):
        i = fields.line_of(mismatch.path)
        here = decision.lines[i] if i is not None and i < len(decision.lines) else None
        asks = here is not None and i not in asked and (mismatch.code in ITEM_CODES or here.sku is None)
        if asks and i is not None:
            asked.add(i)
        found.append(
            Card(
                number,
                mismatch,
                None if i is None else i + 1,
                _title(decision, i),
                _evidence(decision, mismatch.path),
                here.candidates[:9] if asks and here else (),
                asks,
            )
        )
    return tuple(found)


def _title(decision: Decision, i: int | None) -> str:
    if i is None or i >= len(decision.order.lines):
        return "The order"
    line = decision.order.lines[i]
    code = line.seller_item_id or line.buyer_item_id or line.manufacturer_item_id or ""
    return f"Line {i + 1}: {' '.join(t for t in (code, line.description) if t)}"


def _evidence(decision: Decision, path: str) -> Evidence | None:
    """Of the value itself, else the first of its line."""
    exact = next((e for e in decision.order.evidence if e.path == path), None)
    i = fields.line_of(path)
    if exact is not None or i is None:
        return exact
    return next((e for e in decision.order.evidence if e.path.startswith(f"lines[{i}].")), None)


def agreed(decision: Decision) -> tuple[Agreed, ...]:
    """The values that nothing speaks against."""
    against = {m.path for m in decision.mismatches}
    whole = {path for path in against if path.endswith("]")}
    return tuple(
        Agreed(path, value)
        for path, value in fields.values(decision.order).items()
        if value and path not in against and not any(path.startswith(f"{line}.") for line in whole)
    )


def rectangles(decision: Decision, shown: tuple[Card, ...], page: int) -> Iterator[Rectangle]:
    """The evidence of one page, that of the cards last, so that it lies on top."""
    marked = {card.evidence.path: card.number for card in reversed(shown) if card.evidence}
    here = [e for e in decision.order.evidence if e.page == page]
    for e in sorted(here, key=lambda e: e.path in marked):
        yield Rectangle(e.box, marked.get(e.path, 0), f"{e.path}: {e.text}")


def pages(case: ReviewCase) -> int:
    """As far as anything was read."""
    order = case.decision.order
    return max((*(e.page for e in order.evidence), *(r.page for r in order.remarks), 1))


def age(since: datetime) -> str:
    seconds = max((datetime.now(UTC) - since).total_seconds(), 0)
    if seconds < 3600:
        return f"{seconds // 60:.0f} min"
    return f"{seconds // 3600:.0f} h" if seconds < 172_800 else f"{seconds // 86_400:.0f} days"


def due(at: datetime) -> str:
    ahead = at - datetime.now(UTC)
    return f"overdue {age(at)}" if ahead.total_seconds() < 0 else f"in {age(datetime.now(UTC) - ahead)}"
