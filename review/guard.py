"""Before every route: the right host, who is it, may they, is the case theirs, do they mean it? Default is no."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from pipeline.errors import UsageError
from review.desk import Desk
from review.policy import Action, groups_of, may
from store import User

F = TypeVar("F", bound=Callable[..., Any])
LONGEST_BODY = 2_000_000
_PLAIN_HOST = re.compile(r"(?:(?P<name>[a-z0-9.-]+)|\[(?P<v6>[0-9a-f:.]+)\])(?::\d{1,5})?")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Refused(Exception):
    """``status`` is HTTP's: 400, 401 (sign in first), 403, 404, 413, 429."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Visit:
    """One request's person and words. ``values`` are the form's fields or the JSON object."""

    desk: Desk
    user: User | None
    token: str  # the session's, or that of the sign-in form; "" when neither is there
    values: dict[str, Any] = field(default_factory=dict)
    scopes: tuple[str, ...] | None = None  # a program's token goes no further; None: a person

    @property
    def name(self) -> str:
        return self.user.name if self.user else ""

    @property
    def groups(self) -> tuple[str, ...] | None:
        """Those whose customers this person sees; None: all customers."""
        return () if self.user is None else groups_of(self.user)

    def may(self, action: Action) -> bool:
        return may(self.user, action) and (self.scopes is None or action in (Action.PUBLIC, *self.scopes))

    @property
    def csrf(self) -> str:
        return csrf_of(self.token)


def allowed(action: Action) -> Callable[[F], F]:
    """What a route does; one without is refused to everybody."""

    def mark(endpoint: F) -> F:
        endpoint.__dict__["action"] = action
        return endpoint

    return mark


def action_of(endpoint: object) -> Action | None:
    found = getattr(endpoint, "action", None)
    return found if isinstance(found, Action) else None


async def guard(request: Request) -> None:
    """Leaves the ``Visit`` in ``request.state.visit``. Raises ``Refused``."""
    desk: Desk = request.app.state.desk
    action = action_of(request.scope["route"].endpoint)
    if action is None:
        raise Refused(403, "nobody may use this address")
    if _host(request) not in _hosts(desk):
        raise Refused(400, "this page does not answer to that host name")
    if not _storable((request.url.path, list(request.query_params.values()), list(request.cookies.values()))):
        raise Refused(400, "the address holds characters that are none")
    visit = await run_in_threadpool(_who, desk, request)
    if not visit.may(action):
        raise Refused(403, "your role does not allow this") if visit.user else Refused(401, "sign in first")
    case_id = request.path_params.get("case_id")
    if case_id is not None and not await run_in_threadpool(desk.store.may_see, case_id, visit.groups):
        raise Refused(404, "there is no such case")
    if request.method not in ("GET", "HEAD"):
        visit = replace(visit, values=await _meant(request, visit))
    request.state.visit = visit


def _who(desk: Desk, request: Request) -> Visit:
    """A program by its token, on the JSON interface and for metrics alone; else a person by the session's cookie."""
    kind, _, bearer = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and (request.url.path.startswith("/api/") or request.url.path == "/metrics"):
        program = desk.store.tokens.of(token_hash(bearer.strip()))
        return Visit(desk, program.user, "", scopes=program.scopes) if program else Visit(desk, None, "")
    token = request.cookies.get(session_cookie(desk), "")
    if token:
        found = desk.store.people.signed_in(token_hash(token), desk.idle, desk.longest)
        if found is not None:
            return Visit(desk, found.user, token)
    return Visit(desk, None, request.cookies.get(form_cookie(desk), ""))


# --- does the person mean it ------------------------------------------------------------------------------------------


async def _meant(request: Request, visit: Visit) -> dict[str, Any]:
    """The body of a request that changes something, which must come from our own page with its own token.

    No browser sends a program's token by itself, so a program needs neither.
    """
    program, token = visit.scopes is not None, visit.token
    if not program and request.headers.get("origin") != own_origin(request, visit.desk):
        raise Refused(403, "the request comes from another page (header Origin); open the review page itself")
    values = _parsed(request.headers.get("content-type", ""), await _body(request))
    if not _storable(values):
        raise Refused(400, "the request holds characters that are none")
    if program:
        return values
    sent = request.headers.get("x-csrf-token") or values.pop("csrf", "")
    if not token or not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), csrf_of(token).encode()):
        raise Refused(403, "the page is older than your session; load it again and repeat what you did")
    return values


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            raise Refused(413, f"more than {LONGEST_BODY} bytes")
    return bytes(body)


def _parsed(content_type: str, body: bytes) -> dict[str, Any]:
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "application/x-www-form-urlencoded":
            return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20_000))
        if kind == "application/json":
            value = json.loads(body)
            if isinstance(value, dict):
                return value
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"the request cannot be read: {error}") from None
    raise Refused(400, "send a form or one JSON object")


def _storable(value: object) -> bool:
    """Whether every text in it is one that databases take: no NUL, no half of a pair."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
    if isinstance(value, dict):
        return all(_storable(part) for pair in value.items() for part in pair)
    return not isinstance(value, (list, tuple)) or all(_storable(part) for part in value)


def _host(request: Request) -> str:
    """Without the port; "" for what is no plain host name: ``urlsplit`` takes "[::1].evil.example" for "::1"."""
    found = _PLAIN_HOST.fullmatch(request.headers.get("host", "").lower())
    return (found["name"] or found["v6"]) if found else ""


def _hosts(desk: Desk) -> tuple[str, ...]:
    public = urlsplit(desk.public_url).hostname
    return (public,) if public else _LOOPBACK


def own_origin(request: Request, desk: Desk) -> str:
    if desk.public_url:
        parts = urlsplit(desk.public_url)
        return f"{parts.scheme}://{parts.netloc}"
    return f"http://{request.headers.get('host', '')}"


# --- tokens and cookies -----------------------------------------------------------------------------------------------


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_of(token: str) -> str:
    """Tells nothing of the token, and goes with it."""
    return hashlib.sha256(f"form:{token}".encode()).hexdigest()


def session_cookie(desk: Desk) -> str:
    return "__Host-po_intake" if desk.public_url else "po_intake"


def form_cookie(desk: Desk) -> str:
    return session_cookie(desk) + "_form"


def set_cookie(response: Response, desk: Desk, name: str, token: str) -> None:
    response.set_cookie(name, token, httponly=True, samesite="lax", secure=bool(desk.public_url), path="/")


def drop_cookie(response: Response, desk: Desk, name: str) -> None:
    response.delete_cookie(name, httponly=True, samesite="lax", secure=bool(desk.public_url), path="/")


def visit_of(request: Request) -> Visit:
    visit: Visit = request.state.visit
    return visit


def text_of(values: dict[str, Any], key: str) -> str:
    """Raises ``UsageError`` where the value is no text."""
    value = values.get(key, "")
    if not isinstance(value, str):
        raise UsageError(f"{key} must be text")
    return value
