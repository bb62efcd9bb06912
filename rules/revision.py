"""Orders that change an order we already hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.model import DocumentType, EarlierOrder, MatchedOrder, Mismatch
from pipeline.run import code_key
from rules.alignment import align, in_words
from rules.base import PolicyRule
from rules.facts import mismatch

FIRST_REVISIONS = frozenset({"", "0", "00", "1", "01", "A"})  # how the first issue of an order is marked, if at all
# What buyers put behind an order's number when they send it again: ".1", "-R2", "/2", " Rev B", "-A".
SUFFIX = re.compile(r"[\s./_-]*(?:r|rev|revision|v|ver|version|chg|change|amd)?[\s./_-]*(?:\d{1,2}|[a-z])", re.I)
GLUED = re.compile(r"(?:r|rev|v|ver)\d", re.I)
PREFIXED = re.compile(r"([A-Za-z.]{0,5})[\s.:#/_-]*0*([1-9]\w*(?:\W.*)?)")  # "PO-4711", "B 0004711"
LEAST = 4  # characters of a number that others may be built on


def same_number(matched: MatchedOrder) -> tuple[EarlierOrder, ...]:
    """Earlier orders under this order's number, newest last, however it is written: "4711", "PO-4711", "0004711"."""
    number = matched.order.po_number
    return tuple(held for held in matched.earlier if number and _is_same(number, held.po_number))


def _is_same(number: str, other: str) -> bool:
    if code_key(number) == code_key(other):
        return True
    (prefix, bare), (other_prefix, other_bare) = _parted(number), _parted(other)
    return len(bare) >= LEAST and code_key(bare) == code_key(other_bare) and "" in (prefix, other_prefix)


def _parted(number: str) -> tuple[str, str]:
    """The letters before the first figure of a number, and the rest without leading zeros."""
    found = PREFIXED.fullmatch(number.strip())
    return (code_key(found[1]), found[2]) if found is not None else ("", number.strip())


def base_number(matched: MatchedOrder) -> tuple[EarlierOrder, ...]:
    """Earlier orders whose number is this order's without a revision suffix ("4711" of "4711-R2"), newest last."""
    number = matched.order.po_number or ""
    return tuple(held for held in matched.earlier if _is_base(held.po_number, number))


def _is_base(base: str, number: str) -> bool:
    (prefix, bare), (other_prefix, other_bare) = _parted(base), _parted(number)
    alike = prefix == other_prefix or "" in (prefix, other_prefix)
    return alike and _is_suffixed(other_bare, bare)


def _is_suffixed(number: str, base: str) -> bool:
    if len(base) < LEAST or not number.casefold().startswith(base.casefold()):
        return False
    rest = number[len(base) :]
    return (
        bool(rest) and (not rest[0].isalnum() or GLUED.match(rest) is not None) and SUFFIX.fullmatch(rest) is not None
    )


def is_blanket(held: EarlierOrder) -> bool:
    """An order from which others are released: the ERP says so (``rules.blanket``)."""
    return held.origin == "erp" and any((line.status or "").casefold() == "blanket" for line in held.lines)


def without_blankets(held: tuple[EarlierOrder, ...]) -> tuple[EarlierOrder, ...]:
    return tuple(order for order in held if not is_blanket(order))


def held_in_words(held: EarlierOrder) -> str:
    name = held.reference or (f"order {held.po_number}" if held.po_number else "an order without a number")
    dated = f", dated {held.order_date}" if held.order_date else ""
    return f"{name} ({'in the ERP' if held.origin == 'erp' else 'received earlier'}{dated})"


def revision_mark(matched: MatchedOrder) -> str | None:
    """The printed revision, unless it is how a first issue is marked."""
    mark = (matched.order.revision or "").strip()
    short = re.sub(r"^(?:revision|rev|version|ver|v)\b[\s.:#]*", "", mark, flags=re.I)
    return None if short.upper() in FIRST_REVISIONS else mark


def is_marked(matched: MatchedOrder) -> bool:
    """Whether the document itself says that it changes an order."""
    return matched.order.document_type is DocumentType.ORDER_CHANGE or revision_mark(matched) is not None


def is_copy(matched: MatchedOrder, held: EarlierOrder) -> bool:
    """The same order once more: the same lines, and no sign that something else was changed."""
    if matched.order.document_type is DocumentType.ORDER_CANCELLATION or not matched.order.lines or not held.lines:
        return False
    if align(matched, held).changes:
        return False
    marked_alike = code_key(matched.order.revision) == code_key(held.revision) and matched.order.revision is not None
    return not is_marked(matched) or (marked_alike and revision_mark(matched) is not None)


class Revision(PolicyRule):
    """The same number with other lines, a document that calls itself a change, a revision mark, a suffix."""

    codes = ("revised_po",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        if matched.order.document_type is DocumentType.ORDER_CANCELLATION:
            return
        held = same_number(matched)
        if any(is_copy(matched, order) for order in held):
            return  # duplicate_po
        base = base_number(matched)
        if not is_marked(matched):  # a release carries the number of its blanket order
            held, base = without_blankets(held), without_blankets(base)
        if not (held or base or is_marked(matched)):
            return
        earlier = (held or base or (None,))[-1]
        number = matched.order.po_number
        yield mismatch("revised_po", "po_number", earlier and earlier.po_number, number, _words(matched, earlier))


def _words(matched: MatchedOrder, earlier: EarlierOrder | None) -> str:
    number = matched.order.po_number or "an order without a number"
    marks = [f"it is marked revision {mark}"] if (mark := revision_mark(matched)) else []
    if matched.order.document_type is DocumentType.ORDER_CHANGE:
        marks.append("the document calls itself a change")
    if earlier is None:
        return f"{number} changes an order that we do not hold: {' and '.join(marks)}"
    where = held_in_words(earlier)
    changes = align(matched, earlier).changes
    what = in_words(changes) if changes else "no line changed"
    return f"{number} changes {where}{''.join(f' ({mark})' for mark in marks)}: {what}"
