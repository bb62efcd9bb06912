"""Addresses on forms that print each part at a label of its own: "Street: ...   City: ...   ZIP: ..."."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from extractors.header.address import tax_number_in
from extractors.header.labels import Context, LabelHit
from extractors.header.partytext import PartyReading
from extractors.header.places import Surroundings
from extractors.header.view import Segment
from extractors.header.wording import words as wording
from pipeline.language import fold, languages
from pipeline.model import Word

_PARTS = ("street", "district", "city", "state", "postcode", "country")
_MOST_ROWS = 8  # text lines under the party's name
_LABEL = 3  # words of a label ("Kod pocztowy", "City / State")
_GAP = 1.8  # text heights between two rows of one party
_STATE = re.compile(r"[A-Z]{2}")  # printed behind the city without a label of its own
_PARTY_ROLES = ("buyer", "seller", "ship_to", "bill_to")
_SCORE = 4  # of a reading whose address is labelled; see ``address_score``


@dataclass(frozen=True)
class Detail:
    """One labelled value; ``part`` is a part of an address, "tax_id", or "" for a label of something else."""

    part: str
    words: tuple[Word, ...]
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words).strip(" :,;")


@dataclass(frozen=True)
class Details:
    """The address and tax number that stand at labels under a party's name."""

    address: tuple[Detail, ...]
    tax_id: Detail | None
    segments: tuple[Segment, ...]


def labelled_details(around: Surroundings, hit: LabelHit) -> Details | None:
    """The parts of the address in the rows under a party's label; None unless a street and a place are labelled.

    The rows end where another party or a second street begins; columns end where another party's label stands.
    """
    found: list[Detail] = []
    last = hit.segment.box
    left, right = _column(around, hit)
    for index in range(hit.segment.line, min(hit.segment.line + _MOST_ROWS, len(around.page.lines))):
        row = [s for s in around.page.lines[index] if left <= s.box.x0 < right]
        if not row:
            continue
        below = index > hit.segment.line
        if row[0].box.top - last.bottom > _GAP * around.page.height or (below and _opens_party(around, row)):
            break
        details = list(_in_row(row))
        streets = [d for d in (*found, *details) if d.part == "street"]
        if len(streets) > 1:
            break
        found += details
        last = row[0].box
    return _complete(found)


def _complete(found: Sequence[Detail]) -> Details | None:
    first: dict[str, Detail] = {}
    for one in found:
        if one.part and one.text:
            first.setdefault(one.part, one)
    if "street" not in first or not ("city" in first or "postcode" in first):
        return None
    ahead = [first[name] for name in ("street", "district") if name in first]
    before = found.index(first["street"])
    rest = [d for d in first.values() if d.part not in ("street", "district", "tax_id")]
    rest.sort(key=lambda d: (d.part == "country", found.index(d) < before))
    parts = (*ahead, *rest)
    tax_id = first.get("tax_id")
    segments = tuple(s for d in (*parts, *([tax_id] if tax_id else [])) for s in d.segments)
    return Details(parts, tax_id, segments)


def with_details(reading: PartyReading, details: Details) -> PartyReading:
    """The reading with its address, and its tax number where it has none, as the labels say."""
    words = {**reading.words, "address": tuple(w for d in details.address for w in d.words)}
    party = replace(reading.party, address=", ".join(d.text for d in details.address))
    number = tax_number_in(details.tax_id.text) if details.tax_id and not party.tax_id else None
    if number and details.tax_id:
        party, words = replace(party, tax_id=number), {**words, "tax_id": details.tax_id.words}
    return replace(reading, party=party, words=words, score=max(reading.score, _SCORE))


def _column(around: Surroundings, hit: LabelHit) -> tuple[float, float]:
    """From the label to the next party's label on its line."""
    left = hit.segment.words[hit.start].box.x0 - 0.5 * around.page.height
    others = [
        s.box.x0
        for s in around.page.lines[hit.segment.line]
        if s.box.x0 > left + around.page.height and _opens_party(around, [s])
    ]
    return left, min(others, default=around.page.page.width) - 0.5 * around.page.height


def _opens_party(around: Surroundings, row: Sequence[Segment]) -> bool:
    return any(
        h.field in _PARTY_ROLES and h.section == "header" and h.start == 0 and h.context >= Context.COLON
        for segment in row
        for h in around.labels_in(segment)
    )


def _in_row(row: Sequence[Segment]) -> Iterator[Detail]:
    """The labelled values of a row; what stands before its first label belongs to none."""
    words = [(word, segment) for segment in row for word in segment.words]
    marks = list(_labels([word for word, _ in words]))
    for (start, value, part), following in pairwise([*marks, (len(words), 0, "")]):
        run = words[value : following[0]]
        if part and run:
            kept = _value(part, run)
            segments = dict.fromkeys(segment for _, segment in (*words[start:value], *kept))
            yield Detail(part, tuple(word for word, _ in kept), tuple(segments))


def _value(part: str, run: Sequence[tuple[Word, Segment]]) -> list[tuple[Word, Segment]]:
    """The words up to a change of segment; behind a city, a state ("SC") in a segment of its own belongs to it."""
    first = next((s for w, s in run if w.text.strip(":")), run[0][1])
    kept = [(w, s) for w, s in run if s is first and w.text.strip(":")]
    behind = [(w, s) for w, s in run if s is not first and w.text.strip(":")]
    if part == "city" and len(behind) == 1 and _STATE.fullmatch(behind[0][0].text) and kept:
        word = kept[-1][0]
        kept[-1] = (word if word.text.endswith(",") else replace(word, text=f"{word.text},"), kept[-1][1])
        kept += behind
    return kept


def _labels(words: Sequence[Word]) -> Iterator[tuple[int, int, str]]:
    """(index of its first word, index behind it, part) of every label with a colon."""
    free = 0
    for i, word in enumerate(words):
        colon_next = i + 1 < len(words) and words[i + 1].text == ":"
        if not (word.text.endswith(":") and len(word.text) > 1) and not colon_next:
            continue
        end = i + 2 if colon_next else i + 1
        for start in range(max(free, i + 1 - _LABEL), i + 1):
            part = _part_labels().get(fold(" ".join(w.text for w in words[start : i + 1])))
            if part is not None:
                yield start, end, part
                break
        else:
            yield i, end, ""  # a label of something else ends the value before it
        free = end


@cache
def _part_labels() -> Mapping[str, str]:
    labels = {label: part for part in _PARTS for label in wording(f"address_{part}")}
    taxes = (label for language in languages().values() for label in language.header.get("tax_id", ()))
    return {**{fold(label): "tax_id" for label in taxes}, **labels}
