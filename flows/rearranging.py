"""Lines of an order that were cut wrongly: added, taken out, parted, joined; and a document that holds two orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from decimal import Decimal

from flows.parts import Parts
from flows.queue import Outcome, decide_again, matched_as_left, open_case, resolution_of
from pipeline.errors import UsageError
from pipeline.model import Doubt, Evidence, LineItem, Order, ReviewCase, Scope
from pipeline.run import sha256_of
from pipeline.settling import line_index

Places = Sequence[int | None]  # for each line of the new order, from 0: which one of the old order it was


def rearrange(parts: Parts, case_id: str, version: str, reviewer: str, what: str, line: int) -> Outcome:
    """``what``: "add" (behind the line; 0: at the head), "delete", "split", "merge" (with the next); ``line`` from 1.

    The case stays open, decided anew. Raises ``UsageError`` and ``StaleCase``.
    """
    case = open_case(parts.store, case_id, version)
    order = case.decision.order
    if what not in _CUTS or not (0 if what == "add" else 1) <= line <= len(order.lines):
        raise UsageError(f"{what[:20]} line {line}: the order has {len(order.lines)} lines, counted from 1")
    order = _CUTS[what](order, line - 1)
    said = replace(resolution_of(case, "correct", reviewer, f"{what} line {line}"), order=order)
    said = replace(said, skus=(None,) * len(order.lines))
    return decide_again(parts, case, said, Scope.NOTHING, insist=False, hold=True)


def part(parts: Parts, case_id: str, version: str, reviewer: str, line: int, po_number: str) -> tuple[ReviewCase, str]:
    """The lines from ``line`` (from 1) on become an order of their own, with this number; both are decided anew and
    stay open. The second value is the new case's id. Raises ``UsageError`` and ``StaleCase``."""
    case = open_case(parts.store, case_id, version)
    order = case.decision.order
    if not 2 <= line <= len(order.lines):
        raise UsageError(f"from line {line} on: name a line from 2 to {len(order.lines)}, so that both have some")
    if not po_number.strip():
        raise UsageError("give the number of the second order")
    kept, moved = tuple(range(line - 1)), tuple(range(line - 1, len(order.lines)))
    here, new = (_part(order, places) for places in (kept, moved))
    new = replace(new, po_number=po_number.strip())
    deciders = parts.deciders(parts.store.history(but=case.order_key))
    said = resolution_of(case, "split", reviewer, f"from line {line} on: {po_number.strip()}")
    decisions = [
        deciders.judge(matched_as_left(deciders, case, replace(said, order=one, skus=(None,) * len(one.lines))))
        for one in (here, new)
    ]
    key = sha256_of(f"{case.order_key}\n{len(kept)}\n{po_number}".encode("utf-8", "replace"))
    return parts.store.split(said, decisions[0], decisions[1], key)


def _part(order: Order, places: Sequence[int]) -> Order:
    """Without the sums, which are those of both together."""
    some = _placed(order, [order.lines[i] for i in places], places)
    return replace(some, subtotal=None, tax=None, freight=None, discount=None, total=None)


def _add(order: Order, i: int) -> Order:
    lines = [*order.lines[: i + 1], LineItem(), *order.lines[i + 1 :]]
    return _placed(order, lines, [*range(i + 1), None, *range(i + 1, len(order.lines))])


def _delete(order: Order, i: int) -> Order:
    rest = [n for n in range(len(order.lines)) if n != i]
    return _placed(order, [order.lines[n] for n in rest], rest)


def _split(order: Order, i: int) -> Order:
    """The second half says the same, but how much: that is for the person to fill in."""
    second = replace(order.lines[i], quantity=None, line_amount=None, line_no=None, schedule=())
    lines = [*order.lines[: i + 1], second, *order.lines[i + 1 :]]
    return _placed(order, lines, [*range(i + 1), None, *range(i + 1, len(order.lines))])


def _merge(order: Order, i: int) -> Order:
    if i + 1 >= len(order.lines):
        raise UsageError(f"line {i + 1} is the last: there is nothing to merge it with")
    one = _merged(order.lines[i], order.lines[i + 1])
    rest = [n for n in range(len(order.lines)) if n != i + 1]
    return _placed(order, [one if n == i else order.lines[n] for n in rest], rest)


def _merged(first: LineItem, second: LineItem) -> LineItem:
    """What one of them says; texts one behind the other; quantities and amounts added up at the same price."""
    said = {}
    for field in fields(LineItem):
        mine, other = getattr(first, field.name), getattr(second, field.name)
        said[field.name] = other if mine in (None, ()) else mine
    texts = [t for t in (first.description, second.description) if t]
    said |= {"description": " ".join(texts) or None, "notes": (*first.notes, *second.notes)}
    if first.quantity is not None and second.quantity is not None:
        if (first.unit, first.unit_price) != (second.unit, second.unit_price):
            raise UsageError("both lines have a quantity, and not the same unit and price: put one of them right first")
        amounts = [line.line_amount for line in (first, second) if line.line_amount is not None]
        said |= {
            "quantity": first.quantity + second.quantity,
            "line_amount": sum(amounts, Decimal(0)) if amounts else None,
        }
    return LineItem(**said)


_CUTS: dict[str, Callable[[Order, int], Order]] = {"add": _add, "delete": _delete, "split": _split, "merge": _merge}


def _placed(order: Order, lines: Sequence[LineItem], places: Places) -> Order:
    """Evidence and doubts go with their lines; what a changed or vanished value rested on goes away."""
    now = {old: new for new, old in enumerate(places) if old is not None}

    def moved(path: str) -> str | None:
        i = line_index(path)
        if i is None:
            return path
        return None if i not in now else path.replace(f"lines[{i}]", f"lines[{now[i]}]", 1)

    def stands(path: str) -> bool:
        i, name = line_index(path), path.partition("].")[2]
        if i is None or i not in now or not name:
            return True
        return getattr(order.lines[i], name, None) == getattr(lines[now[i]], name, None)

    evidence = [replace(e, path=to) for e in order.evidence if (to := moved(e.path)) and stands(e.path)]
    doubts = [Doubt(to, d.reason) for d in order.doubts if (to := moved(d.path)) is not None and stands(d.path)]
    return replace(order, lines=tuple(lines), evidence=_unique(evidence), doubts=tuple(doubts))


def _unique(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    return tuple({e.path: e for e in evidence}.values())
