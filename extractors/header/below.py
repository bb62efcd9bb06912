"""What stands at the label of a party: behind it, right of it or under it, line by line to the end of the address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractors.header import address
from extractors.header.blocks import address_score
from extractors.header.labels import Context, LabelHit
from extractors.header.partytext import PartyReading, party_lines, read_party
from extractors.header.places import ADDRESS_LABELS, Relation, Surroundings, constant_column
from extractors.header.view import Segment
from pipeline.model import Source, Word

ADDRESS = 3  # ``address_score`` from which lines are a party with its address
_POSTCODE = re.compile(r"[A-Z]{0,2}\s?\d{4,6}(?:-\d{3,4})?")
_MOST_LINES = 10
_PARTIES = ("buyer", "seller", "ship_to", "bill_to")
_SHORT_NUMBER = 4  # digits up to which a number before a name is none of the party


def readings(around: Surroundings, hit: LabelHit) -> Iterator[tuple[Relation, list[Segment], PartyReading]]:
    """What stands behind the label, right of it and under it, each read as a party."""
    for place in around.places(hit):
        if place.relation is Relation.LEFT:
            continue
        first = place.segment
        left = place.words[0].box.x0 if first is hit.segment else first.box.x0
        if _is_number(place.words) and (behind := _behind(around, first)) is not None:
            first = behind
        inline = first is hit.segment
        skip = hit.end if inline else 0
        whole = constant_column(around.page, hit) or _is_whole(place.words if inline else first.words)
        listed = around.page.page.source is Source.CSV and not constant_column(around.page, hit)
        segments = _along(around, first) if listed else [first] if whole else down(around, first, left, hit)
        lines = party_lines(around, segments, skip)
        reading = read_party(lines, first.page, first.box.top)
        if reading.party.name:
            yield place.relation, segments, reading


def _is_number(words: Sequence[Word]) -> bool:
    """A customer number or a GLN before the name of a party."""
    texts = [word.text.strip(":") for word in words]
    return all(not text or (text.isdigit() and len(text) > _SHORT_NUMBER) for text in texts)


def _behind(around: Surroundings, segment: Segment) -> Segment | None:
    """The next segment on the line, unless a label opens it."""
    behind = [s for s in around.page.lines[segment.line] if s.box.x0 > segment.box.x1]
    return behind[0] if behind and not around.is_label(behind[0]) else None


def _along(around: Surroundings, first: Segment) -> list[Segment]:
    """``first`` and what stands behind it in its row of a file, up to the next label."""
    row = [s for s in around.page.lines[first.line] if s.box.x0 >= first.box.x0]
    end = next((i for i, s in enumerate(row) if i and around.is_label(s)), len(row))
    return row[:end]


def _is_whole(words: Sequence[Word]) -> bool:
    """Whether a line by itself is a party down to its postcode: what stands below begins something else."""
    pieces = " ".join(word.text for word in words).split(", ")
    return len(pieces) > 2 and address_score(pieces) >= ADDRESS and address.has_postcode(pieces[-1])


def _is_next_party(around: Surroundings, line: Sequence[Segment], label: Segment, role: str) -> bool:
    """Whether a line begins with the label of another party, right under the label of this one."""
    opening = line[0]
    under = abs(opening.box.x0 - label.box.x0) < 0.5 * around.page.height and opening.line != label.line
    others = [
        h
        for h in around.labels_in(opening)
        if h.start == 0 and h.field in _PARTIES and h.field != role and h.length > _SHORT_NUMBER
    ]
    return under and bool(others)


def _opens_other(around: Surroundings, segment: Segment, role: str) -> bool:
    """Whether a foreign label opens a segment; "Accounts Payable" under "Bill to: Acme Inc." is none."""
    hits = [h for h in around.labels_in(segment) if h.start == 0]
    own = any(h.field == role and h.context is Context.WHOLE for h in hits)
    return around.opens_foreign(segment) and not own


def down(
    around: Surroundings, first: Segment, left: float, hit: LabelHit | None = None, role: str = ""
) -> list[Segment]:
    """``first`` and the segments under it in its column, to the next foreign label or gap; ``hit`` names the role."""
    label, role = (hit.segment, hit.field) if hit else (first, role)
    height = max(around.page.height, label.height)  # a page of small print is no measure for its letterhead
    column, last, placed = [first], first, False
    for line in around.page.lines[first.line + 1 :]:
        below = [s for s in line if _aligned(s, first, left, height)]
        if min(s.box.top for s in line) - last.box.bottom > 1.6 * height or len(column) >= _MOST_LINES:
            break
        if not below:
            continue
        if (hit is None or hit.context > Context.INSIDE) and _is_next_party(around, line, label, role):
            break
        if _opens_other(around, below[0], role) or (below[0].cell is None) != (first.cell is None):
            break
        if around.in_table(below[0].box) and not around.in_table(first.box):
            break
        if placed and address.has_legal_form(below[0].text):
            break  # below the postcode of one company stands the name of the next
        last = below[0]
        placed = placed or address.has_postcode(last.text)
        left_label = around.left_label(last)
        if left_label is not None and (left_label.field == "contact" or left_label.field not in ADDRESS_LABELS):
            break
        if left_label is None or left_label.field in ("email", "tax_id"):
            column += [last, *_postcode_beside(around, last)]
    return column


def _postcode_beside(around: Surroundings, segment: Segment) -> list[Segment]:
    """A postcode set apart from its place by a wide gap."""
    line = around.page.lines[segment.line]
    behind = [s for s in line if s.box.x0 > segment.box.x1]
    near = behind[:1] and behind[0].box.x0 - segment.box.x1 < 6 * around.page.height
    return behind[:1] if near and _POSTCODE.fullmatch(behind[0].text) else []


def _aligned(segment: Segment, first: Segment, left: float, height: float) -> bool:
    if first.cell is not None and segment.cell == first.cell:
        return True
    near = abs(segment.box.x0 - left) < 0.8 * height or abs(segment.box.x0 - first.box.x0) < 0.8 * height
    return (
        near
        or abs(segment.box.x1 - first.box.x1) < 0.3 * height
        or abs(segment.box.x_mid - first.box.x_mid) < 0.4 * height
    )
