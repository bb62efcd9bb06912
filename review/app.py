"""The web application: routes put together, every answer with the headers that keep strangers' text harmless."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline.errors import DocumentError, IntakeError, SourceError
from review import (
    account,
    admin,
    api,
    api_admin,
    api_cases,
    api_desk,
    case_pages,
    case_parts,
    cause_pages,
    keymap,
    pages,
    queue_pages,
)
from review.audit_pages import router as audits
from review.desk import Desk
from review.guard import Refused, guard
from review.rendering import render
from review.report_pages import router as reports
from store import StaleCase

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def create_app(desk: Desk) -> FastAPI:
    """No route answers without the guard's word, and no page of FastAPI's own is there."""
    app = FastAPI(
        title="po-intake",
        description="What the pages do, for programs. Give a token (po-intake user token) as Authorization: Bearer. "
        "Or sign in as in the browser; then what changes something carries the header Origin of this page and "
        "X-CSRF-Token (see /api/session).",
        dependencies=[Depends(guard)],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.desk = desk
    parts = (
        pages,
        queue_pages,
        case_pages,
        case_parts,
        cause_pages,
        keymap,
        account,
        admin,
        api,
        api_desk,
        api_admin,
        api_cases,
    )
    for part in parts:
        app.include_router(part.router)
    app.include_router(audits)
    app.include_router(reports)
    app.add_exception_handler(IntakeError, _trouble)
    app.add_exception_handler(Refused, _trouble)

    @app.middleware("http")
    async def headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if desk.public_url:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response

    return app


def _trouble(request: Request, error: Exception) -> Response:
    status = _status(error)
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": str(error)}, status)
    if status == 401:
        return RedirectResponse(f"/sign-in?to={quote(request.url.path, safe='')}", 303)
    return render(request, "trouble.html", status, message=str(error), stale=status == 409)


def _status(error: Exception) -> int:
    if isinstance(error, Refused):
        return error.status
    if isinstance(error, StaleCase):
        return 409
    if isinstance(error, SourceError):
        return 503
    return 404 if isinstance(error, DocumentError) else 422
