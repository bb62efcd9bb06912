"""A small text classifier for document types: words and word pairs, hashed, in a softmax regression.

It never decides alone (see ``doctype``). The weights are made by ``doctype_train`` from sentences written for this
project and the labels of ``pipeline/languages``; nothing is fetched and the same input gives the same model.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.language import fold

BUCKETS = 1 << 15
MODEL = "doctype_model.npz"
_MOST_TOKENS = 3000  # of a document; what follows adds no knowledge, only time


def tokens_of(text: str) -> list[str]:
    """Folded words without figures: numbers, codes and amounts say nothing about the type."""
    return [token for token in fold(text).split()[:_MOST_TOKENS] if token.isalpha() and len(token) > 1]


def buckets_of(tokens: Sequence[str]) -> NDArray[np.int64]:
    """The hash buckets of the words and of the pairs of neighbours, each once, sorted."""
    pairs = (f"{a} {b}" for a, b in pairwise(tokens))
    found = {zlib.crc32(text.encode()) % BUCKETS for text in (*tokens, *pairs)}
    return np.array(sorted(found), dtype=np.int64)


@cache
def _model() -> tuple[tuple[str, ...], NDArray[np.float32], NDArray[np.float32]]:
    with resources.files("extractors").joinpath(MODEL).open("rb") as file, np.load(file, allow_pickle=False) as data:
        return tuple(str(name) for name in data["types"]), data["weights"].astype(np.float32), data["bias"]


def probabilities(text: str) -> Mapping[str, float]:
    """Type → probability; they add up to 1. A text without a known word gives equal shares."""
    types, weights, bias = _model()
    buckets = buckets_of(tokens_of(text))
    buckets = buckets[weights[buckets].any(axis=1)]  # what training did not find telling does not count
    if not len(buckets):
        return {name: 1 / len(types) for name in types}
    scores = weights[buckets].sum(axis=0) / np.sqrt(len(buckets)) + bias
    shares = np.exp(scores - scores.max())
    return {name: float(share) for name, share in zip(types, shares / shares.sum(), strict=True)}
