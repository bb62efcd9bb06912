"""Who is who: buyer, seller, ship-to and bill-to, by labels, by letterhead, and by what we know of ourselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rapidfuzz import fuzz

from extractors.header import address
from extractors.header.below import ADDRESS, readings
from extractors.header.blocks import Block, address_score, blocks, split_line
from extractors.header.details import labelled_details, with_details
from extractors.header.fields import hit_weight
from extractors.header.labels import Context, LabelHit
from extractors.header.partytext import LEGIBLE, PartyReading, party_lines, read_party
from extractors.header.places import Relation, Surroundings, column_values, constant_column
from extractors.header.view import Segment
from extractors.header.wording import words
from pipeline.language import fold
from pipeline.model import ReadingContext, Source, Word

ROLES = ("buyer", "seller", "ship_to", "bill_to")
_HOUSE_NUMBER = re.compile(r"\d{1,5}\s?[A-Za-z]?")
_MAIL_WORDS = 4  # of a segment that is an address and no sentence that mentions one
_SAMEADDRESS = 80  # likeness, 0..100, of one address printed twice
_PARTICLE = 4  # letters: "van", "von", "de", "al" begin names as well
_OURS = 0.5  # weight of our own company in a role that is the customer's


@dataclass(frozen=True)
class RoleReading:
    """A party in a role; ``weight`` 0..1 says how sure the role is, ``note`` why where no label says so."""

    reading: PartyReading
    weight: float
    note: str | None = None


def read_parties(pages: Sequence[Surroundings], context: ReadingContext) -> Mapping[str, RoleReading]:
    """The parties of an order by role. Roles nobody is named for are absent."""
    taken: set[int] = set()
    roles: dict[str, RoleReading] = {}
    labelled = [one for around in pages[:2] for one in _labelled(around, context, taken)]
    for role in ROLES:
        named = [r for name, r in labelled if name == role]
        others = [r for r in named if not is_own(r.reading, context)]
        fitting = named if role == "seller" else others or _doubted(named if role != "buyer" else ())
        if fitting:
            best = max(fitting, key=lambda r: (r.weight * (1 + min(r.reading.score, 5)), -r.reading.page))
            roles[role] = _contested(best, fitting)
    ends = dict.fromkeys((0, len(pages) - 1)) if pages else {}
    free = [block for i in ends for block in _free(pages[i], taken)]
    _complete(roles, free, context, pages)
    return roles


def _doubted(readings: Sequence[RoleReading]) -> list[RoleReading]:
    """Our own company where a customer's place should be named: what stands near a label is not always its own."""
    note = "one of our own companies stands at this label"
    return [replace(one, weight=min(one.weight, _OURS), note=note) for one in readings]


def _contested(best: RoleReading, rivals: Sequence[RoleReading]) -> RoleReading:
    """Less sure where two parties with different addresses stand at labels of one role."""
    place = fold(best.reading.party.address or "")
    others = (fold(rival.reading.party.address or "") for rival in rivals)
    if place and any(other and fuzz.ratio(place, other) < _SAMEADDRESS for other in others):
        return replace(best, weight=min(best.weight, 0.7), note="another party stands at such a label as well")
    return best


def is_own(reading: PartyReading, context: ReadingContext) -> bool:
    """Whether a party is one of our own companies."""
    party = reading.party
    name = fold(party.name or "")
    if any(fuzz.ratio(name, fold(own)) >= 90 for own in context.own_names if name):
        return True
    if party.email and party.email.casefold() in {mail.casefold() for mail in context.own_emails}:
        return True
    plain = fold(party.tax_id or "").replace(" ", "")
    return bool(plain) and plain in {fold(own).replace(" ", "") for own in context.own_tax_ids}


def _as_we_are(reading: PartyReading, context: ReadingContext) -> PartyReading:
    """Our own name without the word that addresses us ("To Acme Ltd")."""
    name = reading.party.name or ""
    for own in context.own_names:
        if name.casefold().endswith(f" {own.casefold()}"):
            return replace(reading, party=replace(reading.party, name=name[-len(own) :]))
    return reading


def _labelled(around: Surroundings, context: ReadingContext, taken: set[int]) -> Iterator[tuple[str, RoleReading]]:
    for hit in around.hits:
        if hit.section != "header" or hit.field not in ROLES or not _may_name(hit):
            continue
        if id(hit.segment) in taken and hit.context is Context.WHOLE:
            continue  # a line of the address above it
        heading = hit.context is Context.WHOLE and constant_column(around.page, hit)
        alone = hit.context is Context.WHOLE and column_values(around.page, hit) is None
        if around.page.page.source is Source.CSV and not (heading or alone):
            continue  # in a list of records only headings are labels
        found = list(readings(around, hit))
        foreign = [one for one in found if not is_own(one[2], context)]
        best = _best(found if hit.field == "seller" else foreign or found)
        if best is None:
            continue
        segments, reading = best
        details = labelled_details(around, hit)
        if details is not None:
            segments, reading = [*segments, *details.segments], with_details(reading, details)
        if _credible(hit, reading):
            taken |= {id(segment) for segment in segments}
            yield _role(hit), RoleReading(_named(reading) if len(segments) == 1 else reading, hit_weight(hit))


def _may_name(hit: LabelHit) -> bool:
    """A short word without a colon that begins a text ("Van der Kolk", "Al Futtaim", "To whom ...") names nobody."""
    if hit.context is Context.INSIDE:
        return hit.length >= 8
    return hit.context > Context.START or hit.length > _PARTICLE


def _best(
    readings: Sequence[tuple[Relation, list[Segment], PartyReading]],
) -> tuple[list[Segment], PartyReading] | None:
    """What stands behind the label on its line, when it is an address; else the most like an address."""
    inline = [r for r in readings if r[0] is Relation.INLINE and r[2].score >= ADDRESS]
    best = max(inline or readings, key=lambda r: (r[2].score, len(r[1])), default=None)
    return None if best is None else best[1:]


def _role(hit: LabelHit) -> str:
    """ "Delivery by 3 May to:" names the place of delivery, though "to" alone would name the seller."""
    before = hit.segment.words[: hit.start]
    if len(before) >= 2 and any(fold(word.text).startswith(words("delivering")) for word in before):
        return "ship_to"
    return hit.field


def _credible(hit: LabelHit, reading: PartyReading) -> bool:
    """A short or loose label ("To", "Buyer") needs an address behind it; any label needs a name with letters."""
    name = reading.party.name or ""
    if sum(c.isalpha() for c in name) < 2 or len(name) > 90:
        return False
    if reading.score < ADDRESS and any(c.isdigit() for c in name[:3]):
        return False
    if hit.length <= 5 or hit.field == "buyer" or hit.context < Context.COLON:
        return reading.score >= ADDRESS or (hit.field == "buyer" and address.has_legal_form(name))
    return reading.score >= ADDRESS or hit.context is Context.COLON or address.has_legal_form(name)


def _free(around: Surroundings, taken: set[int]) -> Iterator[tuple[Block, PartyReading]]:
    """Address blocks no label claims; a list of records has none."""
    if around.page.page.source is Source.CSV:
        return
    found = (*(Block(row) for row in _in_a_row(around)), *blocks(around))
    for block in found:
        free = tuple(s for s in block.segments if id(s) not in taken and not around.in_table(s.box))
        for part in _addresses(free):
            if _score(part, free) >= ADDRESS:
                reading = read_party(party_lines(around, part.segments), part.page, part.box.top)
                if reading.party.address and reading.party.name:
                    yield part, _named(reading)


def _score(part: Block, whole: Sequence[Segment]) -> int:
    """``address_score`` of a part of a block; a line over another address holds its own between its commas, and so
    does what stands below a company's name."""
    if len(part.segments) == 1 and len(whole) > 1:
        return address_score(_pieces(part.segments[0]))
    if len(part.segments) > 1 and part.texts and address.has_legal_form(part.texts[0]):
        return address_score([piece for segment in part.segments for piece in _pieces(segment)])
    return address_score(part.texts)


def _pieces(segment: Segment) -> list[str]:
    return [piece for text in split_line(segment.text) for piece in text.split(", ")]


def _named(reading: PartyReading) -> PartyReading:
    """An address whose name is a picture, or is not printed, begins with its street: that is no name."""
    name, place = reading.party.name or "", reading.party.address or ""
    number = place.split(",")[0]
    street = f"{name} {number}" if _HOUSE_NUMBER.fullmatch(number) else name
    return (
        reading if not place or address.has_legal_form(name) or not address.has_street(street) else _nameless(reading)
    )


def _nameless(reading: PartyReading) -> PartyReading:
    """The street that was taken for the name joins the address."""
    party, words = reading.party, dict(reading.words)
    words["address"] = (*words.pop("name"), *words["address"])
    return replace(reading, party=replace(party, name=None, address=f"{party.name}, {party.address}"), words=words)


def _in_a_row(around: Surroundings) -> Iterator[tuple[Segment, ...]]:
    """A name over, or before, the parts of its address side by side: "12 High St   Reno, NV 89501   USA"."""
    height = around.page.height
    for above, line in zip(((), *around.page.lines), around.page.lines, strict=False):
        gaps = [b.box.x0 - a.box.x1 for a, b in pairwise(line)]
        if len(line) < 3 or max(gaps) > 4 * height or any(around.is_label(s) or around.in_table(s.box) for s in line):
            continue
        if address_score([s.text for s in line]) >= ADDRESS:
            yield (*(s for s in above[:1] if abs(s.box.x0 - line[0].box.x0) < height), *line)


def _addresses(segments: Sequence[Segment]) -> Iterator[Block]:
    """Two addresses printed under each other without a gap are two: a company's name behind a postcode begins one."""
    part: list[Segment] = []
    placed = False
    for segment in segments:
        if placed and address.has_legal_form(segment.text) and not address.emails_in(segment.text):
            yield Block(tuple(part))
            part, placed = [], False
        part.append(segment)
        texts = _pieces(segment)
        placed = placed or ((len(part) > 1 or len(texts) > 2) and any(map(address.has_postcode, texts)))
    if part:
        yield Block(tuple(part))


def _complete(
    roles: dict[str, RoleReading],
    free: Sequence[tuple[Block, PartyReading]],
    context: ReadingContext,
    pages: Sequence[Surroundings],
) -> None:
    """Fills seller and buyer from blocks without a label: what is ours is the seller, the letterhead is the buyer."""
    own = [_as_we_are(reading, context) for _, reading in free if is_own(reading, context)]
    if "seller" not in roles and own:
        roles["seller"] = RoleReading(own[0], 0.97, "one of our own companies")
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
        roles["buyer"] = _with_mail(roles, context, pages)


def _name_only(around: Surroundings, roles: Mapping[str, RoleReading], context: ReadingContext) -> RoleReading | None:
    """A letterhead that is only a company's name: the first thing at the top of the page that has a legal form."""
    known = {fold(role.reading.party.name or "") for name, role in roles.items() if name == "seller"}
    if around.page.page.source is Source.CSV:
        return None  # a list of records has no letterhead
    for segment in around.page.segments:
        if segment.box.top > around.page.within(1 / 6):
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
    if not pages:
        return None
    company = _name_only(pages[0], roles, context)
    if company is not None:
        return company.reading
    top = {fold(s.text) for s in pages[0].page.segments if s.box.bottom < pages[0].page.within(1 / 6)}
    others = [roles[role].reading for role in ("ship_to", "bill_to") if role in roles]
    return next((one for one in others if one.party.name and fold(one.party.name) in top), None)


def _with_name(roles: Mapping[str, RoleReading], context: ReadingContext, pages: Sequence[Surroundings]) -> RoleReading:
    """A buyer whose name is a picture is the party that is named at the same address."""
    buyer = roles["buyer"]
    place = fold(buyer.reading.party.address or "")
    if buyer.reading.party.name or not place:
        return buyer
    if (over := _at_the_top(roles, context, pages)) is not None:
        party = replace(buyer.reading.party, name=over.party.name)
        words = {**buyer.reading.words, "name": over.words["name"]}
        note = "the name at the top of the page"
        return replace(
            buyer, weight=min(buyer.weight, 0.9), reading=replace(buyer.reading, party=party, words=words), note=note
        )
    for role in ("ship_to", "bill_to"):
        other = roles[role].reading if role in roles else None
        if other and other.party.name and _same_place(place, fold(other.party.address or "")):
            party = replace(buyer.reading.party, name=other.party.name)
            words = {**buyer.reading.words, "name": other.words["name"]}
            reading = replace(buyer.reading, party=party, words=words)
            return replace(buyer, reading=reading, note="the name of the party at the same address")
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
