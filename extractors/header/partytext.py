"""Turns the lines of an address block into a party: name, address, e-mail, tax number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from extractors.header import address
from extractors.header.blocks import address_score, split_line
from extractors.header.labels import Context, LabelHit
from extractors.header.places import Surroundings
from extractors.header.view import Segment
from extractors.header.wording import words
from pipeline.language import fold
from pipeline.model import Party, Word
from pipeline.values import date_readings, has_digit

# labels inside an address block whose value is no part of name or address
_SKIPPED = ("phone", "contact", "customer_number", "vendor_number", "page", "reference")
_OTHER_LABEL = re.compile(r"[^\W\d][^:@]{1,24}:\s*\S")  # "Dept: 12": a label we do not know
_STRANGE_LABEL = re.compile(r"^[^\W\d_]{3,20}:\s+(?=\w)")  # before a name, in a language we do not read
_NUMBERED = re.compile(r"\d{5,}\s+(?:[-–]\s*)?(?=[^\W\d])")  # a party's number in the buyer's system before its name
_OF_NAMES = {"van", "von"}  # below a person, they begin the name of a company
_FORM_NUMBER = re.compile(r"[A-Z]{1,3}[-_]?\d{3,}[A-Z]?")
_LONG = 4  # figures of a number that is hardly a part of a name
_LONG_NUMBER = re.compile(r"\d{11,14}")  # too long for a phone or a postcode
_VAT = re.compile(r"[A-Z]{2}[\s.-]?[A-Z]?\d")  # begins with the code of a country
LEGIBLE = 0.5  # confidence of recognition from which an e-mail address is worth having
_ADDRESS_LINES = 7
_ATTENTION = re.compile(
    r"^(?:attn|attention|att|z\.? ?hd|à l'attention|a l'attention|t\.? ?a\.? ?v|att\.n|c\.? ?a\.?)\b[.: ]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PartyLine:
    """One line of an address as printed; ``field`` is what its label says it is, ``words`` its evidence."""

    text: str
    words: tuple[Word, ...]
    field: str | None = None


@dataclass(frozen=True)
class PartyReading:
    """A party with the words each value came from. ``score`` is that of ``address_score``."""

    party: Party
    page: int
    words: dict[str, tuple[Word, ...]] = field(default_factory=dict)
    score: int = 0
    top: float = 0.0
    country: str | None = None
    unsure: frozenset[str] = frozenset()  # values that may as well be cut otherwise

    @property
    def key(self) -> str:
        return fold(f"{self.party.name} {self.party.address}")


def party_lines(around: Surroundings, segments: Sequence[Segment], skip: int = 0) -> list[PartyLine]:
    """``segments`` as lines, labels taken off; ``skip`` words of the first belong to the party's own label."""
    lines: list[PartyLine] = []
    for index, segment in enumerate(segments):
        start = skip if index == 0 else 0
        label = next((h for h in around.labels_in(segment) if h.start == start and _opens_detail(h)), None)
        words = segment.words[label.end if label else start :]
        name = label.field if label else None
        tax = _tax_number_at(words) if name is None else len(words)
        if tax < len(words):
            lines.append(PartyLine(words[-1].text.rpartition(":")[2], words[tax:], "tax_id"))
            words = words[:tax]
        if label is None and (left := around.left_label(segment)) is not None and left.field in ("email", "tax_id"):
            name = left.field
        if label is not None and not words and name in ("email", "tax_id"):
            words = around.right_of(label)
        for text in split_line(" ".join(w.text for w in words)):
            lines.append(PartyLine(_without_part_label(text), tuple(words), name))
    return [line for line in lines if line.text]


def _tax_number_at(words: tuple[Word, ...]) -> int:
    """Where the label of a tax number begins that ends a line with its number ("Acme Ltda CNPJ: 34513679000134")."""
    for at in range(max(1, len(words) - 3), len(words)):
        if address.has_tax_label(" ".join(word.text for word in words[at:]).replace(":", ": ")):
            return at
    return len(words)


def _opens_detail(hit: LabelHit) -> bool:
    """Whether a label starts a detail of an address ("Phone 030 1234", "VAT no.: DE1"), and is no word of a name."""
    if hit.section != "header" or hit.field not in (*_SKIPPED, "email", "tax_id"):
        return False
    rest = hit.segment.words[hit.end :]
    numbered = hit.field in ("phone", "email", "tax_id") and any(c.isdigit() or c == "@" for w in rest for c in w.text)
    return hit.context >= Context.COLON or (hit.context is Context.START and numbered)


def _without_part_label(text: str) -> str:
    head, colon, tail = text.partition(":")
    if colon and all(token in words("address_parts") for token in fold(head).split()):
        return tail.strip()
    return text.strip(" ,:")


def read_party(lines: Sequence[PartyLine], page: int, top: float) -> PartyReading:
    """Name first, then the address up to its postcode or country; e-mail and tax number wherever they stand."""
    found: dict[str, list[tuple[str, tuple[Word, ...]]]] = {"name": [], "address": [], "email": [], "tax_id": []}
    body: list[PartyLine] = []
    for line in lines:
        kind = _kind(line)
        if kind == "email" and min(word.confidence for word in line.words) < LEGIBLE:
            continue
        if kind == "email":
            found["email"] += [(mail, line.words) for mail in address.emails_in(line.text)]
        elif kind == "tax_id":
            number = address.tax_number_in(line.text) or line.text
            found["tax_id"].append((number, line.words))
        elif kind == "body":
            body.append(line)
    body = _unfolded(_whole_name(_without_marks(body)))
    start = _name_line(body)
    if start is not None:
        found["name"].append((body[start].text, body[start].words))
        found["address"] += [(line.text, line.words) for line in _address_part(body[start + 1 :])]
    reading = _reading(found, page, top, [line.text for line in body] + [text for text, _ in found["email"]])
    return replace(reading, unsure=_unsure(body, start))


def _unsure(body: Sequence[PartyLine], start: int | None) -> frozenset[str]:
    """A name that is not the first line, holds the number under which a system keeps it or was parted at a comma; an
    address whose first line is neither street, place nor box: it may be the rest of the name."""
    if start is None:
        return frozenset()
    name, rest = body[start].text, [line.text for line in body[start + 1 :]]
    numbered = any(len(word) >= _LONG and word.isdigit() for word in name.split())
    parted = bool(rest) and body[start + 1].words == body[start].words
    loose = start > 0 or numbered or parted or (name[:1].isdigit() and address.has_street(name))
    street = bool(rest) and any(c.isdigit() for c in rest[0]) and address.has_street(rest[0])
    ends = [address.has_postcode(text) or address.is_box(text) for text in rest[:2]]
    placed = bool(rest) and not parted and not address.has_legal_form(rest[0]) and (ends[0] or (street and any(ends)))
    return frozenset({"name"} if loose else ()) | frozenset(() if placed else {"name", "address"})


def _without_marks(body: Sequence[PartyLine]) -> list[PartyLine]:
    """Without what stands over a company's name and is none: a letter-spaced logo, the number of a form."""
    start = next((i for i, line in enumerate(body) if not _is_mark(line.text)), 0)
    return list(body[start:])


def _whole_name(body: list[PartyLine]) -> list[PartyLine]:
    """A name over two lines in one, without the number that the buyer's system prints before it."""
    if len(body) > 1 and _goes_on(body):
        whole = PartyLine(f"{body[0].text} {body[1].text}", (*body[0].words, *body[1].words), body[0].field)
        return [whole, *body[2:]]
    if body and (number := _NUMBERED.match(body[0].text)) and address.has_legal_form(body[0].text):
        return [replace(body[0], text=body[0].text[number.end() :]), *body[1:]]
    return body


def _goes_on(body: Sequence[PartyLine]) -> bool:
    """Whether the second line, which has the legal form, ends the name that the first begins.

    It does when it begins with the form ("S. de R.L."), when a small word joins the two ("Acme North & / South LLC"),
    and when its first word had no room on the line above; else the first line may be a person or a department.
    """
    first, second = body[0], body[1]
    if has_digit(first.text) or address.has_legal_form(first.text) or not address.has_legal_form(second.text):
        return False
    if address.legal_form_at(second.text) == 0:
        return True
    joints = words("name_joints")
    begins = second.text.casefold().split()[0]
    if first.text.casefold().split()[-1] in joints or (begins in joints and begins not in _OF_NAMES):
        return True
    widest = max(_width(line.words) for line in body)
    return bool(second.words) and _width(first.words) + _width(second.words[:1]) > widest


def _width(run: Sequence[Word]) -> float:
    return run[-1].box.x1 - run[0].box.x0 if run else 0.0


def _is_mark(text: str) -> bool:
    parts = text.split()
    if all(part in words("address_parts") for part in fold(text).split()):
        return True  # "Address" behind "Company": the rest of a label
    spaced = len(parts) >= 4 and all(len(part) == 1 for part in parts)
    return spaced or (len(parts) == 1 and _FORM_NUMBER.fullmatch(text) is not None)


def _kind(line: PartyLine) -> str:
    if line.field == "tax_id":
        return "tax_id" if any(c.isdigit() for c in line.text) else "skip"
    if address.emails_in(line.text):
        return "email"
    if _LONG_NUMBER.fullmatch(line.text):
        return "tax_id"
    if (
        line.field in _SKIPPED
        or address.is_phone(line.text)
        or address.is_web(line.text)
        or _ATTENTION.match(line.text)
    ):
        return "skip"
    return "body"


def _unfolded(body: Sequence[PartyLine]) -> list[PartyLine]:
    """A party written as one sentence ("Acme Ltd, 1 High St, Leeds LS1 1AA, UK"), wrapped or not, by its commas."""
    if not body or not _is_sentence(body):
        return list(body)
    whole = next((i + 1 for i, line in enumerate(body) if _ends_address(line.text)), len(body))
    words = tuple(word for line in body[:whole] for word in line.words)
    parts: list[str] = []
    for part in re.split(r",\s+", " ".join(line.text for line in body[:whole])):
        if (
            parts
            and len(parts) == 1
            and re.fullmatch(r"(?:inc|ltd|llc|corp|co|gmbh|s\.?a|s\.?l|b\.?v)\.?(?: - .*)?", part, re.IGNORECASE)
        ):
            parts[0] += f", {part}"
        else:
            parts.append(part.strip())
    parts[-1:] = [part.rstrip(" .") for part in parts[-1:]]
    return [*(PartyLine(part, words) for part in parts if part), *body[whole:]]


def _ends_address(text: str) -> bool:
    """Whether a line of a sentence ends in a place or country: what follows is another sentence."""
    last = text.rsplit(", ", 1)[-1]
    return "," in text and (address.country_of(last) is not None or address.has_postcode(last))


def _is_sentence(body: Sequence[PartyLine]) -> bool:
    first = body[0].text
    commas = sum(line.text.count(",") for line in body)
    return first.count(",") >= 2 or (
        len(body) <= 3 and commas >= 2 and "," in first and not address.has_legal_form(first)
    )


def _name_line(body: Sequence[PartyLine]) -> int | None:
    """The first line, or the company below a person's name."""
    if not body:
        return None
    for index, line in enumerate(body[:3]):
        if address.has_legal_form(line.text) and not address.has_postcode(line.text):
            return index
        if any(c.isdigit() for c in line.text):
            break
    return 0 if any(c.isalpha() for c in body[0].text) else None


def _address_part(lines: Sequence[PartyLine]) -> list[PartyLine]:
    """Up to the country, or to the last postcode line and what completes it; without either, only with a street."""
    dated = next((i for i, line in enumerate(lines) if date_readings(line.text.rsplit(",", 1)[-1])), len(lines))
    lines = lines[: min(dated, _ADDRESS_LINES)]
    end = next((i for i, line in enumerate(lines) if address.country_of(line.text)), None)
    if end is None:
        end = max((i for i, line in enumerate(lines) if address.has_postcode(line.text)), default=None)
        if end is not None and end + 1 < len(lines) and _completes(lines[end].text, lines[end + 1].text):
            end += 1
    if end is not None:
        return list(lines[: end + 1])
    return list(lines) if any(address.has_street(line.text) for line in lines) else []


def _completes(postcode_line: str, text: str) -> bool:
    return not any(c.isalpha() for c in postcode_line.replace(" ", "")[-4:]) and text.replace(" ", "").isalpha()


def _reading(
    found: dict[str, list[tuple[str, tuple[Word, ...]]]], page: int, top: float, texts: Sequence[str]
) -> PartyReading:
    def single(name: str) -> str | None:
        values = {text for text, _ in found[name]}
        return next(iter(values)) if len(values) == 1 else None

    vat = [one for one in found["tax_id"] if _VAT.match(one[0])]
    if len(found["tax_id"]) > 1 and len(vat) == 1:
        found["tax_id"] = vat  # beside it stands the number of a register
    place = ", ".join(text.strip(" ,") for text, _ in found["address"]) or None
    words = {name: tuple(word for _, run in values for word in run) for name, values in found.items() if values}
    party = Party(
        _STRANGE_LABEL.sub("", found["name"][0][0]) if found["name"] else None, place, single("email"), single("tax_id")
    )
    country = next((c for t, _ in reversed(found["address"]) if (c := address.country_of(t))), None)
    if country is None and place:
        country = address.country_by_postcode(place)
    return PartyReading(party, page, words, address_score(list(texts)), top, country)
