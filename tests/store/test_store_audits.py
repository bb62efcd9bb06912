"""Blind audits: the sample is random, in proportion and always the same; the auditor sees nothing before keying."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from intake_rows import Clock, decision, recorded
from sqlalchemy import insert, select

from pipeline.errors import UsageError
from pipeline.model import Box, Decision, Evidence, LineItem, Source, Verdict
from reports.build import build
from reports.records import Model, Ratio
from store import Store, open_store
from store.audits import AuditItem, Rates
from store.keyed import cleaned
from store.report_tables import AuditItemRow, FactRow, TallyRow
from store.tables import DecisionRow, MessageRow, OrderRow

TODAY, TOMORROW = date(2026, 11, 16), date(2026, 11, 17)
ALL = Rates(1.0)
RIGHT = {
    "customer": "C1", "po_number": "po 1", "order_date": "2026-11-02", "currency": "EUR", "lines[0].item": "A1",
    "lines[0].quantity": "10", "lines[0].unit": "piece", "lines[0].unit_price": "2.500",
}  # fmt: skip


def auto(po: str = "PO-1") -> Decision:
    base = decision(Verdict.AUTO, po)
    line = LineItem(seller_item_id="A-1", quantity=Decimal("10.0"), unit="pcs", unit_price=Decimal("2.5"))
    evidence = (Evidence("lines[0].quantity", 1, Box(0, 0, 1, 1), "10", 0.995, Source.OCR),)
    return replace(base, order=replace(base.order, lines=(line,), evidence=evidence))


def drawn(store: Store, *made: Decision) -> AuditItem:
    for n, one in enumerate(made or (auto(),), 1):
        recorded(store, n, one)
    assert store.reporting.sample_audits(ALL, TOMORROW) == len(made or (1,))
    return store.reporting.audits()[0]


def test_only_untouched_orders_of_days_that_are_over_are_drawn_once(store: Store) -> None:
    recorded(store, 1, auto())
    recorded(store, 2, decision(Verdict.REVIEW, "PO-2"))
    assert store.reporting.sample_audits(ALL, TODAY) == 0, "the day is not over"
    assert store.reporting.sample_audits(ALL, TOMORROW) == 1
    assert store.reporting.sample_audits(ALL, TOMORROW) == 0 and store.reporting.sample_audits(ALL, TODAY) == 0
    (item,) = store.reporting.audits("open")
    assert item.machine == {} and item.differing == () and item.keyed == {}, "blind"
    assert [e.action for e in store.audit_entries(item.order_key)][-1] == "audit drawn"


def test_who_keys_the_same_is_done(store: Store) -> None:
    item = drawn(store)
    done = store.reporting.key_audit(item.audit_id[:6], "ann", RIGHT)
    assert (done.status, done.differing, done.wrong) == ("done", (), ())
    assert [(v.path, v.channel, v.right) for v in store.judged_values()] == [("lines[0].quantity", "ocr", True)]
    with pytest.raises(UsageError, match="keyed already by ann"):
        store.reporting.key_audit(item.audit_id, "bob", RIGHT)
    report = build(store, TODAY, TODAY, Model())
    assert report.figure("escaped_orders").value == Ratio(0, 1) and report.figure("escaped_lines").value == Ratio(0, 1)
    assert report.figure("escaped_orders").interval == pytest.approx((0, 0.975))


def test_a_second_look_says_who_is_right(store: Store) -> None:
    item = drawn(store)
    keyed = {**RIGHT, "lines[0].quantity": "100", "lines[0].unit": "box", "lines[1].item": "B-2", "total": "25.00"}
    keyed["customer"] = "C2"
    second = store.reporting.key_audit(item.audit_id, "ann", keyed)
    assert second.status == "second" and second.machine["lines[0].quantity"] == "10.0", "now both are shown"
    assert second.machine["lines[0].price_base_quantity"] == "1", "which nobody keyed, so it is not judged"
    assert second.differing == ("customer", "total", "lines[0].quantity", "lines[0].unit", "lines[1]")
    with pytest.raises(UsageError, match="currency: not among what differs"):
        store.reporting.settle_audit(item.audit_id, "bob", ["currency"])
    done = store.reporting.settle_audit(item.audit_id, "bob", ["lines[0].quantity", "lines[1]"])
    assert (done.status, done.wrong) == ("done", ("lines[0].quantity", "lines[1]"))
    with pytest.raises(UsageError, match="no second look"):
        store.reporting.settle_audit(item.audit_id, "bob", [])
    assert [(v.path, v.right) for v in store.judged_values()] == [("lines[0].quantity", False)]
    report = build(store, TODAY, TODAY, Model(wrong_lines_per_1000=1))
    assert report.figure("escaped_lines").value == Ratio(2, 2)
    assert report.table("escaped_strata").rows[0][:5] == ("scan", "C1", 1, 1, Ratio(1, 1))
    assert [alert.key for alert in report.alerts] == ["budget"]
    rows = {row[0]: row[4:6] for row in report.table("accuracy_fields").rows}
    assert rows["quantity"] == (1, 1) and rows["unit"] == rows["sku"] == (1, 0)
    with store.reporting.reading() as session:
        assert {(t.field, t.bin): t.wrong for t in session.scalars(select(TallyRow))}[("line", 99)] == 1


def test_a_trap_measures_the_auditor_and_nothing_else(store: Store) -> None:
    drawn(store)
    trap = store.reporting.set_trap("PO-1", "lines[0].quantity", "12", "root")
    for wrong, words in (("12", "has a trap already"), ("10", "what the machine read")):
        with pytest.raises(UsageError, match=words):
            store.reporting.set_trap("PO-1", "lines[0].quantity", wrong, "root")
    with pytest.raises(UsageError, match="no value to be made wrong"):
        store.reporting.set_trap("PO-1", "lines[7].quantity", "12", "root")
    assert store.reporting.audit(trap).status == "open" and len(store.reporting.audits("open")) == 2
    assert store.reporting.key_audit(trap, "ann", RIGHT).differing == ("lines[0].quantity",)
    store.reporting.settle_audit(trap, "ann", ["lines[0].quantity"])
    assert store.judged_values() == () and len(store.outbox_pending()) == 1, "no evidence, and nothing more leaves"
    report = build(store, TODAY, TODAY, Model())
    assert report.table("traps").rows == (("ann", 1, 1, Ratio(1, 1)),)
    assert report.figure("escaped_orders").value == Ratio(0, 0)


def test_what_cannot_be_keyed_is_told() -> None:
    for values, words in (
        ({}, "nothing was keyed"), ({"total": " "}, "nothing was keyed"), ({"total": "1,5"}, "a number as"),
        ({"total": "NaN"}, "not a number"), ({"order_date": "16.11.2026"}, "a date as"), ({"x": "1"}, "no such field"),
        ({"lines[0].sku": "1"}, "no such field"), ({"po_number": 5}, "no text"), ({"lines[9999].item": "1"}, "no such"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=words):
            cleaned(values)
    assert list(cleaned({"lines[10].item": "a", "lines[2].item": "b", "total": " 3 "})) == [
        "total", "lines[2].item", "lines[10].item",
    ]  # fmt: skip


# --- the sample as a whole --------------------------------------------------------------------------------------------


def many(store: Store, days: int = 20, a_day: int = 50) -> None:
    """``days`` of untouched orders: 400 text, 100 scans of customer C1, 500 text of C2, seeded past the program."""
    rows: dict[Any, list[dict[str, object]]] = {MessageRow: [], OrderRow: [], DecisionRow: [], FactRow: []}
    text = store_text(auto())
    for n in range(1, days * a_day + 1):
        at = datetime(2026, 1, 1 + (n - 1) // a_day, 9, tzinfo=UTC)
        customer, channel = ("C2", "text") if n % 2 else ("C1", "scan" if n % 10 == 0 else "text")
        key = f"{n * 7919 % 100_003:064x}"
        rows[MessageRow].append({"id": n, "sha256": key, "size": 1, "state": "done", "received_at": at})
        rows[OrderRow].append({"id": n, "order_key": key, "message_id": n, "document_sha256": key, "position": 0,
                               "document_type": "purchase_order", "po_key": "", "state": "auto", "contract": text,
                               "decision": text, "created_at": at})  # fmt: skip
        rows[DecisionRow].append({"order_id": n, "number": 1, "verdict": "auto", "decided_by": "", "decided_at": at,
                                  "decision": text})  # fmt: skip
        rows[FactRow].append({"order_id": n, "received_s": int(at.timestamp()), "decided_s": int(at.timestamp()),
                              "mailbox": "", "verdict": "auto", "channel": channel, "layout": "", "currency": "",
                              "customer_id": customer, "value_e4": 0, "lines": 1, "lines_held": 0})  # fmt: skip
    with store._db.writing("seed") as session:
        for table, made in rows.items():
            session.execute(insert(table), made)


def store_text(made: Decision) -> str:
    from store.results import decision_text

    return decision_text(made)


def strata(store: Store) -> tuple[Counter[tuple[str, str]], set[int]]:
    with store.reporting.reading() as session:
        rows = session.scalars(select(AuditItemRow)).all()
        return Counter((r.customer_id, r.channel) for r in rows), {r.order_id for r in rows}


def test_the_sample_is_in_proportion_and_the_same_however_it_is_drawn(store: Store, tmp_path: Any) -> None:
    rates = Rates(0.05, {"scan": 0.2}, {"C9": 1.0})
    many(store)
    assert store.reporting.sample_audits(rates, date(2026, 2, 1)) in range(64, 67 + 1)
    counts, taken = strata(store)
    for stratum, expected in {("C1", "text"): 20, ("C2", "text"): 25, ("C1", "scan"): 20}.items():
        assert abs(counts[stratum] - expected) <= 1, "never more than one off, whatever the hash says"
    with open_store(f"sqlite:///{tmp_path / 'other.db'}", clock=Clock()) as other:
        many(other)
        for day in range(2, 22):  # drawn day by day, some days late
            if day % 3:
                other.reporting.sample_audits(rates, date(2026, 1, day))
        other.reporting.sample_audits(rates, date(2026, 2, 1))
        assert strata(other) == (counts, taken)
    with open_store(f"sqlite:///{tmp_path / 'third.db'}", clock=Clock()) as third:
        many(third)
        third.reporting.sample_audits(replace(rates, seed="another"), date(2026, 2, 1))
        assert strata(third)[1] != taken, "another seed, another sample"
