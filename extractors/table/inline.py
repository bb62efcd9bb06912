"""Labels inside the block of an item: "Your material number: X", "Liefertermin 16.01.2027", "Drawing no. 24256"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.table.cells import kind_of
from extractors.table.lexicon import column_lexicon, find_label, label_hits
from extractors.table.records import CODE_FIELDS, CODES
from pipeline.language import fold
from pipeline.model import Word
from pipeline.values import looks_like_code, looks_like_date, week_in

_NOTE_MARK = re.compile(r"^\s*(?:[*•·>»†]|[-–—]\s)")
_SEPARATOR = re.compile(r"^[\s:#=.\-–—]+$")
_DATE_LIKE = frozenset({"requested_date", "schedule"})
NOTES = frozenset({"note", "drawing"})


@dataclass(frozen=True, slots=True)
class Inline:
    """A label and the words behind it. ``meaning`` is a field name, "schedule", "drawing" or "note"."""

    meaning: str
    value: tuple[Word, ...]
    label: str


def read_inline(words: Sequence[Word]) -> Inline | None:
    """The label a run of words begins with, when it has a value or a colon; None for plain text."""
    if not words:
        return None
    texts = [word.text for word in words]
    if _NOTE_MARK.match(" ".join(texts)):
        return Inline("note", tuple(words), "")
    colon = None if _has_open_bracket(texts) else _before_colon(texts)
    if colon is not None:
        return _with_colon(words, colon)
    hits = label_hits(texts[:6], "inline")
    if not hits or hits[0].start > 0:
        return None
    meaning = pick(hits[0].meanings)
    if meaning in NOTES and texts[0][0].islower():  # a description that goes on: labels begin with a capital
        return None
    value = _value(words[hits[0].end :])
    if not _fits(meaning, value) or (meaning == "price_base" and not is_price_base(value[0].text)):
        return None
    return Inline(meaning, value, hits[0].label)


def _has_open_bracket(texts: Sequence[str]) -> bool:
    """A piece of a bracket that began on another line ("[HSN / Code:19059030]") is text, whatever it says."""
    text = " ".join(texts)
    return text.count("[") != text.count("]") or text.count("(") != text.count(")")


def is_price_base(text: str) -> bool:
    """Prices are per 1, 10, 100 ... units: "x 51 mm" is a size."""
    return text.strip(".,") in {"1", "10", "100", "1000", "10000", "1.000", "1,000"}


def pick(meanings: frozenset[str]) -> str:
    """One meaning of a label with several: a code before a date before a note. Of a code whose owner is open we say
    that it is the buyer's."""
    order = ("item_id", *CODE_FIELDS, "requested_date", "schedule", "price_base", "line_discount", "drawing", "note")
    return next((m for m in order if m in meanings), "note")


def _before_colon(texts: Sequence[str]) -> int | None:
    """Index of the word that ends with a colon among the first words, or that is glued by one ("EAN:401...")."""
    for index, text in enumerate(texts[:6]):
        if text.endswith(":") or (text == ":" and index):
            return index
        if ":" in text.strip(":") and not any(c.isdigit() for c in text.split(":")[0]) and len(text.split(":")[0]) > 1:
            return index
    return None


def _with_colon(words: Sequence[Word], at: int) -> Inline | None:
    label, glued = _split_colon(words, at)
    meaning = next((m for part in (label, *label.split(" / ")) if (m := _label_meaning(part)) is not None), None)
    if meaning is None:
        if any(c.isdigit() for c in label) or len(label.split()) > 4:
            return None
        meaning = "note"
    value = _value([*glued, *words[at + 1 :]])
    if not value and meaning in (*CODES, "requested_date", "price_base", "line_discount"):
        return Inline(meaning, (), label)
    if not _fits(meaning, value):
        meaning = "note"
    return Inline(meaning, tuple(words) if meaning in NOTES else value, label)


def _label_meaning(label: str) -> str | None:
    """What a label says, in one language; a label may stand in two ("Ihre Art.-Nr. / Votre réf.")."""
    known = find_label(label, "inline")
    return pick(known[0]) if known is not None else _column_meaning(label)


def _split_colon(words: Sequence[Word], at: int) -> tuple[str, list[Word]]:
    before, _, behind = words[at].text.partition(":")
    label = " ".join([*(w.text for w in words[:at]), before])
    if not behind:
        return label, []
    word = words[at]
    return label, [Word(behind, word.box, word.confidence, word.bold, word.cell)]


def _column_meaning(label: str) -> str | None:
    """Labels of columns serve inside a block too ("Item Code: 102246")."""
    meanings = column_lexicon().meanings.get(fold(label))
    if not meanings:
        return None
    wanted = [m for m in (*CODES, "requested_date") if m in meanings]
    return wanted[0] if wanted else None


def _value(words: Sequence[Word]) -> tuple[Word, ...]:
    rest = list(words)
    while rest and _SEPARATOR.match(rest[0].text):
        rest.pop(0)
    return tuple(rest)


def _fits(meaning: str, value: Sequence[Word]) -> bool:
    """Whether what follows a label is what the label promises."""
    text = " ".join(word.text for word in value)
    if meaning in CODES:
        return (bool(value) and len(value) <= 5 and any(c.isdigit() for c in text)) or _is_one_code(text)
    if meaning in _DATE_LIKE:
        return week_in(text) is not None or any(looks_like_date(t) for t in (*text.split(), text, *_threes(text)))
    if meaning in ("price_base", "line_discount"):
        return bool(value) and kind_of(value[0].text) in ("number", "percent")
    return True


def _threes(text: str) -> list[str]:
    words = text.split()
    return [" ".join(words[i : i + 3]) for i in range(len(words) - 2)]


def _is_one_code(text: str) -> bool:
    return bool(text) and " " not in text and (looks_like_code(text) or (text.isupper() and "-" in text))
