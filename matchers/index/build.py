"""The arrays of the index out of the items, a pure function of numbers and descriptions.

Items that an earlier index holds unchanged are not read anew: what it knows of them is carried over, and the arrays
come out the same.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from hashlib import blake2b

import numpy as np

from matchers.index.filed_codes import Codes
from matchers.index.filed_words import Words
from pipeline.model import CatalogueItem
from pipeline.packed import Array, Arrays, Grow, Whole

CODE_PARTS = frozenset({"plain", "gtin", "folded", "near"})  # what the names of arrays of codes begin with
_DIGEST = 16  # bytes
_EMPTY: Arrays = {
    **{name: np.zeros(0, np.uint64) for name in ("items.digests", "plain.keys", "gtin.keys")},
    **{name: np.zeros(0, np.uint32) for name in ("plain.places", "gtin.places", "folded.items", "tokens.flat")},
    **{name: np.zeros(0, np.uint8) for name in ("folded.blob", "words.blob")},
    **{name: np.zeros(1, np.int64) for name in ("folded.starts", "folded.first", "words.starts", "tokens.first")},
}


def index_arrays(
    items: Iterable[CatalogueItem], grow: Grow[Whole], old: Arrays | None = None
) -> dict[str, Array | Whole]:
    """``old`` are the arrays of earlier items, made by this same program; ``grow`` makes the largest arrays."""
    before = _EMPTY if old is None else old
    known = _known(before)
    digests, stood = bytearray(), array("q")
    codes, words = Codes(), Words()
    for at, item in enumerate(items):
        digest = _digest(item)
        digests += digest
        stood.append(known.get(digest, -1))
        if stood[-1] < 0:
            codes.add(at, item)
            words.add(item)
    del known
    earlier = np.array(stood, np.int64)
    folded = codes.folded(before, moved := _moved(earlier, len(before["items.digests"]) * 8 // _DIGEST))
    looked_up = codes.lookups(before, moved)
    del codes
    return {
        "items.digests": np.frombuffer(digests, np.uint64),
        **looked_up,
        **folded.arrays(),
        **words.arrays(before, earlier),
        **folded.near(before, grow),
    }


def code_arrays(items: Iterable[CatalogueItem]) -> dict[str, Array]:
    """Codes in three degrees of strictness, each with the positions of the items that have it."""
    codes, none = Codes(), np.zeros(0, np.int64)
    for at, item in enumerate(items):
        codes.add(at, item)
    return {**codes.lookups(_EMPTY, none), **codes.folded(_EMPTY, none).arrays()}


def word_arrays(items: Iterable[CatalogueItem]) -> dict[str, Array]:
    """The vocabulary in order, the tokens of each item as printed, and the items of each token ascending."""
    words = Words()
    for item in items:
        words.add(item)
    return words.arrays(_EMPTY, np.full(len(words), -1))


def _digest(item: CatalogueItem) -> bytes:
    """Of all that the arrays depend on, so long that no two items share one."""
    said = "\0".join((item.sku, item.mpn or "", item.barcode or "", item.description))
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).digest()


def _known(old: Arrays) -> dict[bytes, int]:
    """The position of each of the earlier items, by digest."""
    raw = old["items.digests"].tobytes()
    return {raw[at : at + _DIGEST]: at // _DIGEST for at in range(0, len(raw), _DIGEST)}


def _moved(stood: Array, before: int) -> Array:
    """Where each of the earlier items stands now, -1: gone; ``stood`` says where each of now's stood."""
    moved = np.full(before, -1, np.int64)
    here = np.flatnonzero(stood >= 0)
    moved[stood[here]] = here
    return moved
