"""Lines that the numbering says should be there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.model import MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import mismatch

FIRST = frozenset({1, 10})  # how the first line is numbered where the step is the same
LATE = frozenset({2, 3, 4, 20, 30, 40})  # how a first line is not


class LineNumbers(PolicyRule):
    """A gap in the printed line numbers: a line that went unread, or one that the buyer deleted.

    A total that agrees does not tell the two apart, since a line without a price is in no total.
    """

    codes = ("low_confidence",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        printed = [line.line_no for line in matched.order.lines]
        numbers = [int(no) for no in printed if no is not None and no.strip().isdecimal()]
        if len(numbers) < len(printed):
            return
        missing = gaps(numbers)
        if missing:
            reason = f"the line numbers jump ({', '.join(missing)}): is a line missing?"
            yield mismatch("low_confidence", "lines", None, None, reason)


def gaps(numbers: Sequence[int]) -> list[str]:
    """Where ascending numbers skip ("10 to 30"), by their most frequent step, and a first number of two steps.

    Numbers in no order, or repeated, tell nothing.
    """
    steps = [second - first for first, second in pairwise(numbers)]
    if len(numbers) == 1 and numbers[0] in LATE:
        return [f"the only line is {numbers[0]}"]
    if not steps or min(steps) <= 0:
        return []
    if len(steps) == 1 and numbers[0] in FIRST and steps[0] > numbers[0] and steps[0] % numbers[0] == 0:
        return [f"{numbers[0]} to {numbers[1]}"]
    usual = min(Counter(steps).items(), key=lambda item: (-item[1], item[0]))[0]
    jumps = [f"{first} to {second}" for first, second in pairwise(numbers) if second - first > usual]
    return [f"starts at {numbers[0]}", *jumps] if numbers[0] == 2 * usual else jumps
