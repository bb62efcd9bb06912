"""What the catalogue holds: codes in three degrees of strictness, and descriptions by token."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from matchers.codes import CONFUSED, barcode_key, code_key, confusion_key, gtin_key, print_key
from matchers.index.filed_words import is_plain_word
from matchers.index.heaviest import heaviest
from matchers.index.neighbours import Neighbours, Scan
from matchers.index.store import open_index
from matchers.tokens import is_hard
from pipeline.interfaces import Erp
from pipeline.model import CatalogueItem
from pipeline.packed import Array, Arrays, Lookup, Texts

CONSIDERED = 60  # items scored in detail for one description; the rest shares fewer and commoner tokens
NEAREST = 50  # damaged forms of one code that are looked at
FOREIGN = 0.25  # weight of a word the catalogue never uses: most often it is another language's
SAME_WORD = 87  # likeness (0..100) from which a word is another one misspelt
_ONE = 65536


@dataclass(frozen=True, slots=True)
class Overlap:
    """One catalogue item beside a description. ``score`` is the share of the description's weight it holds, 0..1."""

    item: CatalogueItem
    tokens: frozenset[str]
    score: float


class Catalogue:
    """Looks up in the index of one ERP snapshot. ``index`` are the arrays of ``matchers.index.store.open_index``."""

    def __init__(self, erp: Erp, index: Arrays | None = None) -> None:
        self.items: Sequence[CatalogueItem] = erp.items()
        self._index = open_index(erp, None) if index is None else index
        self._erp = erp

    def _of(self, name: str) -> Lookup:
        return Lookup.from_arrays(self._index, name)

    def item(self, sku: str) -> CatalogueItem:
        """One that a look-up here gave."""
        found = self._erp.item(sku)
        if found is None:
            raise KeyError(sku)
        return found

    # --- codes ---

    def by_gtin(self, code: str) -> tuple[str, ...]:
        key = gtin_key(code)
        found = [self.items[at] for at in self._of("gtin").find(key)] if key else []
        return tuple(item.sku for item in found if item.barcode and barcode_key(item.barcode) == key)

    def by_key(self, code: str) -> frozenset[str]:
        """SKUs whose own or manufacturer's number is the same but for case, separators and leading zeros."""
        key = code_key(code)
        found = [self.items[at] for at in self._of("plain").find(key)]
        return frozenset(i.sku for i in found if key in {code_key(c) for c in (i.sku, i.mpn) if c})

    def by_confusion(self, code: str) -> frozenset[str]:
        key = confusion_key(code)
        found = [at for at in self._of("folded").find(key) if self._folded[at] == key]
        return frozenset(self.items[item].sku for at in found for item in self._items_of_key(at))

    @cached_property
    def _folded(self) -> Texts:
        return Texts.from_arrays(self._index, "folded")

    @cached_property
    def _near(self) -> Neighbours | Scan:
        return Neighbours(self._folded, self._index, "near") if "near.form" in self._index else Scan(self._folded)

    def _items_of_key(self, at: int) -> list[int]:
        first = self._index["folded.first"]
        return [int(item) for item in self._index["folded.items"][first[at] : first[at + 1]]]

    def near_codes(self, code: str, edits: int) -> dict[str, int]:
        """SKUs whose own or manufacturer's number is within so many edits (at most 2) after look-alikes are made one,
        with the number of edits; of very many, the nearest."""
        near: dict[str, int] = {}
        for distance, at in self._near.within(confusion_key(code), edits)[:NEAREST]:
            for item in self._items_of_key(at):
                near.setdefault(self.items[item].sku, distance)
        return near

    def by_print(self, code: str) -> frozenset[str]:
        """SKUs whose own or manufacturer's number is the same but for look-alikes and zeros doubled or dropped."""
        key = print_key(code)
        found = (self._erp.item(sku) for sku in self.near_codes(code, 2))
        return frozenset(i.sku for i in found if i and key in {print_key(c) for c in (i.sku, i.mpn) if c})

    # --- descriptions ---

    @cached_property
    def _words(self) -> Texts:
        return Texts.from_arrays(self._index, "words")

    @cached_property
    def _weights(self) -> npt.NDArray[np.int32]:
        """Of each token, in 65536ths: whole numbers add up alike in any order."""
        often = np.maximum(np.diff(self._index["tokens.starts"].astype(np.int64)), 1)
        weights: npt.NDArray[np.int32] = np.rint(np.log1p(len(self.items) / often) * _ONE).astype(np.int32)
        return weights

    def _place(self, token: str) -> int | None:
        return next((at for at in self._of("words").find(token) if self._words[at] == token), None)

    def knows(self, token: str) -> bool:
        """Whether any catalogue description holds the token."""
        return self._place(token) is not None

    def weight(self, token: str) -> float:
        """How much the token tells: the rarer, the more."""
        place = self._place(token)
        return float(self._weights[place]) / _ONE if place is not None else float(np.log1p(len(self.items)))

    @cached_property
    def _spelling(self) -> Neighbours:
        return Neighbours(Texts.from_arrays(self._index, "plain_words"), self._index, "spelling")

    def spelled(self, found: Iterable[str]) -> tuple[str, ...]:
        """Tokens with misread product words and look-alike characters (M6x2S) put right, and compounds split, where the
        catalogue knows only one way. A digit is never taken for another digit."""
        return tuple(dict.fromkeys(part for token in found for part in self._spell(token)))

    def _spell(self, token: str) -> tuple[str, ...]:
        if self.knows(token) or (is_hard(token) and not any(c.isalpha() for c in token)):
            return (token,)
        if is_plain_word(token):
            alike = ((fuzz.ratio(token, word), word) for _, word in self._spelling.candidates(token))
            hits = sorted((hit for hit in alike if hit[0] >= SAME_WORD), reverse=True)[:2]
            if len(hits) == 1 or (len(hits) == 2 and hits[0][0] - hits[1][0] > 5):
                return (hits[0][1],)
        folded = token.translate(CONFUSED)
        places = [at for at in self._of("lookalikes").find(folded) if self._words[at].translate(CONFUSED) == folded]
        if len(places) == 1 and len(token) > 2:
            return (self._words[places[0]],)
        splits = [
            (token[:at], token[at:])
            for at in range(2, len(token) - 1)
            if self.knows(token[:at]) and self.knows(token[at:]) and not token[:at].isdigit()
        ]
        return splits[0] if len(splits) == 1 and any(c.isdigit() for c in token) else (token,)

    def overlaps(self, found: Sequence[str]) -> list[Overlap]:
        """The items that share the most weight with these tokens, best first, of equals the first in the catalogue."""
        places = [place for token in found if (place := self._place(token)) is not None]
        starts, items = self._index["tokens.starts"], self._index["tokens.items"]
        lists = [(int(self._weights[p]), items[starts[p] : starts[p + 1]]) for p in places]
        asked = sum(self._asked(token) for token in found) * _ONE
        return [self._overlap(at, worth / asked) for at, worth in heaviest(lists, len(self.items), CONSIDERED)]

    def _asked(self, token: str) -> float:
        """What an item must hold to be likely: every size and number, but not every word of another language."""
        return self.weight(token) * (1.0 if self.knows(token) or is_hard(token) else FOREIGN)

    def _overlap(self, at: int, score: float) -> Overlap:
        first = self._index["tokens.first"]
        return Overlap(self.items[at], frozenset(self._words.many(self._tokens_at(first[at], first[at + 1]))), score)

    def _tokens_at(self, begin: int, end: int) -> Array:
        return self._index["tokens.flat"][begin:end].astype(np.int64)
