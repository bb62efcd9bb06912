"""Tables side by side: a heading whose labels come again to the right heads the rows below it part by part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from extractors.layout import make_line
from extractors.table.pieces import row_pieces
from extractors.table.records import Row, once_a_row
from pipeline.language import fold

_MOST = 4  # tables side by side
_LABELS = 3  # known labels that each of them needs


def in_turn(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows with tables side by side set under each other, left to right, and numbered anew."""
    if not any(_cuts(row) for row in rows):
        return tuple(rows)
    return tuple(
        Row(index, row.line, row.segments, row.source, row.band, row.declared)
        for index, row in enumerate(_unfolded(rows))
    )


def _unfolded(rows: Sequence[Row]) -> Iterator[Row]:
    position = 0
    while position < len(rows):
        cuts = _cuts(rows[position])
        if not cuts:
            yield rows[position]
            position += 1
            continue
        end = position + 1
        while end < len(rows) and _goes_on(rows[end], rows[position], cuts):
            end += 1
        for left, right in pairwise((float("-inf"), *cuts, float("inf"))):
            yield from (part for row in rows[position:end] if (part := _part(row, left, right)) is not None)
        position = end


@once_a_row
def _cuts(row: Row) -> tuple[float, ...]:
    """Where a heading that says the same twice or more parts the page; empty for every other row."""
    if len(row.line.words) < 2 * _LABELS:
        return ()
    words = [fold(word.text) for word in row.line.words]
    if len(set(words)) > len(words) / 2 + 1:
        return ()  # a quick look: every label comes again
    pieces = row_pieces(row, 0)
    for times in range(2, _MOST + 1):
        size, rest = divmod(len(pieces), times)
        parts = [pieces[i : i + size] for i in range(0, len(pieces), size or 1)]
        same = len({tuple(fold(piece.text) for piece in part) for part in parts}) == 1
        if not rest and same and sum(piece.hit is not None for piece in parts[0]) >= _LABELS:
            return tuple((a[-1].box.x1 + b[0].box.x0) / 2 for a, b in pairwise(parts))
    return ()


def _goes_on(row: Row, heading: Row, cuts: Sequence[float]) -> bool:
    """Whether a row stands below a heading and no run of words in it crosses from one table to the next."""
    crosses = any(segment.box.x0 < cut < segment.box.x1 for segment in row.segments for cut in cuts)
    return row.page == heading.page and row.declared == heading.declared and not crosses


def _part(row: Row, left: float, right: float) -> Row | None:
    segments = tuple(segment for segment in row.segments if left <= segment.box.x_mid < right)
    if not segments:
        return None
    line = make_line(row.page, [word for segment in segments for word in segment.words])
    return replace(row, line=line, segments=segments)
