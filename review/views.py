"""What the templates show of a case, made of its records; no markup here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from pipeline.model import Box, Decision, EarlierLine, EarlierOrder, How, ReviewCase, Settled
from review import fields
from review.cards import Card


@dataclass(frozen=True, slots=True)
class Rectangle:
    """On the page's picture, in points; ``card`` 0 for a value that agrees."""

    box: Box
    card: int
    title: str


def agreed(decision: Decision) -> int:
    """How many values nothing speaks against."""
    against = {m.path for m in decision.mismatches}
    whole = {path for path in against if path.endswith("]")}
    return sum(
        1
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


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of an order beside the same line of the order before; ``changed`` names what differs in words."""

    name: str
    before: tuple[str, str, str]  # quantity with unit, price, date
    now: tuple[str, str, str]
    changed: str


def compared(decision: Decision, earlier: EarlierOrder) -> tuple[Compared, ...]:
    """Lines are the same that the ERP takes for the same item, else that carry the same number."""
    left = list(earlier.lines)
    found = []
    for i, (line, decided) in enumerate(zip(decision.order.lines, decision.lines, strict=False), 1):
        same = next((old for old in left if decided.sku and old.sku == decided.sku), None)
        same = same or next((old for old in left if line.line_no and old.line_no == line.line_no), None)
        now = (_joined(line.quantity, line.unit), _joined(line.unit_price), _joined(line.requested_date))
        if same is not None:
            left.remove(same)
        before = ("", "", "") if same is None else _before(same)
        found.append(
            Compared(f"{i}: {decided.sku or line.description or ''}", before, now, _changes(same, before, now))
        )
    gone = (Compared(old.sku or old.line_no or "", _before(old), ("", "", ""), "gone") for old in left)
    return (*found, *gone)


def _before(old: EarlierLine) -> tuple[str, str, str]:
    return _joined(old.quantity, old.uom), _joined(old.price), _joined(old.requested_date)


def _joined(*values: object) -> str:
    return " ".join(str(value) for value in values if value is not None)


def _changes(same: EarlierLine | None, before: tuple[str, str, str], now: tuple[str, str, str]) -> str:
    if same is None:
        return "new"
    names = ("quantity", "price", "date")
    return ", ".join(n for n, old, new in zip(names, before, now, strict=True) if old and new and not _equal(old, new))


def _equal(old: str, new: str) -> bool:
    """Numbers by their worth ("10" is "10.0"); words as they stand."""
    a, b = old.partition(" "), new.partition(" ")
    try:
        return Decimal(a[0]) == Decimal(b[0]) and (a[2] == b[2] or not a[2] or not b[2])
    except InvalidOperation:
        return old == new


@dataclass(frozen=True, slots=True)
class Changed:
    """A value that is another now than on the page somebody decided on."""

    path: str
    seen: str
    now: str


def changed_since(seen: Decision, now: Decision) -> tuple[Changed, ...]:
    """Values, and what speaks against the order."""
    before, after = fields.values(seen.order), fields.values(now.order)
    paths = dict.fromkeys((*before, *after))
    values = (Changed(p, before.get(p, ""), after.get(p, "")) for p in paths if before.get(p, "") != after.get(p, ""))
    old, new = ({(m.code, m.path): m.reason for m in one.mismatches} for one in (seen, now))
    reasons = (
        Changed(f"{code} {path}", old.get((code, path), "–"), new.get((code, path), "settled"))
        for code, path in dict.fromkeys((*old, *new))
        if old.get((code, path)) != new.get((code, path))
    )
    return (*values, *reasons)


@dataclass(frozen=True, slots=True)
class Kind:
    """Mismatches that may be answered alike: how many, and what is proposed for each of them."""

    name: str
    cards: tuple[Card, ...]


def kinds(found: tuple[Card, ...]) -> tuple[Kind, ...]:
    """Those of which several have a proposal; never what is grave."""
    groups: dict[str, list[Card]] = {}
    for card in found:
        if card.proposal and not card.grave:
            groups.setdefault(card.kind, []).append(card)
    return tuple(Kind(name, tuple(group)) for name, group in groups.items() if len(group) > 1)


def said_in(form: Mapping[str, str]) -> tuple[Settled, ...]:
    """What a form that was not taken answered, to be shown again; whatever is no answer is left out."""
    found = []
    for key, value in form.items():
        number = key.removeprefix("m-")
        how, _, sku = form.get(f"how-{number}", "").partition(":")
        if key.startswith("m-") and how in tuple(How):
            code, _, path = value.partition(" ")
            found.append(Settled(code, path, How(how), sku))
    return tuple(found)
