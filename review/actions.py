"""What page and JSON interface do alike: from a person's words to the resolution of a case."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from pipeline.errors import UsageError
from pipeline.model import CaseStatus, ReviewCase
from review import fields
from review.desk import Outcome, Said
from review.guard import Refused, Visit, text_of
from review.policy import Action

E = TypeVar("E", bound=StrEnum)


def shown_case(visit: Visit, case_id: str) -> ReviewCase:
    """The guard has made sure that there is such a case, and that it is one of the visitor's customers."""
    return visit.desk.store.case(case_id)


def refuse_second(visit: Visit, case: ReviewCase) -> None:
    """Raises ``Refused`` for somebody who may not give the second of two approvals."""
    second = case.signed_by is not None and case.signed_by.casefold() != visit.name.casefold()
    if second and not visit.may(Action.RELEASE):
        raise Refused(403, f"{case.signed_by} approved it; the second approval is an approver's")


def approve(visit: Visit, case_id: str, skus: Mapping[int, str], *, remember: bool) -> Outcome:
    refuse_second(visit, shown_case(visit, case_id))
    return visit.desk.approve(_said(visit, case_id, skus=skus, remember=remember))


def correct(visit: Visit, case_id: str, values: Mapping[str, object]) -> Outcome:
    """``values`` by path; those that are not named stay."""
    case = shown_case(visit, case_id)
    return visit.desk.correct(_said(visit, case_id, order_json=fields.changed(case.decision.order, values)))


def reject(visit: Visit, case_id: str) -> Outcome:
    shown_case(visit, case_id)
    return visit.desk.reject(_said(visit, case_id))


def _said(visit: Visit, case_id: str, **more: Any) -> Said:
    version = text_of(visit.values, "version")
    if not version:
        raise UsageError("say which version of the case was seen")
    return Said(case_id, version, visit.name, text_of(visit.values, "reason"), **more)


def said_of(outcome: Outcome) -> str:
    """One word: "left", "rejected", "second" (another person must approve too) or "open" (look at what came up)."""
    if outcome.left:
        return "left"
    if outcome.case.status is CaseStatus.REJECTED:
        return "rejected"
    return "second" if outcome.second_for else "open"


def items_per_line(pairs: Mapping[str, object]) -> dict[int, str]:
    """``{"3": "AB-123"}``: lines from 1. Empty choices are none. Raises ``UsageError``."""
    chosen = {}
    for line, sku in pairs.items():
        if not line.isascii() or not line.isdigit() or not isinstance(sku, str):
            raise UsageError('name items per line, counted from 1: {"3": "AB-123"}')
        if sku.strip():
            chosen[int(line)] = sku.strip()
    return chosen


def one_of(kind: type[E], word: str) -> E:
    """Raises ``UsageError`` that names the words there are."""
    try:
        return kind(word)
    except ValueError:
        raise UsageError(f"{word[:40]!r}: say {', '.join(kind)}") from None


def items_found(visit: Visit, case_id: str, text: str) -> dict[str, Any]:
    """The ERP's items that a search by number or words finds, best first. Raises ``Refused`` 404."""
    shown_case(visit, case_id)
    found = visit.desk.work.items(text[:200])
    return {"items": [{"key": c.key, "label": c.label, "score": c.score, "reason": c.reason} for c in found]}
