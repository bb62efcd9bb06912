"""Whether what is printed as a quantity is one quantity."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.language import fold
from pipeline.model import LineItem, MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import lines_to_deliver, mismatch

QUANTITY = re.compile(r"lines\[(\d+)\]\.quantity")
RANGE = re.compile(
    r"\d\s*(?:[-–—…~]|\.\.+|/)\s*\d|\d\s+(?:to|bis|a|al|tot|do|ate|or|oder|ou|o|lub|of)\s+\d", re.IGNORECASE
)
# Words that make a number a guess or a bound, folded.
VAGUE = frozenset({
    "ca", "approx", "approximately", "about", "around", "circa", "etwa", "ungefahr", "env", "environ", "aprox",
    "aproximadamente", "cerca", "ongeveer", "okolo", "max", "maximum", "min", "minimum", "maks", "up", "bis",
    "maximal", "mindestens", "jusqu", "hasta", "ate", "fino", "tbd", "tbc", "tba",
})  # fmt: skip


class PrintedNumbers(PolicyRule):
    """A range ("20-30"), a bound or a guess ("ca. 20") stands where the quantity was read."""

    codes = ("low_confidence",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        printed = {m[1]: e.text for e in matched.order.evidence if (m := QUANTITY.fullmatch(e.path))}
        for line in lines_to_deliver(matched):
            text = printed.get(str(line.index))
            if text is not None and is_vague(text, line.item):
                reason = f'{line.name}: "{text}" is printed as its quantity'
                yield mismatch("low_confidence", line.path("quantity"), None, text, reason)


def is_vague(text: str, line: LineItem) -> bool:
    """The printed unit aside: "10 m/2" may be one."""
    alone = text.replace(line.unit, " ") if line.unit else text
    return RANGE.search(alone) is not None or "~" in alone or bool(VAGUE & set(fold(alone).split()))
