"""Which item is meant."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.customer import candidates_in_words
from rules.facts import Line, lines, mismatch

CODES = frozenset({"unknown_item", "ambiguous_item", "discontinued_item"})


class KnownItem(PolicyRule):
    """Exactly one item of the catalogue must stand behind a line, with enough evidence, and it must be for sale."""

    codes = ("unknown_item", "ambiguous_item", "discontinued_item", "low_confidence")
    settings = ("confidence.item_match",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        for line in lines(matched):
            match = line.match
            if match.item is None or match.problem is not None:
                yield self._problem(line)
                continue
            least = self._policies.for_line(matched, line.index).confidence.item_match
            if not match.probability >= least:
                reason = (
                    f"{match.item.sku} is only {match.probability:.1%} certain ({match.reason}); {least:.1%} asked for"
                )
                yield mismatch("low_confidence", line.path(), match.item.sku, line.name, reason)

    def _problem(self, line: Line) -> Mismatch:
        match = line.match
        code = match.problem if match.problem in CODES else "unknown_item"
        nearest = candidates_in_words(match.candidates)
        reason = f"{line.name}: {match.reason}"
        sku = match.item.sku if match.item is not None else None
        return mismatch(code, line.path(), sku, line.name, f"{reason}; candidates: {nearest}" if nearest else reason)
