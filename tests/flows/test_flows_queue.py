"""Resolving cases: decided again, refused where the ERP could not enter it, and nothing leaves unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from intake_workspace import BOLTS, HARBOUR, NORDWIND, NUTS, mail, make_workspace, order_text

from extractors.read import read_orders
from flows import queue, steps, wiring
from flows.parts import Parts
from flows.processing import process_all
from flows.settings import load_settings
from pipeline.errors import UsageError
from pipeline.model import CaseStatus
from store import StaleCase

CHEAP = order_text(NORDWIND, "PO-7003", [("FX-1001", "HEX BOLT M8X40 ZINC", 10, "0.40")])
STRANGE = order_text(HARBOUR, "PO-7005", [NUTS, ("ZZ-9", "UNOBTAINIUM", 1, "0.50")])
MAILS = {
    "1.eml": mail(NORDWIND, "Order", CHEAP),
    "2.eml": mail(HARBOUR, "Order", STRANGE),
    "3.eml": b"Content-Type: application/pdf\r\n\r\n%PDF-1.4 broken",
}


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    settings = load_settings(make_workspace(tmp_path / "w", MAILS))
    with wiring.workspace_parts(settings) as opened:
        steps.sync_erp(opened)
        steps.poll(opened)
        read = partial(read_orders, options=wiring.reading_options(settings.intake))
        ready = replace(opened, read=read)
        process_all(ready)
        yield ready


def case_of(parts: Parts, po: str | None) -> str:
    (found,) = [c.case_id for c in parts.store.cases() if c.po_number == po]
    return found


def test_what_the_person_has_seen_may_leave(parts: Parts) -> None:
    case = parts.store.case(case_of(parts, "PO-7003"))
    assert [m.code for m in case.decision.mismatches] == ["wrong_price"]
    outcome = queue.approve(parts, case.case_id, "ann", reason="promised by phone", version=case.version[:8])
    assert outcome.left and outcome.unseen == ()
    (went,) = steps.export_orders(parts).delivered
    assert Path(went).is_file() and parts.store.counts().faults == ()
    (entry,) = [e for e in parts.store.audit_entries(case.order_key) if e.action == "approve"]
    assert entry.actor == "ann" and "promised by phone" in entry.detail


def test_a_line_needs_an_item(parts: Parts) -> None:
    case_id = case_of(parts, "PO-7005")
    with pytest.raises(UsageError, match=r"line 2 has no item.*--sku 2=SKU"):
        queue.approve(parts, case_id, "ann")
    with pytest.raises(UsageError, match="no such item"):
        queue.approve(parts, case_id, "ann", skus={2: "NO-SUCH"})
    with pytest.raises(UsageError, match="no line 3"):
        queue.approve(parts, case_id, "ann", skus={3: "FX-1001"})
    outcome = queue.approve(parts, case_id, "ann", skus={2: "FX-1001"})
    line = outcome.case.decision.lines[1]
    assert outcome.left and line.sku == "FX-1001" and line.match_level == "reviewer"
    assert "chosen by ann" in (line.match_reason or "")
    assert outcome.case.decision.order.lines[1].seller_item_id == "ZZ-9", "what was printed stays as printed"


def suspicious_case(parts: Parts, workspace: Path) -> str:
    """An order with nothing wrong but that answers go to a look-alike of the customer's domain."""
    raw = b"Reply-To: einkauf@nordwlnd.example\n" + mail(NORDWIND, "Order", order_text(NORDWIND, "PO-7099", [BOLTS]))
    (workspace / "mails" / "9.eml").write_bytes(raw)
    steps.poll(parts)
    process_all(parts)
    return case_of(parts, "PO-7099")


def test_a_grave_exception_takes_two_people(parts: Parts, tmp_path: Path) -> None:
    case_id = suspicious_case(parts, tmp_path / "w")
    assert parts.store.case(case_id).decision.exceptions == ("suspicious_sender",)
    first = queue.approve(parts, case_id, "ann", skus={1: "FX-1002"})
    assert first.unseen, "the other item costs less"
    first = queue.approve(parts, case_id, "ann")
    assert not first.left and first.second_for == ("suspicious_sender",) and first.case.signed_by == "ann"
    again = queue.approve(parts, case_id, " Ann")
    assert not again.left and again.second_for and parts.store.counts().outbox["pending"] == 0
    second = queue.approve(parts, case_id, "bob", version=again.case.version)
    (line,) = second.case.decision.lines
    assert second.left and line.sku == "FX-1002" and "chosen by ann" in (line.match_reason or "")
    booked = [(e.actor, e.action) for e in parts.store.audit_entries(first.case.order_key)]
    assert ("ann", "sign") in booked and booked[-1] == ("bob", "approve")


def test_the_first_approval_lapses_when_the_case_changes(parts: Parts, tmp_path: Path) -> None:
    case_id = suspicious_case(parts, tmp_path / "w")
    assert queue.approve(parts, case_id, "ann").second_for
    order = json.loads(queue.draft(parts.store.case(case_id))) | {"payment_terms": "net 90"}
    queue.correct(parts, case_id, "cho", json.dumps(order))
    assert parts.store.case(case_id).signed_by is None
    assert queue.approve(parts, case_id, "bob").second_for and queue.approve(parts, case_id, "ann").left


def test_a_choice_that_brings_up_something_new_is_shown_first(parts: Parts) -> None:
    case_id = case_of(parts, "PO-7005")
    first = queue.approve(parts, case_id, "ann", skus={2: "FX-1002"})  # costs 0.10, the order says 0.50
    assert not first.left and any("wrong_price" in line for line in first.unseen)
    assert first.case.status is CaseStatus.OPEN and parts.store.counts().outbox["pending"] == 0
    second = queue.approve(parts, case_id, "ann", skus={2: "FX-1002"}, version=first.case.version)
    assert second.left


def test_a_corrected_order_that_is_right_leaves_at_once(parts: Parts) -> None:
    case = parts.store.case(case_of(parts, "PO-7003"))
    order = json.loads(queue.draft(case))
    order["lines"][0] |= {"unit_price": "0.50", "line_amount": "5.00"}
    order["total"] = "5.00"
    outcome = queue.correct(parts, case.case_id, "ann", json.dumps(order), reason="misread")
    assert outcome.left and outcome.case.decision.mismatches == ()
    paths = {e.path for e in outcome.case.decision.order.evidence}
    assert "lines[0].unit_price" not in paths and "lines[0].quantity" in paths


def test_a_correction_that_is_not_right_yet_stays_open(parts: Parts) -> None:
    case = parts.store.case(case_of(parts, "PO-7003"))
    order = json.loads(queue.draft(case))
    order["lines"][0]["quantity"] = "11"
    outcome = queue.correct(parts, case.case_id, "ann", json.dumps(order))
    assert not outcome.left and any("arithmetic_error" in line for line in outcome.unseen)
    with pytest.raises(StaleCase):
        queue.approve(parts, case.case_id, "bob", version=case.version)


def test_a_document_that_was_not_read_can_be_entered_by_hand(parts: Parts) -> None:
    case_id = case_of(parts, None)
    with pytest.raises(UsageError, match="holds no order"):
        queue.approve(parts, case_id, "ann")
    order = json.loads(queue.draft(parts.store.case(case_of(parts, "PO-7003"))))
    order |= {"po_number": "PO-8000", "total": "5.00"}
    order["lines"][0] |= {"unit_price": "0.50", "line_amount": "5.00"}
    outcome = queue.correct(parts, case_id, "ann", json.dumps(order))
    assert outcome.left or outcome.unseen
    if not outcome.left:
        assert queue.approve(parts, case_id, "ann").left
    assert parts.store.counts().outbox["pending"] == 1


def test_a_duplicate_is_held_against_what_was_approved_meanwhile(parts: Parts, tmp_path: Path) -> None:
    copy = mail(NORDWIND, "Order again", CHEAP + "\nkind regards\n")
    (tmp_path / "w" / "mails" / "9.eml").write_bytes(copy)
    steps.poll(parts)
    process_all(parts)
    original, again = [c.case_id for c in parts.store.cases() if c.po_number == "PO-7003"]
    assert "duplicate_po" in parts.store.cases()[-1].exceptions
    assert queue.approve(parts, again, "ann").left
    outcome = queue.approve(parts, original, "bob")
    assert not outcome.left and any("duplicate_po" in line for line in outcome.unseen)


def test_rejecting_needs_a_reason_and_closes(parts: Parts) -> None:
    case_id = case_of(parts, None)
    with pytest.raises(UsageError, match="reason"):
        queue.reject(parts.store, case_id, "ann", " ")
    with pytest.raises(UsageError, match="who decides"):
        queue.reject(parts.store, case_id, "", "no order")
    assert queue.reject(parts.store, case_id[:6], "ann", "no order").case.status is CaseStatus.REJECTED
    with pytest.raises(StaleCase, match="already rejected"):
        queue.approve(parts, case_id, "ann")
    assert parts.store.counts().faults == ()


@pytest.mark.parametrize(
    "wrong", ["", "[]", "{}", '{"document_type": "purchase_order", "total": "abc"}', '{"lines": 3}']
)
def test_a_correction_that_is_no_order_is_refused(parts: Parts, wrong: str) -> None:
    with pytest.raises(UsageError, match="corrected order"):
        queue.correct(parts, case_of(parts, "PO-7003"), "ann", wrong)


def test_carried_keeps_the_evidence_of_what_was_not_changed(parts: Parts) -> None:
    shown = parts.store.case(case_of(parts, "PO-7005")).decision.order
    assert queue.carried(shown, replace(shown, evidence=(), doubts=())) == shown
    fewer = queue.carried(shown, replace(shown, lines=shown.lines[:1], evidence=()))
    assert not any(e.path.startswith("lines[1]") for e in fewer.evidence)
    assert any(e.path.startswith("lines[0]") for e in fewer.evidence)
