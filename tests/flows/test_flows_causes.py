"""One answer to many cases: what has the same cause, what would come out, what came out, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from intake_workspace import BOLTS, HARBOUR, NORDWIND, NUTS, mail, make_workspace, order_text

from extractors.read import read_orders
from flows import causes, queue, steps, wiring
from flows.parts import Parts
from flows.processing import process_all
from flows.settings import load_settings
from pipeline.errors import UsageError
from pipeline.model import CaseStatus
from review.many import ForMany
from store import CauseGroup, StaleCase

STRANGE = ("ZZ-9", "UNOBTAINIUM", 1, "0.50")
ALIKE = ("ZZ-9", "OTHER THING", 1, "0.50")
CHEAP = ("FX-1001", "HEX BOLT M8X40 ZINC", 10, "0.40")
FALSE_REPLY = b"Reply-To: ann@harbour-pumqs.example\n"
MAILS = {
    "1.eml": mail(HARBOUR, "Order", order_text(HARBOUR, "PO-1", [NUTS, STRANGE])),
    "2.eml": mail(HARBOUR, "Order", order_text(HARBOUR, "PO-2", [STRANGE, BOLTS])),
    "3.eml": mail(HARBOUR, "Order", order_text(HARBOUR, "PO-3", [STRANGE, CHEAP])),
    "4.eml": mail(NORDWIND, "Order", order_text(NORDWIND, "PO-4", [STRANGE])),
    "5.eml": mail(HARBOUR, "Order", order_text(HARBOUR, "PO-5", [ALIKE])),
    "6.eml": FALSE_REPLY + mail(HARBOUR, "Order", order_text(HARBOUR, "PO-6", [STRANGE])),
    "7.eml": mail(NORDWIND, "Order", order_text(NORDWIND, "PO-7", [CHEAP])),
    "8.eml": mail(NORDWIND, "Order", order_text(NORDWIND, "PO-8", [CHEAP, NUTS])),
    "9.eml": mail(NORDWIND, "Order", order_text(NORDWIND, "PO-9", [CHEAP, ALIKE])),
}


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    settings = load_settings(make_workspace(tmp_path / "w", MAILS))
    with wiring.workspace_parts(settings) as opened:
        steps.sync_erp(opened)
        steps.poll(opened)
        ready = replace(opened, read=partial(read_orders, options=wiring.reading_options(settings.intake)))
        process_all(ready)
        yield ready


def the(parts: Parts, kind: str) -> CauseGroup:
    (found,) = [group for group in parts.store.causes.groups() if group.kind == kind]
    return found


def numbers(parts: Parts, *statuses: CaseStatus) -> set[str | None]:
    return {case.po_number for status in statuses for case in parts.store.cases(status)}


def said(parts: Parts, kind: str, answer: str, **more: object) -> ForMany:
    asked = ForMany(the(parts, kind).cause_id, answer, "rita", **more)  # type: ignore[arg-type]
    return replace(asked, seen=causes.preview(parts, asked).seen)


def test_the_same_item_of_the_same_customer_is_one_cause(parts: Parts) -> None:
    group = the(parts, "item")
    assert (group.customer_id, group.cases, group.lines) == ("C1", 3, 3)
    assert "unobtainium" in group.shown and "zz-9" in group.shown
    cases = parts.store.causes.cases(group.cause_id)
    found = {parts.store.case(case).decision.order.po_number for case in cases}
    assert found == {"PO-1", "PO-2", "PO-3"}, "no other customer, no other words, none with a false sender"
    assert parts.store.causes.groups(("nobody",)) == () and parts.store.causes.cases(group.cause_id, ()) == {}
    with pytest.raises(UsageError, match="no two open cases"):
        causes.preview(parts, ForMany("none", "FX-1002", "rita"))


def test_one_item_for_many_lets_leave_what_has_nothing_else(parts: Parts) -> None:
    asked = said(parts, "item", "FX-1001")
    shown = causes.preview(parts, asked)
    assert {c.po_number: c.leaves for c in shown.cases} == {"PO-1": True, "PO-2": True, "PO-3": False}
    assert any("wrong_price" in why for c in shown.cases for why in c.why_not) and shown.leaving == 2
    assert numbers(parts, CaseStatus.RESOLVED) == set(), "nothing was done yet"
    with pytest.raises(UsageError, match="no such item"):
        causes.preview(parts, replace(asked, answer="FX-9999"))
    with pytest.raises(StaleCase):
        causes.answer(parts, replace(asked, answer="FX-1002"), nullcontext)
    booked = causes.answer(parts, asked, nullcontext)
    assert sorted(case.outcome for case in booked.cases) == ["open", "resolved", "resolved"]
    assert numbers(parts, CaseStatus.RESOLVED) == {"PO-1", "PO-2"}
    left = next(c for c in parts.store.cases() if c.po_number == "PO-3")
    assert parts.store.case(left.case_id).decision.lines[0].sku == "FX-1001", "the answer stays with what is still open"
    (alias,) = parts.store.aliases("C1")
    assert len(alias.confirmations) == 1, "said once, however many orders"
    assert parts.store.counts().faults == () and parts.store.audit_verify().faults == ()
    assert all(group.kind != "item" for group in parts.store.causes.groups())


def test_a_price_is_answered_only_where_nothing_else_is_wrong(parts: Parts) -> None:
    with pytest.raises(UsageError, match="choose the reason"):
        said(parts, "price", "document")
    asked = said(parts, "price", "document", reason_code="agreed")
    booked = causes.answer(parts, asked, nullcontext)
    assert len(booked.cases) == 2 and numbers(parts, CaseStatus.RESOLVED) == {"PO-7", "PO-8"}
    items = {str(item.decision.lines[0].agreed_price) for item in parts.store.outbox_pending()}
    assert items == {"0.40"}
    open_case = next(c for c in parts.store.cases() if c.po_number == "PO-9")
    assert "wrong_price" in open_case.exceptions


def test_what_changed_meanwhile_is_not_answered(parts: Parts) -> None:
    asked = said(parts, "item", "FX-1001")
    case = next(c for c in parts.store.cases() if c.po_number == "PO-1")
    queue.reject(parts.store, case.case_id, "otto", "withdrawn")
    with pytest.raises(StaleCase, match="not those that you saw"):
        causes.answer(parts, asked, nullcontext)
    assert numbers(parts, CaseStatus.RESOLVED) == set()


def test_what_changes_while_the_answer_is_given_stays_as_it_is(parts: Parts) -> None:
    asked = said(parts, "item", "FX-1001")
    second = next(c for c in parts.store.cases() if c.po_number == "PO-2")
    turns = 0

    @contextmanager
    def alone() -> Iterator[None]:
        nonlocal turns
        turns += 1
        if turns == 4:  # three were foreseen; the first is being answered
            queue.reject(parts.store, second.case_id, "otto", "withdrawn")
        yield

    booked = causes.answer(parts, asked, alone)
    assert {case.outcome for case in booked.cases} == {"resolved", "stale", "open"}
    assert numbers(parts, CaseStatus.RESOLVED) == {"PO-1"} and numbers(parts, CaseStatus.REJECTED) == {"PO-2"}


def test_an_answer_is_taken_back_until_it_is_exported(parts: Parts) -> None:
    before = {case.case_id: parts.store.case(case.case_id).decision for case in parts.store.cases()}
    asked = said(parts, "item", "FX-1001")
    booked = causes.answer(parts, asked, nullcontext)
    reopened, kept = causes.undo(parts.store, booked.answer_id, "otto")
    assert (len(reopened), kept) == (3, ())
    assert {case.case_id: parts.store.case(case.case_id).decision for case in parts.store.cases()} == before
    assert not parts.store.outbox_pending() and not parts.store.aliases("C1"), "what it taught is forgotten"
    with pytest.raises(UsageError, match="undone already"):
        causes.undo(parts.store, booked.answer_id, "otto")
    again = causes.answer(parts, said(parts, "item", "FX-1001"), nullcontext)
    assert numbers(parts, CaseStatus.RESOLVED) == {"PO-1", "PO-2"}, "and it may be given again"
    steps.export_orders(parts)
    changed = next(c.case_id for c in parts.store.cases() if c.po_number == "PO-3")
    queue.reject(parts.store, changed, "otto", "withdrawn")
    reopened, kept = causes.undo(parts.store, again.answer_id, "otto")
    assert (reopened, len(kept)) == ((), 3), "what was exported or decided since stays"
    assert parts.store.counts().faults == () and parts.store.audit_verify().faults == ()
