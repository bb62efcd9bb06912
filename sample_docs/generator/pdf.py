"""Draws an order as a PDF, in any look. Coordinates are points from the top left, as everywhere in the project."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path

from reportlab.lib.pagesizes import A4, LETTER
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from sample_docs.generator.look import BUILT_IN_FONTS, Look, below, cell, columns_of, header_fields, heading, totals
from sample_docs.generator.orders import OrderTruth
from sample_docs.generator.words import SYMBOLS
from sample_docs.generator.world import COUNTRY_NAMES

FONT_FOLDER = Path("/usr/share/fonts/truetype/dejavu")  # Debian package fonts-dejavu-core
WIDTHS = {"line_no": 28, "buyer_code": 70, "seller_code": 78, "description": 150, "quantity": 48, "unit": 44,
          "price": 58, "per": 34, "discount": 40, "amount": 62, "line_date": 62}  # fmt: skip
NUMERIC = frozenset({"quantity", "price", "per", "discount", "amount"})
MARGIN, ROW_GAP, SIZE = 40.0, 5.0, 8.0


@cache
def register(font: str) -> str:
    """The regular face. Raises ``FileNotFoundError`` naming the package where the fonts are missing."""
    if font in BUILT_IN_FONTS:
        return "Times-Roman" if font == "Times" else font
    for name in (font, f"{font}-Bold"):
        path = FONT_FOLDER / f"{name}.ttf"
        if not path.exists():
            raise FileNotFoundError(f"{path} is missing: apt-get install fonts-dejavu")
        pdfmetrics.registerFont(TTFont(name, str(path)))
    return font


class Drawing:
    """One document under way; ``y`` is the top of what comes next."""

    def __init__(self, look: Look, order: OrderTruth) -> None:
        self.look, self.order = look, order
        self.font, self.bold = register(look.font), f"{look.font}-Bold"
        self.width, self.height = LETTER if order.buyer.country == "US" else A4
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=(self.width, self.height), invariant=True, pageCompression=1)
        self.y = MARGIN
        self.page = 1

    def text(
        self, x: float, y: float, text: str, *, bold: bool = False, size: float = SIZE, right: bool = False
    ) -> None:
        """``y`` is the top of the text."""
        name = self.bold if bold else self.font
        self.canvas.setFont(name, size)
        draw = self.canvas.drawRightString if right else self.canvas.drawString
        draw(x, self.height - y - size, text)

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.canvas.line(x0, self.height - y0, x1, self.height - y1)

    def box(self, x: float, y: float, width: float, height: float, *, grey: float | None = None) -> None:
        if grey is not None:
            self.canvas.setFillGray(grey)
        self.canvas.rect(
            x, self.height - y - height, width, height, stroke=int(grey is None), fill=int(grey is not None)
        )
        self.canvas.setFillGray(0)

    def wrap(self, text: str, width: float, size: float = SIZE) -> list[str]:
        lines, current = [], ""
        for word in text.split(" "):
            longer = f"{current} {word}".strip()
            if current and pdfmetrics.stringWidth(longer, self.font, size) > width:
                lines.append(current)
                current = word
            else:
                current = longer
        return [*lines, current]

    def new_page(self) -> None:
        self.footer()
        self.canvas.showPage()
        self.page += 1
        self.y = MARGIN
        number = self.order.number or ""
        self.text(MARGIN, self.y, f"{self.order.buyer.name}   {self.look.wording.label('title')} {number}")
        self.y += 24

    def footer(self) -> None:
        self.text(self.width / 2 - 10, self.height - 28, f"- {self.page} -", size=7)

    def save(self) -> bytes:
        self.footer()
        self.canvas.save()
        return self.buffer.getvalue()


def draw_pdf(look: Look, order: OrderTruth, drawing: Callable[[Look, OrderTruth], Drawing] = Drawing) -> bytes:
    d = drawing(look, order)
    draw_letterhead(d)
    draw_header(d)
    draw_parties(d)
    draw_table(d)
    draw_totals(d)
    return d.save()


# --- above the table


def draw_letterhead(d: Drawing) -> None:
    buyer, w = d.order.buyer, d.look.wording
    country = COUNTRY_NAMES[buyer.country] if "country" in d.look.prints else ""
    lines = [buyer.name, buyer.street, buyer.city_zip, country]
    lines += [f"purchasing@{buyer.domain}"] if "email" in d.look.prints else []
    lines += [buyer.tax_id] if "tax_id" in d.look.prints else []
    x = MARGIN if d.look.letterhead == "left" else d.width - MARGIN - 190
    for n, text in enumerate(filter(None, lines)):
        d.text(x, d.y + n * 11, text, bold=n == 0, size=SIZE + (2 if n == 0 else 0))
    title_x = d.width - MARGIN - 200 if d.look.letterhead == "left" else MARGIN
    title = w.label("title")
    if d.look.header == "title_line" and d.order.number:
        title = f"{title} {d.order.number}"
    d.text(title_x, d.y, title, bold=True, size=15)
    d.y += 80


def draw_header(d: Drawing) -> None:
    fields = header_fields(d.look, d.order)
    if d.look.header == "title_line":
        fields = [f for f in fields if f[1] != d.order.number]
    {"colon": _colon, "title_line": _colon, "grid": _grid, "boxes": _boxes, "stacked": _stacked}[d.look.header](
        d, fields
    )
    d.y += 12


def _colon(d: Drawing, fields: list[tuple[str, str]]) -> None:
    for n, (label, value) in enumerate(fields):
        x = MARGIN + (n % 2) * 260
        d.text(x, d.y + n // 2 * 13, f"{label}:", bold=True)
        d.text(x + 120, d.y + n // 2 * 13, value)
    d.y += (len(fields) + 1) // 2 * 13


def _grid(d: Drawing, fields: list[tuple[str, str]]) -> None:
    """A ruled row of labels over a row of values."""
    for start in range(0, len(fields), 3):
        row = fields[start : start + 3]
        width = (d.width - 2 * MARGIN) / len(row)
        for n, (label, value) in enumerate(row):
            x = MARGIN + n * width
            d.box(x, d.y, width, 13, grey=0.9)
            d.box(x, d.y, width, 28)
            d.text(x + 3, d.y + 2, label, bold=True, size=7)
            d.text(x + 3, d.y + 16, value)
        d.y += 28


def _boxes(d: Drawing, fields: list[tuple[str, str]]) -> None:
    """A block at the right: label left, value right, one a row."""
    for label, value in fields:
        d.box(d.width - MARGIN - 230, d.y, 110, 14)
        d.box(d.width - MARGIN - 120, d.y, 120, 14)
        d.text(d.width - MARGIN - 227, d.y + 3, label)
        d.text(d.width - MARGIN - 117, d.y + 3, value, bold=True, size=7)
        d.y += 14


def _stacked(d: Drawing, fields: list[tuple[str, str]]) -> None:
    """Labels above values, without rulings, three side by side."""
    for start in range(0, len(fields), 3):
        for n, (label, value) in enumerate(fields[start : start + 3]):
            d.text(MARGIN + n * 175, d.y, label, size=7)
            d.text(MARGIN + n * 175, d.y + 10, value, bold=True, size=7.5)
        d.y += 28


def draw_parties(d: Drawing) -> None:
    w, site, seller = d.look.wording, d.order.site, d.order.seller
    country = "country" in d.look.prints
    blocks = (
        (w.label("seller"), (seller[0], seller[1], seller[2], COUNTRY_NAMES[seller[3]] if country else "")),
        (w.label("ship_to"), (site.name, site.street, site.city_zip, COUNTRY_NAMES[site.country] if country else "")),
    )
    for n, (label, lines) in enumerate(blocks):
        x = MARGIN + n * 270
        d.text(x, d.y, label, bold=True)
        for row, text in enumerate(filter(None, lines)):
            d.text(x, d.y + 12 + row * 11, text)
    d.y += 76


# --- the table


def edges_of(d: Drawing) -> list[tuple[str, float, float]]:
    """(column, left, right), scaled to the page."""
    columns = columns_of(d.look)
    widths = WIDTHS | ({"price": 86} if d.look.per == "text" else {}) | ({"quantity": 70} if d.look.joined else {})
    scale = (d.width - 2 * MARGIN) / sum(widths[c] for c in columns)
    found, x = [], MARGIN
    for column in columns:
        found.append((column, x, x + widths[column] * scale))
        x += widths[column] * scale
    return found


def draw_heading(d: Drawing) -> None:
    edges = edges_of(d)
    texts = {c: d.wrap(heading(d.look, c), right - left - 6, 7) for c, left, right in edges}
    height = max(len(t) for t in texts.values()) * 9 + 6
    if d.look.table in ("inverse", "zebra", "full"):
        d.box(MARGIN, d.y, d.width - 2 * MARGIN, height, grey=0.15 if d.look.table == "inverse" else 0.88)
    if d.look.table == "inverse":
        d.canvas.setFillGray(1)
    for column, left, right in edges:
        for n, text in enumerate(texts[column]):
            x = right - 3 if column in NUMERIC else left + 3
            d.text(x, d.y + 3 + n * 9, text, bold=True, size=7, right=column in NUMERIC)
    d.canvas.setFillGray(0)
    draw_rulings(d, edges, d.y, height)
    d.y += height


def draw_rulings(d: Drawing, edges: Iterable[tuple[str, float, float]], y: float, height: float) -> None:
    if d.look.table == "full":
        for _, left, right in edges:
            d.box(left, y, right - left, height)
    elif d.look.table in ("rows", "inverse"):
        d.line(MARGIN, y + height, d.width - MARGIN, y + height)


def draw_table(d: Drawing) -> None:
    draw_heading(d)
    carried = 0
    for index, line in enumerate(d.order.lines):
        edges = edges_of(d)
        cells = {c: cell_lines(d, cell(d.look, line, c), c, right - left - 6) for c, left, right in edges}
        extra = below(d.look, line, index)
        height = max(len(t) for t in cells.values()) * 10 + len(extra) * 10 + ROW_GAP
        if d.y + height > d.height - 90:
            _page_break(d, index)
            carried += 1
        if d.look.table == "zebra" and index % 2:
            d.box(MARGIN, d.y, d.width - 2 * MARGIN, height, grey=0.94)
        draw_row(d, edges, cells, extra)
        draw_rulings(d, edges, d.y, height)
        d.y += height


def cell_lines(d: Drawing, text: str, column: str, width: float) -> list[str]:
    """Only text columns wrap; a code that is too long is cut between characters, as narrow tables do."""
    if column == "description":
        return d.wrap(text, width)
    if column not in ("buyer_code", "seller_code"):
        return [text]
    lines, rest = [], text
    while rest:
        n = len(rest)
        while n > 1 and pdfmetrics.stringWidth(rest[:n], d.font, SIZE) > width:
            n -= 1
        lines.append(rest[:n])
        rest = rest[n:]
    return lines or [""]


def draw_row(d: Drawing, edges: list[tuple[str, float, float]], cells: dict[str, list[str]], extra: list[str]) -> None:
    for column, left, right in edges:
        numeric = column in NUMERIC
        for n, text in enumerate(cells[column]):
            d.text(right - 3 if numeric else left + 3, d.y + 2 + n * 10, text, right=numeric)
        if column == "description":
            for n, text in enumerate(extra, len(cells[column])):
                d.text(left + 3, d.y + 2 + n * 10, text, size=7)


def _page_break(d: Drawing, index: int) -> None:
    amounts = [line.amount for line in d.order.lines[:index] if line.amount is not None]
    label, value = d.look.wording.label("carried"), d.look.wording.number(sum(amounts, Decimal(0)), 2)
    if d.look.carried:
        draw_labelled(d, label, value)
    d.new_page()
    draw_heading(d)
    if d.look.carried:
        draw_labelled(d, label, value)


def draw_labelled(d: Drawing, label: str, value: str, *, bold: bool = False) -> None:
    d.text(d.width - MARGIN - 90, d.y + 3, label, bold=bold, right=True)
    d.text(d.width - MARGIN - 3, d.y + 3, value, bold=bold, right=True)
    d.y += 14


def draw_totals(d: Drawing) -> None:
    rows = totals(d.look, d.order)
    if d.y + 16 * len(rows) > d.height - 60:
        d.new_page()
    d.y += 8
    code = SYMBOLS.get(d.order.currency, d.order.currency) if d.look.symbol else ""
    for n, (label, value) in enumerate(rows):
        last = n == len(rows) - 1
        text = d.look.wording.number(value, 2)
        if last and code:
            text = f"{code}{text}" if d.order.language == "en" else f"{text} {code}"
        draw_labelled(d, label, text, bold=last)
