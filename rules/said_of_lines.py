"""What a note says of its line without any of the known words: other deliveries, another place, print struck over."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.language import fold, month_names
from pipeline.model import MatchedOrder
from pipeline.values import is_unit
from rules.facts import Line, plain
from rules.line_mentions import mentions, sentences, strange_count, strange_price
from rules.mail_address import is_for_another_place, names_elsewhere
from rules.phrasebook import without_accents

MOST_WORDS = 25  # of a text; longer ones are terms
_DATE = re.compile(
    r"\b(?:\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}(?:[./]\d{2,4}|\.|\b)|"
    r"(?:kw|week|wk|cw|semaine|sem|semana|sett|tydzien) ?\d{1,2})"
)
_COUNT = re.compile(r"(?<![\d.,/-])(\d[\d.,]*) ?(x\b|[^\W\d]+\.?)?")
_STRUCK = re.compile(
    r"(?i)(?<!\w)x{3,}(?!\w)"  # XXXXXX
    r"|(?:\w[-–~/]\s?){5,}"  # l-i-n-e
    r"|^[-–—=~]+\s?\w.*\w\s?[-–—=~]+$|(?<!\S)[-–—=~]{2,}\s?\w.*\w\s?[-–—=~]{2,}(?!\S)"  # ---line---
)
_RULE = re.compile(r"[-–—=~_#/]{4,}")


def told(text: str, line: Line | None, matched: MatchedOrder) -> Iterator[tuple[str, str]]:
    """(The text, what it says) of a note of the line, or of a remark of the document."""
    if len(text.split()) > MOST_WORDS:
        return
    if _several_deliveries(text, of_line=line is not None):
        yield text, "speaks of several deliveries"
    if names_elsewhere(text, matched, in_document=True) or (line is not None and _for_this_line(text, line, matched)):
        yield text, "names another place of delivery"
    if line is not None:
        yield from struck_over(text, matched)
        yield from _other_figures(text, line)
    yield from _of_other_lines(text, line, matched)


def _other_figures(text: str, line: Line) -> Iterator[tuple[str, str]]:
    """Pieces and money that are not the line's; a pack of so many pieces in the catalogue's own words is none."""
    own = line.match.item.description if line.match.item is not None else ""
    count, price = strange_count(text, [line.item]), strange_price(text, line.item)
    if count is not None and count not in without_accents(own):
        yield text, f"speaks of {count}, and the line orders {plain(line.item.quantity)}"
    if price is not None:
        yield text, f"speaks of {price}"


def _several_deliveries(text: str, *, of_line: bool) -> bool:
    """Two dates or weeks, and two quantities with their units: "10 pcs 1 Dec, 15 pcs 15 Dec"; of a line any figures."""
    plain = without_accents(text)
    months = sum(word in month_names() for word in fold(plain).split())
    dates = len(_DATE.findall(plain))
    counted = [m for m in _COUNT.finditer(_DATE.sub(" ", plain)) if m[2] and (m[2] == "x" or is_unit(m[2]))]
    bare = _COUNT.findall(_DATE.sub(" ", plain))
    return (of_line and dates >= 2 and len(bare) >= 2) or (max(dates, months) >= 2 and len(counted) >= 2)


def _for_this_line(text: str, line: Line, matched: MatchedOrder) -> bool:
    """A plant or site that not every line names."""
    everywhere = all(text in item.notes for item in matched.order.lines)
    return text in line.item.notes and not everywhere and is_for_another_place(text, matched)


def _of_other_lines(text: str, line: Line | None, matched: MatchedOrder) -> Iterator[tuple[str, str]]:
    for sentence in sentences(text):
        for named, figures in mentions(sentence, matched):
            if line is None or named.index != line.index or figures:
                yield sentence, f"speaks of {named.label}"


def struck_over(text: str, matched: MatchedOrder) -> Iterator[tuple[str, str]]:
    """Letters and dashes typed over or around print, in the text of a line."""
    if _STRUCK.search(text) or _is_ruled_out(text, matched):
        yield text, "is print that was struck over"


def _is_ruled_out(text: str, matched: MatchedOrder) -> bool:
    """Whether a row of dashes stands at few lines only: below every line it parts them."""
    ends = [_RULE.search(" ".join((item.description or "", *item.notes))) is not None for item in matched.order.lines]
    return _RULE.search(text) is not None and sum(ends) * 2 < len(ends)
