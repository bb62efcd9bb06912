"""The arrays of the index out of the items, a pure function of numbers and descriptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from matchers.codes import CONFUSED, barcode_key, code_key, confusion_key
from matchers.index.neighbours import neighbour_arrays
from matchers.tokens import is_hard, tokens
from pipeline.model import CatalogueItem
from pipeline.packed import Array, Lookup, Texts, grouped


@dataclass(slots=True)
class _Columns:
    """What is taken from the items in one pass. Positions are those of the items."""

    plain: list[str] = field(default_factory=list)
    folded: list[str] = field(default_factory=list)
    coded: list[int] = field(default_factory=list)  # whose the two are
    gtins: list[str] = field(default_factory=list)
    gtin_of: list[int] = field(default_factory=list)
    vocabulary: dict[str, int] = field(default_factory=dict)
    flat: list[Array] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)


def index_arrays(items: Sequence[CatalogueItem]) -> dict[str, Array]:
    taken = _taken(items)
    return {"count": np.array([len(items)], np.uint32), **_code_arrays(taken), **_word_arrays(taken)}


def _taken(items: Sequence[CatalogueItem]) -> _Columns:
    taken = _Columns()
    for at, item in enumerate(items):
        for code in filter(None, (item.sku, item.mpn)):
            taken.plain.append(code_key(code))
            taken.folded.append(confusion_key(code))
            taken.coded.append(at)
        if item.barcode:
            taken.gtins.append(barcode_key(item.barcode))
            taken.gtin_of.append(at)
        # not the cached form: the cache would hold every description of the catalogue
        found = tokens.__wrapped__(item.description)
        taken.lengths.append(len(found))
        known = taken.vocabulary
        taken.flat.append(np.array([known.setdefault(token, len(known)) for token in found], np.uint32))
    return taken


def _code_arrays(taken: _Columns) -> dict[str, Array]:
    coded = np.array(taken.coded, np.uint32)
    arrays = Lookup.arrays("plain", Texts.of(taken.plain), coded)
    arrays |= Lookup.arrays("gtin", Texts.of(taken.gtins), np.array(taken.gtin_of, np.uint32))
    distinct = sorted(set(taken.folded))
    places = {key: at for at, key in enumerate(distinct)}
    of_key = np.fromiter((places[key] for key in taken.folded), np.int64, len(taken.folded))
    order, starts = grouped(of_key, len(distinct))
    folded = Texts.of(distinct)
    del distinct, places, taken.plain[:], taken.folded[:]
    arrays |= {**folded.arrays("folded"), "folded.items": coded[order], "folded.first": starts}
    return {**arrays, **Lookup.arrays("folded", folded), **neighbour_arrays(folded, "near")}


def _word_arrays(taken: _Columns) -> dict[str, Array]:
    """The vocabulary in order, the tokens of each item as printed, and the items of each token ascending."""
    words = sorted(taken.vocabulary)
    rank = np.zeros(len(words), np.uint32)
    rank[[taken.vocabulary[word] for word in words]] = np.arange(len(words))
    flat = rank[np.concatenate([np.zeros(0, np.uint32), *taken.flat]).astype(np.int64)]
    lengths = np.array(taken.lengths, np.int64)
    order, starts = grouped(flat, len(words))
    owners = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)
    texts = Texts.of(words)
    spelled = Texts.of(word for word in words if is_plain_word(word))
    return {
        **texts.arrays("words"),
        **Lookup.arrays("words", texts),
        "tokens.flat": flat,
        "tokens.first": np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths))),
        "tokens.items": owners[order],
        "tokens.starts": starts,
        **spelled.arrays("plain_words"),
        **neighbour_arrays(spelled, "spelling"),
        **_lookalike_arrays(words),
    }


def _lookalike_arrays(words: Sequence[str]) -> dict[str, Array]:
    with_digits = [at for at, word in enumerate(words) if any(c.isdigit() for c in word)]
    folded = Texts.of(words[at].translate(CONFUSED) for at in with_digits)
    return Lookup.arrays("lookalikes", folded, np.array(with_digits, np.uint32))


def is_plain_word(token: str) -> bool:
    """Long enough that a slip in it can be told, and nothing that must agree exactly."""
    return token.isalpha() and len(token) >= 5 and not is_hard(token)
