"""What a customer agreed to: short and late deliveries, rounding up to packs, the lower price, the cut-off hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from builders import EXPECTED, D, check, codes, line_item, line_match, mail, matched, one, policies

from pipeline.model import ScheduleLine, StockLevel, Verdict
from rules.judge import judge
from rules.past_due import PastDue
from rules.stock import Stock

HOLDS = {"insufficient_stock"}


def stock(on_hand: int) -> tuple[StockLevel, ...]:
    return (StockLevel("HB-8-40", "W1", D(on_hand), D(0)),)


@pytest.mark.parametrize(
    ("on_hand", "policy", "raised"),
    [
        (100, {}, False),
        (99, {}, True),
        (95, {"under_percent": D(5)}, False),
        (94, {"under_percent": D(5)}, True),
        (1, {"partial": True}, False),
        (0, {"partial": True}, True),
        (0, {"partial": True, "back_order": True}, False),
        (0, {"back_order": True}, False),
        (0, {"under_percent": D(100)}, True),
    ],
)
def test_how_much_may_be_missing(on_hand: int, policy: dict[str, Any], raised: bool) -> None:
    order = one(line_item(quantity=D(100)), stock=stock(on_hand))
    assert codes(Stock, order, policies(delivery=policy)) == (
        [("insufficient_stock", "lines[0].quantity")] if raised else []
    )


def test_what_one_line_takes_the_next_does_not_get() -> None:
    pair = (line_item(), line_match(line_item(), stock=stock(120)))
    order = matched(pair, pair)
    (short,) = check(Stock, order, policies(delivery={"under_percent": D(10)}))
    assert short.path == "lines[1].quantity" and "100 taken" in short.reason
    assert codes(Stock, order, policies(delivery={"partial": True})) == []


@pytest.mark.parametrize(
    ("ordered", "policy", "entered"),
    [
        (D(90), {}, None),
        (D(90), {"corrections": {"round_up_to_pack": True}}, None),  # 11 % more
        (D(96), {"corrections": {"round_up_to_pack": True}}, D(100)),
        (D(90), {"corrections": {"round_up_to_pack": True}, "delivery": {"over_percent": D(12)}}, D(100)),
        (D(40), {"corrections": {"round_up_to_pack": True}, "delivery": {"over_percent": D(25)}}, D(50)),
    ],
)
def test_quantities_are_rounded_up_to_packs_where_agreed(
    ordered: Decimal, policy: dict[str, Any], entered: Decimal | None
) -> None:
    line = line_item(quantity=ordered, line_amount=ordered / 2)
    decision = judge(one(line), policies(**policy))
    if entered is None:
        assert "not_pack_multiple" in decision.lines[0].exceptions and decision.corrections == ()
        return
    assert decision.decision is Verdict.AUTO and decision.lines[0].erp_quantity == entered
    (told,) = decision.corrections
    assert (told.code, told.expected, told.actual) == ("not_pack_multiple", str(entered), str(ordered))
    assert "corrections.round_up_to_pack" in told.reason and decision.order.lines[0].quantity == ordered


def test_rounding_up_never_touches_stock_breaks_or_plans() -> None:
    agreed = policies(corrections={"round_up_to_pack": True})
    line = line_item(quantity=D(96), line_amount=D(48))
    assert judge(one(line, stock=stock(97)), agreed).lines[0].exceptions == ("insufficient_stock",)
    break_on_the_way = replace(EXPECTED, next_break=D(100))
    assert judge(one(line, price=break_on_the_way), agreed).lines[0].exceptions == ("not_pack_multiple",)
    assert judge(one(line, price=replace(EXPECTED, next_break=D(101))), agreed).decision is Verdict.AUTO
    planned = replace(line, schedule=(ScheduleLine(D(96), date(2026, 12, 1)),))
    assert judge(one(planned), agreed).lines[0].exceptions == ("not_pack_multiple",)


@pytest.mark.parametrize(
    ("price", "verdict"),
    [("0.50", Verdict.AUTO), ("0.52", Verdict.AUTO), ("0.525", Verdict.AUTO), ("0.53", Verdict.REVIEW),
     ("0.48", Verdict.REVIEW)],
)  # fmt: skip
def test_the_lower_price_is_entered_where_agreed(price: str, verdict: Verdict) -> None:
    order = one(line_item(unit_price=D(price), line_amount=D(price) * 100))
    decision = judge(order, policies(corrections={"take_lower_price": True}))
    assert decision.decision is verdict
    corrected = [(c.code, c.path) for c in decision.corrections]
    off = price not in ("0.50",) and verdict is Verdict.AUTO
    assert corrected == ([("wrong_price", "lines[0].unit_price")] if off else [])
    assert decision.lines[0].expected_price == D("0.50")
    assert (judge(order, policies()).decision is Verdict.AUTO) == (price == "0.50")


@pytest.mark.parametrize(
    ("received", "policy", "late"),
    [
        (datetime(2026, 11, 16, 13, 59, tzinfo=UTC), {"cut_off_hour": 14}, False),
        (datetime(2026, 11, 16, 14, 0, tzinfo=UTC), {"cut_off_hour": 14}, True),
        (datetime(2026, 11, 16, 13, 0, tzinfo=UTC), {"cut_off_hour": 14, "time_zone": "Europe/Berlin"}, True),
        (datetime(2026, 11, 16, 23, 0, tzinfo=UTC), {}, False),
        (None, {"cut_off_hour": 14}, False),
    ],
)
def test_the_day_an_order_counts_from(received: datetime | None, policy: dict[str, Any], late: bool) -> None:
    same_day = {"order_date": date(2026, 11, 16), "requested_date": date(2026, 11, 16)}
    order = replace(matched(order=same_day), mail=mail(received_at=received))
    found = check(PastDue, order, policies(delivery=policy))
    assert [f.code for f in found] == (["past_due_date"] if late else [])
    assert all("cut-off" in f.reason for f in found)
