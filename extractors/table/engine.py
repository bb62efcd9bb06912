"""The chain of the line-item engine, from pages to ``TableReading``. Each step is a pure function of its own module."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from extractors.layout import bounding_box
from extractors.table.abreast import in_turn
from extractors.table.arithmetic import Marks, choose_marks, closes, line_closes
from extractors.table.blocks import Parted, join_over_pages, part_section
from extractors.table.cards import read_cards
from extractors.table.cells import digits_of, number_cell
from extractors.table.codes import code_style
from extractors.table.cores import has_line_no
from extractors.table.days import day_order
from extractors.table.forms import ordered_only
from extractors.table.freetext import read_lines
from extractors.table.heading import find_headings, reparted
from extractors.table.infer import inferred_bodies
from extractors.table.item import holds_figures, name_item, read_block
from extractors.table.lexicon import find_label
from extractors.table.matrix import size_columns, spread
from extractors.table.meaning import Meanings, as_article, assign_meanings, figures
from extractors.table.printed import Printed
from extractors.table.reading import Habits, figures_of, read_line
from extractors.table.records import CODES, Block, Column, GridRow, Heading, Row, Section, TableReading, TotalCell
from extractors.table.repair import usual_decimals
from extractors.table.rows import rows_of
from extractors.table.standing import other_places, other_quantities, provisional_heading
from extractors.table.steps import TableSteps
from extractors.table.sums import agree_with_sums, line_sum
from extractors.table.tables import Body, bodies, core_rows, sections_of
from extractors.table.totals import read_total, total_kind
from extractors.trace import note
from pipeline.model import Box, Doubt, Evidence, LineItem, Page, Ruling, Source
from pipeline.values import currency_code, decimal_votes, is_unit

_BASE_IN_LABEL = re.compile(r"(?:\b(?:per|pro|par|por|za|je|pr)|/)\s*(10{1,4})\b|\b(?:per|/)\s*([CM])\b", re.IGNORECASE)
_MOSTLY = 0.5  # share of lines that must add up for columns to be understood
_SUMMED = 0.995  # confidence of amounts that add up to the printed sum
_FURNITURE_MARGIN = 0.12  # page furniture stands in this share of the height at top and bottom


def read(pages: Sequence[Page], date_order: str | None = None) -> TableReading:
    """Reads the line items of one order. ``date_order`` holds where the dates printed prove none."""
    if not (rows := in_turn(rows_of(pages))):
        return TableReading()
    facts = _facts(rows, pages, date_order)
    reading = _best([_read_table(table, facts) for table in bodies(find_headings(rows), rows)])
    cards = read_cards(rows)
    paired = replace(_read_loose(cards.items, rows, facts), regions=cards.regions)
    headed = reading.holds_items
    if not headed:
        table = inferred_bodies(rows)
        reading = _best([_read_table(table, facts)]) if table else TableReading()
    if _says_more(paired, reading, spread=cards.spread):
        return paired
    if headed:
        return reading
    written = _read_loose(read_lines(rows), rows, facts)
    return max(paired, reading, written, key=_worth)


def _says_more(cards: TableReading, table: TableReading, *, spread: bool) -> bool:
    """Whether the items are cards and no rows of a table: more of them add up, or as many where each has several rows
    of labels, of which a table has one, and the table has nothing that stands outside the cards."""
    ours, theirs = (sum(map(_closes, reading.lines)) for reading in (cards, table))
    return ours > theirs or (spread and 0 < ours == theirs and _covers(cards, table))


def _covers(cards: TableReading, table: TableReading) -> bool:
    if len(cards.lines) == len(table.lines):
        return True
    boxes = dict(cards.regions)
    return all((box := boxes.get(e.page)) is not None and box.top <= e.box.y_mid <= box.bottom for e in table.evidence)


def _closes(line: LineItem) -> bool:
    """Whether quantity and price of a line make its amount."""
    off = line.line_discount
    value, percent = (off.value, off.percent) if off is not None else (None, True)
    return closes(line.quantity, line.unit_price, line.line_amount, line.price_base_quantity, value, percent) is True


def read_under(headings: Sequence[Heading], pages: Sequence[Page], date_order: str | None = None) -> TableReading:
    """The lines below headings that are known beforehand; their rows are those of ``rows_of(pages)``."""
    rows = rows_of(pages)
    return _best([_read_table(table, _facts(rows, pages, date_order)) for table in bodies(headings, rows)])


def _facts(rows: Sequence[Row], pages: Sequence[Page], date_order: str | None) -> _Facts:
    return _Facts(
        decimal_votes(digits_of(w.text for row in rows for w in row.line.words)),
        day_order(rows, date_order),
        furniture(rows, pages),
        {page.number: page.rulings for page in pages},
    )


def _read_loose(printed: Sequence[Printed], rows: Sequence[Row], facts: _Facts) -> TableReading:
    """An order without a table: written in sentences or as blocks of labels and values."""
    marks = choose_marks([figures_of(item) for item in printed], facts.decimal)
    lines, evidence, doubts = _read_items(printed, True, Habits(marks, facts.date_order))
    mark = marks.amount or marks.price or facts.decimal
    totals = tuple(total for row in rows if (total := read_total(row, mark)) is not None)
    reading = TableReading(lines, evidence, doubts, totals=totals, decimal=mark, date_order=facts.date_order)
    return _proven_by_sums(reading)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the document as a whole says: the decimal mark and the order of dates it proves, page furniture, rulings."""

    decimal: str | None
    date_order: str | None
    ends: frozenset[int]
    rulings: Mapping[int, Sequence[Ruling]]


def furniture(rows: Sequence[Row], pages: Sequence[Page]) -> frozenset[int]:
    """Indexes of rows that repeat at the top or bottom of pages, apart from their figures."""
    heights = {page.number: page.height for page in pages}
    if len(heights) < 2:
        return frozenset()

    def key(row: Row) -> tuple[str, int] | None:
        place = row.box.y_mid / max(heights[row.page], 1.0)
        if row.declared or _FURNITURE_MARGIN < place < 1 - _FURNITURE_MARGIN:
            return None
        return re.sub(r"\d+", "9", row.text), round(place * 50)

    pages_of: dict[tuple[str, int], set[int]] = {}
    for row in rows:
        if (found := key(row)) is not None:
            pages_of.setdefault(found, set()).add(row.page)
    return frozenset(row.index for row in rows if (k := key(row)) is not None and len(pages_of[k]) > 1)


# --- one table --------------------------------------------------------------------------------------------------------


def _read_table(table: Sequence[Body], facts: _Facts) -> TableReading:
    sections, meanings = _understand(table, facts)
    columns = sections[0].columns
    parted = [part_section(section, meanings, facts.ends) for section in sections]
    live = _cut_dead_ends(_without_strays(sections, parted, meanings))
    blocks = join_over_pages(live, {i: sections[i].heading is not None for i in range(len(live))})
    meanings = as_article(meanings, columns, [row for block in blocks for row in block.rows])
    heading = sections[0].heading
    habits = _habits(heading, meanings, facts.date_order)
    printed = _printed(blocks, columns, meanings)
    totals = _read_totals(sections[: len(live)], live, meanings, {i for item in printed for i in item.conditions})
    if not _has_open_figures(blocks, columns, meanings):
        printed = ordered_only(printed, totals, meanings.marks)
    note(TableSteps(tuple(sections), meanings.of, tuple(blocks), totals))
    left_over = (*_left_over(sections, live), *_several_orders(blocks, columns, meanings))
    regions = _regions(sections, live)
    del parted, live, blocks  # of a long document as large as the lines that are made now
    lines, evidence, doubts = _read_items(printed, any(m in CODES for m in meanings.of.values()), habits)
    mark = meanings.marks.amount or meanings.marks.price or facts.decimal
    return TableReading(
        lines,
        evidence,
        (*doubts, *left_over),
        regions,
        totals,
        mark,
        facts.date_order,
        habits.unit,
        _currency(heading),
    )


def _understand(table: Sequence[Body], facts: _Facts) -> tuple[list[Section], Meanings]:
    """Columns and their meanings. Where nothing adds up, labels printed close together are parted the other way."""
    sections, meanings = _try(table, facts)
    if meanings.marks.rate >= _MOSTLY:
        return sections, meanings
    others = [Body(reparted(b.heading) if b.heading is not None else None, b.rows) for b in table]
    if all(a.heading == b.heading for a, b in zip(table, others, strict=True)):
        return sections, meanings
    other_sections, other_meanings = _try(others, facts)
    if other_meanings.marks.closed > meanings.marks.closed and other_meanings.marks.rate >= _MOSTLY:
        return other_sections, other_meanings
    return sections, meanings


def _try(table: Sequence[Body], facts: _Facts) -> tuple[list[Section], Meanings]:
    sections = sections_of(table, facts.rulings)
    rows = [row for section in sections for row in core_rows(section)]
    return sections, assign_meanings(sections[0].columns, rows, facts.decimal)


def _without_strays(sections: Sequence[Section], parted: Sequence[Parted], meanings: Meanings) -> list[Parted]:
    """Pages without a heading go on only while no sum has ended the table, and with items that prove themselves."""
    kept: list[Parted] = []
    ended = False
    for section, part in zip(sections, parted, strict=True):
        stray = section.heading is None and (ended or not _proves_itself(part, meanings))
        kept.append(Parted((), ()) if stray else part)
        ended = ended or kept[-1].ended
    return kept


def _proves_itself(part: Parted, meanings: Meanings) -> bool:
    """Whether most items of a section add up, or where there is nothing to add, count up."""
    cores = [block.rows[block.core] for block in part.blocks]
    texts = {index: [_text_of(row, index) for row in cores] for index in meanings.of}
    lines = figures(meanings.of, texts)
    marks = meanings.marks
    results = [line_closes(line, marks.quantity, marks.price, marks.amount) for line in lines]
    if any(result is not None for result in results):
        return sum(result is True for result in results) >= 0.6 * len(results)
    line_no = meanings.column("line_no")
    whole = [sum(bool(texts[index][i]) for index in texts) >= 0.6 * len(texts) for i in range(len(cores))]
    return bool(cores) and all(whole) and (line_no is None or all(has_line_no(row, line_no) for row in cores))


def _text_of(row: GridRow, column: int) -> str:
    cell = row.cell(column)
    return cell.text if cell is not None else ""


def _cut_dead_ends(parted: Sequence[Parted]) -> list[Parted]:
    """Pages after the table has ended (terms, drawings) give no items; the page that held the last item stays."""
    last = max((i for i, part in enumerate(parted) if part.blocks), default=-1)
    return list(parted[: last + 1])


def _has_open_figures(blocks: Sequence[Block], columns: Sequence[Column], meanings: Meanings) -> bool:
    """Whether figures stand in a column nobody knows, or in another column of quantities: they may be ordered ones."""
    unread = [c.index for c in columns if c.index not in meanings.of and c.label.meanings <= {"quantity"}]
    return any(number_cell(_text_of(row, i)) is not None for block in blocks for row in block.rows for i in unread)


def _printed(blocks: Sequence[Block], columns: Sequence[Column], meanings: Meanings) -> list[Printed]:
    if not size_columns(columns):
        items = [_read_block(block, columns, meanings) for block in blocks]
        for item, places in zip(items, other_places(blocks, columns, meanings), strict=True):
            item.unused += places
        return items
    return [
        item for block in blocks for item in spread(_read_block(block, columns, meanings), block, columns, meanings.of)
    ]


def _read_block(block: Block, columns: Sequence[Column], meanings: Meanings) -> Printed:
    printed = read_block(block, columns, meanings)
    heading = provisional_heading(columns, meanings)
    printed.unused += [*other_quantities(printed, block, columns, meanings), *([heading] if heading else [])]
    return printed


def _read_items(
    printed: Sequence[Printed], has_code_column: bool, habits: Habits
) -> tuple[tuple[LineItem, ...], tuple[Evidence, ...], tuple[Doubt, ...]]:
    habits = replace(habits, decimals=_decimals(printed, habits.marks))
    style = code_style([p.lines for p in printed])
    lines: list[LineItem] = []
    evidence: list[Evidence] = []
    doubts: list[Doubt] = []
    for item in printed:
        if _is_empty(item):
            continue
        description = name_item(item, style, has_code_column)
        line, seen, doubtful = read_line(len(lines), item, description, habits)
        lines.append(line)
        evidence += seen
        doubts += doubtful
    return tuple(lines), tuple(evidence), tuple(doubts)


def _decimals(printed: Sequence[Printed], marks: Marks) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
    """How many decimals the figures of the lines that add up have: the others may have lost theirs."""
    every = [figures_of(item) for item in printed]
    lines = [line for line in every if line_closes(line, marks.quantity, marks.price, marks.amount)] or every
    return (
        usual_decimals(line.quantity for line in lines),
        usual_decimals(line.price for line in lines),
        usual_decimals(line.amount for line in lines),
    )


def _is_empty(printed: Printed) -> bool:
    return not printed.values and not printed.lines


def _left_over(sections: Sequence[Section], parted: Sequence[Parted]) -> tuple[Doubt, ...]:
    """Rows of the table with a quantity and a price that belong to no item and are no sum."""
    doubts = []
    for section, part in zip(sections, parted, strict=False):
        used = {row.row.index for block in part.blocks for row in block.rows}
        last = max(used, default=-1)
        for row in section.rows:
            if row.index <= last and row.index not in used and total_kind(row) is None and holds_figures(row):
                doubts.append(Doubt("lines", f"page {row.page}: not read as an item: {row.text!r}"))
    return tuple(doubts)


def _several_orders(blocks: Sequence[Block], columns: Sequence[Column], meanings: Meanings) -> tuple[Doubt, ...]:
    """Lines of several orders in one table: a column of order numbers that does not say the same on every line."""
    doubts = []
    for column in columns:
        label = find_label(column.label.text, "header")
        if label is None or "po_number" not in label[0] or column.index in meanings.of:
            continue
        texts = [_text_of(block.rows[block.core], column.index) for block in blocks]
        numbers = list(dict.fromkeys(text for text in texts if text))
        if len(numbers) > 1:
            reason = f"“{column.label.text}” names {len(numbers)} orders: {', '.join(numbers[:3])}"
            doubts.append(Doubt("po_number", reason))
    return tuple(doubts)


def _read_totals(
    sections: Sequence[Section], parted: Sequence[Parted], meanings: Meanings, of_items: Container[int]
) -> tuple[TotalCell, ...]:
    """The sums and charges of the order. ``of_items`` are the rows of discounts that belong to items."""
    mark = meanings.marks.amount or meanings.marks.price
    charges = {row.index for part in parted for row in part.charges}
    rows = [row for section in sections for row in section.rows if row.index not in of_items]
    found = [read_total(row, mark, charge=row.index in charges) for row in rows]
    return tuple(total for total in found if total is not None)


def _regions(sections: Sequence[Section], parted: Sequence[Parted]) -> tuple[tuple[int, Box], ...]:
    regions = []
    for section, part in zip(sections, parted, strict=False):
        rows: list[Row] = list(section.heading.rows) if section.heading is not None else []
        rows += [row.row for block in part.blocks for row in block.rows] + [row.row for row in part.before]
        if rows:
            regions.append((rows[0].page, bounding_box(word for row in rows for word in row.line.words)))
    return tuple(regions)


def _habits(heading: Heading | None, meanings: Meanings, order: str | None) -> Habits:
    if heading is None:
        return Habits(meanings.marks, order)
    base = unit = None
    for label in heading.labels:
        if "unit_price" in label.meanings and (found := _BASE_IN_LABEL.search(label.text)) is not None:
            base = Decimal(found.group(1)) if found.group(1) else Decimal({"c": 100, "m": 1000}[found.group(2).lower()])
        if "quantity" in label.meanings and meanings.column("unit") is None:
            unit = next((w for w in _bracketed(label.text) if is_unit(w)), None)
    return Habits(meanings.marks, order, unit, base)


def _bracketed(text: str) -> Iterable[str]:
    return re.findall(r"[(\[]([^)\]]+)[)\]]", text)


def _currency(heading: Heading | None) -> str | None:
    if heading is None:
        return None
    words = [w.strip("()[]/.,:") for label in heading.labels for w in label.text.split()]
    codes = Counter(code for w in words if w.isupper() or not w.isalpha() if (code := currency_code(w)) is not None)
    return codes.most_common(1)[0][0] if len(codes) == 1 else None


# --- several tables ---------------------------------------------------------------------------------------------------


def _best(readings: Sequence[TableReading]) -> TableReading:
    """The table of ordered items; a second one with other columns (packing list, drawing) must not double it."""
    ranked = sorted(readings, key=_worth, reverse=True)
    if not ranked:
        return TableReading()
    best = ranked[0]
    totals = tuple(total for reading in readings for total in reading.totals)
    return _proven_by_sums(replace(best, totals=totals))


def _proven_by_sums(reading: TableReading) -> TableReading:
    """Amounts that add up to the printed sums are proven together; amounts that do not are doubted together."""
    agreed = agree_with_sums(reading.lines, reading.totals)
    if agreed is None:
        return reading
    if not agreed:
        doubt = Doubt("lines", f"the amounts of the lines add up to {line_sum(reading.lines)}, not to a printed sum")
        return replace(reading, doubts=(*reading.doubts, doubt))
    evidence = tuple(replace(e, confidence=_SUMMED) if _may_be_proven(e) else e for e in reading.evidence)
    return replace(reading, evidence=evidence)


def _may_be_proven(e: Evidence) -> bool:
    """Amounts without a doubt of their own; what was recognised on a scan keeps the recogniser's doubt."""
    return e.path.endswith(".line_amount") and 0.8 < e.confidence < _SUMMED and e.source is not Source.OCR


def _worth(reading: TableReading) -> float:
    proofs: Mapping[bool, int] = Counter(
        line.quantity is not None and (line.unit_price is not None or line.line_amount is not None)
        for line in reading.lines
    )
    return 3.0 * proofs.get(True, 0) + 1.0 * proofs.get(False, 0)
