"""What a document says in words beside its fields: a line crossed out, an option, "do not ship"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.language import fold
from pipeline.model import MatchedOrder, Mismatch, Remark
from rules.base import PolicyRule
from rules.body_conflict import PHRASES as MAIL_PHRASES
from rules.body_conflict import sentence_at
from rules.facts import Line, lines, lines_to_deliver, mismatch
from rules.phrasebook import Phrasebook, phrasebook, without_accents
from rules.said_of_lines import struck_over, told

PHRASES = "remark_phrases.toml"
LOW = "low_confidence"
# Requests that a document's own notes make in the words of a covering mail.
MAIL_KINDS = frozenset({"discount", "remove_line", "cancel_order", "hold", "address", "replace", "machine"})
LONGEST = 2_000  # characters of one remark that are looked through
MOST_QUOTED = 5
PIECES = ("H87", "EA", "C62")
NEAR = 0.9  # text heights between two lines of one sentence


@dataclass(frozen=True, slots=True)
class Said:
    """A text of the document. ``path`` is the line it belongs to, "" for the order as a whole."""

    path: str
    text: str
    is_last_page: bool = False
    line: Line | None = None
    is_rest: bool = False  # what a description says beyond the item's own


class Remarks(PolicyRule):
    """Quoted for a person, never applied. What the policy knows as a customer's standing words is left alone."""

    codes = ("low_confidence", "total_mismatch")
    settings = ("remarks.known",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        if not any(True for _ in lines_to_deliver(matched)):
            return
        known = [_folded(text) for text in self._policies.for_order(matched).remarks.known]
        quoted: dict[tuple[str, str], dict[str, str]] = {}
        for said in texts(matched):
            folded = _folded(said.text)
            if any(words and words in folded for words in known):
                continue
            for sentence, says, code in (*requests(said), *_told(said, matched)):
                quoted.setdefault((code, said.path), {}).setdefault(sentence, says)
        for (code, path), found in quoted.items():
            words = "; ".join(f'"{sentence}" {says}' for sentence, says in list(found.items())[:MOST_QUOTED])
            yield mismatch(code, path, None, next(iter(found)), f"the document says: {words}")


def texts(matched: MatchedOrder) -> Iterator[Said]:
    for line in lines(matched):
        for text in (line.item.description, *line.item.notes):
            if text:
                yield Said(line.path(), text[:LONGEST], line=line)
        for rest in beyond_item(line):
            yield Said(line.path(), rest, line=line, is_rest=True)
    last = max((remark.page for remark in matched.order.remarks), default=0)
    for remark in joined(matched.order.remarks):
        yield Said("", remark.text[:LONGEST], remark.page == last)


def beyond_item(line: Line) -> Iterator[str]:
    """What stands before and behind the item's own words: "on hold" of "LED lamp 8 W on hold"; and its words alone."""
    if line.match.item is None or not line.item.description:
        return
    known, said = _words_of_item(line), line.item.description.split()
    own = [i for i, word in enumerate(said) if set(fold(word).split()) & known]
    if own:
        ends = (" ".join(said[: own[0]]), " ".join(said[own[-1] + 1 :]))
        words = " ".join(word for i, word in enumerate(said) if i not in own and len(word) > 1 and word.isalpha())
        yield from {text for text in (*ends, words) if text}


def _words_of_item(line: Line) -> frozenset[str]:
    """Words of the catalogue, also of numbers with their units apart ("8W" is "8" and "W" too)."""
    item = line.match.item
    if item is None:
        return frozenset()
    words = fold(f"{item.description} {item.sku} {item.mpn or ''}").split()
    return frozenset((*words, *(part for word in words for part in re.findall(r"\d+|[^\W\d]+", word))))


def requests(said: Said) -> Iterator[tuple[str, str, str]]:
    """Sentences of the text that change the order, what they say and the exception that is."""
    book, mail = phrasebook(PHRASES), phrasebook(MAIL_PHRASES)
    for start, end, kind in book.matches(said.text):
        if _applies(book, kind, said, said.text[start:end]):
            yield sentence_at(said.text, start, end), book.says(kind), LOW
    for start, end, kind in mail.matches(said.text):
        if kind in MAIL_KINDS and not said.is_rest:
            code = mail.kinds[kind].get("code", LOW) if not said.path else LOW
            yield sentence_at(said.text, start, end), mail.says(kind), code


def _told(said: Said, matched: MatchedOrder) -> Iterator[tuple[str, str, str]]:
    found = told(said.text, said.line, matched) if not said.is_rest else struck_over(said.text, matched)
    yield from ((sentence, says, LOW) for sentence, says in found)


def _applies(book: Phrasebook, kind: str, said: Said, words: str) -> bool:
    entry = book.kinds[kind]
    scope = entry.get("scope")
    if (scope == "line" and not said.path) or (scope == "end" and not said.is_last_page):
        return False
    if entry.get("whole") and fold(words) != fold(said.text):
        return False
    if said.line is not None and not _counts(entry, said, said.line, words):
        return False
    most = entry.get("most_words")
    return most is None or bool(said.path) or len(said.text.split()) <= most


def _counts(entry: Mapping[str, Any], said: Said, line: Line, words: str) -> bool:
    if said.is_rest and not entry.get("whole"):
        return False  # the whole description was looked through
    if entry.get("each_only") and line.item.unit_code not in (*PIECES, None):
        return False
    return not set(fold(words).split()) <= _words_of_item(line)


def joined(remarks: Iterable[Remark]) -> Iterator[Remark]:
    """Lines of one sentence as one: they begin alike, closely below each other, and the upper one ends in no point."""
    upper: Remark | None = None
    for remark in remarks:
        if upper is not None and _runs_on(upper, remark):
            upper = Remark(upper.page, upper.box.union(remark.box), f"{upper.text} {remark.text}")
            continue
        if upper is not None:
            yield upper
        upper = remark
    if upper is not None:
        yield upper


def _runs_on(upper: Remark, lower: Remark) -> bool:
    if upper.page != lower.page or upper.text.rstrip()[-1:] in ".!?:" or len(upper.text.split()) < 6:
        return False
    height = lower.box.height
    near = 0 <= lower.box.top - upper.box.bottom + height / 2 <= (NEAR + 0.5) * height
    return near and abs(lower.box.x0 - upper.box.x0) <= height


def _folded(text: str) -> str:
    return " ".join(without_accents(text).split())
