"""`evaluate` and `extract --debug` as a user calls them: documents beside their truth, faults, wrong folders."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli import evaluate
from cli.main import run
from pipeline.model import Document, Order, ReadingContext
from tests.cli.conftest import Shop


def truth_of(shop: Shop, **changes: Any) -> dict[str, Any]:
    lines = [{"quantity": str(line.quantity)} for line in shop.clean_order.lines]
    return {"document_type": "purchase_order", "po_number": shop.clean_order.number, "lines": lines} | changes


@pytest.fixture
def folder(shop: Shop, tmp_path: Path) -> Path:
    """One document beside its truth, one whose truth is wrong about its number, one without truth."""
    place = tmp_path / "old orders"
    place.mkdir()
    for name in ("right", "wrong", "new"):
        shutil.copy(shop.clean, place / f"{name}.html")
    (place / "right.json").write_text(json.dumps(truth_of(shop)), encoding="utf-8")
    (place / "truth").mkdir()
    (place / "truth" / "wrong.html.json").write_text(json.dumps(truth_of(shop, po_number="1")), encoding="utf-8")
    return place


def test_evaluate_measures_what_has_a_truth(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", str(folder), "--json", "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    figures = json.loads(printed.out)
    overall = figures["groups"][0]
    assert overall["documents"] == 2
    assert overall["lines"]["f1"] == 1.0
    assert overall["orders_exact"] == {
        "count": 1,
        "of": 2,
        "rate": 0.5,
        "interval_95": pytest.approx([0.0126, 0.9874], abs=1e-4),
    }
    assert [group["name"] for group in figures["groups"] if group["kind"] == "channel"] == ["html"]
    assert figures["wrong_documents"] == [{"file": "wrong.html", "reasons": ["header: po_number"]}]
    assert "1 documents have no truth" in printed.err
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "pairing.json", "pairing.csv", "figures.json", "groups.csv", "fields.csv", "wrong.csv"
    }  # fmt: skip


def test_evaluate_as_tables(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", str(folder)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    for title in ("All documents", "By layout", "By channel", "Header fields", "Line fields"):
        assert title in printed
    assert "1 of 2 documents with something wrong" in printed


def test_a_document_that_cannot_be_read_is_a_failure(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "wrong.html").unlink()
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 torn")
    shutil.copy(folder / "right.json", folder / "broken.json")
    assert run(["evaluate", str(folder), "--json"]) == 1
    figures = json.loads(capsys.readouterr().out)
    overall = figures["groups"][0]
    assert (overall["failed"], overall["lines"]["precision"], overall["lines"]["recall"]) == (1, 1.0, 0.5)
    assert figures["wrong_documents"][0]["reasons"][0].startswith("no result: broken.pdf: not readable as PDF")


def test_a_fault_of_the_program_counts_as_a_failed_document(shop: Shop) -> None:
    def crashes(document: Document, context: ReadingContext) -> tuple[Order, ...]:
        raise ZeroDivisionError("a fault nobody foresaw")

    result = evaluate.attempt(shop.clean, crashes, ReadingContext())
    assert result == "the program failed: ZeroDivisionError: a fault nobody foresaw"
    case = evaluate.Case(shop.clean, (evaluate.TruthOrder("purchase_order", {"po_number": "1"}, ()),))
    pair = evaluate.paired(case, result)
    assert pair.failed
    assert pair.channel == "html"


def test_docs_and_truth_side_by_side(shop: Shop, tmp_path: Path) -> None:
    for name in ("docs", "truth"):
        (tmp_path / name).mkdir()
    shutil.copy(shop.clean, tmp_path / "docs" / "a.html")
    (tmp_path / "truth" / "a.json").write_text(json.dumps(truth_of(shop)), encoding="utf-8")
    for place in (tmp_path, tmp_path / "docs"):
        cases, without = evaluate.cases_in(place)
        assert [case.path.name for case in cases] == ["a.html"]
        assert without == []


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        ({}, 2, "no documents in it"),
        ({"a.pdf": "%PDF"}, 2, "no document with a truth"),
        ({"a.pdf": "%PDF", "a.json": "{", "b.pdf": "%PDF", "b.json": "[]"}, 3, "b.json: not an order JSON"),
    ],
)
def test_wrong_folders_are_explained(
    files: dict[str, str], code: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert run(["evaluate", str(tmp_path)]) == code
    printed = " ".join(capsys.readouterr().err.split())
    assert words in printed
    if code == 3:
        assert "a.json: not readable as JSON" in printed


def test_extract_draws_every_step(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 torn")
    arguments = ["extract", str(shop.clean), str(broken), "--out", str(tmp_path / "o"), "--debug", str(tmp_path / "d")]
    assert run(arguments) == 1
    drawn = {p.name for p in (tmp_path / "d" / "clean").iterdir()}
    assert {"page-01-words.png", "page-01-columns.png", "page-01-combined.png"} <= drawn
    assert not (tmp_path / "d" / "broken").exists()
    assert "not drawn: broken.pdf" in capsys.readouterr().err
