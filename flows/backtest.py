"""Recorded orders beside what people keyed for them: what the machine alone would have got right, and what not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flows.replay import MakeDeciders, matched_again
from matchers.earlier import from_erp
from pipeline.history import MemoryHistory
from pipeline.model import EarlierOrder, MatchedOrder, OpenOrderLine, Verdict
from pipeline.run import code_key
from rules.alignment import align
from store import OrderState, RecordedOrder, Store


class Outcome(StrEnum):
    RIGHT = "right"  # it would have gone through, as people keyed it
    ESCAPED = "escaped"  # it would have gone through, and people keyed something else
    NEEDLESS = "needless"  # held, and people keyed it as it was read
    CAUGHT = "caught"  # held, and people keyed something else
    NOT_KEYED = "not keyed"


@dataclass(frozen=True, slots=True)
class Tested:
    """One order. ``differences``: what people keyed otherwise than it was read, in words; ``why``: why it is held."""

    order_key: str
    po_number: str | None
    customer_id: str | None
    received: date
    outcome: Outcome
    differences: tuple[str, ...] = ()
    why: tuple[str, ...] = ()


def backtest(
    store: Store, keyed: Sequence[OpenOrderLine], since: date, make_deciders: MakeDeciders
) -> Iterator[Tested]:
    """Orders received on or after ``since``, oldest first, each decided again as the machine read it."""
    by_number = _by_number(keyed)
    history = MemoryHistory()
    deciders = make_deciders(history)
    for recorded in store.recorded_orders():
        if recorded.received_at.date() >= since and recorded.first.order.document_type.is_order:
            matched = matched_again(recorded, deciders, entered=True)
            decision = deciders.judge(matched)
            held = decision.decision is not Verdict.AUTO
            why = tuple(f"{m.code}: {m.reason}" for m in decision.mismatches)
            yield _tested(recorded, matched, _keyed_for(matched, by_number), held, why)
        if recorded.state is not OrderState.IGNORED:
            history.remember(recorded.first, recorded.document_sha256, recorded.order_key)


def _by_number(keyed: Sequence[OpenOrderLine]) -> Mapping[str, list[tuple[str, EarlierOrder]]]:
    of_customer: dict[str, list[OpenOrderLine]] = defaultdict(list)
    for row in keyed:
        of_customer[row.customer_id].append(row)
    found: dict[str, list[tuple[str, EarlierOrder]]] = defaultdict(list)
    for customer_id, rows in of_customer.items():
        for order in from_erp(rows):
            found[code_key(order.po_number)].append((customer_id, order))
    return found


def _keyed_for(
    matched: MatchedOrder, by_number: Mapping[str, list[tuple[str, EarlierOrder]]]
) -> tuple[str, EarlierOrder] | None:
    """What was keyed under the order's number: for its customer, else for whom people took it."""
    number = code_key(matched.order.po_number)
    found = by_number.get(number, []) if number else []
    own = [pair for pair in found if pair[0] == matched.customer.key]
    return next(reversed(own or found), None)


def _tested(
    recorded: RecordedOrder,
    matched: MatchedOrder,
    keyed: tuple[str, EarlierOrder] | None,
    held: bool,
    why: tuple[str, ...],
) -> Tested:
    differences = tuple(_differences(matched, keyed)) if keyed is not None else ()
    if keyed is None:
        outcome = Outcome.NOT_KEYED
    elif differences:
        outcome = Outcome.CAUGHT if held else Outcome.ESCAPED
    else:
        outcome = Outcome.NEEDLESS if held else Outcome.RIGHT
    return Tested(
        order_key=recorded.order_key,
        po_number=matched.order.po_number,
        customer_id=matched.customer.key,
        received=recorded.received_at.date(),
        outcome=outcome,
        differences=differences,
        why=why,
    )


def _differences(matched: MatchedOrder, keyed: tuple[str, EarlierOrder]) -> Iterator[str]:
    customer_id, order = keyed
    if customer_id != matched.customer.key:
        yield f"keyed for {customer_id}, taken for {matched.customer.key or 'nobody'}"
    yield from align(matched, order).changes
