"""The header of one order: all fields but the lines, each with its evidence and its doubts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from extractors.header import fields, habits, totals
from extractors.header.fields import Choice, Found
from extractors.header.parties import ROLES, read_parties
from extractors.header.places import Surroundings
from extractors.header.roles import RoleReading
from extractors.layout import bounding_box
from pipeline.model import Doubt, Evidence, LineItem, Party, ReadingContext, Source

_UNSURE = 0.95  # of a name or an address that may be cut otherwise


@dataclass(frozen=True)
class TableFacts:
    """What the line-item engine learned that helps to read the header."""

    lines: tuple[LineItem, ...] = ()
    totals: tuple[tuple[str, Found], ...] = ()
    decimal: str | None = None
    date_order: str | None = None
    currency: str | None = None


@dataclass
class HeaderReading:
    """Values by the contract's names; ``parties`` by role."""

    values: dict[str, Any] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    date_order: str | None = None  # "dmy", "mdy", "ymd": how numeric dates are read; None where nothing decides

    def take(self, name: str, choice: Choice) -> None:
        if choice.found is not None:
            self.values[name] = choice.found.value
            self.evidence.append(choice.found.evidence(name))
        self.doubts += fields.as_doubts(name, choice)


def read_header(
    pages: Sequence[Surroundings], language: str | None, context: ReadingContext, table: TableFacts
) -> HeaderReading:
    """``pages`` are those of one order, their labels found outside the table of lines."""
    header = HeaderReading()
    roles = read_parties(pages, context)
    country = roles["buyer"].reading.country if "buyer" in roles else None
    order = habits.date_order([p.page for p in pages], language, country, table.date_order)
    if order is None:
        order = habits.order_by_arrival(fields.open_dates(pages, "order_date"), context.received)
    header.date_order = order
    header.take("po_number", fields.po_number(pages))
    header.take("order_date", fields.dates(pages, "order_date", order))
    header.take("requested_date", fields.dates(pages, "requested_date", order))
    header.take("payment_terms", fields.terms(pages, "payment_terms"))
    header.take("incoterms", fields.terms(pages, "incoterms"))
    header.take("revision", fields.revision(pages))
    header.take("currency", _currency(pages, country))
    _take_totals(header, pages, table)
    _take_parties(header, roles, pages)
    return header


def _currency(pages: Sequence[Surroundings], country: str | None) -> Choice:
    labelled = fields.currency(pages)
    if labelled.found is not None or labelled.doubt:
        return labelled
    return habits.currency_by_signs([p.page for p in pages], country)


def _take_totals(header: HeaderReading, pages: Sequence[Surroundings], table: TableFacts) -> None:
    found = [*table.totals, *totals.label_totals(pages, table.decimal)]
    for kind, choice in totals.choose_totals(found, table.lines).items():
        header.take(kind, choice)
    if "discount" not in header.values:
        for words in dict.fromkeys(totals.bare_rates(pages)):
            header.doubts.append(Doubt("discount", f"“{words}” is taken off the order, and no amount is printed"))


def _take_parties(header: HeaderReading, roles: Mapping[str, RoleReading], pages: Sequence[Surroundings]) -> None:
    sources: dict[int, Source] = {p.page.page.number: p.page.page.source for p in pages}
    for role in ROLES:
        one = roles.get(role)
        if one is None:
            continue
        header.parties[role] = one.reading.party
        for name, words in one.reading.words.items():
            if getattr(one.reading.party, name) is not None and words:
                sure = one.weight * min(word.confidence for word in words)
                sure *= _UNSURE if name in one.reading.unsure else 1.0
                text = " ".join(word.text for word in words)
                page = one.reading.page
                header.evidence.append(
                    Evidence(f"{role}.{name}", page, bounding_box(words), text, round(sure, 3), sources[page], one.note)
                )


__all__ = ["Decimal", "HeaderReading", "TableFacts", "date", "read_header"]
