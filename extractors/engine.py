"""The extractor: pages of words become orders, each value with its evidence and every doubt written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractors.doctype import STRANGE, OrderSigns, TypeReading, read_type
from extractors.header import habits
from extractors.header.fields import Found
from extractors.header.places import Surroundings, constant_column
from extractors.header.read import HeaderReading, TableFacts, read_header
from extractors.header.view import views
from extractors.layout import lines_kept
from extractors.marked import with_marks
from extractors.quoted import layers
from extractors.records import by_number
from extractors.remarks import missing_pages, remarks
from extractors.split import OrderPart, split
from extractors.table import TableReading, read_table
from extractors.trace import note
from extractors.unclaimed import is_strange, unclaimed_rows
from pipeline.errors import DocumentError
from pipeline.model import ALONE, FLATTENED, DocumentType, Doubt, Order, Page, Pages, Party, ReadingContext, Word

_CERTAIN = 0.6  # confidence from which a document passes for no order without a person's look


class DocumentExtractor:
    """Implements ``pipeline.interfaces.Extractor``."""

    def extract(self, pages: Pages, context: ReadingContext) -> tuple[Order, ...]:
        """In document order; at least one. A document that is no order gives one ``Order`` without lines.

        Raises ``DocumentError`` when no page holds a word: what cannot be read is not ignored.
        """
        with lines_kept():
            for newer, older in layers(pages):
                orders = self._extract(newer, context) if _has_words(newer) else ()
                if any(order.lines for order in orders):
                    return self._beside(orders, older, context)
            return self._extract(pages, context)

    def _beside(self, orders: tuple[Order, ...], older: Pages, context: ReadingContext) -> tuple[Order, ...]:
        """The orders of a mail, doubted where the mail it quotes lists items as well."""
        if not any(order.lines for order in self._extract(older, context)):
            return orders
        doubt = Doubt("lines", "the mail quotes an older one that lists items as well: only the newer was read")
        return tuple(replace(order, doubts=(*order.doubts, doubt)) for order in orders)

    def _extract(self, pages: Pages, context: ReadingContext) -> tuple[Order, ...]:
        seen = views(pages.pages)
        if not any(page.lines for page in seen):
            raise DocumentError(f"{pages.file_name}: no word can be read on any page; look at it, or ask for it anew")
        language = habits.language_of(seen, context.languages)
        parts = split([part for page in seen for part in by_number(page, language)], language)
        orders = [_read_part(part, language, context, len(seen)) for part in parts]
        kept = [order for order in orders if order.document_type.is_order] or sorted(orders, key=_is_certain)[:1]
        reasons = [*pages.doubts, *(d for p in pages.pages for d in p.doubts)]
        if kept[0].document_type.is_order:
            reasons += [STRANGE] if is_strange(seen) else []
            reasons += [] if context.is_mail_body else _unclaimed(parts, orders)
        doubts = tuple(Doubt("picture" if reason == FLATTENED else "", reason) for reason in reasons)
        marked = (with_marks(order, pages.pages) if order.document_type.is_order else order for order in kept)
        return tuple(replace(order, doubts=(*order.doubts, *doubts)) for order in marked)


def _has_words(pages: Pages) -> bool:
    return any(page.words for page in pages.pages)


def _unclaimed(parts: Sequence[OrderPart], orders: Sequence[Order]) -> list[str]:
    """Says where rows of figures stand that no order claims: on pages that show nothing else they could belong to."""
    claimed = {e.page for order in orders for e in order.evidence if e.path.startswith("lines[")}
    possible = [
        role.around
        for part, order in zip(parts, orders, strict=True)
        if order.document_type.is_order or order.document_type is DocumentType.OTHER
        for role in part.table_pages
    ]
    reason = unclaimed_rows(possible, claimed)
    return [reason] if reason else []


def _read_part(part: OrderPart, language: str | None, context: ReadingContext, pages_of_file: int) -> Order:
    table = read_table([role.around.page.page for role in part.table_pages], context)
    arounds = [_outside(role.around, table) for role in part.header_pages]
    for around in arounds:
        note(around)
    header = read_header(arounds, language, context, _facts(table, [role.around.page.page for role in part.pages]))
    if table.date_order is None and header.date_order is not None and _has_open_dates(table):
        table = read_table([role.around.page.page for role in part.table_pages], context, header.date_order)
    # what looks like lines and numbers in a page of terms is none; a mail may be written in sentences
    prose = all(role.is_prose for role in part.pages) and not context.is_mail_body
    has_number = "po_number" in header.values and not prose
    signs = OrderSigns(bool(table.lines) and not prose, has_number, header.values.get("revision"))
    order = _assemble(read_type(arounds, context, signs), header, table, language)
    missing = missing_pages(part.pages, pages_of_file)
    reasons = [*part.doubts, *([missing] if missing else [])] if order.document_type.is_order else []
    doubts = (*order.doubts, *(Doubt("", reason) for reason in reasons))
    return replace(order, doubts=doubts, remarks=remarks((a.page for a in arounds), order.evidence))


def _has_open_dates(table: TableReading) -> bool:
    return any(doubt.path.endswith(".requested_date") for doubt in table.doubts)


def _outside(around: Surroundings, table: TableReading) -> Surroundings:
    """The page with its labels, those inside the table of lines left out."""
    number = around.page.page.number
    outside = Surroundings(around.page, (), [box for page, box in table.regions if page == number])
    hits = [h for h in around.hits if not outside.in_table(h.box) or constant_column(around.page, h)]
    return Surroundings(around.page, hits, outside.regions)


def _facts(table: TableReading, pages: Sequence[Page]) -> TableFacts:
    sources = {page.number: page.source for page in pages}
    totals = tuple(
        (cell.kind, Found(cell.value, (Word(cell.text, cell.box),), cell.page, sources[cell.page], cell.confidence))
        for cell in table.totals
    )
    return TableFacts(table.lines, totals, table.decimal, table.date_order, table.currency)


def _assemble(kind: TypeReading, header: HeaderReading, table: TableReading, language: str | None) -> Order:
    order = Order(document_type=kind.type, language=language)
    if not kind.type.is_order:
        return replace(order, doubts=_type_doubts(kind))
    doubts = [*header.doubts, *table.doubts]
    if kind.doubt:
        doubts.insert(0, Doubt("document_type", kind.doubt))
    parties = header.parties
    return replace(
        order,
        buyer=parties.get("buyer", Party()),
        seller=parties.get("seller", Party()),
        ship_to=parties.get("ship_to", Party()),
        bill_to=parties.get("bill_to", Party()),
        lines=table.lines,
        evidence=(*header.evidence, *table.evidence),
        doubts=tuple(doubts),
        **header.values,
    )


def _is_certain(order: Order) -> bool:
    return not order.doubts


def _type_doubts(kind: TypeReading) -> tuple[Doubt, ...]:
    """What is no order is left alone, so that must be certain: an order in words we do not know looks like nothing."""
    if kind.doubt is None and kind.confidence >= _CERTAIN:
        return ()
    unsure = f"taken for {kind.type.value.replace('_', ' ')}, but that is only {kind.confidence:.0%} certain"
    return (Doubt(ALONE if kind.alone else "document_type", kind.doubt or unsure),)
