"""Finds the labels of header fields on a page: exact in any of the languages, fuzzy on recognised (OCR) text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache, cached_property, lru_cache

from extractors.header.address import has_legal_form
from extractors.header.view import PageView, Segment
from extractors.nearby import Nearby
from pipeline.language import Language, fold, languages
from pipeline.model import Box, Source
from pipeline.values import has_digit

_NUMBER_WORDS = ("no", "nr", "n", "num", "number", "nummer", "numero", "numer", "nro")
_LONGEST = 6  # tokens in a label
_FUZZY_LENGTH = 6  # shorter labels are not compared fuzzily: "date" and "rate"
_FUZZY_SCORE = 86.0
_BOX_NUMBER = re.compile(r"\(?(?:\d{1,2}[a-z]?|[a-z])[.)]", re.IGNORECASE)  # before the label of a box on a form
_TITLE_WORDS = 8  # of the segment a title begins
_SHORT = 5  # letters up to which a label of another language than the document's needs a colon
_GENERIC = 7  # letters up to which a label may be the end of a longer one that we do not know
# "Ihre Bestellnummer", "votre commande": somebody else's number, not the one this document was issued under
FOREIGN = {
    "your",
    "ihre",
    "ihr",
    "ihrer",
    "votre",
    "vos",
    "su",
    "sus",
    "vostro",
    "vostra",
    "vs",
    "uw",
    "panstwa",
    "vosso",
    "vossa",
}


class Context(IntEnum):
    """How a label stands, the weakest first."""

    INSIDE = 0  # in running text
    START = 1  # at the start of a segment, or right behind another label's value
    COLON = 2  # with a colon
    WHOLE = 3  # the segment is the label


@dataclass(frozen=True)
class LabelHit:
    """``segment.words[start:end]`` reads as a label of ``field``; ``fit`` is 0..1, 1 for the exact wording."""

    field: str
    section: str  # "header", "totals", "document_types" or "marks"
    language: str
    segment: Segment
    start: int
    end: int
    fit: float
    context: Context
    length: int  # letters of the label: long labels say more than "No." or "Date"
    below: Segment | None = None  # the second line of a label that runs over two
    shared: bool = False  # its last word also begins the next label ("number/date")

    @cached_property
    def box(self) -> Box:
        part = self.segment.part(self.start, self.end)
        box = part.box if part else self.segment.box
        return box.union(self.below.box) if self.below else box


@dataclass(frozen=True)
class _Entry:
    field: str
    section: str
    language: str


@cache
def lexicon() -> Mapping[str, tuple[_Entry, ...]]:
    """Every label without blanks ("ponumber") → what it may label. Number words stand in all their spellings."""
    table: dict[str, list[_Entry]] = defaultdict(list)
    for code, language in languages().items():
        sections = {
            "header": language.header,
            "totals": language.totals,
            "document_types": language.document_types,
            "marks": {"terms_heading": _headings_of_terms(language)},
        }
        for section, fields in sections.items():
            for field, labels in fields.items():
                for label in labels:
                    for key in _spellings(label):
                        entry = _Entry(field, section, code)
                        if entry not in table[key]:
                            table[key].append(entry)
    table.pop("", None)
    return {key: tuple(entries) for key, entries in table.items()}


def _headings_of_terms(language: Language) -> tuple[str, ...]:
    """ "General terms of purchase" is no label of payment terms; a single word ("Conditions") may be one."""
    return tuple(label for label in language.marks.get("terms_heading", ()) if len(fold(label).split()) > 1)


def _spellings(label: str) -> set[str]:
    tokens = fold(label).split()
    keys = {"".join(tokens)}
    for i, token in enumerate(tokens):
        if token in _NUMBER_WORDS and len(tokens) > 1:
            keys |= {"".join((*tokens[:i], other, *tokens[i + 1 :])) for other in _NUMBER_WORDS}
    return keys


@cache
def _fuzzy_keys() -> Nearby:
    return Nearby(sorted(key for key in lexicon() if len(key) >= _FUZZY_LENGTH))


@cache
def _column_keys() -> frozenset[str]:
    """Labels of columns: "désignation" is one, and no misread "destination"."""
    sections = (language.columns for language in languages().values())
    return frozenset("".join(fold(x).split()) for section in sections for labels in section.values() for x in labels)


def is_label_text(text: str) -> bool:
    """Whether a whole text is a label of the header, in any language."""
    return "".join(fold(text).split()) in lexicon()


def is_column_label(text: str) -> bool:
    """Whether a whole text is the label of a column of lines, in any language."""
    return "".join(fold(text).split()) in _column_keys()


@lru_cache(maxsize=16384)
def _lookup(key: str, fuzzy: bool) -> tuple[str, float] | None:
    """(the label's key, fit 0..1) of a run of tokens."""
    if key in lexicon():
        return key, 1.0
    if not fuzzy or len(key) < _FUZZY_LENGTH or has_digit(key) or key in _column_keys():
        return None
    best = _fuzzy_keys().likest(key, _FUZZY_SCORE)
    return (best[0], best[1] / 100) if best else None


@cache
def _sorted_keys() -> tuple[str, ...]:
    return tuple(sorted(lexicon()))


@lru_cache(maxsize=16384)
def _begins_label(token: str) -> bool:
    keys = _sorted_keys()
    place = bisect_left(keys, token)
    return place < len(keys) and keys[place].startswith(token)


def is_title(hit: LabelHit) -> bool:
    """Whether a document type stands like a title: at the start of a short segment."""
    short = len(hit.segment.words) <= _TITLE_WORDS
    return hit.section == "document_types" and hit.context >= Context.START and hit.start == 0 and short


def find_labels(page: PageView, language: str | None = None) -> tuple[LabelHit, ...]:
    """All labels of a page in reading order. Where a wording means different things, ``language`` decides first."""
    hits = [hit for segment in page.segments for hit in _combined(segment, list(_in_segment(segment, language)))]
    return (*hits, *_two_line_labels(page, language))


def _in_segment(segment: Segment, language: str | None) -> Iterator[LabelHit]:
    tokens, position, labelled = segment.tokens, 0, False
    exact = segment.source is not Source.OCR
    while position < len(tokens):
        if exact and not _begins_label(tokens[position][0]):
            position += 1
            continue
        found = _longest(segment, position, language)
        if found is None:
            position += 1
            continue
        count, key, fit, entries = found
        start, end = tokens[position][1], tokens[position + count - 1][1] + 1
        start = 0 if len(tokens) == 1 or position == 0 else start
        shared = position + count < len(tokens) and tokens[position + count][1] == end - 1
        numbered = position == 1 and _BOX_NUMBER.fullmatch(segment.words[0].text) is not None
        start = 0 if numbered else start
        context = _context(segment, position - numbered, position + count, start, end)
        if position and not numbered and not labelled and len(key) <= _GENERIC:
            context = Context.INSIDE  # "Commodity number:" is not "Number:"
        labelled = True
        foreign = position > 0 and tokens[position - 1][0] in FOREIGN
        for entry in entries:
            strange = entry.language not in (language, "en", None) and len(key) <= _SHORT and context < Context.COLON
            if not strange and not (foreign and entry.field in ("po_number", "purchase_order")):
                yield LabelHit(
                    entry.field,
                    entry.section,
                    entry.language,
                    segment,
                    start,
                    end,
                    fit,
                    context,
                    len(key),
                    None,
                    shared,
                )
        position += count


def _combined(segment: Segment, hits: list[LabelHit]) -> list[LabelHit]:
    """ "PO number/date": labels that fill a segment between them stand as freely as one label does."""
    covered = {i for hit in hits for i in range(hit.start, hit.end)}
    if hits and len(covered) == sum(any(c.isalnum() for c in word.text) for word in segment.words):
        return [replace(hit, context=max(hit.context, Context.WHOLE)) for hit in hits]
    return hits


def _longest(segment: Segment, position: int, language: str | None) -> tuple[int, str, float, list[_Entry]] | None:
    tokens, words = segment.tokens, segment.words
    if position and tokens[position - 1][1] == tokens[position][1] and not _parts(words[tokens[position][1]].text):
        return None  # inside a word: "PO-12345"
    fuzzy = segment.source is Source.OCR
    for count in range(min(_LONGEST, len(tokens) - position), 0, -1):
        last = tokens[position + count - 1][1]
        more = position + count < len(tokens) and tokens[position + count][1] == last
        if more and not _parts(words[last].text):
            continue
        first = tokens[position][1]
        if any(word.text.endswith((",", ";", ")", ":")) for word in words[first:last]):
            continue
        key = "".join(token for token, _ in tokens[position : position + count])
        if _is_box(key, tokens, position + count) or _is_legal_form(words[first].text):
            continue
        found = _lookup(key, fuzzy and (position == 0 or words[last].text.endswith(":")))
        if found:
            return count, found[0], found[1], _meanings(found[0], language)
    return None


def _is_box(key: str, tokens: Sequence[tuple[str, int]], behind: int) -> bool:
    """ "PO Box 12" is an address."""
    return key == "po" and behind < len(tokens) and tokens[behind][0] == "box"


def _is_legal_form(word: str) -> bool:
    """ "B.V." behind a name is no "BV" (building project)."""
    return "." in word and word.isupper() and has_legal_form(word)


def _parts(word: str) -> bool:
    """Whether a word is two labels joined by a slash, and no code that has slashes."""
    return "/" in word and not has_digit(word)


def _meanings(key: str, language: str | None) -> list[_Entry]:
    """One entry for each meaning of a label, the document's language first."""
    entries = lexicon()[key]
    own = [entry for entry in entries if entry.language == language]
    chosen: dict[tuple[str, str], _Entry] = {}
    for entry in own or sorted(entries, key=lambda e: e.language != "en"):
        chosen.setdefault((entry.section, entry.field), entry)
    if ("header", "order_date") in chosen:
        chosen.pop(("header", "requested_date"), None)  # a bare "date" is that of the document
    return list(chosen.values())


def _context(segment: Segment, first: int, behind: int, start: int, end: int) -> Context:
    tokens = segment.tokens
    if segment.words[end - 1].text.rstrip().endswith((":", ":")) or (
        end < len(segment.words) and segment.words[end].text.startswith(":")
    ):
        return Context.COLON
    if first == 0 and behind == len(tokens):
        return Context.WHOLE
    return Context.START if first == 0 or start == 0 else Context.INSIDE


def _two_line_labels(page: PageView, language: str | None) -> Iterator[LabelHit]:
    """ "Purchase order" over "number": a segment and the one right under it, which together are a label."""
    for upper, lower in zip(page.lines, page.lines[1:], strict=False):
        for segment in upper:
            if segment.tokens and not _begins_label(segment.tokens[0][0]):
                continue
            for under in lower:
                if _stacked(segment, under) and not (_is_label_text(segment) and _is_label_text(under)):
                    key = "".join(token for token, _ in (*segment.tokens, *under.tokens))
                    if key in lexicon() and 1 < len(segment.tokens) + len(under.tokens) <= _LONGEST:
                        for entry in _meanings(key, language):
                            yield LabelHit(
                                entry.field, entry.section, entry.language, segment, 0, len(segment.words),
                                1.0, Context.WHOLE, len(key), under,
                            )  # fmt: skip


def _is_label_text(segment: Segment) -> bool:
    return "".join(token for token, _ in segment.tokens) in lexicon()


def _stacked(upper: Segment, lower: Segment) -> bool:
    over, under = upper.box, lower.box
    overlap = min(over.x1, under.x1) - max(over.x0, under.x0)
    if overlap <= 0 or under.top - over.bottom >= 0.8 * over.height:
        return False
    return overlap > 0.5 * min(over.width, under.width) and upper.cell == lower.cell
