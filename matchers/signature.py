"""The signature under a mail: the last lines the sender wrote, before what was quoted or forwarded."""

from __future__ import annotations

import re
from functools import lru_cache

from matchers.names import party_words
from pipeline.language import fold

MOST_LINES = 12  # of a signature
WIDEST = 90  # characters of its lines; what is longer is a sentence
_RULE = re.compile(r"-- ?|_{5,}|—+")
_QUOTED = re.compile(r"\s*>|-{2,}.{3,40}-{2,}\s*$|_{10,}\s*$")


@lru_cache(maxsize=1024)
def signature(text: str) -> tuple[str, ...]:
    """The lines behind a signature rule or a closing ("Kind regards"); none where there is neither."""
    lines = _own(text)
    begins = [at for at, line in enumerate(lines) if _RULE.fullmatch(line) or _closes(line)]
    if not begins:
        return ()
    block = [line for line in lines[begins[-1] + 1 :] if line]
    return tuple(line for line in block[:MOST_LINES] if len(line) <= WIDEST)


def _own(text: str) -> list[str]:
    """What the sender wrote above the first quotation or forwarded mail."""
    lines = [line.strip() for line in text.splitlines()]
    first = next((at for at, line in enumerate(lines) if _is_quoted(lines, at)), len(lines))
    return lines[:first]


def _is_quoted(lines: list[str], at: int) -> bool:
    """A quotation mark, a rule with words in it ("----- Forwarded message -----"), or the head of a quoted mail: two
    lines in a row of a word and a colon, the first with an address."""
    line = lines[at]
    if _QUOTED.match(line):
        return not _RULE.fullmatch(line)
    after = lines[at + 1] if at + 1 < len(lines) else ""
    return bool(re.match(r"\w+\s?:\s.*@", line)) and bool(re.match(r"[\w ]{2,12}:\s", after))


def _closes(line: str) -> bool:
    words = fold(line)
    return 0 < len(words) <= 50 and any(words.startswith(closing) for closing in party_words().closings)
