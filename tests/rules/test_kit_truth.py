"""The measuring kit's own truth through matcher and judge: what is left are faults of these two alone."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.erp import load_erp
from matchers.matcher import OrderMatcher
from pipeline.history import MemoryHistory
from pipeline.model import Decision, Verdict
from rules.judge import judge
from rules.policy import load_policies
from sample_docs.generator.truth import order_of

KIT = Path(__file__).parents[2] / "../shared/kit/dev"
NO_DISCOUNT = "french_bdc"  # its documents print line discounts, which the kit's truth leaves out
# Both say that no item stands; which of the two is the matcher's business, and its own tests'.
SAME = {"ambiguous_item": "unknown_item"}


def truths() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((KIT / "truth").glob("doc_*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        for truth in content if isinstance(content, list) else content.get("orders", [content]):
            if not truth.get("_type_only") and truth["_meta"]["layout"] != NO_DISCOUNT:
                yield path.stem, truth


def decided() -> Iterator[tuple[str, dict[str, Any], Decision]]:
    erp, policies, matcher = load_erp(KIT / "erp"), load_policies(), OrderMatcher()
    for name, truth in truths():
        matched = matcher.match(order_of(truth), erp, None, MemoryHistory(), date(2026, 11, 16))
        yield name, truth, judge(matched, policies)


@pytest.mark.slow
@pytest.mark.skipif(not KIT.is_dir(), reason="the measuring kit does not lie beside the repository")
def test_every_seeded_mismatch_is_found_and_nothing_else() -> None:
    wrong = []
    verdicts: Counter[Verdict] = Counter()
    for name, truth, decision in decided():
        verdicts[decision.decision] += 1
        if decision.decision != truth["expected_decision"]:
            wrong.append((name, decision.decision, [m.reason for m in decision.mismatches]))
        if set(decision.exceptions) != set(truth["expected_order_exceptions"]):
            wrong.append((name, decision.exceptions, truth["expected_order_exceptions"]))
        if truth.get("_lines_exceptions_ambiguous"):
            continue
        for line, expected in zip(decision.lines, truth["lines"], strict=True):
            if {SAME.get(code, code) for code in line.exceptions} != set(expected["expected_exceptions"]):
                wrong.append((name, line.exceptions, expected["expected_exceptions"]))
    assert wrong == []
    assert verdicts[Verdict.AUTO] > 30, "a judge that lets nothing through proves nothing"
