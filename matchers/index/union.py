"""Sorted texts, some of them gone and others new."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.packed import Array, Texts, summed


@dataclass(frozen=True, slots=True)
class Union:
    """``texts`` in order, each once; ``kept`` where each of the earlier texts stands now (-1: gone), ``added`` where
    each of the added ones."""

    texts: Texts
    kept: Array
    added: Array


def union(old: Texts, used: Array, others: Sequence[str]) -> Union:
    """Those of the sorted ``old`` texts that are still used, and ``others``, which are distinct and may be among
    them."""
    order = sorted(range(len(others)), key=others.__getitem__)
    spots = np.fromiter((bisect_left(old, others[at]) for at in order), np.int64, len(order))
    known = np.fromiter(
        (spot < len(old) and old[spot] == others[at] for at, spot in zip(order, spots.tolist(), strict=True)),
        bool, len(order),
    )  # fmt: skip
    used = used.copy()
    used[spots[known]] = True
    places = np.empty(len(order), np.int64)
    places[~known] = summed(used)[spots[~known]] + np.arange(int((~known).sum()))
    ahead = np.searchsorted(spots[~known], np.arange(len(old)), side="right")
    kept = np.where(used, np.cumsum(used) - 1 + ahead, -1)
    places[known] = kept[spots[known]]
    added = np.empty(len(order), np.int64)
    added[order] = places
    new = Texts.of(others[at] for at, there in zip(order, known.tolist(), strict=True) if not there)
    both = old.take(np.flatnonzero(used)).joined(new)
    return Union(both.take(np.argsort(np.concatenate((kept[used], places[~known])))), kept, added)
