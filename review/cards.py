"""The mismatches of a case as cards: both values, what differs in them, and what a person may answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from pipeline.causes import ALONE
from pipeline.model import Candidate, Decision, Evidence, LineItem, Mismatch, Settled
from pipeline.settling import ITEMS, erp_value, keeps_document, line_index
from review import fields

MOST = 200  # cards on one page; the others follow when these are settled
CLEAR_LEAD = 0.1  # by which a candidate must be ahead of the next to be proposed
OF_LINE = ("quantity", "unit", "unit_price", "price_base_quantity", "line_amount", "requested_date")

Tokens = tuple[tuple[str, bool], ...]  # pieces of a text, and whether they differ from the other's


@dataclass(frozen=True, slots=True)
class Field:
    """A value of the order that may be put right on a card."""

    path: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate, with the pieces in which its label differs from what is printed."""

    candidate: Candidate
    label: Tokens


@dataclass(frozen=True, slots=True)
class Card:
    """One mismatch. ``number`` from 1; ``line`` from 1, None for the order; ``evidence`` is where the value stands.

    ``answer`` is what was said the last time, in the form's words: "document", "erp", "item", "item:SKU", "corrected"
    or "". ``proposal`` is such a word, "" where nothing is proposed. ``grave``: never by one key, never with others.
    """

    number: int
    mismatch: Mismatch
    line: int | None
    title: str
    evidence: Evidence | None
    document: Tokens
    erp: Tokens
    choices: tuple[Choice, ...]
    asks_item: bool
    takes_erp: bool
    keeps: bool
    grave: bool
    proposal: str
    kind: str
    answer: str
    main: Field | None
    others: tuple[Field, ...]


def cards(decision: Decision, said: tuple[Settled, ...] = ()) -> tuple[Card, ...]:
    """The first ``MOST``; ``said`` is what somebody answered already."""
    words = {(one.code, one.path): one for one in said}
    before = fields.values(decision.order)
    asked: set[int] = set()  # the item of a line is asked for once
    placed: set[str] = set()  # a value has one field on the page
    return tuple(
        _card(n, mismatch, decision, words.get((mismatch.code, mismatch.path)), before, asked, placed)
        for n, mismatch in enumerate(decision.mismatches[:MOST], 1)
    )


def _card(
    number: int,
    mismatch: Mismatch,
    decision: Decision,
    said: Settled | None,
    values: Mapping[str, str],
    asked: set[int],
    placed: set[str],
) -> Card:
    i = line_index(mismatch.path)
    line = decision.lines[i] if i is not None and i < len(decision.lines) else None
    asks = line is not None and i not in asked and (mismatch.code in ITEMS or line.sku is None)
    if asks and i is not None:
        asked.add(i)
    candidates = line.candidates[:9] if asks and line is not None else ()
    printed = _printed(decision, i) or mismatch.actual or ""
    main, others = _fields(mismatch, i, values, placed)
    document, erp = differing(mismatch.actual or "", mismatch.expected or "")
    grave = mismatch.code in ALONE
    takes_erp = erp_value(decision, mismatch) is not None
    return Card(
        number=number,
        mismatch=mismatch,
        line=None if i is None else i + 1,
        title=_title(decision, i),
        evidence=_evidence(decision, mismatch.path),
        document=document,
        erp=erp,
        choices=tuple(Choice(c, differing(printed, c.label)[1]) for c in candidates),
        asks_item=asks,
        takes_erp=takes_erp,
        keeps=keeps_document(decision, mismatch),
        grave=grave,
        proposal="" if grave else _proposal(mismatch, candidates, takes_erp=takes_erp),
        kind=_kind(mismatch),
        answer=_answer(said, candidates),
        main=main,
        others=others,
    )


def _answer(said: Settled | None, candidates: tuple[Candidate, ...]) -> str:
    if said is None:
        return ""
    known = said.how == "item" and said.value in {c.key for c in candidates}
    return f"item:{said.value}" if known else str(said.how)


def _proposal(mismatch: Mismatch, candidates: tuple[Candidate, ...], *, takes_erp: bool) -> str:
    """A candidate that is clearly ahead, or the ERP's value; a near tie proposes nothing."""
    if candidates and mismatch.code != "ambiguous_item":
        ahead = len(candidates) == 1 or candidates[0].score - candidates[1].score >= CLEAR_LEAD
        return f"item:{candidates[0].key}" if ahead else ""
    return "erp" if takes_erp else ""


def _kind(mismatch: Mismatch) -> str:
    """What may be answered alike in one go: the same code; for units also the same pair of units."""
    pair = f" {mismatch.actual} = {mismatch.expected}" if mismatch.code == "uom_mismatch" else ""
    return f"{mismatch.code}{pair}"


def _fields(
    mismatch: Mismatch, i: int | None, values: Mapping[str, str], placed: set[str]
) -> tuple[Field | None, tuple[Field, ...]]:
    """The value that the mismatch is about, and others of its line, where they have no place on the page yet."""
    main = mismatch.path if mismatch.path in values else None
    wanted = [main] if main else []
    if i is not None:
        wanted += [f"lines[{i}].{name}" for name in (*OF_LINE, "description") if f"lines[{i}].{name}" in values]
    elif mismatch.path in ("buyer", "ship_to"):
        wanted += [path for path in values if path.startswith(f"{mismatch.path}.")]
    new = [path for path in dict.fromkeys(wanted) if path not in placed]
    placed.update(new)
    made = {
        path: Field(path, path.rpartition("].")[2].replace("_", " ").replace(".", " "), values[path]) for path in new
    }
    return (made.get(main) if main else None), tuple(made[path] for path in new if path != main)


def _title(decision: Decision, i: int | None) -> str:
    if i is None or i >= len(decision.order.lines):
        return "The order"
    line = decision.order.lines[i]
    return f"Line {i + 1}: {' '.join(t for t in (_code(line), line.description) if t)}"


def _printed(decision: Decision, i: int | None) -> str | None:
    return decision.order.lines[i].description if i is not None and i < len(decision.order.lines) else None


def _code(line: LineItem) -> str:
    return line.seller_item_id or line.buyer_item_id or line.manufacturer_item_id or ""


def _evidence(decision: Decision, path: str) -> Evidence | None:
    """Of the value itself, else the first of its line, or of its party."""
    exact = next((e for e in decision.order.evidence if e.path == path), None)
    i = line_index(path)
    begin = f"lines[{i}]." if i is not None else f"{path}."
    return exact or next((e for e in decision.order.evidence if path and e.path.startswith(begin)), None)


def differing(one: str, other: str) -> tuple[Tokens, Tokens]:
    """Both texts in pieces; those that the other does not have in the same order are marked. Case is no difference.

    Texts with nothing in common are not marked: that they differ is plain.
    """
    a, b = _pieces(one), _pieces(other)
    matcher = SequenceMatcher(
        None, [t.strip().casefold() for t in a], [t.strip().casefold() for t in b], autojunk=False
    )
    same = [(block.a, block.b, block.size) for block in matcher.get_matching_blocks() if block.size]
    in_a = {n for start, _, size in same for n in range(start, start + size)}
    in_b = {n for _, start, size in same for n in range(start, start + size)}
    alike = any(re.search(r"\w", a[n]) for n in in_a)
    return _marked(a, in_a, marks=alike), _marked(b, in_b, marks=alike)


def _pieces(text: str) -> list[str]:
    """Words, numbers and signs, each with the blanks behind it."""
    return re.findall(r"(?:\w+(?:[.,]\w+)*|[^\w\s]+|^)\s*", text[:2000]) if text else []


def _marked(pieces: list[str], same: set[int], *, marks: bool) -> Tokens:
    return tuple(_joined_runs((piece, marks and n not in same) for n, piece in enumerate(pieces)))


def _joined_runs(pieces: Iterator[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    run, marked = "", False
    for piece, mark in pieces:
        if mark != marked and run:
            yield run, marked
            run = ""
        run, marked = run + piece, mark
    if run:
        yield run, marked
