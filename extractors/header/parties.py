"""Who is who: buyer, seller, ship-to and bill-to, by labels, by letterhead, and by what we know of ourselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from rapidfuzz import fuzz

from extractors.header import address
from extractors.header.below import ADDRESS, readings
from extractors.header.blocks import Block, address_score, blocks, split_line
from extractors.header.details import labelled_details, with_details
from extractors.header.fields import hit_weight
from extractors.header.labels import Context, LabelHit
from extractors.header.ours import is_own, is_own_name
from extractors.header.partytext import PartyReading, party_lines, read_party
from extractors.header.places import Relation, Surroundings, column_values, constant_column
from extractors.header.roles import RoleReading, complete
from extractors.header.view import Segment
from extractors.header.wording import words
from pipeline.language import fold
from pipeline.model import ReadingContext, Source

ROLES = ("buyer", "seller", "ship_to", "bill_to")
_HOUSE_NUMBER = re.compile(r"\d{1,5}\s?[A-Za-z]?")
_SAME_ADDRESS = 80  # likeness, 0..100, of one address printed twice
_PARTICLE = 4  # letters: "van", "von", "de", "al" begin names as well
_OURS = 0.5  # weight of our own company in a role that is the customer's
_PLACE = 2  # ``address_score`` from which lines have a place at least


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
    free = [block for i in ends for block in _free(pages[i], taken, context)]
    complete(roles, free, context, pages)
    return roles


def _doubted(readings: Sequence[RoleReading]) -> list[RoleReading]:
    """Our own company where a customer's place should be named: what stands near a label is not always its own."""
    note = "one of our own companies stands at this label"
    return [replace(one, weight=min(one.weight, _OURS), note=note) for one in readings]


def _contested(best: RoleReading, rivals: Sequence[RoleReading]) -> RoleReading:
    """Less sure where two parties with different addresses stand at labels of one role."""
    place = fold(best.reading.party.address or "")
    others = (fold(rival.reading.party.address or "") for rival in rivals)
    if place and any(other and fuzz.ratio(place, other) < _SAME_ADDRESS for other in others):
        return replace(best, weight=min(best.weight, 0.7), note="another party stands at such a label as well")
    return best


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
        ours = [one for one in found if is_own(one[2], context)]
        foreign = [one for one in found if one not in ours]
        best = _best((ours if hit.field == "seller" else foreign) or found)
        if best is None:
            continue
        segments, reading = best
        details = labelled_details(around, hit)
        if details is not None:
            segments, reading = [*segments, *details.segments], with_details(reading, details)
        if _credible(hit, reading):
            taken |= {id(segment) for segment in segments}
            numbered = (reading.party.name or "")[:1].isdigit()
            yield (
                _role(hit),
                RoleReading(_named(reading) if numbered or len(segments) == 1 else reading, hit_weight(hit)),
            )


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
    placed = reading.party.address is not None and reading.score >= _PLACE
    return placed or reading.score >= ADDRESS or hit.context is Context.COLON or address.has_legal_form(name)


def _free(around: Surroundings, taken: set[int], context: ReadingContext) -> Iterator[tuple[Block, PartyReading]]:
    """Address blocks no label claims; a list of records has none."""
    if around.page.page.source is Source.CSV:
        return
    found = (*(Block(row) for row in _in_a_row(around)), *blocks(around))
    for block in found:
        free = tuple(s for s in block.segments if id(s) not in taken and not around.in_table(s.box))
        for part in _addresses(free, context):
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


def _addresses(segments: Sequence[Segment], context: ReadingContext) -> Iterator[Block]:
    """Two addresses printed under each other without a gap are two: a company's name behind a postcode begins one."""
    part: list[Segment] = []
    placed = False
    for segment in segments:
        company = address.has_legal_form(segment.text) or is_own_name(segment.text, context)
        if placed and company and not address.emails_in(segment.text):
            yield Block(tuple(part))
            part, placed = [], False
        part.append(segment)
        texts = _pieces(segment)
        placed = placed or ((len(part) > 1 or len(texts) > 2) and any(map(address.has_postcode, texts)))
    if part:
        yield Block(tuple(part))
