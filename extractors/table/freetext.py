"""Orders written as sentences or lists: "- 20 pcs of ABC-123 at 4.50 EUR". Only lines whose structure is clear."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extractors.table.cells import number_cell
from extractors.table.codes import is_strong_code
from extractors.table.lexicon import find_label, is_qualifier
from extractors.table.printed import Found, Printed
from extractors.table.records import CODES, Row
from extractors.table.totals import total_kind
from pipeline.language import fold, languages
from pipeline.model import Word
from pipeline.values import currency_code, is_unit, looks_like_date

_BULLET = re.compile(r"^(?:[-*•·–]|\(?\d{1,3}[.)])$")
# Words between the parts of such a line, in the languages we read; none of them names an item.
_AT = frozenset(
    {
        "@",
        "at",
        "a",
        "zu",
        "je",
        "por",
        "per",
        "za",
        "po",
        "tegen",
        "price",
        "preis",
        "prix",
        "prezzo",
        "precio",
        "cena",
        "prijs",
    }
)
_LINKS = frozenset(
    {
        "x",
        "of",
        "von",
        "de",
        "di",
        "van",
        "pcs",
        "each",
        "die",
        "the",
        "unit",
        "no",
        "art",
        "item",
        "our",
        "your",
        "part",
        "artikel",
    }
)
_AND = frozenset({"and", "und", "et", "y", "e", "en", "i", "oraz", "sowie", "plus"})
_SEPARATOR = re.compile(r"[-–—|;]")
_TRIM = ".,;:()[]"
_SIGN = re.compile(r"[$€£¥]")  # "$" names no currency, but says that a figure is money
_TIMES = frozenset({"x", "×", "*"})


def read_lines(rows: Sequence[Row]) -> list[Printed]:
    """The lines of a written order; a line needs a quantity with its unit, and a code or a price.

    A row of nothing but prices below a line without one is that line's: "2 x Bolt (A-1)" over "3.20 each ... 6.40".
    """
    found: list[Printed] = []
    last: tuple[int, Printed] | None = None
    for row in rows:
        prices = _prices_alone(row)
        if prices and last is not None and last[0] == row.index - 1 and "unit_price" not in last[1].values:
            last[1].values.update(prices)
            continue
        read = [_read(piece, row) for piece in _pieces(row.line.words)] if total_kind(row) is None else []
        made = [printed for printed in read if printed is not None]
        last = (row.index, made[0]) if len(made) == 1 else None
        found += made
    return found


def _prices_alone(row: Row) -> dict[str, Found]:
    """Price and amount of a row that holds nothing else; a lone figure must say that it is the price."""
    words = row.line.words
    sums = [w for i, w in enumerate(words) if number_cell(w.text) is not None and _has_currency(words, i)]
    rest = [w for w in words if w not in sums and not _is_money(w.text) and not is_unit(w.text.strip("./"))]
    if not sums or len(sums) > 2 or any(fold(w.text) and fold(w.text) not in _AT | _LINKS for w in rest):
        return {}
    if len(sums) == 1 and not rest:
        return {}
    return {name: _found([word], row) for name, word in zip(("unit_price", "line_amount"), sums, strict=False)}


def _has_currency(words: Sequence[Word], i: int) -> bool:
    cell = number_cell(words[i].text)
    beside = [words[j].text for j in (i - 1, i + 1) if 0 <= j < len(words)]
    if cell is not None and (cell.currency is not None or _SIGN.search(words[i].text)):
        return True
    return any(map(_is_money, beside))


def _pieces(words: Sequence[Word]) -> list[list[Word]]:
    """The parts of a sentence that each name a quantity and the code behind it; the whole row where it lists one."""
    starts = [i for i in range(len(words)) if _orders(words, i)]
    if len(starts) < 2 and not (starts and _is_prose(words[: starts[0]])):
        return [list(words)]
    ends = [*starts[1:], len(words)]
    return [_to_sentence_end(words[start:end]) for start, end in zip(starts, ends, strict=True)]


def _orders(words: Sequence[Word], i: int) -> bool:
    """Whether a quantity with its unit stands here and a code directly behind it."""
    behind = i + _quantity_at(words, i)
    while i < behind < len(words) and fold(words[behind].text) in _LINKS:
        behind += 1
    return i < behind < len(words) and is_strong_code(words[behind].text.strip(_TRIM))


def _is_prose(words: Sequence[Word]) -> bool:
    return len(words) > 1 and any(
        fold(w.text) in language.stopwords for w in words for language in languages().values()
    )


def _to_sentence_end(words: Sequence[Word]) -> list[Word]:
    """Up to a full stop, without the words that join one part to the next."""
    end = next((i + 1 for i, w in enumerate(words) if w.text.endswith(".") and len(w.text) > 4), len(words))
    kept = list(words[:end])
    while kept and fold(kept[-1].text) in _AND:
        kept.pop()
    return kept


def _read(given: Sequence[Word], row: Row) -> Printed | None:
    words = list(given)
    while words and _BULLET.match(words[0].text):
        words.pop(0)
    if not 3 <= len(words) <= 30:
        return None
    used = {i for i, word in enumerate(words) if _SEPARATOR.fullmatch(word.text)}
    parts = _parts(words, used)
    printed = Printed(page=row.page, source=row.source)
    _take_price(words, used, printed, row)
    _take_quantity(words, used, printed, row, parts)
    _take_code(words, used, printed, row, parts)
    if "quantity" not in printed.values or not printed.values.keys() & {"item_id", "unit_price"}:
        return None
    rest = _description(words, used)
    if rest:
        printed.lines.append(rest)
    return printed if rest or "item_id" in printed.values else None


def _parts(words: Sequence[Word], separators: set[int]) -> list[tuple[int, int]]:
    """(first word, word behind) of what commas, semicolons and dashes part."""
    borders = {0, len(words)} | {i + 1 for i, word in enumerate(words) if word.text.endswith((",", ";"))}
    borders |= separators | {i + 1 for i in separators}
    return [(a, b) for a, b in pairwise(sorted(borders)) if not {a} & separators or b - a > 1]


def _found(words: Sequence[Word], row: Row) -> Found:
    return Found(tuple(words), row.page, row.source, 0.85)


def _take_price(words: Sequence[Word], used: set[int], printed: Printed, row: Row) -> None:
    """A number beside a currency; the first such is the price, a later one behind "=" the amount."""
    for i, word in enumerate(words):
        if i in used or number_cell(word.text) is None or looks_like_date(word.text):
            continue
        cell = number_cell(word.text)
        beside = [j for j in (i - 1, i + 1) if 0 <= j < len(words) and _is_money(words[j].text)]
        announced = i > 0 and (words[i - 1].text == "@" or fold(words[i - 1].text) in _AT)
        if not beside and not announced and (cell is None or cell.currency is None):
            continue
        name = "unit_price" if "unit_price" not in printed.values else "line_amount"
        if name in printed.values:
            return
        printed.values[name] = _found([word], row)
        used.update({i, *beside})


def _is_money(text: str) -> bool:
    """A currency, alone or with the unit it is paid for ("EUR/m")."""
    money, _, unit = text.strip(".,;/()").partition("/")
    return not any(c.isdigit() for c in text) and currency_code(money) is not None and (not unit or is_unit(unit))


def _quantity_at(words: Sequence[Word], i: int) -> int:
    """How many words a quantity with its unit takes here: "12pcs", "12 pcs", "12 x"; 0 if there is none."""
    cell = number_cell(words[i].text.strip(_TRIM))
    if cell is None or cell.percent or cell.rest or looks_like_date(words[i].text):
        return 0
    following = words[i + 1].text.strip(_TRIM) if i + 1 < len(words) else ""
    return 1 if cell.unit is not None else 2 if following in _TIMES or is_unit(following) else 0


def _take_quantity(
    words: Sequence[Word], used: set[int], printed: Printed, row: Row, parts: Sequence[tuple[int, int]]
) -> None:
    """The one the line begins with, else one that is a part of its own, else the first: sizes have units too."""
    found = [
        (i, i + n)
        for i in range(len(words))
        if i not in used and (n := _quantity_at(words, i)) and i + n - 1 not in used
    ]
    best = min(found, key=lambda span: (span[0] > 0, span not in parts, span[0]), default=None)
    if best is None:
        return
    start, end = best
    printed.values["quantity"] = _found([words[start]], row)
    if end - start == 2 and words[start + 1].text.strip(_TRIM) not in _TIMES:
        printed.values["unit"] = _found([words[start + 1]], row)
    used.update(range(start, end))


def _take_code(
    words: Sequence[Word], used: set[int], printed: Printed, row: Row, parts: Sequence[tuple[int, int]]
) -> None:
    """The code a label or brackets name, else one that is a part of its own or leads, else the first."""
    found = [i for i, word in enumerate(words) if i not in used and is_strong_code(word.text.strip(_TRIM))]
    labels = {i: _label_before(words, i) for i in found}

    def rank(i: int) -> tuple[int, int]:
        bracketed = words[i].text[0] in "([" or (i, i + 1) in parts
        leads = all(j in used or fold(words[j].text) in _LINKS for j in range(i))
        return (0 if labels[i] else 1 if bracketed else 2 if leads else 3), i

    best = min(found, key=rank, default=None)
    if best is None:
        return
    word = words[best]
    clean = Word(word.text.strip(_TRIM), word.box, word.confidence, word.bold, word.cell)
    printed.values["item_id"] = _found([clean], row)
    used.update({best, *range(best - labels[best], best)})


def _label_before(words: Sequence[Word], i: int) -> int:
    """How many words before this one are the label of a code ("Art. no. A-1")."""
    for count in range(min(3, i), 0, -1):
        known = find_label(" ".join(word.text for word in words[i - count : i]).rstrip(":"))
        if known is not None and known[1] == 1.0 and known[0] & CODES:
            return count
    return 0


def _qualifies(text: str) -> bool:
    """ "net", "HT" behind a price."""
    return text.isalpha() and is_qualifier(text) and not is_unit(text)


def _description(words: Sequence[Word], used: set[int]) -> tuple[Word, ...]:
    """What is left between and around the parts, without the words that only link them."""
    rest = [w for i, w in enumerate(words) if i not in used and fold(w.text) not in _AT | {"="} and fold(w.text)]
    while rest and fold(rest[0].text) in _LINKS:
        rest.pop(0)
    while len(rest) > 1 and (fold(rest[-1].text) in _LINKS or _qualifies(rest[-1].text)):
        rest.pop()
    if rest and rest[-1].text.endswith((",", ";")):
        rest[-1] = replace(rest[-1], text=rest[-1].text[:-1])
    return tuple(rest)
