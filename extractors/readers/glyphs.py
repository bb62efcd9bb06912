"""Look-alikes (0 and O, 5 and S, 8 and B ...) in codes and doubtful figures, told by what the page itself prints.

The recogniser knows words better than shapes: in a code it takes an O for a zero beside a letter. The figures of the
page's sure numbers and the letters of its sure words show how this page prints each character. A character is
exchanged only where its shape is clearly nearer to those of a look-alike than to its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.readers.cleaning import Picture
from extractors.readers.segments import Run, Shapes
from extractors.readers.tesseract import Recognised

CHANGED, UNPROVEN = 0.88, 0.6  # confidence a changed word keeps at most; where the page shows no other such letter
_GROUPS = ("0ODQ", "0689", "1Il7", "5S6", "8B3S", "6G", "2Z7", "4A", "9g", "0e")
_SURE = 0.9  # words at least this sure show how the page prints
_DOUBTFUL = 0.93  # figures less sure than that are looked at
_CLOSE, _VERY_CLOSE = 0.15, 0.1  # distance of two prints of one character on one page, of which half are below 0.08
_NEARER, _MUCH_NEARER = 0.8, 0.6  # how much nearer a look-alike must be; the same with one example of it
_LONE = 2  # letters of a word that may be a lone figure
_MOST = 16  # examples of a character
_SIZES = 1.5  # ratio of type sizes up to which print is compared
_NUMBER = re.compile(r"[\d.,/:-]+")
_LONG = re.compile(r"\d{6,}")  # may be a code that begins with a letter
_WORD = re.compile(r"[^\W\d_]{2,}(?:[-/.&][^\W\d_]{2,})*[.,:]?")
_WIDE, _HIGH = 14, 20  # pixels a shape is brought to
_LEVELS = (0.5, 0.35)  # ink so dark, of the darkest, that letters which touch by their soft edges stand apart
_DUST = 3  # pixels
_RIM = 3  # pixels beside a word that may be another's

# What a character may be instead: a figure or a capital. Small letters are exchanged, but nothing becomes one.
_LIKE = {
    c: frozenset(o for group in _GROUPS if c in group for o in group if not o.islower()) - {c} for c in "".join(_GROUPS)
}
Look = NDArray[np.float32]
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Glyph:
    """One printed character: its shape, and the height of its line's letters in pixels."""

    character: str
    look: Look
    letter: float


def told_apart(words: Sequence[Recognised], runs: Sequence[Run], shapes: Shapes, picture: Picture) -> list[Recognised]:
    """``words`` with look-alikes put right. ``line[0]`` is a word's run, below zero if it belongs to none."""
    asked = [index for index, word in enumerate(words) if word.line[0] >= 0 and _is_asked(word)]
    if not asked:
        return list(words)
    wanted = {like for index in asked for c in words[index].text if c in _LIKE for like in (c, *_LIKE[c])}
    known = _examples([w for w in words if w.line[0] >= 0], wanted, runs, shapes, picture)
    result = list(words)
    for index in asked:
        glyphs = _glyphs(words[index], runs[words[index].line[0]], shapes, picture, cut=True)
        result[index] = _put_right(words[index], glyphs, known)
    return result


def _is_asked(word: Recognised) -> bool:
    if not any(c.isdigit() for c in word.text):
        return len(word.text) <= _LONE and all(c in _LIKE for c in word.text)
    if not any(c in _LIKE for c in word.text):
        return False
    return any(c.isalpha() for c in word.text) or word.confidence < _DOUBTFUL


def _examples(
    words: Iterable[Recognised], wanted: Set[str], runs: Sequence[Run], shapes: Shapes, picture: Picture
) -> dict[str, list[Glyph]]:
    """How the page prints the characters that are wanted, out of sure numbers and words."""
    known: dict[str, list[Glyph]] = {}
    for word in words:
        if word.confidence < _SURE or not (_NUMBER.fullmatch(word.text) or _WORD.fullmatch(word.text)):
            continue
        if all(c not in wanted or len(known.get(c, ())) >= _MOST for c in word.text):
            continue
        for glyph in _glyphs(word, runs[word.line[0]], shapes, picture, cut=False):
            if glyph.character in wanted:
                known.setdefault(glyph.character, []).append(glyph)
    return known


def _glyphs(word: Recognised, run: Run, shapes: Shapes, picture: Picture, *, cut: bool) -> list[Glyph]:
    """The word's characters as printed; empty where they cannot be told from each other. ``cut``: touching ones are
    cut where there is least ink."""
    rows, columns = slice(max(run.box[1] - 1, 0), run.box[3] + 1), slice(max(word.x0 - _RIM, 0), word.x1 + _RIM)
    own = np.isin(shapes.labels[rows, columns], list(run.labels))
    if not own.any():
        return []
    grey = picture[rows, columns].astype(np.float32)
    shades = grey[own]
    darkest = float(np.partition(shades, len(shades) // 20)[len(shades) // 20])
    inked = np.clip((250 - grey) / max(250 - darkest, 1), 0, 1) * own
    cuts = [_parted(inked > level, inked, len(word.text), cut) for level in (_LEVELS if cut else _LEVELS[:1])]
    boxes = next((found for found in cuts if found), [])
    return [Glyph(c, _look(inked, box, run.letter), run.letter) for c, box in zip(word.text, boxes, strict=bool(boxes))]


def _parted(solid: NDArray[np.bool_], inked: Look, count: int, cut: bool) -> list[Box]:
    """``count`` boxes from left to right; empty where the ink does not fall into so many."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(solid.astype(np.uint8), connectivity=8)
    middle = stats[:, 0] + stats[:, 2] / 2
    kept = (stats[:, 4] > _DUST) & (middle >= _RIM - 2) & (middle <= inked.shape[1] - _RIM + 2)
    kept[0] = False
    own = stats[kept]
    boxes = list(_above_each_other(own[own[:, 0].argsort()]))
    if len(boxes) > count or len(boxes) < (0.4 * count if cut else count):
        return []
    profile = inked.sum(axis=0)
    while len(boxes) < count:
        widest = max(range(len(boxes)), key=lambda index: boxes[index][2] - boxes[index][0])
        x0, y0, x1, y1 = boxes[widest]
        rest = max((x1 - x0) // 4, 2)
        if x1 - x0 <= 2 * rest:
            return []
        at = x0 + rest + int(profile[x0 + rest : x1 - rest].argmin())
        boxes[widest : widest + 1] = [(x0, y0, at, y1), (at, y0, x1, y1)]
    return boxes


def _above_each_other(stats: NDArray[np.int32]) -> Iterator[Box]:
    """Shapes from left to right; those above each other (dots, accents, colons) are one."""
    last: Box | None = None
    for x0, y0, width, height, _ in stats.tolist():
        x1, y1 = x0 + width, y0 + height
        if last is not None and min(last[2], x1) - max(last[0], x0) > 0.5 * min(last[2] - last[0], width):
            last = (min(last[0], x0), min(last[1], y0), max(last[2], x1), max(last[3], y1))
            continue
        if last is not None:
            yield last
        last = (x0, y0, x1, y1)
    if last is not None:
        yield last


def _look(inked: Look, box: Box, letter: float) -> Look:
    """The shape brought to one size; behind that how slim and how high it is."""
    x0, y0, x1, y1 = box
    piece = inked[y0:y1, x0:x1]
    solid = np.flatnonzero((piece > _LEVELS[0]).any(axis=1))  # of a shape that was cut the rest may be lower
    if len(solid):
        piece, y0, y1 = piece[solid[0] : solid[-1] + 1], y0 + int(solid[0]), y0 + int(solid[-1]) + 1
    small = cv2.resize(piece, (_WIDE, _HIGH), interpolation=cv2.INTER_AREA).ravel() / (_WIDE * _HIGH) ** 0.5
    slim, high = np.log((x1 - x0) / max(y1 - y0, 1)), np.log(max(y1 - y0, 1) / letter)
    return np.concatenate((small, [0.5 * slim, 0.5 * high])).astype(np.float32)


def _put_right(word: Recognised, glyphs: Sequence[Glyph], known: dict[str, list[Glyph]]) -> Recognised:
    here: dict[str, list[Glyph]] = {}
    for glyph in glyphs:
        here.setdefault(glyph.character, []).append(glyph)
    figures = _NUMBER.fullmatch(word.text) is not None and not _LONG.fullmatch(word.text)
    read = [
        (glyph.character, 1.0) if _stands_in_a_word(word.text, at) else _nearest(glyph, known, here, figures)
        for at, glyph in enumerate(glyphs)
    ]
    text = "".join(character for character, _ in read)
    if not glyphs or text == word.text or not _is_well_cut(glyphs, text, known):
        return word
    return replace(word, text=text, confidence=min(word.confidence, *(most for _, most in read)))


def _stands_in_a_word(text: str, at: int) -> bool:
    """A small letter beside another one: the recogniser knows words."""
    return text[at].islower() and any(c.islower() for c in text[max(at - 1, 0) : at] + text[at + 1 : at + 2])


def _is_well_cut(glyphs: Sequence[Glyph], text: str, known: dict[str, list[Glyph]]) -> bool:
    """Whether most characters that the page shows elsewhere look here as they do there."""
    found = [_Likeness(g, known.get(c, ())).distance for g, c in zip(glyphs, text, strict=True) if c in known]
    away = sorted(distance for distance in found if distance is not None)
    return not away or away[len(away) // 2] <= _CLOSE


def _nearest(
    glyph: Glyph, known: dict[str, list[Glyph]], here: dict[str, list[Glyph]], figures: bool
) -> tuple[str, float]:
    """The character, or the look-alike that is clearly nearer; and the confidence its word keeps at most.

    ``here`` are the word's own characters: of one type and weight, but none of them is sure.
    """
    possible = _LIKE.get(glyph.character, frozenset())
    found = {c: _Likeness(glyph, [*known.get(c, ()), *here.get(c, ())]) for c in possible if c.isdigit() or not figures}
    others = {c: likeness for c, likeness in found.items() if likeness.distance is not None}
    own = _Likeness(glyph, [*known.get(glyph.character, ()), *here.get(glyph.character, ())])
    best = min(others, key=lambda c: others[c].distance or 0.0, default=glyph.character)
    away = others[best].distance if others else None
    if away is None or away > _CLOSE:
        return glyph.character, 1.0
    if own.distance is None:
        return (best, UNPROVEN) if away <= _VERY_CLOSE else (glyph.character, 1.0)
    nearer = _NEARER if min(others[best].examples, own.examples) > 1 else _MUCH_NEARER
    return (best, CHANGED) if away < nearer * own.distance else (glyph.character, 1.0)


class _Likeness:
    """How far a glyph is from examples of one character of about its size: the mean of the two nearest."""

    def __init__(self, glyph: Glyph, examples: Sequence[Glyph]) -> None:
        self._near = [o for o in examples if o is not glyph and 1 / _SIZES < glyph.letter / o.letter < _SIZES]
        self.examples = len(self._near)
        self.distance = _distance(glyph.look, self._near)


def _distance(look: Look, examples: Sequence[Glyph]) -> float | None:
    if not examples:
        return None
    away = np.sort(np.linalg.norm(np.array([other.look for other in examples]) - look, axis=1))
    return float(away[:2].mean())
