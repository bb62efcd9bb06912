"""Where a mail quotes another: marked in its lines, so that a newer mail can be told from what it answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from extractors.readers.typeset import Block, Line
from pipeline.quoting import header_lines

_MARKS = re.compile(r"^(?:\s?>)+ ?")
_FEWEST = 2  # header lines below "From:", and lines that begin with ">"
OPEN, CLOSE = 1, -1


def border(kind: int) -> Line:
    """A line without height where a quoted mail begins or ends."""
    return Line("", height=0.0, quote=kind)


def without_marks(raw: Sequence[str]) -> tuple[list[str], list[int]]:
    """The lines without their ">", and how deep each is quoted; the line that says who wrote it counts as quoted."""
    depths = [found.group().count(">") if (found := _MARKS.match(line)) else 0 for line in raw]
    texts = [_MARKS.sub("", line) for line in raw]
    for number in range(len(texts)):
        if depths[number] and (number == 0 or not depths[number - 1]):
            above = next((n for n in range(number - 1, -1, -1) if texts[n].strip()), None)
            if above is not None and texts[above].rstrip().endswith(":") and any(map(str.isdigit, texts[above])):
                depths[above:number] = [depths[number]] * (number - above)
    return texts, depths if sum(map(bool, depths)) >= _FEWEST else [0] * len(texts)


def by_depth(lines: Sequence[Line], depths: Sequence[int]) -> list[Line]:
    """The lines with borders where their depth changes."""
    found: list[Line] = []
    for (before, depth), line in zip(pairwise((0, *depths)), lines, strict=True):
        found += [border(OPEN if depth > before else CLOSE)] * abs(depth - before)
        found.append(line)
    return found


def by_heads(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with a border above each head of a quoted mail ("From: ... Sent: ... To: ...")."""
    texts = [block.text if isinstance(block, Line) else "" for block in blocks]
    found: list[Block] = []
    for number, block in enumerate(blocks):
        if header_lines(texts, number) >= _FEWEST:
            found.append(border(OPEN))
        found.append(block)
    return found
