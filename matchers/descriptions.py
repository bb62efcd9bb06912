"""Does a description mean an item? Evidence by token, near ties refused, the differing token named."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matchers.catalogue import Catalogue, Overlap
from matchers.tokens import is_hard, is_letter, lexicon, shape, tokens
from pipeline.model import Candidate, CatalogueItem

# True: the price printed is this customer's price for the item; None: it cannot be told
PriceAgrees = Callable[[CatalogueItem], bool | None]
SHORT_CODE = 4  # characters up to which a code may be a part of a number ("20" of "207")
LIKELY = 0.55  # share of a description's weight from which an item is worth showing to a person


@dataclass(frozen=True, slots=True)
class Described:
    """What a description says. ``item`` only when it is full evidence for exactly one; ``reason`` either way."""

    item: CatalogueItem | None
    probability: float
    reason: str
    candidates: tuple[Candidate, ...] = ()


class Descriptions:
    """Compares the descriptions of order lines with the catalogue's."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def read(self, text: str | None, codes: Sequence[str] = ()) -> frozenset[str]:
        """Tokens of a printed description; ``codes`` of the line that it repeats are no part of what it describes."""
        left = text or ""
        for code in sorted(codes, key=len, reverse=True):
            whole = re.escape(code) if len(code) > SHORT_CODE else rf"(?<!\w){re.escape(code)}(?!\w)"
            left = re.sub(whole, " ", left)
        return frozenset(self._catalogue.spelled(tokens(left)))

    def contradiction(self, said: frozenset[str], item: CatalogueItem) -> str | None:
        """In words, an attribute on which the description and the item differ; None when none is seen to differ."""
        own = frozenset(tokens(item.description))
        extra, missing = said - own, own - said
        for token in sorted(extra):
            kind = shape(token)
            others = sorted(m for m in missing if kind is not None and shape(m) == kind)
            if others:
                return f"the description says {token}, {item.sku} is {others[0]}"
        if kinds := _other_kind(said, own):
            return f"the description names a {kinds[0]}, {item.sku} is a {kinds[1]}"
        return None

    def supports(self, said: frozenset[str], item: CatalogueItem) -> bool:
        """Whether the description speaks for the item by itself: most of its weight, and nothing against."""
        own = frozenset(tokens(item.description))
        known = {t for t in said if self._catalogue.knows(t)}
        total = sum(self._catalogue.weight(t) for t in known)
        shared = sum(self._catalogue.weight(t) for t in known & own)
        return bool(known & own) and shared >= 0.5 * total and self.contradiction(said, item) is None

    def unrelated(self, said: frozenset[str], item: CatalogueItem) -> bool:
        """Whether a description that says enough has nothing at all in common with the item's."""
        own = frozenset(tokens(item.description))
        telling = {t for t in said if is_hard(t) or self._catalogue.knows(t)}
        return len(telling) >= 2 and len(said) >= 3 and not (said & own)

    def identify(self, said: frozenset[str], price_agrees: PriceAgrees) -> Described:
        """The one item the description is full evidence for, or why there is none."""
        overlaps = self._catalogue.overlaps(sorted(said))
        if not overlaps or overlaps[0].score < LIKELY:
            return Described(None, 0.0, "nothing in the catalogue is described like this")
        ranked = sorted(overlaps, key=lambda o: (-self._fit(said, o), o.item.sku))
        best = ranked[0]
        reason = self._objection(said, best, ranked[1:], price_agrees)
        if reason is not None:
            return Described(None, 0.0, reason, _shown(ranked, said))
        proof = "and the price is the contract price" if price_agrees(best.item) else "no other item fits"
        return Described(
            best.item, 0.95, f"the description names {best.item.description}; {proof}", _shown(ranked, said)
        )

    def _fit(self, said: frozenset[str], overlap: Overlap) -> float:
        """Shared weight less what only one of the two says: the best fit is the one with the least left over."""
        weight = self._catalogue.weight
        shared = sum(weight(t) for t in said & overlap.tokens)
        return shared - sum(weight(t) for t in said ^ overlap.tokens if is_hard(t) or is_letter(t))

    def _objection(
        self, said: frozenset[str], best: Overlap, others: Sequence[Overlap], price_agrees: PriceAgrees
    ) -> str | None:
        """Why the best item must not be taken, in words; None when nothing speaks against it."""
        label = f"{best.item.sku} ({best.item.description})"
        if extra := sorted(t for t in said - best.tokens if is_hard(t)):
            return f"nearest is {label}, but the order also says {', '.join(extra)}"
        if kinds := _other_kind(said, best.tokens):
            return f"nearest is {label}, but the order names a {kinds[0]}"
        missing = sorted(t for t in best.tokens - said if is_hard(t))
        for other in others:
            if not _ruled_out(said, best, other, complete=not missing):
                apart = sorted((best.tokens ^ other.tokens) - (said & best.tokens & other.tokens))
                return (
                    f"{label} and {other.item.sku} ({other.item.description}) differ in {', '.join(apart) or 'nothing'}"
                )
        hard = [t for t in said & best.tokens if is_hard(t)]
        words = [t for t in said & best.tokens if not is_hard(t) and not is_letter(t)]
        agrees = price_agrees(best.item)
        if missing and not agrees:
            return f"nearest is {label}, but the order does not say {', '.join(missing)}"
        if not hard and (best.tokens - said or said - best.tokens):
            return f"nearest is {label}, but no size, norm or other attribute proves it"
        if not words and not agrees:
            return f"nearest is {label}, but what kind of thing it is is not said in words known here"
        return None


def _ruled_out(said: frozenset[str], best: Overlap, other: Overlap, *, complete: bool) -> bool:
    """Whether the description itself tells the best item from another.

    It does by stating what only the best has and nothing that only the other has; or, when it states all that the best
    is, by not stating what the other is besides.
    """
    only_best, only_other = best.tokens - other.tokens, other.tokens - best.tokens
    if said & only_other:
        return bool(said & {t for t in only_best if is_hard(t)}) and not said & {t for t in only_other if is_hard(t)}
    if said & only_best:
        return True
    return complete and not only_best and bool(only_other)


def _other_kind(said: frozenset[str], own: frozenset[str]) -> tuple[str, str] | None:
    kinds = lexicon().kinds
    theirs, ours = {kinds[t] for t in said if t in kinds}, {kinds[t] for t in own if t in kinds}
    return (min(theirs), min(ours)) if theirs and ours and not theirs & ours else None


def _shown(ranked: Sequence[Overlap], said: frozenset[str]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(o.item.sku, o.item.description, round(o.score, 3), _difference(said, o.tokens))
        for o in ranked[:5]
        if o.score >= LIKELY
    )


def _difference(said: frozenset[str], own: frozenset[str]) -> str:
    extra = sorted(t for t in said - own if is_hard(t))
    missing = sorted(t for t in own - said if is_hard(t))
    parts = [f"the order says {', '.join(extra)}"] if extra else []
    parts += [f"the order does not say {', '.join(missing)}"] if missing else []
    return "; ".join(parts) or "same attributes"
