"""The figures of a report against an example worked by hand, on both databases, and that it repeats byte for byte.

The week: Monday 16 November 2026, 08:00. Orders of 1 line; value = quantity times 2.50 EUR.

| # | customer | first decision             | what became of it                                   | value |
|---|----------|----------------------------|-----------------------------------------------------|-------|
| 1 | C1       | auto                       | exported after 10 minutes                           | 25.00 |
| 2 | C1       | auto                       | exported after 30 minutes                           | 25.00 |
| 3 | C2       | review wrong_price         | approved as read after 2 hours, exported then       | 25.00 |
| 4 | C2       | review uom_mismatch        | quantity 10 corrected to 100 after 3 hours          | 25.00 |
| 5 | C1       | review duplicate_po        | rejected after 3 hours                              | 25.00 |
| 6 | C2       | review suspicious_sender   | still open                                          | 25.00 |
| 7 | -        | ignored                    |                                                     |       |
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from intake_rows import Clock, decision, ignored, recorded
from scipy.stats import binomtest

from pipeline.model import Box, Decision, Evidence, LineItem, Mismatch, Resolution, Source, Verdict
from reports.bounds import clopper_pearson
from reports.build import build
from reports.drift import charted
from reports.quality import expected_calibration_error
from reports.records import Duration, Model, Money, Ratio, Report
from store import Store
from store.events import ReviewEvent

LINE = LineItem(quantity=Decimal(10), unit="CTN", unit_price=Decimal("2.50"))
DAY = date(2026, 11, 16)
PATHS = {
    "duplicate_po": "",
    "suspicious_sender": "",
    "wrong_price": "lines[0].unit_price",
    "uom_mismatch": "lines[0].unit",
}


def order(n: int, customer: str, *codes: str, quantity: int = 10) -> Decision:
    base = decision(Verdict.REVIEW if codes else Verdict.AUTO, f"PO-{n}", customer)
    line = replace(LINE, quantity=Decimal(quantity))
    evidence = tuple(
        Evidence(f"lines[0].{name}", 1, Box(x, 0, x + 1, 1), "", sure, Source.OCR if n == 4 else Source.PDF_TEXT)
        for x, (name, sure) in enumerate((("quantity", 0.96), ("unit_price", 0.999)))
    )
    decided = replace(base.lines[0], erp_quantity=Decimal(24 * quantity), erp_uom="EA")
    found = tuple(Mismatch(code, PATHS[code], None, None, "") for code in codes)
    whole = replace(base.order, lines=(line,), evidence=evidence)
    return replace(base, order=whole, lines=(decided,), mismatches=found)


def close(store: Store, po: str, clock: Clock, final: Decision | None, *, corrected: bool = False) -> None:
    (case,) = [c for c in store.cases() if c.po_number == po]
    action = "reject" if final is None else "correct" if corrected else "approve"
    said = Resolution(case.case_id, store.case(case.case_id).version, action, "ann", clock(), "because",
                      final.order if final is not None and corrected else None)  # fmt: skip
    store.resolve(said, final, store.history().mark)


def export(store: Store) -> None:
    for item in store.outbox_pending():
        store.outbox_done(item.key, "erp")


@pytest.fixture
def week(store: Store, clock: Clock) -> Store:
    def at(minutes: int) -> None:
        clock.now = datetime(2026, 11, 16, 8 + minutes // 60, minutes % 60, tzinfo=UTC)

    recorded(store, 1, order(1, "C1"))
    at(10)
    export(store)
    at(0)
    recorded(store, 2, order(2, "C1"))
    at(30)
    export(store)
    at(0)
    for n, customer, code in ((3, "C2", "wrong_price"), (4, "C2", "uom_mismatch"), (5, "C1", "duplicate_po"),
                              (6, "C2", "suspicious_sender")):  # fmt: skip
        recorded(store, n, order(n, customer, code))
    recorded(store, 7, ignored())
    at(120)
    close(store, "PO-3", clock, replace(order(3, "C2"), decision=Verdict.AUTO))
    export(store)
    at(180)
    close(store, "PO-4", clock, replace(order(4, "C2", quantity=100), decision=Verdict.AUTO), corrected=True)
    close(store, "PO-5", clock, None)
    at(240)
    store.reporting.record_events("ann", [ReviewEvent("x", "mismatch", "erp", ms, 2) for ms in (2000, 4000, 9000)])
    return store


def made(store: Store, model: Model = Model()) -> Report:
    return build(store, DAY, DAY, model)


def test_the_headlines(week: Store) -> None:
    report = made(week)
    assert report.figure("touchless_rate").value == Ratio(2, 6)
    assert report.figure("review_rate").value == Ratio(4, 6)
    assert [case.po_number for case in report.figure("review_rate").cases] == ["PO-3", "PO-4", "PO-5", "PO-6"]
    needless = report.figure("needless_reviews")
    assert (needless.value, needless.numerator, needless.denominator) == (
        Ratio(1, 3), "1 reviews that changed nothing", "3 reviews closed",
    )  # fmt: skip
    assert [case.po_number for case in needless.cases] == ["PO-3"] and needless.cases[0].case_id
    assert report.figure("escaped_orders").value == Ratio(0, 0) and report.figure("escaped_orders").interval is None
    assert report.figure("backlog").value == 1
    assert all(figure.definition and figure.numerator and figure.denominator for figure in report.figures)


def test_money(week: Store) -> None:
    report = made(week)
    eur = Money((("EUR", 250_000),))
    assert report.table("pareto").rows == tuple(
        (code, 1, Ratio(1, 4), 1, eur) for code in ("duplicate_po", "suspicious_sender", "uom_mismatch", "wrong_price")
    )
    assert report.figure("errors_caught").value == Money((("EUR", 2_250_000 + 250_000),)), "100 for 10, and a copy"
    assert report.figure("duplicates_stopped").value == Ratio(1, 1)
    assert report.figure("fraud_holds").value == Ratio(0, 1)
    # 4 orders, 4 lines, 2 of them reviewed: 4 * 2 + 4 * 0.75 - 2 * 1.5 = 8 minutes
    assert report.figure("minutes_saved").value == 8
    assert report.figure("cost_saved").value == Money((("EUR", round(8 / 60 * 40 * 10_000)),))


def test_accuracy_of_reviewed_orders(week: Store) -> None:
    rows = {row[0]: row[1:4] for row in made(week).table("accuracy_fields").rows}
    assert rows["quantity"] == (2, 1, Ratio(1, 2)) and rows["unit_price"] == (2, 0, Ratio(2, 2))
    assert rows["sku"] == rows["customer"] == (2, 0, Ratio(2, 2))
    channels = {row[0]: row[1:4] for row in made(week).table("accuracy_channel").rows}
    assert channels == {"scan": (1, 1, Ratio(0, 1)), "text": (1, 0, Ratio(1, 1))}
    assert made(week).table("accuracy_customer").rows[0][:4] == ("C2", 2, 1, Ratio(1, 2))


def test_calibration(week: Store) -> None:
    report = made(week)
    # values: two at 0.96 of which one is right, two at 0.999 of which both are
    assert report.table("calibration_values_review").rows == (
        ("from 95 %", 2, Ratio(19_200, 20_000), 1, Ratio(1, 2)),
        ("from 99 %", 2, Ratio(19_980, 20_000), 0, Ratio(2, 2)),
    )
    expected = (abs(1 - 1.92) + abs(2 - 1.998)) / 4
    assert report.figure("calibration_error_values_review").value == pytest.approx(expected)
    assert report.figure("calibration_error_values_audit").value is None
    assert expected_calibration_error([]) is None


def test_times_and_what_waits(week: Store) -> None:
    report = made(week)
    rows = {row[0]: row[1:] for row in report.table("cycle_times").rows}
    minutes = [Duration(n * 60_000) for n in range(181)]
    assert rows["untouched: received to exported"] == (2, minutes[10], minutes[30])
    assert rows["reviewed: received to exported"] == (1, minutes[120], minutes[120]), "PO-4 has not left yet"
    assert rows["review: opened to closed"] == (3, minutes[180], minutes[180])
    assert [row[:2] for row in report.table("ageing").rows][:2] == [("up to 4 hours", 1), ("up to 1 day", 0)]
    assert report.table("backlog_reasons").rows == (("suspicious_sender", 1, Ratio(1, 1), 1, Duration(4 * 3_600_000)),)
    assert report.table("keystrokes").rows == (
        ("mismatch", "ann", 3, Duration(4000), Duration(9000), 2.0, Ratio(3, 3), Ratio(2, 3)),
    )
    late = build(week, DAY, DAY, Model(backlog_hours=3.9))
    assert [alert.key for alert in late.alerts] == ["backlog"] and made(week).alerts == ()


def test_what_would_help(week: Store) -> None:
    rows = made(week).table("fixes").rows
    assert ("C2", "teach unit CTN = 24 EA", 1.0, 1, 1, "uom_mismatch") in rows
    assert made(week).table("needless_customers").rows == (("C2", 1, 1.0, "wrong_price", ""),)


def test_nothing_is_lost(week: Store) -> None:
    report = made(week)
    (row,) = report.table("conservation").rows
    assert row == ("orders", 7, 3, 1, 1, 1, 1, 0, 0, 0), "exported, to export, review, rejected"
    with week._db.writing("test") as session:
        from sqlalchemy import text

        session.execute(text("UPDATE messages SET state = 'done' WHERE id = 1"))
        session.execute(text("DELETE FROM outbox WHERE order_id = 1"))
    (alert,) = made(week).alerts
    assert alert.key == "conservation" and "1 of 7 mails of mailbox orders received on 2026-11-16" in alert.text


def test_another_day_has_nothing(week: Store) -> None:
    report = build(week, date(2026, 11, 17), date(2026, 11, 17), Model())
    assert report.figure("touchless_rate").value == Ratio(0, 0)
    assert report.table("pareto").rows == () and report.figure("backlog").value == 1, (
        "the backlog is of whatever period"
    )


def test_the_same_data_gives_the_same_report(week: Store) -> None:
    assert made(week) == made(week)


def test_an_audit_that_found_an_error_is_a_breach(week: Store) -> None:
    assert made(week, Model(wrong_lines_per_1000=1)).alerts == (), "nothing is audited, nothing is proven"


@pytest.mark.parametrize(("n", "of"), [(0, 10), (1, 10), (5, 10), (10, 10), (3, 400), (0, 1), (17, 2000)])
def test_intervals_are_those_of_scipy(n: int, of: int) -> None:
    exact = binomtest(n, of).proportion_ci(0.95, method="exact")
    assert clopper_pearson(n, of) == pytest.approx((exact.low, exact.high), abs=1e-9)
    assert clopper_pearson(0, 0) is None


def test_intervals_are_those_of_a_published_table() -> None:
    """Two-sided 95 % limits for 10 trials as printed by Brown, Cai, DasGupta (2001) and Agresti and Coull (1998)."""
    assert clopper_pearson(1, 10) == pytest.approx((0.0025, 0.4450), abs=5e-5)
    assert clopper_pearson(5, 10) == pytest.approx((0.1871, 0.8129), abs=5e-5)


def test_control_limits() -> None:
    """50 of 100 in each of four weeks: 0.5 ± 3 * sqrt(0.25 / 100) = 0.35 to 0.65."""
    weeks = [(i * 604_800, 50, 100) for i in range(4)]
    quiet, loud = charted([*weeks, (4, 64, 100)])[-1], charted([*weeks, (4, 66, 100)])[-1]
    assert (quiet.low, quiet.high) == pytest.approx((0.35, 0.65)) and not quiet.outside and loud.outside
    assert charted(weeks)[-1].low is None, "three weeks before are too few"
    assert charted([*weeks, (4, 0, 0)])[-1].outside is False and math.isclose(loud.centre or 0, 0.5)
