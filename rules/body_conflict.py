"""Sentences of the covering mail that change the order: quoted for a person, never applied."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.model import DocumentType, MailContext, MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import mismatch
from rules.line_mentions import holds_order, mentions, named_by_code, sentences, strange_count
from rules.mail_address import names_another_address, names_elsewhere
from rules.other_number import other_number
from rules.phrasebook import phrasebook
from rules.revision import is_marked, same_number

MOST_QUOTED = 5
MOST_READ = 200_000  # characters; a covering note has a few hundred
PIECE = 2_000  # characters matched at once: the matcher's time grows faster than the text
QUOTE_LENGTH = 240
SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=\S)")
PHRASES = "phrases.toml"
# What a document's own notes say of the whole order, said in the mail.
REMARKS = "remark_phrases.toml"
REMARK_KINDS = frozenset({"changed", "not_needed", "scale", "cancelled_order"})
# Where an answer quotes what it answers: in the words mail programs write above it.
QUOTE_HEADS = re.compile(
    r"""^\s*(?: -{2,}\s*(?:original|ursprüngliche|message\ d|mensaje|messaggio|oorspronkelijk|wiadomo|forwarded|weiterg)
    | _{10,}\s*$
    | (?:on|am|le|el|il|op|em|w\ dniu)\b.{5,100}(?:wrote|schrieb|écrit|escribió|scritto|schreef|escreveu|napisał\S*)\b
    | (?:from|von|de|da|van|od)\s*:\s.*@)""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the mail as written, and what it asks for (a key of phrases.toml)."""

    text: str
    kind: str


class BodyConflict(PolicyRule):
    """Clear requests only: an ordinary covering note ("please confirm") says nothing here."""

    codes = ("body_conflict",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        mail = matched.mail
        if mail is None:
            return
        said = [("the mail says", *found) for found in _of_mail(mail, matched)]
        for name, text in mail.enclosed:
            said += [(f"the file {name!r} beside the order says", *found) for found in _of_text(text, matched)]
        if said:
            quoted = "; ".join(f'"{text}" {says}' for _, text, says in said[:MOST_QUOTED])
            yield mismatch("body_conflict", "", None, said[0][1], f"{said[0][0]}: {quoted}")
        elif len(mail.text) > MOST_READ:
            reason = f"the mail's text has {len(mail.text)} characters, and only {MOST_READ} were looked through"
            yield mismatch("body_conflict", "", None, None, reason)


def _of_mail(mail: MailContext, matched: MatchedOrder) -> Iterator[tuple[str, str]]:
    """Sentences of the mail and what each says."""
    requests = [found for found in conflicts(mail) if found.kind not in _expected_kinds(matched)]
    yield from ((found.text, _says(found.kind)) for found in requests)
    own, told = own_words(mail)[:MOST_READ], [found.text for found in requests]
    is_order = holds_order(mail.text, matched)
    yield from _places(own, names_another_address if is_order else names_elsewhere, matched, told)
    number = other_number(mail, matched.order.po_number)
    if number is not None:
        yield number, f"is the number of another order than {matched.order.po_number}"
    if not is_order:
        yield from _lines(f"{mail.subject}\n{own}", matched, told)


def _of_text(text: str, matched: MatchedOrder) -> Iterator[tuple[str, str]]:
    """Sentences of a file beside the order and what each says."""
    requests = [s for paragraph in paragraphs(text[:MOST_READ]) for s in requests_in(paragraph)]
    expected, told = _expected_kinds(matched), [found.text for found in requests]
    yield from ((found.text, _says(found.kind)) for found in requests if found.kind not in expected)
    yield from _places(text, names_elsewhere, matched, told)
    yield from _lines(text, matched, told)


def _places(
    text: str, is_elsewhere: Callable[[str, MatchedOrder], bool], matched: MatchedOrder, told: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Paragraphs, for an address has stops of its own ("Lagerstr. 7")."""
    for paragraph in paragraphs(text[:MOST_READ]):
        if is_elsewhere(paragraph, matched) and not any(said in paragraph for said in told):
            yield textwrap.shorten(paragraph, QUOTE_LENGTH), _says("address")


def _lines(text: str, matched: MatchedOrder, told: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What is said of single lines: a mail that repeats what the order prints of them says nothing new."""
    for sentence in sentences(text):
        if any(said in sentence or sentence in said for said in told):
            continue
        named = [*mentions(sentence, matched), *named_by_code(sentence, matched)]
        for line, figures in named[:1]:
            beside = f", with {', '.join(figures[:3])} beside it" if figures else ""
            yield textwrap.shorten(sentence, QUOTE_LENGTH), f"speaks of {line.label}{beside}"
        count = strange_count(sentence, matched.order.lines) if not named else None
        if count is not None:
            yield textwrap.shorten(sentence, QUOTE_LENGTH), f"speaks of {count}, which no line orders"


def _says(kind: str) -> str:
    return phrasebook(REMARKS if kind in REMARK_KINDS else PHRASES).says(kind)


def _expected_kinds(matched: MatchedOrder) -> frozenset[str]:
    """What a covering mail says anyway when the document is a cancellation or a change, or its number is held."""
    if matched.order.document_type is DocumentType.ORDER_CANCELLATION:
        return frozenset({"cancel_order", "remove_line", "replace"})
    again = frozenset({"again"}) if same_number(matched) else frozenset()
    return again | {"replace"} if is_marked(matched) else again


def conflicts(mail: MailContext) -> tuple[Sentence, ...]:
    """The sentences of the mail, its subject first, that change the order, in their order, each once."""
    texts = (*paragraphs(mail.subject), *paragraphs(own_words(mail)[:MOST_READ]))
    found: dict[str, Sentence] = {}
    for paragraph in texts:
        for sentence in requests_in(paragraph):
            found.setdefault(sentence.text, sentence)
    return tuple(found.values())


def requests_in(paragraph: str) -> Iterator[Sentence]:
    """The sentences that change an order; a sentence may be given several times."""
    for start, end, kind in phrasebook(PHRASES).matches(paragraph):
        yield Sentence(sentence_at(paragraph, start, end), kind)
    remarks = phrasebook(REMARKS)
    for start, end, kind in remarks.matches(paragraph):
        text = sentence_at(paragraph, start, end)
        if kind in REMARK_KINDS and len(text.split()) <= remarks.kinds[kind].get("most_words", PIECE):
            yield Sentence(text, kind)


def own_words(mail: MailContext) -> str:
    """The text without what it quotes of earlier mails; a forwarded mail is wholly the sender's word."""
    if mail.forwarded_senders:
        return "\n".join(re.sub(r"^[>\s]+", "", line) for line in mail.text.splitlines())
    kept: list[str] = []
    for line in mail.text.splitlines():
        if QUOTE_HEADS.match(line):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
    return "\n".join(kept)


def paragraphs(text: str) -> list[str]:
    """Blocks between empty lines, each on one line: mail programs break sentences anywhere. Long ones in pieces."""
    blocks = (" ".join(block.split()) for block in re.split(r"\n\s*\n", text))
    return [piece for block in blocks if block for piece in textwrap.wrap(block, PIECE)]


def sentence_at(paragraph: str, start: int, end: int) -> str:
    """The sentence around the characters ``start`` to ``end``, cut to a readable length."""
    begin = max((m.end() for m in SENTENCE_END.finditer(paragraph) if m.end() <= start), default=0)
    stop = min((m.start() for m in SENTENCE_END.finditer(paragraph) if m.start() >= end), default=len(paragraph))
    if stop - begin > QUOTE_LENGTH:
        begin, stop = max(begin, start - QUOTE_LENGTH // 2), min(stop, end + QUOTE_LENGTH // 2)
    return paragraph[begin:stop].strip()
