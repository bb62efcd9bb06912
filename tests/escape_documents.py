"""One small order as text, PDF and HTML, and what a test wants different about it."""

from __future__ import annotations

import html
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from reportlab.pdfgen.canvas import Canvas

COLUMNS = ("Pos", "Our material", "Your item no.", "Description", "Qty", "Unit", "Unit price", "Amount")
WIDTHS = {"Pos": 6, "Our material": 16, "Your item no.": 18, "Description": 36, "Qty": 9, "Unit": 8}
TO_THE_RIGHT = frozenset({"Qty", "Unit price", "Amount", "Delivered", "Open"})
HEADER = {
    "PO Number": "4500-77123", "Order date": "2026-11-12", "Currency": "EUR", "Payment terms": "30 days net",
}  # fmt: skip
SELLER = ("Supplier", "Falkenrath Industriebedarf GmbH", "Zechenstraße 40", "44357 Dortmund", "Germany")
BUYER = ("Brenner Anlagenbau GmbH", "Am Kalkofen 14", "57072 Siegen", "Germany")
GAUGE = ("10", "", "PG063-6B", "Pressure gauge 63 mm 0-6 bar", "10", "EA", "14.87", "148.70")
LAMP = ("20", "", "LED-8W-4000", "LED lamp 8 W 4000 K", "20", "EA", "4.81", "96.20")
TERMINAL = ("30", "", "TB-2.5-3", "Terminal block 2.5 mm2 3P", "50", "EA", "0.3848", "19.24")
FIELDS = {"pos": 0, "code": 2, "text": 3, "qty": 4, "unit": 5, "price": 6, "amount": 7}


def changed(row: Sequence[str], **values: str) -> tuple[str, ...]:
    cells = list(row)
    for name, value in values.items():
        cells[FIELDS[name]] = value
    return tuple(cells)


@dataclass(frozen=True)
class Printed:
    """A row is its cells, or a text that stands below the row before it."""

    rows: tuple[Sequence[str] | str, ...] = (GAUGE, LAMP, TERMINAL)
    totals: tuple[tuple[str, str], ...] = (("Total", "264.14"),)
    header: Mapping[str, str] = field(default_factory=lambda: HEADER)
    columns: tuple[str, ...] = COLUMNS
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    title: str = "PURCHASE ORDER"
    ship_to: tuple[str, ...] = BUYER

    def but(self, **changes: Any) -> Printed:
        return replace(self, **changes)


def as_text(order: Printed) -> bytes:
    widths = [WIDTHS.get(column, 13) for column in order.columns]
    rule = "-" * sum(widths)
    parties = zip_longest(SELLER, ("Deliver to", *order.ship_to), fillvalue="")
    lines = [*BUYER, "", order.title, ""]
    lines += [f"{label + ':':28}{value}" for label, value in order.header.items()]
    lines += ["", *(f"{left:44}{right}".rstrip() for left, right in parties), "", *order.before]
    lines += [_row(order.columns, order.columns, widths), rule]
    lines += [" " * 40 + row if isinstance(row, str) else _row(row, order.columns, widths) for row in order.rows]
    lines += [rule, *(f"{f'{label} {value:>14}':>{sum(widths) - 1}}" for label, value in order.totals)]
    return "\n".join([*lines, "", *order.after, ""]).encode()


def _row(cells: Sequence[str], columns: Sequence[str], widths: Sequence[int]) -> str:
    printed = (
        f"{cell:>{width - 1}} " if column in TO_THE_RIGHT else f"{cell:{width}}"
        for cell, column, width in zip(cells, columns, widths, strict=True)
    )
    return "".join(printed).rstrip()


def as_pdf(order: Printed) -> bytes:
    """The text as a typewriter sets it, on one page."""
    return typewritten(as_text(order).decode())


def typewritten(text: str) -> bytes:
    """Pages are parted by form feeds, and as high as they must be."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for page in text.split("\f"):
        lines = page.split("\n")
        height = max(595, 60 + 11 * len(lines))
        canvas.setPageSize((842, height))
        canvas.setFont("Courier", 8)
        for number, line in enumerate(lines):
            canvas.drawString(30, height - 35 - 11 * number, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def as_html(order: Printed) -> bytes:
    span = len(order.columns)
    rows = [
        f"<tr><td colspan={span}>{html.escape(row)}</td></tr>" if isinstance(row, str) else _cells(row)
        for row in order.rows
    ]
    rows += [f"<tr><td colspan={span - 1}>{label}</td><td>{value}</td></tr>" for label, value in order.totals]
    parts = [
        f"<p>{'<br>'.join(BUYER)}</p><h2>{html.escape(order.title)}</h2>",
        f"<table>{''.join(_cells(pair) for pair in order.header.items())}</table>",
        f"<table><tr><td>{'<br>'.join(SELLER)}</td><td>Deliver to<br>{'<br>'.join(order.ship_to)}</td></tr></table>",
        *(f"<p>{html.escape(text)}</p>" for text in order.before),
        f"<table><tr>{''.join(f'<th>{c}</th>' for c in order.columns)}</tr>{''.join(rows)}</table>",
        *(f"<p>{html.escape(text)}</p>" for text in order.after),
    ]
    return f'<html><head><meta charset="utf-8"></head><body>{"".join(parts)}</body></html>'.encode()


def _cells(cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in cells)}</tr>"
