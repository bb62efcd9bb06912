"""The page of one case: looking at it, and the forms that resolve it."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import DocumentError, SourceError
from pipeline.model import ReviewCase
from review import actions, fields, views
from review.desk import Desk, Picture
from review.guard import allowed, visit_of
from review.policy import Action
from review.rendering import render

router = APIRouter(include_in_schema=False)


@router.get("/cases/{case_id}")
@allowed(Action.VIEW)
def case(request: Request, case_id: str, page: int = 0, done: str = "", came: str = "") -> Response:
    visit = visit_of(request)
    shown = actions.shown_case(visit, case_id)
    cards = views.cards(shown.decision)
    first = next((card.evidence.page for card in cards if card.evidence), 1)
    number = page or first
    picture, why_none = _picture(visit.desk, shown, number)
    return render(
        request,
        "case.html",
        case=shown,
        order=shown.decision.order,
        cards=cards,
        agreed=views.agreed(shown.decision),
        values=fields.values(shown.decision.order),
        rectangles=tuple(views.rectangles(shown.decision, cards, number)),
        picture=picture,
        why_none=why_none,
        page=number,
        pages=max(views.pages(shown), number),
        trail=visit.desk.store.audit_entries(shown.order_key),
        done=done,
        came=came,
    )


def _picture(desk: Desk, shown: ReviewCase, page: int) -> tuple[Picture | None, str]:
    try:
        return desk.picture(shown, page), ""
    except (DocumentError, SourceError) as error:
        return None, str(error)


@router.get("/cases/{case_id}/pages/{number}.png")
@allowed(Action.VIEW)
def picture(request: Request, case_id: str, number: int) -> Response:
    visit = visit_of(request)
    png = visit.desk.picture(actions.shown_case(visit, case_id), number).png
    return Response(png, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


# --- deciding ---------------------------------------------------------------------------------------------------------


@router.post("/cases/{case_id}/approve")
@allowed(Action.APPROVE)
def approve(request: Request, case_id: str) -> Response:
    visit = visit_of(request)
    typed = {key.removeprefix("other-"): v for key, v in visit.values.items() if key.startswith("other-")}
    picked = {key.removeprefix("sku-"): v for key, v in visit.values.items() if key.startswith("sku-")}
    skus = actions.items_per_line(picked) | actions.items_per_line(typed)
    outcome = actions.approve(visit, case_id, skus, remember="remember" in visit.values)
    return _onward(request, case_id, actions.said_of(outcome))


@router.post("/cases/{case_id}/correct")
@allowed(Action.CORRECT)
def correct(request: Request, case_id: str) -> Response:
    visit = visit_of(request)
    values = {key: value for key, value in visit.values.items() if key not in ("version", "reason")}
    return _onward(request, case_id, actions.said_of(actions.correct(visit, case_id, values)))


@router.post("/cases/{case_id}/reject")
@allowed(Action.REJECT)
def reject(request: Request, case_id: str) -> Response:
    visit = visit_of(request)
    return _onward(request, case_id, actions.said_of(actions.reject(visit, case_id)))


def _onward(request: Request, case_id: str, what: str) -> Response:
    """To the next open case when this one is done, else back to it."""
    if what in ("open", "second"):
        return RedirectResponse(f"/cases/{quote(case_id)}?came={what}", 303)
    visit = visit_of(request)
    following = visit.desk.store.next_case(case_id, visit.name, visit.groups)
    return RedirectResponse(f"/cases/{quote(following)}?done={what}" if following else f"/queue?done={what}", 303)
