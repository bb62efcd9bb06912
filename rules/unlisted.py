"""Items that the document names outside the lines that were read."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import lines_to_deliver, mismatch


class Unlisted(PolicyRule):
    """The row of a lost line still shows its number; so does an item that somebody orders, or replaces, in words."""

    codes = ("low_confidence",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        if not matched.unlisted or not any(True for _ in lines_to_deliver(matched)):
            return
        named = "; ".join(f"{item.label} ({item.reason})" for item in matched.unlisted[:5])
        reason = f"the document names items of which no line was read: {named}"
        yield mismatch("low_confidence", "lines", None, matched.unlisted[0].label, reason)
