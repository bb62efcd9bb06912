"""Who works on which case and how long cases wait, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from review import work
from review.api import parsed, takes
from review.guard import allowed, visit_of
from review.policy import Action

router = APIRouter(prefix="/api")


class Said(BaseModel):
    """assign: ``to``; postpone: ``until`` (a day, 2026-11-30) and ``reason``; flag: ``note`` and ``ask``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    to: str = ""
    until: str = ""
    reason: str = ""
    note: str = ""
    ask: str = ""


@router.get("/ageing")
@allowed(Action.VIEW)
def ageing(request: Request) -> dict[str, Any]:
    """Open cases by age; how many are overdue, postponed, flagged."""
    visit = visit_of(request)
    found = visit.desk.store.ageing(visit.groups)
    return asdict(found) | {"ages": dict(found.ages)}


@router.get("/cases/{case_id}/work")
@allowed(Action.VIEW)
def assignment(request: Request, case_id: str) -> dict[str, Any]:
    """Who works on the case."""
    return asdict(visit_of(request).desk.store.assignments.of(case_id))


@router.post("/cases/{case_id}/work/{what}", openapi_extra=takes(Said))
@allowed(Action.WORK)
def worked(request: Request, case_id: str, what: work.Work) -> dict[str, Any]:
    """Takes, hands back, assigns, postpones, flags, unflags."""
    parsed(request, Said)
    return asdict(work.done(visit_of(request), case_id, what))
