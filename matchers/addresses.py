"""Addresses against those on file: postcode and house number first, then the street."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from matchers.codes import confusion_key
from matchers.names import party_words
from pipeline.language import fold

STREET_ALIKE = 78.0  # 0..100, the street's words in the printed address; misread letters stay above it
_DUTCH = re.compile(r"\b(\d{4}) ([A-Z]{2})\b")


@dataclass(frozen=True, slots=True)
class Filed:
    """An address on file, taken apart. ``postcode`` is the digit-bearing words of the city line in one run; ``numbers``
    the digit-bearing words of the street."""

    postcode: str
    numbers: tuple[str, ...]
    street: str
    city: str


@dataclass(frozen=True, slots=True)
class Fit:
    """``same`` when postcode, house number and street agree; ``slip`` when that took reading look-alike characters
    (O/0, l/1, S/5) as one."""

    same: bool
    slip: bool = False
    street: float = 0.0  # 0..100


@lru_cache(maxsize=200_000)
def filed(street: str, city_zip: str) -> Filed:
    city = _words(city_zip)
    number_words = tuple(word for word in _words(street) if _has_digit(word))
    return Filed(
        postcode="".join(word for word in city if _has_digit(word)),
        numbers=number_words,
        street=" ".join(word for word in _words(street) if not _has_digit(word)),
        city=" ".join(word for word in city if not _has_digit(word)),
    )


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    streets = party_words().streets
    words = fold(_DUTCH.sub(r"\1\2", text)).split()
    return tuple(streets.get(word, re.sub(r"strasse$", "str", word)) for word in words)


def _has_digit(word: str) -> bool:
    return any(c.isdigit() for c in word)


@lru_cache(maxsize=4096)
def postcode_runs(text: str) -> frozenset[str]:
    """Everything in a printed address that may be a postcode: one to three words in one run, with a digit."""
    words = _words(text)
    runs = {"".join(words[at : at + n]) for at in range(len(words)) for n in (1, 2, 3)}
    return frozenset(run for run in runs if _has_digit(run))


def fit(text: str, on_file: Filed) -> Fit:
    """How a printed address agrees with one on file."""
    words = _words(text)
    street = _street_score(words, on_file)
    if street < STREET_ALIKE:
        return Fit(False, street=street)
    if _numbers_agree(words, postcode_runs(text), on_file.postcode, on_file.numbers, on_file.city):
        return Fit(True, street=street)
    folded = tuple(confusion_key(w) for w in words)
    runs = frozenset(confusion_key(run) for run in postcode_runs(text)) | {
        confusion_key("".join(words[at : at + n])) for at in range(len(words)) for n in (1, 2, 3)
    }
    numbers = tuple(confusion_key(number) for number in on_file.numbers)
    if _numbers_agree(folded, frozenset(runs), confusion_key(on_file.postcode), numbers, on_file.city):
        return Fit(True, slip=True, street=street)
    return Fit(False, street=street)


def _street_score(words: tuple[str, ...], on_file: Filed) -> float:
    if not on_file.street:
        return 100.0 if on_file.postcode else 0.0
    printed = " ".join(word for word in words if not _has_digit(word))
    if len(printed) < len(on_file.street):
        return fuzz.ratio(on_file.street, printed)
    return max(fuzz.token_set_ratio(on_file.street, printed), fuzz.partial_ratio(on_file.street, printed))


def _numbers_agree(
    words: tuple[str, ...], runs: frozenset[str], postcode: str, numbers: tuple[str, ...], city: str
) -> bool:
    if postcode:
        if postcode not in runs:
            return False
    elif not city or fuzz.partial_ratio(city, " ".join(words)) < 90:
        return False
    if not numbers:
        return True
    missing = [number for number in numbers if number not in words]
    if numbers[0] in missing:
        return False
    # a suite or flat may be left out, but not be another one
    others = [w for w in words if _has_digit(w) and w not in numbers and w not in postcode and postcode not in w]
    return not missing or not others
