"""Order and decision JSON: exact round trips, key order, and errors that name the path."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import codec
from pipeline.errors import DocumentError
from pipeline.model import (
    Box,
    Candidate,
    Decision,
    Discount,
    DocumentType,
    Doubt,
    Evidence,
    LineDecision,
    LineItem,
    Mismatch,
    Order,
    Party,
    ScheduleLine,
    Source,
    Verdict,
)

texts = st.text(max_size=12)
maybe = st.none() | texts
decimals = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=3) | st.integers(0, 10**6).map(
    Decimal
)
amounts = st.none() | decimals
dates = st.none() | st.dates()
floats = st.floats(0, 1000, allow_nan=False)
parties = st.builds(Party, maybe, maybe, maybe, maybe)
lines = st.builds(
    LineItem, maybe, maybe, maybe, maybe, maybe, maybe, amounts, maybe, maybe, amounts,
    st.sampled_from((Decimal(1), Decimal(100), Decimal(1000))),
    st.none() | st.builds(Discount, decimals, st.booleans()), amounts, dates,
    st.lists(st.builds(ScheduleLine, amounts, dates), max_size=2).map(tuple), st.lists(texts, max_size=2).map(tuple),
)  # fmt: skip
evidence = st.lists(
    st.builds(Evidence, texts, st.integers(1, 99), st.builds(Box, floats, floats, floats, floats), texts,
              st.floats(0, 1), st.sampled_from(Source), maybe),
    max_size=3, unique_by=lambda e: e.path,
).map(tuple)  # fmt: skip
orders = st.builds(
    Order, st.sampled_from(DocumentType), maybe, dates, dates, maybe, maybe, maybe, parties, parties, parties, parties,
    amounts, amounts, amounts, amounts, amounts, st.lists(lines, max_size=3).map(tuple), maybe, maybe, evidence,
    st.lists(st.builds(Doubt, texts, texts), max_size=2).map(tuple),
)  # fmt: skip
line_decisions = st.builds(
    LineDecision, st.sampled_from((Verdict.AUTO, Verdict.REVIEW)), st.lists(texts, max_size=2).map(tuple), maybe,
    amounts, maybe, amounts, maybe, maybe, maybe,
    st.lists(st.builds(Candidate, texts, texts, st.floats(0, 1), texts), max_size=2).map(tuple),
)  # fmt: skip
_ORDER_KEYS = (
    "document_type po_number order_date requested_date currency payment_terms incoterms buyer seller ship_to bill_to"
    " subtotal tax freight discount total lines"
)
_LINE_KEYS = (
    "line_no buyer_item_id seller_item_id manufacturer_item_id standard_item_id description quantity unit unit_code"
    " unit_price price_base_quantity line_discount line_amount requested_date"
)
CONTRACT_ORDER, CONTRACT_LINE = _ORDER_KEYS.split(), _LINE_KEYS.split()


@given(orders)
def test_order_round_trip(order: Order) -> None:
    text = codec.dumps(codec.order_to_json(order, evidence=True))
    assert codec.order_from_json(json.loads(text)) == order
    plain = codec.order_from_json(json.loads(codec.dumps(codec.order_to_json(order))))
    assert plain == replace(order, evidence=())


@given(orders, st.data())
def test_decision_round_trip(order: Order, data: st.DataObject) -> None:
    judged = data.draw(st.lists(line_decisions, min_size=len(order.lines), max_size=len(order.lines)).map(tuple))
    mismatches = data.draw(st.lists(st.builds(Mismatch, texts, texts, maybe, maybe, texts), max_size=2).map(tuple))
    decision = Decision(
        order, data.draw(st.sampled_from(Verdict)), ("no_lines",), data.draw(maybe), None, judged, mismatches
    )
    text = codec.dumps(codec.decision_to_json(decision, evidence=True))
    assert codec.decision_from_json(json.loads(text)) == decision


@given(orders)
def test_keys_stand_in_the_order_of_the_contract(order: Order) -> None:
    out: Any = codec.order_to_json(order)
    assert list(out)[: len(CONTRACT_ORDER)] == CONTRACT_ORDER
    for line in out["lines"]:
        assert list(line)[: len(CONTRACT_LINE)] == CONTRACT_LINE


def test_printed_digits_stay() -> None:
    line = LineItem(
        quantity=Decimal("1E+3"), unit_price=Decimal("0.2500"), line_discount=Discount(Decimal("5.0"), percent=True)
    )
    out: Any = codec.order_to_json(Order(DocumentType.PURCHASE_ORDER, total=Decimal("1234.50"), lines=(line,)))
    assert (out["total"], out["lines"][0]["quantity"], out["lines"][0]["unit_price"]) == ("1234.50", "1000", "0.2500")
    assert (out["lines"][0]["line_discount"], out["lines"][0]["price_base_quantity"]) == ("5.0%", "1")


@pytest.mark.parametrize(
    ("obj", "path"),
    [
        ({}, "document_type"),
        ({"document_type": "poem"}, "document_type"),
        ({"total": "12,50"}, "total"),
        ({"total": "NaN"}, "total"),
        ({"total": 12.5}, "total"),
        ({"order_date": "10.11.2026"}, "order_date"),
        ({"buyer": "ACME"}, "buyer"),
        ({"buyer": {"name": 5}}, "buyer.name"),
        ({"lines": {}}, None),
        ({"lines": ["x"]}, "lines"),
        ({"lines": [{}, {"quantity": "many"}]}, "lines[1].quantity"),
        ({"lines": [{"schedule": [{"quantity": "x"}]}]}, "lines[0].quantity"),
        ({"evidence": {"total": {"page": 1, "box": [1, 2, 3]}}}, "evidence.total.box"),
    ],
)
def test_wrong_json_names_its_path(obj: dict[str, object], path: str | None) -> None:
    whole = obj if path == "document_type" else {"document_type": "purchase_order", **obj}
    if path is None:  # an empty collection of the wrong kind holds nothing wrong
        assert codec.order_from_json(whole).lines == ()
        return
    with pytest.raises(DocumentError) as caught:
        codec.order_from_json(whole)
    assert str(caught.value).startswith(f"order JSON: {path}:")


def test_unknown_keys_are_ignored() -> None:
    obj = {"document_type": "invoice", "_meta": {}, "lines": [{"expected_sku": "A"}], "total": None}
    assert codec.order_from_json(obj) == Order(DocumentType.INVOICE, lines=(LineItem(),))
