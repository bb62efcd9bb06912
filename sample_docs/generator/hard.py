"""Difficult documents: the same orders in the forms that break readers. Each gives its bytes and its truth.

The truth is that of the order drawn, changed only where the form prints something else.
"""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from sample_docs.generator.formats import draw_text
from sample_docs.generator.look import Look, cell, header_fields
from sample_docs.generator.orders import OrderTruth, make_order
from sample_docs.generator.pdf import (
    MARGIN,
    Drawing,
    cell_lines,
    draw_header,
    draw_heading,
    draw_letterhead,
    draw_parties,
    draw_row,
    draw_rulings,
    draw_table,
    draw_totals,
    edges_of,
)
from sample_docs.generator.truth import truth_json
from sample_docs.generator.world import World

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hard:
    """One PDF and the truth of each order in it."""

    content: bytes
    truths: list[Json]
    order: OrderTruth


@dataclass(frozen=True, slots=True)
class Task:
    """What a drawer may use; most need only the look and the order."""

    look: Look
    order: OrderTruth
    rng: random.Random
    world: World


@cache
def words() -> dict[str, Any]:
    return tomllib.loads((resources.files("sample_docs.generator") / "hard_words.toml").read_text(encoding="utf-8"))


def above(look: Look, order: OrderTruth) -> Drawing:
    """A new page with all that stands above the items."""
    d = Drawing(look, order)
    draw_letterhead(d)
    draw_header(d)
    draw_parties(d)
    return d


def _hard(kind: str, d: Drawing, look: Look, order: OrderTruth) -> Hard:
    return Hard(d.save(), [truth_of(kind, look, order)], order)


def truth_of(kind: str, look: Look, order: OrderTruth) -> Json:
    """The truth of an order as ``look`` prints it; ``kind`` names the layout."""
    meta = {"layout": f"hard-{kind}", "lang": order.language, "degradation": "none"}
    return truth_json(order, look.prints, meta, look.codes)


# --- rows


def wrapped_around(task: Task) -> Hard:
    """The description begins above the row of figures and ends below it; no rulings."""
    look, order = task.look, task.order
    look = replace(look, table="none", notes=False, codes="columns" if look.codes == "below" else look.codes)
    d = above(look, order)
    draw_heading(d)
    for line in order.lines:
        edges = edges_of(d)
        cells = {c: cell_lines(d, cell(look, line, c), c, right - left - 6) for c, left, right in edges}
        first, *rest = _halves(cells["description"])
        left = next(left for c, left, _ in edges if c == "description")
        d.text(left + 3, d.y + 2, first)
        d.y += 10
        draw_row(d, edges, cells | {"description": rest[:1] or [""]}, [])
        d.y += 10 * max(len(v) for k, v in cells.items() if k != "description")
        for text in rest[1:]:
            d.text(left + 3, d.y + 2, text)
            d.y += 10
        d.y += 7
    draw_totals(d)
    return _hard("wrapped_around", d, look, order)


def _halves(lines: list[str]) -> list[str]:
    """At least two pieces where the text has two words."""
    if len(lines) > 1 or " " not in lines[0]:
        return lines
    first, _, rest = lines[0].partition(" ")
    return [first, rest]


def without_heading(task: Task) -> Hard:
    look, order = task.look, task.order
    d = above(look, order)
    for line in order.lines:
        edges = edges_of(d)
        cells = {c: cell_lines(d, cell(look, line, c), c, right - left - 6) for c, left, right in edges}
        height = max(len(t) for t in cells.values()) * 10 + 5
        draw_row(d, edges, cells, [])
        draw_rulings(d, edges, d.y, height)
        d.y += height
    draw_totals(d)
    codes = "in_description" if look.codes == "below" else look.codes
    truth = truth_of("without_heading", look, order)
    for n, line in enumerate(truth["lines"]):
        own = [line["buyer_item_id"], line["seller_item_id"]]
        if codes == "columns" or look.codes == "below":  # nobody says whose code it is
            shown = [x for x in own if x] if look.codes == "columns" else []
            line["buyer_item_id"], line["seller_item_id"] = None, None
            truth["_alternatives"][f"lines[{n}].buyer_item_id"] = shown
            truth["_alternatives"][f"lines[{n}].seller_item_id"] = shown
    truth["_ambiguous"] += ["lines[*].line_no", "lines[*].requested_date"]
    return Hard(d.save(), [truth], order)


def sections(task: Task) -> Hard:
    """Headings between the items, drawings' numbers under them, and the freight as a row of the table."""
    look, order = task.look, task.order
    order = _with_freight(replace(order, freight=order.freight or Decimal("35.00")))
    look = replace(look, notes=False)
    text = words()[order.language]
    d = above(look, order)
    draw_heading(d)
    for index, line in enumerate(order.lines):
        if index % 2 == 0:
            d.text(MARGIN + 3, d.y + 3, text["section"][index // 2 % 3], bold=True)
            d.y += 15
        one_line(d, look, line, [text["drawing"].format(n=17 * (index + 3))])
    edges = edges_of(d)
    left = next(left for c, left, _ in edges if c == "description")
    d.text(left + 3, d.y + 2, text["freight"])
    amount = next(right for c, _, right in edges if c == "amount")
    d.text(amount - 3, d.y + 2, look.wording.number(order.freight, 2), right=True)
    d.y += 16
    draw_totals(_silent_freight(d))
    truth = truth_of("sections", look, order)
    truth["_ambiguous"] += ["freight"]
    return Hard(d.save(), [truth], order)


def _with_freight(order: OrderTruth) -> OrderTruth:
    freight = order.freight or Decimal(0)
    return replace(order, total=order.subtotal + (order.tax or 0) + freight)


def _silent_freight(d: Drawing) -> Drawing:
    """The freight stands in the table already; a subtotal would have to say whether it holds it."""
    d.order = replace(d.order, freight=None)
    d.look = replace(d.look, prints=d.look.prints - {"subtotal"})
    return d


def one_line(d: Drawing, look: Look, line: Any, extra: list[str]) -> None:
    """A row of the table with the lines of text below it, on a new page where it does not fit."""
    edges = edges_of(d)
    cells = {c: cell_lines(d, cell(look, line, c), c, right - left - 6) for c, left, right in edges}
    if look.codes == "below" and line.seller_code:
        extra = [f"{look.wording.label('seller_code')}: {line.seller_code}", *extra]
    height = max(len(t) for t in cells.values()) * 10 + len(extra) * 10 + 5
    if d.y + height > d.height - 90:
        d.new_page()
        draw_heading(d)
    draw_row(d, edges, cells, extra)
    draw_rulings(d, edges, d.y, height)
    d.y += height


def schedules(task: Task) -> Hard:
    """Each line is delivered in two parts, printed under it."""
    look, order = task.look, task.order
    look = replace(look, notes=False, prints=look.prints - {"line_date"},
                   columns=tuple(c for c in look.columns if c != "line_date"))  # fmt: skip
    w, text = look.wording, words()[order.language]
    d = above(look, order)
    draw_heading(d)
    truth = truth_of("schedules", look, order)
    for n, line in enumerate(order.lines):
        assert line.quantity is not None and line.requested is not None
        half = (line.quantity / 2).to_integral_value()
        parts = [(half, line.requested), (line.quantity - half, line.requested + timedelta(days=14))]
        parts = [p for p in parts if p[0]]
        rows = [f"{w.date(day)}   {w.number(quantity)} {line.unit}" for quantity, day in parts]
        one_line(d, look, line, [text["schedule"], *rows])
        truth["lines"][n]["schedule"] = [
            {"quantity": format(quantity, "f"), "requested_date": day.isoformat()} for quantity, day in parts
        ]
    truth["_ambiguous"] += ["lines[*].requested_date"]
    draw_totals(d)
    return Hard(d.save(), [truth], order)


def twins(task: Task) -> Hard:
    """Two lines that are the same in everything but their number: both are meant."""
    look, order = task.look, task.order
    first = order.lines[0]
    lines = (*order.lines, replace(first, number=f"{int(order.lines[-1].number) * 2}"))
    order = _summed(replace(order, lines=lines))
    d = above(look, order)
    draw_table(d)
    draw_totals(d)
    return _hard("twins", d, look, order)


def _summed(order: OrderTruth) -> OrderTruth:
    subtotal = sum((line.amount for line in order.lines if line.amount is not None), Decimal(0))
    tax = None if order.tax is None else (subtotal * Decimal("0.19")).quantize(Decimal("0.01"))
    return replace(order, subtotal=subtotal, tax=tax, total=subtotal + (tax or 0) + (order.freight or 0))


# --- pages


def two_in_one(task: Task) -> Hard:
    """Two orders of one customer in one file, each from its own page on."""
    look, order = task.look, task.order
    other = make_order(task.rng, task.world, language=order.language, lines=2)
    other = replace(other, buyer=order.buyer, site=order.buyer.sites[0], seller=order.seller, currency=order.currency)
    d = above(look, order)
    draw_table(d)
    draw_totals(d)
    d.footer()
    d.canvas.showPage()
    second_look = replace(look, columns=look.columns)
    d.order, d.look, d.y, d.page = other, second_look, MARGIN, 1
    draw_letterhead(d)
    draw_header(d)
    draw_parties(d)
    draw_table(d)
    draw_totals(d)
    second = truth_of("two_in_one", look, other)
    # the prices were another customer's: what must be decided about them is not judged
    second |= {"expected_decision": None, "_lines_exceptions_ambiguous": True}
    return Hard(d.save(), [truth_of("two_in_one", look, order), second], order)


def terms_after(task: Task) -> Hard:
    """A page of terms full of figures behind the order."""
    look, order = task.look, task.order
    d = above(look, order)
    draw_table(d)
    draw_totals(d)
    d.new_page()
    text = words()[order.language]
    d.text(MARGIN, d.y, text["terms"], bold=True, size=11)
    d.y += 22
    for n in range(1, 19):
        for piece in d.wrap(text["clause"].format(n=n), d.width - 2 * MARGIN, 7):
            d.text(MARGIN, d.y, piece, size=7)
            d.y += 9
        d.y += 4
    return _hard("terms_after", d, look, order)


def printed_text(task: Task) -> Hard:
    """Line printer output as PDF: one mono-spaced font, no rulings but dashes."""
    look, order = replace(task.look, font="Courier", symbol=False), task.order
    if order.language == "pl":
        look = replace(look, font="DejaVuSansMono")  # Courier lacks Polish letters
    d = Drawing(look, order)
    lines = draw_text(look, order).decode().split("\n")
    size = min(8.0, (d.width - 2 * MARGIN) / max(map(len, lines)) / 0.602)
    for line in lines:
        if d.y > d.height - 60:
            d.footer()
            d.canvas.showPage()
            d.y = MARGIN
        d.text(MARGIN, d.y, line, size=size)
        d.y += size * 1.25
    return _hard("printed_text", d, look, order)


def turned(task: Task) -> Hard:
    """The page is turned by its own /Rotate key, as some scanners' software and landscape printers leave it."""
    look, order = task.look, task.order
    d = above(look, order)
    d.canvas.setPageRotation(90)
    d.canvas.setPageSize((d.height, d.width))  # reportlab swaps the sides of a turned page; nothing may fall off it
    draw_table(d)
    draw_totals(d)
    return _hard("turned", d, look, order)


def watermarked(task: Task) -> Hard:
    """A large slanted word behind the text, and every figure drawn twice, as printers do for bold."""
    look, order = task.look, task.order
    d = Drawing(look, order)
    d.canvas.saveState()
    d.canvas.setFillGray(0.85)
    d.canvas.translate(d.width / 2, d.height / 2)
    d.canvas.rotate(45)
    d.canvas.setFont(d.bold, 90)
    d.canvas.drawCentredString(0, 0, "ORIGINAL")
    d.canvas.restoreState()
    draw_letterhead(d)
    draw_header(d)
    draw_parties(d)
    top = d.y
    draw_table(d)
    if d.page == 1:
        d.y = top
        draw_table(d)
    draw_totals(d)
    return _hard("watermarked", d, look, order)


# --- headers


def values_first(task: Task) -> Hard:
    """In the header each label stands behind or under its value."""
    look, order = task.look, task.order
    d = Drawing(look, order)
    draw_letterhead(d)
    from_left = task.rng.random() < 0.5
    for n, (label, value) in enumerate(header_fields(look, order)):
        x = MARGIN + n % 3 * 175
        y = d.y + n // 3 * 30
        d.text(x, y, value, bold=True)
        d.text(x if from_left else x + 2, y + 11, f"({label})" if from_left else label, size=6)
    d.y += (len(header_fields(look, order)) + 2) // 3 * 30 + 12
    draw_parties(d)
    draw_table(d)
    draw_totals(d)
    return _hard("values_first", d, look, order)
