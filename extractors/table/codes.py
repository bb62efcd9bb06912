"""Item codes that stand in the text: at the beginning of a description, or alone on its first line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.model import Word
from pipeline.values import is_unit, looks_like_code, looks_like_date

_TAIL = re.compile(r"[:;,]$")
_BRACKETED = re.compile(r"\[([^\[\]]+)\]")
_DASH = frozenset({"-", "–", "—", ":", "|", "/"})
_USUAL = 0.15  # when this share of the texts begins with a strong code, those beginnings are codes
_SHAPE = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class CodeStyle:
    """How the items of one table print their codes in the text, as shares of the items."""

    first_line: bool  # the code stands alone on the first line
    leading: bool  # every text begins with a code of one shape, without a separator
    usual: bool = False  # most texts begin with a code in some form


def is_code(text: str) -> bool:
    """One word that is an item code and no size, standard or date."""
    bare = text.strip("()[]")
    return (
        " " not in bare
        and len(bare) >= 3
        and any(c.isdigit() for c in bare)
        and looks_like_code(bare)
        and not looks_like_date(bare)
    )


def is_spaced_code(words: Sequence[str]) -> bool:
    """A code printed with blanks ("HB DIN931 12 A470 12"): capitals and figures only, some figures, few words."""
    if not 1 <= len(words) <= 7:
        return False
    joined = "".join(words)
    plain = all(re.fullmatch(r"[A-Z0-9.\-_/+&#]+", word) for word in words)
    return plain and any(c.isdigit() for c in joined) and not all(w.isalpha() for w in words) and len(joined) >= 4


def code_style(texts: Sequence[Sequence[Sequence[Word]]]) -> CodeStyle:
    """``texts``: per item the lines of its text. Judged over all items, since one alone proves little."""
    items = [lines for lines in texts if lines and lines[0]]
    if not items:
        return CodeStyle(False, False)
    several = [lines for lines in items if len(lines) > 1]
    alone = sum(_stands_alone(lines) for lines in several)
    shapes = {_shape(lines[0][0].text) for lines in items}
    leading = len(items) >= 2 and len(shapes) == 1 and all(_leads(lines[0]) for lines in items)
    first_line = alone > 0 and alone >= 0.3 * len(items)
    found = sum(bool(split_code(lines, CodeStyle(first_line, leading, usual=True))[0]) for lines in items)
    return CodeStyle(first_line, leading, found >= _USUAL * len(items))


def _stands_alone(lines: Sequence[Sequence[Word]]) -> bool:
    return len(lines[0]) == 1 and is_code(lines[0][0].text) and any(c.isalpha() for w in lines[1] for c in w.text)


def _leads(line: Sequence[Word]) -> bool:
    word = line[0].text
    return len(line) > 1 and is_code(word) and sum(c.isdigit() for c in word) >= 5


def _shape(text: str) -> str:
    return _SHAPE.sub("9", text) if text.isdigit() else f"{len(text)}{'-' in text}"


def split_code(lines: Sequence[Sequence[Word]], style: CodeStyle) -> tuple[tuple[Word, ...], list[list[Word]]]:
    """(words of the code, lines of the description); the code is empty when the text begins with none."""
    kept = [list(line) for line in lines]
    if not kept or not kept[0]:
        return (), kept
    first = kept[0]
    if len(kept) > 1 and _is_code_line(first, style):
        return tuple(first), kept[1:]
    cut = _separated(first)
    if cut is not None:
        code, rest = cut
        return code, [rest, *kept[1:]] if rest else kept[1:]
    if (style.leading and _leads(first)) or (style.usual and _leads_text(first)):
        return (first[0],), [first[1:], *kept[1:]]
    return (), kept


# Sizes lead a description as often as codes do: M16x1.5, 400x150x200, 3/4", 2.5mm2.
_SIZE = re.compile(
    r"(?:[MGRDØ]|DN|PG|NW)?\d{1,4}(?:[.,/]\d+)?(?:[x×*]\d+(?:[.,/]\d+)?)*(?:[a-zµ\"']{1,3}\d?)?", re.IGNORECASE
)


def is_strong_code(text: str) -> bool:
    """A word that can hardly be anything but a code: letters and figures, or parts joined by marks, and no size."""
    if len(text) < 4 or _SIZE.fullmatch(text) or looks_like_date(text) or not re.fullmatch(r"[\w.\-/+#&]+", text):
        return False
    letters = sum(c.isalpha() for c in text)
    if not any(c.isdigit() for c in text):
        return text.isupper() and "-" in text and len(text) >= 5
    return (letters > 0 and is_code(text)) or "-" in text or (text.isdigit() and len(text) >= 5) or "." in text


def _leads_text(line: Sequence[Word]) -> bool:
    """A strong code and a description behind it."""
    rest = [word.text.strip(",.;") for word in line[1:]]
    described = any(len(text) > 2 and sum(c.isalpha() for c in text) > 0.7 * len(text) for text in rest)
    if _is_long_number(line[0].text):
        return described and not is_unit(rest[0])
    return described and is_strong_code(line[0].text)


def _is_long_number(text: str) -> bool:
    return sum(c.isdigit() for c in text) >= 5 and re.fullmatch(r"[\d.]+", text) is not None


def _is_code_line(first: Sequence[Word], style: CodeStyle) -> bool:
    texts = [word.text for word in first]
    if len(texts) == 1 and is_code(texts[0]):
        return True
    return style.first_line and is_spaced_code(texts)


def _separated(line: Sequence[Word]) -> tuple[tuple[Word, ...], list[Word]] | None:
    """ "CODE: text", "CODE - text" and "[CODE] text"."""
    texts = [word.text for word in line]
    bracketed = _BRACKETED.fullmatch(texts[0])
    if len(texts) > 1 and bracketed and is_code(bracketed[1]):
        return (replace(line[0], text=bracketed[1]),), list(line[1:])
    if len(texts) > 1 and _TAIL.search(texts[0]) and is_code(_TAIL.sub("", texts[0])):
        word = line[0]
        bare = Word(_TAIL.sub("", word.text), word.box, word.confidence, word.bold, word.cell)
        return (bare,), list(line[1:])
    for at in range(1, min(len(texts) - 1, 7)):
        if texts[at] in _DASH and _is_code_run(texts[:at]):
            return tuple(line[:at]), list(line[at + 1 :])
        if texts[at].endswith(":") and is_spaced_code([*texts[:at], texts[at][:-1]]):
            word = line[at]
            bare = Word(word.text[:-1], word.box, word.confidence, word.bold, word.cell)
            return (*line[:at], bare), list(line[at + 1 :])
    return None


def _is_code_run(texts: Sequence[str]) -> bool:
    return (len(texts) == 1 and is_code(texts[0])) or (len(texts) > 1 and is_spaced_code(texts))
