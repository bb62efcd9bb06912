"""A case settled mismatch by mismatch, as the review page does it: items, values put right, and whose word holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flows.parts import Parts
from flows.queue import Outcome, carried, chosen_skus, decide_again, open_case, parse_order, resolution_of
from pipeline.errors import UsageError
from pipeline.model import Order, Resolution, ReviewCase
from pipeline.settling import APPROVAL_REASONS, REJECTION_REASONS, changed_by_erp, needs_reason
from pipeline.settling import Settlement as Settlement
from review import fields


def settle(parts: Parts, said: Settlement) -> Outcome:
    """Puts everything in place and decides again; the order leaves if each mismatch that is left was settled.

    Raises ``UsageError`` and ``StaleCase``, as ``flows.queue.approve`` does.
    """
    case = open_case(parts.store, said.case_id, said.version)
    forget = frozenset(line - 1 for line in said.forget)
    resolution = resolution_for(case, said)
    return decide_again(parts, case, resolution, said.remember, insist=True, one_by_one=True, forget=forget)


def resolution_for(case: ReviewCase, said: Settlement) -> Resolution:
    """What was said, as it is decided on and booked. Raises ``UsageError``."""
    shown = {(m.code, m.path) for m in case.decision.mismatches}
    strange = [one for one in said.settled if (one.code, one.path) not in shown]
    if strange:
        raise UsageError(f"{strange[0].code[:40]} {strange[0].path[:40]}: the case shows no such mismatch")
    if needs_reason(case.decision.mismatches, said.settled) and not said.reason_code:
        raise UsageError("something stays wrong with this order: choose the reason why it may leave all the same")
    if said.reason_code:
        _check_reason(said.reason_code, said.reason, APPROVAL_REASONS)
    order = _corrected(case, said)
    chosen = chosen_skus(order or case.decision.order, said.skus)
    action = "approve" if order is None else "correct"
    resolution = resolution_of(case, action, said.reviewer, said.reason)
    return replace(resolution, order=order, skus=chosen, settled=said.settled, reason_code=said.reason_code)


def rejection(code: str, text: str) -> str:
    """The reason in words. Raises ``UsageError``."""
    _check_reason(code, text, REJECTION_REASONS)
    return text.strip() if code == "other" else "; ".join(t for t in (REJECTION_REASONS[code], text.strip()) if t)


def _check_reason(code: str, text: str, known: Mapping[str, str]) -> None:
    if code not in known:
        raise UsageError(f"reason {code[:40]!r}: choose one of {', '.join(known)}")
    if code == "other" and not text.strip():
        raise UsageError('reason "other": say in words what it is')


def _corrected(case: ReviewCase, said: Settlement) -> Order | None:
    """What was read, with the values that were put right and those that the ERP's word fills; None: as it was."""
    before = case.decision.order
    values = fields.different(before, {**changed_by_erp(case.decision, said.settled), **said.values})
    if not values:
        return None
    order = carried(before, parse_order(fields.changed(before, values)))
    shown = tuple(e for e in said.places if e.path in values)
    there = {e.path for e in shown}
    return replace(order, evidence=(*(e for e in order.evidence if e.path not in there), *shown))
