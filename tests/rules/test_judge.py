from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from builders import D, earlier, line_item, line_match, matched, one, policies
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import (
    CatalogueItem,
    DocumentType,
    Doubt,
    LineItem,
    LineMatch,
    MatchedOrder,
    PartyMatch,
    StockLevel,
    UnitReading,
    Verdict,
)
from rules import ALL_RULES
from rules.explain import explain
from rules.judge import judge

LINE_CODES = {
    "unknown_item", "ambiguous_item", "discontinued_item", "missing_quantity", "missing_price", "wrong_price",
    "below_moq", "not_pack_multiple", "uom_mismatch", "insufficient_stock", "past_due_date", "arithmetic_error",
    "low_confidence",
}  # fmt: skip
ORDER_CODES = {
    "unknown_customer", "unknown_ship_to", "currency_mismatch", "credit_hold", "duplicate_po", "revised_po",
    "cancelled_po", "missing_po_number", "no_lines", "total_mismatch", "body_conflict", "suspicious_sender",
    "low_confidence",
}  # fmt: skip
DEFAULT = policies()
UNREAD: dict[str, Any] = {"unit": None, "price": None, "net_unit_price": None}


def test_a_clean_order_goes_through_with_all_that_the_erp_needs() -> None:
    decision = judge(matched(), DEFAULT)
    assert decision.decision is Verdict.AUTO and decision.exceptions == () and decision.mismatches == ()
    assert (decision.customer_id, decision.ship_to_id) == ("C1", "C1-01")
    (line,) = decision.lines
    assert (line.decision, line.sku, line.erp_quantity, line.erp_uom) == (Verdict.AUTO, "HB-8-40", D(100), "EA")
    assert (line.expected_price, line.expected_currency) == (D("0.50"), "GBP")


def test_the_rules_together_give_exactly_the_codes_of_the_contract_and_those_of_blanket_orders() -> None:
    given_codes = {code for make in ALL_RULES for code in make(DEFAULT).codes}
    assert given_codes == LINE_CODES | ORDER_CODES | {"over_release", "blanket_expired"}


def test_one_bad_line_holds_the_order_and_leaves_the_others_clean() -> None:
    good, bad = line_item(), line_item(unit_price=D("0.60"), line_amount=D("60.00"))
    decision = judge(matched((good, line_match(good)), (bad, line_match(bad))), DEFAULT)
    assert decision.decision is Verdict.REVIEW and decision.exceptions == ()
    assert [line.decision for line in decision.lines] == [Verdict.AUTO, Verdict.REVIEW]
    assert [m.path for m in decision.mismatches] == ["lines[1].unit_price"]


def test_an_exception_of_the_order_leaves_checked_lines_clean() -> None:
    decision = judge(matched(order={"po_number": None}), DEFAULT)
    assert decision.exceptions == ("missing_po_number",)
    assert decision.decision is Verdict.REVIEW and decision.lines[0].decision is Verdict.AUTO


@pytest.mark.parametrize(
    ("order", "codes"),
    [
        (matched(customer=None), {"unknown_customer"}),
        (matched(order={"currency": "USD"}), {"currency_mismatch"}),
        (one(item=None, problem="unknown_item", **UNREAD, stock=None), {"unknown_item"}),
        (one(line_item(unit="PAL"), unit_problem="uom_mismatch", **UNREAD), {"uom_mismatch"}),
        (one(line_item(quantity=None, line_amount=None), unit_problem="uom_mismatch", **UNREAD), {"missing_quantity"}),
        (one(line_item(unit_price=None, line_amount=None), net_unit_price=None), {"missing_price"}),
        (one(problem="discontinued_item", stock=()), {"discontinued_item"}),
        (matched(order={"lines": ()}), {"no_lines"}),
        (matched(order={"document_type": DocumentType.ORDER_CANCELLATION}), {"cancelled_po"}),
        (matched(order={"document_type": DocumentType.ORDER_CANCELLATION, "lines": ()}), {"cancelled_po"}),
        (matched(earlier=(earlier(),)), {"duplicate_po"}),
        (matched(order={"document_type": DocumentType.ORDER_CHANGE}), {"revised_po"}),
        (one(price=None, price_problem="no row", net_unit_price=None), {"wrong_price"}),
        (one(net_unit_price=None), {"low_confidence"}),  # the price could not be compared: silence is no proof
        (replace(one(), lines=()), {"unknown_item"}),
        (matched(order={"doubts": (Doubt("lines[0].quantity", "1 or 7"),)}), {"low_confidence"}),
        (matched(order={"doubts": (Doubt("", "page 2 is torn"),)}), {"low_confidence"}),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, set) else "",
)  # fmt: skip
def test_a_fault_gives_its_own_code_and_no_by_product(order: MatchedOrder, codes: set[str]) -> None:
    decision = judge(order, DEFAULT)
    assert decision.decision is Verdict.REVIEW
    assert {m.code for m in decision.mismatches} == codes


def test_a_line_whose_price_was_not_checked_is_not_earned() -> None:
    stranger = one(price=None, price_problem="the customer is not known")
    stranger = replace(stranger, customer=PartyMatch(None, "nobody"), customer_record=None)
    for order in (stranger, matched(order={"currency": "USD"})):
        decision = judge(order, DEFAULT)
        assert decision.lines[0].decision is Verdict.REVIEW and decision.lines[0].exceptions == ()
        assert decision.exceptions != ()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1E+99999", "1E-99999"])
def test_a_number_out_of_all_measure_is_a_doubt(number: str) -> None:
    order = matched(order={"total": D(number)})
    decision = judge(order, DEFAULT)
    assert [(m.code, m.path) for m in decision.mismatches] == [("low_confidence", "total")]
    assert decision.order is order.order
    line = judge(one(line_item(line_amount=D(number))), DEFAULT)
    assert ("low_confidence", "lines[0].line_amount") in [(m.code, m.path) for m in line.mismatches]


@pytest.mark.parametrize(
    ("kind", "doubts", "verdict"),
    [
        (DocumentType.INVOICE, (), Verdict.IGNORED),
        (DocumentType.OTHER, (), Verdict.IGNORED),
        (DocumentType.QUOTATION, (Doubt("document_type", "an order or a quotation?"),), Verdict.REVIEW),
        (DocumentType.OTHER, (Doubt("", "half the page is black"),), Verdict.REVIEW),
    ],
)
def test_what_is_no_order_is_ignored_only_when_that_is_certain(kind: Any, doubts: Any, verdict: Verdict) -> None:
    decision = judge(matched(order={"document_type": kind, "doubts": doubts}), DEFAULT)
    assert decision.decision is verdict
    assert decision.exceptions == (() if verdict is Verdict.IGNORED else ("low_confidence",))


@pytest.mark.parametrize("mode", ["shadow", "review_all"])
def test_a_mode_holds_every_order_and_says_what_would_have_been(mode: str) -> None:
    held = judge(matched(), policies(mode=mode))
    assert held.decision is Verdict.REVIEW and held.lines[0].decision is Verdict.AUTO
    assert "without it: auto" in held.mismatches[0].reason
    assert "without it: review" in judge(matched(order={"po_number": None}), policies(mode=mode)).mismatches[-1].reason


def test_one_exception_per_code_and_path_with_all_reasons() -> None:
    doubts = (Doubt("total", "smudged"), Doubt("total", "struck through"), Doubt("total", "smudged"))
    decision = judge(matched(order={"doubts": doubts}), DEFAULT)
    assert [(m.code, m.path) for m in decision.mismatches] == [("low_confidence", "total")]
    assert decision.mismatches[0].reason == "smudged; struck through"


def test_a_check_that_is_switched_off_says_nothing() -> None:
    empty = one(stock=())
    assert judge(empty, DEFAULT).lines[0].exceptions == ("insufficient_stock",)
    assert judge(empty, policies(switched_off=["insufficient_stock"])).decision is Verdict.AUTO
    dear = one(line_item(unit_price=D(9), line_amount=D(900)))
    assert judge(dear, policies(switched_off=["wrong_price"])).decision is Verdict.AUTO


def test_a_price_that_need_not_be_printed_must_be_on_file() -> None:
    unpriced = line_item(unit_price=None, line_amount=None)
    lenient = policies(price={"required": False})
    assert judge(one(unpriced), DEFAULT).lines[0].exceptions == ("missing_price",)
    assert judge(one(unpriced), lenient).decision is Verdict.AUTO
    assert judge(one(unpriced, price=None, price_problem="no row"), lenient).lines[0].exceptions == ("low_confidence",)


def test_a_mode_and_a_doubt_about_the_whole_are_one_exception() -> None:
    decision = judge(matched(order={"doubts": (Doubt("", "smudged"),)}), policies(mode="review_all"))
    assert [(m.code, m.path) for m in decision.mismatches] == [("low_confidence", "")]
    assert "smudged; the policy holds every order" in decision.mismatches[0].reason


def test_absent_exports_switch_their_checks_off() -> None:
    order = replace(one(stock=None), absent_exports=frozenset({"stock", "ship_to"}), ship_to=PartyMatch(None, "none"))
    assert judge(order, DEFAULT).decision is Verdict.AUTO


def test_explain_names_rule_finding_and_policy_line() -> None:
    text = explain(one(line_item(unit_price=D("0.60"), line_amount=D(60))), DEFAULT)
    assert "✗ ContractPrice (missing_price, wrong_price, uom_mismatch)" in text
    assert "by price.over_percent = 0.5 (default.toml (built in))" in text
    assert "✓ CreditHold (credit_hold)" in text
    assert "lines[0]: review (wrong_price)" in text and text.endswith("order: review")
    off = explain(one(stock=()), policies(switched_off=["insufficient_stock"]))
    assert "[switched off by the policy]" in off and off.endswith("order: auto")
    assert "mode = shadow" in explain(matched(), policies(mode="shadow"))


# --- properties -------------------------------------------------------------------------------------------

numbers = st.one_of(
    st.none(),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.decimals(min_value=-10, max_value=10_000, places=2),
)
texts = st.one_of(st.none(), st.text(max_size=8), st.sampled_from(["EA", "HB-8-40", "PO-4711", "Rev B"]))
dates = st.one_of(st.none(), st.dates())
items = st.builds(
    LineItem,
    line_no=texts, buyer_item_id=texts, seller_item_id=texts, description=texts, quantity=numbers, unit=texts,
    unit_price=numbers, price_base_quantity=st.one_of(st.just(Decimal(1)), st.decimals()), line_amount=numbers,
    requested_date=dates,
)  # fmt: skip
catalogue = st.builds(
    CatalogueItem,
    sku=st.just("HB-8-40"), description=st.just("Hex bolt"), base_uom=st.just("EA"),
    pack_multiple=st.one_of(st.none(), st.decimals(min_value=-5, max_value=500, places=1)),
    moq=st.one_of(st.none(), st.decimals(min_value=-5, max_value=500, places=1)),
)  # fmt: skip
finite = st.decimals(min_value=-100, max_value=100_000, places=3)
matches = st.builds(
    LineMatch,
    item=st.one_of(st.none(), catalogue),
    level=st.none(),
    probability=st.floats(0, 1),
    reason=st.just("because"),
    problem=st.sampled_from([None, "unknown_item", "ambiguous_item", "discontinued_item"]),
    unit=st.one_of(st.none(), st.builds(UnitReading, finite, st.just("EA"), finite, st.just("x"))),
    unit_problem=st.sampled_from([None, "uom_mismatch"]),
    net_unit_price=st.one_of(st.none(), finite),
    price=st.sampled_from([None, line_match(line_item()).price]),
    stock=st.one_of(st.none(), st.just(()), st.just((StockLevel("HB-8-40", "W1", D(10), D(0)),))),
)
orders = st.lists(st.tuples(items, matches), max_size=3).flatmap(
    lambda pairs: st.builds(
        lambda number, ordered, currency, total, subtotal, kind, revision, known: matched(
            *pairs,
            order={
                "lines": tuple(item for item, _ in pairs), "po_number": number, "order_date": ordered,
                "currency": currency, "total": total, "subtotal": subtotal, "document_type": kind, "revision": revision,
            },
            earlier=(earlier(),),
            **({} if known else {"customer": None}),
        ),
        texts, dates, st.sampled_from([None, "GBP", "USD"]), numbers, numbers, st.sampled_from(DocumentType), texts,
        st.booleans(),
    )
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(orders)
def test_judge_never_raises_and_auto_is_earned(order: MatchedOrder) -> None:
    decision = judge(order, DEFAULT)
    explain(order, DEFAULT)
    assert len(decision.lines) == len(order.order.lines)
    keys = [(m.code, m.path) for m in decision.mismatches]
    assert len(keys) == len(set(keys)) and all(m.reason for m in decision.mismatches)
    assert all(set(line.exceptions) <= LINE_CODES for line in decision.lines)
    assert set(decision.exceptions) <= ORDER_CODES
    if decision.decision is Verdict.AUTO:
        assert decision.lines and not decision.mismatches and order.order.document_type.is_order
        assert decision.customer_id is not None
        assert all(line.decision is Verdict.AUTO for line in decision.lines)
    for line, match in zip(decision.lines, order.lines, strict=False):
        if line.decision is Verdict.AUTO:
            assert match.item is not None and match.problem is None and match.unit is not None
            assert match.price is not None and match.net_unit_price is not None and not line.exceptions
    if decision.decision is Verdict.REVIEW:
        assert decision.mismatches, "a review that nobody can tell the reason of"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=5))
def test_an_order_with_any_unmatched_line_is_never_auto(known: list[bool]) -> None:
    good = (line_item(), line_match(line_item(), stock=None))
    lost = (line_item(), line_match(line_item(), item=None, problem="unknown_item", unit=None, price=None))
    decision = judge(matched(*(good if fits else lost for fits in known)), DEFAULT)
    assert (decision.decision is Verdict.AUTO) is all(known)


@settings(max_examples=200, deadline=None)
@given(st.decimals(min_value="0.01", max_value="5", places=4), st.integers(1, 500))
def test_a_price_goes_through_exactly_within_the_tolerance(price: Decimal, packs: int) -> None:
    item = line_item(quantity=D(packs * 50), unit_price=price, line_amount=None)
    decision = judge(matched((item, line_match(item, stock=None))), DEFAULT)
    assert (decision.decision is Verdict.AUTO) is (abs(price - D("0.50")) <= D("0.0025"))
