"""Groups segments that stand under each other into blocks, the unit addresses come in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from extractors.header import address
from extractors.header.places import Surroundings
from extractors.header.view import Segment
from extractors.layout import bounding_box
from pipeline.model import Box

_SEPARATORS = ("|", "•", "·", "∙", "▪", ";")
_DASH = re.compile(r"\s[-–]\s(?=(?:[A-Z]{1,3}[- ])?\d{4,6}\s+[^\W\d_])")  # "Via Emilia 31 - 46100 Mantova"


@dataclass(frozen=True)
class Block:
    """Segments under each other with a common left, right or middle; ``segments`` run top to bottom."""

    segments: tuple[Segment, ...]

    @cached_property
    def box(self) -> Box:
        return bounding_box([word for segment in self.segments for word in segment.words])

    @property
    def page(self) -> int:
        return self.segments[0].page

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Its lines; a line with separators ("Acme | 12 Main St | Reno, NV 89501") gives one for each part."""
        return tuple(part for segment in self.segments for part in split_line(segment.text))


def split_line(text: str) -> list[str]:
    text = _DASH.sub("\n", text)
    for separator in _SEPARATORS:
        if text.count(separator) >= 1:
            text = text.replace(separator, "\n")
    return [part.strip() for part in text.split("\n") if part.strip(" ,.-")]


def blocks(around: Surroundings) -> tuple[Block, ...]:
    """Every segment of the page in exactly one block. A label begins a block of its own and what follows it another."""
    height = around.page.height
    open_blocks: list[list[Segment]] = []
    done: list[list[Segment]] = []
    for line in around.page.lines:
        still_open: list[list[Segment]] = []
        top = min(s.box.top for s in line)
        for block in open_blocks:
            (still_open if top - block[-1].box.bottom <= _gap(block) * height else done).append(block)
        open_blocks = still_open
        for segment in line:
            home = next((b for b in open_blocks if _continues(b, segment, around, height)), None)
            if home is None:
                open_blocks.append([segment])
            else:
                home.append(segment)
    found = (Block(tuple(b)) for b in (*done, *open_blocks))
    return tuple(sorted(found, key=lambda b: (b.box.top, b.box.x0)))


def _continues(block: Sequence[Segment], segment: Segment, around: Surroundings, height: float) -> bool:
    last = block[-1]
    if (
        last.line == segment.line
        or (last.cell is None) != (segment.cell is None)
        or segment.box.top - last.box.bottom > _gap(block) * height
    ):
        return False
    left = abs(block[0].box.x0 - segment.box.x0) < 0.7 * height
    right = abs(last.box.x1 - segment.box.x1) < 0.4 * height and len(block) < 8
    middle = abs(last.box.x_mid - segment.box.x_mid) < 0.5 * height
    if not (left or right or middle):
        return False
    if around.opens_foreign(segment) or around.opens_foreign(last) or _is_strange_label(last):
        return False
    return abs(last.height - segment.height) <= 0.6 * max(last.height, segment.height)


def _is_strange_label(segment: Segment) -> bool:
    """A label we do not know heads what stands below it."""
    return segment.text.endswith(":") and len(segment.words) <= 3


def _gap(block: Sequence[Segment]) -> float:
    """Text heights that may lie below a block: more below a company's name that stands alone so far."""
    return 2.2 if len(block) == 1 and address.has_legal_form(block[0].text) else 1.1


def address_score(texts: Sequence[str]) -> int:
    """How much some lines look like a party with its address; 3 and more is one."""
    score = 0
    score += 2 if any(address.has_postcode(t) for t in texts) else 0
    score += 2 if any(address.country_of(t) for t in texts[1:]) else 0
    score += 1 if any(address.has_street(t) for t in texts) else 0
    score += 1 if texts and address.has_legal_form(texts[0]) else 0
    score += 1 if any(address.emails_in(t) for t in texts) else 0
    score += 1 if any(address.has_tax_label(t) for t in texts[1:]) else 0
    return score if len(texts) >= 2 else 0
