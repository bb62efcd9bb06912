"""Does a description mean an item? Evidence by token, near ties refused, the differing token named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matchers.catalogue import Catalogue, Overlap
from matchers.probability import ENOUGH, Circumstances, Witnesses, probability
from matchers.tokens import is_hard, is_letter, lexicon, shape, tokens
from pipeline.model import Candidate, CatalogueItem

SHORT_CODE = 4  # characters up to which a code may be a part of a number ("20" of "207")
LIKELY = 0.55  # share of a description's weight from which an item is worth showing to a person


@dataclass(frozen=True, slots=True)
class Described:
    """What a description says. ``item`` only when it is full evidence for exactly one; ``reason`` either way."""

    item: CatalogueItem | None
    probability: float
    reason: str
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Weighed:
    """``objection``: why the best of the ``ranked`` items is refused whatever its ``witnesses`` say."""

    best: Overlap
    ranked: Sequence[Overlap]
    witnesses: Witnesses
    objection: str | None


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

    def identify(self, said: frozenset[str], around: Circumstances, near: Mapping[str, int] | None = None) -> Described:
        """The one item the description is full evidence for, or why there is none. ``near``: items whose number is one
        printed, but for so many damaged characters."""
        weighed = self.weigh(said, around, near or {})
        if weighed is None:
            return Described(None, 0.0, "nothing in the catalogue is described like this")
        best, shown = weighed.best, _shown(weighed.ranked, said)
        if weighed.objection is not None:
            return Described(None, 0.0, weighed.objection, shown)
        chance = probability(weighed.witnesses)
        if chance < ENOUGH:
            label = f"{best.item.sku} ({best.item.description})"
            return Described(None, chance, f"nearest is {label}, but only {chance:.0%} likely", shown)
        proof = "and the price is the contract price" if weighed.witnesses.price else "no other item fits"
        return Described(best.item, chance, f"the description names {best.item.description}; {proof}", shown)

    def weigh(self, said: frozenset[str], around: Circumstances, near: Mapping[str, int]) -> Weighed | None:
        """The best item and what bears on it; None when nothing is described like this."""
        overlaps = self._catalogue.overlaps(sorted(said))
        if not overlaps or overlaps[0].score < LIKELY:
            return None
        ranked = sorted(overlaps, key=lambda o: (-self._fit(said, o), o.item.sku))
        best, witnesses = ranked[0], self._witnesses(said, ranked, around, near)
        objection = _objection(said, best, ranked[1:]) or _unproven(said, best, witnesses)
        return Weighed(best, ranked, witnesses, objection)

    def _witnesses(
        self, said: frozenset[str], ranked: Sequence[Overlap], around: Circumstances, near: Mapping[str, int]
    ) -> Witnesses:
        best, item = ranked[0], ranked[0].item
        shared = said & best.tokens
        weight = self._catalogue.weight
        whole = sum(weight(t) for t in best.tokens) or 1.0
        fits = [self._fit(said, overlap) for overlap in ranked[:2]]
        return Witnesses(
            said=best.score,
            held=sum(weight(t) for t in shared) / whole,
            hard=sum(1 for t in shared if is_hard(t)),
            missing=sum(1 for t in best.tokens - said if is_hard(t)),
            words=sum(1 for t in shared if not is_hard(t) and not is_letter(t)),
            code=1 - near[item.sku] / 4 if item.sku in near else 0.0,
            lead=(fits[0] - fits[1]) / whole if len(fits) > 1 else 1.0,
            price=around.price(item),
            unit=around.unit(item),
            pack=around.pack(item),
            bought=around.bought(item),
        )

    def _fit(self, said: frozenset[str], overlap: Overlap) -> float:
        """Shared weight less what only one of the two says: the best fit is the one with the least left over."""
        weight = self._catalogue.weight
        shared = sum(weight(t) for t in said & overlap.tokens)
        return shared - sum(weight(t) for t in said ^ overlap.tokens if is_hard(t) or is_letter(t))


def _objection(said: frozenset[str], best: Overlap, others: Sequence[Overlap]) -> str | None:
    """Why the best item must not be taken however likely it is, in words; None when nothing speaks against it."""
    label = f"{best.item.sku} ({best.item.description})"
    if extra := sorted(t for t in said - best.tokens if is_hard(t)):
        return f"nearest is {label}, but the order also says {', '.join(extra)}"
    if kinds := _other_kind(said, best.tokens):
        return f"nearest is {label}, but the order names a {kinds[0]}"
    complete = all(t in said for t in best.tokens if is_hard(t))
    for other in others:
        if not _ruled_out(said, best, other, complete=complete):
            apart = sorted((best.tokens ^ other.tokens) - (said & best.tokens & other.tokens))
            return f"{label} and {other.item.sku} ({other.item.description}) differ in {', '.join(apart) or 'nothing'}"
    return None


def _unproven(said: frozenset[str], best: Overlap, witnesses: Witnesses) -> str | None:
    """What the line leaves open that only this customer's price could settle, in words; None when nothing is."""
    label = f"{best.item.sku} ({best.item.description})"
    missing = sorted(t for t in best.tokens - said if is_hard(t))
    if missing and not witnesses.price:
        return f"nearest is {label}, but the order does not say {', '.join(missing)}"
    if not witnesses.hard and said != best.tokens:
        return f"nearest is {label}, but no size, norm or other attribute proves it"
    if not witnesses.words and not witnesses.price:
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
