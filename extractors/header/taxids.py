"""Tax numbers that stand apart from every address: in a letterhead's or footer's line, in a row of a form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from extractors.header.labels import FOREIGN, LabelHit
from extractors.header.places import Relation, Surroundings
from extractors.header.readings import VAT
from pipeline.language import fold
from pipeline.model import ReadingContext, Word

_MARKS = re.compile(r"[\s./:-]")
_OUTRIGHT = re.compile(r"CHE-?\d{3}\.?\d{3}\.?\d{3}")  # Switzerland's needs no label
_ENDS = ("id", "idnr", "id nr", "id no")  # of labels that are broken at the end of a line ("USt-" over "ID")
_LONGEST = 5  # words a number is printed in


@dataclass(frozen=True)
class TaxNumber:
    """A tax number as printed; ``theirs``: its label says that it is the receiver's ("Your VAT no.")."""

    words: tuple[Word, ...]
    page: int
    theirs: bool

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words).strip(" .,;:|()")

    @property
    def bare(self) -> str:
        return _bare(self.text)


def single_tax_number(pages: Sequence[Surroundings], context: ReadingContext, *, theirs: bool) -> TaxNumber | None:
    """The only tax number of the first and last page that is the receiver's, or that is not; None where several are.

    ``theirs`` asks for the receiver's. Our own numbers are nobody else's.
    """
    own = {_bare(number) for number in context.own_tax_ids}
    ends = dict.fromkeys((0, len(pages) - 1)) if pages else {}
    every = [one for i in ends for one in _numbers(pages[i]) if (one.theirs or one.bare in own) is theirs]
    return every[0] if len({one.bare for one in every}) == 1 else None


def _bare(text: str) -> str:
    return _MARKS.sub("", text).upper()


@lru_cache(maxsize=16384)
def _is_vat(text: str) -> bool:
    return VAT.fullmatch(_bare(text)) is not None


def _numbers(around: Surroundings) -> Iterator[TaxNumber]:
    page = around.page.page.number
    for hit in around.hits:
        if hit.section == "header" and hit.field == "tax_id" and not around.in_table(hit.box):
            words = _behind(around, hit)
            run = _run(words) if words else None
            if run is not None:
                yield TaxNumber(run, page, _is_theirs(hit))
    for segment in around.page.segments:
        for before, word in pairwise((None, *segment.words)):
            plain = word is not None and _is_vat(word.text) and not around.in_table(word.box)
            told = before is not None and fold(before.text).endswith(_ENDS)
            if word is not None and plain and (told or _OUTRIGHT.match(word.text)):
                yield TaxNumber((word,), page, theirs=False)


def _behind(around: Surroundings, hit: LabelHit) -> tuple[Word, ...]:
    """The words behind a label in its segment; where it ends it, those right of it or under it."""
    rest = hit.segment.words[hit.end :]
    if any(c.isalnum() for word in rest for c in word.text):
        return rest if _run(rest) else (*rest, *_next_line(around, hit))
    places = (place for place in around.places(hit) if place.relation is not Relation.LEFT)
    return next((place.words for place in places if _run(place.words)), ())


def _next_line(around: Surroundings, hit: LabelHit) -> tuple[Word, ...]:
    """The words under the beginning of a line that a number ran over ("GB 107" over "3344 21")."""
    below = around.page.lines[hit.segment.line + 1 : hit.segment.line + 2]
    return below[0][0].words if below and below[0][0].box.x0 < hit.box.x0 else ()


def _run(words: Sequence[Word]) -> tuple[Word, ...] | None:
    """The words that are together a tax number by the form of its country; they begin within the first two."""
    for start in range(min(2, len(words))):
        for end in range(min(len(words), start + _LONGEST), start, -1):
            whole = any(c.isalnum() for c in words[end - 1].text)
            if whole and VAT.fullmatch(_bare("".join(word.text for word in words[start:end]).strip(",;|()"))):
                return tuple(words[start:end])
    return None


def _is_theirs(hit: LabelHit) -> bool:
    before = hit.segment.words[max(0, hit.start - 1) : hit.start + 1]
    tokens = {token for word in before for token in fold(word.text).split()}
    return bool(tokens & FOREIGN) or "v" in tokens
