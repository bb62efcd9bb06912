"""Orders, review cases and the outbox: one transaction each, harmless when repeated, and nothing vanishes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from intake_rows import claimed, decision, ignored, received, recorded, result

from pipeline.codec import decision_to_json
from pipeline.errors import UsageError
from pipeline.model import CaseStatus, Decision, Resolution, Verdict
from store import OrderState, StaleCase, StaleHistory, Store

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


def opened(store: Store, *decisions: Decision) -> str:
    """The id of the only open case after one message with these decisions."""
    recorded(store, 1, *(decisions or (decision(Verdict.REVIEW),)))
    (summary,) = store.cases()
    return summary.case_id


def verdict_on(store: Store, case_id: str, action: str = "approve") -> Resolution:
    return Resolution(case_id, store.case(case_id).version, action, "ann", NOON, "agreed by phone")


def test_auto_leaves_review_waits_ignored_rests(store: Store) -> None:
    recorded(store, 1, decision(), decision(Verdict.REVIEW, po="PO-2"))
    recorded(store, 2, ignored())
    counts = store.counts()
    assert counts.messages["done"] == 2 and counts.faults == ()
    assert (counts.orders["auto"], counts.orders["review"], counts.orders["ignored"]) == (1, 1, 1)
    assert (counts.cases["open"], counts.outbox["pending"]) == (1, 1)


def test_what_is_recorded_comes_back_exactly(store: Store) -> None:
    made = decision()
    recorded(store, 1, made)
    (item,) = store.outbox_pending()
    assert item.decision == made
    (order,) = store.history().earlier("C1", None)
    assert order.lines[0].quantity == Decimal("10.0") and str(order.lines[0].quantity) == "10.0"
    assert order.lines[0].item_codes == ("A-1",) and order.order_key == item.key


def test_a_result_is_recorded_as_a_whole_or_not_at_all(store: Store) -> None:
    sha256 = received(store, 1)
    whole = result(sha256, decision(), replace(decision(), lines=()))  # decisions and lines do not run parallel
    with pytest.raises(ValueError, match="zip"):
        store.record_result(claimed(store), whole, 0)
    counts = store.counts()
    assert sum(counts.orders.values()) == 0 and counts.messages["processing"] == 1
    assert [e.action for e in store.audit_entries()] == ["received"]


def test_history_knows_what_the_message_at_hand_gave_before(store: Store) -> None:
    recorded(store, 1, decision())
    history = store.history()
    history.remember(decision(po="po/2"), "d", "k")
    assert [o.po_number for o in history.earlier("C1", None)] == ["PO-1", "po/2"]
    assert [o.po_number for o in history.earlier("C1", "PO 2")] == ["po/2"]
    assert [o.po_number for o in history.earlier(None, "po1")] == ["PO-1"]
    assert history.earlier("C2", None) == []


def test_an_order_decided_anew_does_not_see_itself_nor_a_waiting_later_copy(store: Store) -> None:
    recorded(store, 1, decision(Verdict.REVIEW))
    recorded(store, 2, decision(Verdict.REVIEW))
    first, second = (store.case(c.case_id) for c in store.cases())
    assert store.history(first.order_key).earlier("C1", None) == []
    assert len(store.history(second.order_key).earlier("C1", None)) == 1
    store.resolve(verdict_on(store, second.case_id), decision(), store.history(second.order_key).mark)
    assert len(store.history(first.order_key).earlier("C1", None)) == 1, "the copy has gone to the ERP"


def test_a_rejected_order_is_no_history(store: Store) -> None:
    case_id = opened(store)
    store.resolve(verdict_on(store, case_id, "reject"), None, 0)
    assert store.history().earlier("C1", None) == []
    assert store.case(case_id).status is CaseStatus.REJECTED
    assert store.counts().outbox["pending"] == 0 and store.counts().faults == ()


def test_approving_sends_once_however_often_it_is_repeated(store: Store) -> None:
    case_id = opened(store)
    approval = verdict_on(store, case_id)
    for _ in range(2):
        store.resolve(approval, decision(), store.history().mark)
    assert store.case(case_id).status is CaseStatus.RESOLVED and store.cases() == ()
    counts = store.counts()
    assert counts.outbox["pending"] == counts.orders["approved"] == 1 and counts.faults == ()
    assert [e.action for e in store.audit_entries()] == ["received", "decided", "decided", "approve"]
    assert [e.actor for e in store.audit_entries()][-2:] == ["ann", "ann"]


def test_a_stale_or_second_opinion_is_refused(store: Store) -> None:
    case_id = opened(store)
    approval = verdict_on(store, case_id)
    with pytest.raises(StaleCase, match="changed"):
        store.resolve(replace(approval, version="0" * 64), decision(), store.history().mark)
    store.resolve(approval, decision(), store.history().mark)
    with pytest.raises(StaleCase, match="already resolved"):
        store.resolve(replace(approval, reviewer="bob", action="reject"), None, 0)


def test_approving_on_an_old_history_is_refused(store: Store) -> None:
    case_id = opened(store)
    seen = store.history().mark
    recorded(store, 2, decision())
    with pytest.raises(StaleHistory):
        store.resolve(verdict_on(store, case_id), decision(), seen)
    assert store.case(case_id).status is CaseStatus.OPEN


def test_a_correction_keeps_the_case_open_with_a_new_version(store: Store) -> None:
    case_id = opened(store)
    first = verdict_on(store, case_id)
    corrected = decision(Verdict.REVIEW, po="PO-9")
    shown = store.revise(replace(first, order=corrected.order), corrected)
    assert shown.version != first.version and shown.decision == corrected and shown.status is CaseStatus.OPEN
    with pytest.raises(StaleCase):
        store.resolve(replace(first, reviewer="bob"), decision(), store.history().mark)
    assert [o.po_number for o in store.history().earlier("C1", None)] == ["PO-9"]


def test_cases_are_found_by_a_unique_beginning(store: Store) -> None:
    case_id = opened(store, decision(Verdict.REVIEW))
    shown = store.case(case_id[:6])
    assert shown.case_id == case_id and shown.file_name == "order.pdf"
    assert shown.mail is not None and (shown.mail.sender, shown.mail.subject) == ("ann@example.com", "An order")
    (summary,) = store.cases()
    assert (summary.exceptions, summary.po_number, summary.lines) == (("wrong_price",), "PO-1", 1)
    for wrong in ("", "zz", "%"):
        with pytest.raises(UsageError, match="no case begins"):
            store.case(wrong)


def test_the_outbox_empties_once(store: Store) -> None:
    recorded(store, 1, decision())
    (item,) = store.outbox_pending()
    store.outbox_done(item.key, "PO-1.json"), store.outbox_done(item.key, "PO-1.json")
    store.outbox_failed(item.key, "too late")
    assert store.outbox_pending() == () and store.outbox_problems() == ()
    assert [e.action for e in store.audit_entries()].count("exported") == 1


def test_an_export_that_fails_waits_longer_each_time_or_for_a_person(store: Store, clock: object) -> None:
    recorded(store, 1, decision())
    (item,) = store.outbox_pending()
    store.outbox_failed(item.key, "the folder is away")
    assert store.outbox_pending() == () and store.outbox_problems() == ((item.key, "the folder is away"),)
    clock.forward(30)  # type: ignore[attr-defined]
    assert store.outbox_pending()[0].attempts == 1
    store.outbox_failed(item.key, "refused", retry=False)
    assert store.counts().outbox["failed"] == 1
    assert store.retry_export(item.key, "ann") and store.outbox_pending()[0].key == item.key
    store.outbox_done(item.key, "x")
    assert not store.retry_export(item.key, "ann")


def test_the_version_is_the_hash_of_what_is_shown(store: Store) -> None:
    case = store.case(opened(store))
    again = decision(Verdict.REVIEW)
    assert decision_to_json(case.decision) == decision_to_json(again)
    assert OrderState.REVIEW == "review" and len(case.version) == 64


def test_values_are_noted_and_changes_audited(store: Store) -> None:
    assert store.noted("erp_version") is None
    for value in ("a", "a", "b"):
        store.note("erp_version", value)
    assert store.noted("erp_version") == "b"
    assert [e.detail for e in store.audit_entries("erp_version")] == ['{"value": "a"}', '{"value": "b"}']
