"""Lines that the numbering says should be there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.model import MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import mismatch
from rules.totals import totals_agree


class LineNumbers(PolicyRule):
    """A gap in the printed line numbers where no total proves that all lines were read.

    A buyer may have deleted a line, so a total that agrees settles it; without one, a line may have gone unread.
    """

    codes = ("low_confidence",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        printed = [line.line_no for line in matched.order.lines]
        numbers = [int(no) for no in printed if no is not None and no.strip().isdecimal()]
        if len(numbers) < len(printed) or totals_agree(matched.order) is True:
            return
        missing = gaps(numbers)
        if missing:
            reason = f"the line numbers jump ({', '.join(missing)}), and no total proves that nothing is missing"
            yield mismatch("low_confidence", "lines", None, None, reason)


def gaps(numbers: Sequence[int]) -> list[str]:
    """Where ascending numbers skip ("10 to 30"), by their most frequent step, and a first number that is
    two steps ("20, 30"): then the first line may be missing. Numbers in no order, or repeated, tell nothing."""
    steps = [second - first for first, second in pairwise(numbers)]
    if not steps or min(steps) <= 0:
        return []
    usual = min(Counter(steps).items(), key=lambda item: (-item[1], item[0]))[0]
    jumps = [f"{first} to {second}" for first, second in pairwise(numbers) if second - first > usual]
    return [f"starts at {numbers[0]}", *jumps] if numbers[0] == 2 * usual else jumps
