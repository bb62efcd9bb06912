"""Descriptions as arrays: those of new items joined to what an earlier index has of the others."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np

from matchers.codes import CONFUSED
from matchers.index.neighbours import neighbour_arrays
from matchers.index.union import union
from matchers.tokens import is_hard, tokens
from pipeline.model import CatalogueItem
from pipeline.packed import Array, Arrays, Gathered, Lookup, Texts, grouped, slices, summed


class Words:
    """Collects the tokens of new items, in the catalogue's order."""

    def __init__(self) -> None:
        self._vocabulary: dict[str, int] = {}  # in the order met
        self._flat, self._lengths = array("I"), array("I")

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, item: CatalogueItem) -> None:
        # not the cached form: the cache would hold every description of the catalogue
        found = tokens.__wrapped__(item.description)
        met = self._vocabulary
        self._lengths.append(len(found))
        self._flat.extend([met.setdefault(token, len(met)) for token in found])

    def arrays(self, old: Arrays, stood: Array) -> dict[str, Array]:
        """``stood``: of every item now, where it stood in the earlier index; -1: it is new."""
        words = Texts.from_arrays(old, "words")
        flat, lengths = self._woven(old, stood, len(words))
        used = np.bincount(flat, minlength=len(words))[: len(words)] > 0
        joined = union(words, used, list(self._vocabulary))
        flat = np.concatenate((joined.kept, joined.added)).astype(np.uint32)[flat]
        return {**_token_arrays(flat, lengths, len(joined.texts)), **_of_words(joined.texts)}

    def _woven(self, old: Arrays, stood: Array, words: int) -> tuple[Array, Array]:
        """The tokens of every item now and how many each has; those met here are numbered from ``words`` on."""
        kept, before = stood >= 0, old["tokens.first"]
        own = np.array(self._lengths, np.int64)
        begins, lengths = np.empty(len(stood), np.int64), np.empty(len(stood), np.int64)
        begins[kept], lengths[kept] = before[stood[kept]], np.diff(before)[stood[kept]]
        begins[~kept], lengths[~kept] = before[-1] + summed(own)[:-1], own
        both = np.concatenate((old["tokens.flat"], np.array(self._flat, np.uint32) + np.uint32(words)))
        return both[slices(begins, lengths)], lengths


def _token_arrays(flat: Array, lengths: Array, words: int) -> dict[str, Array]:
    order, starts = grouped(flat, words)
    owners = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)
    of_item = {"tokens.flat": flat, "tokens.first": summed(lengths)}
    return {**of_item, "tokens.items": owners[order], "tokens.starts": starts}


def _of_words(texts: Texts) -> dict[str, Array]:
    words = list(texts)
    spelled = Texts.of(word for word in words if is_plain_word(word))
    return {
        **texts.arrays("words"),
        **Lookup.arrays("words", texts),
        **spelled.arrays("plain_words"),
        **neighbour_arrays(spelled, "spelling", Gathered),
        **_lookalike_arrays(words),
    }


def _lookalike_arrays(words: Sequence[str]) -> dict[str, Array]:
    with_digits = [at for at, word in enumerate(words) if any(c.isdigit() for c in word)]
    folded = Texts.of(words[at].translate(CONFUSED) for at in with_digits)
    return Lookup.arrays("lookalikes", folded, np.array(with_digits, np.uint32))


def is_plain_word(token: str) -> bool:
    """Long enough that a slip in it can be told, and nothing that must agree exactly."""
    return token.isalpha() and len(token) >= 5 and not is_hard(token)
