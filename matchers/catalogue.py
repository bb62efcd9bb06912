"""The catalogue's indexes: codes in three degrees of strictness, and descriptions by token."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from matchers.tokens import is_hard, tokens
from pipeline.interfaces import Erp
from pipeline.model import CatalogueItem

CONSIDERED = 60  # items scored in detail for one description; the rest shares fewer and commoner tokens
FOREIGN = 0.25  # weight of a word the catalogue never uses: most often it is another language's
# characters that optical recognition takes for one another
_CONFUSED = str.maketrans("oqdilszbg", "000115286")


def code_key(code: str) -> str:
    """Case, blanks, hyphens and leading zeros aside."""
    return re.sub(r"[\W_]+", "", code).casefold().lstrip("0")


def confusion_key(code: str) -> str:
    """``code_key`` with look-alike characters made one (O/0, I/l/1, S/5, B/8, Z/2, G/6)."""
    return re.sub(r"[\W_]+", "", code).casefold().translate(_CONFUSED).lstrip("0")


def gtin_key(code: str) -> str | None:
    """GTIN-8, UPC-A, EAN-13 and GTIN-14 as 14 digits (GS1 General Specifications, 3.2); None when it is none of them
    or its check digit is wrong."""
    digits = re.sub(r"[\s-]", "", code)
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (8, 12, 13, 14):
        return None
    digits = digits.zfill(14)
    total = sum(int(d) * (3 if place % 2 == 0 else 1) for place, d in enumerate(digits[:-1]))
    return digits if (10 - total % 10) % 10 == int(digits[-1]) else None


@dataclass(frozen=True, slots=True)
class Overlap:
    """One catalogue item beside a description. ``score`` is the share of the description's weight it holds, 0..1."""

    item: CatalogueItem
    tokens: frozenset[str]
    score: float


class Catalogue:
    """Indexes over one ERP snapshot, each built when it is first asked for."""

    def __init__(self, erp: Erp) -> None:
        self._erp = erp
        self.items: Sequence[CatalogueItem] = erp.items()

    # --- codes ---

    @cached_property
    def _gtins(self) -> Mapping[str, tuple[str, ...]]:
        found = defaultdict(list)
        for item in self.items:
            if item.barcode:
                found[gtin_key(item.barcode) or item.barcode.strip().zfill(14)].append(item.sku)
        return {key: tuple(skus) for key, skus in found.items()}

    @cached_property
    def _keys(self) -> tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]:
        plain: dict[str, set[str]] = defaultdict(set)
        confused: dict[str, set[str]] = defaultdict(set)
        for item in self.items:
            for code in (item.sku, item.mpn):
                if code:
                    plain[code_key(code)].add(item.sku)
                    confused[confusion_key(code)].add(item.sku)
        return _frozen(plain), _frozen(confused)

    def by_gtin(self, code: str) -> tuple[str, ...]:
        key = gtin_key(code)
        return self._gtins.get(key, ()) if key else ()

    def by_key(self, code: str) -> frozenset[str]:
        """SKUs whose own or manufacturer's number is the same but for case, separators and leading zeros."""
        return self._keys[0].get(code_key(code), frozenset())

    def by_confusion(self, code: str) -> frozenset[str]:
        return self._keys[1].get(confusion_key(code), frozenset())

    @cached_property
    def _code_list(self) -> tuple[list[str], list[str]]:
        pairs = [(confusion_key(c), item.sku) for item in self.items for c in (item.sku, item.mpn) if c]
        return [key for key, _ in pairs], [sku for _, sku in pairs]

    def near_codes(self, code: str, edits: int) -> dict[str, int]:
        """SKUs whose own or manufacturer's number is within so many edits after look-alikes are made one, with the
        number of edits."""
        key = confusion_key(code)
        keys, skus = self._code_list
        hits = process.extract(key, keys, scorer=Levenshtein.distance, score_cutoff=edits, limit=50)
        near: dict[str, int] = {}
        for _, distance, place in hits:
            near[skus[place]] = min(int(distance), near.get(skus[place], edits))
        return near

    # --- descriptions ---

    @cached_property
    def _token_index(
        self,
    ) -> tuple[dict[str, int], npt.NDArray[np.int32], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Vocabulary, postings (item positions grouped by token), where each group starts, and token weights."""
        vocabulary: dict[str, int] = {}
        ids: list[int] = []
        lengths = np.zeros(len(self.items), np.int64)
        for at, item in enumerate(self.items):
            found = tokens(item.description)
            lengths[at] = len(found)
            ids += [vocabulary.setdefault(token, len(vocabulary)) for token in found]
        flat = np.array(ids, np.int64)
        order = np.argsort(flat, kind="stable")
        starts = np.searchsorted(flat[order], np.arange(len(vocabulary) + 1))
        owners = np.repeat(np.arange(len(self.items), dtype=np.int32), lengths)
        weights = np.log1p(len(self.items) / np.maximum(np.diff(starts), 1))
        return vocabulary, owners[order], starts, weights

    def knows(self, token: str) -> bool:
        """Whether any catalogue description holds the token."""
        return token in self._token_index[0]

    def weight(self, token: str) -> float:
        """How much the token tells: the rarer, the more."""
        vocabulary, _, _, weights = self._token_index
        place = vocabulary.get(token)
        return float(weights[place]) if place is not None else float(np.log1p(len(self.items)))

    @cached_property
    def _words(self) -> list[str]:
        return [token for token in self._token_index[0] if token.isalpha() and len(token) >= 5 and not is_hard(token)]

    @cached_property
    def _confused_tokens(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for token in self._token_index[0]:
            if any(c.isdigit() for c in token):
                found[token.translate(_CONFUSED)].add(token)
        return _frozen(found)

    def spelled(self, found: Iterable[str]) -> tuple[str, ...]:
        """Tokens with misread product words and look-alike characters (M6x2S) put right, and compounds split, where the
        catalogue knows only one way. A digit is never taken for another digit."""
        return tuple(dict.fromkeys(part for token in found for part in self._spell(token)))

    def _spell(self, token: str) -> tuple[str, ...]:
        if self.knows(token) or (is_hard(token) and not any(c.isalpha() for c in token)):
            return (token,)
        if token.isalpha() and len(token) >= 5 and not is_hard(token):
            hits = process.extract(token, self._words, scorer=fuzz.ratio, score_cutoff=87, limit=2)
            if len(hits) == 1 or (len(hits) == 2 and hits[0][1] - hits[1][1] > 5):
                return (hits[0][0],)
        lookalikes = self._confused_tokens.get(token.translate(_CONFUSED), frozenset())
        if len(lookalikes) == 1 and len(token) > 2:
            return tuple(lookalikes)
        splits = [
            (token[:at], token[at:])
            for at in range(2, len(token) - 1)
            if self.knows(token[:at]) and self.knows(token[at:]) and not token[:at].isdigit()
        ]
        return splits[0] if len(splits) == 1 and any(c.isdigit() for c in token) else (token,)

    def overlaps(self, found: Sequence[str]) -> list[Overlap]:
        """The items that share the most weight with these tokens, best first."""
        vocabulary, postings, starts, weights = self._token_index
        places = [vocabulary[token] for token in found if token in vocabulary]
        if not places:
            return []
        owners = np.concatenate([postings[starts[p] : starts[p + 1]] for p in places])
        worth = np.concatenate([np.full(starts[p + 1] - starts[p], weights[p]) for p in places])
        items, inverse = np.unique(owners, return_inverse=True)
        scores = np.bincount(inverse, worth) / sum(self._asked(token) for token in found)
        best = np.argsort(-scores, kind="stable")[:CONSIDERED]
        return [self._overlap(int(items[b]), float(scores[b])) for b in best]

    def _asked(self, token: str) -> float:
        """What an item must hold to be likely: every size and number, but not every word of another language."""
        return self.weight(token) * (1.0 if self.knows(token) or is_hard(token) else FOREIGN)

    def _overlap(self, at: int, score: float) -> Overlap:
        item = self.items[at]
        return Overlap(item, frozenset(tokens(item.description)), score)


def _frozen(found: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(skus) for key, skus in found.items()}
