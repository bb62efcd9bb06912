"""The error budget: from which confidence on it is proven that at most so many lines in a thousand go through wrong.

Evidence are values that somebody has judged without seeing the machine's answer (own truth files, audits), and, as
errors only, what reviewers corrected: an order that a person approved proves nothing about the values nobody looked at.

A line is wrong when one of its fields is, so each group of fields gets an equal part of the budget, and the six
statements about a channel hold together with 95 % confidence (Bonferroni). Within a group the thresholds are tried from
the strictest that has values enough down until one fails: fixed-sequence testing, which needs no correction for the
number of tries (Angelopoulos, Bates, Candès, Jordan, Lei: Learn then Test, 2021), each by the one-sided bound of
Clopper and Pearson (1934).
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.model import CHANNELS, FIELD_GROUPS, JudgedValue, Source
from reports.bounds import upper_bound

RISK = 0.05  # that one of the statements about a channel is wrong
GROUPS = tuple(dict.fromkeys(FIELD_GROUPS.values()))
_PATH = re.compile(r"(?:lines\[\d+\]\.)?(\w+)")
STEPS = 100  # thresholds tried: hundredths of confidence


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known about one group of fields in one channel.

    ``threshold``: the least confidence from which the budget is proven to hold; None when none is. ``wrong`` of ``of``
    values at or above it (without one: of all) are wrong; ``bound`` is the upper limit of their share. ``missing``: how
    many more right values would prove the strictest threshold, as far as that can be said.
    """

    channel: str
    group: str
    threshold: float | None
    wrong: int
    of: int
    bound: float
    missing: int = 0


def proofs(values: Iterable[JudgedValue], wrong_lines_per_1000: float | Decimal) -> tuple[Proof, ...]:
    """One for each channel and group of fields, in their order."""
    by_place: dict[tuple[str, str], list[JudgedValue]] = defaultdict(list)
    for value in values:
        by_place[value.channel, value.group].append(value)
    share, risk = float(wrong_lines_per_1000) / 1000 / len(GROUPS), RISK / len(GROUPS)
    return tuple(_proof(c, g, by_place[c, g], share, risk) for c in CHANNELS for g in GROUPS)


def _proof(channel: str, group: str, values: Sequence[JudgedValue], share: float, risk: float) -> Proof:
    found = None
    for step in range(STEPS, -1, -1):
        threshold = step / STEPS
        above = [value for value in values if value.confidence >= threshold]
        if upper_bound(0, len(above), risk) > share:
            continue  # too few to prove anything, whether they are right or not: the sequence begins further down
        wrong = sum(not value.right for value in above)
        bound = upper_bound(wrong, len(above), risk)
        if bound > share:
            break
        found = Proof(channel, group, threshold, wrong, len(above), bound)
    if found is not None:
        return found
    wrong = sum(not value.right for value in values)
    missing = max(0, math.ceil(math.log(risk) / math.log1p(-share)) - len(values)) if share < 1 else 0
    return Proof(channel, group, None, wrong, len(values), upper_bound(wrong, len(values), risk), missing)


def thresholds(found: Iterable[Proof]) -> Mapping[tuple[str, str], float | None]:
    """By channel and group: the least confidence the budget lets through; None: nothing is proven, nothing passes."""
    return {(proof.channel, proof.group): proof.threshold for proof in found}


def touchless_share(values: Sequence[JudgedValue], found: Iterable[Proof]) -> tuple[int, int]:
    """How many of the judged documents would have no value below its threshold."""
    least = thresholds(found)
    documents = {value.document for value in values}
    held = {v.document for v in values if (t := least[v.channel, v.group]) is None or v.confidence < t}
    return len(documents - held), len(documents)


def evidence_of(folder: Path) -> list[JudgedValue]:
    """The values of a folder that `evaluate --out` wrote. Raises ``UsageError`` when it is none."""
    path = folder / "pairing.json"
    try:
        documents = json.loads(path.read_text(encoding="utf-8"))
        return [value for document in documents for value in _values(document)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise UsageError(f"{path}: not what `po-intake evaluate DIR --out FOLDER` writes ({what})") from None


def _values(document: dict[str, Any]) -> Iterator[JudgedValue]:
    for number, order in enumerate(document["orders"]):
        for pair in [*order["header"], *(pair for line in order["lines"] for pair in line["fields"])]:
            group, confidence = _group_of(pair["path"]), pair["confidence"]
            if group is not None and confidence is not None and pair["found"] is not None:
                channel = "ocr" if pair["source"] == Source.OCR else "digital"
                yield JudgedValue(
                    document["file"], f"{number}.{pair['path']}", channel, group, confidence, pair["right"]
                )


def _group_of(path: str) -> str | None:
    """The group of a field; of a party's fields none."""
    match = _PATH.fullmatch(path)
    return FIELD_GROUPS.get(match[1]) if match is not None else None
