"""What a document looks like: choices drawn at random once per document, and the cells of its table."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal

from sample_docs.generator.orders import LineTruth, OrderTruth
from sample_docs.generator.truth import ALL
from sample_docs.generator.words import Wording, make_wording

HEADERS = ("colon", "grid", "boxes", "stacked", "title_line")
TABLES = ("full", "rows", "none", "zebra", "inverse")
FONTS = ("DejaVuSans", "DejaVuSansCondensed", "DejaVuSerif", "DejaVuSansMono")
BUILT_IN_FONTS = ("Helvetica", "Times", "Courier")  # every PDF viewer has them; they lack Polish letters


@dataclass(frozen=True, slots=True)
class Look:
    """``columns`` in print order; ``joined`` puts quantity and unit into one cell; ``codes`` says where codes stand:
    "columns", "in_description" (before the text) or "below" (with a label under the description)."""

    header: str
    table: str
    font: str
    columns: tuple[str, ...]
    joined: bool
    codes: str
    per: str  # "column", "text", "none"
    notes: bool
    letterhead: str  # "left", "right"
    carried: bool
    symbol: bool  # currency as a symbol at the total only
    prints: frozenset[str]
    wording: Wording

    @property
    def name(self) -> str:
        return f"{self.header}-{self.table}-{self.codes}"


def make_look(rng: random.Random, order: OrderTruth) -> Look:
    wording = make_wording(rng, order.language, order.buyer.country)
    codes = rng.choice(("columns", "columns", "columns", "in_description", "below"))
    joined = rng.random() < 0.2
    hidden = {name for name in ("line_no", "unit", "requested_date", "terms", "incoterms", "email", "tax_id", "country",
                                "subtotal") if rng.random() < 0.15}  # fmt: skip
    if rng.random() < 0.5 and not any(line.wrong == "past_due_date" for line in order.lines):
        hidden.add("line_date")
    if codes != "columns" or rng.random() < 0.4:
        hidden.add("buyer_code")
    needs_base = any(line.price_base != 1 for line in order.lines)
    if any(line.wrong == "uom_mismatch" or line.unit_key != (line.item.base_uom if line.item else "EA")
           for line in order.lines) or joined:  # fmt: skip
        hidden.discard("unit")
    if order.subtotal == order.total:
        hidden.add("subtotal")
    return Look(
        header=rng.choice(HEADERS),
        table=rng.choice(TABLES),
        font=rng.choice(FONTS if order.language == "pl" else FONTS + BUILT_IN_FONTS * 2),
        columns=_columns(rng, hidden, joined, codes, needs_base, any(line.discount for line in order.lines)),
        joined=joined,
        codes=codes,
        per="none" if not needs_base else rng.choice(("column", "text")),
        notes=rng.random() < 0.3,
        letterhead=rng.choice(("left", "right")),
        carried=rng.random() < 0.5,
        symbol=rng.random() < 0.3,
        prints=frozenset(ALL - hidden),
        wording=wording,
    )


def _columns(
    rng: random.Random, hidden: set[str], joined: bool, codes: str, needs_base: bool, discount: bool
) -> tuple[str, ...]:
    left = ["line_no"] if "line_no" not in hidden else []
    code_columns = [c for c in ("buyer_code", "seller_code") if c not in hidden] if codes == "columns" else []
    rng.shuffle(code_columns)
    description = ["description"]
    numbers = ["quantity"] if joined or "unit" in hidden else rng.choice((["quantity", "unit"], ["unit", "quantity"]))
    if rng.random() < 0.2:
        middle = [*numbers, *code_columns, *description]
    else:
        middle = [*code_columns, *description, *numbers]
    date_column = ["line_date"] if "line_date" not in hidden else []
    where = rng.random() < 0.5
    tail = ["price", *(["per"] if needs_base else []), *(["discount"] if discount else []), "amount"]
    return (*left, *middle, *(date_column if where else ()), *tail, *(() if where else date_column))


def columns_of(look: Look) -> tuple[str, ...]:
    """Without the price-base column when the base is told in words."""
    return tuple(c for c in look.columns if c != "per" or look.per == "column")


def heading(look: Look, column: str) -> str:
    return look.wording.label(column)


def cell(look: Look, line: LineTruth, column: str) -> str:
    """The text of one cell; wrapping is the drawer's work."""
    w = look.wording
    values = {
        "line_no": line.number,
        "buyer_code": line.buyer_code or "",
        "seller_code": line.seller_code or "",
        "description": _description(look, line),
        "quantity": w.number(line.quantity) + (f" {line.unit}" if look.joined and line.quantity is not None else ""),
        "unit": line.unit,
        "price": w.number(line.price)
        + (f" / {line.price_base}" if look.per == "text" and line.price_base != 1 else ""),
        "per": str(line.price_base),
        "discount": f"{line.discount:f}" if line.discount else "",
        "amount": w.number(line.amount, 2),
        "line_date": w.date(line.requested),
    }
    return values[column]


def _description(look: Look, line: LineTruth) -> str:
    if look.codes == "in_description" and line.seller_code:
        return f"{line.seller_code} {line.description}"
    return line.description


def below(look: Look, line: LineTruth, index: int) -> list[str]:
    """Lines of text under the item's row: its code with a label, a note."""
    found = []
    if look.codes == "below" and line.seller_code:
        found.append(f"{look.wording.label('seller_code')}: {line.seller_code}")
    if look.notes and index % 3 == 0:
        found.append(look.wording.label("note"))
    return found


def totals(look: Look, order: OrderTruth) -> list[tuple[str, Decimal]]:
    rows = [("subtotal", order.subtotal)] if "subtotal" in look.prints else []
    rows += [("freight", order.freight)] if order.freight is not None else []
    rows += [("tax", order.tax)] if order.tax is not None else []
    return [(look.wording.label(key), value) for key, value in (*rows, ("total", order.total))]


def header_fields(look: Look, order: OrderTruth) -> list[tuple[str, str]]:
    """(label, value) of the header, without the parties."""
    w = look.wording
    rows = [
        ("number", order.number, True),
        ("ordered", w.date(order.ordered), "order_date" in look.prints),
        ("requested", w.date(order.requested), "requested_date" in look.prints),
        ("currency", order.currency, not look.symbol or order.currency not in ("EUR", "GBP")),
        ("terms", order.terms, "terms" in look.prints),
        ("incoterms", order.incoterms, "incoterms" in look.prints),
    ]
    return [(w.label(key), value) for key, value, shown in rows if shown and value]
