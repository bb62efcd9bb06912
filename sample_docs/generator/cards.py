"""Items that are no rows of a table: a card each, labels over their values; and weeks where days should stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sample_docs.generator.hard import Hard, Task, above, one_line, truth_of, words
from sample_docs.generator.look import Look, cell, heading
from sample_docs.generator.orders import LineTruth
from sample_docs.generator.pdf import MARGIN, Drawing, draw_heading, draw_totals

_UPPER = ("quantity", "unit", "price", "discount", "amount")
_LOWER = ("seller_code", "line_date", "buyer_code")
_STEP = 100  # points from one label of a card to the next
_CARD = 68  # points a card is high


def cards(task: Task) -> Hard:
    """Each item a box: its number and name as a title, then two rows of labels, each over a row of values."""
    look = task.look
    shown = look.prints | {"line_no", "unit", "seller_code", "line_date"}
    look = replace(look, codes="columns", joined=False, per="text", notes=False, prints=shown)
    d = above(look, task.order)
    for line in task.order.lines:
        if d.y + _CARD > d.height - 90:
            d.new_page()
        _card(d, look, line)
    draw_totals(d)
    return Hard(d.save(), [truth_of("cards", look, task.order)], task.order)


def _card(d: Drawing, look: Look, line: LineTruth) -> None:
    d.box(MARGIN, d.y, d.width - 2 * MARGIN, _CARD - 8)
    d.text(MARGIN + 4, d.y + 4, f"{line.number}  {line.description}", bold=True)
    for row, names in enumerate((_UPPER, _LOWER)):
        y = d.y + 17 + 21 * row
        shown = [(name, text) for name in names if (text := cell(look, line, name)) and _is_printed(look, name)]
        for place, (name, text) in enumerate(shown):
            d.text(MARGIN + 8 + _STEP * place, y, heading(look, name), size=6)
            d.text(MARGIN + 8 + _STEP * place, y + 8, text)
    d.y += _CARD


def _is_printed(look: Look, name: str) -> bool:
    return name != "buyer_code" or name in look.prints


def weeks(task: Task) -> Hard:
    """Each line is wanted in a calendar week, and no day is printed: nobody may choose one."""
    look, order = task.look, task.order
    columns = tuple(c for c in look.columns if c != "line_date")
    look = replace(look, notes=False, prints=look.prints - {"line_date"}, columns=columns)
    text = words()[order.language]["week"]
    d = above(look, order)
    draw_heading(d)
    for line in order.lines:
        one_line(d, look, line, [f"{look.wording.label('requested')}: {_week(text, line.requested)}"])
    draw_totals(d)
    truth = truth_of("weeks", look, order)
    truth["expected_decision"] = "review"
    for line_truth in truth["lines"]:
        line_truth["expected_exceptions"] = [*line_truth["expected_exceptions"], "low_confidence"]
    return Hard(d.save(), [truth], order)


def _week(text: str, day: date | None) -> str:
    assert day is not None
    year, number, _ = day.isocalendar()
    return text.format(number=number, year=year)
