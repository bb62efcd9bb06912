"""Causes that cases share, and answers to many, as the database keeps them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from intake_rows import decision, recorded

from pipeline.causes import causes_of
from pipeline.errors import UsageError
from pipeline.model import Decision, Mismatch, Resolution, Verdict
from store import AnsweredCase, StaleCase, Store


def priced(po: str, customer: str = "C1", expected: str = "1.00", *more: str) -> Decision:
    plain = decision(Verdict.REVIEW, po=po, customer=customer)
    first = replace(plain.mismatches[0], expected=expected)
    return replace(plain, mismatches=(first, *(Mismatch(code, "", None, None, "grave") for code in more)))


def test_what_is_alike_of_one_customer_is_one_cause(store: Store) -> None:
    for n, made in enumerate(
        (
            priced("A"),
            priced("B"),
            priced("C", "C2"),
            priced("D", "C1", "0.90"),
            priced("E", "C1", "1.00", "credit_hold"),
        )
    ):
        recorded(store, n, made)
    (group,) = store.causes.groups()
    assert (group.kind, group.customer_id, group.cases, group.lines) == ("price", "C1", 2, 2)
    assert store.causes.group(group.cause_id) == group and "A-1" in group.shown
    cases = store.causes.cases(group.cause_id)
    assert [store.case(case).decision.order.po_number for case in cases] == ["A", "B"] and set(cases.values()) == {(0,)}
    for groups in ((), ("north",)):
        assert store.causes.groups(groups) == () and store.causes.cases(group.cause_id, groups) == {}
    first = store.case(next(iter(cases)))
    store.resolve(Resolution(first.case_id, first.version, "reject", "ann", first.opened_at, "spam"), None, 0)
    assert store.causes.groups() == (), "one case is no group"
    with pytest.raises(UsageError, match="no two open cases"):
        store.causes.group(group.cause_id)


def test_nothing_grave_and_nobody_unknown_has_a_cause() -> None:
    for code in ("suspicious_sender", "unknown_ship_to", "credit_hold", "unknown_customer"):
        assert list(causes_of(priced("A", "C1", "1.00", code))) == []
    assert list(causes_of(replace(priced("A"), customer_id=None))) == []
    assert [place for place, _ in causes_of(priced("A"))] == [0]


def test_an_answer_is_booked_with_what_became_of_each_case(store: Store) -> None:
    answer = store.causes.begin("price: A-1", "document", "agreed", "ann")
    store.causes.touched(answer, (AnsweredCase("c1", "resolved", "v1"),))
    store.causes.touched(answer, (AnsweredCase("c2", "open", "v2"), AnsweredCase("c1", "resolved", "v1")))
    (found,) = store.causes.answers()
    assert found == store.causes.answer(answer) and found.undone_at is None
    assert [(case.case_id, case.outcome) for case in found.cases] == [("c1", "resolved"), ("c2", "open")]
    store.causes.undone(answer, "otto", ["c1"], ["c2"])
    assert store.causes.answer(answer).undone_at is not None
    assert [e.action for e in store.audit_entries(f"answer:{answer}")] == ["answered for many", "answer undone"]
    with pytest.raises(UsageError, match="no such answer"):
        store.causes.answer("none")


def test_an_open_case_steps_back_once_and_only_from_where_it_was_seen(store: Store) -> None:
    recorded(store, 1, priced("A"))
    before = store.case(store.cases()[0].case_id)
    other = replace(before.decision, mismatches=(replace(before.decision.mismatches[0], code="below_moq"),))
    revised = store.revise(Resolution(before.case_id, before.version, "correct", "ann", before.opened_at, ""), other)
    with pytest.raises(StaleCase):
        store.step_back(before.case_id, before.version, "otto")
    back = store.step_back(before.case_id, revised.version, "otto")
    assert back.decision == before.decision and back.version not in (before.version, revised.version)
    with pytest.raises(StaleCase):
        store.step_back(before.case_id, revised.version, "otto")
    assert store.audit_verify().faults == () and store.counts().faults == ()
