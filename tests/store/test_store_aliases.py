"""What is taught about customers' words lasts, counts once an order, is undone with the orders it touched, audited."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from intake_rows import claimed, decision, received, recorded, result

from pipeline.aliases import standing
from pipeline.errors import UsageError
from pipeline.model import Alias, AliasKind, Decision, LineItem, Resolution, Verdict
from store import StaleHistory, Store

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
K1 = Alias(AliasKind.ITEM_CODE, "C1", "k-1", "A-1")


def printed(verdict: Verdict, po: str, level: str | None, code: str = "K-1") -> Decision:
    """An order of one line with the customer's number, matched by ``level``."""
    made = decision(verdict, po)
    order = replace(made.order, lines=(LineItem(buyer_item_id=code),))
    return replace(made, order=order, lines=(replace(made.lines[0], match_level=level),))


def confirmed(store: Store, n: int, alias: Alias = K1, by: str = "ann") -> str:
    """Resolves the case of one more order with this choice; its order key."""
    chosen = printed(Verdict.REVIEW, f"PO-{n}", "reviewer")
    done = recorded(store, n, chosen)
    (case,) = store.cases()
    resolution = Resolution(case.case_id, store.case(case.case_id).version, "approve", by, NOON, "")
    store.resolve(resolution, chosen, store.history().mark, (alias,))
    store.resolve(resolution, chosen, store.history().mark, (alias,))  # a repetition changes nothing
    return done.decisions[0].order_key


def test_each_order_confirms_once_and_says_who_when_and_from_what(store: Store) -> None:
    first, second = confirmed(store, 1), confirmed(store, 2, by="bob")
    (row,) = store.aliases("C1")
    assert row.alias == K1 and [c.order_key for c in row.confirmations] == [first, second]
    assert [(c.by, c.at, c.document) for c in row.confirmations] == [
        ("ann", NOON, "order.pdf"), ("bob", NOON, "order.pdf"),
    ]  # fmt: skip
    assert store.aliases("C2") == () and store.aliases(None) == (row,)
    assert store.alias(row.alias_id[:6]) == row
    assert store.counts().faults == ()


def test_a_person_confirms_once_without_an_order(store: Store) -> None:
    confirmed(store, 1)
    (row,) = store.aliases("C1")
    for by in ("ann", "ann", "bob"):
        again = store.confirm_alias(row.alias_id, by)
    assert [c.by for c in again.confirmations] == ["ann", "ann", "bob"]
    assert standing(again, [again], needed=3) == "trusted" and standing(again, [again], needed=4) == "suggested"


def test_another_target_contradicts_until_one_is_undone(store: Store) -> None:
    for n in (1, 2, 3):
        confirmed(store, n)
    confirmed(store, 4, replace(K1, target="B-2"))
    rows = store.aliases("C1")
    assert [standing(row, rows, 3) for row in rows] == ["contradicted", "contradicted"]
    store.undo_alias(rows[1].alias_id, "cleo", "a slip")
    assert [standing(row, store.aliases("C1"), 3) for row in store.aliases("C1")] == ["trusted"]


def test_undoing_lists_the_orders_it_touched_and_taught_anew_it_begins_anew(store: Store) -> None:
    first = confirmed(store, 1)
    done = recorded(store, 2, printed(Verdict.AUTO, "PO-2", "learned"))
    recorded(store, 3, printed(Verdict.AUTO, "PO-3", "cross_reference"))
    recorded(store, 4, printed(Verdict.AUTO, "PO-4", None, code="K-2"))
    (row,) = store.aliases("C1")
    assert [order.po_number for order in store.touched_by(K1)] == ["PO-1", "PO-2"]
    undone, orders = store.undo_alias(row.alias_id, "bob", "they renumbered")
    assert undone == row and store.aliases("C1") == ()
    assert [(o.order_key, o.state, o.line) for o in orders] == [
        (first, "approved", 1), (done.decisions[0].order_key, "auto", 1),
    ]  # fmt: skip
    entries = store.audit_entries(row.alias_id)
    assert [(e.actor, e.action) for e in entries] == [("ann", "alias confirmed"), ("bob", "alias undone")]
    assert "they renumbered" in entries[-1].detail and first in entries[-1].detail
    confirmed(store, 5)
    (anew,) = store.aliases("C1")
    assert anew.alias == K1 and anew.alias_id != row.alias_id and len(anew.confirmations) == 1
    assert store.audit_verify().faults == ()


def test_a_decision_by_what_was_undone_meanwhile_is_not_recorded(store: Store) -> None:
    confirmed(store, 1)
    (row,) = store.aliases("C1")
    sha256 = received(store, 2)
    claim, mark = claimed(store), store.history().mark
    decided = result(sha256, printed(Verdict.AUTO, "PO-2", "learned"))
    store.undo_alias(row.alias_id, "bob", "wrong")
    with pytest.raises(StaleHistory, match="undone"):
        store.record_result(claim, decided, mark)
    confirmed_again = result(sha256, printed(Verdict.REVIEW, "PO-2", None))
    store.record_result(claim, confirmed_again, mark)


def test_unknown_and_ambiguous_ids_are_refused(store: Store) -> None:
    confirmed(store, 1)
    for wrong in ("", "zz", "%"):
        with pytest.raises(UsageError, match="no alias in force"):
            store.undo_alias(wrong, "bob", "")
