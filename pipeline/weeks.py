"""Calendar weeks printed in place of a day: "KW 47/2026", "week 12", "2026-W47". See ``pipeline.values``.

A week is no date: whoever needs a day must ask. ISO 8601 numbers weeks from 1 to 53, Monday to Sunday.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from pipeline.language import fold, languages

_ISO = re.compile(r"\b(?P<year>20\d\d)\s?-?\s?W(?P<week>\d{2})\b")
_NUMBER = r"(?P<week>\d{1,2})(?:\s?[./-]\s?(?P<year>20\d\d|\d\d)|\s(?P<behind>20\d\d))?(?![\d.,/-]*\d)"
_NUMBER_WORD = r"(?:\s?(?:nr|no|n°|nº|num)\b\.?)?"


@dataclass(frozen=True, slots=True)
class Week:
    """``year`` is None where only the number is printed; ``text`` is what says so."""

    number: int
    year: int | None
    text: str

    def __str__(self) -> str:
        """The week as ISO 8601 writes it, with its days where the year is known."""
        if self.year is None:
            return f"week {self.number}"
        first = date.fromisocalendar(self.year, self.number, 1)
        return f"{self.year}-W{self.number:02d}, {first} to {first + timedelta(days=6)}"


@lru_cache(maxsize=1)
def _named() -> re.Pattern[str]:
    """A word for "week" of any language file, and a number: "KW47", "Woche 47.2026", "wk. no. 12"."""
    labels = {label for language in languages().values() for label in language.marks.get("week", ())}
    words = "|".join(sorted((re.escape(label) for label in labels), key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{words})\.?{_NUMBER_WORD}\s?:?\s?{_NUMBER}", re.IGNORECASE)


@lru_cache(maxsize=65536)
def week_in(text: str) -> Week | None:
    """The calendar week a text names, None if it names none or one that its year does not have."""
    if not any(map(str.isdigit, text)):
        return None
    found = _ISO.search(text) or _named().search(text)
    if found is None:
        return None
    parts = found.groupdict()
    printed = parts["year"] or parts.get("behind")
    year = None if printed is None else int(printed) + (2000 if len(printed) == 2 else 0)
    number = int(parts["week"])
    last = 53 if year is None else date(year, 12, 28).isocalendar().week
    return Week(number, year, found.group().strip()) if 1 <= number <= last else None


@lru_cache(maxsize=65536)
def is_week(text: str) -> bool:
    """Whether a text is a calendar week and nothing else ("KW 47/2026")."""
    found = week_in(text)
    return found is not None and fold(found.text) == fold(text)
