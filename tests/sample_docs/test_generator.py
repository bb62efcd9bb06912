"""The generator of samples: repeatable, and its truths are sound before anything is measured with them."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.codec import order_from_json
from sample_docs.generator.kinds import HARD, make_hard
from sample_docs.generator.look import make_look
from sample_docs.generator.orders import LINE_SCENARIOS, ORDER_SCENARIOS, make_order
from sample_docs.generator.sample import FORMATS, draw
from sample_docs.generator.world import TODAY, build_world, gtin13
from sample_docs.make import make_random, make_random_hard

WORLD = build_world()


def arithmetic_holds(truth: dict[str, Any]) -> bool:
    amounts = []
    for line in truth["lines"]:
        if line["line_amount"] is None:
            return True
        base = Decimal(line["price_base_quantity"])
        off = Decimal((line["line_discount"] or "0").removesuffix("%"))
        exact = Decimal(line["quantity"]) * Decimal(line["unit_price"]) / base * (1 - off / 100)
        if abs(exact - Decimal(line["line_amount"])) > Decimal("0.005"):
            return False
        amounts.append(Decimal(line["line_amount"]))
    return truth["subtotal"] is None or sum(amounts, Decimal(0)) == Decimal(truth["subtotal"])


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        make_random(6, seed, tmp_path / name)
        make_random_hard(len(HARD), seed, tmp_path / name / "hard")
    assert files(tmp_path / "a") == files(tmp_path / "b") != files(tmp_path / "c")


@pytest.mark.parametrize("wrong", [None, *ORDER_SCENARIOS, *LINE_SCENARIOS])
def test_truths_are_orders_and_add_up(wrong: str | None) -> None:
    for seed in range(12):
        rng = random.Random(f"{wrong}/{seed}")
        order = make_order(rng, WORLD, wrong=wrong)
        truth = draw(order, make_look(rng, order), rng.choice(FORMATS), seed=seed).truth("x")
        assert len(order_from_json(truth).lines) == len(order.lines)
        assert arithmetic_holds(truth) == (wrong != "arithmetic_error" or truth["lines"][0]["line_amount"] is None)
        raised = [
            *truth["expected_order_exceptions"],
            *(c for line in truth["lines"] for c in line["expected_exceptions"]),
        ]
        assert set(raised) <= {wrong}
        assert (truth["expected_decision"] == "auto") == (not raised)


@pytest.mark.parametrize("kind", HARD)
def test_hard_truths_are_orders_and_add_up(kind: str) -> None:
    for seed in range(6):
        made = make_hard(kind, random.Random(f"{kind}/{seed}"), WORLD)
        assert made.content.startswith(b"%PDF")
        for truth in made.truths:
            order = order_from_json(truth)
            assert order.lines and arithmetic_holds(truth)
            json.dumps(truth)


def test_every_look_prints_what_its_truth_says() -> None:
    """Text formats are searched for each number and code of the truth."""
    for seed in range(40):
        rng = random.Random(f"prints/{seed}")
        order = make_order(rng, WORLD)
        sample = draw(order, make_look(rng, order), "html", seed=seed)
        text = sample.content.decode()
        truth = sample.truth("x")
        assert truth["po_number"] in text
        for line in truth["lines"]:
            for key in ("buyer_item_id", "seller_item_id"):
                assert line[key] is None or line[key] in text


def test_clean_orders_are_at_the_contract_price() -> None:
    for seed in range(30):
        order = make_order(random.Random(f"clean/{seed}"), WORLD)
        for line in order.lines:
            assert line.item is not None and line.quantity is not None and line.price is not None
            packs = line.item.pack[1] if line.item.pack and line.unit_key == line.item.pack[0] else 1
            right = WORLD.price(order.buyer, line.item.sku, line.quantity * packs, TODAY) * packs * line.price_base
            assert abs(line.price / right - 1) < Decimal("0.005")


def test_gtin_check_digit() -> None:
    assert gtin13("400638133393") == "4006381333931"  # the example of GS1's own calculator
