from typing import Any

import pytest
from builders import BOLT, D, check, codes, line_item, one, policies

from pipeline.model import UnitReading
from rules.moq import MinimumQuantity
from rules.pack import PackMultiple
from rules.quantity import Quantity
from rules.uom import Unit

MISSING = [("missing_quantity", "lines[0].quantity")]
NO_ITEM: dict[str, Any] = {"item": None, "problem": "unknown_item", "unit": None}


@pytest.mark.parametrize(
    ("quantity", "found"),
    [("100", []), ("0.5", []), (None, MISSING), ("0", MISSING), ("-3", MISSING), ("NaN", MISSING)],
)
def test_quantity(quantity: str | None, found: list[tuple[str, str]]) -> None:
    assert codes(Quantity, one(line_item(quantity=None if quantity is None else D(quantity)))) == found


def test_quantity_limit_of_the_policy() -> None:
    assert codes(Quantity, one(), policies(quantity={"limit": D(100)})) == []
    assert codes(Quantity, one(), policies(quantity={"limit": D(99)})) == [("low_confidence", "lines[0].quantity")]


@pytest.mark.parametrize(
    ("quantity", "below", "torn"),
    [("50", False, False), ("49", True, True), ("75", False, True), ("100", False, False), ("50.000", False, False)],
)
def test_minimum_and_pack(quantity: str, below: bool, torn: bool) -> None:
    order = one(line_item(quantity=D(quantity)))
    assert codes(MinimumQuantity, order) == ([("below_moq", "lines[0].quantity")] if below else [])
    assert codes(PackMultiple, order) == ([("not_pack_multiple", "lines[0].quantity")] if torn else [])


def test_minimum_and_pack_are_in_base_units() -> None:
    boxes = UnitReading(D(100), "EA", D(50), "1 BX = 50 EA")
    order = one(line_item(quantity=D(2), unit="BX"), unit=boxes)
    assert codes(MinimumQuantity, order) == codes(PackMultiple, order) == []


def test_the_sentence_names_the_quantities_that_would_do() -> None:
    (found,) = check(PackMultiple, one(line_item(quantity=D(120))))
    assert "100 or 150" in found.reason and "packs HB-8-40 by 50" in found.reason
    (found,) = check(PackMultiple, one(line_item(quantity=D(20))))
    assert found.expected == "50"


@pytest.mark.parametrize("rule", [MinimumQuantity, PackMultiple, Unit])
@pytest.mark.parametrize(
    "match",
    [NO_ITEM, {"problem": "discontinued_item"}],
    ids=["unknown", "discontinued"],
)
def test_a_line_without_an_item_has_one_fault_only(rule: Any, match: dict[str, Any]) -> None:
    assert codes(rule, one(line_item(quantity=D(7)), **match)) == []


@pytest.mark.parametrize("rule", [MinimumQuantity, PackMultiple])
def test_a_line_without_a_unit_has_one_fault_only(rule: Any) -> None:
    assert codes(rule, one(line_item(quantity=D(7)), unit=None, unit_problem="uom_mismatch")) == []


@pytest.mark.parametrize("pack", [None, D(0), D(-1)])
def test_no_pack_multiple_is_none(pack: Any) -> None:
    from dataclasses import replace

    assert codes(PackMultiple, one(item=replace(BOLT, pack_multiple=pack))) == []


def test_unit_that_does_not_convert() -> None:
    order = one(line_item(unit="PAL"), unit=None, unit_problem="uom_mismatch", unit_reason="uom.csv has no PAL")
    assert codes(Unit, order) == [("uom_mismatch", "lines[0].unit")]
    assert "uom.csv has no PAL" in check(Unit, order)[0].reason


def test_a_missing_quantity_is_no_unit_fault_too() -> None:
    assert codes(Unit, one(line_item(quantity=None), unit=None)) == []


@pytest.mark.parametrize(("accepted", "right"), [([], True), (["EA"], True), (["ea."], True), (["BX", "PK"], False)])
def test_units_the_policy_accepts(accepted: list[str], right: bool) -> None:
    assert (codes(Unit, one(), policies(quantity={"accepted_units": accepted})) == []) is right
