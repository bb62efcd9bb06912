"""The parts of a heading line: one label each, however close the labels of neighbouring columns stand."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from extractors.layout import Segment, make_segment
from extractors.table.lexicon import Hit, find_label, is_exclusion, is_qualifier, label_hits
from extractors.table.matrix import size_runs
from extractors.table.records import SIZE, Row
from pipeline.language import fold
from pipeline.model import Box, Word

# What a label is worth for a heading.
WEIGHT = {
    "quantity": 2.0, "description": 2.0, "combined": 2.5, "unit_price": 2.0, "line_amount": 1.5, "gross_amount": 1.0,
    "item_id": 1.5, "buyer_item_id": 1.5, "seller_item_id": 1.5, "manufacturer_item_id": 1.5, "standard_item_id": 1.5,
    "unit": 1.0, "line_no": 1.0, "requested_date": 0.5, "price_base_quantity": 0.5, "line_discount": 1.0,
    "tax_rate": 0.5, "tax_amount": 0.5,
}  # fmt: skip
# Parting labels by worth: short words that are labels by chance count little, and every cut costs.
_WORTH = {"combined": 3.0, "line_no": 0.3, "unit": 0.4, "ignored": 0.0}
_CUT_COST = 0.8
_SHORTEST = 3  # letters of a label that hardly stands there by chance
_TAX = frozenset({"tax_rate", "tax_amount"})
_NUMBER_WORDS = frozenset({"number", "no", "nr", "nummer", "numero", "numer", "code", "id"})
_GLUED = re.compile(r"(?<=[a-zß-öø-ÿąćęłńóśźż]{2})(?=[A-ZÀ-ÖØ-ÞĄĆĘŁŃÓŚŹŻ])|(?<=[a-z]\.)(?=[A-ZÀ-ÖØ-ÞĄĆĘŁŃÓŚŹŻ])")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a heading line that is one label, or text that may be a part of one."""

    words: tuple[Word, ...]
    box: Box
    text: str
    hit: Hit | None
    line: int


def row_pieces(row: Row, line: int, *, by_worth: bool = False) -> list[Piece]:
    """The pieces of one heading line; sizes side by side are labels of their own."""
    sizes = {row.line.words[i] for i in size_runs(row.line.words)}
    if not sizes and row.declared:
        return [_cell_piece(segment, line) for segment in row.segments]
    if not sizes:
        return [piece for segment in row.segments for piece in _pieces(segment, line, by_worth=by_worth)]
    pieces: list[Piece] = []
    for segment in row.segments:
        for is_size, run in itertools.groupby(segment.words, key=lambda word: word in sizes):
            words = tuple(run)
            if is_size:
                hit = Hit(frozenset({SIZE}), 0, 1, 1.0, SIZE)
                pieces += [Piece((word,), word.box, word.text, hit, line) for word in words]
            else:
                part = segment if len(words) == len(segment.words) else make_segment(words)
                pieces += _pieces(part, line, by_worth=by_worth)
    return pieces


def part(words: Sequence[Word], line: int) -> Piece:
    """Some words of a piece as a piece of their own."""
    own = make_segment(words)
    found = find_label(own.text)
    return Piece(
        own.words, own.box, own.text, None if found is None else Hit(found[0], 0, len(words), *found[1:]), line
    )


def _cell_piece(segment: Segment, line: int) -> Piece:
    """A cell of a declared table heads one column, however many labels stand in it ("Pedido núm.")."""
    hits = [piece.hit for piece in _pieces(segment, line) if piece.hit is not None]
    best = max(hits, key=lambda hit: _worth(hit.meanings), default=None)
    if best is not None and len(hits) > 1:
        best = replace(best, start=0, end=len(segment.words), score=_coverage(segment.words, best.end - best.start))
    return Piece(segment.words, segment.box, segment.text, best, line)


def _worth(meanings: frozenset[str]) -> float:
    return max(_WORTH.get(m, WEIGHT.get(m, 0.0)) for m in meanings)


def _pieces(segment: Segment, line: int, *, by_worth: bool = False) -> list[Piece]:
    """Splits a segment where it holds several labels ("Qty Unit Price"); what is no label stays with its neighbour."""
    if any(_cuts(word.text) for word in segment.words) and not _is_exact(segment.text):
        return [p for part in _unglued(segment) for p in _pieces(part, line, by_worth=by_worth)]
    if by_worth and len(segment.words) > 1:
        return _pieces_by_worth(segment, line)
    whole = find_label(segment.text)
    hits = _without_tax_tails(label_hits([word.text for word in segment.words], cut=True), segment.words)
    if whole is not None and (_is_slip(whole[2], fold(segment.text), hits) or not _explained(hits, len(segment.words))):
        hit = Hit(whole[0], 0, len(segment.words), whole[1], whole[2])
        return [Piece(segment.words, segment.box, segment.text, hit, line)]
    if not hits:
        return [Piece(segment.words, segment.box, segment.text, None, line)]
    return _pieces_at(segment, hits, line)


def _without_tax_tails(hits: Sequence[Hit], words: Sequence[Word]) -> list[Hit]:
    """The tax behind "excl." says how the label before it counts; it heads no column of its own."""
    return [hit for hit in hits if not (hit.meanings <= _TAX and hit.start and is_exclusion(words[hit.start - 1].text))]


def _is_slip(label: str, text: str, parts: Sequence[Hit]) -> bool:
    """Whether only the end of a label did not fit, or one letter was misread: "Precio unita" is no "Precio" and no
    "unità", "Pp. unit." no "PP" (prices per) and no "unit". Whole words are no slip: "REV DESCRIPTION" is no "Ref."."""
    if label.startswith(text) or text.startswith(label):
        return True
    by_chance = any(len(part.label) < _SHORTEST for part in parts)
    return by_chance and Levenshtein.distance(label, text, score_cutoff=1) <= 1


def _explained(hits: Sequence[Hit], words: int) -> bool:
    """Whether exact labels side by side say all that a label with a fault would say ("Supplier code Description")."""
    apart = all(not a.meanings & b.meanings for a, b in itertools.pairwise(hits))
    return len(hits) > 1 and apart and sum(hit.end - hit.start for hit in hits) == words


def _pieces_by_worth(segment: Segment, line: int) -> list[Piece]:
    """The parting of a segment into labels that together are worth most."""
    texts = [word.text for word in segment.words]
    best: list[tuple[float, tuple[Hit, ...]]] = [(0.0, ())]
    for end in range(1, len(texts) + 1):
        ways = [(best[end - 1][0] - _CUT_COST, best[end - 1][1])]
        for start in range(max(0, end - 4), end):
            found = find_label(" ".join(texts[start:end]))
            if found is not None:
                worth = _worth(found[0]) * found[1] - _CUT_COST
                hit = Hit(found[0], start, end, found[1], found[2])
                ways.append((best[start][0] + worth, (*best[start][1], hit)))
        best.append(max(ways, key=lambda way: way[0]))
    hits = best[-1][1]
    return _pieces_at(segment, hits, line) if hits else [Piece(segment.words, segment.box, segment.text, None, line)]


def _pieces_at(segment: Segment, found: Sequence[Hit], line: int) -> list[Piece]:
    hits = _joined(found)
    pieces: list[Piece] = []
    for number, hit in enumerate(hits):
        start = 0 if number == 0 else hit.start
        end = hits[number + 1].start if number + 1 < len(hits) else len(segment.words)
        words = segment.words[start:end]
        score = _coverage(words, hit.end - hit.start)
        part = make_segment(words)
        own = Hit(hit.meanings, 0, len(words), score, hit.label)
        pieces.append(Piece(part.words, part.box, part.text, own, line))
    return pieces


def _joined(hits: Sequence[Hit]) -> list[Hit]:
    """Labels side by side that mean the same and are a label together are one ("Importe net")."""
    joined: list[Hit] = []
    for hit in _shifted(hits):
        if joined and joined[-1].meanings == hit.meanings and find_label(f"{joined[-1].label} {hit.label}") is not None:
            joined[-1] = replace(joined[-1], end=hit.end)
        else:
            joined.append(hit)
    return joined


def _shifted(hits: Sequence[Hit]) -> list[Hit]:
    """ "Line | Item Number", not "Line Item | Number": a bare word for numbers belongs to the label before it."""
    shifted: list[Hit] = []
    for hit in hits:
        first, _, last = shifted[-1].label.rpartition(" ") if shifted else ("", "", "")
        own, moved = find_label(first), find_label(f"{last} {hit.label}")
        if hit.label in _NUMBER_WORDS and own is not None and moved is not None and own[1] == moved[1] == 1.0:
            words = len(last.split())
            shifted[-1] = replace(shifted[-1], end=shifted[-1].end - words, meanings=own[0], label=first)
            hit = replace(hit, start=hit.start - words, meanings=moved[0], label=f"{last} {hit.label}")
        shifted.append(hit)
    return shifted


def _unglued(segment: Segment) -> list[Segment]:
    """The segment cut where labels touch."""
    runs: list[list[Word]] = [[]]
    for word in segment.words:
        first, *others = _unglued_word(word)
        runs[-1].append(first)
        runs += [[other] for other in others]
    return [make_segment(run) for run in runs]


@lru_cache(maxsize=16384)
def _cuts(text: str) -> tuple[int, ...]:
    """Where labels touch that were read as one word ("referenceDescription")."""
    cuts = tuple(match.start() for match in _GLUED.finditer(text))
    return () if cuts and _is_exact(text) else cuts


def _unglued_word(word: Word) -> list[Word]:
    """The words of labels that touch, cut by share of letters."""
    cuts = _cuts(word.text)
    if not cuts:
        return [word]
    places = [0, *cuts, len(word.text)]
    step = word.box.width / len(word.text)
    return [
        replace(word, text=word.text[a:b], box=replace(word.box, x0=word.box.x0 + a * step, x1=word.box.x0 + b * step))
        for a, b in itertools.pairwise(places)
    ]


def _is_exact(text: str) -> bool:
    found = find_label(text)
    return found is not None and found[1] == 1.0


def without_tail(words: Sequence[Word]) -> list[Word]:
    """Without "excl. VAT" and the like."""
    before = [None, *words]
    return [
        word
        for word, previous in zip(words, before, strict=False)
        if not is_exclusion(word.text) and not (previous is not None and is_exclusion(previous.text))
    ]


def _coverage(words: Sequence[Word], matched: int) -> float:
    """Share of the words that the label explains; qualifiers count as explained, as far as they are few."""
    spare = [word for word in without_tail(words) if not is_qualifier(word.text)]
    extra = max(0, min(len(words) - matched, len(spare)))
    return matched / (matched + 0.8 * extra) if matched else 0.0
