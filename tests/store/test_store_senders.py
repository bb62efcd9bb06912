"""What entered orders tell of those who sent them, and of what the customer bought."""

from __future__ import annotations

from datetime import UTC, datetime

from intake_rows import decision, recorded

from pipeline.model import Resolution, Verdict
from store import Store

SENDER = "ann@example.com"


def test_only_entered_orders_tell_whose_sender_it_is(store: Store) -> None:
    assert store.history().customers_of(SENDER) == frozenset()
    done = recorded(store, 1, decision())
    recorded(store, 2, decision(Verdict.REVIEW, po="PO-2", customer="C2"))
    recorded(store, 3, decision(po="PO-3", customer=None))
    assert store.history().customers_of(SENDER) == {"C1"}
    assert store.history().customers_of("bob@example.com") == frozenset()
    own = done.decisions[0].order_key
    assert store.history(but=own).customers_of(SENDER) == frozenset(), "an order is no proof of itself"
    (case,) = store.cases()
    resolution = Resolution(case.case_id, store.case(case.case_id).version, "approve", "ann", datetime.now(UTC), "")
    store.resolve(resolution, decision(po="PO-2", customer="C2"), store.history().mark)
    assert store.history().customers_of(SENDER) == {"C1", "C2"}


def test_a_line_was_bought_once_its_order_is_entered(store: Store) -> None:
    recorded(store, 1, decision(), decision(Verdict.REVIEW, po="PO-2"))
    entered = {order.po_number: [line.entered for line in order.lines] for order in store.history().earlier("C1", None)}
    assert entered == {"PO-1": [True], "PO-2": [False]}
