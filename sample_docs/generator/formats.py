"""The same order as a workbook, CSV, HTML, Word document, or text in columns. Each returns the file's bytes."""

from __future__ import annotations

import csv
import html
import io
from datetime import datetime

import docx
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from sample_docs.generator.look import Look, below, cell, columns_of, header_fields, heading, totals
from sample_docs.generator.orders import LineTruth, OrderTruth
from sample_docs.generator.repack import repacked
from sample_docs.generator.world import COUNTRY_NAMES

MADE = datetime(2026, 11, 16, 8, 0)
TYPED = frozenset({"quantity", "price", "amount", "per", "discount"})


def buyer_lines(look: Look, order: OrderTruth) -> list[str]:
    buyer = order.buyer
    lines = [buyer.name, buyer.street, buyer.city_zip]
    lines += [COUNTRY_NAMES[buyer.country]] if "country" in look.prints else []
    lines += [f"purchasing@{buyer.domain}"] if "email" in look.prints else []
    return lines + ([buyer.tax_id] if "tax_id" in look.prints and buyer.tax_id else [])


def party_blocks(look: Look, order: OrderTruth) -> list[tuple[str, list[str]]]:
    site, seller, w = order.site, order.seller, look.wording
    country = "country" in look.prints
    return [
        (w.label("seller"), [*seller[:3], *([COUNTRY_NAMES[seller[3]]] if country else [])]),
        (
            w.label("ship_to"),
            [site.name, site.street, site.city_zip, *([COUNTRY_NAMES[site.country]] if country else [])],
        ),
    ]


def table_rows(look: Look, order: OrderTruth) -> list[list[str]]:
    """Heading, then one row a line; what stands below a line is a line break further down in its description."""
    columns = columns_of(look)
    rows = [[heading(look, c) for c in columns]]
    for index, line in enumerate(order.lines):
        extra = "".join("\n" + text for text in below(look, line, index))
        rows.append([cell(look, line, c) + (extra if c == "description" else "") for c in columns])
    return rows


# --- workbook


def draw_xlsx(look: Look, order: OrderTruth) -> bytes:
    """Numbers and dates are typed cells where the printed text would be one."""
    book = Workbook()
    book.properties.created = book.properties.modified = MADE
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = look.wording.label("title")[:30].replace("/", " ")
    row = 1
    for text in buyer_lines(look, order):
        sheet.cell(row, 1, text)
        row += 1
    sheet.cell(1, 6, look.wording.label("title")).font = Font(bold=True, size=14)
    for n, (label, value) in enumerate(header_fields(look, order)):
        sheet.cell(2 + n, 6, label)
        sheet.cell(2 + n, 7, value)
    row = max(row, 10)
    for n, (label, lines) in enumerate(party_blocks(look, order)):
        for k, text in enumerate([label, *lines]):
            sheet.cell(row + k, 1 + 4 * n, text)
    row += 7
    columns = columns_of(look)
    for n, column in enumerate(columns, 1):
        sheet.cell(row, n, heading(look, column)).font = Font(bold=True)
    for index, line in enumerate(order.lines):
        row += 1
        for n, column in enumerate(columns, 1):
            sheet.cell(row, n, _typed(look, line, column))
        for text in below(look, line, index):
            row += 1
            sheet.cell(row, columns.index("description") + 1, text)
    for label, amount in totals(look, order):
        row += 1
        sheet.cell(row, len(columns) - 1, label)
        sheet.cell(row, len(columns), float(amount)).number_format = "#,##0.00"
    out = io.BytesIO()
    book.save(out)
    return repacked(out.getvalue())


def _typed(look: Look, line: LineTruth, column: str) -> str | float | None:
    text = cell(look, line, column)
    if column not in TYPED or (column == "quantity" and look.joined) or (column == "price" and "/" in text):
        return text or None
    value = {
        "quantity": line.quantity, "price": line.price, "amount": line.amount, "per": line.price_base,
        "discount": line.discount,
    }[column]  # fmt: skip
    return None if value is None else float(value)


# --- delimited text


def draw_csv(look: Look, order: OrderTruth) -> bytes:
    """A flat file: the header's values repeat on every row, as ERP systems write them."""
    w, site = look.wording, order.site
    head = [*header_fields(look, order), (w.label("ship_to"), f"{site.name}, {site.street}, {site.city_zip}")]
    columns = columns_of(look)
    out = io.StringIO()
    writer = csv.writer(out, delimiter="," if w.language == "en" else ";", lineterminator="\r\n")
    writer.writerow([*(label for label, _ in head), *(heading(look, c) for c in columns)])
    for line in order.lines:
        writer.writerow([*(value for _, value in head), *(cell(look, line, c) for c in columns)])
    return out.getvalue().encode("utf-8-sig" if w.grouped else "utf-8")


# --- HTML


def draw_html(look: Look, order: OrderTruth) -> bytes:
    w = look.wording
    escape = html.escape
    fields = "".join(f"<tr><td>{escape(k)}</td><td><b>{escape(v)}</b></td></tr>" for k, v in header_fields(look, order))
    parties = "".join(
        f"<td valign=top><i>{escape(label)}</i><br>{'<br>'.join(map(escape, lines))}</td>"
        for label, lines in party_blocks(look, order)
    )
    first, *rest = table_rows(look, order)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(c).replace(chr(10), '<br>')}</td>" for c in r) + "</tr>" for r in rest
    )
    width = len(first)
    sums = "".join(
        f"<tr><td colspan={width - 1} align=right>{escape(k)}</td><td>{w.number(v, 2)}</td></tr>"
        for k, v in totals(look, order)
    )
    heads = "".join(f"<th>{escape(c)}</th>" for c in first)
    return (
        f'<html><head><meta charset="utf-8"></head><body><p>{"<br>".join(map(escape, buyer_lines(look, order)))}</p>'
        f"<h2>{escape(w.label('title'))}</h2><table>{fields}</table><table width=90%><tr>{parties}</tr></table>"
        f"<table border=1>\n<tr>{heads}</tr>\n{body}\n{sums}</table></body></html>\n"
    ).encode()


# --- Word


def draw_docx(look: Look, order: OrderTruth) -> bytes:
    document = docx.Document()
    document.core_properties.created = document.core_properties.modified = MADE
    document.add_paragraph("\n".join(buyer_lines(look, order)))
    document.add_heading(look.wording.label("title"), level=1)
    for label, value in header_fields(look, order):
        document.add_paragraph(f"{label}: {value}")
    grid = document.add_table(rows=1, cols=2)
    for n, (label, lines) in enumerate(party_blocks(look, order)):
        grid.cell(0, n).text = "\n".join([label, *lines])
    rows = table_rows(look, order)
    table = document.add_table(rows=0, cols=len(rows[0]))
    table.style = "Table Grid"
    for values in rows:
        for target, text in zip(table.add_row().cells, values, strict=True):
            target.text = text
    for label, amount in totals(look, order):
        document.add_paragraph(f"{label}: {look.wording.number(amount, 2)}")
    out = io.BytesIO()
    document.save(out)
    return repacked(out.getvalue())


# --- text in columns

TEXT_WIDTHS = {"line_no": 5, "buyer_code": 13, "seller_code": 17, "description": 50, "quantity": 11, "unit": 10,
               "price": 13, "per": 7, "discount": 8, "amount": 12, "line_date": 20}  # fmt: skip


def draw_text(look: Look, order: OrderTruth) -> bytes:
    """As a line printer would: aligned columns, dashes, the totals at the right."""
    lines = [*buyer_lines(look, order), "", look.wording.label("title").upper(), ""]
    lines += [f"{label + ':':<28}{value}" for label, value in header_fields(look, order)] + [""]
    (left, left_lines), (right, right_lines) = party_blocks(look, order)
    for n in range(max(len(left_lines), len(right_lines)) + 1):
        a, b = ([left, *left_lines][n : n + 1] or [""])[0], ([right, *right_lines][n : n + 1] or [""])[0]
        lines.append(f"{a:<44}{b}".rstrip())
    columns = columns_of(look)
    total_width = sum(TEXT_WIDTHS[c] for c in columns)
    lines += ["", "-" * total_width, _text_row(columns, [heading(look, c) for c in columns]), "-" * total_width]
    for index, line in enumerate(order.lines):
        lines.append(_text_row(columns, [cell(look, line, c) for c in columns]))
        indent = sum(TEXT_WIDTHS[c] for c in columns[: columns.index("description")])
        lines += [" " * indent + text for text in below(look, line, index)]
    lines.append("-" * total_width)
    lines += [f"{label:>{total_width - 16}}{look.wording.number(v, 2):>16}" for label, v in totals(look, order)]
    return ("\n".join(lines) + "\n").encode()


def _text_row(columns: tuple[str, ...], texts: list[str]) -> str:
    parts = []
    for column, text in zip(columns, texts, strict=True):
        width = TEXT_WIDTHS[column]
        cut = text[: width - 1]
        parts.append(f"{cut:>{width - 1}} " if column in TYPED else f"{cut:<{width}}")
    return "".join(parts).rstrip()
