"""The arrays of the index out of the items, a pure function of numbers and descriptions."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np

from matchers.codes import CONFUSED, barcode_key, code_key, confusion_key
from matchers.index.neighbours import neighbour_arrays
from matchers.tokens import is_hard, tokens
from pipeline.model import CatalogueItem
from pipeline.packed import Array, Lookup, Texts, grouped

CODE_PARTS = frozenset({"plain", "gtin", "folded", "near"})  # what the names of arrays of codes begin with


def index_arrays(items: Sequence[CatalogueItem]) -> dict[str, Array]:
    codes = code_arrays(items)
    near = neighbour_arrays(Texts.from_arrays(codes, "folded"), "near")
    return {**codes, **near, **word_arrays(items)}


def code_arrays(items: Sequence[CatalogueItem]) -> dict[str, Array]:
    """Codes in three degrees of strictness, each with the positions of the items that have it."""
    plain, folded, gtins = list[str](), list[str](), list[str]()
    coded, barred = array("I"), array("I")  # whose codes and whose barcodes these are
    for at, item in enumerate(items):
        for code in filter(None, (item.sku, item.mpn)):
            plain.append(code_key(code))
            folded.append(confusion_key(code))
            coded.append(at)
        if item.barcode:
            gtins.append(barcode_key(item.barcode))
            barred.append(at)
    owners = np.array(coded, np.uint32)
    return {
        **Lookup.arrays("plain", Texts.of(plain), owners),
        **Lookup.arrays("gtin", Texts.of(gtins), np.array(barred, np.uint32)),
        **_folded_arrays(folded, owners),
    }


def _folded_arrays(folded: list[str], owners: Array) -> dict[str, Array]:
    distinct = sorted(set(folded))
    places = {key: at for at, key in enumerate(distinct)}
    order, starts = grouped(np.fromiter((places[key] for key in folded), np.int64, len(folded)), len(distinct))
    texts = Texts.of(distinct)
    arrays = {**texts.arrays("folded"), **Lookup.arrays("folded", texts)}
    return {**arrays, "folded.items": owners[order], "folded.first": starts}


def word_arrays(items: Sequence[CatalogueItem]) -> dict[str, Array]:
    """The vocabulary in order, the tokens of each item as printed, and the items of each token ascending."""
    vocabulary: dict[str, int] = {}
    taken, lengths = array("I"), array("I")
    for item in items:
        # not the cached form: the cache would hold every description of the catalogue
        found = tokens.__wrapped__(item.description)
        lengths.append(len(found))
        taken.extend([vocabulary.setdefault(token, len(vocabulary)) for token in found])
    words = sorted(vocabulary)
    rank = np.zeros(len(words), np.uint32)
    rank[[vocabulary[word] for word in words]] = np.arange(len(words))
    return {
        **_token_arrays(rank[np.array(taken, np.int64)], np.array(lengths, np.int64), len(words)),
        **_of_words(words),
    }


def _token_arrays(flat: Array, lengths: Array, words: int) -> dict[str, Array]:
    order, starts = grouped(flat, words)
    owners = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)
    first = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
    return {"tokens.flat": flat, "tokens.first": first, "tokens.items": owners[order], "tokens.starts": starts}


def _of_words(words: Sequence[str]) -> dict[str, Array]:
    texts = Texts.of(words)
    spelled = Texts.of(word for word in words if is_plain_word(word))
    return {
        **texts.arrays("words"),
        **Lookup.arrays("words", texts),
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
