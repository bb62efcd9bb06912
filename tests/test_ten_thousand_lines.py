"""10,000 ordered lines, some wrong on purpose, through matcher and rules: none of these goes through, and next
to nothing that is right is held. The orders are what the readers would give of them; reading has its own tests.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import sample_docs
from connectors.erp import load_erp
from matchers.matcher import OrderMatcher
from pipeline.history import MemoryHistory
from pipeline.model import Decision, Verdict
from rules.judge import judge
from rules.policy import load_policies
from sample_docs.generator.look import make_look
from sample_docs.generator.orders import LINE_SCENARIOS, ORDER_SCENARIOS, make_order
from sample_docs.generator.truth import order_of, truth_json
from sample_docs.generator.world import build_world

LINES = 10_000
WRONG_SHARE = 0.4
MOST_NEEDLESS = 0.03  # of clean lines
LEAST_TOUCHLESS = 0.85  # of clean orders


def truths() -> Iterator[dict[str, Any]]:
    world, lines, n = build_world(), 0, 0
    while lines < LINES:
        rng = random.Random(f"seeded/{n}")
        wrong = rng.choice(ORDER_SCENARIOS + LINE_SCENARIOS) if rng.random() < WRONG_SHARE else None
        order = make_order(rng, world, wrong=wrong)
        look = make_look(rng, order)
        yield truth_json(order, look.prints, {}, look.codes)
        lines += len(order.lines)
        n += 1


def decided() -> Iterator[tuple[dict[str, Any], Decision]]:
    erp, policies, matcher = load_erp(Path(sample_docs.__file__).parent / "erp"), load_policies(), OrderMatcher()
    for truth in truths():
        matched = matcher.match(order_of(truth), erp, None, MemoryHistory(), date(2026, 11, 16))
        yield truth, judge(matched, policies)


@pytest.mark.slow
def test_nothing_wrong_goes_through_and_little_that_is_right_is_held() -> None:
    escaped, caught = [], Counter[str]()
    lines, held, orders, touchless, otherwise_called = 0, 0, 0, 0, 0
    for truth, decision in decided():
        codes = {*truth["expected_order_exceptions"], *(c for x in truth["lines"] for c in x["expected_exceptions"])}
        found = {*decision.exceptions, *(c for x in decision.lines for c in x.exceptions)}
        if codes:
            caught.update(codes & found)
            otherwise_called += not codes & found
            if decision.decision is Verdict.AUTO:
                escaped.append((truth["po_number"], codes, found))
        else:
            orders += 1
            touchless += decision.decision is Verdict.AUTO
        for expected, line in zip(truth["lines"], decision.lines, strict=True):
            if line.decision is Verdict.AUTO and (
                expected["expected_exceptions"]
                or line.sku not in (expected["expected_sku"], *expected.get("expected_sku_alternatives", ()))
            ):
                escaped.append((truth["po_number"], expected["expected_exceptions"], {line.sku or ""}))
            if not codes:
                lines += 1
                held += line.decision is not Verdict.AUTO
    assert escaped == []
    assert set(caught) == {*ORDER_SCENARIOS, *LINE_SCENARIOS}, "what is never wrong proves nothing"
    assert min(caught.values()) >= 10
    assert otherwise_called <= 0.02 * sum(caught.values()), "held, but for a reason that is not the fault"
    assert held <= MOST_NEEDLESS * lines and touchless >= LEAST_TOUCHLESS * orders
