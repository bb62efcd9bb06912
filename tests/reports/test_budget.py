"""The error budget: bounds against a published table, thresholds, and that too little evidence proves nothing."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.model import JudgedValue
from reports.bounds import upper_bound
from reports.budget import GROUPS, Proof, evidence_of, proofs, thresholds, touchless_share


def values(confidence: float, right: int, wrong: int = 0, group: str = "price", start: int = 0) -> list[JudgedValue]:
    of = range(start, start + right + wrong)
    return [
        JudgedValue(f"{group}-{confidence}-{n}", "0.x", "digital", group, confidence, n >= start + wrong) for n in of
    ]


def of_price(judged: list[JudgedValue], wrong_lines: float) -> Proof:
    (found,) = [p for p in proofs(judged, wrong_lines) if (p.channel, p.group) == ("digital", "price")]
    return found


@pytest.mark.parametrize(
    ("wrong", "of", "risk", "bound"),
    [
        # two-sided 95 % limits of Clopper and Pearson as printed by Agresti and Coull (1998) and Brown, Cai, DasGupta
        # (2001): the upper one has a risk of 2.5 %
        (0, 10, 0.025, 0.3085),
        (1, 10, 0.025, 0.4450),
        (5, 10, 0.025, 0.8129),
        (0, 30, 0.05, 0.0950),  # 1 - 0.05 ** (1 / 30)
        (0, 2995, 0.05, 0.0010),  # the "rule of three"
        (0, 0, 0.05, 1.0),
        (7, 7, 0.05, 1.0),
    ],
)
def test_the_bound_is_that_of_clopper_and_pearson(wrong: int, of: int, risk: float, bound: float) -> None:
    assert upper_bound(wrong, of, risk) == pytest.approx(bound, abs=5e-5)


def test_without_evidence_nothing_passes() -> None:
    found = proofs([], 1)
    assert len(found) == 2 * len(GROUPS) and all(p.threshold is None and p.bound == 1.0 for p in found)
    assert of_price([], 1).missing == 28_723  # ln(0.05 / 6) / ln(1 - 0.001 / 6), rounded up


def test_what_is_missing_is_enough() -> None:
    missing = of_price([], 10).missing
    assert of_price(values(0.99, missing - 1), 10).threshold is None
    assert of_price(values(0.99, missing), 10).threshold == 0.0
    assert of_price(values(0.99, missing - 1), 10).missing == 1


def test_the_threshold_is_the_lowest_that_is_proven() -> None:
    judged = values(0.99, 4000) + values(0.9, 3000) + values(0.7, 50, 30)
    found = of_price(judged, 10)
    assert found.threshold == 0.71 and (found.wrong, found.of) == (0, 7000) and found.bound <= 0.01 / len(GROUPS)


def test_errors_raise_the_threshold_and_then_close_the_channel() -> None:
    clean = values(0.99, 8000) + values(0.8, 4000)
    assert of_price(clean, 10).threshold == 0.0
    some = clean + values(0.85, 0, 40, start=90_000)
    assert of_price(some, 10).threshold == 0.86
    many = some + values(0.99, 0, 60, start=95_000)
    assert of_price(many, 10).threshold is None and of_price(many, 10).missing == 0


def test_thresholds_hold_what_they_promise() -> None:
    """A reader that errs by 1 - confidence: over many draws the true share of errors above the threshold keeps it."""
    rng, broken, proven = random.Random(4), 0, 0
    for _ in range(200):
        judged = []
        for n in range(3000):
            confidence = rng.choice((0.9, 0.97, 0.999, 0.9999))
            right = rng.random() < confidence
            judged.append(JudgedValue(str(n), "0.x", "digital", "price", confidence, right))
        threshold = of_price(judged, 30).threshold
        if threshold is not None:
            proven += 1
            passing = [c for c in (0.9, 0.97, 0.999, 0.9999) if c >= threshold]
            broken += sum(1 - c for c in passing) / len(passing) > 0.03 / len(GROUPS)
    assert proven > 150 and broken <= 200 * 0.05 / len(GROUPS) * 3


def test_the_share_that_passes() -> None:
    judged = [*values(0.99, 4000), JudgedValue("d", "0.x", "digital", "price", 0.2, False)]
    found = proofs(judged, 10)
    assert thresholds(found)["digital", "price"] == 0.21
    assert touchless_share(judged, found) == (4000, 4001)
    assert touchless_share([JudgedValue("x", "0.y", "ocr", "date", 1.0, True)], found) == (0, 1)


def test_evidence_is_what_evaluate_writes(tmp_path: Path) -> None:
    pair = {"expected": "2", "found": "2", "right": True, "confidence": 0.98, "source": "ocr"}
    header = [
        pair | {"path": "po_number"},
        pair | {"path": "buyer.name"},
        pair | {"path": "total", "found": None, "right": False},
        pair | {"path": "currency"},
    ]
    line = {"fields": [pair | {"path": "lines[0].quantity", "right": False, "source": "pdf-text"},
                       pair | {"path": "lines[0].unit_price", "confidence": None}]}  # fmt: skip
    (tmp_path / "pairing.json").write_text(
        json.dumps([{"file": "a.pdf", "orders": [{"header": header, "lines": [line]}]}])
    )
    assert evidence_of(tmp_path) == [
        JudgedValue("a.pdf", "0.po_number", "ocr", "po_number", 0.98, True),
        JudgedValue("a.pdf", "0.lines[0].quantity", "digital", "quantity", 0.98, False),
    ]
    (tmp_path / "pairing.json").write_text('[{"file": 1}]')
    with pytest.raises(UsageError, match=r"pairing\.json: not what"):
        evidence_of(tmp_path)
    with pytest.raises(UsageError):
        evidence_of(tmp_path / "none")
