"""Which item a line means: a ladder of evidence, strictest first, where codes and description must agree."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from matchers.catalogue import Catalogue
from matchers.codes import code_key, confusion_key, print_key
from matchers.descriptions import Descriptions, Weighed
from matchers.probability import Circumstances
from pipeline.aliases import Aliases, code_alias, in_words, line_keys
from pipeline.interfaces import Erp
from pipeline.model import AliasKind, Candidate, CatalogueItem, ItemStatus, KnownAlias, LineItem
from pipeline.packed import Arrays

SHORTEST_LOOSE_CODE = 4  # characters a code must have before case, separators and zeros may be overlooked
SHORTEST_PRINT = 6  # and before look-alikes and the number of zeros may be overlooked too
SHORTEST_WORD = 5  # characters a word amid other words must have to be taken for a code
SHORTEST_START = 8  # characters of a code cut off at the end of a narrow column
EDITS = 2  # damage forgiven in a code when the description proves the item
Key = Callable[[str], str]
NO_ALIASES = Aliases()
_CODE_WORD = re.compile(r"[^\s,;:()\[\]]*\d[^\s,;:()\[\]]*")


@dataclass(frozen=True, slots=True)
class ItemMatch:
    """``item`` only if exactly one stands; ``problem`` as in ``pipeline.model.LineMatch``."""

    item: CatalogueItem | None
    level: str | None
    probability: float
    reason: str
    problem: str | None = None
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A printed code that leads to an item."""

    sku: str
    level: str
    field: str
    code: str

    @property
    def words(self) -> str:
        return f"{self.field} {self.code} is {_LEVELS[self.level][1].format(sku=self.sku)}"


# the ladder, strictest rung first: level -> (probability, what the code is)
_LEVELS: Mapping[str, tuple[float, str]] = {
    "sku": (1.0, "our item number {sku}"),
    "cross_reference": (1.0, "this customer's number for {sku}"),
    "learned": (1.0, "what this customer calls {sku}, as people confirmed"),
    "gtin": (1.0, "the GTIN of {sku}"),
    "mpn": (0.995, "the manufacturer's number of {sku}"),
    "normalised_code": (0.99, "{sku} but for case, separators or leading zeros"),
    "confused_code": (0.97, "{sku} but for look-alike characters"),
}
_RANK = {level: rank for rank, level in enumerate(_LEVELS)}
_WORDS = "the words"  # a hit by the whole description, not by a number
_FIELDS = (
    ("seller_item_id", "our number"),
    ("buyer_item_id", "the item number"),
    ("standard_item_id", "the GTIN"),
    ("manufacturer_item_id", "the manufacturer's number"),
)


class ItemMatcher:
    """Finds items of one ERP snapshot."""

    def __init__(self, erp: Erp, index: Arrays | None = None) -> None:
        self._erp = erp
        self.catalogue = Catalogue(erp, index)
        self._descriptions = Descriptions(self.catalogue)
        self._part_keys: dict[tuple[str, Key], Mapping[str, frozenset[str]]] = {}

    def match(
        self, line: LineItem, customer_id: str | None, around: Circumstances, aliases: Aliases = NO_ALIASES
    ) -> ItemMatch:
        """``aliases`` are this customer's: those in trust are a rung, the others stop what contradicts them."""
        found = self._climb(line, customer_id, around, aliases)
        said = (aliases.about(kind, key) for kind, key in line_keys(line))
        return self._beside(found, [row for one in said if one.trusted is None for row in one.rows])

    def weigh(self, line: LineItem, customer_id: str | None, around: Circumstances) -> Weighed | None:
        """What bears on a line of which no number is on file; None where nothing comes near."""
        codes = _codes(line)
        said = self._descriptions.read(line.description, [code for field, code in codes if field != "description"])
        return self._descriptions.weigh(said, around, self._nearby(codes, customer_id))

    def _climb(self, line: LineItem, customer_id: str | None, around: Circumstances, aliases: Aliases) -> ItemMatch:
        codes = _codes(line)
        hits = [hit for field, code in codes for hit in self._hits(field, code, customer_id, aliases)]
        hits += _by_words(line, aliases)
        repeated = [code for field, code in codes if field != "description"]
        said = self._descriptions.read(
            line.description, [*repeated, *(h.code for h in hits if h.field == "description")]
        )
        skus = {hit.sku for hit in hits}
        if len(skus) > 1:
            return self._contradicting(hits)
        if skus:
            return self._by_code(hits, codes, said, around)
        return self._without_code(codes, said, around, customer_id)

    def _beside(self, match: ItemMatch, suggested: list[KnownAlias]) -> ItemMatch:
        """With what people said that is not in trust: it proves nothing, but nothing goes through against it."""
        if all(match.item is not None and row.alias.target == match.item.sku for row in suggested):
            return match
        named = [self._candidate(row.alias.target, f"suggested: {in_words(row)}", 0.5) for row in suggested]
        candidates = tuple({c.key: c for c in (*named, *match.candidates)}.values())[:5]
        if match.problem is not None and len(named) == 1:
            return replace(match, candidates=candidates)
        reason = f"{match.reason}, but people chose {'; '.join(in_words(row) for row in suggested)}"
        if match.item is None:
            return ItemMatch(None, None, 0.0, reason, "ambiguous_item", candidates)
        taken = self._candidate(match.item.sku, match.reason)
        return ItemMatch(None, None, 0.0, reason, "ambiguous_item", (taken, *candidates)[:5])

    # --- codes ---

    def _hits(self, field: str, code: str, customer_id: str | None, aliases: Aliases) -> list[Hit]:
        """Also for a code that other words ran into: then one of its words must be on file exactly."""
        found = self._look_up(field, code, customer_id, aliases)
        if found or " " not in code:
            return found
        words = [word for word in _CODE_WORD.findall(code) if len(word) >= SHORTEST_WORD]
        hits = (hit for word in words for hit in self._look_up("description", word, customer_id, aliases))
        return [replace(hit, field=field) for hit in hits]

    def _look_up(self, field: str, code: str, customer_id: str | None, aliases: Aliases) -> list[Hit]:
        """All items the code leads to on the strictest rungs that know it; a word of a description must be exact."""
        learned = aliases.about(AliasKind.ITEM_CODE, code_alias(code)).trusted
        exact: dict[str, Iterable[str]] = {
            "sku": [code] if self._erp.item(code) else [],
            "cross_reference": self._erp.cross_references(customer_id, code) if customer_id else [],
            "learned": [learned.alias.target] if learned else [],
            "gtin": self.catalogue.by_gtin(code),
            "mpn": [item.sku for item in self._erp.items_by_mpn(code)],
        }
        hits = [Hit(sku, level, field, code) for level, skus in exact.items() for sku in skus]
        if hits or field == "description" or len(code_key(code)) < SHORTEST_LOOSE_CODE:
            return hits
        loose = self.catalogue.by_key(code) | self._parts(customer_id, code_key).get(code_key(code), frozenset())
        if loose:
            return [Hit(sku, "normalised_code", field, code) for sku in sorted(loose)]
        return [Hit(sku, "confused_code", field, code) for sku in sorted(self.catalogue.by_confusion(code))]

    def _parts(self, customer_id: str | None, key: Key) -> Mapping[str, frozenset[str]]:
        """The customer's own numbers under what ``key`` makes of them."""
        if customer_id is None:
            return {}
        if (customer_id, key) not in self._part_keys:
            found: dict[str, set[str]] = defaultdict(set)
            for part, sku in self._erp.customer_part_numbers(customer_id):
                found[key(part)].add(sku)
            self._part_keys[customer_id, key] = {part: frozenset(skus) for part, skus in found.items()}
        return self._part_keys[customer_id, key]

    def _contradicting(self, hits: list[Hit]) -> ItemMatch:
        reason = "the codes of the line mean different items: " + "; ".join(dict.fromkeys(h.words for h in hits))
        candidates = tuple(dict.fromkeys(self._candidate(h.sku, h.words) for h in hits))
        return ItemMatch(None, None, 0.0, reason, "ambiguous_item", candidates[:5])

    def _candidate(self, sku: str, reason: str, score: float = 1.0) -> Candidate:
        item = self._erp.item(sku)
        return Candidate(sku, item.description if item else sku, score, reason)

    def _by_code(
        self, hits: list[Hit], codes: list[tuple[str, str]], said: frozenset[str], around: Circumstances
    ) -> ItemMatch:
        best = min(hits, key=lambda hit: _RANK[hit.level])
        item = self._erp.item(best.sku)
        if item is None:
            return ItemMatch(None, None, 0.0, f"{best.words}, which the catalogue does not hold", "unknown_item")
        words = "; ".join(dict.fromkeys(hit.words for hit in hits))
        named = self._descriptions.identify(said, around).item if len(said) > 2 else None
        against = self._against(item, hits, codes, said, around, named)
        if against is not None:
            others = self._descriptions.identify(said, around).candidates
            candidates = (self._candidate(item.sku, words), *(c for c in others if c.key != item.sku))
            return ItemMatch(None, None, 0.0, f"{words}, but {against}", "ambiguous_item", candidates[:5])
        return _sold(item, best.level, _LEVELS[best.level][0], words)

    def _against(
        self, item: CatalogueItem, hits: list[Hit], codes: list[tuple[str, str]], said: frozenset[str],
        around: Circumstances, named: CatalogueItem | None,
    ) -> str | None:  # fmt: skip
        """What on the line speaks against the item its code leads to, in words."""
        if differs := self._descriptions.contradiction(said, item):
            return differs
        if named is not None and named.sku != item.sku:
            return f"the description names {named.sku} ({named.description})"
        backed = self._descriptions.supports(said, item) or bool(around.price(item))
        if self._descriptions.unrelated(said, item) and not backed and all(hit.field != _WORDS for hit in hits):
            return f"the description has nothing in common with {item.description}"
        if all(hit.level == "confused_code" for hit in hits) and not backed:
            return "neither description nor price confirms it"
        led = {hit.code for hit in hits}
        ours = [code for field, code in codes if field == "our number" and code not in led]
        if ours and not backed:
            return f"{ours[0]}, printed as our number, is none"
        return None

    # --- no code leads anywhere ---

    def _without_code(
        self, codes: list[tuple[str, str]], said: frozenset[str], around: Circumstances, customer_id: str | None
    ) -> ItemMatch:
        near, alike = self._nearby(codes, customer_id), self._alike(codes, customer_id)
        described = self._descriptions.identify(said, around, near)
        item = described.item
        if item is not None and any(_is_start(code, item) for _, code in codes):
            near = {item.sku: 0}
        printed = ", ".join(f"{field} {code}" for field, code in codes if field != "description")
        unknown = f"{printed} is not on file; " if printed else ""
        if item is None:
            return self._nothing(f"{unknown}{described.reason}", near, said, described.candidates)
        if near and near.get(item.sku) != min(near.values()):
            code = ", ".join(f"{sku} ({edits} off)" for sku, edits in sorted(near.items(), key=lambda n: n[1])[:3])
            reason = f"{unknown}the description means {item.sku}, but the code is nearer to {code}"
            return ItemMatch(None, None, 0.0, reason, "ambiguous_item", described.candidates)
        ours = next((code for field, code in codes if field == "our number"), None)
        if ours is not None and item.sku not in near:
            reason = f"{ours}, printed as our number, is none, although the description means {item.sku}"
            return ItemMatch(None, None, 0.0, reason, "ambiguous_item", described.candidates)
        if alike == {item.sku}:
            reason = (
                f"{unknown}but for look-alike characters or zeros it is the number of {item.sku}; {described.reason}"
            )
            return _sold(item, "confused_code", described.probability, reason)
        level = "fuzzy_code" if item.sku in near else "description"
        return _sold(item, level, described.probability, f"{unknown}{described.reason}")

    def _nearby(self, codes: list[tuple[str, str]], customer_id: str | None) -> dict[str, int]:
        return self._near(codes) | dict.fromkeys(self._alike(codes, customer_id), 0)

    def _alike(self, codes: list[tuple[str, str]], customer_id: str | None) -> frozenset[str]:
        """Items whose number, or this customer's for them, is a printed code as misread print may show it."""
        printed = [code for field, code in codes if field != "description" and len(code_key(code)) >= SHORTEST_PRINT]
        parts = self._parts(customer_id, print_key) if printed else {}
        found = (self.catalogue.by_print(code) | parts.get(print_key(code), frozenset()) for code in printed)
        return frozenset().union(*found)

    def _near(self, codes: list[tuple[str, str]]) -> dict[str, int]:
        """Items whose number is a printed code with a character or two damaged."""
        near: dict[str, int] = {}
        for field, code in codes:
            if field == "description" or len(confusion_key(code)) < 6:
                continue
            edits = EDITS if len(confusion_key(code)) >= 9 else 1
            for sku, distance in self.catalogue.near_codes(code, edits).items():
                near[sku] = min(distance, near.get(sku, distance))
        return near

    def _nothing(
        self, reason: str, near: Mapping[str, int], said: frozenset[str], described: tuple[Candidate, ...]
    ) -> ItemMatch:
        """Ambiguous if something comes near: a damaged code that the description does not contradict, or a description
        that several items share."""
        close = [
            self._candidate(sku, f"its number is {edits} character(s) off", round(1 - edits / 10, 2))
            for sku, edits in sorted(near.items(), key=lambda n: (n[1], n[0]))[:3]
        ]
        candidates = tuple({c.key: c for c in (*described, *close)}.values())
        plausible = described or not said or any(self._is_meant(sku, said) for sku in near)
        problem = "ambiguous_item" if candidates and plausible else "unknown_item"
        return ItemMatch(None, None, 0.0, reason, problem, candidates[:5])

    def _is_meant(self, sku: str, said: frozenset[str]) -> bool:
        item = self._erp.item(sku)
        return item is not None and self._descriptions.supports(said, item)


def _by_words(line: LineItem, aliases: Aliases) -> list[Hit]:
    """What the words of a line without any number are known to mean."""
    keys = [key for kind, key in line_keys(line) if kind is AliasKind.ITEM_TEXT]
    rows = [aliases.about(AliasKind.ITEM_TEXT, key).trusted for key in keys]
    return [Hit(row.alias.target, "learned", _WORDS, row.alias.key) for row in rows if row]


def _is_start(code: str, item: CatalogueItem) -> bool:
    """Whether the code is the item's number, cut off."""
    key = code_key(code)
    return len(key) >= SHORTEST_START and code_key(item.sku).startswith(key)


def _sold(item: CatalogueItem, level: str, probability: float, words: str) -> ItemMatch:
    """The item, and whether it may still be sold."""
    if item.status is ItemStatus.ACTIVE:
        return ItemMatch(item, level, probability, words)
    if item.status is ItemStatus.SUPERSEDED and item.superseded_by:
        reason = f"{words}; {item.sku} is superseded by {item.superseded_by}"
        successor = (Candidate(item.superseded_by, item.superseded_by, 0.0, f"the successor of {item.sku}"),)
        return ItemMatch(item, "superseded", probability, reason, "discontinued_item", successor)
    return ItemMatch(item, level, probability, f"{words}; {item.sku} is {item.status}", "discontinued_item")


def _codes(line: LineItem) -> list[tuple[str, str]]:
    """Every printed code with the words for its field; last what stands in the description and looks like a code."""
    fields = [(words, getattr(line, name)) for name, words in _FIELDS]
    codes = [(words, code.strip()) for words, code in fields if code and code.strip()]
    known = {code for _, code in codes}
    found = _CODE_WORD.findall(line.description or "")
    embedded = [word.strip(".\"'") for word in found]
    return codes + [("description", word) for word in embedded if len(word) >= SHORTEST_WORD and word not in known]
