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
_COUNTRY = re.compile(r"(?:(?<=[\s,])|^)[A-Z]{1,2}-(?=\d{2})")  # D-10115
# no "m", which is a flat in Polish, and no side of a street (N, S, E, W, O)
_HOUSE_LETTER = re.compile(r"\b(\d+) ([a-df-lp-rt-vx-z]|bis|ter|quater)\b")
_ARTICLES = frozenset(
    {"de", "la", "le", "les", "du", "des", "del", "da", "do", "dos", "das", "di", "della", "of", "the"}
)
_SIDES = frozenset({"n", "s", "e", "w", "o", "ne", "nw", "se", "sw"})  # of a street: N Main St is not S Main St


@dataclass(frozen=True, slots=True)
class Filed:
    """An address on file, taken apart. ``postcode`` is the longest run of digit-bearing words of the city line;
    ``numbers`` are those of the street; ``kinds`` the words for a kind of street ("ave") or its side ("n") in it."""

    postcode: str
    numbers: tuple[str, ...]
    street: str
    city: str
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fit:
    """``same`` when postcode, house number and street agree; ``slip`` when that took reading look-alike characters
    (O/0, l/1, S/5) as one."""

    same: bool
    slip: bool = False
    street: float = 0.0  # 0..100


@lru_cache(maxsize=200_000)
def filed(street: str, city_zip: str) -> Filed:
    city, words = _words(city_zip), _words(street)
    return Filed(
        postcode=_longest_run(city),
        numbers=tuple(word for word in words if _has_digit(word)),
        street=" ".join(_named(words)),
        city=" ".join(word for word in city if not _has_digit(word)),
        kinds=_kinds(words),
    )


def _longest_run(words: tuple[str, ...]) -> str:
    """In "110 00 Praha 1" the postcode is 11000."""
    runs = "".join(word if _has_digit(word) else " " for word in words).split()
    return max(runs, key=len, default="")


def _named(words: tuple[str, ...]) -> list[str]:
    """The words of a street's name; the kind of street counts as one where it has no other."""
    name = [word for word in words if not _has_digit(word) and word not in _ARTICLES]
    return [word for word in name if word not in _street_kinds()] or name


def _kinds(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(words) & (_street_kinds() | _SIDES)


@lru_cache(maxsize=1)
def _street_kinds() -> frozenset[str]:
    return frozenset(party_words().streets.values()) - _SIDES


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    streets = party_words().streets
    bare = _COUNTRY.sub("", _DUTCH.sub(r"\1\2", text)).translate({ord(sign): " " for sign in "ºª°"})
    words = fold(bare).replace("c so ", "corso ").split()
    short = " ".join(streets.get(word, re.sub(r"strasse$", "str", word)) for word in words)
    return tuple(_HOUSE_LETTER.sub(r"\1\2", short).split())


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
    if street < STREET_ALIKE or _another_kind(_kinds(words), on_file.kinds) or _goes_on(text, on_file):
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


def _another_kind(printed: frozenset[str], on_file: frozenset[str]) -> bool:
    """Jaurès Avenue is not Jaurès Boulevard; a kind that one of them leaves out tells nothing."""
    return bool(on_file - printed) and bool(printed - on_file)


def _goes_on(text: str, on_file: Filed) -> bool:
    """Whether the house number on file goes on in print: 118-2 is another door than 118."""
    if not on_file.numbers:
        return False
    more = re.findall(rf"(?<!\w){re.escape(on_file.numbers[0])}\s?[-–/]\s?(\d+\w?)(?!\w)", text.casefold())
    return any(number not in on_file.numbers and number not in on_file.postcode for number in more)


def _street_score(words: tuple[str, ...], on_file: Filed) -> float:
    """The name of the street among the printed words, whole or as a run of them written together or apart."""
    if not on_file.street:
        return 100.0 if on_file.postcode else 0.0
    printed = _named(words)
    name, length = on_file.street.replace(" ", ""), len(on_file.street.split())
    runs = ("".join(printed[at : at + n]) for n in range(max(1, length - 1), length + 2) for at in range(len(printed)))
    return max(fuzz.token_set_ratio(on_file.street, " ".join(printed)), *(fuzz.ratio(name, run) for run in runs), 0.0)


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
