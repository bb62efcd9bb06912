"""A second look at doubtful numbers: cut out, set below each other on one picture, and read again with digits only.

One call for all of them costs little; the picture is made otherwise (other scale, table lines left in, sharpened), so
the two readings err independently. Where they differ the word keeps the first reading, loses its confidence and
carries the second along: the arithmetic of its line may prove one of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from extractors.readers.cleaning import Picture
from extractors.readers.tesseract import Recognised, recognise

NUMERIC = re.compile(r"[$€£¥]?[-+(]?[\dOoIlSB][\dOoIlSB.,'\s-]*[)%€$£-]?")
_COLON = re.compile(r"\d{1,6}:\d{2,4}")  # a time, or a price whose decimal mark has a speck above it
_MARK = re.compile(r"\d+([.,])\d{2,4}")
ENOUGH = 0.93  # a number at least this sure is not read again
DISPUTED = 0.45  # confidence left when two readings differ
LONGEST_RUIN = 10  # characters
UNSURE, SHORT = 0.6, 2  # a word so short and no surer than that may be a lone figure
_ODD = re.compile(r"[A-Za-z]\S*[,;]\S*\d")  # a code with a comma in it has hardly ever been printed so
_ROW = 64  # height in pixels of one cut-out on the picture
_LETTERS = 34  # of it, the height the letters are brought to


def doubtful(word: Recognised) -> bool:
    """Whether a word is a number, what is left of one, or may be one, and deserves a second look."""
    if not any(c.isdigit() for c in word.text):
        return word.confidence <= UNSURE and len(word.text) <= SHORT and any(map(str.isalnum, word.text))
    return word.confidence < ENOUGH and (_is_number(word.text) or _is_ruin(word.text))


def _is_number(text: str) -> bool:
    return NUMERIC.fullmatch(text) is not None


def _is_ruin(text: str) -> bool:
    """A short word mostly of figures and marks ("0A398"): a number if its column says so, or a code."""
    figures = sum(c.isdigit() or c in ".," for c in text)
    return len(text) <= LONGEST_RUIN and 2 * figures >= len(text)


def second_reading(
    grey: Picture, words: Sequence[Recognised], chosen: Sequence[Recognised], letter: float
) -> list[Recognised]:
    """``words`` with the confidence of the ``chosen`` raised or lowered. ``letter``: height of capitals in pixels."""
    again = reread(grey, [(w.x0, w.y0, w.x1, w.y1) for w in chosen], letter) if chosen else []
    verdicts = {id(word): text for word, text in zip(chosen, again, strict=True)}
    return [_doubted(_judged(word, verdicts[id(word)]) if id(word) in verdicts else word) for word in words]


def _doubted(word: Recognised) -> Recognised:
    return replace(word, confidence=min(word.confidence, UNSURE)) if _ODD.fullmatch(word.text) else word


def _judged(word: Recognised, text: str | None) -> Recognised:
    if not any(c.isdigit() for c in word.text):  # letters that nobody is sure of, and figures at the second look
        return replace(word, text=text, confidence=DISPUTED) if text and len(text) == len(word.text) else word
    if _COLON.fullmatch(word.text) and text and (mark := _MARK.fullmatch(text)):
        word = replace(word, text=word.text.replace(":", mark[1]), confidence=min(word.confidence, 0.8))
    if not _is_number(word.text):
        return replace(word, again=text)  # it may be a code, which a reading in figures does not judge
    if text is None:
        return replace(word, confidence=min(word.confidence, 0.8))
    if text == re.sub(r"[^\d.,]", "", word.text):
        return replace(word, confidence=max(word.confidence, 0.9))
    return replace(word, confidence=min(word.confidence, DISPUTED), again=text)


def reread(
    grey: Picture, boxes: Sequence[tuple[int, int, int, int]], letter: float, numeric: bool = True
) -> list[str | None]:
    """What stands in each box (pixels), read on its own; None where nothing was recognised."""
    strip = _strip(grey, boxes, letter)
    allowed = "0123456789.,-" if numeric else ""
    found: dict[int, list[Recognised]] = {}
    for word in recognise(strip, ("eng",), 6, allowed):
        found.setdefault((word.y0 + word.y1) // 2 // _ROW, []).append(word)
    return [_text(found.get(index, []), numeric) for index in range(len(boxes))]


def _text(words: list[Recognised], numeric: bool) -> str | None:
    text = "".join(word.text for word in sorted(words, key=lambda word: word.x0))
    if numeric:
        text = re.sub(r"[^\d.,]", "", text)
    return text or None


def _strip(grey: Picture, boxes: Sequence[tuple[int, int, int, int]], letter: float) -> Picture:
    factor = _LETTERS / max(letter, 1.0)
    cuts = [_cut(grey, box, factor) for box in boxes]
    width = max(cut.shape[1] for cut in cuts) + 40
    strip = np.full((_ROW * len(cuts), width), 255, np.uint8)
    for index, cut in enumerate(cuts):
        top = index * _ROW + (_ROW - cut.shape[0]) // 2
        strip[top : top + cut.shape[0], 20 : 20 + cut.shape[1]] = cut
    return strip


def _cut(grey: Picture, box: tuple[int, int, int, int], factor: float) -> Picture:
    x0, y0, x1, y1 = box
    piece = grey[max(y0 - 3, 0) : y1 + 3, max(x0 - 4, 0) : x1 + 4]
    factor = min(factor, (_ROW - 8) / max(piece.shape[0], 1), 2000 / max(piece.shape[1], 1))
    big = cv2.resize(piece, None, fx=factor, fy=factor, interpolation=cv2.INTER_LANCZOS4)
    soft = cv2.GaussianBlur(big, (0, 0), 2)
    return np.asarray(cv2.addWeighted(big, 1.4, soft, -0.4, 0), dtype=np.uint8)
