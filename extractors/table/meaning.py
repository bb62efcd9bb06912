"""Columns to meanings: an assignment that maximises label fit, content and arithmetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, permutations

from extractors.table.arithmetic import Figures, Marks, choose_marks
from extractors.table.assignment import best_assignment
from extractors.table.cells import is_figure, is_integer, kind_of, number_cell
from extractors.table.lexicon import find_label
from extractors.table.records import CODES, TEXTS, Column, GridRow
from pipeline.values import has_digit

MEANINGS = (
    "quantity", "unit", "unit_price", "price_base_quantity", "line_discount", "line_amount", "gross_amount",
    "tax_rate", "tax_amount", "requested_date", "line_no", "item_id", "buyer_item_id", "seller_item_id",
    "manufacturer_item_id", "standard_item_id", "description", "combined",
)  # fmt: skip
_LABEL = 4.0  # what a matching label is worth against content (at most 1.5) and arithmetic (3)
_AGAINST_LABEL = -3.0
_COUNTS = 2.0  # a column of units that holds whole figures alone says how many, where no other does
_UNLABELLED = -0.6
_ARITHMETIC = 3.0
_LEAD = 0.05  # by which other meanings must be better
_SHORTEST_CODE = 5  # letters and figures; "A12" may number a line
_LONGEST_UNIT = 6  # letters of a unit nobody knows
_MOST_TRIPLES = 8
_PER_ITEM = CODES | {"requested_date"}
_Matrix = list[list[float]]  # by column of the table, then as ``MEANINGS``


@dataclass(frozen=True, slots=True)
class Meanings:
    """What each column means, by column index; columns that mean nothing to an order are left out."""

    of: Mapping[int, str]
    marks: Marks
    score: float

    def column(self, meaning: str) -> int | None:
        return next((index for index, name in self.of.items() if name == meaning), None)


@dataclass(frozen=True, slots=True)
class _Profile:
    """What a column holds, as shares of its filled cells."""

    filled: float  # share of the rows
    kinds: Mapping[str, float]
    texts: tuple[str, ...]
    with_unit: float
    integers: float
    cents: float  # numbers with exactly two decimals
    zeros: float  # numbers that are nought
    length: float  # mean number of characters
    distinct: float


def assign_meanings(columns: Sequence[Column], rows: Sequence[GridRow], prior: str | None) -> Meanings:
    """``rows`` are the rows that hold the numbers. ``prior``: the decimal mark the document proves, or None."""
    texts = {c.index: _texts(c, rows) for c in columns}
    profiles = {index: _profile(cells) for index, cells in texts.items()}
    scores = _score_matrix(columns, profiles)
    base = _solve(columns, scores, {})
    best = _judged(base, texts, prior)
    for triple in _triples(columns, profiles, scores) if base[1] + _ARITHMETIC > best.score + _LEAD else ():
        fixed = dict(zip(triple, ("quantity", "unit_price", "line_amount"), strict=True))
        solved = _solve(columns, scores, fixed)
        if solved[1] + _ARITHMETIC <= best.score + _LEAD:
            continue  # not even if every line of it adds up
        rival = _judged(solved, texts, prior)
        if rival.score > best.score + _LEAD:
            best = rival
    return _with_unknown(_without_idle_discount(best, columns, texts, prior), columns, profiles)


def _without_idle_discount(
    best: Meanings, columns: Sequence[Column], texts: Mapping[int, Sequence[str]], prior: str | None
) -> Meanings:
    """Percentages nobody labelled are a discount only where the lines add up with them and not without."""
    idle = best.column("line_discount")
    if idle is None or any(column.index == idle and column.label.text for column in columns):
        return best
    rest = {index: name for index, name in best.of.items() if index != idle}
    marks = choose_marks(figures(rest, texts), prior)
    return Meanings(rest, marks, best.score) if marks.closed >= best.marks.closed else best


def _with_unknown(best: Meanings, columns: Sequence[Column], profiles: Mapping[int, _Profile]) -> Meanings:
    """Columns under labels nobody knows: one that counts up is the line number, one where every value is another code
    is the code column, when the table has no other."""
    found = {index: "item_id" if _is_article(index, best.of, profiles) else name for index, name in best.of.items()}
    for column in columns:
        p = profiles[column.index]
        if column.index in found or "ignored" in column.label.meanings or p.filled < 0.8:
            continue
        if "line_no" not in found.values() and len(p.texts) > 1 and _counts_up(p.texts):
            found[column.index] = "line_no"
        elif "unit" not in found.values() and not column.label.text and _are_units(p):
            found[column.index] = "unit"
        elif not _has_code(found) and p.length >= 4 and p.kinds.get("code", 0.0) > 0.9 and p.distinct > 0.9:
            found[column.index] = "item_id"
    return Meanings(found, best.marks, best.score)


def _are_units(p: _Profile) -> bool:
    """Short words, few of them different: units of a language that is not read ("buc", "ks")."""
    short = all(text.strip(".").isalpha() and len(text) <= _LONGEST_UNIT for text in p.texts)
    return len(p.texts) > 1 and short and p.distinct <= max(0.5, 2 / len(p.texts))


def _is_article(index: int, of: Mapping[int, str], profiles: Mapping[int, _Profile]) -> bool:
    """Whether a column labelled as the number of the line ("No.") numbers goods: every value another, in no order."""
    p = profiles[index]
    free = of[index] == "line_no" and "item_id" not in of.values()
    plain = len(p.texts) > 1 and p.distinct == 1.0 and p.filled >= 0.8 and all(map(has_digit, p.texts))
    long = all(len(text) >= 4 and text[0] != "0" for text in p.texts)
    return free and plain and long and not _counts_up(p.texts)


def as_article(found: Meanings, columns: Sequence[Column], rows: Sequence[GridRow]) -> Meanings:
    """A label that may number lines or goods ("Item") above nothing but codes, which stand beside the rows of the
    numbers, numbers goods. ``rows`` are all rows of the items."""
    index = found.column("line_no")
    label = next((column.label for column in columns if column.index == index), None)
    if index is None or label is None or "item_id" not in label.meanings or _has_code(found.of):
        return found
    texts = [cell.text for row in rows if (cell := row.cell(index)) is not None]
    codes = bool(texts) and all(kind_of(text) == "code" and len(text) >= _SHORTEST_CODE for text in texts)
    return replace(found, of={**found.of, index: "item_id"}) if codes else found


def _has_code(of: Mapping[int, str]) -> bool:
    return any(meaning in CODES or meaning == "combined" for meaning in of.values())


def _texts(column: Column, rows: Sequence[GridRow]) -> tuple[str, ...]:
    cells = (row.cell(column.index) for row in rows if row.level == column.level or len(rows) == 0)
    return tuple(cell.text if cell is not None else "" for cell in cells)


def _profile(cells: Sequence[str]) -> _Profile:
    texts = tuple(text for text in cells if text)
    kinds = Counter("number" if kind_of(text) == "text" and is_figure(text) else kind_of(text) for text in texts)
    count = max(len(texts), 1)
    numbers = [n for text in texts if is_figure(text) and (n := number_cell(text)) is not None]
    return _Profile(
        filled=len(texts) / max(len(cells), 1),
        kinds={kind: n / count for kind, n in kinds.items()},
        texts=texts,
        with_unit=sum(n.unit is not None for n in numbers) / count,
        integers=sum(is_integer(text) for text in texts) / count,
        cents=sum(len(n.digits) > 3 and n.digits[-3] in ".," for n in numbers) / count,
        zeros=sum(not n.digits.strip("0.,-") for n in numbers) / count,
        length=sum(map(len, texts)) / count,
        distinct=len(set(texts)) / count,
    )


def _score_matrix(columns: Sequence[Column], profiles: Mapping[int, _Profile]) -> _Matrix:
    scores = [_scores(column, profiles[column.index]) for column in columns]
    for i in _dates_of_the_order(columns, profiles):
        scores[i][MEANINGS.index("requested_date")] -= _LABEL + 2.0
    for i in _texts_of_the_order(columns, profiles):
        for text in TEXTS:
            scores[i][MEANINGS.index(text)] -= _LABEL + 2.0
    return scores


def _texts_of_the_order(columns: Sequence[Column], profiles: Mapping[int, _Profile]) -> Iterator[int]:
    """Places of the columns that say the same on every row of a flat file (the name of the customer), where another
    column of texts does not."""
    texts = [i for i, column in enumerate(columns) if column.label.meanings & TEXTS]
    same = [i for i in texts if _is_one_text(profiles[columns[i].index])]
    if any(profiles[columns[i].index].kinds.get("text", 0.0) > 0.5 for i in texts if i not in same):
        yield from same


def _is_one_text(p: _Profile) -> bool:
    return len(p.texts) > 1 and p.filled == 1.0 and p.distinct == 1.0 / len(p.texts)


def _dates_of_the_order(columns: Sequence[Column], profiles: Mapping[int, _Profile]) -> Iterator[int]:
    """Places of the columns with the date of delivery of the whole order, in a flat file whose lines have their own.

    The lines' own column is one that differs from row to row; else the last, for what heads the order stands first.
    """
    dated = [
        i
        for i, column in enumerate(columns)
        if "requested_date" in column.label.meanings and profiles[column.index].kinds.get("date", 0.0) > 0.5
    ]
    if len(dated) < 2 or not any(_repeats_header(column, profiles[column.index]) for column in columns):
        return
    differing = [i for i in dated if profiles[columns[i].index].distinct * len(profiles[columns[i].index].texts) > 1.5]
    own = (differing or dated)[-1]
    yield from (i for i in dated if i != own)


def _scores(column: Column, p: _Profile) -> list[float]:
    """How well each of ``MEANINGS`` fits a column."""
    repeated = _LABEL + 2.0 if _repeats_header(column, p) else 0.0
    counts = "unit" in column.label.meanings and p.kinds.get("number", 0.0) == 1.0 and p.integers == 1.0
    return [
        (_COUNTS if counts and meaning == "quantity" else _label_fit(column, meaning))
        + _content_fit(meaning, p)
        - (repeated if meaning in _PER_ITEM else 0.0)
        for meaning in MEANINGS
    ]


def _repeats_header(column: Column, p: _Profile) -> bool:
    """A number of the whole order ("PO number") repeated on every row of a flat file."""
    if len(p.texts) > 1 and p.distinct > 1.0 / len(p.texts):
        return False
    header = find_label(column.label.text, "header")
    if header is not None and header[0] & {"po_number", "order_date"}:
        return True
    return len(p.texts) > 1 and not column.label.meanings


def _label_fit(column: Column, meaning: str) -> float:
    label = column.label
    if not label.meanings or label.score < 0.4:
        return _UNLABELLED if not label.text else _UNLABELLED - 1.0
    if meaning in label.meanings:
        return _LABEL * label.score
    if any(meaning in stacked for stacked in label.stacked):
        return _LABEL * label.score * 0.8
    return _AGAINST_LABEL


def _content_fit(meaning: str, p: _Profile) -> float:
    """From -2 (impossible) to 1.5 (just so); 0 for an empty column."""
    if not p.texts:
        return -0.2
    number, text = p.kinds.get("number", 0.0), p.kinds.get("text", 0.0)
    code, percent = p.kinds.get("code", 0.0), p.kinds.get("percent", 0.0)
    match meaning:
        case "quantity":
            return 2.2 * (number + code * p.integers) - 1.2 + 0.3 * p.integers + 0.3 * p.with_unit - 2.5 * p.zeros
        case "unit_price" | "line_amount" | "gross_amount" | "tax_amount":
            return 2.2 * number - 1.2 + 0.4 * p.cents - 0.5 * p.integers - 0.5 * p.with_unit - 2.5 * p.zeros
        case "price_base_quantity":
            return 1.2 if all(_is_base(text) for text in p.texts) else -1.5
        case "line_discount":
            return 1.5 * (number + percent) - 1.0 + 0.5 * percent
        case "tax_rate":
            return 1.2 * (number + percent) - 0.8 + 0.4 * percent - 0.3 * p.distinct
        case "unit":
            return 2.5 * p.kinds.get("unit", 0.0) + 0.3 * text * (p.length <= 8) - 1.2 - 0.5 * number
        case "requested_date":
            return 3.0 * p.kinds.get("date", 0.0) - 1.5
        case "line_no" if len(p.texts) > 1 and p.distinct <= 1 / len(p.texts):
            return -_LABEL - 2.0  # one number on every row is that of the order
        case "line_no" if len(p.texts) > 2 and not _rises(p.texts):
            return -_LABEL
        case "line_no":
            return (
                2.5
                if _counts_evenly(p.texts)
                else 1.0
                if _counts_up(p.texts)
                else -1.0
                if text > 0.3 or p.length > 7
                else -0.3
            )
        case "description":
            return min(1.5, p.length / 12) * (text + 0.3 * code) - 0.8 * number + 0.2 * p.distinct
        case "combined":
            plain = sum(" " not in text for text in p.texts) / len(p.texts)
            return 0.5 * (text + code) * (1 - 0.5 * plain) - 0.8 * number  # single words are codes and no texts
        case _:
            plain = sum(" " not in text for text in p.texts) / len(p.texts)
            return 0.9 * (code + 0.6 * number * p.integers) + 0.4 * plain - 0.7 * (1 - plain) - 0.4 * p.cents


def _is_base(text: str) -> bool:
    cell = number_cell(text)
    return cell is not None and cell.digits.split(",0")[0].split(".0")[0] in ("1", "10", "100", "1000", "10000")


def _counts_up(texts: Sequence[str]) -> bool:
    """Line numbers rise: 1 2 3, 10 20 30, 00010 00020, 1.1 1.2."""
    try:
        values = [tuple(int(part) for part in text.strip(".)#").split(".")) for text in texts]
    except ValueError:
        return False
    return all(a < b for a, b in pairwise(values)) and values[0][0] <= 1000


def _rises(texts: Sequence[str]) -> bool:
    """Line numbers rise from row to row; letters among them, or a misread one, prove nothing against it."""
    steps = [int(step) for text in texts if (step := text.strip(".)#")).isdigit()]
    falls = sum(a >= b for a, b in pairwise(steps))
    return len(steps) < 0.5 * len(texts) or falls <= 0.34 * max(len(steps) - 1, 1)


def _counts_evenly(texts: Sequence[str]) -> bool:
    """1 2 3, 10 20 30: numbers nobody gives to goods. On paper a few may be misread or missing (10 20 a) 40)."""
    steps = [int(step) for text in texts if (step := text.strip(".)#")).isdigit()]
    if len(steps) == len(texts) > 1 and _is_even(steps):
        return True
    return len(steps) >= max(4, 0.7 * len(texts)) and _is_dense(steps, len(texts) + 1)


def _is_even(steps: Sequence[int]) -> bool:
    return steps[0] in (1, 10, 100) and all(b - a == steps[0] for a, b in pairwise(steps))


def _is_dense(steps: Sequence[int], most: int) -> bool:
    """Rising multiples of 1, 10 or 100 with hardly a gap: at most ``most`` of them could stand there."""
    unit = next(u for u in (100, 10, 1) if all(step % u == 0 for step in steps))
    return all(a < b for a, b in pairwise(steps)) and steps[0] > 0 and steps[-1] <= most * unit


def _solve(columns: Sequence[Column], scores: _Matrix, fixed: Mapping[int, str]) -> tuple[dict[int, str], float]:
    """The best assignment with some columns fixed. A column may stay without meaning, at no cost."""
    wide: list[list[float]] = []
    for column, fits in zip(columns, scores, strict=True):
        own = fixed.get(column.index)
        if own is not None:
            wide.append([fit if meaning == own else -50.0 for meaning, fit in zip(MEANINGS, fits, strict=True)])
            wide[-1] += [-50.0] * len(columns)
        else:
            wide.append([*fits, *[_LABEL if column.label.meanings == {"ignored"} else 0.0] * len(columns)])
    places = best_assignment(wide)
    found = {column.index: MEANINGS[j] for column, j in zip(columns, places, strict=True) if j < len(MEANINGS)}
    return found, sum(row[j] for row, j in zip(wide, places, strict=True))


def _triples(
    columns: Sequence[Column], profiles: Mapping[int, _Profile], scores: _Matrix
) -> Sequence[tuple[int, int, int]]:
    """Likely (quantity, price, amount) columns, best first."""
    numeric = [
        (i, c.index)
        for i, c in enumerate(columns)
        if profiles[c.index].kinds.get("number", 0.0) + profiles[c.index].kinds.get("code", 0.0) >= 0.5
    ]
    places = [MEANINGS.index(m) for m in ("quantity", "unit_price", "line_amount")]
    rated = []
    for triple in permutations(numeric, 3):
        value = sum(scores[i][place] for (i, _), place in zip(triple, places, strict=True))
        rated.append((value, tuple(index for _, index in triple)))
    rated.sort(reverse=True)
    return [(t[0], t[1], t[2]) for value, t in rated[:_MOST_TRIPLES] if value > -6]


def figures(of: Mapping[int, str], texts: Mapping[int, Sequence[str]]) -> list[Figures]:
    """The numbers of each row under some meanings."""
    places = {meaning: index for index, meaning in of.items()}
    count = max((len(t) for t in texts.values()), default=0)

    def at(meaning: str, row: int) -> str | None:
        index = places.get(meaning)
        return (texts[index][row] or None) if index is not None and row < len(texts[index]) else None

    return [
        Figures(
            at("quantity", row),
            at("unit_price", row),
            at("line_amount", row),
            at("price_base_quantity", row),
            at("line_discount", row),
        )
        for row in range(count)
    ]


def _judged(solved: tuple[dict[int, str], float], texts: Mapping[int, Sequence[str]], prior: str | None) -> Meanings:
    of, score = solved
    marks = choose_marks(figures(of, texts), prior)
    return Meanings(of, marks, score + _ARITHMETIC * marks.rate * min(1.0, 0.5 + 0.25 * marks.closed))


def code_columns(meanings: Meanings) -> list[int]:
    return sorted(index for index, meaning in meanings.of.items() if meaning in CODES)
