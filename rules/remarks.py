"""What a document says in words beside its fields: a line crossed out, an option, "do not ship"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.model import MatchedOrder, Mismatch, Remark
from rules.base import PolicyRule
from rules.body_conflict import PHRASES as MAIL_PHRASES
from rules.body_conflict import sentence_at
from rules.facts import lines, lines_to_deliver, mismatch
from rules.phrasebook import Phrasebook, phrasebook, without_accents

PHRASES = "remark_phrases.toml"
LOW = "low_confidence"
# Requests that a document's own notes make in the words of a covering mail.
MAIL_KINDS = frozenset({"discount", "remove_line", "cancel_order", "hold", "address", "replace", "machine"})
LONGEST = 2_000  # characters of one remark that are looked through
MOST_QUOTED = 5
NEAR = 0.9  # text heights between two lines of one sentence


@dataclass(frozen=True, slots=True)
class Said:
    """A text of the document. ``path`` is the line it belongs to, "" for the order as a whole."""

    path: str
    text: str
    is_last_page: bool = False


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
            for sentence, says, code in requests(said):
                quoted.setdefault((code, said.path), {}).setdefault(sentence, says)
        for (code, path), found in quoted.items():
            words = "; ".join(f'"{sentence}" {says}' for sentence, says in list(found.items())[:MOST_QUOTED])
            yield mismatch(code, path, None, next(iter(found)), f"the document says: {words}")


def texts(matched: MatchedOrder) -> Iterator[Said]:
    for line in lines(matched):
        for text in (line.item.description, *line.item.notes):
            if text:
                yield Said(line.path(), text[:LONGEST])
    last = max((remark.page for remark in matched.order.remarks), default=0)
    for remark in joined(matched.order.remarks):
        yield Said("", remark.text[:LONGEST], remark.page == last)


def requests(said: Said) -> Iterator[tuple[str, str, str]]:
    """Sentences of the text that change the order, what they say and the exception that is."""
    book, mail = phrasebook(PHRASES), phrasebook(MAIL_PHRASES)
    for start, end, kind in book.matches(said.text):
        if _applies(book, kind, said):
            yield sentence_at(said.text, start, end), book.says(kind), LOW
    for start, end, kind in mail.matches(said.text):
        if kind in MAIL_KINDS:
            code = mail.kinds[kind].get("code", LOW) if not said.path else LOW
            yield sentence_at(said.text, start, end), mail.says(kind), code


def _applies(book: Phrasebook, kind: str, said: Said) -> bool:
    entry = book.kinds[kind]
    scope = entry.get("scope")
    if (scope == "line" and not said.path) or (scope == "end" and not said.is_last_page):
        return False
    most = entry.get("most_words")
    return most is None or bool(said.path) or len(said.text.split()) <= most


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
