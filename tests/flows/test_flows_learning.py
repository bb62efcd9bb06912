"""A customer's own word for an item: three orders by hand, the fourth goes through, and undoing it names them all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from intake_workspace import HARBOUR, mail, make_workspace, order_text

from cli.main import run
from extractors.read import read_orders
from flows import queue, steps, wiring
from flows.parts import Parts
from flows.processing import process_all
from flows.settings import load_settings
from pipeline.model import Decision, Scope

ODD = ("ZZ-9", "UNOBTAINIUM", "0.50")


@contextmanager
def opened(workspace: Path) -> Iterator[Parts]:
    settings = load_settings(workspace)
    with wiring.workspace_parts(settings) as parts:
        steps.sync_erp(parts)
        yield replace(parts, read=partial(read_orders, options=wiring.reading_options(settings.intake)))


def sent(parts: Parts, workspace: Path, n: int, line: tuple[str, str, str] = ODD) -> Decision:
    """Order PO-n of n pieces, as it was decided."""
    code, words, price = line
    text = order_text(HARBOUR, f"PO-{n}", [(code, words, n, price)])
    (workspace / "mails" / f"{n}.eml").write_bytes(mail(HARBOUR, f"Order {n}", text))
    steps.poll(parts)
    process_all(parts)
    return parts.store.recorded_order(f"PO-{n}").in_force


def taught(parts: Parts, workspace: Path, *numbers: int, sku: str = "FX-1001", **how: Scope) -> None:
    for n in numbers:
        sent(parts, workspace, n)
        (case,) = [c.case_id for c in parts.store.cases() if c.po_number == f"PO-{n}"]
        outcome = queue.approve(parts, case, "ann", skus={1: sku}, **how)
        assert outcome.left or queue.approve(parts, case, "ann").left


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "w", {})


def test_after_enough_orders_it_goes_through(workspace: Path) -> None:
    with opened(workspace) as parts:
        taught(parts, workspace, 1, 2)
        suggested = sent(parts, workspace, 3)
        (line,) = suggested.lines
        assert line.sku is None and line.candidates[0].key == "FX-1001"
        assert "suggested: FX-1001, confirmed 2 times, last by ann" in line.candidates[0].reason
        taught(parts, workspace, 4)
        learned = sent(parts, workspace, 5)
        assert (learned.decision, learned.lines[0].sku, learned.lines[0].match_level) == ("auto", "FX-1001", "learned")
        (row,) = parts.store.aliases("C1")
        touched = [order.po_number for order in parts.store.touched_by(row.alias)]
        assert touched == ["PO-1", "PO-2", "PO-4", "PO-5"]


def test_the_number_of_orders_is_a_setting(workspace: Path) -> None:
    path = workspace / "po-intake.toml"
    path.write_text(path.read_text("utf-8").replace("confirmations = 3", "confirmations = 1"), "utf-8")
    with opened(workspace) as parts:
        taught(parts, workspace, 1)
        assert sent(parts, workspace, 2).lines[0].match_level == "learned"


def test_another_choice_takes_trust_from_both(workspace: Path) -> None:
    with opened(workspace) as parts:
        taught(parts, workspace, 1, 2, 3)
        assert sent(parts, workspace, 4).decision == "auto"
        wrong = sent(parts, workspace, 5, ("ZZ-9", "UNOBTAINIUM", "0.10"))
        assert wrong.decision == "review"
        (case,) = [c.case_id for c in parts.store.cases() if c.po_number == "PO-5"]
        assert queue.approve(parts, case, "bob", skus={1: "FX-1002"}).left
        (line,) = sent(parts, workspace, 6).lines
        assert line.sku is None and {c.key for c in line.candidates} == {"FX-1001", "FX-1002"}
        assert "ambiguous_item" in line.exceptions


def test_what_was_not_to_be_remembered_is_not(workspace: Path) -> None:
    with opened(workspace) as parts:
        taught(parts, workspace, 1, remember=Scope.NOTHING)
        assert parts.store.aliases(None) == ()


def test_a_number_on_file_is_not_learned_otherwise(workspace: Path) -> None:
    with opened(workspace) as parts:
        sent(parts, workspace, 1, ("FX-1002", "HEX BOLT M8X40 ZINC", "0.50"))
        (case,) = parts.store.cases()
        queue.approve(parts, case.case_id, "ann", skus={1: "FX-1001"})
        assert parts.store.aliases(None) == ()


def test_the_commands(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened(workspace) as parts:
        taught(parts, workspace, 1, 2)
    where = ["--workspace", str(workspace)]
    assert run(["aliases", "list", "--customer", "C1", "--json", *where]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["key"], listed["target"], listed["standing"]) == ("zz-9", "FX-1001", "suggested")
    assert run(["aliases", "confirm", listed["alias"][:6], "--reviewer", "bob", "--json", *where]) == 0
    assert json.loads(capsys.readouterr().out)["standing"] == "trusted"
    for command in (["list"], ["show", listed["alias"]]):
        assert run(["aliases", *command, *where]) == 0
        shown = capsys.readouterr().out
        assert "zz-9" in shown and "FX-1001" in shown
    assert "PO-2" in shown
    assert run(["aliases", "undo", listed["alias"], "--reason", "renumbered", "--json", *where]) == 0
    assert [order["po_number"] for order in json.loads(capsys.readouterr().out)["orders"]] == ["PO-1", "PO-2"]
    assert run(["aliases", "show", listed["alias"], *where]) == 2
