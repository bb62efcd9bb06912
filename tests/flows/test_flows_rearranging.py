"""Lines cut anew, and two orders out of one: evidence goes with its line, and the case stays open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from intake_workspace import BOLTS, HARBOUR, NUTS, WASHERS, mail, make_workspace, order_text

from extractors.read import read_orders
from flows import steps, wiring
from flows.parts import Parts
from flows.processing import process_all
from flows.rearranging import part, rearrange
from flows.settings import load_settings
from flows.settling import Settlement, settle
from pipeline.errors import UsageError
from pipeline.model import CaseStatus, How, Order, ReviewCase, Settled

ORDER = order_text(HARBOUR, "PO-7005", [NUTS, ("ZZ-9", "UNOBTAINIUM", 7, "0.50"), BOLTS, WASHERS])


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    settings = load_settings(make_workspace(tmp_path / "w", {"1.eml": mail(HARBOUR, "Order", ORDER)}))
    with wiring.workspace_parts(settings) as opened:
        steps.sync_erp(opened)
        steps.poll(opened)
        ready = replace(opened, read=partial(read_orders, options=wiring.reading_options(settings.intake)))
        process_all(ready)
        yield ready


def the_case(parts: Parts) -> ReviewCase:
    (found,) = parts.store.cases()
    return parts.store.case(found.case_id)


def quantities(order: Order) -> list[str | None]:
    return [None if line.quantity is None else str(line.quantity) for line in order.lines]


def boxes(order: Order) -> dict[str, float]:
    """Where the quantities stand, by what they are."""
    return {e.text.removesuffix(" EA"): e.box.top for e in order.evidence if e.path.endswith(".quantity")}


@pytest.mark.parametrize(
    ("what", "line", "expected"),
    [
        ("delete", 2, ["50", "100", "200"]),
        ("add", 0, [None, "50", "7", "100", "200"]),
        ("add", 4, ["50", "7", "100", "200", None]),
        ("split", 2, ["50", "7", None, "100", "200"]),
    ],
)
def test_lines_are_cut_anew(parts: Parts, what: str, line: int, expected: list[str | None]) -> None:
    before = the_case(parts)
    outcome = rearrange(parts, before.case_id, before.version, "ann", what, line)
    order = outcome.case.decision.order
    assert quantities(order) == expected and outcome.case.status is CaseStatus.OPEN
    kept = boxes(order)
    assert kept == {text: top for text, top in boxes(before.decision.order).items() if text in kept}
    at = {e.path: e.text.removesuffix(" EA") for e in order.evidence}
    assert [at.get(f"lines[{i}].quantity") for i in range(len(expected))] == expected


def test_a_right_order_stays_open_until_somebody_approves_it(parts: Parts) -> None:
    before = the_case(parts)
    outcome = rearrange(parts, before.case_id, before.version, "ann", "delete", 2)
    after = outcome.case
    assert not outcome.left and parts.store.counts().outbox["pending"] == 0
    summed = Settlement(after.case_id, after.version, "ann", (), values={"total": "80.00"})
    after = settle(parts, summed).case
    seen = tuple(Settled(m.code, m.path, How.DOCUMENT) for m in after.decision.mismatches)
    assert settle(parts, replace(summed, version=after.version, settled=seen, values={})).left


def test_merged_lines_say_what_either_said(parts: Parts) -> None:
    before = the_case(parts)
    with pytest.raises(UsageError, match="not the same unit and price"):
        rearrange(parts, before.case_id, before.version, "ann", "merge", 1)
    parted = rearrange(parts, before.case_id, before.version, "ann", "split", 3).case
    merged = rearrange(parts, before.case_id, parted.version, "ann", "merge", 3).case.decision.order
    assert quantities(merged) == ["50", "7", "100", "200"]
    assert str(merged.lines[2].line_amount) == "50.00"
    for what, line in (("merge", 4), ("delete", 5), ("delete", 0), ("turn", 1)):
        with pytest.raises(UsageError):
            rearrange(parts, before.case_id, the_case(parts).version, "ann", what, line)


def test_one_document_two_orders(parts: Parts) -> None:
    before = the_case(parts)
    with pytest.raises(UsageError, match="number of the second"):
        part(parts, before.case_id, before.version, "ann", 3, " ")
    here, other = part(parts, before.case_id, before.version, "ann", 3, "PO-7006")
    there = parts.store.case(other)
    assert [quantities(case.decision.order) for case in (here, there)] == [["50", "7"], ["100", "200"]]
    assert (here.decision.order.po_number, there.decision.order.po_number) == ("PO-7005", "PO-7006")
    assert boxes(there.decision.order).keys() == {"100", "200"}, "each keeps the places of its values"
    seen = tuple(Settled(m.code, m.path, How.DOCUMENT) for m in there.decision.mismatches)
    assert settle(parts, Settlement(other, there.version, "ann", seen)).left
    assert parts.store.counts().faults == () and len(steps.export_orders(parts).delivered) == 1
    assert parts.store.source(there.order_key) == parts.store.source(here.order_key)
    with pytest.raises(UsageError):
        part(parts, before.case_id, before.version, "ann", 3, "PO-7006")
