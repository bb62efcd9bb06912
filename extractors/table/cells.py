"""The grammar of what stands in a cell: a number with its unit, currency or price base; a date; a code; text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from pipeline.values import (
    currency_code,
    has_digit,
    is_unit,
    is_week,
    looks_like_code,
    looks_like_date,
    may_be_in_date,
    parse_amount,
)

# A number as printed: digits in groups, decimal part, sign before or behind. A blank groups only full triples.
_NUMBER = re.compile(
    r"(?<![\w.,])[-+−(]?\s?"
    r"(?:\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?:[.,]\d+)?|\d[\d.,'’]*\d|\d|[.,]\d+)"
    r"\s?[-)]?(?!\w|[.,]\d)"
)
_SYMBOLS = re.compile(
    r"(?:(?:US|C|A|NZ|HK|R)?[$€£¥₹]|zł|R\$|Kč|CHF|EUR|USD|GBP|PLN|CAD|BRL|SEK|DKK|NOK|\bkr\b\.?|\blei\b|₺)",
    re.IGNORECASE,
)
_BASE = re.compile(
    r"(?:/|\bper\b|\bpro\b|\bpar\b|\bpor\b|\bza\b|\bje\b|\bper:|\bpour\b)\s*(\d{1,3}(?:[.,\s]\d{3})*|\d+)\b",
    re.IGNORECASE,
)
_BASE_ALONE = re.compile(r"(?:/|per|pro|par|por|za|je)\s*\d[\d.,\s]*", re.IGNORECASE)  # a price base without a price
_LETTERED = re.compile(r"\d{3,}[A-Z]")  # "3439B": a mark, not 3439 of a unit B

# words that make a figure a guess and are no units of it
_ABOUT = frozenset(
    {"ca", "circa", "about", "approx", "etwa", "env", "environ", "aprox", "cerca", "ok", "około", "max", "min"}
)
_LONGEST_UNIT = 7  # letters of one nobody knows
_TIMES = re.compile(r"^[×x*]\s+(?=\d)|(?<=\d)\s+[×x*]$")  # "× 12", "12 x"
_BROKEN = re.compile(r"[A-Z\d][A-Z\d./-]+[-/]")  # a code that goes on in the next line: "DBN-"

_LONGEST_DATE = 5  # words


@dataclass(frozen=True, slots=True)
class NumberCell:
    """A cell that holds one number. ``digits`` is the number as printed; ``rest`` what is neither unit nor currency."""

    digits: str
    unit: str | None = None
    currency: str | None = None
    base: str | None = None
    percent: bool = False
    rest: str = ""


@lru_cache(maxsize=16384)
def number_cell(text: str) -> NumberCell | None:
    """Reads "1.200,00 EUR / 100", "12 EA", "EA 12", "5 %"; None when the text is no number with trimmings."""
    if len(text) > 48 or not has_digit(text):
        return None
    if _BASE_ALONE.fullmatch(text.strip()):
        return None
    base_match = _BASE.search(text)
    base = None
    body = text
    if base_match is not None and _NUMBER.search(text[: base_match.start()]):
        base = re.sub(r"\D", "", base_match.group(1))
        body = text[: base_match.start()] + " " + text[base_match.end() :]
    symbols = [m.group(0) for m in _SYMBOLS.finditer(body)]
    currency = next((code for code in map(currency_code, symbols) if code), None)
    bare = _SYMBOLS.sub(" ", body) if symbols else body
    percent = "%" in bare
    bare = _TIMES.sub("", bare.replace("%", " ").strip())
    numbers = list(_NUMBER.finditer(bare)) or _glued(bare)
    if not numbers:
        return None
    number = numbers[0]
    around = f"{bare[: number.start()]} {bare[number.end() :]}".strip(" /\t")
    unit, rest = _unit_of(around)
    if rest and currency is None and (currency := currency_code(rest)) is not None:
        rest = ""
    return NumberCell(number.group(0).strip(), unit, currency, base, percent, rest)


# "12EA", "500pcs": figures with a unit glued behind
_GLUED = re.compile(r"^\s*\d[\d.,]*(?=(?:[A-Za-z]{2,6}|[mgl])\.?\s*$)")


def _glued(text: str) -> list[re.Match[str]]:
    found = _GLUED.search(text)
    return [found] if found is not None and is_unit(text[found.end() :].strip()) else []


def _unit_of(text: str) -> tuple[str | None, str]:
    words = text.split()
    if not words:
        return None, ""
    whole = " ".join(words)
    if is_unit(whole.strip("/")):
        return whole.strip("/"), ""
    units = [word for word in words if is_unit(word.strip("/()"))]
    if len(units) == 1:
        rest = [word for word in words if word != units[0]]
        return units[0].strip("/()"), " ".join(rest)
    return None, whole


def date_runs(texts: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """(start, end) of the runs of two to five words that are a date together ("1 de mayo de 2027")."""
    return _date_runs(tuple(texts)) if len(texts) > 1 else ()


@lru_cache(maxsize=4096)
def _date_runs(texts: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    runs: list[tuple[int, int]] = []
    figures = [place for place, text in enumerate(texts) if has_digit(text)]  # no date lacks a figure
    strange = [place for place, text in enumerate(texts) if not may_be_in_date(text)]
    start = 0
    while start < len(texts) - 1:
        figure = next((place for place in figures if place >= start), len(texts))
        start = max(start, figure - _LONGEST_DATE + 1)
        end = next((place for place in strange if place >= start), len(texts))
        sizes = range(min(_LONGEST_DATE, end - start), max(figure - start, 1), -1)
        size = next((n for n in sizes if _is_date_run(texts[start : start + n])), 1)
        if size > 1:
            runs.append((start, start + size))
        start += size
    return tuple(runs)


def _is_date_run(texts: Sequence[str]) -> bool:
    wordy = any(map(str.isalpha, "".join(texts)))
    return wordy and not looks_like_date(texts[0]) and looks_like_date(" ".join(texts))


@lru_cache(maxsize=16384)
def kind_of(text: str) -> str:
    """What a cell looks like: number, percent, date, unit, code, text or empty."""
    text = text.strip()
    if not text:
        return "empty"
    if looks_like_date(text) or is_week(text):
        return "date"
    number = number_cell(text)
    if number is not None and not number.rest:
        return "percent" if number.percent else "number"
    if is_unit(text) and not _BASE_ALONE.fullmatch(text):
        return "unit"
    if " " not in text and (looks_like_code(text) or _LETTERED.fullmatch(text) or _BROKEN.fullmatch(text)):
        return "code"
    return "text"


def is_figure(text: str) -> bool:
    """Whether a cell holds a number; a unit or currency nobody knows may stand beside it ("12 kr")."""
    cell = number_cell(text)
    if cell is None or kind_of(text) == "date":
        return False
    return not cell.rest or is_strange_unit(cell.rest)


def is_strange_unit(rest: str) -> bool:
    """One short word beside a number is its unit, also where nobody knows it ("8 LGT")."""
    word = rest.strip("/().")
    return word.isalpha() and len(rest) <= _LONGEST_UNIT and word.casefold() not in _ABOUT


def is_integer(text: str) -> bool:
    cell = number_cell(text)
    return cell is not None and cell.digits.strip().isdigit()


@lru_cache(maxsize=16384)
def amount(text: str | None, decimal: str | None) -> Decimal | None:
    """The number of a cell under one decimal mark; None when it holds none."""
    if text is None:
        return None
    cell = number_cell(text)
    return None if cell is None else parse_amount(cell.digits, decimal)


def digits_of(texts: Iterable[str]) -> list[str]:
    """The printed numbers of some cells, for votes on the decimal mark."""
    return [cell.digits for cell in map(number_cell, texts) if cell is not None]
