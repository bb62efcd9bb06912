"""The label that a text is most like, found without comparing it with all of them: there are ten thousand."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process


class Nearby:
    """Labels ready to be asked for by likeness or by their beginning. Answers are those of a look at every label."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = tuple(labels)
        self._lengths = np.array([len(label) for label in labels], dtype=np.int32)
        self._letters = np.array([_letters(label) for label in labels], dtype=np.uint64)
        self._sorted = sorted((label, place) for place, label in enumerate(labels))

    def likest(self, text: str, least: float) -> tuple[str, float] | None:
        """The first label of highest ``fuzz.ratio`` (0..100) of at least ``least``.

        A ratio is 100 x (1 - edits / letters of both), an edit being a letter put in or left out: each changes the
        length by one and the count of one letter by one, so that lengths and letters rule nearly all labels out.
        """
        allowed = (1.0 - least / 100.0) * (self._lengths + len(text)) + 1e-6
        near = np.flatnonzero(np.abs(self._lengths - len(text)) <= allowed)
        edits = np.bitwise_count(self._letters[near] ^ np.uint64(_letters(text)))
        few = near[edits <= allowed[near]]
        found = process.extractOne(text, [self._labels[i] for i in few], scorer=fuzz.ratio, score_cutoff=least)
        return None if found is None else (found[0], found[1])

    def beginning(self, text: str) -> list[str]:
        """The labels that begin with ``text``, in their order."""
        start = bisect_left(self._sorted, (text, -1))
        found = []
        while start < len(self._sorted) and self._sorted[start][0].startswith(text):
            found.append(self._sorted[start][1])
            start += 1
        return [self._labels[place] for place in sorted(found)]


def _letters(text: str) -> int:
    """Which letters occur, and which more than once, in a bit each: an edit turns one bit at most."""
    bits = 0
    for letter in text:
        once = 1 << ord(letter) % 32
        bits |= once << 32 if bits & once else once
    return bits
