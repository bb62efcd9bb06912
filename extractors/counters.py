"""Page counters: "Page 2 of 3"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from extractors.header.view import Segment
from pipeline.language import fold, languages
from pipeline.model import Word

_COUNTER = re.compile(
    r"(?<![\d./-])(\d{1,3})\s*(?:/|of|von|de|sur|di|van|z|auf)\s*(\d{1,3})\b(?![./-]\d)", re.IGNORECASE
)
_JOINING = frozenset({"of", "von", "de", "sur", "di", "van", "z", "auf"})  # between the two figures of a counter
_NUMBER_WORDS = frozenset({"n", "no", "nr", "number"})  # "page no."; alone they say nothing
_REACH = (4, 6)  # words before and behind the word for pages among which its counter stands


def counter_in(lines: Sequence[Sequence[Segment]]) -> tuple[int, int] | None:
    """ "Page 1 of 3", "Seite 1/3", "1 of 3 pages" as (1, 3), in the first of the lines that has one; a date is none."""
    before, behind = _REACH
    for line in lines:
        tokens = [(token, word.text) for segment in line for word, token in _folded(segment)]
        for at, (token, _) in enumerate(tokens):
            if token in _page_words():
                near = " ".join(text for _, text in tokens[max(0, at - before) : at + behind])
                match = _COUNTER.search(near)
                if match and 1 <= int(match[1]) <= int(match[2]):
                    return int(match[1]), int(match[2])
    return None


def _folded(segment: Segment) -> Iterator[tuple[Word, str]]:
    """Each word with its first folded token: "Page:1/2" counts as "page"."""
    first = {index: token for token, index in reversed(segment.tokens)}
    return ((word, first.get(i, "")) for i, word in enumerate(segment.words))


@cache
def _page_words() -> frozenset[str]:
    labels = (label for language in languages().values() for label in language.header.get("page", ()))
    return frozenset(token for label in labels for token in fold(label).split()) - _JOINING - _NUMBER_WORDS
