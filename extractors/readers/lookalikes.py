"""0 or O, 1 or I in codes: told by how wide the glyph is, measured against the sure zeros and letters of the same page.

In nearly every typeface a zero is narrower than a capital O, and a one wider than a capital I without serifs. Where the
page itself does not show such a difference nothing is changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from extractors.readers.segments import Run, Shapes
from extractors.readers.tesseract import Recognised

PAIRS = (("0", "O"), ("1", "I"))
CHANGED = 0.88  # confidence a changed word keeps at most
_SURE = 0.85  # words at least this sure are measured
_LEAST = 0.09  # difference of width to height between the two glyphs that tells them apart
_NUMBER = re.compile(r"[\d.,/:-]+")
_CAPITALS = re.compile(r"[A-Z]{2,}[.,:]?")

Glyph = tuple[str, float, float]  # character, width to height, height


def told_apart(words: Sequence[Recognised], runs: Sequence[Run], shapes: Shapes) -> list[Recognised]:
    """``words`` with look-alikes in mixed words (letters and digits) put right. ``line[0]`` is a word's run."""
    glyphs = [_glyphs(word, runs[word.line[0]], shapes) for word in words]
    result = list(words)
    for digit, letter in PAIRS:
        bounds = _bounds(words, glyphs, digit, letter)
        if bounds is None:
            continue
        for index, word in enumerate(result):
            if glyphs[index] and _is_mixed(word.text):
                result[index] = _put_right(word, glyphs[index], digit, letter, bounds)
    return result


def _is_mixed(text: str) -> bool:
    return any(c.isdigit() for c in text) and any(c.isalpha() for c in text)


def _glyphs(word: Recognised, run: Run, shapes: Shapes) -> list[Glyph]:
    """The word's glyphs with their measures; empty unless every character has a shape of its own."""
    if not any(c in "0O1I" for c in word.text) or any(c in "\"'%;:=!?ijäöüÄÖÜéèáóśźżąę" for c in word.text):
        return []
    own = shapes.boxes[list(run.labels)]
    middle = (own[:, 0] + own[:, 2]) / 2
    own = own[(middle >= word.x0 - 2) & (middle <= word.x1 + 2)]
    own = own[own[:, 0].argsort()]
    if len(own) != len(word.text):
        return []
    return [_measured(character, box) for character, box in zip(word.text, own, strict=True)]


def _measured(character: str, box: NDArray[np.int32]) -> Glyph:
    width, height = float(box[2] - box[0]), float(box[3] - box[1])
    return character, width / max(height, 1.0), height


def _bounds(
    words: Sequence[Recognised], glyphs: Sequence[list[Glyph]], digit: str, letter: str
) -> tuple[float, float] | None:
    """Usual width to height of the digit and of the letter on this page; None when they do not differ enough."""
    digits = _samples(words, glyphs, digit, _NUMBER)
    letters = _samples(words, glyphs, letter, _CAPITALS)
    if len(digits) < 3 or len(letters) < 2:
        return None
    low, high = float(np.median(digits)), float(np.median(letters))
    spread = float(np.percentile(digits, 90) - np.percentile(digits, 10))
    return (low, high) if abs(high - low) > max(_LEAST, spread) else None


def _samples(
    words: Sequence[Recognised], glyphs: Sequence[list[Glyph]], wanted: str, form: re.Pattern[str]
) -> list[float]:
    return [
        ratio
        for word, own in zip(words, glyphs, strict=True)
        if word.confidence >= _SURE and form.fullmatch(word.text)
        for character, ratio, _ in own
        if character == wanted
    ]


def _put_right(
    word: Recognised, glyphs: list[Glyph], digit: str, letter: str, bounds: tuple[float, float]
) -> Recognised:
    low, high = bounds
    tallest = max(height for _, _, height in glyphs)
    text = ""
    for character, (_, ratio, height) in zip(word.text, glyphs, strict=True):
        if character in (digit, letter) and height > 0.8 * tallest:
            share = (ratio - low) / (high - low)  # 0 like the digit, 1 like the letter
            character = digit if share < 0.35 else letter if share > 0.65 else character
        text += character
    return word if text == word.text else replace(word, text=text, confidence=min(word.confidence, CHANGED))
