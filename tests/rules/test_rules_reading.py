from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from builders import ACME, D, check, codes, line_item, line_match, mail, matched, one, policies

from pipeline.errors import DocumentError, EncryptedDocument
from pipeline.model import Box, Candidate, DocumentType, Doubt, Evidence, PartyMatch, Source, Verdict
from rules.confidence import Confidence
from rules.credit import CreditHold
from rules.customer import KnownCustomer
from rules.exports import RequiredExports
from rules.item import KnownItem
from rules.limits import ValueLimit
from rules.line_numbers import LineNumbers
from rules.no_lines import NoLines
from rules.order_date import OrderDate
from rules.po_number import RequiredFields
from rules.ship_to import KnownShipTo
from rules.unreadable import decision_for_error

# --- customer, ship-to, credit ----------------------------------------------------------------------------

NEAR = (Candidate("C2", "Acme Pump Co", 0.4, "the name is near"), Candidate("C3", "Acme AG", 0.9, "the domain"))


def test_customer() -> None:
    assert codes(KnownCustomer, matched()) == []
    lost = matched(customer=None)
    assert codes(KnownCustomer, lost) == [("unknown_customer", "buyer")]
    (found,) = check(KnownCustomer, replace(lost, customer=PartyMatch(None, "two fit", NEAR)))
    assert "two fit; nearest: C3 Acme AG (the domain); C2" in found.reason


def test_evidence_against_the_customer_is_a_doubt() -> None:
    torn = matched()
    torn = replace(torn, customer=replace(torn.customer, conflicts=("the tax id is C2's",)))
    assert codes(KnownCustomer, torn) == [("low_confidence", "buyer")]


def test_a_customer_without_a_record_is_unknown() -> None:
    assert codes(KnownCustomer, replace(matched(), customer_record=None)) == [("unknown_customer", "buyer")]


NOWHERE = PartyMatch(None, "no address fits")


@pytest.mark.parametrize(
    ("ship_to", "changes", "whitelist", "found"),
    [
        (PartyMatch("C1-01", "fits"), {}, [], []),
        (NOWHERE, {}, [], [("unknown_ship_to", "ship_to")]),
        (replace(NOWHERE, stated=False), {}, [], [("low_confidence", "ship_to")]),  # none found: none there?
        (PartyMatch("C1-01", "the only one", stated=False), {}, [], [("low_confidence", "ship_to")]),
        (replace(NOWHERE, stated=False), {"absent_exports": frozenset({"ship_to"})}, [], []),
        (NOWHERE, {"absent_exports": frozenset({"ship_to"})}, [], []),  # nothing to compare with
        (NOWHERE, {"customer_record": None}, [], []),  # unknown_customer says it all
        (PartyMatch("C1-01", "fits"), {}, ["C1-01"], []),
        (PartyMatch("C1-02", "fits"), {}, ["C1-01"], [("unknown_ship_to", "ship_to")]),
        (PartyMatch("C1-01", "fits", conflicts=("another postcode",)), {}, [], [("low_confidence", "ship_to")]),
    ],
)
def test_ship_to(ship_to: PartyMatch, changes: dict[str, Any], whitelist: list[str], found: Any) -> None:
    order = matched(ship_to=ship_to, **changes)
    assert codes(KnownShipTo, order, policies(order={"ship_to_whitelist": whitelist})) == found


@pytest.mark.parametrize(
    ("ship_to", "held"),
    [
        (PartyMatch("C1-01", "the only one", stated=False), False),
        (PartyMatch(None, "the customer has none", stated=False), False),
        (PartyMatch(None, "the customer has two", NEAR, stated=False), True),
    ],
)
def test_customers_whose_orders_print_no_ship_to(ship_to: PartyMatch, held: bool) -> None:
    found = codes(KnownShipTo, matched(ship_to=ship_to), policies(order={"ship_to_required": False}))
    assert found == ([("low_confidence", "ship_to")] if held else [])


def test_credit_hold() -> None:
    assert codes(CreditHold, matched()) == codes(CreditHold, matched(customer=None)) == []
    assert codes(CreditHold, matched(customer=replace(ACME, credit_hold=True))) == [("credit_hold", "buyer")]


# --- what an order must say -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "required", "found"),
    [
        ({}, ["po_number"], []),
        ({"po_number": None}, ["po_number"], [("missing_po_number", "po_number")]),
        ({"po_number": "  "}, ["po_number"], [("missing_po_number", "po_number")]),
        ({"po_number": None}, [], []),
        ({}, ["ship_to.name", "currency", "order_date", "ship_to"], []),
        ({}, ["payment_terms"], [("low_confidence", "payment_terms")]),
        ({}, ["bill_to"], [("low_confidence", "bill_to")]),
        ({}, ["no_such_field"], [("low_confidence", "no_such_field")]),
        ({"total": D(0)}, ["total"], []),
    ],
)
def test_required_fields(order: dict[str, Any], required: list[str], found: Any) -> None:
    assert codes(RequiredFields, matched(order=order), policies(order={"required_fields": required})) == found


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ({}, []),
        ({"lines": ()}, [("no_lines", "lines")]),
        ({"lines": (), "document_type": DocumentType.ORDER_CANCELLATION}, []),
    ],
)
def test_no_lines(order: dict[str, Any], found: Any) -> None:
    assert codes(NoLines, matched(order=order)) == found


@pytest.mark.parametrize(
    ("numbers", "total", "held"),
    [
        (["1", "2", "3"], None, False),
        (["10", "20", "30"], None, False),
        (["00010", "00020", "00040"], None, True),
        (["1", "2", "4"], None, True),
        (["1", "2", "4"], "150.00", True),  # the total proves nothing: line 3 may have no price
        (["20", "30", "40"], None, True),  # the first may be missing
        (["5", "6", "7"], None, False),  # a page of a longer list, or a change
        (["1", "1", "2"], None, False),
        (["3", "1", "2"], None, False),
        (["1", None, "3"], None, False),
        (["1.1", "1.2", "3"], None, False),
        (["7"], None, False),
    ],
)
def test_gaps_in_the_line_numbers(numbers: list[str | None], total: str | None, held: bool) -> None:
    pairs = [(line_item(line_no=number), line_match(line_item())) for number in numbers]
    order = matched(*pairs, order={"total": None if total is None else D(total)})
    assert codes(LineNumbers, order) == ([("low_confidence", "lines")] if held else [])


@pytest.mark.parametrize(
    ("ordered", "held"),
    [(date(2026, 11, 16), False), (date(2026, 11, 23), False), (date(2026, 11, 24), True), (None, False)],
)
def test_an_order_dated_ahead(ordered: date | None, held: bool) -> None:
    found = codes(OrderDate, matched(order={"order_date": ordered}))
    assert found == ([("low_confidence", "order_date")] if held else [])


@pytest.mark.parametrize(
    ("order", "limit", "held"),
    [
        ({"total": D(500)}, 500, False),
        ({"total": D(501)}, 500, True),
        ({}, 50, False),  # the lines' 50.00
        ({}, 49, True),
        ({"total": D(10)}, 49, True),  # the larger figure counts
        ({"total": D(10**9)}, -1, False),
        ({"lines": ()}, 500, True),  # a value nobody knows is not below the limit
    ],
)
def test_value_limit(order: dict[str, Any], limit: int, held: bool) -> None:
    found = codes(ValueLimit, matched(order=order), policies(order={"value_limit": D(limit)}))
    assert found == ([("low_confidence", "total")] if held else [])


def test_exports_the_policy_requires() -> None:
    order = matched(absent_exports=frozenset({"stock", "uom"}))
    assert codes(RequiredExports, order) == []
    assert codes(RequiredExports, order, policies(order={"required_exports": ["ship_to"]})) == []
    (found,) = check(RequiredExports, order, policies(order={"required_exports": ["ship_to", "stock"]}))
    assert (found.code, found.path) == ("low_confidence", "") and "stock.csv" in found.reason


# --- items ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("match", "found"),
    [
        ({}, []),
        ({"item": None, "problem": "unknown_item"}, "unknown_item"),
        ({"item": None, "problem": "ambiguous_item"}, "ambiguous_item"),
        ({"item": None, "problem": None}, "unknown_item"),
        ({"item": None, "problem": "no code of ours"}, "unknown_item"),
        ({"problem": "discontinued_item"}, "discontinued_item"),
        ({"probability": 0.95}, []),
        ({"probability": 0.94}, "low_confidence"),
        ({"probability": float("nan")}, "low_confidence"),
    ],
)
def test_item(match: dict[str, Any], found: Any) -> None:
    assert codes(KnownItem, one(**match)) == ([(found, "lines[0]")] if found else [])


def test_a_line_the_matcher_left_out_is_unknown() -> None:
    assert codes(KnownItem, replace(one(), lines=())) == [("unknown_item", "lines[0]")]


# --- doubts and confidence --------------------------------------------------------------------------------


def read(path: str, confidence: float, source: Source = Source.OCR) -> Evidence:
    return Evidence(path, 1, Box(0, 0, 1, 1), "x", confidence, source)


def test_every_doubt_is_low_confidence() -> None:
    doubts = (Doubt("", "a pen mark"), Doubt("lines[0].quantity", "1 or 7"), Doubt("lines[9].unit", "which line?"))
    found = codes(Confidence, matched(order={"doubts": doubts}))
    assert found == [("low_confidence", ""), ("low_confidence", "lines[0].quantity"), ("low_confidence", "")]


NO_SUM = line_item(line_amount=None)


@pytest.mark.parametrize(
    ("evidence", "line", "weak"),
    [
        (read("po_number", 0.79), NO_SUM, True),
        (read("po_number", 0.80), NO_SUM, False),
        (read("po_number", 0.79, Source.PDF_TEXT), NO_SUM, False),
        (read("po_number", 0.59, Source.XLSX), NO_SUM, True),
        (read("lines[0].quantity", 0.5), NO_SUM, True),
        (read("lines[0].quantity", 0.5), line_item(), False),  # 100 × 0.50 = 50.00, and that is the contract price
        (read("lines[0].unit_price", 0.5), line_item(), False),
        (read("lines[0].line_amount", 0.5), line_item(), False),
        (read("lines[0].quantity", 0.5), line_item(line_amount=D(51)), False),  # that is the arithmetic_error
        (read("lines[0].unit_price", 0.5), line_item(unit_price=D("0.60"), line_amount=D(60)), True),  # not contract
        (read("lines[0].seller_item_id", 0.5), line_item(), False),  # the item's description and price are printed
        (read("lines[0].seller_item_id", 0.5), line_item(description=None), True),  # a look-alike may cost the same
        (read("lines[0].seller_item_id", 0.5), NO_SUM, True),
        (read("lines[0].description", 0.1), NO_SUM, False),  # decides nothing
        (read("buyer.name", 0.1), NO_SUM, False),
        (read("total", 0.1), line_item(), False),  # the lines add up to it
        (read("total", 0.1), line_item(line_amount=D(51)), True),
    ],
)
def test_confidence(evidence: Evidence, line: Any, weak: bool) -> None:
    order = matched((line, line_match(line)), order={"evidence": (evidence,), "total": D("50.00"), "subtotal": D(49)})
    if evidence.path == "total":
        order = replace(order, order=replace(order.order, subtotal=None, total=D("50.00")))
        if weak:
            order = replace(order, order=replace(order.order, total=D("55.00")))
    assert codes(Confidence, order) == ([("low_confidence", evidence.path)] if weak else [])


@pytest.mark.parametrize(
    ("level", "weak"),
    [("sku", False), ("cross_reference", False), ("confused_code", True), ("description", True), (None, True)],
)
def test_a_code_is_proven_only_by_the_erps_own(level: str | None, weak: bool) -> None:
    order = one(level=level, order={"evidence": (read("lines[0].buyer_item_id", 0.5),)})
    assert codes(Confidence, order) == ([("low_confidence", "lines[0].buyer_item_id")] if weak else [])


def test_a_misread_code_is_held_though_description_price_and_sum_prove_its_item() -> None:
    weak_code = read("lines[0].buyer_item_id", 0.4)
    order = one(level="confused_code", order={"evidence": (weak_code,)})
    assert codes(Confidence, order) == [("low_confidence", "lines[0].buyer_item_id")]


def test_a_comma_in_a_recognised_code_is_held_though_the_ladder_overlooks_it() -> None:
    odd = replace(read("lines[0].buyer_item_id", 0.6), text="HB,8")
    assert odd.source is Source.OCR
    assert codes(Confidence, one(level="cross_reference", order={"evidence": (odd,)}))
    assert not codes(Confidence, one(level="cross_reference", order={"evidence": (replace(odd, text="HB.8"),)}))


@pytest.mark.parametrize(
    ("read_as", "source", "held"),
    [
        ("HB-8-40", Source.OCR, False),
        ("hb 8 40", Source.OCR, False),
        ("HB-8-4O", Source.OCR, True),
        ("HB-8-4O", Source.PDF_TEXT, False),
    ],
)
def test_our_number_misread_is_held_though_the_customers_own_led_to_the_item(
    read_as: str, source: Source, held: bool
) -> None:
    line = line_item(seller_item_id=read_as, buyer_item_id="778.785")
    meant = line_match(line, level="cross_reference")
    order = matched((line, meant), order={"evidence": (read("lines[0].seller_item_id", 0.95, source),)})
    assert codes(Confidence, order) == ([("low_confidence", "lines[0].seller_item_id")] if held else [])


def test_a_line_that_does_not_add_up_is_doubted_once() -> None:
    doubts = (Doubt("lines[0].line_amount", "it does not add up"), Doubt("lines[0].unit", "smudged"))
    order = one(line_item(line_amount=D(51)), order={"doubts": doubts, "evidence": (read("lines[9].unit", 0.1),)})
    said = [("low_confidence", "lines[0].unit"), ("low_confidence", "")]
    assert codes(Confidence, order) == said
    off = policies(switched_off=["arithmetic_error"])
    assert codes(Confidence, order, off) == [
        ("low_confidence", "lines[0].line_amount"),
        *said,
    ]


def test_a_number_the_subject_repeats_needs_no_confidence() -> None:
    order = matched(order={"evidence": (read("po_number", 0.1),)}, mail=mail(subject="RE: Order PO 4711 - urgent"))
    assert codes(Confidence, order) == []
    assert codes(Confidence, replace(order, mail=mail(subject="Order"))) == [("low_confidence", "po_number")]


def test_thresholds_of_the_policy() -> None:
    order = matched(order={"evidence": (read("order_date", 0.9),), "order_date": date(2026, 11, 10)})
    strict = policies(confidence={"ocr": {"date": 0.95}})
    assert codes(Confidence, order) == []
    assert codes(Confidence, order, strict) == [("low_confidence", "order_date")]


# --- documents that could not be read ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DocumentError("a.pdf: not a PDF"), "unreadable_document"),
        (EncryptedDocument("a.pdf asks for a password"), "encrypted_document"),
        (DocumentError("", code="nonsense"), "unreadable_document"),
    ],
)
def test_an_unreadable_document_is_reviewed(error: DocumentError, code: str) -> None:
    decision = decision_for_error(error)
    assert decision.decision is Verdict.REVIEW and decision.exceptions == (code,)
    assert decision.mismatches[0].code == code and decision.mismatches[0].reason


def test_a_flattened_photograph_needs_a_person_only_where_the_figures_prove_nothing() -> None:
    """A sum over all lines shows that none was cut off at the edge of the photograph."""
    doubt = Doubt("picture", "photographed: the picture was flattened")
    proven = matched(order={"doubts": (doubt,), "subtotal": D("50.00"), "total": None})
    unsummed = matched(order={"doubts": (doubt,), "subtotal": None, "total": None})
    assert codes(Confidence, proven) == []
    assert codes(Confidence, unsummed) == [("low_confidence", "picture")]
