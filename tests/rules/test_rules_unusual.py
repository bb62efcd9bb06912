"""Far more than the customer ever ordered, and in a hurry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from builders import D, check, codes, earlier, line_item, line_match, mail, matched, policies

from pipeline.model import EarlierLine, EarlierOrder, MatchedOrder
from rules.suspicious_sender import SuspiciousSender

USUAL = tuple(earlier(f"PO-{n}", EarlierLine("HB-8-40", D(100), "EA", D("0.50"), None)) for n in range(5))
OTHER_ITEM = tuple(earlier(f"PO-{n}", EarlierLine("OTHER", D(1), "EA", D("5000"), None)) for n in range(5))
HELD = [("suspicious_sender", "")]


def order(quantity: int, text: str, held: tuple[EarlierOrder, ...] = USUAL, **changes: Any) -> MatchedOrder:
    line = line_item(quantity=D(quantity), line_amount=D(quantity) / 2)
    return replace(matched((line, line_match(line)), order=changes, earlier=held), mail=mail(text))


@pytest.mark.parametrize(
    ("quantity", "text", "held"),
    [
        (300, "URGENT, please ship today", []),
        (350, "URGENT, please ship today", HELD),
        (350, "Bitte dringend liefern, es eilt!", HELD),
        (350, "Dès que possible s.v.p.", HELD),
        (350, "Prosimy o pilną realizację", HELD),
        (350, "Please find our order attached.", []),
        (350, "Our express courier account stays the same", HELD),
    ],
)
def test_much_and_urgent(quantity: int, text: str, held: list[tuple[str, str]]) -> None:
    assert codes(SuspiciousSender, order(quantity, text)) == held


def test_wanted_at_once_is_a_hurry_too() -> None:
    soon = {"order_date": date(2026, 11, 10), "requested_date": date(2026, 11, 12)}
    (found,) = check(SuspiciousSender, order(5000, "", **soon))
    assert "worth 2500, the largest of 5 earlier orders 50" in found.reason and "2026-11-12" in found.reason
    assert codes(SuspiciousSender, order(5000, "", **soon | {"requested_date": date(2026, 11, 13)})) == []


def test_an_item_ordered_in_unheard_of_numbers() -> None:
    both = tuple(replace(a, lines=a.lines + b.lines) for a, b in zip(USUAL, OTHER_ITEM, strict=True))
    (found,) = check(SuspiciousSender, order(1000, "urgent", both))
    assert "1000 EA ordered, at most 100 in 5 earlier lines" in found.reason


def test_without_a_past_nothing_is_unusual() -> None:
    assert codes(SuspiciousSender, order(5000, "urgent", USUAL[:4])) == []


def test_the_policy_says_how_much_is_much() -> None:
    urgent = order(350, "urgent")
    assert list(SuspiciousSender(policies(sender={"unusual_times": D(4)})).check(urgent)) == []
    assert list(SuspiciousSender(policies(sender={"unusual_times": D(0)})).check(order(9000, "urgent"))) == []
