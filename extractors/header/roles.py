"""Roles that no label names, and what a block leaves out: by letterhead, by likeness, by what is left over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from extractors.header import address
from extractors.header.blocks import Block
from extractors.header.ours import as_we_are, is_own, printed
from extractors.header.partytext import LEGIBLE, PartyReading, party_lines, read_party
from extractors.header.places import Surroundings
from extractors.header.taxids import TaxNumber, single_tax_number
from pipeline.language import fold
from pipeline.model import ReadingContext, Source, Word

_MAIL_WORDS = 4  # of a segment that is an address and no sentence that mentions one
_PARTICLE = 4  # letters: "van", "von", "de", "al" begin names as well


@dataclass(frozen=True)
class RoleReading:
    """A party in a role; ``weight`` 0..1 says how sure the role is, ``note`` why where no label says so."""

    reading: PartyReading
    weight: float
    note: str | None = None


def complete(
    roles: dict[str, RoleReading],
    free: Sequence[tuple[Block, PartyReading]],
    context: ReadingContext,
    pages: Sequence[Surroundings],
) -> None:
    """Fills seller and buyer from blocks without a label: what is ours is the seller, the letterhead is the buyer."""
    own = [as_we_are(reading, context) for _, reading in free if is_own(reading, context)]
    ours = own[0] if own else printed(pages, context)
    if "seller" not in roles and ours is not None:
        roles["seller"] = RoleReading(ours, 0.97, "one of our own companies")
    known = {roles["seller"].reading.key} if "seller" in roles else set()
    others = [reading for _, reading in free if reading.key not in known and not is_own(reading, context)]
    one, other = roles.get("buyer"), roles.get("ship_to")
    if one and other and one.reading.words == other.reading.words:
        del roles["buyer"]  # one label for both ("Recipient") names where the goods go
    if "buyer" not in roles and others:
        first = others[-1] if context.is_mail_body else others[0]
        roles["buyer"] = RoleReading(first, 0.95, "letterhead, footer or signature: no label")
        others.remove(first)
    if "seller" not in roles and others and not context.own_names and not context.is_mail_body:
        roles["seller"] = RoleReading(others[0], 0.8, "the second address without a label")
    if "buyer" not in roles and "bill_to" in roles and not is_own(roles["bill_to"].reading, context):
        roles["buyer"] = replace(roles["bill_to"], weight=0.8, note="the invoice address: nothing else names the buyer")
    if "buyer" not in roles and pages and not context.is_mail_body:
        letterhead = _name_only(pages[0], roles, context)
        if letterhead is not None:
            roles["buyer"] = letterhead
    receiver = roles.get("ship_to")
    named = receiver is not None and not is_own(receiver.reading, context) and _named_again(receiver.reading, pages)
    if "buyer" not in roles and receiver and named and not context.is_mail_body:
        note = "the receiver of the goods: its name is printed elsewhere as well, and no other buyer is"
        roles["buyer"] = replace(receiver, weight=0.75, note=note)
    if "buyer" in roles:
        roles["buyer"] = _with_name(roles, context, pages)
        roles["buyer"] = _with_place(roles)
        roles["buyer"] = _with_mail(roles, context, pages)
    for role, theirs in (("buyer", False), ("seller", True)):
        if role in roles:
            roles[role] = _with_tax_number(roles[role], single_tax_number(pages, context, theirs=theirs))


def _name_only(around: Surroundings, roles: Mapping[str, RoleReading], context: ReadingContext) -> RoleReading | None:
    """A letterhead that is only a company's name: the first thing at the top of the page that has a legal form."""
    known = {fold(role.reading.party.name or "") for name, role in roles.items() if name == "seller"}
    if around.page.page.source is Source.CSV and len(around.page.lines[0]) > 2:
        return None  # a list of records has no letterhead
    for segment in around.page.segments:
        if segment.line > 0 and (segment.box.top > around.page.within(1 / 6) or segment.source is Source.CSV):
            return None
        plain = len(segment.words) <= 8 and not around.labels_in(segment) and ":" not in segment.text
        plain = plain and not address.has_postcode(segment.text)  # "Reno, NV 89501"
        if plain and address.has_legal_form(segment.text) and fold(segment.text) not in known:
            reading = read_party(party_lines(around, [segment]), segment.page, segment.box.top)
            if reading.party.name and not is_own(reading, context):
                return RoleReading(reading, 0.9, "the company's name at the top of the page")
    return None


def _at_the_top(
    roles: Mapping[str, RoleReading], context: ReadingContext, pages: Sequence[Surroundings]
) -> PartyReading | None:
    """The company named at the top of the first page: by its legal form, or as the receiver of goods or invoice."""
    company = _name_only(pages[0], roles, context)
    if company is not None:
        return company.reading
    top = {fold(s.text) for s in pages[0].page.segments if s.box.bottom < pages[0].page.within(1 / 6)}
    others = [roles[role].reading for role in ("ship_to", "bill_to") if role in roles]
    return next((one for one in others if one.party.name and fold(one.party.name) in top), None)


def _with_name(roles: Mapping[str, RoleReading], context: ReadingContext, pages: Sequence[Surroundings]) -> RoleReading:
    """A buyer whose name is a picture, or stands apart at the top, is named there or by a party at the same address."""
    buyer = roles["buyer"]
    place = fold(buyer.reading.party.address or "")
    if buyer.reading.party.name or not place:
        return buyer
    if pages and (over := _at_the_top(roles, context, pages)) is not None:
        return replace(_named_like(buyer, over, "the name at the top of the page"), weight=min(buyer.weight, 0.9))
    for role in ("ship_to", "bill_to"):
        other = roles[role].reading if role in roles else None
        if other and other.party.name and _same_place(place, fold(other.party.address or "")):
            return _named_like(buyer, other, "the name of the party at the same address")
    return buyer


def _named_like(buyer: RoleReading, other: PartyReading, note: str) -> RoleReading:
    party = replace(buyer.reading.party, name=other.party.name)
    words = {**buyer.reading.words, "name": other.words["name"]}
    return replace(buyer, reading=replace(buyer.reading, party=party, words=words), note=note)


def _with_place(roles: Mapping[str, RoleReading]) -> RoleReading:
    """A buyer printed without an address, or without all of it, has that of the party of the same name."""
    buyer = roles["buyer"]
    name, place = fold(buyer.reading.party.name or ""), fold(buyer.reading.party.address or "")
    for role in ("bill_to", "ship_to"):
        other = roles[role].reading if role in roles else None
        more = fold(other.party.address or "") if other else ""
        if other and name and fold(other.party.name or "") == name and more.startswith(place) and more != place:
            party = replace(buyer.reading.party, address=other.party.address)
            words = {**buyer.reading.words, "address": other.words["address"]}
            reading = replace(buyer.reading, party=party, words=words, page=other.page, country=other.country)
            return RoleReading(reading, min(buyer.weight, 0.85), "the address of the party of the same name")
    return buyer


def _same_place(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter.split()) >= 4 and longer.startswith(shorter)


def _named_again(party: PartyReading, pages: Sequence[Surroundings]) -> bool:
    """Whether a party's name stands on these pages outside its own block."""
    name = fold(party.party.name or "")
    own = {id(word) for words in party.words.values() for word in words}
    return len(name) > _PARTICLE and any(
        name in fold(segment.text) and not any(id(word) in own for word in segment.words)
        for around in pages
        for segment in around.page.segments
        if around.page.page.source is not Source.CSV and not around.in_table(segment.box)
    )


def _with_mail(roles: Mapping[str, RoleReading], context: ReadingContext, pages: Sequence[Surroundings]) -> RoleReading:
    """The buyer with the only e-mail address of the first page that belongs to no other party and not to us."""
    buyer = roles["buyer"]
    if buyer.reading.party.email:
        return buyer
    others = {role.reading.party.email for role in roles.values()} | {m.casefold() for m in context.own_emails}
    found: dict[str, Word] = {}
    for around in pages[:1]:
        for segment in around.page.segments:
            labelled = any(hit.field == "email" for hit in around.labels_in(segment))
            for word in segment.words if len(segment.words) <= _MAIL_WORDS + 4 * labelled else ():
                for mail in address.emails_in(word.text) if word.confidence >= LEGIBLE else ():
                    if mail not in others and mail.casefold() not in others:
                        found.setdefault(mail.casefold(), replace(word, text=mail))
    if len(found) != 1:
        return buyer
    word = next(iter(found.values()))
    reading = replace(
        buyer.reading,
        party=replace(buyer.reading.party, email=word.text),
        words={**buyer.reading.words, "email": (word,)},
    )
    return replace(buyer, reading=reading)


def _with_tax_number(role: RoleReading, number: TaxNumber | None) -> RoleReading:
    """The party with the tax number that stands apart from its address, where it has none; words of one page only."""
    reading = role.reading
    if number is None or reading.party.tax_id or number.page != reading.page:
        return role
    party = replace(reading.party, tax_id=number.text)
    return replace(role, reading=replace(reading, party=party, words={**reading.words, "tax_id": number.words}))
