"""Two recognitions of one page, in two languages, made one: what they agree on is surer, what they dispute is not.

Both read the same runs of text. Within a run, words of the two that lie over each other are compared as a group, so
that a code which one reading parted and the other did not comes out once.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractors.readers.tesseract import Recognised

DISPUTED = 0.6  # confidence left where the two differ in words with figures


def merged(words: Sequence[Recognised], others: Sequence[Recognised]) -> list[Recognised]:
    """``words`` with what ``others`` say of them, and what only the others found. ``line[0]`` is a word's run."""
    runs: dict[int, tuple[list[Recognised], list[Recognised]]] = {}
    for side, reading in enumerate((words, others)):
        for word in reading:
            runs.setdefault(word.line[0], ([], []))[side].append(word)
    return [word for run in sorted(runs) for own, other in _groups(*runs[run]) for word in _settled(own, other)]


def _groups(
    words: Sequence[Recognised], others: Sequence[Recognised]
) -> Iterator[tuple[list[Recognised], list[Recognised]]]:
    """The words of a run from left to right, in groups of those that overlap."""
    group: tuple[list[Recognised], list[Recognised]] = ([], [])
    end = None
    for side, word in sorted(
        [(side, word) for side, reading in enumerate((words, others)) for word in reading], key=lambda one: one[1].x0
    ):
        if end is not None and word.x0 + _slack(word) >= end:
            yield group
            group = ([], [])
            end = None
        group[side].append(word)
        end = max(end or word.x1, word.x1)
    yield group


def _slack(word: Recognised) -> float:
    """Boxes are cut loosely: so many pixels of overlap are none."""
    return 0.2 * min(word.y1 - word.y0, word.x1 - word.x0)


def _settled(words: list[Recognised], others: list[Recognised]) -> list[Recognised]:
    if not words or not others:
        return [_alone(word) for word in words or others]
    if "".join(w.text for w in words) == "".join(o.text for o in others):
        if len(words) != len(others):
            return words
        return [replace(w, confidence=max(w.confidence, o.confidence)) for w, o in zip(words, others, strict=True)]
    if not any(c.isdigit() for word in (*words, *others) for c in word.text):
        return words
    better, least = (words, others) if _sure(words) >= _sure(others) else (others, words)
    most = min(DISPUTED, min(word.confidence for word in least))
    return [replace(word, confidence=min(word.confidence, most)) for word in better]


def _alone(word: Recognised) -> Recognised:
    """A figure that one reading alone sees is no sure one."""
    return replace(word, confidence=min(word.confidence, DISPUTED)) if any(map(str.isdigit, word.text)) else word


def _sure(words: Sequence[Recognised]) -> float:
    return statistics.fmean(word.confidence for word in words)
