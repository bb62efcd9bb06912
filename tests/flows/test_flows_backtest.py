"""Recorded orders beside what people keyed for them."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from intake_workspace import BOLTS, HARBOUR, NORDWIND, NUTS, mail, make_workspace, order_text

from cli.main import run
from connectors.erp import load_open_orders
from flows import steps, wiring
from flows.backtest import Outcome, backtest
from flows.processing import process_all
from flows.settings import load_settings
from pipeline.errors import ConfigError
from rules.policy import load_policies

HEADER = (
    "customer_id,po_number,revision,po_date,so_number,line,sku,customer_part_no,quantity,uom,price,currency,"
    "requested_date,status\n"
)
MAILS = {
    "1.eml": mail(HARBOUR, "Order", order_text(HARBOUR, "PO-1", [BOLTS, NUTS])),
    "2.eml": mail(HARBOUR, "Order", order_text(HARBOUR, "PO-2", [NUTS])),
    "3.eml": mail(NORDWIND, "Order", order_text(NORDWIND, "PO-3", [("FX-1001", "HEX BOLT M8X40 ZINC", 10, "0.40")])),
    "4.eml": mail(NORDWIND, "Order", order_text(NORDWIND, "PO-4", [("FX-1001", "HEX BOLT M8X40 ZINC", 20, "0.40")])),
    "5.eml": mail(NORDWIND, "Order", order_text(NORDWIND, "PO-5", [BOLTS])),
}
KEYED = [
    ("C1", "PO-1", "FX-1001", "100", "0.50"),
    ("C1", "PO-1", "FX-1003", "50", "0.20"),
    ("C1", "po 2", "FX-1003", "500", "0.20"),  # somebody added a zero, or the machine lost one
    ("C2", "PO-3", "FX-1001", "10", "0.40"),
    ("C2", "PO-4", "FX-1001", "20", "0.50"),
]
LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def keyed(tmp_path: Path) -> Path:
    folder = tmp_path / "keyed"
    folder.mkdir()
    rows = (
        f"{customer},{po},,2026-11-02,SO-{n},{n},{sku},,{quantity},EA,{price},EUR,2099-01-15,open\n"
        for n, (customer, po, sku, quantity, price) in enumerate(KEYED)
    )
    text = HEADER + "".join(rows)
    (folder / "open_orders.csv").write_text(text.replace("SO-1,", "SO-0,"), encoding="utf-8")  # one order of two lines
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = make_workspace(tmp_path / "w", MAILS)
    settings = load_settings(folder)
    with wiring.workspace_parts(settings) as parts:
        steps.sync_erp(parts)
        steps.poll(parts)
        process_all(parts)
    return folder


def test_each_order_is_held_against_what_people_keyed(workspace: Path, keyed: Path) -> None:
    settings = load_settings(workspace)
    with wiring.workspace_parts(settings) as parts:
        decide = partial(wiring.deciders, wiring.erp_in_force(settings), policies=load_policies())
        found = {t.po_number: t for t in backtest(parts.store, load_open_orders(keyed), LONG_AGO, lambda h: decide(h))}
    assert {po: t.outcome for po, t in found.items()} == {
        "PO-1": Outcome.RIGHT,
        "PO-2": Outcome.ESCAPED,
        "PO-3": Outcome.NEEDLESS,
        "PO-4": Outcome.CAUGHT,
        "PO-5": Outcome.NOT_KEYED,
    }
    assert "quantity 500 EA → 50 EA" in found["PO-2"].differences[0]
    assert found["PO-4"].why[0].startswith("wrong_price")


def test_the_command(workspace: Path, keyed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["backtest", str(keyed), "--since", "2020-01-01", "--workspace", str(workspace)]
    assert run([*arguments, "--json"]) == 1
    counts = json.loads(capsys.readouterr().out)["counts"]
    assert counts == {"right": 1, "escaped": 1, "needless": 1, "caught": 1, "not keyed": 1}
    assert run(arguments) == 1
    shown = capsys.readouterr()
    assert "PO-2" in shown.out and "PO-1 " not in shown.out and "1 escaped" in shown.err


def test_orders_that_cannot_be_used_are_told(tmp_path: Path, keyed: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be used"):
        load_open_orders(tmp_path)
    broken = (keyed / "open_orders.csv").read_text().replace(",500,", ",many,")
    (keyed / "open_orders.csv").write_text(broken)
    with pytest.raises(ConfigError) as caught:
        load_open_orders(keyed)
    assert any("quantity" in finding and "many" in finding for finding in caught.value.findings)
