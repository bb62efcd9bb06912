"""`report` and `audits` as a user calls them, on a workspace with two untouched orders."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "flows"))

from intake_workspace import BOLTS, HARBOUR, NORDWIND, NUTS, mail, make_workspace, order_text

from cli.main import run
from flows.settings import load_settings
from store import open_store

TODAY = datetime.now(UTC).date()
MAILS = {
    "1.eml": mail(HARBOUR, "Order", order_text(HARBOUR, "PO-7001", [BOLTS, NUTS])),
    "2.eml": mail(NORDWIND, "Order", order_text(NORDWIND, "PO-7002", [BOLTS])),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_workspace(tmp_path_factory.mktemp("reports") / "w", MAILS)
    path = folder / "po-intake.toml"
    path.write_text(path.read_text().replace("audit_rate = 0.02", "audit_rate = 1.0"))
    assert run(["poll", "-w", str(folder)]) == 0
    return folder


def made(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any, str]:
    capsys.readouterr()
    code = run([*arguments])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out.startswith(("{", "[")) else out, err


def test_a_report_repeats_byte_for_byte(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    period = ["report", "--from", str(TODAY - timedelta(days=1)), "--to", str(TODAY), "-w", str(shop)]
    code, told, _ = made(capsys, *period, "--out", str(tmp_path / "a"), "--json")
    assert code == 0 and made(capsys, *period, "--out", str(tmp_path / "b"))[0] == 0
    figures = {figure["key"]: figure for figure in told["figures"]}
    assert figures["touchless_rate"]["value"] == {"n": 2, "of": 2, "share": 1.0}
    assert figures["conservation"]["value"]["of"] == 2 and told["alerts"] == []
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert {"report.html", "report.xlsx", "figures.csv", "cases.csv", "pareto.csv"} <= set(names)
    assert len(told["files"]) == len(names)
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    assert made(capsys, *period, "--out", str(tmp_path / "c"), "--as-of", "2026-01-01")[0] == 0


def test_a_period_that_ends_before_it_begins(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = made(
        capsys, "report", "--from", "2026-11-02", "--to", "2026-11-01", "--out", str(tmp_path), "-w", str(shop)
    )
    assert code == 2 and "lies before" in err


def test_an_audit_from_the_sample_to_the_second_look(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def audits(*arguments: str) -> tuple[int, Any, str]:
        return made(capsys, "audits", *arguments, "-w", str(shop))

    code, _, err = audits("sample", "--until", str(TODAY + timedelta(days=1)))
    assert code == 0 and "2 orders drawn" in err
    with open_store(load_settings(shop).database) as store:
        numbers = {
            i.audit_id: store.recorded_order(i.order_key).first.order.po_number for i in store.reporting.audits()
        }
    listed = audits("list", "--json")[1]
    assert len(listed) == 2 and all(one["machine"] == {} for one in listed)
    audit = next(key for key, number in numbers.items() if number == "PO-7002")
    assert "open" in audits("show", audit)[2]
    keyed = tmp_path / "keyed.json"
    keyed.write_text(json.dumps({"po_number": "PO-7002", "lines[0].item": "FX-1001", "lines[0].quantity": "99"}))
    code, _, err = audits("key", audit, str(keyed), "--auditor", "ann")
    assert code == 1 and "lines[0].quantity differ" in err
    assert audits("show", audit, "--json")[1]["machine"]["lines[0].quantity"] == "100"
    assert "differs" in audits("show", audit)[1]
    code, done, _ = audits("settle", audit, "--wrong", "lines[0].quantity", "--auditor", "bob", "--json")
    assert code == 1 and done["wrong"] == ["lines[0].quantity"] and done["status"] == "done"
    keyed.write_text("[1]")
    assert audits("key", audit, str(keyed))[0] == 2 and audits("settle", audit)[0] == 2
    assert audits("trap", "PO-7001", "--field", "lines[0].quantity", "--value", "7")[0] == 0
    assert len(audits("list", "--json")[1]) == 2 and len(audits("list", "--status", "all", "--json")[1]) == 3
