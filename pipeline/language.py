"""What a language is to the program: a file of labels, number and date habits (``pipeline/languages/<iso>.toml``).

A language is data, not code: dropping a ninth file into the folder adds it everywhere. Labels stand in the files as
they are printed; compare them after ``fold``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from pipeline.errors import ConfigError

SECTIONS = ("columns", "header", "totals", "document_types", "inline", "marks")
_ORDERS = ("dmy", "mdy", "ymd")
# letters that Unicode does not decompose, and signs that stand for a word
_LETTERS = str.maketrans(
    {
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŧ": "t", "ħ": "h",
        "#": " no ", "№": " no ", "%": " % ", "‰": " % ",
    }
)  # fmt: skip
_NUMBER_SIGN = re.compile(r"\bn[°º˚]", re.IGNORECASE)
_NOT_WORD = re.compile(r"[^\w%]+|_+")


@dataclass(frozen=True, slots=True)
class Language:
    """One language. ``decimal`` is "," or "."; ``grouping`` the thousands separators in use; ``date_order`` the usual
    order of numeric dates ("dmy", "mdy", "ymd"): habits, not proofs. Label sections map a meaning to labels as printed.
    """

    code: str  # ISO 639-1
    decimal: str
    grouping: tuple[str, ...]
    date_order: str
    months: Mapping[str, int]  # folded names and abbreviations -> 1..12
    columns: Mapping[str, tuple[str, ...]]
    header: Mapping[str, tuple[str, ...]]
    totals: Mapping[str, tuple[str, ...]]
    document_types: Mapping[str, tuple[str, ...]]
    inline: Mapping[str, tuple[str, ...]]
    marks: Mapping[str, tuple[str, ...]]
    stopwords: frozenset[str]  # folded
    labels_only: bool = False  # its orders are read, but what their notes and mails say is for a person (decision 0178)


@lru_cache(maxsize=32768)
def fold(text: str) -> str:
    """Casefolded, without accents and punctuation, one blank between words: the form in which labels are compared.

    "#", "№", "N°" and "Nº" become the word "no" and "%" stays a word of its own, so that "Item #" is "item no".
    """
    if text.isascii():  # most words: nothing to decompose
        plain = text.lower().replace("#", " no ").replace("%", " % ")
        return " ".join(_NOT_WORD.sub(" ", plain).split())
    plain = _NUMBER_SIGN.sub("no ", unicodedata.normalize("NFC", text)).casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", plain)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(_NOT_WORD.sub(" ", plain).casefold().split())


@lru_cache(maxsize=1)
def languages() -> Mapping[str, Language]:
    """All languages by ISO 639-1 code, sorted. Raises ``ConfigError`` with every fault of every file."""
    found: dict[str, Language] = {}
    faults: list[str] = []
    folder = resources.files("pipeline.languages")
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            try:
                found[entry.name.removesuffix(".toml")] = parse_language(
                    entry.name.removesuffix(".toml"), entry.read_text(encoding="utf-8")
                )
            except ConfigError as error:
                faults.append(str(error))
    if faults:
        raise ConfigError("The language files are wrong; reinstall po-intake or mend them:", tuple(faults))
    return MappingProxyType(found)


def parse_language(code: str, toml: str) -> Language:
    """Reads the text of one language file. Raises ``ConfigError`` that names the file and each fault."""
    try:
        raw = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"pipeline/languages/{code}.toml is not valid TOML: {error}") from error
    faults = tuple(_faults(raw))
    if faults:
        raise ConfigError(f"pipeline/languages/{code}.toml:", faults)
    return Language(
        code=code,
        decimal=raw["decimal"],
        grouping=tuple(raw["grouping"]),
        date_order=raw["date_order"],
        months=_months(raw["months"]),
        stopwords=frozenset(fold(word) for word in raw["stopwords"]),
        labels_only=raw.get("labels_only", False),
        **{section: _section(raw[section]) for section in SECTIONS},
    )


def _faults(raw: Mapping[str, Any]) -> Iterable[str]:
    for key in ("decimal", "grouping", "date_order", "months", "stopwords", *SECTIONS):
        if key not in raw:
            yield f"  {key} is missing"
    if raw.get("decimal", ",") not in (",", "."):
        yield f'  decimal = {raw["decimal"]!r}: "," or "."'
    if raw.get("date_order", "dmy") not in _ORDERS:
        yield f"  date_order = {raw['date_order']!r}: one of {', '.join(_ORDERS)}"
    if sorted(raw.get("months", {}), key=str) != sorted((str(n) for n in range(1, 13)), key=str):
        yield "  [months] needs the keys 1 to 12"
    for section in SECTIONS:
        for key, labels in raw.get(section, {}).items():
            if not isinstance(labels, list) or not all(isinstance(label, str) and fold(label) for label in labels):
                yield f"  [{section}] {key}: a list of labels, none of them empty"


def _months(raw: Mapping[str, list[str]]) -> Mapping[str, int]:
    return MappingProxyType({fold(name): int(number) for number, names in raw.items() for name in names})


def _section(raw: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({key: tuple(dict.fromkeys(labels)) for key, labels in raw.items()})


@lru_cache(maxsize=1)
def month_names() -> Mapping[str, int]:
    """Folded month names and abbreviations of all languages, without those that name two different months."""
    numbers: dict[str, set[int]] = {}
    for language in languages().values():
        for name, number in language.months.items():
            numbers.setdefault(name, set()).add(number)
    return MappingProxyType({name: next(iter(n)) for name, n in numbers.items() if len(n) == 1})
