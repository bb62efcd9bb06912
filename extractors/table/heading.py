"""Rows to headings: where the labels of columns stand, in any language, over one or several lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from statistics import median

from extractors.layout import Segment
from extractors.table.lexicon import column_lexicon, find_damaged_label, find_label, is_qualifier, label_hits
from extractors.table.pieces import WEIGHT, Piece, part, row_pieces, without_tail
from extractors.table.records import SIZE, TEXTS, Heading, Label, Row, once_a_row
from pipeline.language import fold
from pipeline.model import Box
from pipeline.values import has_digit

_NUMERIC = frozenset({"quantity", "unit_price", "line_amount", "gross_amount"})
_NAMES = TEXTS | {"line_no"}  # what "items" and "positions" may label
_SEED_SCORE = 3.5
_SAME_EDGE = 3.0  # points
_SHARED = 0.5  # of the narrower row that stands over, or below, another row of the same heading
_MOSTLY = 0.8  # of the labels: two may have run together
_CENTRED = 0.35  # of a text height by which the middle of a centred label may be off
# A continuation line of a heading lies at most this many text heights below (or above) the line before.
_HEADING_PITCH = 1.9


def find_headings(rows: Sequence[Row]) -> tuple[Heading, ...]:
    """All table headings in reading order; they never share a row."""
    headings: list[Heading] = []
    taken = -1
    position = 0
    while position < len(rows):
        if position > taken and _line_score(rows[position]) >= _SEED_SCORE:
            first, last = _extent(rows, position, taken)
            heading = read_heading(rows[first : last + 1])
            if heading is not None:
                headings.append(heading)
                taken = last
                position = last
        position += 1
    return _mended(headings)


def _mended(headings: Sequence[Heading]) -> tuple[Heading, ...]:
    """Repeated headings of which one is damaged (a stamp, a fold) take the labels of the best one."""
    if len(headings) < 2:
        return tuple(headings)
    best = max(headings, key=lambda heading: heading.score)
    return tuple(
        replace(h, labels=best.labels, levels=best.levels) if h is not best and _is_damaged(h, best) else h
        for h in headings
    )


def _is_damaged(heading: Heading, best: Heading) -> bool:
    """Most labels stand in the same places, some of them unreadable."""
    same = sum(any(abs(a.box.x0 - b.box.x0) < 5 and a.text == b.text for b in heading.labels) for a in best.labels)
    return heading.score < best.score and heading.signature != best.signature and same >= 0.5 * len(best.labels)


def reparted(heading: Heading) -> Heading:
    """The heading with labels that stand close together parted the other way: by what they are worth, not by length."""
    return read_heading(heading.rows, by_worth=True) or heading


def _has_amount(text: str) -> bool:
    """Whether text holds figures as items do; "per 100" and "(1)" are no such figures."""
    digits = [word for word in text.split() if has_digit(word)]
    return any(len(word.strip("()[]%/.,:")) > 4 or "," in word or "." in word.strip(".") for word in digits)


@once_a_row
def _line_score(row: Row) -> float:
    """How much a line looks like a heading: known labels of several kinds and nothing else."""
    if len(row.segments) < 2 and len(row.line.words) < 3:
        return 0.0
    best: dict[str, float] = {}
    spare = 0.0
    for piece in row_pieces(row, 0):
        if piece.hit is not None and piece.hit.meanings == {SIZE}:
            continue
        if piece.hit is None or piece.hit.score < 0.5:
            spare += 1.0 if _has_amount(piece.text) else 0.35
            spare += 0.1 * max(0, len(piece.words) - 3)
            continue
        meaning = max(piece.hit.meanings, key=lambda m: WEIGHT.get(m, 0.0))
        weight = WEIGHT.get(meaning, 0.0) * piece.hit.score
        best[meaning] = max(best.get(meaning, 0.0), weight)
    if len(best) < 2 or not best.keys() & {*_NUMERIC, "description", "combined"}:
        return 0.0
    return sum(best.values()) - spare


def _extent(rows: Sequence[Row], seed: int, taken: int) -> tuple[int, int]:
    """First and last row of the heading around a seed line."""
    first = last = seed
    while first - 1 > taken and _continues(rows[first - 1], rows[first], rows[seed]):
        first -= 1
    while first < seed and _is_caption(rows[first], rows[first + 1 : seed + 1]):
        first += 1
    while last + 1 < len(rows) and last - first < 5 and _continues(rows[last + 1], rows[last], rows[seed]):
        last += 1
    return first, last


def _is_caption(row: Row, below: Sequence[Row]) -> bool:
    """ "Items of the order" over the heading of a table that names its items itself."""
    if row.declared or len(row.segments) != 1:
        return False
    pieces = row_pieces(row, 0)
    lower = [piece for other in below for piece in row_pieces(other, 1)]
    first = pieces[0].hit
    names = first is not None and first.meanings <= _NAMES
    described = any(piece.hit is not None and piece.hit.meanings & TEXTS for piece in lower)
    joined = sum(any(_joins(piece, other) for other in lower) for piece in pieces)
    return names and described and joined < (2 if len(pieces) > 1 else 1)


def _continues(row: Row, neighbour: Row, seed: Row) -> bool:
    """Whether a row is another line of the same heading."""
    if row.page != seed.page or row.declared != seed.declared or _has_amount(row.text):
        return False
    if row.declared:
        return _line_score(row) >= _SEED_SCORE / 2
    height = max(row.box.height, neighbour.box.height, 1.0)
    if abs(row.box.y_mid - neighbour.box.y_mid) > _HEADING_PITCH * height or row.box.height > 1.8 * seed.box.height:
        return False
    if row.text.rstrip().endswith(":"):
        return False
    known = [_knows(segment) for segment in row.segments]
    if row.band == seed.band and row.band > 0 and any(known):
        return True
    if sum(known) >= 0.5 * len(known) and len(known) > 2 and _is_set_under(row, neighbour):
        return True
    return all(known) and (_fits_below(row, seed) or _overlap(row.box, seed.box) >= _SHARED)


def _is_set_under(row: Row, neighbour: Row) -> bool:
    """Every label begins exactly where one of the other line does: the same labels in another language."""
    return all(any(abs(s.box.x0 - other.box.x0) < _SAME_EDGE for other in neighbour.segments) for s in row.segments)


def _knows(segment: Segment) -> bool:
    """A label, a part of one, or a qualifier."""
    if all(is_qualifier(word.text) for word in segment.words):
        return True
    if find_label(segment.text) is not None:
        return True
    hits = label_hits([word.text for word in segment.words])
    if hits and sum(hit.end - hit.start for hit in hits) >= 0.6 * len(segment.words):
        return True
    return len(segment.words) <= 3 and fold(segment.text) in _label_parts()


@lru_cache(maxsize=1)
def _label_parts() -> frozenset[str]:
    """Beginnings and endings of labels of several words: what a line of a wrapped label may be."""
    parts: set[str] = set()
    for label in column_lexicon().meanings:
        words = label.split()
        for cut in range(1, len(words)):
            parts.add(" ".join(words[:cut]))
            parts.add(" ".join(words[cut:]))
    return frozenset(parts)


def _fits_below(row: Row, seed: Row) -> bool:
    """A heading's further line lies within the width of the heading."""
    return row.box.x0 >= seed.box.x0 - 60 and row.box.x1 <= seed.box.x1 + 60


def read_heading(rows: Sequence[Row], *, by_worth: bool = False) -> Heading | None:
    """The labels of heading rows; None when they do not make a table. ``by_worth``: see ``reparted``."""
    found = [p for number, row in enumerate(rows) for p in row_pieces(row, number, by_worth=by_worth)]
    pieces = _parted_below(_moved_down(found))
    split = _level_split(pieces, len(rows))
    labels: list[Label] = []
    if split is None:
        labels = _stack(pieces, 0)
    else:
        labels = _stack([p for p in pieces if p.line < split], 0) + _stack([p for p in pieces if p.line >= split], 1)
    meanings = {meaning for label in labels for meaning in label.meanings}
    if not meanings & {"quantity", "unit_price", "line_amount"}:
        return None
    score = sum(max((WEIGHT.get(m, 0.0) for m in label.meanings), default=0.0) * label.score for label in labels)
    return Heading(rows[0].page, tuple(rows), tuple(labels), 1 if split is None else 2, score)


def _moved_down(pieces: Sequence[Piece]) -> list[Piece]:
    """A word that ends one label and begins the next belongs to the label that goes on below it ("Linha Vossa" over
    "referência", which stands under "Vossa")."""
    kept = list(pieces)
    for lower in pieces:
        upper = next((u for u in kept if u.line == lower.line - 1 and _begins_at_last_word(lower, u)), None)
        if upper is None or find_label(f"{upper.words[-1].text} {lower.text}") is None:
            continue
        first, last = (part(upper.words[:-1], upper.line), part(upper.words[-1:], upper.line))
        if first.hit is not None and first.hit.score == 1.0:
            kept[kept.index(upper)] = first
            kept.append(last)
    return kept


def _parted_below(pieces: Sequence[Piece]) -> list[Piece]:
    """Words behind a whole label go on what stands over them ("Unit price from / to", where "Delivery time" stands over
    "from / to")."""
    kept: list[Piece] = []
    for piece in pieces:
        upper = [other for other in pieces if other.line == piece.line - 1]
        cuts = (_parts(piece, at) for at in range(len(piece.words) - 1, 0, -1))
        kept += next((cut for cut in cuts if _stand_apart(*cut, upper)), (piece,)) if _is_mixed(piece) else (piece,)
    return kept


def _is_mixed(piece: Piece) -> bool:
    return piece.hit is not None and piece.hit.score < 1.0 and len(piece.words) > 1


def _parts(piece: Piece, at: int) -> tuple[Piece, Piece]:
    return part(piece.words[:at], piece.line), part(piece.words[at:], piece.line)


def _stand_apart(label: Piece, rest: Piece, upper: Sequence[Piece]) -> bool:
    """Whether a whole label stands under none of the labels above, or another than what follows it does."""
    whole = label.hit is not None and label.hit.score == 1.0 and rest.hit is None
    over = [other for other in upper if _overlap(other.box, rest.box) > 0.5]
    return whole and len(over) == 1 and _overlap(over[0].box, label.box) <= 0


def _begins_at_last_word(lower: Piece, upper: Piece) -> bool:
    last = upper.words[-1].box
    whole = len(upper.words) < 2 or (upper.hit is not None and upper.hit.score == 1.0)  # "Cena netto" over "(PLN)"
    return not whole and abs(lower.box.x0 - last.x0) < 0.3 * last.height


def _overlap(a: Box, b: Box) -> float:
    shared = min(a.x1, b.x1) - max(a.x0, b.x0)
    return shared / max(min(a.width, b.width), 0.1)


def _level_split(pieces: Sequence[Piece], lines: int) -> int | None:
    """The line where the second level begins, when each item has two rows of values; None for a usual heading."""
    if _is_centred(pieces):
        return None
    for split in range(1, lines):
        upper = [p for p in pieces if p.line < split and p.hit is not None and p.hit.score > 0.7]
        own = [p for p in pieces if p.line >= split and p.hit is not None and p.hit.score > 0.7]
        lower = [p for p in own if not any(_joins(u, p) for u in pieces if u.line < split)]
        if len(upper) < 2 or len(lower) < 2 or _all_above(upper, own):
            continue
        clashes = _places([v for v in lower if any(_clash(u, v) for u in upper)])
        if sum(any(_repeats(u, v) for v in lower) for u in upper) > clashes:
            continue  # a heading in two languages
        if clashes >= 2 or (clashes == 1 and _one_sided(upper, lower)):
            return split
    return None


def _all_above(upper: Sequence[Piece], lower: Sequence[Piece]) -> bool:
    """Quantity, price and amount stand on the first level: below them goes on what their cells hold besides."""
    numbers = {m for p in upper if p.hit for m in p.hit.meanings} & _NUMERIC
    return len(numbers) >= 3 and not any(p.hit and p.hit.meanings <= _NUMERIC for p in lower)


def _is_centred(pieces: Sequence[Piece]) -> bool:
    """Labels of one, two and three lines with their middles at one height: one row of values below."""
    groups = _stacks(pieces)
    single = [group for group in groups if len(group) == 1]
    if len(single) < 2 or len(groups) - len(single) < 2:
        return False
    height = median(piece.box.height for piece in pieces)
    middle = median(_box(group).y_mid for group in groups)
    centred = [group for group in groups if abs(_box(group).y_mid - middle) <= _CENTRED * height]
    return len(centred) >= _MOSTLY * len(groups)


def _clash(upper: Piece, lower: Piece) -> bool:
    """Two labels below each other that mean different things and make no label together."""
    if upper.hit is None or lower.hit is None or _overlap(upper.box, lower.box) < 0.3:
        return False
    if upper.hit.meanings & lower.hit.meanings:
        return False
    return find_label(f"{upper.text} {lower.text}") is None


def _places(pieces: Sequence[Piece]) -> int:
    """How many of the pieces stand beside each other: what is stacked counts once."""
    return sum(all(_overlap(p.box, other.box) < 0.3 for other in pieces[:i]) for i, p in enumerate(pieces))


def _repeats(upper: Piece, lower: Piece) -> bool:
    """Two labels below each other that mean the same."""
    if upper.hit is None or lower.hit is None or _overlap(upper.box, lower.box) < 0.3:
        return False
    return bool(upper.hit.meanings & lower.hit.meanings)


def _joins(upper: Piece, lower: Piece) -> bool:
    """Two lines of one label."""
    return _overlap(upper.box, lower.box) > 0.2 and find_label(f"{upper.text} {lower.text}") is not None


def _one_sided(upper: Sequence[Piece], lower: Sequence[Piece]) -> bool:
    """All of quantity, price and amount on one level, the names of the item on the other."""
    sides = [{m for p in side if p.hit for m in p.hit.meanings} for side in (upper, lower)]
    numbers, names = sides if sides[0] & _NUMERIC else sides[::-1]
    return len(numbers & _NUMERIC) >= 2 and not names & _NUMERIC and not numbers & TEXTS and bool(names & TEXTS)


def _stack(pieces: Sequence[Piece], level: int) -> list[Label]:
    """Pieces below each other become one label."""
    return sorted((_label(group, level) for group in _stacks(pieces)), key=lambda label: label.box.x0)


def _stacks(pieces: Sequence[Piece]) -> list[list[Piece]]:
    groups: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (p.line, p.box.x0)):
        group = max(groups, key=lambda g: _overlap(_box(g), piece.box), default=None)
        if group is not None and _overlap(_box(group), piece.box) > 0.2 and group[-1].line < piece.line:
            group.append(piece)
        else:
            groups.append([piece])
    return groups


def _box(group: Sequence[Piece]) -> Box:
    box = group[0].box
    for piece in group[1:]:
        box = box.union(piece.box)
    return box


def _label(group: Sequence[Piece], level: int) -> Label:
    text = " ".join(piece.text for piece in group)
    box = _box(group)
    if len(group) == 1 and group[0].hit is not None and group[0].hit.meanings == {SIZE}:
        return Label(text, box, group[0].hit.meanings, 1.0, level)
    words = without_tail([word for piece in group for word in piece.words])
    whole = find_label(text) or find_label(_without_qualifiers(" ".join(word.text for word in words)))
    if whole is not None:
        return Label(text, box, whole[0], whole[1], level)
    if find_label(text, "header") is not None:
        return Label(text, box, frozenset({"ignored"}), 0.9, level)
    hits = [piece.hit for piece in group if piece.hit is not None and piece.hit.score >= 0.5]
    damaged = find_damaged_label(text) if not hits and min(w.confidence for p in group for w in p.words) < 1 else None
    if damaged is not None:
        return Label(text, box, damaged[0], damaged[1], level)
    if not hits:
        return Label(text, box, frozenset(), 0.0, level)
    stacked = tuple(hit.meanings for hit in hits)
    if len(hits) > 1 and not frozenset.intersection(*stacked):
        return Label(text, box, stacked[0], hits[0].score, level, stacked)
    common = frozenset.intersection(*stacked)
    best = max(hits, key=lambda hit: (hit.score, len(hit.label)))
    explained = sum(piece.hit.score * len(piece.words) for piece in group if piece.hit is not None)
    known = [w for p in group for w in p.words if p.hit is not None or not is_qualifier(w.text)]
    return Label(text, box, common or best.meanings, 0.9 * explained / len(known), level)


def _without_qualifiers(text: str) -> str:
    words = text.split()
    kept = [word for word in words if not is_qualifier(word)]
    return " ".join(kept) if kept and len(kept) < len(words) else text
