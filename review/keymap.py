"""The page on which people change their keys."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import UsageError
from review.guard import allowed, text_of, visit_of
from review.keys import KEYS, own_keys
from review.policy import Action
from review.rendering import render

router = APIRouter(include_in_schema=False)


@router.get("/keys")
@allowed(Action.ACCOUNT)
def shown(request: Request, done: str = "") -> Response:
    return render(request, "keys.html", done=done, trouble="")


@router.post("/keys")
@allowed(Action.ACCOUNT)
def change(request: Request) -> Response:
    visit = visit_of(request)
    try:
        own = own_keys({k.action: text_of(visit.values, k.action).strip() for k in KEYS})
    except UsageError as error:
        return render(request, "keys.html", 422, done="", trouble=str(error))
    visit.desk.store.keep_keys(visit.name, own)
    return RedirectResponse("/keys?done=kept", 303)
