"""Mismatches settled one by one, and taken back as long as the order has not left."""

from __future__ import annotations

import csv
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
from flows.settling import Settlement, rejection, settle
from pipeline.errors import UsageError
from pipeline.model import CaseStatus, How, ReviewCase, Settled
from store import StaleCase

CHEAP = order_text(NORDWIND, "PO-7003", [("FX-1001", "HEX BOLT M8X40 ZINC", 10, "0.40"), BOLTS])
STRANGE = order_text(HARBOUR, "PO-7005", [NUTS, ("ZZ-9", "UNOBTAINIUM", 1, "0.50")])
LURED = order_text(NORDWIND, "PO-7099", [BOLTS])
MAILS = {
    "1.eml": mail(NORDWIND, "Order", CHEAP),
    "2.eml": mail(HARBOUR, "Order", STRANGE),
    "3.eml": b"Reply-To: einkauf@nordwlnd.example\n" + mail(NORDWIND, "Order", LURED),
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


def case_of(parts: Parts, po: str) -> ReviewCase:
    (found,) = [c.case_id for c in parts.store.cases(None) if c.po_number == po]
    return parts.store.case(found)


def words(case: ReviewCase, how: How, value: str = "") -> tuple[Settled, ...]:
    return tuple(Settled(m.code, m.path, how, value) for m in case.decision.mismatches)


def price_of(path: str) -> str:
    with Path(path).open(encoding="utf-8", newline="") as file:
        return next(csv.DictReader(file))["price"]


@pytest.mark.parametrize(("how", "price"), [(How.DOCUMENT, "0.40"), (How.ERP, "0.50")])
def test_whose_price_holds_is_what_leaves(parts: Parts, how: How, price: str) -> None:
    case = case_of(parts, "PO-7003")
    assert [m.code for m in case.decision.mismatches] == ["wrong_price"]
    said = Settlement(case.case_id, case.version, "ann", words(case, how), reason_code="agreed")
    assert settle(parts, said).left
    (went,) = steps.export_orders(parts).delivered
    assert price_of(went) == price
    (entry,) = [e for e in parts.store.audit_entries(case.order_key) if e.action == "approve"]
    assert ["wrong_price", "lines[0].unit_price", how, ""] in json.loads(entry.detail)["settled"]
    assert str(case.decision.order.lines[0].unit_price) == "0.40", "what is printed stays"


def test_what_stays_wrong_needs_a_reason(parts: Parts) -> None:
    case = case_of(parts, "PO-7003")
    said = Settlement(case.case_id, case.version, "ann", words(case, How.DOCUMENT))
    for code, text in (("", ""), ("because", ""), ("other", " ")):
        with pytest.raises(UsageError, match="reason"):
            settle(parts, replace(said, reason_code=code, reason=text))
    assert settle(parts, replace(said, settled=words(case, How.ERP))).left, "the ERP's word needs none"


def test_nothing_leaves_that_was_not_settled(parts: Parts) -> None:
    case = case_of(parts, "PO-7005")
    said = Settlement(case.case_id, case.version, "ann", ())
    with pytest.raises(UsageError, match="not settled"):
        settle(parts, said)
    with pytest.raises(UsageError, match="no such mismatch"):
        settle(parts, replace(said, settled=(Settled("credit_hold", "buyer", How.DOCUMENT),)))
    named = replace(said, settled=words(case, How.ITEM, "FX-1002"), skus={2: "FX-1002"})
    came = settle(parts, named)
    assert not came.left and any("wrong_price" in one for one in came.unseen), "its price was not seen yet"
    assert came.case.settled == named.settled, "what was said is shown again"
    more = replace(said, version=came.case.version, settled=words(came.case, How.DOCUMENT), reason_code="agreed")
    with pytest.raises(UsageError, match="not settled"):
        settle(parts, replace(more, settled=more.settled[:-1]))
    assert settle(parts, more).left


def test_a_value_that_was_put_right_is_decided_again(parts: Parts) -> None:
    case = case_of(parts, "PO-7003")
    right = {"lines[0].unit_price": "0.50", "lines[0].line_amount": "5.00", "total": "55.00"}
    said = Settlement(case.case_id, case.version, "ann", words(case, How.CORRECTED, "0.50"), values=right)
    outcome = settle(parts, said)
    assert outcome.left and outcome.case.decision.mismatches == ()


def test_fraud_takes_words_and_two_people_who_say_the_same(parts: Parts) -> None:
    case = case_of(parts, "PO-7099")
    said = Settlement(case.case_id, case.version, "ann", words(case, How.DOCUMENT), reason_code="called_back")
    with pytest.raises(UsageError, match="with whom you spoke"):
        settle(parts, said)
    first = settle(parts, replace(said, reason="spoke with Mr Nord"))
    assert first.second_for == ("suspicious_sender",)
    other = replace(said, reviewer="bob", reason="so did I", version=first.case.version)
    changed = settle(parts, replace(other, values={"payment_terms": "net 90"}))
    assert not changed.left and changed.case.signed_by == "bob", "another order than the first one approved"
    again = replace(other, reviewer="ann", version=changed.case.version)
    assert settle(parts, again).left


def test_undone_until_it_leaves(parts: Parts) -> None:
    case = case_of(parts, "PO-7005")
    first = settle(
        parts, Settlement(case.case_id, case.version, "ann", words(case, How.ITEM, "FX-1002"), skus={2: "FX-1002"})
    )
    said = Settlement(case.case_id, first.case.version, "ann", words(first.case, How.DOCUMENT), reason_code="agreed")
    for _ in range(2):  # undone and approved again as often as one likes
        assert settle(parts, said).left
        assert [a.alias.target for a in parts.store.taught_by(case.order_key)] == ["FX-1002"]
        opened = parts.store.reopen(case.case_id, "bob")
        assert opened.status is CaseStatus.OPEN and opened.settled == said.settled
        assert opened.decision.mismatches == first.case.decision.mismatches
        assert parts.store.taught_by(case.order_key) == () == parts.store.aliases("C1")
        assert not steps.export_orders(parts).delivered and parts.store.counts().faults == ()
        with pytest.raises(StaleCase):
            settle(parts, said)
        said = replace(said, version=opened.version)
    assert settle(parts, said).left and len(steps.export_orders(parts).delivered) == 1
    with pytest.raises(StaleCase, match="has left"):
        parts.store.reopen(case.case_id, "bob")
    assert parts.store.audit_verify().faults == () and parts.store.counts().faults == ()
    assert [e.actor for e in parts.store.audit_entries(case.order_key) if e.action == "reopen"] == ["bob", "bob"]


def test_a_rejection_is_undone(parts: Parts) -> None:
    case = case_of(parts, "PO-7003")
    for _ in range(2):
        queue.reject(parts.store, case.case_id, "ann", rejection("duplicate", ""), reason_code="duplicate")
        case = parts.store.reopen(case.case_id, "ann")
        assert case.status is CaseStatus.OPEN
    with pytest.raises(UsageError, match="is open"):
        parts.store.reopen(case.case_id, "ann")
    with pytest.raises(UsageError, match="say in words"):
        rejection("other", "")


def test_an_order_that_begins_to_leave_is_not_taken_back(parts: Parts) -> None:
    case = case_of(parts, "PO-7003")
    settle(parts, Settlement(case.case_id, case.version, "ann", words(case, How.ERP)))
    assert parts.store.outbox_begin(case.order_key)
    with pytest.raises(StaleCase):
        parts.store.reopen(case.case_id, "ann")
    assert len(steps.export_orders(parts).delivered) == 1, "a worker that died on the way is taken over from"
    assert not parts.store.outbox_begin("none")


def test_what_an_old_page_showed_is_known(parts: Parts) -> None:
    case = case_of(parts, "PO-7005")
    settle(parts, Settlement(case.case_id, case.version, "ann", words(case, How.ITEM, "FX-1002"), skus={2: "FX-1002"}))
    assert parts.store.shown_decision(case.case_id, case.version) == case.decision
    assert parts.store.shown_decision(case.case_id, "0" * 64) is None
