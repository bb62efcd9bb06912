"""From a matched order to a decision."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeline.model import Decision, LineDecision, MatchedOrder, Mismatch, Verdict
from rules import ALL_RULES
from rules.confidence import Confidence
from rules.corrections import agreed_price, rounded_up
from rules.facts import Line, comparable_price, is_positive, lines, mismatch
from rules.numbers import with_usable_numbers
from rules.policy import Mode, Policies

LINE = re.compile(r"lines\[(\d+)\]")
# Why the lines of such an order were not held against the ERP is said by these already.
EXPLAINS_UNCHECKED = frozenset({"unknown_customer", "currency_mismatch", "cancelled_po"})


def judge(matched: MatchedOrder, policies: Policies) -> Decision:
    """The decision on an order, or on a document that is none. Never raises for what the order holds.

    An order is ``auto`` only if it and all its lines are; a line only if its item, unit, quantity and price were all
    held against the ERP.
    """
    if not matched.order.document_type.is_order:
        return _no_order(matched, policies)
    order, matched = matched.order, with_usable_numbers(matched)
    matched, corrections = rounded_up(matched, policies)
    found, agreed = _without_agreed(unique(raised(matched, policies)), matched, policies)
    found += tuple(_unchecked(matched, policies, found))
    found = unique((*found, *_by_mode(matched, policies, found)))
    return replace(_decision(matched, policies, found), order=order, corrections=corrections + agreed)


def raised(matched: MatchedOrder, policies: Policies) -> Iterator[Mismatch]:
    """What the rules find, in their order, without what the policy switched off."""
    for make in ALL_RULES:
        for found in make(policies).check(matched):
            if not is_off(found, matched, policies):
                yield found


def _without_agreed(
    found: tuple[Mismatch, ...], matched: MatchedOrder, policies: Policies
) -> tuple[tuple[Mismatch, ...], tuple[Mismatch, ...]]:
    """What must be asked, and what the customer agreed to have put right."""
    by_index = {line.index: line for line in lines(matched)}
    open_ones: list[Mismatch] = []
    agreed: list[Mismatch] = []
    for one in found:
        index = line_index(one)
        told = agreed_price(one, by_index[index], matched, policies) if index is not None else None
        (open_ones if told is None else agreed).append(told or one)
    return tuple(open_ones), tuple(agreed)


def is_off(found: Mismatch, matched: MatchedOrder, policies: Policies) -> bool:
    index = line_index(found)
    policy = policies.for_order(matched) if index is None else policies.for_line(matched, index)
    return found.code in policy.switched_off


def unique(found: Iterable[Mismatch]) -> tuple[Mismatch, ...]:
    """One mismatch per code and path: the first, with the reasons of the others behind its own."""
    kept: dict[tuple[str, str], Mismatch] = {}
    for one in found:
        key = (one.code, one.path)
        if key not in kept:
            kept[key] = one
        elif one.reason not in kept[key].reason:
            first = kept[key]
            kept[key] = Mismatch(first.code, first.path, first.expected, first.actual, f"{first.reason}; {one.reason}")
    return tuple(kept.values())


def line_index(found: Mismatch) -> int | None:
    """The line a mismatch is about, from 0; None for the order as a whole."""
    match = LINE.match(found.path)
    return int(match[1]) if match else None


def unchecked_in_words(line: Line, matched: MatchedOrder, policies: Policies) -> str | None:
    """What of a line was not held against the ERP; None if all was."""
    if line.sold is None:
        return "the item"
    if not is_positive(line.item.quantity):
        return "the quantity"
    if line.reading is None:
        return "the unit"
    policy = policies.for_line(matched, line.index)
    delivered_at_contract_price = line.item.unit_price is None and not policy.price.required
    if delivered_at_contract_price:
        return None if line.match.price is not None else "the price"
    excused = "wrong_price" in policy.switched_off
    return None if excused or comparable_price(line, matched.order) is not None else "the price"


def _unchecked(matched: MatchedOrder, policies: Policies, found: tuple[Mismatch, ...]) -> Iterator[Mismatch]:
    """A line that no rule complained about and that was not wholly checked: silence is no proof."""
    spoken = {line_index(one) for one in found}
    if EXPLAINS_UNCHECKED & {one.code for one in found}:
        return
    for line in lines(matched):
        what = unchecked_in_words(line, matched, policies)
        if what is not None and line.index not in spoken:
            yield mismatch("low_confidence", line.path(), None, None, f"{line.name}: {what} could not be checked")


def _by_mode(matched: MatchedOrder, policies: Policies, found: tuple[Mismatch, ...]) -> Iterator[Mismatch]:
    mode = policies.for_order(matched).mode
    if mode is Mode.AUTOPILOT:
        return
    origin = policies.origin(matched, "mode")
    would = f"without it: {'review' if found else 'auto'}"
    yield mismatch(
        "low_confidence", "", None, None, f'the policy holds every order (mode = "{mode}" in {origin}); {would}'
    )


def _decision(matched: MatchedOrder, policies: Policies, found: tuple[Mismatch, ...]) -> Decision:
    decided = tuple(_line_decision(line, matched, policies, found) for line in lines(matched))
    of_order = tuple(dict.fromkeys(one.code for one in found if line_index(one) is None))
    clean = not found and bool(decided) and all(line.decision is Verdict.AUTO for line in decided)
    return Decision(
        order=matched.order,
        decision=Verdict.AUTO if clean else Verdict.REVIEW,
        exceptions=of_order,
        customer_id=matched.customer.key,
        ship_to_id=matched.ship_to.key,
        lines=decided,
        mismatches=found,
    )


def _line_decision(line: Line, matched: MatchedOrder, policies: Policies, found: tuple[Mismatch, ...]) -> LineDecision:
    codes = tuple(dict.fromkeys(one.code for one in found if line_index(one) == line.index))
    match = line.match
    checked = unchecked_in_words(line, matched, policies) is None
    return LineDecision(
        decision=Verdict.AUTO if checked and not codes else Verdict.REVIEW,
        exceptions=codes,
        sku=match.item.sku if match.item is not None else None,
        erp_quantity=match.unit.base_quantity if match.unit is not None else None,
        erp_uom=match.unit.base_uom if match.unit is not None else None,
        expected_price=match.price.amount if match.price is not None else None,
        expected_currency=match.price.currency if match.price is not None else None,
        match_level=match.level,
        match_reason=match.reason,
        candidates=match.candidates,
    )


def _no_order(matched: MatchedOrder, policies: Policies) -> Decision:
    """Ignored only if it is certain that the document is no order."""
    about_type = (one for one in Confidence(policies).check(matched) if line_index(one) is None)
    found = unique(about_type)
    return Decision(
        order=matched.order,
        decision=Verdict.REVIEW if found else Verdict.IGNORED,
        exceptions=tuple(dict.fromkeys(one.code for one in found)),
        mismatches=found,
        lines=tuple(LineDecision(Verdict.REVIEW) for _ in matched.order.lines),
    )
