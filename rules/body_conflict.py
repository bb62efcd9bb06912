"""Sentences of the covering mail that change the order: quoted for a person, never applied."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.model import DocumentType, MailContext, MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import mismatch
from rules.mail_address import names_another_address
from rules.phrasebook import phrasebook
from rules.revision import is_marked

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
        if matched.mail is None:
            return
        expected = _expected_kinds(matched)
        found = [sentence for sentence in conflicts(matched.mail) if sentence.kind not in expected]
        found += _other_addresses(matched.mail, matched, {sentence.text for sentence in found})
        if found:
            quoted = "; ".join(f'"{s.text}" {_says(s.kind)}' for s in found[:MOST_QUOTED])
            yield mismatch("body_conflict", "", None, found[0].text, f"the mail says: {quoted}")
        elif len(matched.mail.text) > MOST_READ:
            reason = (
                f"the mail's text has {len(matched.mail.text)} characters, and only {MOST_READ} were looked through"
            )
            yield mismatch("body_conflict", "", None, None, reason)


def _other_addresses(mail: MailContext, matched: MatchedOrder, told: set[str]) -> Iterator[Sentence]:
    """Paragraphs, for an address has stops of its own ("Lagerstr. 7")."""
    for paragraph in paragraphs(own_words(mail)[:MOST_READ]):
        if names_another_address(paragraph, matched) and not any(text in paragraph for text in told):
            yield Sentence(textwrap.shorten(paragraph, QUOTE_LENGTH), "address")


def _says(kind: str) -> str:
    return phrasebook(REMARKS if kind in REMARK_KINDS else PHRASES).says(kind)


def _expected_kinds(matched: MatchedOrder) -> frozenset[str]:
    """What a covering mail says anyway when the document itself is a cancellation or a change."""
    if matched.order.document_type is DocumentType.ORDER_CANCELLATION:
        return frozenset({"cancel_order", "remove_line", "replace"})
    return frozenset({"replace"}) if is_marked(matched) else frozenset()


def conflicts(mail: MailContext) -> tuple[Sentence, ...]:
    """The sentences of the mail, its subject first, that change the order, in their order, each once."""
    found: dict[str, Sentence] = {}
    for paragraph in (*paragraphs(mail.subject), *paragraphs(own_words(mail)[:MOST_READ])):
        for start, end, kind in phrasebook(PHRASES).matches(paragraph):
            text = sentence_at(paragraph, start, end)
            found.setdefault(text, Sentence(text, kind))
        for start, end, kind in phrasebook(REMARKS).matches(paragraph):
            text = sentence_at(paragraph, start, end)
            if kind in REMARK_KINDS and len(text.split()) <= phrasebook(REMARKS).kinds[kind].get("most_words", PIECE):
                found.setdefault(text, Sentence(text, kind))
    return tuple(found.values())


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
