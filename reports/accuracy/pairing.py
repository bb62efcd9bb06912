"""Pairs results with the truth: orders of a document, lines of an order, values of a line."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from reports.accuracy.fields import HEADER, ITEM_IDS, LINE, Values, canonical, code, folded, same
from reports.accuracy.found import FoundOrder
from reports.accuracy.records import DocumentPair, FieldPair, LinePair, OrderPair
from reports.accuracy.truth import TruthOrder

# what equal values say for two lines being the same; the scale is that of a wrong quantity = 1
_WEIGHTS = {
    "line_no": 0.5, "buyer_item_id": 2.0, "seller_item_id": 2.0, "manufacturer_item_id": 1.0, "standard_item_id": 1.0,
    "quantity": 1.0, "unit": 0.2, "unit_price": 1.0, "line_amount": 1.0, "requested_date": 0.2,
}  # fmt: skip
_DESCRIPTION = 1.5
_DESCRIPTION_FROM = 60.0  # percent of likeness below which two descriptions say nothing
_ANY_ID = 0.5  # the same code under another owner
_SAME_PLACE = 1e-4  # between equal pairings the one in printed order wins
_KEY = ("quantity", "unit_price")
_UNREAD_TYPES = (None, "other")

Matrix = npt.NDArray[np.float64]


def pair_document(
    file: str,
    truths: Sequence[TruthOrder],
    found: Sequence[FoundOrder],
    *,
    channel: str | None = None,
    error: str | None = None,
) -> DocumentPair:
    """``error`` says why there is no result; ``channel`` holds where no evidence tells the source of the values."""
    pairs = dict(_pair_orders(truths, found))
    orders = [_pair_order(i, truth, pairs.get(i), found) for i, truth in enumerate(truths)]
    beyond = [j for j in range(len(found)) if j not in pairs.values()]
    orders += [_unexpected(j, found[j], truths) for j in beyond]
    languages = [t.language for t in truths if t.language] + [f.language for f in found if f.language]
    return DocumentPair(
        file=file,
        layout=truths[0].layout or "unknown",
        channel=_channel(found) or channel or "unknown",
        language=languages[0] if languages else "unknown",
        orders=tuple(orders),
        error=error,
        error_expected=any(truth.unreadable for truth in truths),
    )


def _channel(found: Sequence[FoundOrder]) -> str | None:
    sources = Counter(source for order in found for source in order.sources.values())
    return sources.most_common(1)[0][0] if sources else None


def _best(scores: Matrix) -> list[tuple[int, int]]:
    """The assignment of the highest sum (Kuhn 1955; scipy's Jonker-Volgenant); pairs of score 0 are none."""
    if not scores.size:
        return []
    from scipy.optimize import linear_sum_assignment  # takes a quarter of a second to load, and few commands pair

    rows, columns = linear_sum_assignment(scores, maximize=True)
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if scores[i, j] > 0]


# --- orders -----------------------------------------------------------------------------------------------------------


def _pair_orders(truths: Sequence[TruthOrder], found: Sequence[FoundOrder]) -> list[tuple[int, int]]:
    scores = np.array([[_order_likeness(t, f, i - j) for j, f in enumerate(found)] for i, t in enumerate(truths)])
    return _best(scores)


def _order_likeness(truth: TruthOrder, found: FoundOrder, apart: int) -> float:
    score = max(0.1 - 0.01 * abs(apart), 1e-6)
    for field, worth in (("po_number", 5.0), ("total", 1.0)):
        value = truth.header.get(field)
        if value is not None and same(field, value, found.header.get(field)):
            score += worth
    return score


def _pair_order(i: int, truth: TruthOrder, j: int | None, found: Sequence[FoundOrder]) -> OrderPair:
    order = None if j is None else found[j]
    kind = None if order is None else order.document_type
    judged = not truth.type_only
    return OrderPair(
        expected=i,
        found=j,
        expected_type=truth.document_type,
        found_type=kind,
        type_right=_type_right(truth, kind),
        judged=judged,
        lines_judged=judged and truth.judges_lines,
        header=tuple(_header_pairs(truth, order)) if judged else (),
        lines=_line_pairs(truth, order) if judged and truth.judges_lines else (),
    )


def _type_right(truth: TruthOrder, kind: str | None) -> bool | None:
    if truth.document_type is None or not truth.judges("document_type"):
        return None
    return kind == truth.document_type or (truth.unreadable and kind in _UNREAD_TYPES)


def _unexpected(j: int, found: FoundOrder, truths: Sequence[TruthOrder]) -> OrderPair:
    """An order that the document does not hold: whatever it says is wrong."""
    judged = not all(truth.type_only for truth in truths)
    header = tuple(_wrong(found, path, path, value) for path, value in found.header.items() if value is not None)
    lines = tuple(_extra_line(found, line) for line in range(len(found.lines)))
    return OrderPair(
        None, j, None, found.document_type, False, judged, judged, header if judged else (), lines if judged else ()
    )


def _header_pairs(truth: TruthOrder, found: FoundOrder | None) -> Iterator[FieldPair]:
    """Without a result every judged field is wrong, those that the document does not print as well."""
    for field in HEADER:
        if field not in truth.header or not truth.judges(field):
            continue
        expected = truth.header[field]
        if found is None:
            yield FieldPair(field, field, expected, None, right=False)
            continue
        value = found.header.get(field)
        right = same(field, expected, value, truth.also_right(field))
        yield FieldPair(field, field, expected, value, right, *_evidence(found, field))


def _evidence(found: FoundOrder, path: str) -> tuple[float | None, str | None]:
    return found.confidences.get(path), found.sources.get(path)


def _wrong(found: FoundOrder, path: str, field: str, value: str) -> FieldPair:
    return FieldPair(path, field, None, value, False, *_evidence(found, path))


# --- lines ------------------------------------------------------------------------------------------------------------


def _line_pairs(truth: TruthOrder, found: FoundOrder | None) -> tuple[LinePair, ...]:
    lines = truth.lines or ()
    pairs = {} if found is None else dict(_best(_line_scores(truth, lines, found.lines)))
    known = [_line_pair(truth, i, found, pairs.get(i)) for i in range(len(lines))]
    if found is None:
        return tuple(known)
    return (*known, *(_extra_line(found, j) for j in range(len(found.lines)) if j not in pairs.values()))


def _line_scores(truth: TruthOrder, lines: Sequence[Values], found: Sequence[Values]) -> Matrix:
    scores: Matrix = np.zeros((len(lines), len(found)))
    if not scores.size:
        return scores
    for field, weight in _WEIGHTS.items():
        scores += weight * _equal(field, lines, found)
    scores += _DESCRIPTION * _descriptions(lines, found)
    _add_shared_ids(scores, truth, lines, found)
    diagonal = np.arange(min(scores.shape))
    scores[diagonal, diagonal] += _SAME_PLACE * (scores[diagonal, diagonal] > 0)
    return scores


def _equal(field: str, lines: Sequence[Values], found: Sequence[Values]) -> npt.NDArray[np.bool_]:
    """A matrix that says which lines have the same value in a field; absent equals nothing."""
    numbers: dict[str, int] = {}

    def numbered(values: Sequence[Values], absent: int) -> npt.NDArray[np.int64]:
        keys = (canonical(field, v) if (v := line.get(field)) is not None else None for line in values)
        return np.array([absent if key is None else numbers.setdefault(key, len(numbers)) for key in keys])

    return np.equal.outer(numbered(lines, -1), numbered(found, -2))


def _descriptions(lines: Sequence[Values], found: Sequence[Values]) -> Matrix:
    expected, read = ([folded(line.get("description") or "") for line in some] for some in (lines, found))
    likeness = process.cdist(expected, read, scorer=fuzz.ratio, score_cutoff=_DESCRIPTION_FROM, dtype=np.float64)
    likeness[likeness <= _DESCRIPTION_FROM] = 0.0
    likeness[[not text for text in expected], :] = 0.0
    return np.asarray(likeness / 100.0, dtype=np.float64)


def _add_shared_ids(scores: Matrix, truth: TruthOrder, lines: Sequence[Values], found: Sequence[Values]) -> None:
    holders: defaultdict[str, set[int]] = defaultdict(set)
    for j, line in enumerate(found):
        for key in _ids_found(line):
            holders[key].add(j)
    for i in range(len(lines)):
        for j in {j for key in _ids_expected(truth, i) for j in holders.get(key, ())}:
            scores[i, j] += _ANY_ID


def _ids_found(line: Values) -> set[str]:
    return {code(value) for field in ITEM_IDS if (value := line.get(field)) is not None}


def _ids_expected(truth: TruthOrder, i: int) -> set[str]:
    """The item's codes, whoever owns them, and what is right as well."""
    line = (truth.lines or ())[i]
    values = [line.get(field) for field in ITEM_IDS if truth.judges(f"lines[{i}].{field}")]
    values += [v for field in ITEM_IDS for v in truth.also_right(f"lines[{i}].{field}")]
    return {code(value) for value in values if value is not None}


def _line_pair(truth: TruthOrder, i: int, found: FoundOrder | None, j: int | None) -> LinePair:
    expected = (truth.lines or ())[i]
    judged = [field for field in LINE if field in expected and truth.judges(f"lines[{i}].{field}")]
    if found is None or j is None:
        missed = tuple(
            FieldPair(f"lines[{i}].{field}", field, value, None, right=False)
            for field in judged
            if (value := expected[field]) is not None
        )
        return LinePair(i, None, False, False, missed)
    fields = tuple(_line_field(truth, i, field, found, j) for field in judged)
    return LinePair(i, j, _line_right(truth, i, fields, found.lines[j]), all(pair.right for pair in fields), fields)


def _line_field(truth: TruthOrder, i: int, field: str, found: FoundOrder, j: int) -> FieldPair:
    path = f"lines[{i}].{field}"
    expected, value = (truth.lines or ())[i][field], found.lines[j].get(field)
    right = same(field, expected, value, truth.also_right(path))
    return FieldPair(path, field, expected, value, right, *_evidence(found, f"lines[{j}].{field}"))


def _line_right(truth: TruthOrder, i: int, fields: Sequence[FieldPair], line: Values) -> bool:
    """Quantity and price, and any code of the item; where it has none, its description."""
    if not all(pair.right for pair in fields if pair.field in _KEY):
        return False
    ids = _ids_expected(truth, i)
    if ids:
        return not ids.isdisjoint(_ids_found(line))
    return all(pair.right for pair in fields if pair.field == "description")


def _extra_line(found: FoundOrder, j: int) -> LinePair:
    values = ((f"lines[{j}].{field}", field, found.lines[j].get(field)) for field in LINE)
    fields = tuple(_wrong(found, path, field, value) for path, field, value in values if value is not None)
    return LinePair(None, j, False, False, fields)
