"""One's own account: password, and where one is signed in."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from review.guard import Visit, allowed, text_of, token_hash, visit_of
from review.passwords import hashed, is_right
from review.policy import Action
from review.rendering import render

router = APIRouter(include_in_schema=False)


@router.get("/account")
@allowed(Action.ACCOUNT)
def account(request: Request, done: str = "") -> Response:
    return _page(request, visit_of(request), done=done)


def _page(request: Request, visit: Visit, done: str = "", message: str = "", status: int = 200) -> Response:
    people = visit.desk.store.people
    sessions = people.sessions(visit.name, token_hash(visit.token))
    return render(request, "account.html", status, sessions=sessions, done=done, message=message)


@router.post("/account/password")
@allowed(Action.ACCOUNT)
def change_password(request: Request) -> Response:
    """The old password is asked for again: whoever finds an unlocked screen does not get the account."""
    visit = visit_of(request)
    people = visit.desk.store.people
    address = request.client.host if request.client else ""
    new = text_of(visit.values, "new")
    if new != text_of(visit.values, "again"):
        return _page(request, visit, message="The two new passwords differ.", status=422)
    fresh = hashed(new)
    wait = people.may_try(visit.name, address)
    if wait.total_seconds() > 0:
        return _page(request, visit, message=f"Too many tries; wait {wait.total_seconds():.0f} seconds.", status=429)
    known = people.password_of(visit.name)
    if known is None or not is_right(text_of(visit.values, "old"), known[1]):
        return _page(request, visit, message="The old password is wrong.", status=403)
    people.forgive(visit.name, address)
    people.set_password(visit.name, fresh, visit.name, keep=token_hash(visit.token))
    return RedirectResponse("/account?done=password", 303)


@router.post("/account/sign-out-others")
@allowed(Action.ACCOUNT)
def sign_out_others(request: Request) -> Response:
    visit = visit_of(request)
    visit.desk.store.people.sign_out_everywhere(visit.name, visit.name, keep=token_hash(visit.token))
    return RedirectResponse("/account?done=others", 303)
