"""The pairing by tables of small orders; the figures by hand-counted pairings."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigError
from reports.accuracy import figures, found_order, load_truth, pair_document, write_report
from reports.accuracy.fields import same
from reports.accuracy.figures import Share
from reports.accuracy.records import DocumentPair

LINES = [
    {"line_no": "10", "buyer_item_id": "A-100", "description": "Hex bolt M8x40", "quantity": "5", "unit_price": "1.50"},
    {"line_no": "20", "buyer_item_id": "A-200", "description": "Washer M8", "quantity": "100", "unit_price": "0.10"},
    {"line_no": "30", "buyer_item_id": "A-300", "description": "Nut M8", "quantity": "7", "unit_price": "0.20"},
]
ORDER = {"document_type": "purchase_order", "po_number": "4711", "total": "18.90", "buyer": {"name": "Brandt GmbH"}}


def order(lines: list[dict[str, Any]] = LINES, **changes: Any) -> dict[str, Any]:
    return {**ORDER, "lines": lines, **changes}


def paired(tmp_path: Path, truth: Any, *found: dict[str, Any], error: str | None = None) -> DocumentPair:
    place = tmp_path / "a.json"
    place.write_text(json.dumps(truth), encoding="utf-8")
    return pair_document("a.pdf", load_truth(place), [found_order(o) for o in found], error=error)


@pytest.mark.parametrize(
    ("field", "expected", "found", "equal"),
    [
        ("total", "100", "100.00", True),
        ("total", "100", "1E+2", True),
        ("total", "100", "100.01", False),
        ("total", "100", "a hundred", False),
        ("discount", "5.00", "-5", True),
        ("line_discount", "5%", "5.0%", True),
        ("line_discount", "5%", "5", False),
        ("buyer_item_id", "AB 12-3", "ab12-3", True),
        ("buyer_item_id", "AB12-3", "AB123", False),
        ("line_no", "00010", "10", True),
        ("order_date", "2026-11-01", "2026-01-11", False),
        ("buyer.name", "Müller & Söhne KG", "MÜLLER SÖHNE KG", True),
        ("buyer.name", "Müller KG", "Meier AG", False),
        ("description", "Bolt, hex, steel", "hex bolt steel", True),
        ("po_number", None, "1", False),
        ("po_number", "1", None, False),
        ("po_number", None, None, True),
    ],
)
def test_the_same_value(field: str, expected: str | None, found: str | None, equal: bool) -> None:
    assert same(field, expected, found) is equal


def test_alternatives_are_right_as_well() -> None:
    assert same("total", "1", "2", ["3", "2"])
    assert same("total", "1", None, [None])
    assert not same("total", "1", None, ["3"])


def test_lines_are_paired_whatever_their_order(tmp_path: Path) -> None:
    document = paired(tmp_path, order(), order([LINES[2], LINES[0], LINES[1]]))
    assert [(line.expected, line.found) for line in document.orders[0].lines] == [(0, 1), (1, 2), (2, 0)]
    assert document.orders[0].exact


def test_two_equal_lines_are_two(tmp_path: Path) -> None:
    document = paired(tmp_path, order([LINES[0], LINES[0]]), order([LINES[0]]))
    lines = figures([document]).overall.lines
    assert (lines.right, lines.found, lines.expected) == (1, 1, 2)
    assert lines.precision == 1.0
    assert lines.recall == 0.5


def test_a_missed_and_an_invented_line_cost_both_ways(tmp_path: Path) -> None:
    strange = {"line_no": "99", "buyer_item_id": "Z", "description": "Freight", "quantity": "1", "unit_price": "9"}
    document = paired(tmp_path, order(), order([LINES[0], LINES[1], strange]))
    overall = figures([document]).overall
    assert (overall.lines.right, overall.lines.found, overall.lines.expected) == (2, 3, 3)
    assert overall.lines.f1 == pytest.approx(2 / 3)
    assert not document.orders[0].key_right


@pytest.mark.parametrize(
    ("change", "right", "exact"),
    [
        ({"quantity": "50"}, False, False),
        ({"unit_price": None}, False, False),
        ({"buyer_item_id": "A-1OO"}, False, False),
        ({"description": "Something else entirely"}, True, False),
        ({"line_no": None}, True, False),
        ({"quantity": "5.00"}, True, True),
        ({"buyer_item_id": None, "seller_item_id": "A-100"}, True, False),
    ],
)
def test_what_makes_a_line_right(tmp_path: Path, change: dict[str, Any], right: bool, exact: bool) -> None:
    line = paired(tmp_path, order(LINES[:1]), order([LINES[0] | change])).orders[0].lines[0]
    assert (line.right, line.exact) == (right, exact)


def test_an_item_without_code_is_told_by_its_description(tmp_path: Path) -> None:
    bare = {"description": "Cutting, per metre", "quantity": "3", "unit_price": "2"}
    assert paired(tmp_path, order([bare]), order([bare])).orders[0].lines[0].right
    other = bare | {"description": "Delivery on pallets"}
    assert not paired(tmp_path, order([bare]), order([other])).orders[0].lines[0].right


def test_a_document_without_a_result_is_an_error_and_all_of_it_wrong(tmp_path: Path) -> None:
    """A crash must not pass for "nothing found": not even the values that are not printed are right."""
    silent = order(currency=None)
    crashed = paired(tmp_path, silent, error="the reader crashed")
    empty = paired(tmp_path, silent, {"document_type": "purchase_order", "lines": []})
    assert crashed.failed
    assert figures([crashed]).overall.failed == 1
    assert figures([crashed]).overall.header.count == 0
    assert figures([empty]).overall.header == Share(1, 4)  # the currency, which is truly absent
    assert figures([crashed]).overall.lines.recall == 0.0
    assert figures([crashed]).wrong[0].reasons == ("no result: the reader crashed",)


def test_what_cannot_be_read_may_say_so(tmp_path: Path) -> None:
    truth = {"document_type": "other", "_unreadable": True, "_type_only": True}
    document = paired(tmp_path, truth, error="asks for a password")
    result = figures([document])
    assert (document.failed, result.overall.types, result.wrong) == (False, Share(1, 1), ())


def test_open_paths_are_not_judged(tmp_path: Path) -> None:
    truth = order() | {"_ambiguous": ["total", "buyer", "lines[*].line_no", "lines[1]"]}
    changed = [LINES[0] | {"line_no": "1"}, LINES[1] | {"quantity": "999"}, LINES[2]]
    document = paired(tmp_path, truth, order(changed, total="1", buyer={"name": "X"}))
    judged = {pair.path for pair in document.orders[0].fields}
    assert document.orders[0].exact
    assert not {p for p in judged if p.startswith(("total", "buyer", "lines[1]")) or p.endswith("line_no")}


def test_what_the_truth_does_not_name_is_not_judged(tmp_path: Path) -> None:
    document = paired(tmp_path, {"po_number": "4711"}, order(total="3"))
    assert [pair.field for pair in document.orders[0].fields] == ["po_number"]
    assert figures([document]).overall.types == Share(0, 0)
    assert figures([document]).overall.lines.f1 is None


def test_of_a_document_that_is_no_order_only_the_type_counts(tmp_path: Path) -> None:
    truth = order(document_type="invoice") | {"_type_only": True}
    right = figures([paired(tmp_path, truth, {"document_type": "invoice"})])
    wrong = figures([paired(tmp_path, truth, order())])
    assert (right.overall.types, right.overall.orders, right.wrong) == (Share(1, 1), 0, ())
    assert wrong.overall.types == Share(0, 1)
    assert wrong.types == (("invoice", "purchase_order", 1),)


def test_orders_of_one_document_are_paired_by_number(tmp_path: Path) -> None:
    first, second = order(po_number="1"), order(po_number="2")
    document = paired(tmp_path, [first, second], second, first)
    assert [(pair.expected, pair.found) for pair in document.orders] == [(0, 1), (1, 0)]
    assert all(pair.exact for pair in document.orders)


def test_an_order_too_many_is_wrong(tmp_path: Path) -> None:
    result = figures([paired(tmp_path, order(), order(), order(po_number="9"))])
    assert result.unexpected_orders == 1
    assert (result.overall.lines.right, result.overall.lines.found, result.overall.lines.expected) == (3, 6, 3)
    assert result.wrong[0].reasons == ("an order too many (purchase_order)",)


def evidence(**confidences: float) -> dict[str, Any]:
    paths = {path.replace("__", "."): value for path, value in confidences.items()}
    return {path: {"confidence": value, "source": "ocr"} for path, value in paths.items()}


def test_wrong_values_shown_as_sure_are_counted(tmp_path: Path) -> None:
    proofs = evidence(po_number=0.995, total=0.99, buyer__name=0.98) | {"lines[0].quantity": {"confidence": 1.0}}
    read = order([LINES[0] | {"quantity": "6"}], po_number="4712", buyer={"name": "Wrong"}) | {"evidence": proofs}
    result = figures([paired(tmp_path, order(LINES[:1]), read)])
    assert result.overall.sure == Share(2, 3)  # number and quantity are wrong, the total is right
    assert result.groups[2].name == "ocr"
    assert [(band.low, band.wrong.count, band.wrong.of) for band in result.bands if band.wrong.of] == [
        (0.95, 1, 1),
        (0.99, 2, 3),
    ]
    assert result.without_confidence == 4


def test_the_interval_is_clopper_and_pearsons() -> None:
    """0 of n: 1 - 0.025 ** (1/n) above; the textbook value of 5 of 100 is 1.64 to 11.28 %."""
    low, high = Share(0, 1000).interval or (1, 1)
    assert low == 0.0
    assert high == pytest.approx(1 - 0.025 ** (1 / 1000))
    low, high = Share(5, 100).interval or (1, 1)
    assert (low, high) == (pytest.approx(0.0164, abs=1e-4), pytest.approx(0.1128, abs=1e-4))
    assert Share(0, 0).interval is None


@pytest.mark.parametrize(
    "content", ["{", "[]", "3", '{"lines": {}}', '{"lines": [1]}', '{"_alternatives": {"total": "1"}}']
)
def test_a_wrong_truth_file_is_named(tmp_path: Path, content: str) -> None:
    place = tmp_path / "a.json"
    place.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"a\.json"):
        load_truth(place)


def test_the_report_as_files(tmp_path: Path) -> None:
    document = paired(tmp_path, order(), order([LINES[0] | {"description": "=cmd()"}, *LINES[1:]]))
    write_report([document], figures([document]), tmp_path / "out")
    stored = json.loads((tmp_path / "out" / "pairing.json").read_text(encoding="utf-8"))
    assert stored[0]["orders"][0]["lines"][0]["expected"] == 0
    with (tmp_path / "out" / "pairing.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(document.orders[0].fields)
    assert [row["found"] for row in rows if row["right"] == "False"] == ["'=cmd()"]
    groups = (tmp_path / "out" / "groups.csv").read_text(encoding="utf-8").splitlines()
    assert groups[1].startswith("all,all,1,0,1,1.0,1.0,1.0,1.0,1.0")
    assert (
        json.loads((tmp_path / "out" / "figures.json").read_text(encoding="utf-8"))["groups"][0]["lines"]["f1"] == 1.0
    )


def test_a_thousand_lines_are_paired_in_time(tmp_path: Path) -> None:
    lines = [LINES[0] | {"line_no": str(n), "buyer_item_id": f"A-{n}", "quantity": str(n)} for n in range(1, 1001)]
    document = paired(tmp_path, order(lines), order(lines[500:] + lines[:500]))
    assert figures([document]).overall.lines.f1 == 1.0
