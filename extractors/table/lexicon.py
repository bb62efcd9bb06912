"""The vocabulary of the trade, from the language files, looked up in the words of a line.

Meanings are the field names of ``LineItem`` (``quantity`` ...), ``item_id`` for a code whose owner is open,
``combined`` for a column that holds code and description, and ``ignored``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from extractors.nearby import Nearby
from pipeline.language import Language, fold, languages
from pipeline.values import currency_code, has_digit, unit_code

# A label recognised with a spelling fault (OCR, a typing error) needs this share of equal characters, and some length.
_FUZZY_SCORE = 88.0
_DAMAGED_SCORE = 75.0
_FUZZY_LENGTH = 5
_CUT_LENGTH = 7  # characters a cut-off label must keep
# Words beside a label that qualify it and say nothing about which column it is.
_QUALIFIERS = frozenset(
    {
        "in",
        "ex",
        "excl",
        "exkl",
        "ht",
        "htva",
        "net",
        "netto",
        "per",
        "each",
        "pro",
        "par",
        "por",
        "za",
        "the",
        "and",
        "%",
    }
)
# Words before a tax that say whether a price holds it.
_EXCLUSIONS = frozenset(
    {"ex", "excl", "exkl", "escl", "excluding", "exclusief", "zonder", "hors", "ohne", "zzgl", "sans", "sin", "sem"}
    | {"bez", "esclusa", "incl", "inkl", "including"}
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A label found in a run of words: ``words[start:end]``. ``meanings`` are all it may stand for; ``score`` 0..1."""

    meanings: frozenset[str]
    start: int
    end: int
    score: float
    label: str  # folded


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Folded labels of one section of the language files, with the meanings they may have in any language."""

    meanings: Mapping[str, frozenset[str]]
    longest: Mapping[str, int]  # first word of a label -> words of the longest label that begins so
    long_labels: Nearby  # those that may be matched with a fault


def _build(section: Iterable[Mapping[str, tuple[str, ...]]]) -> Lexicon:
    found: dict[str, set[str]] = {}
    for labels in section:
        for meaning, texts in labels.items():
            for text in texts:
                found.setdefault(fold(text), set()).add(meaning)
    found.pop("", None)
    meanings = {label: frozenset(names) for label, names in found.items()}
    longest: dict[str, int] = {}
    for words in map(str.split, meanings):
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return Lexicon(meanings, longest, Nearby([label for label in meanings if len(label) >= _FUZZY_LENGTH]))


@lru_cache(maxsize=1)
def column_lexicon() -> Lexicon:
    return _build(language.columns for language in languages().values())


@lru_cache(maxsize=1)
def total_lexicon() -> Lexicon:
    return _build(language.totals for language in languages().values())


@lru_cache(maxsize=1)
def inline_lexicon() -> Lexicon:
    return _build(language.inline for language in languages().values())


@lru_cache(maxsize=1)
def header_lexicon() -> Lexicon:
    return _build(language.header for language in languages().values())


@lru_cache(maxsize=1)
def mark_lexicon() -> Lexicon:
    return _build(_marks(language) for language in languages().values())


def _marks(language: Language) -> Mapping[str, tuple[str, ...]]:
    return language.marks


@lru_cache(maxsize=4096)
def _fuzzy(text: str, lexicon_name: str) -> tuple[str, float] | None:
    found = _BY_NAME[lexicon_name]().long_labels.likest(text, _FUZZY_SCORE)
    return None if found is None else (found[0], found[1] / 100)


@lru_cache(maxsize=4096)
def _cut_off(text: str, lexicon_name: str) -> tuple[str, float] | None:
    """A label whose end did not fit its column ("Precio unita")."""
    if len(text) < _CUT_LENGTH:
        return None
    lexicon = _BY_NAME[lexicon_name]()
    whole = [label for label in lexicon.long_labels.beginning(text) if len(text) >= 0.6 * len(label)]
    kinds = {lexicon.meanings[label] for label in whole}
    return (min(whole, key=len), 0.9) if len(kinds) == 1 else None


_BY_NAME = {
    "columns": column_lexicon,
    "totals": total_lexicon,
    "inline": inline_lexicon,
    "header": header_lexicon,
}


@lru_cache(maxsize=16384)
def find_label(text: str, name: str = "columns") -> tuple[frozenset[str], float, str] | None:
    """The meanings of a whole text, its score and the label; with faults allowed. ``text`` as printed or folded."""
    folded = fold(text)
    lexicon = _BY_NAME[name]()
    if folded in lexicon.meanings:
        return lexicon.meanings[folded], 1.0, folded
    if len(folded) < _FUZZY_LENGTH or has_digit(folded):
        return None
    found = _fuzzy(folded, name) or _cut_off(folded, name)
    if found is None:
        return None
    return lexicon.meanings[found[0]], found[1] * 0.95, found[0]


def find_damaged_label(text: str) -> tuple[frozenset[str], float] | None:
    """The meanings of a badly recognised column label ("Mulernal"), for headings that are proven by other labels."""
    folded = fold(text)
    if len(folded) < _FUZZY_LENGTH + 1:
        return None
    found = column_lexicon().long_labels.likest(folded, _DAMAGED_SCORE)
    return None if found is None else (column_lexicon().meanings[found[0]], found[1] / 100 * 0.8)


def label_hits(words: Sequence[str], name: str = "columns", *, cut: bool = False) -> tuple[Hit, ...]:
    """Labels in a run of words, longest first from the left, not overlapping. Word indexes refer to ``words``.

    ``cut``: also labels whose end did not fit ("Ihre Artikelnumm Bezeichnung").
    """
    return _label_hits(tuple(words), name, cut)


@lru_cache(maxsize=4096)
def _label_hits(words: tuple[str, ...], name: str, cut: bool) -> tuple[Hit, ...]:
    tokens, owners = _tokens(words)
    lexicon = _BY_NAME[name]()
    hits: list[Hit] = []
    position = 0
    while position < len(tokens):
        if position and owners[position] == owners[position - 1] and has_digit(words[owners[position]]):
            position += 1  # within a code: the end of "NH-7529-B" is no label
            continue
        hit = _longest_at(tokens, owners, position, lexicon)
        if cut:
            hit = _cut_run(tokens, owners, position, hit, name) or hit
        if hit is None:
            position += 1
            continue
        hits.append(hit[0])
        position = hit[1]
    return tuple(hits)


def _tokens(words: Sequence[str]) -> tuple[list[str], list[int]]:
    tokens: list[str] = []
    owners: list[int] = []
    for index, word in enumerate(words):
        for token in fold(word).split():
            tokens.append(token)
            owners.append(index)
    return tokens, owners


def _longest_at(tokens: Sequence[str], owners: Sequence[int], start: int, lexicon: Lexicon) -> tuple[Hit, int] | None:
    for end in range(min(len(tokens), start + lexicon.longest.get(tokens[start], 0)), start, -1):
        # a label never ends within a word: "Item/Description" is not "Item"
        if end < len(tokens) and owners[end] == owners[end - 1]:
            continue
        label = " ".join(tokens[start:end])
        if label in lexicon.meanings:
            return Hit(lexicon.meanings[label], owners[start], owners[end - 1] + 1, 1.0, label), end
    return None


def _cut_run(
    tokens: Sequence[str], owners: Sequence[int], start: int, exact: tuple[Hit, int] | None, name: str
) -> tuple[Hit, int] | None:
    """A cut-off label that takes in more words than the ``exact`` one here."""
    for end in range(min(len(tokens), start + 3), exact[1] if exact else start, -1):
        if end < len(tokens) and owners[end] == owners[end - 1]:
            continue
        found = _cut_off(" ".join(tokens[start:end]), name)
        if found is not None:
            meanings = _BY_NAME[name]().meanings[found[0]]
            return Hit(meanings, owners[start], owners[end - 1] + 1, found[1], found[0]), end
    return None


# DD/MM/YYYY, GG.MM.AAAA, TT.MM.JJJJ, MM-DD-YY
_DATE_FORM = re.compile(r"(?:dd?|gg?|jj|tt|mm?)[./-](?:dd?|mm?)[./-](?:yy|aa|jj|rr){1,2}", re.IGNORECASE)


@lru_cache(maxsize=16384)
def is_qualifier(word: str) -> bool:
    """Whether a word beside a label only qualifies it: a currency, a unit, the form of a date, "net", "%"."""
    folded = fold(word)
    if not folded or folded in _QUALIFIERS or folded.isdigit():
        return True
    bare = word.strip("()[]/.:,")
    return _DATE_FORM.fullmatch(bare) is not None or currency_code(bare) is not None or unit_code(bare) is not None


def is_exclusion(word: str) -> bool:
    return fold(word) in _EXCLUSIONS
