"""Headings and rows to columns: declared cells and rulings where there are any, else the white between the values."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from extractors.layout import Segment, make_segment
from extractors.table.cells import date_runs, kind_of
from extractors.table.records import CODES, NUMBERS, SIZE, TEXTS, CellValue, Column, GridRow, Heading, Label, Row
from extractors.table.rows import sublines
from extractors.table.totals import total_kind
from pipeline.model import Box, Ruling, Word

_MIN_GUTTER = 2.0  # points of white between two columns
_ALIGNED = 3.0  # points between a label's edge and the edge of the values below it
_REACH = 30.0  # a value may stand this far beside its label, in points
_NO_LABEL = frozenset[str]()
_IGNORED = frozenset({"ignored"})


@dataclass(frozen=True, slots=True)
class _Strip:
    x0: float
    x1: float

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2


def numeric_rows(heading: Heading, rows: Sequence[Row]) -> tuple[Row, ...]:
    """Rows that have numbers under the labels of numbers, up to the first sum: those that show where columns lie."""
    labels = [label for label in heading.labels if label.meanings & NUMBERS]
    counts: list[tuple[int, Row]] = []
    for row in rows:
        if row.declared != heading.rows[0].declared:
            continue  # a line of text below a table the file declares
        if total_kind(row) is not None:
            if any(count for count, _ in counts):
                break
            continue
        counts.append((sum(_has_number_under(row, label) for label in labels), row))
    most = max((count for count, _ in counts), default=0)
    least = max(1.0, (0.6 if heading.levels == 1 else 0.75) * most)
    return tuple(row for count, row in counts if count >= least)


def _has_number_under(row: Row, label: Label) -> bool:
    box = label.box
    for word in row.line.words:
        reach = box.x1 + _REACH > word.box.x0 and box.x0 - _REACH < word.box.x1
        if reach and kind_of(word.text) in ("number", "percent"):
            return True
    return False


def build_columns(heading: Heading, rows: Sequence[Row], rulings: Sequence[Ruling]) -> tuple[Column, ...]:
    """The columns of one section, numbered from 0 from left to right, those of a second level after the first."""
    core = numeric_rows(heading, rows)
    if not core:
        core = tuple(rows[:1])
    columns: list[Column] = []
    for level in range(heading.levels):
        labels = [label for label in heading.labels if label.level == level]
        sample = core if level == heading.levels - 1 else _rows_before(rows, core)
        strips = _ruled_strips(heading, core, rulings) if heading.levels == 1 else None
        made = _columns_of_level(labels, sample, strips, heading.rows[0].declared)
        columns += [replace(c, index=len(columns) + i, level=level) for i, c in enumerate(made)]
    return tuple(columns)


def _rows_before(rows: Sequence[Row], core: Sequence[Row]) -> tuple[Row, ...]:
    wanted = {row.index - 1 for row in core}
    return tuple(row for row in rows if row.index in wanted)


def _ruled_strips(heading: Heading, core: Sequence[Row], rulings: Sequence[Ruling]) -> list[_Strip] | None:
    """Strips between vertical rulings that run through heading and rows; None when the table is not ruled so."""
    spans = [heading.rows[0].box, *(row.box for row in core[:3] if row.page == heading.page)]
    xs: list[float] = []
    for ruling in rulings:
        if ruling.horizontal:
            continue
        xs.append(ruling.box.x_mid)
    edges: list[float] = []
    for x in sorted(xs):
        if edges and x - edges[-1] < 3:
            continue
        if all(_ruling_at(x, span, rulings) for span in spans):
            edges.append(x)
    if len(edges) < 4:
        return None
    return [_Strip(a, b) for a, b in itertools.pairwise(edges)]


def _ruling_at(x: float, span: Box, rulings: Sequence[Ruling]) -> bool:
    return any(
        not r.horizontal and abs(r.box.x_mid - x) < 3 and r.box.top - 2 <= span.y_mid <= r.box.bottom + 2
        for r in rulings
    )


def _columns_of_level(
    labels: Sequence[Label], core: Sequence[Row], ruled: list[_Strip] | None, declared: bool
) -> list[Column]:
    segments = [segment for row in core for segment in row.segments]
    words = [word for segment in segments for word in segment.words]
    if declared:
        strips = _gutter_strips([s.box for s in segments] + [label.box for label in labels], len(core), 0.0)
    elif ruled is not None:
        strips = ruled + _outside(segments, ruled, len(core))
    else:
        strips = _gutter_strips([s.box for s in segments], len(core), _MIN_GUTTER)
        strips = _merged_under_numbers(labels, strips)
    pairs = _label_strips(labels, sorted(strips, key=lambda s: s.x0), words)
    return _with_edges(_without_neighbours(pairs, core) if declared else pairs)


def _without_neighbours(pairs: Sequence[tuple[_Strip, Label]], core: Sequence[Row]) -> list[tuple[_Strip, Label]]:
    """Columns right of all known labels, without heading and without a number on every row, are another table's."""
    last = max((i for i, (_, label) in enumerate(pairs) if label.meanings), default=len(pairs))
    return [
        (strip, replace(label, meanings=_IGNORED, score=1.0))
        if i > last and not label.text and not _all_numbers(strip, core)
        else pair
        for i, (pair, (strip, label)) in enumerate(zip(pairs, pairs, strict=True))
    ]


def _all_numbers(strip: _Strip, core: Sequence[Row]) -> bool:
    inside = [s for row in core for s in row.segments if strip.x0 <= s.box.x_mid <= strip.x1]
    return len(inside) >= len(core) and all(kind_of(s.text) in ("number", "percent") for s in inside)


def _merged_under_numbers(labels: Sequence[Label], strips: Sequence[_Strip]) -> list[_Strip]:
    """Pieces that stand wholly under one label of a number are one column ("50.30 / 1000" beside a lonely "2.86")."""
    merged: list[_Strip] = []
    over: Label | None = None
    for strip in sorted(strips, key=lambda s: s.x0):
        above = [label for label in labels if _shared(label.box, strip) > 0]
        only = above[0] if len(above) == 1 and above[0].meanings & NUMBERS else None
        inside = only is not None and _shared(only.box, strip) >= 0.6 * (strip.x1 - strip.x0)
        if inside and only is over and merged:
            merged[-1] = _Strip(merged[-1].x0, strip.x1)
        else:
            merged.append(strip)
        over = only if inside else None
    return merged


def _outside(segments: Sequence[Segment], ruled: Sequence[_Strip], rows: int) -> list[_Strip]:
    left, right = ruled[0].x0, ruled[-1].x1
    boxes = [s.box for s in segments if s.box.x1 < left + 2 or s.box.x0 > right - 2]
    return _gutter_strips(boxes, rows, _MIN_GUTTER)


def _gutter_strips(boxes: Sequence[Box], rows: int, gutter: float) -> list[_Strip]:
    """Where the boxes of several rows leave white between them. In many rows a few may overflow into the white."""
    if not boxes:
        return []
    allowed = rows // 10 if gutter else 0
    events = sorted([(b.x0, 1) for b in boxes] + [(b.x1, -1) for b in boxes])
    strips: list[_Strip] = []
    depth, start, last_end = 0, None, 0.0
    for x, step in events:
        before = depth
        depth += step
        if before <= allowed < depth:
            if start is not None and x - last_end >= gutter:
                strips.append(_Strip(start, last_end))
                start = x
            elif start is None:
                start = x
        elif depth <= allowed < before:
            last_end = x
    if start is not None:
        strips.append(_Strip(start, last_end))
    return strips


def _label_strips(
    labels: Sequence[Label], strips: Sequence[_Strip], words: Sequence[Word]
) -> list[tuple[_Strip, Label]]:
    """Gives each strip its label; a strip under several labels is cut, a label without values keeps its own place."""
    under: dict[int, list[Label]] = {}
    homeless: list[Label] = []
    for label in labels:
        best = max(range(len(strips)), key=lambda i: _shared(label.box, strips[i]), default=None)
        if best is not None and _shared(label.box, strips[best]) > 0:
            under.setdefault(best, []).append(label)
        else:
            homeless.append(label)
    for label in homeless[:]:
        near = [i for i in range(len(strips)) if i not in under and _distance(label.box, strips[i]) < _REACH]
        if near:
            best = min(near, key=lambda i: _distance(label.box, strips[i]))
            under[best] = [label]
            homeless.remove(label)
    pairs: list[tuple[_Strip, Label]] = []
    for index, strip in enumerate(strips):
        own = under.get(index, [])
        if len(own) > 1:
            cut = _cut(strip, own, words)
            single = None if _stand_under(own, strip, words) else _single(strip, own, words)
            if single is not None and _compatible([(strip, single)], words) > _compatible(cut, words):
                homeless += [label for label in own if label is not single]
                cut = [(strip, single)]
            pairs += cut
        else:
            pairs += [(strip, own[0] if own else _blank(strip, labels))]
    pairs += [(_Strip(label.box.x0, label.box.x1), label) for label in homeless]
    return sorted(pairs, key=lambda pair: (pair[0].x0, pair[0].x1))


def _single(strip: _Strip, labels: Sequence[Label], words: Sequence[Word]) -> Label | None:
    """The one label whose kind of value the whole strip holds ("500 EA" under "Quantity" and a bit of "Rev")."""
    return max(
        labels, key=lambda label: (_compatible([(strip, label)], words), _shared(label.box, strip)), default=None
    )


def _stand_under(labels: Sequence[Label], strip: _Strip, words: Sequence[Word]) -> bool:
    """Whether nearly every row has a word at the left edge of each label: the columns are narrow, but there."""
    inside = [w for w in words if strip.x0 <= w.box.x_mid < strip.x1 + 0.01]
    rows = len({round(w.box.y_mid) for w in inside})
    aligned = [sum(abs(w.box.x0 - label.box.x0) < 1.0 for w in inside) for label in labels]
    return rows >= 3 and min(aligned, default=0) >= 0.8 * rows


def _compatible(pairs: Sequence[tuple[_Strip, Label]], words: Sequence[Word]) -> float:
    """How well strips hold what their labels promise: 0 not at all, 1 all of it."""
    return sum(_compatibility(strip, label, words) for strip, label in pairs) / max(len(pairs), 1)


def _compatibility(strip: _Strip, label: Label, words: Sequence[Word]) -> float:
    inside = [w for w in words if strip.x0 <= w.box.x_mid < strip.x1 + 0.01]
    texts = [" ".join(w.text for w in line) for line in sublines(inside)]
    if not texts:
        return 0.0
    if not label.meanings or label.meanings == {"ignored"}:
        return 0.5
    return sum(accepts(label, kind_of(text)) for text in texts) / len(texts)


def accepts(label: Label, kind: str) -> bool:
    """Whether a column of this label may hold a value that looks so."""
    if not label.meanings:
        return True
    if kind in ("number", "percent"):
        return bool(label.meanings & (NUMBERS | CODES | {"line_no", "ignored", SIZE}))
    if kind == "date":
        return bool(label.meanings & {"requested_date", "ignored"})
    if kind == "unit":
        return bool(label.meanings & {"unit", "quantity", "price_base_quantity", "ignored"})
    if kind == "code":
        return bool(label.meanings & (CODES | TEXTS | {"line_no", "ignored"}))
    return bool(label.meanings & (TEXTS | {"ignored"}))


def _blank(strip: _Strip, labels: Sequence[Label]) -> Label:
    top = labels[0].box if labels else Box(0, 0, 0, 0)
    return Label("", Box(strip.x0, top.top, strip.x1, top.bottom), _NO_LABEL, 0.0)


def _shared(box: Box, strip: _Strip) -> float:
    return min(box.x1, strip.x1) - max(box.x0, strip.x0)


def _distance(box: Box, strip: _Strip) -> float:
    return max(strip.x0 - box.x1, box.x0 - strip.x1, 0.0)


def _cut(strip: _Strip, labels: Sequence[Label], words: Sequence[Word]) -> list[tuple[_Strip, Label]]:
    """Cuts a strip between its labels, where the fewest words are crossed."""
    ordered = sorted(labels, key=lambda label: label.box.x_mid)
    pairs: list[tuple[_Strip, Label]] = []
    start = strip.x0
    inside = [w for w in words if w.box.x1 > strip.x0 and w.box.x0 < strip.x1]
    for label, following in itertools.pairwise(ordered):
        white = _best_cut(_Strip(start, strip.x1), label, following, inside)
        pairs.append((_Strip(start, white.x0), label))
        start = white.x1
    pairs.append((_Strip(start, max(strip.x1, start)), ordered[-1]))
    return pairs


def _best_cut(strip: _Strip, label: Label, following: Label, words: Sequence[Word]) -> _Strip:
    """The white to cut between two labels: through the fewest words, then where both sides hold what their labels
    promise, then where values stand at the label's left edge, then in the widest white."""
    low, high = label.box.x_mid, following.box.x_mid
    edges = sorted({low, high, *(x for w in words for x in (w.box.x0, w.box.x1) if low < x < high)})
    gaps = [(a, b) for a, b in itertools.pairwise(edges) if b - a > 0.1]
    if not gaps:
        return _Strip((low + high) / 2, (low + high) / 2)

    def crossed(gap: tuple[float, float]) -> int:
        return sum(w.box.x0 < (gap[0] + gap[1]) / 2 < w.box.x1 for w in words)

    def cost(gap: tuple[float, float]) -> tuple[float, bool, float]:
        middle = (gap[0] + gap[1]) / 2
        sides = [(_Strip(strip.x0, middle), label), (_Strip(middle, strip.x1), following)]
        return -_compatible(sides, words), abs(gap[1] - following.box.x0) > _ALIGNED, gap[0] - gap[1]

    fewest = min(map(crossed, gaps))
    best = min((gap for gap in gaps if crossed(gap) == fewest), key=cost)
    return _Strip(*best)


def _with_edges(pairs: Sequence[tuple[_Strip, Label]]) -> list[Column]:
    """Columns that touch: the border lies in the middle of the white between two strips."""
    columns: list[Column] = []
    for index, (strip, label) in enumerate(pairs):
        left = (pairs[index - 1][0].x1 + strip.x0) / 2 if index else strip.x0 - _REACH
        right = (strip.x1 + pairs[index + 1][0].x0) / 2 if index + 1 < len(pairs) else strip.x1 + _REACH
        columns.append(Column(index, left, max(right, left), label, start=strip.x0))
    return columns


# --- dealing words out ------------------------------------------------------------------------------------------------


def deal(row: Row, columns: Sequence[Column], level: int, flowing: bool = False) -> GridRow:
    """The words of a row in the columns of one level.

    A run of words that begins in one column and flows on as text stays together: long descriptions overflow. In
    ``flowing`` rows, which hold no numbers of an item, a run is only cut where a word stands at the edge of a column.
    """
    own = [column for column in columns if column.level == level]
    dealt: dict[int, list[Segment]] = {}
    for segment in row.segments:
        for index, words in _deal_segment(segment, own, row.declared, flowing):
            dealt.setdefault(index, []).append(_run(segment, words, row.declared))
    cells = [_cell(index, parts) for index, parts in sorted(dealt.items())]
    return GridRow(row, tuple(cells), level)


def _run(segment: Segment, words: Sequence[Word], declared: bool) -> Segment:
    """Some words of a segment; the box of a declared cell is not that of its words."""
    return segment if words is segment.words and not declared else make_segment(words)


def _cell(index: int, parts: Sequence[Segment]) -> CellValue:
    one = parts[0] if len(parts) == 1 else make_segment([word for part in parts for word in part.words])
    return CellValue(index, one.words, one.box, one.text)


def _deal_segment(
    segment: Segment, columns: Sequence[Column], declared: bool, flowing: bool
) -> list[tuple[int, Sequence[Word]]]:
    if not columns:
        return []
    if declared:
        return [(_column_at(segment.box.x_mid, columns).index, segment.words)]
    places = [_column_at(word.box.x_mid, columns) for word in segment.words]
    if all(place is places[0] for place in places):
        return [(places[0].index, segment.words)]
    parts: list[tuple[int, list[Word]]] = []
    dated = {i: start for start, end in date_runs([w.text for w in segment.words]) for i in range(start, end)}
    for number, word in enumerate(segment.words):
        column = places[dated.get(number, number)]
        index = column.index
        if flowing and parts and abs(word.box.x0 - column.start) > 1.5:
            index = parts[-1][0]
        if parts and parts[-1][0] == index:
            parts[-1][1].append(word)
        else:
            parts.append((index, [word]))
    own = {column.index: column for column in columns}
    if len(parts) > 1 and not flowing and not all(_stands_alone(words, own[i]) for i, words in parts[1:]):
        return _flow(parts, own)
    return list(parts)


def _stands_alone(words: Sequence[Word], column: Column) -> bool:
    """Whether words belong to the column they stand in rather than to the text before them."""
    if abs(words[0].box.x0 - column.start) < 1.0:
        return True
    kind = kind_of(" ".join(word.text for word in words))
    return kind in ("number", "percent", "date", "unit", "code") and accepts(column.label, kind)


def _flow(parts: Sequence[tuple[int, list[Word]]], columns: Mapping[int, Column]) -> list[tuple[int, Sequence[Word]]]:
    """Text that runs over a border stays in the column where it began; numbers at its end go to their own."""
    flowed: list[tuple[int, list[Word]]] = [(parts[0][0], list(parts[0][1]))]
    tail = len(parts)
    while tail > 1 and _stands_alone(parts[tail - 1][1], columns[parts[tail - 1][0]]):
        tail -= 1
    for _, words in parts[1:tail]:
        flowed[0][1].extend(words)
    flowed += [(index, list(words)) for index, words in parts[tail:]]
    return list(flowed)


def _column_at(x: float, columns: Sequence[Column]) -> Column:
    for column in columns:
        if column.x0 <= x < column.x1:
            return column
    return min(columns, key=lambda c: max(c.x0 - x, x - c.x1, 0.0))
