"""Where the value of a label may stand: behind it, to its right, under it, before it, over it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from extractors.header.labels import Context, LabelHit, is_column_label, is_label_text
from extractors.header.view import PageView, Segment
from pipeline.model import Box, Word

_NOISE = {":", "-", "–", "—", "#", ".", "=", "|", "nr", "nr.", "no", "no.", "n°", "nº", "№", "/", "…"}
# labels that stand inside an address block
ADDRESS_LABELS = ("phone", "email", "tax_id", "contact", "customer_number", "vendor_number", "reference", "page")
_RECORD_COLUMNS = 4  # filled cells from which a row can head a table of records
_LABEL_WORDS = 5
_LABEL_REACH = 12.0  # text heights between a label in a column of its own and its value
_REACH_BELOW = 3.2  # text heights between a label and the value under it
_CLOSE = 0.7  # text heights between a value and the label under it
_CLOSER = 0.4  # text heights by which such a label stands nearer to its value than to what is under it
_NAMED_BELOW = ("buyer", "seller", "ship_to", "bill_to")  # labels that head an address, however the values are set
_TERMS = ("payment_terms", "incoterms")
_BRACKETED = re.compile(r"\([^()]*\):?")  # between a label and its value: "Buyer (GLN): ..."
_DECIMALS = re.compile(r"[.,]\d{2}")
_OTHER_LABEL = re.compile(r"[^\W\d][^\W\d ]*(?: [^\W\d]+){0,3}:\s*\S")  # "Routing Status: Sent": a label we do not know
_BRACKETED = re.compile(r"\([^()]*\)")
_SUMS = ("tax", "subtotal", "total")
_LONE_REACH = 2.0  # text heights
_REACH_RIGHT = 900.0  # points between a label and the value right of it, with nothing between them


class Relation(Enum):
    """How a value stands to its label; the number is how much that counts, 0..1."""

    INLINE = 1.0
    RIGHT = 0.97
    BELOW = 0.94
    ABOVE = 0.93
    LEFT = 0.55


@dataclass(frozen=True)
class Place:
    """Words that may be the value of ``hit``."""

    hit: LabelHit
    words: tuple[Word, ...]
    relation: Relation
    segment: Segment

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


class Surroundings:
    """A page with its labels, ready to be asked what stands around each of them."""

    def __init__(self, page: PageView, hits: Sequence[LabelHit], regions: Sequence[Box] = ()) -> None:
        """``regions`` are covered by the table of lines: what stands there is no part of the header."""
        self.page = page
        self.regions = tuple(regions)
        self.hits = tuple(hits)
        self._by_segment: Mapping[int, list[LabelHit]] = _group(hits)
        self._tops = [min(s.box.top for s in line) for line in page.lines]

    def labels_in(self, segment: Segment) -> list[LabelHit]:
        return self._by_segment.get(id(segment), [])

    def in_table(self, box: Box) -> bool:
        if not self.regions:
            return False
        x, y = box.x_mid, box.y_mid
        return any(r.x0 <= x <= r.x1 and r.top <= y <= r.bottom for r in self.regions)

    def is_label(self, segment: Segment) -> bool:
        """Whether a segment begins with a label that is more than a word of running text."""
        if segment.text.endswith(":") and len(segment.words) <= _LABEL_WORDS:
            return True  # a label we do not know
        hits = self.labels_in(segment)
        return any(hit.context is Context.WHOLE or (hit.start == 0 and hit.context > Context.START) for hit in hits)

    def opens_foreign(self, segment: Segment) -> bool:
        """Whether a segment begins with a label that cannot stand inside an address block."""
        own = [h for h in self.labels_in(segment) if h.start == 0]
        hits = [h for h in own if h.context > Context.START or (h.field in _NAMED_BELOW and _is_numbered(h))]
        return bool(hits) and not any(h.field in ADDRESS_LABELS for h in hits)

    def places(self, hit: LabelHit) -> Iterator[Place]:
        inline = self._inline(hit)
        if inline:
            yield Place(hit, inline, Relation.INLINE, hit.segment)
        if inline and hit.context < Context.COLON and len(inline) > 6:
            return  # running text: what stands around it belongs to other sentences
        above = self._value_above(hit) if self._labels_under else None
        if above:
            yield Place(hit, above.words, Relation.ABOVE, above)
            return
        right = self._right(hit)
        beside = [Place(hit, right.words, Relation.RIGHT, right)] if right else []
        other = right is not None and _OTHER_LABEL.match(right.text) is not None and hit.context is Context.WHOLE
        if not other:
            yield from beside
        for below in self._below(hit):
            yield Place(hit, below.words, Relation.BELOW, below)
        if other:
            yield from beside
        left = self._left(hit)
        if left:
            yield Place(hit, left.words, Relation.LEFT, left)

    def _inline(self, hit: LabelHit) -> tuple[Word, ...]:
        """The rest of the segment up to the next label; empty when a label follows at once."""
        words = hit.segment.words
        start = hit.end
        while start < len(words) and words[start].text.casefold().strip(":") in _NOISE | {""}:
            start += 1
        stops = [h.start for h in self.labels_in(hit.segment) if h.start >= hit.end and _stops(h, hit)]
        combined = any(h.start in (hit.end, hit.end - 1) and h.start > hit.start for h in self.labels_in(hit.segment))
        end = min(stops, default=len(words))
        value = () if combined and end <= start else words[start : max(end, start)]
        opened = words[hit.start].text.startswith("(") or (bool(value) and value[0].text.startswith("("))
        return _up_to_bracket(value) if opened else value

    def _right(self, hit: LabelHit) -> Segment | None:
        line = self.page.lines[hit.segment.line]
        rest = [s for s in line if s.box.x0 >= hit.segment.box.x1 - 1 and s is not hit.segment]
        for segment in rest:
            if set(segment.text) <= set(":.-–_ ") or _BRACKETED.fullmatch(segment.text):
                continue
            if is_column_label(segment.text) and column_values(self.page, hit) is not None:
                return None  # beside the heading of a column stands that of the next
            near = segment.box.x0 - hit.box.x1 <= _REACH_RIGHT
            return segment if near and not self.is_label(segment) else None
        return self._beside(hit)

    def with_next_line(self, place: Place) -> tuple[Word, ...]:
        """The words of a place and those right under them, when they go on in small letters: a wrapped value."""
        last = place.words[-1]
        for segment in self.page.lines[place.segment.line]:
            near = 0 <= segment.box.x0 - last.box.x1 < 2.0 * self.page.height
            if near and segment.text[0].islower() and not self._opens_field(segment):
                return (*place.words, *segment.words)
        for line in self.page.lines[place.segment.line + 1 : place.segment.line + 2]:
            for segment in line:
                under = abs(segment.box.x0 - place.words[0].box.x0) < 0.3 * self.page.height
                near = segment.box.top - last.box.bottom < 0.6 * self.page.height
                if under and near and segment.text[0].islower() and not self._opens_field(segment):
                    return (*place.words, *segment.words)
        return place.words

    def _opens_field(self, segment: Segment) -> bool:
        return any(hit.section == "header" and hit.start == 0 for hit in self.labels_in(segment))

    def right_of(self, hit: LabelHit) -> tuple[Word, ...]:
        """The words of the segment right of a label; none when another label follows."""
        right = self._right(hit)
        return right.words if right else ()

    def _beside(self, hit: LabelHit) -> Segment | None:
        """A value in a row of its own half a line higher or lower, as in cells aligned to the top or bottom."""
        found, reach = [], 1.3 * self.page.height
        for line in self.page.lines[max(0, hit.segment.line - 1) : hit.segment.line + 2]:
            if any(self.is_label(s) for s in line):
                continue
            found += [s for s in line if s.box.x0 > hit.box.x1 and abs(s.box.y_mid - hit.box.y_mid) < reach]
        return found[0] if len(found) == 1 else self._lone_beside(hit)

    def _lone_beside(self, hit: LabelHit) -> Segment | None:
        """A value alone in its row, beside a label alone in the next: what a form sets a little higher or lower."""
        around = self.page.lines[max(0, hit.segment.line - 1) : hit.segment.line + 2]
        if hit.context is not Context.WHOLE or len(self.page.lines[hit.segment.line]) > 1:
            return None
        lone = [line[0] for line in around if len(line) == 1 and not self.is_label(line[0])]
        reach = _LONE_REACH * self.page.height
        near = [s for s in lone if s.box.x0 > hit.box.x1 and abs(s.box.y_mid - hit.box.y_mid) < reach]
        return near[0] if len(near) == 1 else None

    def _below(self, hit: LabelHit) -> Iterator[Segment]:
        """The nearest segments under the label that overlap it; a label among them ends the search."""
        last = hit.below or hit.segment
        box = hit.box
        for line in self.page.lines[last.line + 1 : last.line + 7]:
            under = [s for s in line if _overlaps(s.box, box, self.page.height)] or self._paired(hit, line)
            if not under or all(_BRACKETED.fullmatch(s.text) for s in under):
                continue
            segment = max(under, key=lambda s: _shared(s.box, box))
            if self.in_table(segment.box) and not self.in_table(hit.box):
                return
            constant = constant_column(self.page, hit)
            if column_values(self.page, hit) is not None and not constant:
                return
            # records of one order may stand far below the heading of a list of many
            height = max(self.page.height, hit.segment.height)
            far = segment.box.top - box.bottom > _REACH_BELOW * height and not constant
            if far or self.is_label(segment):
                return
            yield segment
            return

    def _paired(self, hit: LabelHit, line: Sequence[Segment]) -> list[Segment]:
        """A row of labels over a row of as many values: they belong together in their order, however they are set."""
        row = self.page.lines[hit.segment.line]
        if len(row) < 2 or len(row) != len(line) or not all(self.is_label(s) for s in row):
            return []
        return [line[next(i for i, s in enumerate(row) if s is hit.segment)]] if hit.segment in row else []

    @cached_property
    def _labels_under(self) -> bool:
        """Whether this page prints labels under their values: most lone labels stand close to what is over them."""
        lone = {id(h.segment): h for h in self.hits if h.section == "header" and h.context is Context.WHOLE}
        hits = [h for h in lone.values() if h.field not in _NAMED_BELOW and not self.in_table(h.box)]
        others = [hit for hit in hits if self._value_above(hit) is None]
        over = len(hits) - len(others)
        return over >= 2 and over > 2 * sum(any(True for _ in self._below(hit)) for hit in others)

    def _value_above(self, hit: LabelHit) -> Segment | None:
        """What stands right over a lone label, nearer than anything under it and with no border between."""
        if hit.context is not Context.WHOLE or hit.field in _NAMED_BELOW or hit.segment.cell is not None:
            return None
        above, below = self._neighbour(hit, -1), self._neighbour(hit, 1)
        if above is None or self.is_label(above) or self.in_table(above.box) or self._ruled(above.box, hit.box):
            return None
        gap = hit.box.top - above.box.bottom
        room = below.box.top - hit.box.bottom if below else gap + self.page.height
        near = gap < _CLOSE * self.page.height and gap + _CLOSER * self.page.height < room
        return above if near else None

    def _neighbour(self, hit: LabelHit, step: int) -> Segment | None:
        """The nearest segment over (-1) or under (1) a label within three lines."""
        line = hit.segment.line
        for index in range(line + step, line + 4 * step, step):
            near = self.page.lines[index] if 0 <= index < len(self.page.lines) else ()
            found = [s for s in near if _overlaps(s.box, hit.box, self.page.height)]
            if found:
                return max(found, key=lambda s: _shared(s.box, hit.box))
        return None

    def _ruled(self, upper: Box, lower: Box) -> bool:
        """Whether a horizontal line parts two boxes above each other."""
        return any(
            r.horizontal and upper.y_mid < r.box.y_mid < lower.y_mid and _shared(r.box, lower) > 0
            for r in self.page.page.rulings
        )

    def left_label(self, segment: Segment) -> LabelHit | None:
        """The label right before a segment on its line, when it stands near in a segment of its own."""
        line, reach = self.page.lines[segment.line], _LABEL_REACH * self.page.height
        before = [s for s in line if segment.box.x0 - reach <= s.box.x1 <= segment.box.x0 + 1]
        while len(before) > 1 and set(before[-1].text) <= set(": 0123456789"):
            before.pop()  # the number of a party between its label and its name
        hits = [h for h in self.labels_in(before[-1]) if h.start == 0 and h.context > Context.START] if before else []
        return hits[0] if hits else None

    def _left(self, hit: LabelHit) -> Segment | None:
        """A value before its label: the label ends its line, and no label stands before the value."""
        line = self.page.lines[hit.segment.line]
        if hit.context is not Context.WHOLE or len(line) != 2 or line[1] is not hit.segment or self.is_label(line[0]):
            return None
        return line[0] if hit.segment.box.x0 - line[0].box.x1 < _LABEL_REACH * self.page.height else None

    def line_at(self, y: float) -> int:
        """Index of the text line at a height."""
        return max(0, bisect_right(self._tops, y) - 1)


def _is_numbered(hit: LabelHit) -> bool:
    """ "Supplier 40117": a role with the number of the party alone."""
    rest = hit.segment.words[hit.end :]
    return len(rest) == 1 and rest[0].text.strip(".,:#").isdigit()


def column_values(page: PageView, hit: LabelHit) -> tuple[str, ...] | None:
    """The cells under a label that heads a column of a declared table of records; None elsewhere (forms, free text).

    The records end where another row of labels begins.
    """
    cells = page.page.cells
    if hit.segment.cell is None:
        return None
    head = cells[hit.segment.cell]
    filled = [c for c in cells if c.table == head.table and c.row >= head.row and c.text.strip()]
    width = sum(c.row == head.row for c in filled)
    sizes = Counter(c.row for c in filled)
    labels = Counter(c.row for c in filled if c.row > head.row and is_column_label(c.text))
    end = min((row for row, count in labels.items() if 2 * count > max(sizes[row], _RECORD_COLUMNS)), default=None)
    records = {r for r, n in sizes.items() if r > head.row and n >= width / 2 and (end is None or r < end)}
    if width < _RECORD_COLUMNS or head.row + 1 not in records:
        return None
    return tuple(c.text.strip() for c in filled if c.column == head.column and c.row in records)


def constant_column(page: PageView, hit: LabelHit) -> bool:
    """Whether a label heads a column that says the same on every row: a value of the order, not of its lines."""
    values = column_values(page, hit)
    return values is not None and len(set(values)) == 1 and hit.section == "header" and not is_label_text(values[0])


def _up_to_bracket(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """ "(terms: 30 days net) to the address": the bracket that opened before the label closes the value."""
    for i, word in enumerate(words):
        if ")" in word.text and (i == 0 or "(" not in word.text):
            last = replace(word, text=word.text[: word.text.index(")")])
            return tuple(replace(w, text=w.text.lstrip("(")) for w in (*words[:i], last))
    return words


def _group(hits: Sequence[LabelHit]) -> Mapping[int, list[LabelHit]]:
    groups: dict[int, list[LabelHit]] = defaultdict(list)
    for hit in hits:
        groups[id(hit.segment)].append(hit)
        if hit.below is not None:
            groups[id(hit.below)].append(hit)
    return groups


def _stops(later: LabelHit, hit: LabelHit) -> bool:
    """Whether a later label in the same segment ends this label's value; sums on one line with terms are none."""
    if hit.field in _TERMS and later.section == "totals" and later.field in _SUMS and later.length >= 5:
        return any(_DECIMALS.search(word.text) for word in later.segment.words[later.end :])
    if later.context is Context.INSIDE:
        return later.length >= 10 and later.section == "header" and later.field != hit.field
    return True


def _overlaps(box: Box, label: Box, height: float) -> bool:
    left_aligned = abs(box.x0 - label.x0) < 0.8 * height
    right_aligned = abs(box.x1 - label.x1) < 0.8 * height
    return left_aligned or right_aligned or _shared(box, label) > 0.5 * min(box.width, label.width)


def _shared(box: Box, other: Box) -> float:
    return min(box.x1, other.x1) - max(box.x0, other.x0)
