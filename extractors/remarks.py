"""What is printed and became no value: an instruction, a crossed out line, a count of lines, the item of a lost row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from extractors.header.view import PageView, Segment
from extractors.layout import bounding_box, join_words
from extractors.split import PageRole
from pipeline.model import Box, Evidence, Remark, Word

_MOST = 4_000  # remarks of one order: a page holds about a hundred
_SLACK = 0.5  # points by which a word may stand out of its evidence
_STRIP = 12.0  # points: boxes are kept by strips of the page, for a page has hundreds

Taken = dict[tuple[int, int], list[Box]]  # by page and strip


def remarks(pages: Iterable[PageView], evidence: Sequence[Evidence]) -> tuple[Remark, ...]:
    """The words of the pages that no evidence covers, by segment, in reading order."""
    taken: Taken = defaultdict(list)
    for one in evidence:
        for strip in range(_strip(one.box.top - _SLACK), _strip(one.box.bottom + _SLACK) + 1):
            taken[one.page, strip].append(one.box)
    found = [remark for page in pages for remark in _of_page(page, taken)]
    return tuple(found[:_MOST])


def _strip(y: float) -> int:
    return int(y // _STRIP)


def _of_page(page: PageView, taken: Taken) -> Iterator[Remark]:
    number = page.page.number
    for segment in page.segments:
        words = [word for word in segment.words if not _is_taken(word, taken, number)]
        if words:
            yield Remark(segment.page, bounding_box(words), _text(words, segment))


def _text(words: Sequence[Word], segment: Segment) -> str:
    """The words left, or the whole segment where a value lies within a sentence: parted it would say something else."""
    return segment.text if 2 * len(words) >= len(segment.words) else join_words(words)


def _is_taken(word: Word, taken: Taken, page: int) -> bool:
    x, y = word.box.x_mid, word.box.y_mid
    for box in taken.get((page, _strip(y)), ()):
        if box.x0 - _SLACK <= x <= box.x1 + _SLACK and box.top - _SLACK <= y <= box.bottom + _SLACK:
            return True
    return False


def missing_pages(roles: Sequence[PageRole], pages_of_file: int) -> str | None:
    """In words, that the page counter promises more pages than there are; None where it does not."""
    counters = [role.counter for role in roles if role.counter is not None]
    if not counters:
        return None
    last, promised = max(at for at, _ in counters), max(of for _, of in counters)
    if promised <= pages_of_file or last >= promised:
        return None
    return f"the pages count up to {promised}, and the last one here is page {last}: is a part missing?"
