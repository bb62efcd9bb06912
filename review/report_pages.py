"""Reports for finance in the browser, and the metrics for Prometheus."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, date, datetime, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.errors import UsageError
from review.guard import Refused, allowed, visit_of
from review.policy import Action
from review.rendering import render

router = APIRouter(include_in_schema=False)
KINDS = {
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NAME = re.compile(r"[a-z_]{1,60}\.(html|csv|xlsx)")
LONGEST = timedelta(days=1100)


@router.get("/reports")
@allowed(Action.REPORTS)
def reports(request: Request) -> Response:
    """Which period? Whole weeks and months that are over are offered, others can be typed."""
    today = datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday())
    first_of_month = today.replace(day=1)
    last_month = first_of_month - timedelta(days=1)
    offered = (
        ("this week", monday, today),
        ("last week", monday - timedelta(days=7), monday - timedelta(days=1)),
        ("this month", first_of_month, today),
        ("last month", last_month.replace(day=1), last_month),
        ("the last 12 weeks", monday - timedelta(days=84), today),
        ("this year", today.replace(month=1, day=1), today),
    )
    asked = request.query_params
    if asked.get("from") and asked.get("to"):
        first, last = _day(asked["from"]), _day(asked["to"])
        return Response(status_code=303, headers={"Location": f"/reports/{first}/{last}/report.html"})
    return render(request, "reports.html", offered=offered, today=today)


@router.get("/reports/{first}/{last}/{part}")
@allowed(Action.REPORTS)
def file(request: Request, first: str, last: str, part: str) -> Response:
    """A file of a report; the page's own links lead to the others."""
    since, until = _day(first), _day(last)
    if not since <= until <= since + LONGEST:
        raise UsageError(f"a report runs from a day to a later one, at most {LONGEST.days} days")
    found = _NAME.fullmatch(part)
    link = str(request.base_url).rstrip("/")
    content = visit_of(request).desk.figures.file(since, until, part, link) if found else None
    if found is None or content is None:
        raise Refused(404, "there is no such file")
    headers = _may_show(content) if found[1] == "html" else {"Content-Disposition": f'attachment; filename="{part}"'}
    return Response(content, media_type=KINDS[found[1]], headers=headers)


def _may_show(page: bytes) -> dict[str, str]:
    """The page's one style block is allowed by its hash; scripts are not, as everywhere."""
    style = page.partition(b"<style>")[2].partition(b"</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'"
    return {"Content-Security-Policy": policy}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text[:20]!r} is not a day as 2026-11-30") from None


@router.get("/metrics")
@allowed(Action.REPORTS)
def metrics(request: Request) -> Response:
    """For Prometheus, with a token as bearer."""
    content = visit_of(request).desk.figures.metrics()
    return Response(content, media_type="text/plain; version=0.0.4; charset=utf-8")
