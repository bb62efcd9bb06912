"""Numbers and barcodes as arrays: those of new items joined to what an earlier index has of the others."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import partial

import numpy as np

from matchers.codes import barcode_key, code_key, confusion_key
from matchers.index.neighbours import merged_arrays, neighbour_arrays
from matchers.index.union import union
from pipeline.model import CatalogueItem
from pipeline.packed import Array, Arrays, Grow, Lookup, Texts, Whole, grouped, hashes

_AT_ONCE = 65536  # texts
_CARRIED = 8  # the neighbourhood is carried over while fewer than one in so many codes is new


class Codes:
    """Collects the codes of new items. ``moved`` says where each item of the earlier index stands now (-1: gone)."""

    def __init__(self) -> None:
        self._plain, self._gtins = _Hashed(), _Hashed()
        self._places: dict[str, int] = {}  # of folded codes, in the order met
        self._met, self._owners = array("I"), array("I")

    def add(self, at: int, item: CatalogueItem) -> None:
        for code in filter(None, (item.sku, item.mpn)):
            self._plain.add(code_key(code), at)
            self._met.append(self._places.setdefault(confusion_key(code), len(self._places)))
            self._owners.append(at)
        if item.barcode:
            self._gtins.add(barcode_key(item.barcode), at)

    def lookups(self, old: Arrays, moved: Array) -> dict[str, Array]:
        return {**self._plain.arrays("plain", old, moved), **self._gtins.arrays("gtin", old, moved)}

    def folded(self, old: Arrays, moved: Array) -> Folded:
        count = len(old["folded.first"]) - 1
        often: Array = np.diff(old["folded.first"].astype(np.int64))
        keys = np.repeat(np.arange(count), often)
        owners = moved[old["folded.items"]]
        keys, owners = keys[owners >= 0], owners[owners >= 0]
        used = np.bincount(keys, minlength=count) > 0
        joined = union(Texts.from_arrays(old, "folded"), used, list(self._places))
        keys = np.concatenate((joined.kept[keys], joined.added[np.array(self._met, np.int64)]))
        owners = np.concatenate((owners, np.array(self._owners, np.int64)))
        order = np.argsort(owners, kind="stable")
        new = np.setdiff1d(joined.added, joined.kept)
        return Folded(joined.texts, keys[order], owners[order], new, joined.kept)


@dataclass(frozen=True, slots=True)
class Folded:
    """Distinct folded codes in order; ``keys`` and ``owners`` say which code which item has, by item. ``new`` are the
    places of codes the earlier index did not have, ``kept`` the places of those it had (-1: gone)."""

    texts: Texts
    keys: Array
    owners: Array
    new: Array
    kept: Array

    def arrays(self) -> dict[str, Array]:
        order, starts = grouped(self.keys, len(self.texts))
        items = self.owners[order].astype(np.uint32)
        arrays = {**self.texts.arrays("folded"), **Lookup.arrays("folded", self.texts)}
        return {**arrays, "folded.items": items, "folded.first": starts}

    def near(self, old: Arrays, grow: Grow[Whole]) -> dict[str, Array | Whole]:
        build = partial(neighbour_arrays, self.texts, "near", grow)
        if "near.form" not in old or len(self.new) * _CARRIED > len(self.texts):
            return build()
        return merged_arrays(self.texts, self.new, old, self.kept, "near", grow) or build()


class _Hashed:
    """Texts of which only the hashes are kept, with the item each is of."""

    def __init__(self) -> None:
        self._texts = list[str]()
        self._hashes = [np.zeros(0, np.uint64)]
        self._owners = array("I")

    def add(self, text: str, owner: int) -> None:
        self._texts.append(text)
        self._owners.append(owner)
        if len(self._texts) == _AT_ONCE:
            self._hash()

    def _hash(self) -> None:
        self._hashes.append(hashes(Texts.of(self._texts)))
        self._texts.clear()

    def arrays(self, name: str, old: Arrays, moved: Array) -> dict[str, Array]:
        self._hash()
        places = moved[old[f"{name}.places"]]
        keys = np.concatenate((old[f"{name}.keys"][places >= 0], *self._hashes))
        return Lookup.sorted(name, keys, np.concatenate((places[places >= 0], np.array(self._owners, np.int64))))
