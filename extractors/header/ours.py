"""Our own companies: told by what the ERP's ``company.csv`` says of them, wherever a customer prints them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from extractors.header import address
from extractors.header.below import down
from extractors.header.partytext import PartyReading, party_lines, read_party
from extractors.header.places import Surroundings
from pipeline.language import fold
from pipeline.model import ReadingContext, Source

_ALIKE = 90  # likeness, 0..100, of one name typed twice
_NO_LETTER = re.compile(r"[\W_]+")


def is_own(reading: PartyReading, context: ReadingContext) -> bool:
    """Whether a party is one of our own companies."""
    party = reading.party
    if party.name and is_own_name(party.name, context):
        return True
    if party.email and party.email.casefold() in {mail.casefold() for mail in context.own_emails}:
        return True
    plain = fold(party.tax_id or "").replace(" ", "")
    return bool(plain) and plain in {fold(own).replace(" ", "") for own in context.own_tax_ids}


def is_own_name(text: str, context: ReadingContext) -> bool:
    """One may leave out the legal form or the stops; another legal form is another company."""
    return any(fuzz.ratio(fold(text), fold(own)) >= _ALIKE or _differ_in_form(text, own) for own in context.own_names)


def _differ_in_form(one: str, other: str) -> bool:
    (core, form), (core_2, form_2) = _parted(one), _parted(other)
    return bool(core) and core == core_2 and (form == form_2 or not form or not form_2)


def _parted(name: str) -> tuple[str, str]:
    """Letters and digits of the name before its legal form, and those from there on."""
    at = address.legal_form_at(name)
    return _NO_LETTER.sub("", fold(name[:at])), _NO_LETTER.sub("", fold(name[at:]))


def as_we_are(reading: PartyReading, context: ReadingContext) -> PartyReading:
    """Our own name without the word that addresses us ("To Acme Ltd")."""
    name = reading.party.name or ""
    for own in context.own_names:
        if name.casefold().endswith(f" {own.casefold()}"):
            return replace(reading, party=replace(reading.party, name=name[-len(own) :]))
    return reading


def printed(pages: Sequence[Surroundings], context: ReadingContext) -> PartyReading | None:
    """The first line of the first page that is one of our names, with the address under it, whatever stands over it."""
    for around in pages[:1]:
        for segment in around.page.segments:
            if around.in_table(segment.box) or around.page.page.source is Source.CSV:
                continue
            if is_own_name(segment.text.rstrip(" ,"), context):
                segments = down(around, segment, segment.box.x0, role="seller")
                return read_party(party_lines(around, segments), segment.page, segment.box.top)
    return None
