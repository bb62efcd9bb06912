"""Orders written as sentences or lists: "- 20 pcs of ABC-123 at 4.50 EUR". Only lines whose structure is clear."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.table.cells import number_cell
from extractors.table.codes import is_strong_code
from extractors.table.item import Found, Printed
from extractors.table.records import Row
from extractors.table.totals import total_kind
from pipeline.language import fold
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
_TIMES = frozenset({"x", "×", "*"})


def read_lines(rows: Sequence[Row]) -> list[Printed]:
    """The lines of a written order; a line needs a quantity with its unit, and a code or a price."""
    found = [_read(row) for row in rows if total_kind(row) is None]
    return [printed for printed in found if printed is not None]


def _read(row: Row) -> Printed | None:
    words = list(row.line.words)
    while words and _BULLET.match(words[0].text):
        words.pop(0)
    if not 3 <= len(words) <= 30:
        return None
    used: set[int] = set()
    printed = Printed(page=row.page, source=row.source)
    _take_price(words, used, printed, row)
    _take_quantity(words, used, printed, row)
    _take_code(words, used, printed, row)
    if "quantity" not in printed.values or not printed.values.keys() & {"item_id", "unit_price"}:
        return None
    rest = _description(words, used)
    if rest:
        printed.lines.append(rest)
    return printed if rest or "item_id" in printed.values else None


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


def _take_quantity(words: Sequence[Word], used: set[int], printed: Printed, row: Row) -> None:
    for i, word in enumerate(words):
        cell = number_cell(word.text)
        if i in used or cell is None or cell.percent or looks_like_date(word.text):
            continue
        following = words[i + 1].text.strip(".,;:") if i + 1 < len(words) and i + 1 not in used else ""
        if cell.unit is not None or is_unit(following):
            printed.values["quantity"] = _found([word], row)
            if cell.unit is None:
                printed.values["unit"] = _found([words[i + 1]], row)
                used.add(i + 1)
            used.add(i)
            return
        if following in _TIMES:
            printed.values["quantity"] = _found([word], row)
            used.update({i, i + 1})
            return


def _take_code(words: Sequence[Word], used: set[int], printed: Printed, row: Row) -> None:
    for i, word in enumerate(words):
        bare = word.text.strip(".,;:()[]")
        if i not in used and is_strong_code(bare) and not looks_like_date(bare):
            clean = Word(bare, word.box, word.confidence, word.bold, word.cell)
            printed.values["item_id"] = _found([clean], row)
            used.add(i)
            return


def _description(words: Sequence[Word], used: set[int]) -> tuple[Word, ...]:
    """What is left between and around the parts, without the words that only link them."""
    rest = [w for i, w in enumerate(words) if i not in used and fold(w.text) not in _AT | {"="} and fold(w.text)]
    while rest and fold(rest[0].text) in _LINKS:
        rest.pop(0)
    while rest and fold(rest[-1].text) in _LINKS:
        rest.pop()
    return tuple(rest)
