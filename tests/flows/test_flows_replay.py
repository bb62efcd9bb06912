"""Recorded orders decided again: what would change, what a person had caught, and that nothing is touched."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from intake_workspace import HARBOUR, NORDWIND, NUTS, mail, make_workspace, order_text

from cli.main import run
from extractors.read import read_orders
from flows import queue, steps, wiring
from flows.parts import Parts
from flows.processing import process_all
from flows.replay import Flip, replay
from flows.settings import load_settings
from rules.policy import load_policies

GOOD = order_text(HARBOUR, "PO-7001", [NUTS])
CHEAP = order_text(NORDWIND, "PO-7003", [("FX-1001", "HEX BOLT M8X40 ZINC", 10, "0.40")])
MAILS = {
    "1.eml": mail(HARBOUR, "Order", GOOD),
    "2.eml": mail(NORDWIND, "Order", CHEAP),
    "3.eml": mail(HARBOUR, "Order", GOOD.replace("PO Date", "PO  Date")),  # the same order again
    "4.eml": b"Content-Type: application/pdf\r\n\r\n%PDF-1.4 broken",
}
LONG_AGO = date(2020, 1, 1)
LENIENT = "[price]\nunder_percent = 30.0\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "w", MAILS)


@pytest.fixture
def parts(folder: Path) -> Iterator[Parts]:
    settings = load_settings(folder)
    with wiring.workspace_parts(settings) as opened:
        steps.sync_erp(opened)
        steps.poll(opened)
        ready = replace(opened, read=partial(read_orders, options=wiring.reading_options(settings.intake)))
        process_all(ready)
        yield ready


def policy(folder: Path, text: str) -> Path:
    rules = folder / "other-rules"
    rules.mkdir(exist_ok=True)
    (rules / "all.toml").write_text(text, encoding="utf-8")
    return rules


def exports(folder: Path, old: str, new: str) -> Path:
    """The workspace's exports with one text replaced in the prices."""
    target = folder / "other-erp"
    shutil.copytree(folder / "erp", target)
    path = target / "price_list.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return target


def flips(parts: Parts, folder: Path, *, rules: Path | None = None, erp: Path | None = None,
          since: date = LONG_AGO) -> list[Flip]:  # fmt: skip
    exported = wiring.load_erp(erp or folder / "erp")
    again = replay(parts.store, since, lambda h: wiring.deciders(exported, h, load_policies(rules)))
    return [one.flip for one in again if one.flip is not None]


def test_the_same_rules_decide_the_same(parts: Parts, folder: Path) -> None:
    assert sorted(str(r.first.decision) for r in parts.store.recorded_orders()) == ["auto", *["review"] * 3]
    assert flips(parts, folder) == []


def test_a_wider_tolerance_lets_an_order_through(parts: Parts, folder: Path) -> None:
    (flip,) = flips(parts, folder, rules=policy(folder, LENIENT))
    assert (flip.po_number, flip.before, flip.after, flip.caught) == ("PO-7003", "review", "auto", None)
    assert [why.split()[:2] for why in flip.why] == [["gone:", "wrong_price"]]


def test_another_price_holds_what_went_through(parts: Parts, folder: Path) -> None:
    found = flips(parts, folder, erp=exports(folder, "FX-1003,1,0.20", "FX-1003,1,0.30"))
    assert {(f.po_number, f.before, f.after) for f in found} == {
        ("PO-7001", "auto", "review"),
        ("PO-7001", "review", "review"),
    }


def test_what_a_person_stopped_is_marked_when_it_would_pass(parts: Parts, folder: Path) -> None:
    (case,) = [c.case_id for c in parts.store.cases() if c.po_number == "PO-7003"]
    queue.reject(parts.store, case, "ann", "not at this price")
    (flip,) = flips(parts, folder, rules=policy(folder, LENIENT))
    assert flip.caught == "a person rejected it"


def test_what_a_person_let_through_is_not_marked(parts: Parts, folder: Path) -> None:
    (case,) = [c.case_id for c in parts.store.cases() if c.po_number == "PO-7003"]
    assert queue.approve(parts, case, "ann", reason="promised").left
    (flip,) = flips(parts, folder, rules=policy(folder, LENIENT))
    assert flip.caught is None


def test_an_order_is_no_duplicate_of_itself_in_newer_exports(parts: Parts, folder: Path) -> None:
    """The ERP entered the order that passed; the copy of it stays a duplicate."""
    newer = exports(folder, "FX-1003,1,0.20", "FX-1003,1,0.20")
    (newer / "open_orders.csv").write_text(
        "customer_id,po_number,revision,po_date,so_number,line,sku,customer_part_no,quantity,uom,price,currency,"
        "requested_date,status\nC1,PO-7001,,2026-11-02,SO-1,10,FX-1003,,50,EA,0.20,EUR,2099-01-15,open\n",
        encoding="utf-8",
    )
    assert flips(parts, folder, erp=newer) == []


def test_only_orders_since_the_day(parts: Parts, folder: Path) -> None:
    assert flips(parts, folder, rules=policy(folder, LENIENT), since=date(2999, 1, 1)) == []


def test_nothing_is_touched(parts: Parts, folder: Path) -> None:
    before = (parts.store.counts(), parts.store.audit_entries())
    flips(parts, folder, rules=policy(folder, LENIENT))
    assert (parts.store.counts(), parts.store.audit_entries()) == before


# --- the commands


def test_the_command_says_what_would_change(parts: Parts, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.store.counts().faults == ()
    rules = policy(folder, LENIENT)
    assert run(["replay", "--since", "2020-01-01", "--rules", str(rules), "--workspace", str(folder)]) == 0
    told = capsys.readouterr()
    assert "PO-7003" in told.out and "review → auto" in told.out
    assert "1 review → auto" in told.err


def test_a_change_that_lets_a_stopped_order_through_fails(parts: Parts, folder: Path) -> None:
    (case,) = [c.case_id for c in parts.store.cases() if c.po_number == "PO-7003"]
    queue.reject(parts.store, case, "ann", "not at this price")
    rules = policy(folder, LENIENT)
    assert run(["replay", "--since", "2020-01-01", "--rules", str(rules), "--workspace", str(folder), "--json"]) == 1


@pytest.mark.parametrize("name", ["PO-7003", "po 7003", "case"])
def test_an_order_is_explained(parts: Parts, folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (case,) = [c.case_id for c in parts.store.cases() if c.po_number == "PO-7003"]
    assert run(["rules", "explain", case if name == "case" else name, "--workspace", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "purchase_order PO-7003 of C2 Nordwind Anlagen GmbH" in told
    assert "wrong_price at lines[0].unit_price" in told and "price.under_percent = 0.5" in told


def test_an_order_nobody_knows(parts: Parts, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.store.counts().faults == ()
    assert run(["rules", "explain", "PO-9999", "--workspace", str(folder)]) == 2
    assert "PO-9999" in capsys.readouterr().err
