"""Cases settled mismatch by mismatch and taken back, as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from pipeline.model import How, Scope, Settled
from pipeline.settling import Settlement
from review import actions
from review.api import Seen, parsed, takes, told
from review.guard import allowed, visit_of
from review.policy import Action

router = APIRouter(prefix="/api")


class Answer(Seen):
    """``answers``: [code, path, how, value] a mismatch; ``how`` is document, erp, item or corrected.

    ``values``: right values by path; ``skus``: items for lines, from 1; ``remember``: customer, ship-to, nothing.
    """

    answers: list[Annotated[list[str], Field(min_length=4, max_length=4)]] = []
    values: dict[str, str] = {}
    skus: dict[str, str] = {}
    reason_code: str = ""
    remember: str = "customer"


@router.post("/cases/{case_id}/settle", openapi_extra=takes(Answer))
@allowed(Action.APPROVE)
def settle(request: Request, case_id: str) -> dict[str, Any]:
    """Decides again with an answer to each mismatch; the order leaves if none is left without one."""
    visit, asked = visit_of(request), parsed(request, Answer)
    actions.refuse_second(visit, actions.shown_case(visit, case_id))
    said = Settlement(
        case_id=case_id,
        version=asked.version,
        reviewer=visit.name,
        settled=tuple(Settled(code, path, actions.one_of(How, how), value) for code, path, how, value in asked.answers),
        values=asked.values,
        skus=actions.items_per_line(asked.skus),
        reason_code=asked.reason_code,
        reason=asked.reason,
        remember=actions.one_of(Scope, asked.remember),
    )
    return told(visit.desk.work.settle(said))


@router.post("/cases/{case_id}/reopen")
@allowed(Action.APPROVE)
def reopen(request: Request, case_id: str) -> dict[str, Any]:
    """Takes back what closed the case, until the order begins to leave."""
    visit = visit_of(request)
    actions.shown_case(visit, case_id)
    case = visit.desk.store.reopen(case_id, visit.name)
    return {"case_id": case.case_id, "status": str(case.status), "version": case.version}


@router.get("/cases/{case_id}/items")
@allowed(Action.VIEW)
def items(request: Request, case_id: str, text: str = "") -> dict[str, Any]:
    """The ERP's items that a search by number or words finds, best first."""
    return actions.items_found(visit_of(request), case_id, text)
