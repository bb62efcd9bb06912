"""The page of one case: looking at it, and the form that settles it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline.errors import DocumentError, SourceError, UsageError
from pipeline.model import CaseStatus, ReviewCase, Settled
from pipeline.settling import APPROVAL_REASONS, REJECTION_REASONS
from review import actions, views
from review.cards import cards
from review.desk import Desk, Outcome, Picture
from review.events import events_of
from review.guard import Refused, Visit, allowed, text_of, visit_of
from review.policy import Action
from review.rendering import render
from review.wording import settlement_of
from store import StaleCase

router = APIRouter(include_in_schema=False)
EARLIER = {"revised_po", "cancelled_po", "duplicate_po"}


@router.get("/cases/{case_id}")
@allowed(Action.VIEW)
def case(request: Request, case_id: str, page: int = 0, done: str = "", came: str = "", was: str = "") -> Response:
    shown = actions.shown_case(visit_of(request), case_id)
    return _page(request, shown, page=page, done=done, came=came, was=was)


def _page(
    request: Request,
    shown: ReviewCase,
    status: int = 200,
    *,
    page: int = 0,
    said: tuple[Settled, ...] | None = None,
    typed: dict[str, Any] | None = None,
    **more: Any,
) -> Response:
    """``said`` and ``typed``: what a form held that was not taken, so that nobody types it again."""
    visit = visit_of(request)
    decision, store = shown.decision, visit.desk.store
    found = cards(decision, shown.settled if said is None else said)
    number = page or next((card.evidence.page for card in found if card.evidence), 1)
    picture, why_none = _picture(visit.desk, shown, number)
    values: dict[str, Any] = {
        "done": "", "came": "", "was": "", "trouble": "", "changes": (),
        "case": shown,
        "order": decision.order,
        "cards": found,
        "more_cards": len(decision.mismatches) - len(found),
        "kinds": views.kinds(found),
        "agreed": views.agreed(decision),
        "typed": typed or {},
        "rectangles": tuple(views.rectangles(decision, found, number)),
        "picture": picture,
        "why_none": why_none,
        "page": number,
        "pages": max(views.pages(shown), number),
        "trail": store.audit_entries(shown.order_key),
        "strip": store.neighbours(shown.case_id, visit.groups),
        "next_case": store.next_case(shown.case_id, visit.name, visit.groups),
        "work": store.assignments.of(shown.case_id),
        "taught": () if shown.status is CaseStatus.OPEN else store.taught_by(shown.order_key),
        "earlier": _earlier(visit, shown),
        "approval_reasons": APPROVAL_REASONS,
        "rejection_reasons": REJECTION_REASONS,
    }  # fmt: skip
    return render(request, "case.html", status, **(values | more))


def _earlier(visit: Visit, shown: ReviewCase) -> tuple[views.Compared, ...] | None:
    """The lines beside those of the order before; None where this is no order's second coming."""
    if not EARLIER & {m.code for m in shown.decision.mismatches}:
        return None
    found = visit.desk.work.earlier(shown)
    return views.compared(shown.decision, found[-1]) if found else None


def _picture(desk: Desk, shown: ReviewCase, page: int) -> tuple[Picture | None, str]:
    try:
        return desk.picture(shown, page), ""
    except (DocumentError, SourceError) as error:
        return None, str(error)


# --- deciding ---------------------------------------------------------------------------------------------------------


@router.post("/cases/{case_id}/settle")
@allowed(Action.APPROVE)
def settle(request: Request, case_id: str) -> Response:
    visit = visit_of(request)
    shown = actions.shown_case(visit, case_id)
    try:
        actions.refuse_second(visit, shown)
        outcome = visit.desk.work.settle(settlement_of(visit, shown))
    except (UsageError, Refused) as error:
        return _refused(request, shown, error)
    events_of(visit, case_id)
    return _onward(request, case_id, outcome)


@router.post("/cases/{case_id}/reject")
@allowed(Action.REJECT)
def reject(request: Request, case_id: str) -> Response:
    visit = visit_of(request)
    shown = actions.shown_case(visit, case_id)
    version, code = text_of(visit.values, "version"), text_of(visit.values, "reason_code")
    try:
        if not version:
            raise UsageError("say which version of the case was seen")
        reason = text_of(visit.values, "reason")
        outcome = visit.desk.work.reject(case_id, version, visit.name, code, reason)
    except UsageError as error:
        return _refused(request, shown, error)
    events_of(visit, case_id)
    return _onward(request, case_id, outcome)


@router.post("/cases/{case_id}/reopen")
@allowed(Action.APPROVE)
def reopen(request: Request, case_id: str) -> Response:
    """Takes back what closed the case, until the order begins to leave."""
    visit = visit_of(request)
    actions.shown_case(visit, case_id)
    try:
        visit.desk.store.reopen(case_id, visit.name)
    except UsageError as error:
        return _refused(request, actions.shown_case(visit, case_id), error)
    if _is_script(request):
        return JSONResponse({"outcome": "reopened", "to": f"/cases/{quote(case_id)}?done=reopened"})
    return RedirectResponse(f"/cases/{quote(case_id)}?done=reopened", 303)


def _is_script(request: Request) -> bool:
    return request.headers.get("accept", "") == "application/json"


def _refused(request: Request, shown: ReviewCase, error: Exception) -> Response:
    """The page again, with what was typed; where the case has changed meanwhile, beside what was seen."""
    status = error.status if isinstance(error, Refused) else 409 if isinstance(error, StaleCase) else 422
    if _is_script(request):
        return JSONResponse({"error": str(error)}, status)
    visit = visit_of(request)
    now = visit.desk.store.case(shown.case_id)
    version = text_of(visit.values, "version")
    seen = visit.desk.store.shown_decision(now.case_id, version) if version and version != now.version else None
    changes = views.changed_since(seen, now.decision) if seen is not None else ()
    typed = {key: value for key, value in visit.values.items() if isinstance(value, str)}
    said = views.said_in(typed)
    return _page(request, now, status, said=said, typed=typed, trouble=str(error), changes=changes)


def _onward(request: Request, case_id: str, outcome: Outcome) -> Response:
    """To the next open case when this one is done, else back to it."""
    what, visit = actions.said_of(outcome), visit_of(request)
    if what in ("open", "second"):
        to = f"/cases/{quote(case_id)}?came={what}"
    else:
        following = visit.desk.store.next_case(case_id, visit.name, visit.groups)
        where = f"/cases/{quote(following)}" if following else "/queue"
        to = f"{where}?done={what}&was={quote(case_id)}"
    if _is_script(request):
        return JSONResponse({"outcome": what, "to": to, "unseen": list(outcome.unseen)})
    return RedirectResponse(to, 303)
