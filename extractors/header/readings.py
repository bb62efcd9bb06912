"""Reads one value of a known kind out of a few words: an order number, a date, a currency, terms, an amount."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Generic, TypeVar

from extractors.header import wording
from pipeline.language import fold
from pipeline.model import Word
from pipeline.values import currency_code, date_readings, looks_like_date, parse_amount, parse_date

T = TypeVar("T")

# Incoterms 2020, and codes of earlier editions that are still printed
INCOTERMS = (
    "EXW", "FCA", "CPT", "CIP", "DAP", "DPU", "DDP", "FAS", "FOB", "CFR", "CIF",
    "DAT", "DDU", "DAF", "DES", "DEQ", "CNF",
)  # fmt: skip
_INCOTERM = re.compile(rf"\b({'|'.join(INCOTERMS)})\b")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_\-–#+]*")
_BEHIND_PREFIX = re.compile(r"\d+(?:\d*[A-Z]?[/-][\dA-Z]+)*")  # "107/MAG/2026" behind "ZD"
_TRIM = " :;,.#()[]|*„“”\"'=«»"
_PHONE = re.compile(r"\+\d|\(0?\d+\)|0\d{1,4}[/-]\d{5,}|\d{3}-\d{3}-\d{4}$|1-\d{3}-\d{3}")
_REVISION = re.compile(
    r"^(?:rev(?:ision|isión|isione|\.)?|révision|wersja|version|versione|änd(?:erung)?\.?|index|indice)[.:]?$", re.I
)
# VAT numbers of the countries our languages cover; source: VIES, structure of VAT identification numbers
VAT = re.compile(
    r"(?:DE\d{9}|BE[01]\d{9}|NL\d{9}B\d{2}|IT\d{11}|PL\d{10}|FR[A-Z\d]{2}\d{9}|ES[A-Z\d]\d{7}[A-Z\d]|ATU\d{8}|PT\d{9}|"
    r"IE\d[A-Z\d+*]\d{5}[A-Z]{1,2}|LU\d{8}|GB\d{9}|CHE\d{9}|CZ\d{8,10}|DK\d{8}|SE\d{12})"
)
_MARK = re.compile(r"^(?:rev\.?)?([A-Z]|\d{1,3}|[A-Z]\d)$", re.I)
_JOINING = frozenset({"", "and", "und", "et", "y", "e", "ed", "en", "i", "oraz", "of", "de", "der", "van", "di"})
_ABBREVIATION = 4  # letters, with its full stop
_LONGEST_TERMS = 16  # words
_LONGEST_DATE = 6  # words: "Monday, 3rd of March , 2027"


@dataclass(frozen=True)
class Reading(Generic[T]):
    """A value, the words it was read from and how sure its form is, 0..1; ``rest`` are the words behind it."""

    value: T
    words: tuple[Word, ...]
    quality: float = 1.0
    rest: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def read_number(words: Sequence[Word]) -> Reading[str] | None:
    """An order number: the first word with a digit that is no date, amount or phone number.

    Digits printed in groups ("45 0012 3456") and a prefix ("PO 4711") belong to it; a revision mark does not.
    """
    for start in range(min(2, len(words))):
        text = words[start].text.strip(_TRIM)
        if any(c.isdigit() for c in text):
            end = _group_end(words, start)
            value = " ".join(w.text.strip(_TRIM) for w in words[start:end])
            return _number(value, words, start, end)
        if start + 1 < len(words) and _is_prefix(text) and _BEHIND_PREFIX.fullmatch(words[start + 1].text.strip(_TRIM)):
            return _number(f"{text} {words[start + 1].text.strip(_TRIM)}", words, start, start + 2)
    return None


def _is_prefix(text: str) -> bool:
    return 1 < len(text) <= 4 and text.isalpha() and text.isupper()


def _group_end(words: Sequence[Word], start: int) -> int:
    """Groups of digits to the end of the words are one number; otherwise the number is one word."""
    tail = words[start:]
    if 1 < len(tail) <= 4 and all(w.text.isdigit() for w in tail) and len(tail[-1].text) > 1:
        return len(words)
    return start + 1


def _number(value: str, words: Sequence[Word], start: int, end: int) -> Reading[str] | None:
    bare = value.replace(" ", "")
    if not 2 <= len(bare) <= 30 or not _CODE.fullmatch(bare) or _PHONE.match(value) or looks_like_date(value):
        return None
    if VAT.fullmatch(bare):
        return None
    if re.fullmatch(r"\d+[.,]\d{1,2}|0[.,]\d+", bare) or bare.endswith("%"):
        return None
    quality = 1.0 if end == len(words) or _ends_value(words[end]) else 0.93
    if sum(c.isalnum() for c in bare) < 4 or start:
        quality *= 0.94
    return Reading(value, tuple(words[start:end]), quality, tuple(words[end:]))


def _ends_value(word: Word) -> bool:
    """Whether a word behind a number says that the number is over: a slash, a date, "Rev."."""
    return word.text in ("/", "|", "-", "–", ",", ";") or looks_like_date(word.text) or bool(_REVISION.match(word.text))


def read_revision(words: Sequence[Word]) -> Reading[str] | None:
    """ "Rev. 2", "Revision B", or just the mark; None when the words are no revision mark."""
    for i, word in enumerate(words[:4]):
        text = word.text.strip(_TRIM)
        if _REVISION.match(text) and i + 1 < len(words):
            mark = words[i + 1].text.strip(_TRIM)
            if _MARK.match(mark):
                return Reading(mark, tuple(words[i : i + 2]))
        match = re.fullmatch(r"rev\.?(\d{1,3}|[A-Z])", text, re.I)
        if match:
            return Reading(match[1], (word,))
    return None


def read_date(words: Sequence[Word], order: str | None) -> Reading[date] | None:
    """The first date among the words; the longest run of words that is one. None when its order is open."""
    found = find_date(words, order)
    return found if found is not None and isinstance(found.value, date) else None  # type: ignore[return-value]


def find_date(words: Sequence[Word], order: str | None) -> Reading[date | None] | None:
    """As ``read_date``; a value of None is a date that can be read two ways."""
    for start in range(min(len(words), 12)):
        if not _may_begin_date(words[start].text):
            continue
        for end in range(min(len(words), start + _LONGEST_DATE), start, -1):
            text = " ".join(w.text for w in words[start:end]).strip(_TRIM)
            value = parse_date(text, order=order)
            if value is not None or len(date_readings(text)) > 1:
                quality = (1.0 if end == len(words) else 0.97) * (1.0 if start == 0 else 0.96)
                return Reading(value, tuple(words[start:end]), quality, tuple(words[end:]))
    return None


def _may_begin_date(text: str) -> bool:
    return any(c.isdigit() for c in text) or (len(text) >= 3 and text[0].isalpha())


def read_currency(words: Sequence[Word]) -> Reading[str] | None:
    for i, word in enumerate(words[:3]):
        code = currency_code(word.text.strip(_TRIM))
        if code is not None:
            return Reading(code, (word,), 1.0 if len(words) == 1 else 0.96, tuple(words[i + 1 :]))
    return None


def read_terms(words: Sequence[Word]) -> Reading[str] | None:
    """Terms of payment as printed: few words, with a figure or a word of paying; no lone date, number or mark."""
    words = words[1:] if len(words) > 1 and words[0].text == ":" else words
    words = _first_sentence(words)
    text = " ".join(word.text for word in words).strip(" :;,|/-–")
    if len(text) < 2 or not any(c.isalpha() for c in text) or looks_like_date(text):
        return None
    if words[-1].text.endswith(":") or fold(words[0].text) in _JOINING:
        return None  # a label we do not know; "Terms and conditions"
    telling = any(c.isdigit() for c in text) or any(
        fold(word.text).startswith(wording.words("paying")) for word in words
    )
    if len(words) > _LONGEST_TERMS or (not telling and len(words) > 4):
        return None
    return Reading(text, tuple(words), 0.97 if telling else 0.85)


def _first_sentence(words: Sequence[Word]) -> Sequence[Word]:
    """Up to a word with a full stop that is no abbreviation, where another sentence follows."""
    for i, (word, following) in enumerate(pairwise(words), start=1):
        ends = word.text.endswith(".") and word.text[:-1].isalpha() and len(word.text) > _ABBREVIATION
        if ends and following.text[0].isupper() and any(c.isdigit() for w in words[:i] for c in w.text):
            return words[:i]
    return words


def read_incoterms(words: Sequence[Word]) -> Reading[str] | None:
    """Terms of delivery as printed, code and place; None without a code of the Incoterms rules."""
    text = " ".join(word.text for word in words).strip(" :;,|/-–")
    return Reading(text, tuple(words)) if _INCOTERM.search(text) else None


def read_amount(words: Sequence[Word], decimal: str | None) -> Reading[Decimal] | None:
    """The only amount among the words, thousands perhaps set apart by blanks; None when there are more."""
    found = read_amounts(words, decimal)
    return found[0] if len(found) == 1 else None


def read_amounts(words: Sequence[Word], decimal: str | None) -> list[Reading[Decimal]]:
    """All amounts among the words, left to right; percentages are none."""
    found: list[Reading[Decimal]] = []
    start = 0
    while start < len(words):
        end = _amount_end(words, start)
        text = " ".join(word.text for word in words[start:end]).strip(_TRIM)
        rate = text.endswith("%") or (end < len(words) and words[end].text.startswith("%"))
        value = parse_amount(text, decimal) if any(c.isdigit() for c in text) and not rate else None
        if value is not None:
            found.append(Reading(value, tuple(words[start:end])))
        start = end
    return found


def _amount_end(words: Sequence[Word], start: int) -> int:
    """Behind "1", "234", "567,89": the groups of three that continue a number."""
    end = start + 1
    if re.fullmatch(r"[^\d]?\d{1,3}", words[start].text):
        while end < len(words) and re.fullmatch(r"\d{3}(?:[.,]\d+)?[^\d]*", words[end].text):
            end += 1
    return end
