"""Dates from printed text. See ``pipeline.values``, which is what others import."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from pipeline.language import fold, month_names

_MAX_LENGTH = 60
_NO_DATE: Mapping[str, date] = MappingProxyType({})
_YEARS = range(1900, 2200)
_TIME = re.compile(
    r"(?:t|[ ,]+(?:at |um |à )?)\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?"
    r"(?: ?(?:[ap]\.?m\.?|uhr|h|z|utc|gmt|cet|cest|[ecmp][sd]?t|[+-]\d{2}:?\d{2}))?$"
)
_NUMERIC = re.compile(r"(\d{1,4}) ?([./-]) ?(\d{1,2}) ?\2 ?(\d{2,4})\.?")
_COMPACT = re.compile(r"(?:19|20)\d{6}")
_PIECES = re.compile(r"\d+|[^\W\d_]+")
_WORDS = re.compile(r"[A-Za-z]+")
_FIGURES = re.compile(r"[0-9]+")
_DASHES = str.maketrans(dict.fromkeys("−–—‐‑‒", "-"))
_BLANKS = re.compile(r"[\s\u00a0\u2000-\u200b\u202f\u3000]+")
_ORDINALS = frozenset(("st", "nd", "rd", "th", "er", "re", "e", "eme", "o", "a", "ste", "de"))
# words that stand around a date without changing it: articles, "r." (Polish roku), weekdays; folded
_AROUND = (
    "le la el il o os den der dem am vom on the of de del di do da dos r roku dnia em a al op per ab bis du dia giorno"
    " mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday"
    " mo mi fr sa so montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag"
    " lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim"
    " lunes martes miercoles jueves viernes sabado domingo mie jue vie sab dom"
    " segunda terca quarta quinta sexta feira seg ter qua qui sex"
    " lunedi martedi mercoledi giovedi venerdi domenica gio"
    " maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo"
    " poniedzialek wtorek sroda czwartek piatek sobota niedziela pon pn wt sr czw pt sob nd"
)
_FILLERS = frozenset(_AROUND.split())
_IN_TIMES = "t at um a p m am pm uhr h z utc gmt cet cest et est edt ct cst cdt mt mst mdt pt pst pdt"  # see ``_TIME``
_OF_TIMES = frozenset(_IN_TIMES.split())


def parse_date(text: str, *, order: str | None = None) -> date | None:
    """The date, or None if it is none, impossible, without day or year, or ambiguous ("06/11/2026").

    ``order`` ("dmy", "mdy", "ymd") chooses between readings; a form that allows only one is read whatever it says.
    Two-digit years are 1980 to 2079.
    """
    found = _readings(text)
    if order == "ymd":
        found = _short_year_first(text) or found
    if order is not None and order in found:
        return found[order]
    values = set(found.values())
    return values.pop() if len(values) == 1 else None


def date_readings(text: str) -> tuple[date, ...]:
    """All dates the text can stand for, earliest first; () if it is no date."""
    return tuple(sorted(set(_readings(text).values())))


def proven_date_orders(texts: Iterable[str]) -> frozenset[str]:
    """ "dmy" or "mdy" where numeric dates prove it by their own form (a 13 to 31 in one place), both where they mix."""
    return frozenset(order for text in texts for order in _readings(text) if len(_readings(text)) == 1 and order)


@lru_cache(maxsize=16384)
def looks_like_date(text: str) -> bool:
    return bool(_readings(text))


@lru_cache(maxsize=16384)
def may_be_in_date(word: str) -> bool:
    """False for what stands in no date ("pcs", "M8"): a quick look, which lets much pass that is none either."""
    return not word.isascii() or all(w in _known_words() for w in _WORDS.findall(word.lower()))


@lru_cache(maxsize=1)
def _known_words() -> frozenset[str]:
    return _FILLERS | _ORDINALS | _OF_TIMES | month_names().keys()


def _is_none(text: str) -> bool:
    """Whether a quick look tells that a text with figures is no date: a strange word, or too few figures."""
    if not text.isascii():
        return False
    if not may_be_in_date(text):
        return True
    figures = _FIGURES.findall(text)
    return len(figures) < 3 and not any(len(run) == 8 for run in figures) and not _WORDS.search(text)


@lru_cache(maxsize=16384)
def _readings(text: str) -> Mapping[str, date]:
    """Order -> date; the key "" is for forms that say their order themselves (ISO, month names, eight digits)."""
    if len(text) > _MAX_LENGTH or not any(map(str.isdigit, text)) or _is_none(text):
        return _NO_DATE
    plain = _plain(text)
    if _COMPACT.fullmatch(plain):
        return _named({"": (plain[:4], plain[4:6], plain[6:])})
    numeric = _NUMERIC.fullmatch(plain)
    if numeric:
        return _named(_numeric_orders(numeric[1], numeric[3], numeric[4]))
    return _named(_worded_orders(plain))


def _plain(text: str) -> str:
    plain = _BLANKS.sub(" ", text).translate(_DASHES).strip(" ,;:()[]").casefold()
    plain = _TIME.sub("", plain)
    words = plain.split(" ")
    while len(words) > 1 and fold(words[0]) in _FILLERS:
        words.pop(0)
    while len(words) > 1 and fold(words[-1]) in _FILLERS:
        words.pop()
    return " ".join(words).strip(" ,;:()[]")


def _numeric_orders(a: str, b: str, c: str) -> dict[str, tuple[str, str, str]]:
    if len(a) == 4:
        return {"": (a, b, c)} if len(c) <= 2 else {}
    if len(a) <= 2 and len(c) in (2, 4):
        return {"dmy": (c, b, a), "mdy": (c, a, b)}
    return {}


def _short_year_first(text: str) -> Mapping[str, date]:
    numeric = _NUMERIC.fullmatch(_plain(text)) if len(text) <= _MAX_LENGTH else None
    if numeric and len(numeric[1]) == len(numeric[4]) == 2:
        return _named({"ymd": (numeric[1], numeric[3], numeric[4])})
    return {}


def _worded_orders(plain: str) -> dict[str, tuple[str, str, str]]:
    numbers: list[str] = []
    months: list[int] = []
    before = 0  # how many of the numbers stand before the month
    for piece in _PIECES.findall(plain):
        word = fold(piece)
        if piece.isdigit():
            numbers.append(piece)
            before += not months
        elif word in month_names():
            months.append(month_names()[word])
        elif word not in _FILLERS and not (word in _ORDINALS and numbers):
            return {}
    if len(months) != 1 or len(numbers) != 2:
        return {}
    first, second = numbers
    month = str(months[0])
    if len(first) == 4 and len(second) <= 2:
        return {"": (first, month, second)}
    if len(first) <= 2 and ((before == 1 and len(second) in (2, 4)) or (before == 0 and len(second) == 4)):
        return {"": (second, month, first)}
    return {}  # also "1 12 January": a quantity and the day


def _named(orders: Mapping[str, tuple[str, str, str]]) -> Mapping[str, date]:
    """Only the orders that give a date of the calendar."""
    found = {}
    for order, (year, month, day) in orders.items():
        try:
            found[order] = date(_full_year(year), int(month), int(day))
        except ValueError:
            continue
    found = {order: day for order, day in found.items() if day.year in _YEARS}
    return MappingProxyType(found) if found else _NO_DATE


def _full_year(year: str) -> int:
    number = int(year)
    if len(year) > 2:
        return number
    return 2000 + number if number < 80 else 1900 + number
