"""A page's own text beside what recognition sees: the text is believed where the two agree, and only there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.language import fold
from pipeline.model import Box, Page, Word

if TYPE_CHECKING:
    from extractors.readers.upright import Matrix  # with OpenCV: 17 MB that a digital page does not need

HONEST = 0.8  # share of the words, and of the numbers, that recognition must find again to believe the text
_FEWEST = 3  # words; fewer prove nothing
_SURE = 0.8  # confidence of recognised numbers that the text must say too
_RIM = 2.0  # points by which recognised words may lie beside


def agrees(own: Page, seen: Page) -> bool:
    """Whether recognition reads the same as the page's own words. ``own`` is the page as displayed."""
    pairs = [(word, _alnum(heard)) for word, heard in _heard(own, seen) if len(_alnum(word.text)) > 1]
    if len(pairs) < _FEWEST:
        return True
    same = [(word, _alnum(word.text) in heard) for word, heard in pairs]
    numbers = [found for word, found in same if any(c.isdigit() for c in word.text)]
    return _share([found for _, found in same]) >= HONEST and _share(numbers) >= HONEST


def says_all(own: Page, seen: Page) -> bool:
    """Whether the page's own words say the numbers that recognition is sure of."""
    said = [(box, _alnum(word.text)) for word, box in _placed(own, seen)]
    sure = [word for word in seen.words if word.confidence >= _SURE and any(c.isdigit() for c in word.text)]
    found = ["".join(text for box, text in said if _meets(word.box, box)) for word in sure]
    return _share([_alnum(word.text) in text for word, text in zip(sure, found, strict=True)]) >= HONEST


def with_own_words(own: Page, seen: Page) -> Page:
    """The recognised page with its own words in place of what was recognised of them."""
    words = [replace(word, box=box) for word, box in _placed(own, seen)]
    kept = [word for word in seen.words if not any(_inside(word.box, one.box) for one in words)]
    return replace(seen, words=(*kept, *words))


def _share(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else 1.0


def _alnum(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalnum())


def _heard(own: Page, seen: Page) -> Iterator[tuple[Word, str]]:
    """Each of the page's own words with what recognition read there."""
    for word, box in _placed(own, seen):
        there = sorted((w for w in seen.words if _meets(w.box, box)), key=lambda w: w.box.x0)
        yield word, "".join(w.text for w in there)


def _placed(own: Page, seen: Page) -> Iterator[tuple[Word, Box]]:
    """Each of the page's own words with its place on the recognised page."""
    matrix = np.array(seen.upright).reshape(3, 3) @ np.diag([1 / own.width, 1 / own.height, 1.0])
    for word in own.words:
        yield word, _moved(word.box, matrix)


def _moved(box: Box, matrix: Matrix) -> Box:
    corners = matrix @ np.array([[x, y, 1] for x in (box.x0, box.x1) for y in (box.top, box.bottom)]).T
    (xs, ys) = corners[:2] / corners[2]
    return Box(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))


def _meets(seen: Box, box: Box) -> bool:
    level = box.top - _RIM < seen.y_mid < box.bottom + _RIM
    return level and seen.x0 < box.x1 + _RIM and box.x0 - _RIM < seen.x1


def _inside(seen: Box, box: Box) -> bool:
    return box.x0 - _RIM < seen.x_mid < box.x1 + _RIM and box.top - _RIM < seen.y_mid < box.bottom + _RIM
