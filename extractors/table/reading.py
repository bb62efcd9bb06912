"""Printed values to ``LineItem``s with evidence, confidence and doubts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from extractors.layout import bounding_box
from extractors.table.arithmetic import Figures, Marks, base_of, closes, discount_of, line_closes
from extractors.table.cells import amount, date_runs, number_cell
from extractors.table.matrix import adds_up
from extractors.table.printed import Found, Printed
from extractors.table.records import CODE_FIELDS
from extractors.table.repair import clear_codes, repair
from extractors.table.unit import unit_of
from pipeline.model import Discount, Doubt, Evidence, LineItem, ScheduleLine, Source
from pipeline.values import has_digit, is_unit, looks_like_date, parse_date, same_unit, unit_code, week_in

_PROVEN = 0.995
_UNPROVEN = 0.93
_MENDED = 0.9
_CONFLICT = 0.55
_CLEAR = 0.99
_OPEN = 0.85  # of what no arithmetic touches
_COUNTED = re.compile(r"[a-z]{2}\(\d{1,2}\)")
_CODE_WORDS = 5  # of a code printed with blanks
_SPECKS = "'\\\"_|~"  # dirt around a recognised unit
# Signs beside a number that say it is not to be taken as it stands; stars at prices are marks of taxes.
_TRIMMINGS = {
    "quantity": re.compile(r"[*?<>≤≥±~≈+→%[\]|]|/\s*/"),
    "unit_price": re.compile(r"[?<>≤≥±~≈→]"),
    "line_amount": re.compile(r"[?<>≤≥±~≈→]"),
}
_FIELD_OF = {"item_id": "buyer_item_id"}


@dataclass(frozen=True, slots=True)
class Habits:
    """What holds for the whole table: decimal marks per column, the order of dates, and what its heading says."""

    marks: Marks
    date_order: str | None = None
    unit: str | None = None
    price_base: Decimal | None = None
    decimals: tuple[frozenset[int], frozenset[int], frozenset[int]] = (frozenset(), frozenset(), frozenset())


@dataclass(slots=True)
class _Line:
    """A line item in the making: its fields, and what was seen for each."""

    index: int
    values: dict[str, object] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def path(self, name: str) -> str:
        return f"lines[{self.index}].{name}"

    def put(self, name: str, value: object, found: Found, confidence: float, note: str | None = None) -> None:
        self.values[name] = value
        scaled = confidence * min((w.confidence for w in found.words), default=1.0)
        box = bounding_box(found.words)
        self.evidence.append(
            Evidence(self.path(name), found.page, box, found.text, round(scaled, 4), found.source, note)
        )

    def doubt(self, name: str, reason: str) -> None:
        self.doubts.append(Doubt(self.path(name), reason))


def read_line(
    index: int, printed: Printed, description: Found | None, habits: Habits
) -> tuple[LineItem, tuple[Evidence, ...], tuple[Doubt, ...]]:
    """One line of the order, with paths ``lines[index]``."""
    line = _Line(index)
    if printed.source is Source.OCR:
        description = clear_codes(printed, description)
    _put_texts(line, printed, description)
    _put_codes(line, printed)
    _put_numbers(line, printed, habits)
    _put_unit(line, printed, habits)
    _put_dates(line, printed, habits)
    notes = tuple(dict.fromkeys(note for note in printed.notes if note))
    for text in printed.unused:
        line.doubt("", f"not understood: {text!r}")
    item = LineItem(notes=notes, **line.values)  # type: ignore[arg-type]
    return item, tuple(line.evidence), tuple(line.doubts)


def _put_texts(line: _Line, printed: Printed, description: Found | None) -> None:
    if description is not None:
        line.put("description", description.text, description, 0.96)
    number = printed.values.get("line_no")
    if number is not None:
        line.put("line_no", number.text.strip().rstrip(".):"), number, 0.98)


def _put_codes(line: _Line, printed: Printed) -> None:
    _free_false_gtin(printed)
    for name in (*CODE_FIELDS, "item_id"):
        found = printed.values.get(name)
        if found is None:
            continue
        target = _FIELD_OF.get(name, name)
        if target in line.values:
            target = next((f for f in CODE_FIELDS[:3] if f not in line.values), target)
        clear = found.sure >= 0.95 and found.source is not Source.OCR and _is_clear_code(found.text)
        confidence = _CLEAR if clear else 0.9 * found.sure
        line.put(target, _bare_code(found.text), found, confidence)


def _is_clear_code(text: str) -> bool:
    """A few words with a figure among them: more are a whole row, words alone a name, words in small letters a text;
    "Date(1)" counts something."""
    words = text.split()
    written = len(words) > 1 and any(sum(map(str.islower, word)) > 1 for word in words)
    return len(words) <= _CODE_WORDS and has_digit(text) and not written and not _COUNTED.search(text)


def _free_false_gtin(printed: Printed) -> None:
    """What stands in a mixed column ("Code/EAN") and is no GTIN is a code of unknown owner."""
    found = printed.values.get("standard_item_id")
    if found is None or re.fullmatch(r"\d{8}|\d{12,14}", re.sub(r"[ -]", "", found.text)):
        return
    if "buyer_item_id" not in printed.values:
        printed.values["buyer_item_id"] = printed.values.pop("standard_item_id")


def _bare_code(text: str) -> str:
    """Without marks that stand apart: dirt on a scan, a colon before the text."""
    words = [word for word in text.split() if any(c.isalnum() for c in word)]
    return " ".join(words).strip(" :;,")


def _put_numbers(line: _Line, printed: Printed, habits: Habits) -> None:
    figures = figures_of(printed)
    marks = habits.marks
    mended = _mended(figures, printed, habits)
    if mended is not None:
        figures = mended
    base = base_of(figures, marks)
    if base == 1 and habits.price_base is not None:
        base = habits.price_base
    values = {
        "quantity": amount(figures.quantity, marks.quantity),
        "unit_price": amount(figures.price, marks.price),
        "line_amount": amount(figures.amount, marks.amount),
    }
    discount, percent = discount_of(figures, marks.price)
    closed = closes(values["quantity"], values["unit_price"], values["line_amount"], base, discount, percent)
    if printed.whole is not None:
        closed = adds_up(printed, marks)
    _put_trimmings(line, printed)
    for name, value in values.items():
        _put_number(line, printed, name, value, closed, mended=mended is not None)
    _put_base(line, printed, base, closed)
    gross = closes(values["quantity"], values["unit_price"], values["line_amount"], base)
    _put_discount(line, printed, discount, percent, None if gross else closed)
    if closed is False:
        line.doubt("line_amount", "quantity x price does not give the amount as printed")


def _put_trimmings(line: _Line, printed: Printed) -> None:
    """What stands beside a number: a word is a note of the line, a figure or a sign ("20 (10)", ">= 20") a doubt."""
    for name, signs in _TRIMMINGS.items():
        found = printed.values.get(name)
        cell = number_cell(found.text) if found is not None and found.source is not Source.OCR else None
        if found is None or cell is None:
            continue
        beside = found.text.replace(cell.digits, " ", 1)
        if signs.search(beside) or (name == "quantity" and _is_open(cell.rest)):
            line.doubt(name, f"{found.text!r} says more than a number")
        elif re.search(r"[^\W\d_]{3}", cell.rest):
            printed.notes.append(cell.rest)


def _is_open(rest: str) -> bool:
    """Whether beside a quantity stands another figure, or a second unit ("20 dz EA")."""
    return re.search(r"\d", rest) is not None or len({word for word in rest.split() if is_unit(word)}) > 1


def figures_of(printed: Printed) -> Figures:
    def text(name: str) -> str | None:
        found = printed.values.get(name)
        return found.text if found is not None else None

    return Figures(
        text("quantity"), text("unit_price"), text("line_amount"), text("price_base_quantity"), text("line_discount")
    )


def _mended(figures: Figures, printed: Printed, habits: Habits) -> Figures | None:
    """Recognised figures that only add up when one of them is read otherwise."""
    marks = habits.marks
    if printed.source is not Source.OCR or line_closes(figures, marks.quantity, marks.price, marks.amount):
        return None
    again = Figures(*(_again(printed, name) for name in ("quantity", "unit_price", "line_amount")))
    return repair(figures, marks, habits.decimals, again)


def _again(printed: Printed, name: str) -> str | None:
    """A value as the second recognition has it; None where it says the same."""
    found = printed.values.get(name)
    if found is None or not any(word.again for word in found.words):
        return None
    return found.glue.join(word.again or word.text for word in found.words)


def _put_number(
    line: _Line, printed: Printed, name: str, value: Decimal | None, closed: bool | None, *, mended: bool
) -> None:
    found = printed.values.get(name)
    if found is None:
        return
    if value is None:
        line.doubt(name, f"{found.text!r} could not be read as a number")
        return
    confidence = _PROVEN if closed else _CONFLICT if closed is False else _UNPROVEN * max(found.sure, 0.6)
    note = "recognised figures mended: only so the line adds up" if mended else None
    line.put(name, value, found, min(confidence, _MENDED) if mended else confidence, note)


def _put_base(line: _Line, printed: Printed, base: Decimal, closed: bool | None) -> None:
    priced, ordered = printed.values.get("price_base_quantity"), printed.values.get("unit")
    if priced and ordered and _is_other_unit(priced.text, ordered.text):
        line.doubt("unit_price", f"priced per {priced.text!r}, ordered in {ordered.text!r}")
    if base == 1:
        return
    source = printed.values.get("price_base_quantity") or printed.values.get("unit_price")
    if source is not None:
        line.put("price_base_quantity", base, source, _by_arithmetic(closed))
    else:
        line.values["price_base_quantity"] = base


def _is_other_unit(priced: str, ordered: str) -> bool:
    return any(map(str.isalpha, priced)) and is_unit(priced) and not same_unit(priced, ordered)


def _put_discount(line: _Line, printed: Printed, discount: Decimal | None, percent: bool, closed: bool | None) -> None:
    """``closed`` is None where the line adds up without the discount: nothing proves that it is one."""
    found = printed.values.get("line_discount")
    if found is not None and discount is not None and discount != 0:
        line.put("line_discount", Discount(abs(discount), percent), found, _by_arithmetic(closed))


def _by_arithmetic(closed: bool | None) -> float:
    return _PROVEN if closed else _CONFLICT if closed is False else _OPEN


def _put_unit(line: _Line, printed: Printed, habits: Habits) -> None:
    found = unit_of(printed)
    if found is not None:
        text = found.text.strip("/(),.: " + (_SPECKS if found.source is Source.OCR else "")) + (
            "." if found.text.endswith(".") else ""
        )
        text += ")" if text.count("(") > text.count(")") else ""
        line.put("unit", text, found, 0.98 if unit_code(text) else 0.9)
    printed_unit = line.values.get("unit", habits.unit)
    if isinstance(printed_unit, str):
        line.values["unit"] = printed_unit
        line.values["unit_code"] = unit_code(printed_unit)


def _put_dates(line: _Line, printed: Printed, habits: Habits) -> None:
    found = printed.values.get("requested_date")
    if found is not None:
        value = _date_in(found.text, habits.date_order)
        if value is not None:
            line.put("requested_date", value, found, 0.97)
        else:
            week = week_in(found.text)
            line.doubt(
                "requested_date", f"{found.text!r} is {f'a week ({week}), no day' if week else 'no certain date'}"
            )
    schedule = [(_schedule_line(entry, habits), entry) for entry in printed.schedule]
    for entry in printed.schedule:
        if len(date_runs([word.text for word in entry.words])) > 1:
            line.doubt("requested_date", f"{entry.text!r} names several days")
        if (week := week_in(entry.text)) is not None:
            line.doubt("requested_date", f"{entry.text!r} is a week ({week}), no day")
    known = [(entry, source) for entry, source in schedule if entry is not None]
    if known:
        line.values["schedule"] = tuple(entry for entry, _ in known)
        first = min((e.requested_date, i) for i, (e, _) in enumerate(known) if e.requested_date)
        if "requested_date" not in line.values:
            line.put("requested_date", first[0], known[first[1]][1], 0.9)


def _date_in(text: str, order: str | None) -> date | None:
    words = text.split()
    for size in (len(words), 5, 4, 3, 2, 1):
        for start in range(len(words) - size + 1):
            piece = " ".join(words[start : start + size])
            if looks_like_date(piece) and (value := parse_date(piece.strip(",;"), order=order)) is not None:
                return value
    return None


def _schedule_line(found: Found, habits: Habits) -> ScheduleLine | None:
    day = _date_in(found.text, habits.date_order)
    if day is None:
        return None
    numbers = [w.text for w in found.words if not looks_like_date(w.text) and number_cell(w.text) is not None]
    quantity = amount(numbers[-1], habits.marks.quantity) if numbers else None
    return ScheduleLine(quantity, day)
