"""The items that hold the most weight of some tokens, without looking through the long lists of common ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.packed import Array


def heaviest(lists: Sequence[tuple[int, Array]], count: int, wanted: int) -> list[tuple[int, int]]:
    """(item, weight) of the ``wanted`` heaviest, of equals the first; each list is a token's weight and its items,
    ascending, below ``count``.

    The rarest tokens come first. Once as many items as wanted weigh more than all tokens left together, no item that is
    not among those seen can be one of them (the bound of Turtle and Flood's MaxScore, 1995).
    """
    ordered = sorted(lists, key=lambda pair: (-pair[0], len(pair[1])))
    left = [sum(weight for weight, _ in ordered[at:]) for at in range(len(ordered) + 1)]
    sums = np.zeros(count, np.int32)
    seen = np.zeros(0, np.int64)
    bar = 0  # what the last of those wanted weighs by now
    for at, (weight, items) in enumerate(ordered):
        if bar > left[at]:
            seen = seen[sums[seen] + left[at] >= bar]
            place = np.minimum(items.searchsorted(seen), len(items) - 1)
            sums[seen[items[place] == seen]] += np.int32(weight)
        else:
            held = items.astype(np.int64)
            seen = np.concatenate((seen, held[sums[held] == 0]))
            sums[held] += np.int32(weight)
        if len(seen) > wanted:
            bar = int(np.partition(sums[seen], -wanted)[-wanted])
    seen = seen[sums[seen] >= bar]
    best = np.lexsort((seen, -sums[seen]))[:wanted]
    return [(int(item), int(sums[item])) for item in seen[best]]
