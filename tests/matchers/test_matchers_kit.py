"""The matcher over the truth orders of the measuring kit: what it matches is right, and it matches most."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.erp import ErpSnapshot, load_erp
from matchers.matcher import OrderMatcher
from pipeline.codec import order_from_json
from pipeline.history import MemoryHistory
from pipeline.model import LineItem, Order

KIT = Path(__file__).parents[2] / "../shared/kit/dev"
pytestmark = pytest.mark.skipif(not KIT.is_dir(), reason="the measuring kit is not beside the repository")
TODAY = date(2026, 11, 16)


@pytest.fixture(scope="module")
def kit_erp() -> ErpSnapshot:
    return load_erp(KIT / "erp")


def truths() -> Iterator[tuple[Order, dict[str, Any]]]:
    for path in sorted((KIT / "truth").glob("doc_*.json")):
        found = json.loads(path.read_text(encoding="utf-8"))
        for truth in found if isinstance(found, list) else [found]:
            if not truth.get("_type_only") and truth["document_type"].startswith(
                ("purchase_", "order_ch", "order_canc")
            ):
                lines = [
                    {k: v for k, v in line.items() if not k.startswith("expected") and k != "kind"}
                    for line in truth["lines"]
                ]
                printed = {k: v for k, v in truth.items() if not k.startswith(("_", "expected"))}
                yield order_from_json({**printed, "lines": lines}), truth


def skus(erp: ErpSnapshot, change: Callable[[LineItem], LineItem]) -> Counter[str]:
    matcher, counted = OrderMatcher(), Counter[str]()
    for order, truth in truths():
        changed = replace(order, lines=tuple(change(line) for line in order.lines))
        matched = matcher.match(changed, erp, None, MemoryHistory(), TODAY)
        for line, expected in zip(matched.lines, truth["lines"], strict=True):
            sku = line.item.sku if line.item else None
            right = sku == expected["expected_sku"]
            counted["right" if right else "refused" if sku is None else "wrong"] += 1
    return counted


def without_codes(line: LineItem) -> LineItem:
    return replace(line, seller_item_id=None, buyer_item_id=None, manufacturer_item_id=None, standard_item_id=None)


@pytest.mark.slow
def test_parties(kit_erp: ErpSnapshot) -> None:
    matcher = OrderMatcher()
    for order, truth in truths():
        matched = matcher.match(replace(order, lines=()), kit_erp, None, MemoryHistory(), TODAY)
        assert matched.customer.key == truth["expected_customer_id"], matched.customer.reason
        assert matched.ship_to.key == truth["expected_ship_to_id"], matched.ship_to.reason


@pytest.mark.slow
def test_items_by_code_and_description(kit_erp: ErpSnapshot) -> None:
    counted = skus(kit_erp, lambda line: line)
    assert counted["wrong"] == 0
    assert counted["right"] >= 0.995 * counted.total()


@pytest.mark.slow
def test_items_by_description_only(kit_erp: ErpSnapshot) -> None:
    counted = skus(kit_erp, without_codes)
    assert counted["wrong"] == 0
    assert counted["right"] >= 0.8 * counted.total()


@pytest.mark.slow
def test_damaged_codes_never_lead_astray(kit_erp: ErpSnapshot) -> None:
    chance = random.Random(7)

    def damaged(code: str | None) -> str | None:
        if not code:
            return code
        at = chance.randrange(len(code))
        letters = "0123456789" if code[at].isdigit() else "ABCDEFGHKLMNPRSTX"
        return code[:at] + chance.choice(letters) + code[at + 1 :]

    counted = skus(
        kit_erp,
        lambda line: replace(
            line, seller_item_id=damaged(line.seller_item_id), buyer_item_id=damaged(line.buyer_item_id)
        ),
    )
    assert counted["wrong"] == 0
    assert counted["right"] >= 0.9 * counted.total()
