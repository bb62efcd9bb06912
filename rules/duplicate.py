"""Orders that we already hold."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import DocumentType, EarlierOrder, MatchedOrder, Mismatch
from rules.alignment import align
from rules.base import PolicyRule
from rules.facts import mismatch
from rules.revision import base_number, held_in_words, is_copy, is_marked, same_number

SAME_TIME = 3  # days between two orders that may be one, sent twice under two numbers


class Duplicate(PolicyRule):
    """The same document, the same number with the same lines; "probable" under another number.

    A customer that orders the same every week is no duplicate: another number counts only where the orders were written
    within three days of each other.
    """

    codes = ("duplicate_po",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        if matched.order.document_type is DocumentType.ORDER_CANCELLATION:
            return
        found = _certain(matched) or _probable(matched)
        if found is not None:
            earlier, reason = found
            yield mismatch("duplicate_po", "po_number", earlier.po_number, matched.order.po_number, reason)


def _certain(matched: MatchedOrder) -> tuple[EarlierOrder, str] | None:
    for held in reversed(matched.earlier):
        same_document = matched.document_sha256 is not None and held.document_sha256 == matched.document_sha256
        if same_document and _same_or_no_number(matched, held):
            return held, f"the very same document was taken in before: {held_in_words(held)}"
    for held in reversed(same_number(matched)):
        if is_copy(matched, held):
            return (
                held,
                f"{held.po_number} with the same {len(held.lines)} line(s) is already held: {held_in_words(held)}",
            )
    return None


def _same_or_no_number(matched: MatchedOrder, held: EarlierOrder) -> bool:
    """One document may hold several orders: their numbers tell them apart."""
    return held in same_number(matched) or not (matched.order.po_number and held.po_number)


def _probable(matched: MatchedOrder) -> tuple[EarlierOrder, str] | None:
    if is_marked(matched) or not matched.order.lines:
        return None
    known = (*same_number(matched), *base_number(matched))
    for held in reversed(matched.earlier):
        if held not in known and held.lines and _at_the_same_time(matched, held) and not align(matched, held).changes:
            reason = (
                f"probable duplicate: the same {len(held.lines)} line(s) are already held under the number "
                f"{held.po_number or '(none)'}: {held_in_words(held)}"
            )
            return held, reason
    return None


def _at_the_same_time(matched: MatchedOrder, held: EarlierOrder) -> bool:
    ordered, before = matched.order.order_date, held.order_date
    return ordered is not None and before is not None and abs((ordered - before).days) <= SAME_TIME
