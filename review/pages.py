"""Signing in and out; files of the page itself; whether the service is well."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline.errors import SourceError, UsageError
from review.desk import Desk
from review.guard import (
    Refused,
    Visit,
    allowed,
    csrf_of,
    drop_cookie,
    form_cookie,
    new_token,
    own_origin,
    session_cookie,
    set_cookie,
    text_of,
    token_hash,
    visit_of,
)
from review.passwords import is_right
from review.policy import Action
from review.rendering import FOLDER, render

router = APIRouter(include_in_schema=False)
INSIDE = ("/queue", "/cases/", "/causes", "/account", "/admin", "/reports", "/audits")
STATIC = {
    "style.css": "text/css", "case.css": "text/css", "keys.js": "text/javascript", "paper.js": "text/javascript",
    "case.js": "text/javascript",
}  # fmt: skip


@router.get("/static/{name}")
@allowed(Action.PUBLIC)
def static(name: str) -> Response:
    if name not in STATIC:
        raise Refused(404, "there is no such file")
    # its address changes with its content
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response((FOLDER / "static" / name).read_bytes(), media_type=STATIC[name], headers=headers)


@router.get("/health")
@allowed(Action.PUBLIC)
def health(request: Request) -> Response:
    """200 as long as the database answers; it tells nothing else."""
    desk: Desk = request.app.state.desk
    try:
        desk.store.schema()
    except SourceError:
        return JSONResponse({"status": "the database does not answer"}, 503)
    return JSONResponse({"status": "ok"})


# --- signing in and out -----------------------------------------------------------------------------------------------


@router.get("/sign-in")
@allowed(Action.PUBLIC)
def sign_in_form(request: Request, to: str = "/queue") -> Response:
    if visit_of(request).user is not None:
        return RedirectResponse(_inside(to), 303)
    return _sign_in_page(request, to, "")


def _sign_in_page(request: Request, to: str, message: str, status: int = 200) -> Response:
    desk: Desk = request.app.state.desk
    token = request.cookies.get(form_cookie(desk)) or new_token()
    label = desk.sign_on.label if desk.sign_on else ""
    values = {"to": to, "message": message, "label": label, "csrf": csrf_of(token), "user": None}
    response = render(request, "sign_in.html", status, **values)
    set_cookie(response, desk, form_cookie(desk), token)
    drop_cookie(response, desk, session_cookie(desk))
    return response


@router.post("/sign-in")
@allowed(Action.PUBLIC)
def sign_in(request: Request) -> Response:
    visit = visit_of(request)
    people, to = visit.desk.store.people, text_of(visit.values, "to")
    name, password = text_of(visit.values, "name"), text_of(visit.values, "password")
    address = request.client.host if request.client else ""
    wait = people.may_try(name, address)
    if wait.total_seconds() > 0:
        message = f"Too many tries; wait {wait.total_seconds():.0f} seconds, then try again."
        return _sign_in_page(request, to, message, 429)
    known = people.password_of(name)
    if not is_right(password, known[1] if known else None) or known is None:
        return _sign_in_page(request, to, "Name or password is wrong.", 401)
    token = new_token()
    people.sign_in(known[0], token_hash(token), address)
    return _enter(visit, token, to)


def _enter(visit: Visit, token: str, to: str) -> Response:
    """With a session that is new, whatever was there before."""
    if visit.user is not None:
        visit.desk.store.people.sign_out(token_hash(visit.token))
    response = RedirectResponse(_inside(to), 303)
    set_cookie(response, visit.desk, session_cookie(visit.desk), token)
    drop_cookie(response, visit.desk, form_cookie(visit.desk))
    return response


@router.get("/sign-in/provider")
@allowed(Action.PUBLIC)
def to_provider(request: Request, to: str = "/queue") -> Response:
    """Off to the identity provider, with a secret that only this browser holds."""
    visit = visit_of(request)
    if visit.desk.sign_on is None:
        raise Refused(404, "no identity provider is set up")
    secret = new_token()
    response = RedirectResponse(visit.desk.sign_on.address(_back(request), secret, _inside(to)), 303)
    set_cookie(response, visit.desk, form_cookie(visit.desk), secret)
    return response


@router.get("/sign-in/provider/back")
@allowed(Action.PUBLIC)
def from_provider(request: Request) -> Response:
    """Back from the identity provider: its word is looked at, a session begins."""
    visit = visit_of(request)
    if visit.desk.sign_on is None:
        raise Refused(404, "no identity provider is set up")
    secret = request.cookies.get(form_cookie(visit.desk), "")
    try:
        identity, to = visit.desk.sign_on.identity(_back(request), secret, dict(request.query_params))
        token = new_token()
        address = request.client.host if request.client else ""
        visit.desk.store.people.sign_in_as(identity, token_hash(token), address)
    except UsageError as error:
        return _sign_in_page(request, "/queue", str(error), 401)
    return _enter(visit, token, to)


def _back(request: Request) -> str:
    return own_origin(request, request.app.state.desk) + "/sign-in/provider/back"


def _inside(to: str) -> str:
    """Only places of this page: never another host's."""
    good = to.startswith(INSIDE) and "\\" not in to and to.isascii() and to.isprintable()
    return to if good else "/queue"


@router.post("/sign-out")
@allowed(Action.LEAVE)
def sign_out(request: Request) -> Response:
    visit = visit_of(request)
    visit.desk.store.people.sign_out(token_hash(visit.token))
    response = RedirectResponse("/sign-in", 303)
    drop_cookie(response, visit.desk, session_cookie(visit.desk))
    return response
