"""Remarks below a description, told by how they are written (as sentences) and by their smaller print."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from extractors.table.codes import is_code
from pipeline.model import Source, Word
from pipeline.values import is_unit

_SMALLER = 0.93  # of the size of the description
_LETTERS = 8  # of a recognised line, from which its size can be told
_BELOW = frozenset("gjpqyQ,;()/|[]{}$@çÇąęĄĘ_")  # reach below the line
_HIGH = frozenset("bdfhklßtł")
_X_HEIGHT, _WITH_DESCENT, _SMALL_WITH_DESCENT = 0.75, 1.27, 1.2  # of the height of capitals, usual in print
_ACCENTED, _ACCENTS = 1.25, frozenset("ÄÖÜÁÀÂÉÈÊÍÓÚŚŻŹĆŃÑÇ")


def is_remark(line: Sequence[Word], above: Sequence[Sequence[Word]], source: Source) -> bool:
    """Whether a line below the lines of a description (at least one) is none of it."""
    return _is_sentence(line) or _is_small_print(line, above, source)


def _is_sentence(line: Sequence[Word]) -> bool:
    """Remarks are written as sentences, descriptions are not."""
    texts = [word.text for word in line]
    last = texts[-1]
    ends = last.endswith((".", "!")) and len(last) > 3 and (last[:-1].isalpha() or not is_code(last[:-1]))
    if len(texts) < 2 or not ends or not texts[0][0].isupper():
        return False
    return not is_unit(last) or (len(texts) > 2 and not any(map(str.isdigit, texts[-2])))  # "Rolle 12 Stk."


def _is_small_print(line: Sequence[Word], above: Sequence[Sequence[Word]], source: Source) -> bool:
    last = above[-1]
    if source not in (Source.PDF_TEXT, Source.OCR) or (len(above) == len(last) == 1 and is_code(last[0].text)):
        return False
    if source is Source.PDF_TEXT:
        return max(word.box.height for word in line) < _SMALLER * min(word.box.height for word in last)
    small, usual = _capitals(line), _capitals(last)
    enough = len(line) > 1 and sum(len(word.text) for word in line) >= _LETTERS
    return enough and small is not None and usual is not None and small < _SMALLER * usual


def _capitals(words: Sequence[Word]) -> float | None:
    """Height of capitals in points, None without a letter or figure; recognised words have boxes cut to the ink."""
    found = [_capital(word) for word in words if any(map(str.isalnum, word.text))]
    return median(found) if found else None


def _capital(word: Word) -> float:
    high = any(c.isupper() or c.isdigit() or c in _HIGH for c in word.text)
    height = word.box.height if high else word.box.height / _X_HEIGHT
    if any(c in _BELOW for c in word.text):
        height /= _WITH_DESCENT if high else _SMALL_WITH_DESCENT
    return height / _ACCENTED if any(c in _ACCENTS for c in word.text) else height
