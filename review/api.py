"""The same as JSON, for an ERP or a program that resolves cases; signed in and guarded as the pages are."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import JSONResponse, Response

from pipeline.codec import decision_to_json
from pipeline.errors import UsageError
from review import actions
from review.desk import Outcome
from review.guard import allowed, visit_of
from review.policy import Action
from review.rendering import render
from store import QueueQuery, QueueShow, QueueSort

router = APIRouter(prefix="/api")
M = TypeVar("M", bound=BaseModel)


class Seen(BaseModel):
    """``version`` is that of the case as it was shown."""

    model_config = ConfigDict(extra="forbid", strict=True)

    version: str
    reason: str = ""


class Approval(Seen):
    """``skus``: items for lines, counted from 1."""

    skus: dict[str, str] = {}
    remember: bool = True


class Correction(Seen):
    """``values``: right values by path, in the order JSON's form; null empties one."""

    values: dict[str, str | None]


def takes(model: type[BaseModel]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}}


@router.get("/session")
@allowed(Action.VIEW)
def session(request: Request) -> dict[str, Any]:
    """Who is signed in, and the token for the header X-CSRF-Token."""
    visit = visit_of(request)
    return {"user": visit.name, "role": str(visit.user.role) if visit.user else None, "csrf": visit.csrf}


@router.get("/cases")
@allowed(Action.VIEW)
def cases(
    request: Request,
    search: str = "",
    customer: str = "",
    reason: str = "",
    page: int = 1,
    sort: QueueSort = QueueSort.DUE,
    show: QueueShow = QueueShow.READY,
) -> dict[str, Any]:
    """Open cases, those due first at the head, fifty a page."""
    visit = visit_of(request)
    asked = QueueQuery(
        search=search,
        customer=customer,
        reason=reason,
        page=min(max(page, 1), 1_000_000),
        sort=sort,
        show=show,
        user=visit.name,
        groups=visit.groups,
    )
    found = visit.desk.store.queue_page(asked)
    return {"total": found.total, "pages": found.pages, "cases": [asdict(row) for row in found.rows]}


@router.get("/cases/{case_id}")
@allowed(Action.VIEW)
def case(request: Request, case_id: str) -> dict[str, Any]:
    """One case: version, status and the decision JSON with evidence."""
    found = actions.shown_case(visit_of(request), case_id)
    about = {"case_id": found.case_id, "version": found.version, "status": str(found.status)}
    return {**about, "signed_by": found.signed_by, "decision": decision_to_json(found.decision, evidence=True)}


@router.post("/cases/{case_id}/approve", openapi_extra=takes(Approval))
@allowed(Action.APPROVE)
def approve(request: Request, case_id: str) -> dict[str, Any]:
    """Lets the order leave, with the items named for its lines."""
    asked = parsed(request, Approval)
    skus = actions.items_per_line(asked.skus)
    return told(actions.approve(visit_of(request), case_id, skus, remember=asked.remember))


@router.post("/cases/{case_id}/correct", openapi_extra=takes(Correction))
@allowed(Action.CORRECT)
def correct(request: Request, case_id: str) -> dict[str, Any]:
    """Puts values right and decides again; the order leaves at once if nothing else is wrong with it."""
    return told(actions.correct(visit_of(request), case_id, parsed(request, Correction).values))


@router.post("/cases/{case_id}/reject", openapi_extra=takes(Seen))
@allowed(Action.REJECT)
def reject(request: Request, case_id: str) -> dict[str, Any]:
    """Closes the case without an order; needs a reason."""
    parsed(request, Seen)
    return told(actions.reject(visit_of(request), case_id))


def parsed(request: Request, model: type[M]) -> M:
    try:
        return model.model_validate(visit_of(request).values)
    except ValidationError as error:
        raise UsageError("; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())) from None


def told(outcome: Outcome) -> dict[str, Any]:
    about = {"case_id": outcome.case.case_id, "status": str(outcome.case.status), "outcome": actions.said_of(outcome)}
    more = {"unseen": list(outcome.unseen), "second_for": list(outcome.second_for)}
    return {**about, "version": outcome.case.version, **more}


@router.get("/openapi.json", include_in_schema=False)
@allowed(Action.VIEW)
def openapi(request: Request) -> Response:
    return JSONResponse(request.app.openapi())


@router.get("/docs", include_in_schema=False)
@allowed(Action.VIEW)
def docs(request: Request) -> Response:
    """The operations as a page without any script."""
    return render(request, "api.html", spec=request.app.openapi())
