"""The number of another order in the mail that covers an order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pipeline.language import fold, languages
from pipeline.model import MailContext
from pipeline.run import code_key
from pipeline.values import looks_like_date

MOST_WORDS = 2_000  # of a mail; who names an order does so early
LONGEST_LABEL = 3  # words
LEAST_DIGITS = 4
ALIKE = 3  # first characters that numbers of one series share
_TRIM = " .,;:!?()[]<>\"'„“”»«*"


def other_number(mail: MailContext, number: str | None) -> str | None:
    """The order the mail names that did not come with it; None where it names none, or an order of its own as well.

    A number counts behind a label ("PO 4711"), or if it is built like the order's own and begins like it. In the
    subject it counts beside one that did come: "PO 4711 and PO 4712" are two orders.
    """
    own = code_key(number)
    if len(own) < LEAST_DIGITS:
        return None
    came = {own, *map(code_key, mail.orders)}
    missing, arrived = [], False
    for word in _numbers(mail.subject, own):
        is_here = any(_is_part(code_key(word), key) for key in came)
        arrived |= is_here
        missing += [] if is_here else [word]
    if missing and arrived:
        return missing[0]
    text = code_key(f"{mail.subject} {mail.text}")
    if any(key in text for key in came):
        return None
    named = (*missing, *_numbers(mail.text, own))
    return next((word for word in named if not any(_is_part(code_key(word), key) for key in came)), None)


def _is_part(key: str, own: str) -> bool:
    """ "4711" is "PO-4711", or the other way round."""
    return key in own or own in key


def _numbers(text: str, own: str) -> Iterator[str]:
    words = text.split()[:MOST_WORDS]
    for i, word in enumerate(words):
        plain = word.strip(_TRIM)
        if sum(c.isdigit() for c in plain) < LEAST_DIGITS or looks_like_date(plain) or _is_amount(plain):
            continue
        if _is_like(code_key(plain), own) or _labelled(words, i):
            yield plain


def _is_amount(plain: str) -> bool:
    return re.search(r"[.,]\d{1,2}$", plain) is not None


def _is_like(key: str, own: str) -> bool:
    return key[:ALIKE] == own[:ALIKE] and _shape(key) == _shape(own)


def _shape(key: str) -> str:
    return re.sub(r"[A-Z]", "A", re.sub(r"\d", "9", key))


def _labelled(words: list[str], number: int) -> bool:
    """Whether right before the word stand the words for an order, with or without "no."."""
    before = fold(" ".join(words[max(number - LONGEST_LABEL - 1, 0) : number])).split()
    while before and before[-1] in ("no", "nr", "n", "number", "nummer", "num", "numero", "numer"):
        before.pop()
    return any(" ".join(before[-size:]) in _titles() for size in range(1, LONGEST_LABEL + 1) if before)


@lru_cache(maxsize=1)
def _titles() -> frozenset[str]:
    """What orders are called in the languages that are read, folded."""
    return frozenset(
        fold(title) for language in languages().values() for title in language.document_types["purchase_order"]
    )
