"""An error budget in a workspace: nothing passes before it is proven, evidence lets pass, corrections tighten it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from intake_workspace import BOLTS, HARBOUR, NORDWIND, NUTS, mail, make_workspace, order_text

from cli.main import run
from extractors.read import read_orders
from flows import queue, steps, wiring
from flows.parts import Parts
from flows.processing import process_all
from flows.settings import load_settings
from pipeline.model import JudgedValue
from reports.budget import GROUPS

ORDERS = [order_text(HARBOUR, f"PO-{n}", [(*BOLTS[:2], 100 + n, BOLTS[3]), NUTS]) for n in range(7001, 7004)]
TEN_IN_A_THOUSAND = "[budget]\nwrong_lines_per_1000 = 10\n"


@contextmanager
def opened(folder: Path) -> Iterator[Parts]:
    settings = load_settings(folder)
    with wiring.workspace_parts(settings) as parts:
        yield replace(parts, read=partial(read_orders, options=wiring.reading_options(settings.intake)))


def arrives(folder: Path, name: str, raw: bytes) -> None:
    (folder / "mails" / name).write_bytes(raw)
    with opened(folder) as parts:
        steps.poll(parts)
        process_all(parts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    workspace = make_workspace(tmp_path / "w", {}, policies="policies")
    (workspace / "policies").mkdir()
    (workspace / "policies" / "budget.toml").write_text(TEN_IN_A_THOUSAND, encoding="utf-8")
    with opened(workspace) as parts:
        steps.sync_erp(parts)
    return workspace


def evidence(folder: Path, confidence: float = 0.5) -> Path:
    """As `evaluate --out` writes it: 3,000 values a group, all right."""
    fields = ("po_number", "seller_item_id", "quantity", "unit_price", "line_amount", "requested_date")
    pair: dict[str, Any] = {"found": "x", "right": True, "confidence": confidence, "source": "text"}
    documents = [
        {"file": f"{n}.txt", "orders": [{"header": [pair | {"path": f} for f in fields], "lines": []}]}
        for n in range(3000)
    ]
    out = folder / "figures"
    out.mkdir()
    (out / "pairing.json").write_text(json.dumps(documents), encoding="utf-8")
    return out


def test_nothing_passes_before_it_is_proven(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arrives(folder, "1.eml", mail(HARBOUR, "Order", ORDERS[0]))
    with opened(folder) as parts:
        (case,) = parts.store.cases()
        reasons = [m.reason for m in parts.store.case(case.case_id).decision.mismatches]
    assert any("error budget is not proven yet for price in digital documents" in reason for reason in reasons)
    assert run(["budget", "learn", str(evidence(folder)), "--workspace", str(folder)]) == 0
    arrives(folder, "2.eml", mail(HARBOUR, "Order", ORDERS[1]))
    with opened(folder) as parts:
        assert [c.case_id for c in parts.store.cases()] == [case.case_id], "the second order needed nobody"
        assert parts.store.counts().outbox["pending"] == 1 and parts.store.audit_verify().faults == ()
    capsys.readouterr()
    assert run(["budget", "show", "--workspace", str(folder), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    proven = {p["group"]: p["threshold"] for p in shown["proofs"] if p["channel"] == "digital"}
    assert proven == dict.fromkeys(GROUPS, 0.0) and shown["documents_that_pass"] == shown["documents"] == 3000


def test_a_correction_is_an_error_at_once(folder: Path) -> None:
    text = order_text(NORDWIND, "PO-7050", [("FX-1001", "HEX BOLT M8X40 ZINC", 10, "0.40")])
    arrives(folder, "1.eml", mail(NORDWIND, "Order", text))
    with opened(folder) as parts:
        case = parts.store.case(parts.store.cases()[0].case_id)
        order = json.loads(queue.draft(case))
        order["lines"][0] |= {"unit_price": "0.50", "line_amount": "5.00"}
        order["total"] = "5.00"
        queue.correct(parts, case.case_id, "ann", json.dumps(order), reason="misread")
        judged = parts.store.judged_values()
    assert {(v.path, v.group, v.right) for v in judged} == {
        ("lines[0].unit_price", "price", False),
        ("lines[0].line_amount", "amount", False),
        ("total", "amount", False),
    }
    assert all(isinstance(v, JudgedValue) and v.document == case.order_key for v in judged)


def test_learning_the_same_documents_again_replaces_them(folder: Path) -> None:
    out = evidence(folder)
    for _ in range(2):
        assert run(["budget", "learn", str(out), "--workspace", str(folder)]) == 0
    with opened(folder) as parts:
        assert len(parts.store.judged_values()) == 3000 * len(GROUPS)


def test_a_budget_must_be_set_to_be_shown(folder: Path) -> None:
    (folder / "policies" / "budget.toml").unlink()
    assert run(["budget", "show", "--workspace", str(folder)]) == 2
    assert run(["budget", "show", "--wrong-lines", "5", "--workspace", str(folder)]) == 0
