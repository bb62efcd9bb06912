"""Recorded orders decided once more, as they were read, under other rules or exports. Nothing is recorded or sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from pipeline.history import MemoryHistory
from pipeline.interfaces import OrderHistory
from pipeline.model import Decision, MatchedOrder, Verdict
from pipeline.run import Deciders, code_key, match_order
from store import OrderState, RecordedOrder, Store

ENTERED = (OrderState.AUTO, OrderState.APPROVED)
MakeDeciders = Callable[[OrderHistory], Deciders]


@dataclass(frozen=True, slots=True)
class Flip:
    """An order that would be decided otherwise. ``why`` in words; ``caught`` is what a person had changed about an
    order that would now go through: an error that would escape, unless the change mends its cause."""

    order_key: str
    po_number: str | None
    customer_id: str | None
    received: date
    before: str
    after: str
    why: tuple[str, ...]
    caught: str | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """One order gone through again; ``flip`` is None when nothing changes."""

    recorded: RecordedOrder
    flip: Flip | None


def replay(store: Store, since: date, make_deciders: MakeDeciders) -> Iterator[Replayed]:
    """Orders received on or after ``since``, oldest first; earlier ones only as their history.

    "Today" is the day each was received. What was no order or could not be read has nothing to decide again.
    """
    history = MemoryHistory()
    deciders = make_deciders(history)
    for recorded in store.recorded_orders():
        if recorded.received_at.date() >= since and recorded.first.order.document_type.is_order:
            yield Replayed(recorded, _flip(recorded, deciders.judge(matched_again(recorded, deciders))))
        if recorded.state in (*ENTERED, OrderState.REVIEW):
            history.remember(recorded.in_force, recorded.document_sha256, recorded.order_key)


def matched_again(
    recorded: RecordedOrder, deciders: Deciders, decision: Decision | None = None, *, entered: bool | None = None
) -> MatchedOrder:
    """The order of ``decision`` (default: the machine's own) matched anew on the day it came.

    The newest exports may hold the order itself, because it was ``entered`` since (default: if we let it out): that
    makes no duplicate of it.
    """
    order = (decision or recorded.first).order
    matched = match_order(
        order,
        recorded.mail,
        deciders,
        recorded.received_at.date(),
        document_sha256=recorded.document_sha256,
        key=recorded.order_key,
    )
    repeats = {"duplicate_po", "revised_po", "cancelled_po"} & set(recorded.first.exceptions)
    if entered is None:
        entered = recorded.state in ENTERED
    if not entered or repeats or not order.po_number:
        return matched
    own = code_key(order.po_number)
    earlier = (e for e in matched.earlier if e.origin != "erp" or code_key(e.po_number) != own)
    return replace(matched, earlier=tuple(earlier))


# --- comparing


def _flip(recorded: RecordedOrder, now: Decision) -> Flip | None:
    before = recorded.first
    why = tuple(_changes(before, now))
    if not why:
        return None
    return Flip(
        order_key=recorded.order_key,
        po_number=now.order.po_number,
        customer_id=now.customer_id,
        received=recorded.received_at.date(),
        before=str(before.decision),
        after=str(now.decision),
        why=why,
        caught=_caught(recorded, now) if now.decision is Verdict.AUTO else None,
    )


def _changes(before: Decision, now: Decision) -> Iterator[str]:
    """In words: exceptions that come and go; for an order that passes both times, what would be entered otherwise."""
    was, is_now = _by_place(before), _by_place(now)
    yield from (f"new: {is_now[place]}" for place in is_now if place not in was)
    yield from (f"gone: {was[place]}" for place in was if place not in is_now)
    if before.decision is now.decision is Verdict.AUTO:
        yield from _entered_otherwise(before, now)


def _by_place(decision: Decision) -> dict[tuple[str, str], str]:
    return {(m.code, m.path): f"{m.code} {m.path}: {m.reason}".replace(" :", ":") for m in decision.mismatches}


def _entered_otherwise(before: Decision, now: Decision) -> Iterator[str]:
    if (before.customer_id, before.ship_to_id) != (now.customer_id, now.ship_to_id):
        yield (
            f"entered for {now.customer_id}, delivered to {now.ship_to_id}, "
            f"before {before.customer_id} and {before.ship_to_id}"
        )
    for n, (old, new) in enumerate(zip(before.lines, now.lines, strict=True), 1):
        if (old.sku, old.erp_quantity, old.erp_uom) != (new.sku, new.erp_quantity, new.erp_uom):
            was = f"{old.erp_quantity} {old.erp_uom} of {old.sku}"
            yield f"line {n} entered as {new.erp_quantity} {new.erp_uom} of {new.sku}, before {was}"


def _caught(recorded: RecordedOrder, now: Decision) -> str | None:
    if recorded.state is OrderState.REJECTED:
        return "a person rejected it"
    final = recorded.in_force
    if recorded.state is not OrderState.APPROVED:
        return None
    if len(final.lines) != len(now.lines):
        return f"a person entered {len(final.lines)} lines instead of {len(now.lines)}"
    changes = list(_entered_otherwise(final, now))
    return f"a person decided otherwise: {'; '.join(changes)}" if changes else None
