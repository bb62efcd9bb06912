"""The review queue on the command line: list, show, approve, correct, reject, and give stuck messages another try.

A resolution is decided again through the same matcher and rules as ever, with what the person chose; an exception that
the person has not seen yet keeps the case open, so that nothing leaves unseen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from flows.learning import REVIEWER, lessons
from flows.parts import Parts
from pipeline.codec import decision_to_json, dumps, order_from_json, order_to_json
from pipeline.errors import IntakeError, UsageError
from pipeline.interfaces import Erp, Matcher, OrderHistory
from pipeline.model import (
    CaseStatus,
    Decision,
    LineMatch,
    MailContext,
    MatchedOrder,
    Order,
    Resolution,
    ReviewCase,
    Scope,
    Settled,
    Verdict,
)
from pipeline.run import Deciders, match_order
from pipeline.settling import accepted, as_settled, is_accepted
from store import StaleCase, StaleHistory, Store


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case. ``unseen`` names what the person must look at first: then the case is still open, as it is
    while ``second_for`` names the exceptions that a second person must approve as well."""

    case: ReviewCase
    unseen: tuple[str, ...] = ()
    second_for: tuple[str, ...] = ()

    @property
    def left(self) -> bool:
        """The order goes to the ERP with the next export."""
        return self.case.status is CaseStatus.RESOLVED


def reject(
    store: Store, case_id: str, reviewer: str, reason: str, version: str | None = None, reason_code: str = ""
) -> Outcome:
    """Closes a case without an order. ``reason`` is for those who ask later. Raises ``UsageError``."""
    if not reason.strip():
        raise UsageError("a rejection needs a reason: somebody will ask why the order was not entered")
    case = open_case(store, case_id, version)
    resolution = replace(resolution_of(case, "reject", reviewer, reason), reason_code=reason_code)
    store.resolve(resolution, None, 0)
    return Outcome(store.case(case.case_id))


def approve(
    parts: Parts,
    case_id: str,
    reviewer: str,
    *,
    reason: str = "",
    skus: Mapping[int, str] | None = None,
    version: str | None = None,
    remember: Scope = Scope.CUSTOMER,
) -> Outcome:
    """Lets the order leave. ``skus`` gives items for lines, counted from 1; ``version`` is that of what was seen;
    ``remember`` how far the choices hold from now on.

    Raises ``UsageError`` when something is missing without which no ERP can enter the order, or the case has changed.
    """
    case = open_case(parts.store, case_id, version)
    chosen = chosen_skus(case.decision.order, skus or {})
    resolution = replace(resolution_of(case, "approve", reviewer, reason), skus=chosen)
    return decide_again(parts, case, resolution, remember, insist=True)


def correct(
    parts: Parts,
    case_id: str,
    reviewer: str,
    order_json: str,
    *,
    reason: str = "",
    skus: Mapping[int, str] | None = None,
    version: str | None = None,
    remember: Scope = Scope.CUSTOMER,
) -> Outcome:
    """Puts a corrected order in place of what was read; it leaves at once only if nothing is wrong with it.

    Raises ``UsageError`` for JSON that is not of the contract's form.
    """
    case = open_case(parts.store, case_id, version)
    order = carried(case.decision.order, parse_order(order_json))
    chosen = chosen_skus(order, skus or {})
    resolution = replace(resolution_of(case, "correct", reviewer, reason), order=order, skus=chosen)
    return decide_again(parts, case, resolution, remember, insist=False)


def open_case(store: Store, case_id: str, version: str | None) -> ReviewCase:
    case = store.case(case_id)
    if case.status is not CaseStatus.OPEN:
        raise StaleCase(f"case {case.case_id} is already {case.status}")
    if version is not None and not (len(version) >= 8 and case.version.startswith(version)):
        raise StaleCase(f"case {case.case_id} has changed since you saw it; look again and decide then")
    return case


def resolution_of(case: ReviewCase, action: str, reviewer: str, reason: str) -> Resolution:
    if not reviewer.strip():
        raise UsageError("who decides? name the reviewer")
    return Resolution(case.case_id, case.version, action, reviewer, datetime.now(UTC), reason)


def chosen_skus(order: Order, skus: Mapping[int, str]) -> tuple[str | None, ...]:
    wrong = [str(n) for n in skus if not 1 <= n <= len(order.lines)]
    if wrong:
        raise UsageError(f"there is no line {', '.join(wrong)}: the order has {len(order.lines)} lines, counted from 1")
    return tuple(skus.get(n) for n in range(1, len(order.lines) + 1))


def parse_order(text: str) -> Order:
    """Order JSON, or decision JSON whose additions are ignored. Raises ``UsageError`` naming the fault."""
    try:
        value = json.loads(text)
        if not isinstance(value, dict):
            raise UsageError("the corrected order must be one JSON object, as `queue show --json` prints it")
        return order_from_json({key: v for key, v in value.items() if key != "evidence"})
    except json.JSONDecodeError as error:
        raise UsageError(f"the corrected order is no JSON: {error}") from None
    except UsageError:
        raise
    except (IntakeError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"the corrected order is not of the contract's form: {error}") from None


def draft(case: ReviewCase) -> str:
    """The order of a case as JSON, to be edited and given to ``correct``."""
    return dumps(order_to_json(case.decision.order))


# --- deciding again ---------------------------------------------------------------------------------------------------


def decide_again(
    parts: Parts,
    case: ReviewCase,
    resolution: Resolution,
    remember: Scope,
    *,
    insist: bool,
    one_by_one: bool = False,
    hold: bool = False,
    forget: frozenset[int] = frozenset(),
) -> Outcome:
    """``insist``: what the person saw may stay wrong; ``one_by_one``: only what ``resolution.settled`` says, and a
    grave exception only with words. ``hold``: it stays open whatever is decided. ``forget``: lines, from 0, whose
    choice is not to be remembered."""
    first = parts.store.recorded_order(case.order_key).first
    while True:
        history = parts.store.history(but=case.order_key)
        deciders = parts.deciders(history)
        matched = matched_as_left(deciders, case, resolution)
        decision = as_settled(deciders.judge(matched), matched.lines, resolution.settled)
        unseen = tuple(_unseen(case.decision, decision, resolution.settled if one_by_one else None))
        clean = decision.decision is Verdict.AUTO
        if hold or (not clean and (unseen or not insist)):
            _refuse_standstill(case, decision, unseen)
            return Outcome(parts.store.revise(resolution, decision), unseen or tuple(_said(decision)))
        _refuse_gaps(decision)
        grave = tuple(sorted(deciders.two_people(matched) & {m.code for m in decision.mismatches}))
        if grave and one_by_one and not resolution.reason.strip():
            raise UsageError(f"{', '.join(grave)}: say in words how you made sure, and with whom you spoke")
        if grave and not _is_second(case, resolution, decision):
            signed = parts.store.sign(replace(resolution, action="sign"), decision)
            return Outcome(signed, second_for=grave)
        taught = lessons(first, decision, deciders.erp, remember, forget)
        try:
            parts.store.resolve(resolution, decision, history.mark, taught)
        except StaleHistory:
            continue
        return Outcome(parts.store.case(case.case_id))


def foreseen(parts: Parts, case: ReviewCase, resolution: Resolution) -> tuple[str, ...]:
    """What would keep the order from leaving if this were settled one by one; () if nothing. Nothing is recorded.

    Raises ``UsageError`` for an answer that cannot be.
    """
    deciders = parts.deciders(parts.store.history(but=case.order_key))
    matched = matched_as_left(deciders, case, resolution)
    decision = as_settled(deciders.judge(matched), matched.lines, resolution.settled)
    grave = sorted(deciders.two_people(matched) & {m.code for m in decision.mismatches})
    unseen = _unseen(case.decision, decision, resolution.settled)
    return (*unseen, *_gaps(decision), *(f"{code}: needs two people" for code in grave))


def _is_second(case: ReviewCase, resolution: Resolution, decision: Decision) -> bool:
    """Whether somebody else approved the very same before."""
    first = case.signed_by
    other = first is not None and first.strip().casefold() != resolution.reviewer.strip().casefold()
    return other and _what_leaves(decision) == _what_leaves(case.decision)


def _what_leaves(decision: Decision) -> object:
    of_lines = ((x.sku, x.erp_quantity, x.erp_uom, x.expected_price, x.agreed_price) for x in decision.lines)
    return decision.customer_id, decision.ship_to_id, order_to_json(decision.order), tuple(of_lines)


def _refuse_standstill(case: ReviewCase, decision: Decision, unseen: Sequence[str]) -> None:
    if decision_to_json(decision) == decision_to_json(case.decision):
        left = "; ".join(unseen[:3]) or "nothing was changed"
        raise UsageError(f"not settled yet, so nothing was saved: {left}")


def matched_as_left(deciders: Deciders, case: ReviewCase, resolution: Resolution) -> MatchedOrder:
    """The order as the person left it beside the ERP, with the items chosen for its lines now or before."""
    order = resolution.order or case.decision.order
    if not order.document_type.is_order:
        raise UsageError(
            f"case {case.case_id} holds no order ({order.document_type}): reject it, or give the order with "
            f"`po-intake queue correct {case.case_id} ORDER.json`"
        )
    matcher = ChosenItems(deciders.matcher, _chosen(case.decision, order, resolution))
    return match_order(order, case.mail, replace(deciders, matcher=matcher), case.opened_at.date())


@dataclass(frozen=True, slots=True)
class Choice:
    """The item that a person chose for a line; ``reason`` says who."""

    sku: str
    reason: str


def _chosen(shown: Decision, order: Order, resolution: Resolution) -> tuple[Choice | None, ...]:
    """Per line: what is chosen now, else what a person chose for this very line before."""
    before = {
        line: Choice(decided.sku, decided.match_reason or "")
        for line, decided in zip(shown.order.lines, shown.lines, strict=True)
        if decided.match_level == REVIEWER and decided.sku is not None
    }
    now = resolution.skus or (None,) * len(order.lines)
    return tuple(
        Choice(sku, f"{sku} was chosen by {resolution.reviewer}") if sku else before.get(line)
        for line, sku in zip(order.lines, now, strict=True)
    )


class ChosenItems:
    """A ``Matcher`` in which a person's choice of items stands above what the lines say."""

    def __init__(self, matcher: Matcher, choices: Sequence[Choice | None]) -> None:
        self._matcher = matcher
        self._choices = choices

    def match(
        self, order: Order, erp: Erp, mail: MailContext | None, history: OrderHistory, as_of: date
    ) -> MatchedOrder:
        for choice in self._choices:
            if choice is not None and erp.item(choice.sku) is None:
                raise UsageError(f"{choice.sku}: no such item in the ERP exports")
        lines = tuple(
            line if choice is None else replace(line, **_only_code(choice.sku))
            for line, choice in zip(order.lines, self._choices, strict=True)
        )
        matched = self._matcher.match(replace(order, lines=lines), erp, mail, history, as_of)
        chosen = tuple(_named(m, choice) for m, choice in zip(matched.lines, self._choices, strict=True))
        return replace(matched, order=order, lines=chosen)


def _named(match: LineMatch, choice: Choice | None) -> LineMatch:
    if choice is None or match.item is None:
        return match
    return replace(match, level=REVIEWER, reason=choice.reason)


def _only_code(sku: str) -> dict[str, Any]:
    """What the line says of other items must not speak against the choice."""
    others = ("buyer_item_id", "manufacturer_item_id", "standard_item_id", "description")
    return {**dict.fromkeys(others), "seller_item_id": sku, "notes": ()}


def _unseen(shown: Decision, decided: Decision, settled: Sequence[Settled] | None) -> Iterator[str]:
    """What speaks against the order now and was not among what the person saw or, where ``settled`` is, settled."""
    seen = {(m.code, m.path) for m in shown.mismatches}
    words = accepted(shown, settled or ())
    for m in decided.mismatches:
        if (m.code, m.path) not in seen if settled is None else not is_accepted(m, words):
            yield f"{m.code}: {m.reason}"


def _said(decision: Decision) -> Iterator[str]:
    return (f"{m.code}: {m.reason}" for m in decision.mismatches)


def _refuse_gaps(decision: Decision) -> None:
    gaps = list(_gaps(decision))
    if gaps:
        raise UsageError("the ERP cannot enter this order yet: " + "; ".join(gaps))


def _gaps(decision: Decision) -> Iterator[str]:
    if decision.customer_id is None:
        yield "the customer is not known (correct the buyer's name or tax id)"
    if not decision.order.po_number:
        yield "it has no PO number"
    if not decision.lines:
        yield "it has no lines"
    for n, line in enumerate(decision.lines, 1):
        if line.sku is None:
            yield f"line {n} has no item (choose one: --sku {n}=SKU)"
        elif line.erp_quantity is None or line.erp_uom is None:
            yield f"line {n} has no quantity in the ERP's unit (correct its quantity or unit)"


def carried(shown: Order, corrected: Order) -> Order:
    """The corrected order with the evidence and doubts of all values that the person left as they were."""
    before, after = dict(_flat("", order_to_json(shown))), dict(_flat("", order_to_json(corrected)))
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}

    def stands(path: str) -> bool:
        return not any(c == path or c.startswith((f"{path}.", f"{path}[")) for c in changed) or path == ""

    return replace(
        corrected,
        evidence=tuple(e for e in shown.evidence if stands(e.path)),
        doubts=tuple(d for d in shown.doubts if stands(d.path)),
        remarks=shown.remarks,
    )


def _flat(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("doubts", "evidence"):
                yield from _flat(f"{path}.{key}" if path else key, inner)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _flat(f"{path}[{i}]", inner)
    else:
        yield path, value
