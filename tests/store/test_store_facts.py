"""The facts that reports count: what the machine said, what became of it, the same when it is done again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from intake_rows import Clock, decision, ignored, recorded
from sqlalchemy import select

from pipeline.errors import UsageError
from pipeline.model import Box, CaseStatus, Decision, Evidence, LineItem, Mismatch, Resolution, Source, Verdict
from store import Store
from store.comparison import Judged, compare, fix
from store.events import ReviewEvent
from store.report_tables import ExceptionFactRow, FactRow, ReviewEventRow, TallyRow
from store.tables import CaseRow, DecisionRow


def facts(store: Store) -> list[FactRow]:
    with store.reporting.reading() as session:
        return list(session.scalars(select(FactRow).order_by(FactRow.order_id)))


def settled(store: Store, n: int, final: Decision | None, order: bool = False) -> None:
    case = store.cases()[n]
    version = store.case(case.case_id).version
    action = "reject" if final is None else "correct" if order else "approve"
    said = Resolution(case.case_id, version, action, "ann", datetime(2026, 11, 16, 9, tzinfo=UTC), "why")
    if order and final is not None:
        said = replace(said, order=final.order)
    store.resolve(said, final, store.history().mark)


def read(line: LineItem, confidence: float = 0.995, verdict: Verdict = Verdict.REVIEW) -> Decision:
    base = decision(verdict)
    names = [name for name in ("quantity", "unit_price", "line_amount") if getattr(line, name) is not None]
    evidence = tuple(
        Evidence(f"lines[0].{name}", 1, Box(x, 0, x + 5, 5), "", confidence, Source.PDF_TEXT)
        for x, name in enumerate(names)
    )
    return replace(base, order=replace(base.order, lines=(line,), evidence=evidence))


LINE = LineItem(quantity=Decimal(10), unit="CTN", unit_price=Decimal("2.50"), line_amount=Decimal("25.00"))


def test_facts_of_the_machine_and_of_people(store: Store, clock: Clock) -> None:
    recorded(store, 1, decision(Verdict.AUTO, "PO-1"), ignored())
    recorded(
        store, 2, replace(read(LINE), mismatches=(Mismatch("wrong_price", "lines[0].unit_price", "2", "2.5", ""),))
    )
    recorded(store, 3, decision(Verdict.REVIEW, "PO-3"))
    assert store.reporting.catch_up() == 4 and store.reporting.catch_up() == 0
    auto, none, held, other = facts(store)
    assert (auto.verdict, auto.mailbox, auto.lines, auto.lines_held, auto.value_e4) == ("auto", "orders", 1, 0, 0)
    assert (none.verdict, none.lines, none.channel) == ("ignored", 0, "unread")
    assert (held.verdict, held.value_e4, held.lines_held) == ("review", 250_000, 1)
    assert (held.channel, held.layout, held.currency) == ("text", "quantity · unit_price · line_amount", "EUR")
    assert held.received_s == held.decided_s == clock().timestamp() and held.settled is None and other.outcome == ""
    clock.forward(3600)
    final = read(replace(LINE, quantity=Decimal(100), line_amount=Decimal(250)), verdict=Verdict.AUTO)
    settled(store, 0, final, order=True)
    settled(store, 0, None)
    for item in store.outbox_pending():
        store.outbox_done(item.key, "erp")
    assert store.reporting.catch_up() > 0 and store.reporting.catch_up() == 0
    auto, none, held, other = facts(store)
    assert auto.exported_s == held.exported_s == held.closed_s == clock().timestamp() and other.exported_s is None
    assert (held.outcome, held.changed_values, held.changed_lines, held.caught_e4) == ("approved", 2, 1, 2_250_000)
    assert (other.outcome, other.caught_e4) == ("rejected", 0)
    with store.reporting.reading() as session:
        tallies = {(t.field, t.bin): (t.judged, t.wrong) for t in session.scalars(select(TallyRow))}
        stakes = {
            (e.code, e.line): e.stake_e4
            for e in session.scalars(select(ExceptionFactRow))
            if e.order_id == held.order_id
        }
    assert tallies[("quantity", 99)] == tallies[("line_amount", 99)] == tallies[("line", 99)] == (1, 1)
    assert tallies[("unit_price", 99)] == tallies[("unit", -1)] == tallies[("po_number", -1)] == (1, 0)
    assert stakes == {("wrong_price", 0): 250_000}


def test_lines_that_came_or_went_are_wrong_lines() -> None:
    first = read(LINE)
    final = replace(first, order=replace(first.order, lines=(LINE, LINE)), lines=first.lines * 2)
    found = compare(first, final)
    assert (found.changed_values, found.changed_lines, found.caught) == (1, 1, 250_000)
    assert Judged("line", 1, False, None) in found.judged and Judged("line", 0, True, 0.995) in found.judged
    assert compare(first, first).changed_values == 0


def test_a_price_that_the_erp_overrules_was_caught() -> None:
    first = replace(read(LINE), mismatches=(Mismatch("wrong_price", "lines[0].unit_price", "2", "2.5", ""),))
    line = replace(first.lines[0], erp_quantity=Decimal(10), expected_price=Decimal(2))
    found = compare(first, replace(first, lines=(line,), mismatches=()))
    assert (found.changed_values, found.changed_lines, found.caught) == (1, 1, 50_000), "25.00 asked, 20.00 leave"
    agreed = replace(line, agreed_price=Decimal("2.5"))
    assert compare(first, replace(first, lines=(agreed,), mismatches=())).changed_values == 0
    assert all(one.right for one in found.judged), "it was read right"
    few = replace(first, mismatches=(Mismatch("below_moq", "lines[0].quantity", "20", "10", ""),))
    more = replace(line, erp_quantity=Decimal(20))
    assert compare(few, replace(few, lines=(more,), mismatches=())).caught == 150_000


@pytest.mark.parametrize(
    ("confidence", "low"), [(None, -1), (0.0, 0), (0.499, 0), (0.5, 50), (0.98999, 99), (0.9899, 98), (1.0, 99)]
)
def test_ranges_of_confidence(confidence: float | None, low: int) -> None:
    assert Judged("x", 0, True, confidence).bin == low


def test_what_would_have_helped() -> None:
    first = read(LINE)
    line = replace(first.lines[0], erp_quantity=Decimal("240.0"), erp_uom="EA", expected_price=Decimal(2))
    final = replace(first, lines=(line,))
    assert fix("uom_mismatch", 0, first, final) == "teach unit CTN = 24 EA"
    assert fix("wrong_price", 0, first, final) == "agree on the price of A-1: 2 in the ERP, 2.50 ordered"
    assert (
        fix(
            "unknown_item",
            0,
            read(replace(LINE, buyer_item_id="B-7")),
            replace(final, order=replace(final.order, lines=(replace(LINE, buyer_item_id="B-7"),))),
        )
        == "teach item B-7 = A-1"
    )
    assert fix("credit_hold", -1, first, final) == "" and fix("uom_mismatch", 7, first, final) == ""


def test_an_opened_case_has_no_outcome_again(store: Store) -> None:
    recorded(store, 1, decision(Verdict.REVIEW))
    settled(store, 0, decision(Verdict.AUTO))
    store.reporting.catch_up()
    assert facts(store)[0].outcome == "approved"
    with store._db.writing("test") as session:
        session.scalars(select(CaseRow)).one().status = CaseStatus.OPEN
    assert store.reporting.catch_up() == 1
    assert (facts(store)[0].outcome, facts(store)[0].settled, facts(store)[0].closed_s) == ("", None, None)
    with store.reporting.reading() as session:
        assert session.scalars(select(TallyRow)).all() == []


def test_an_order_that_a_person_parted_from_another_was_not_read_right(store: Store) -> None:
    recorded(store, 1, decision(Verdict.REVIEW))
    with store._db.writing("test") as session:
        session.scalars(select(DecisionRow)).one().decided_by = "ann"
    settled(store, 0, decision(Verdict.AUTO))
    store.reporting.catch_up()
    assert facts(store)[0].changed_values == 1, "no needless review"
    with store.reporting.reading() as session:
        assert session.scalars(select(TallyRow)).all() == []


def test_events_of_the_review_page(store: Store, clock: Clock) -> None:
    good = ReviewEvent("c1", "mismatch", "candidate", 4200, keys=2, path="lines[0].unit_price")
    away = ReviewEvent("c1", "order", "approve", 3_600_001)
    assert store.reporting.record_events("ann", [good, away]) == 1
    assert store.reporting.record_events("ann", [away]) == 0
    for wrong in (replace(good, kind="mouse"), replace(good, milliseconds=-1)):
        with pytest.raises(UsageError, match="case 'c1'"):
            store.reporting.record_events("ann", [good, wrong])
    with store.reporting.reading() as session:
        (row,) = session.scalars(select(ReviewEventRow))
        assert (row.reviewer, row.milliseconds, row.keys, row.at_s) == ("ann", 4200, 2, clock().timestamp())
