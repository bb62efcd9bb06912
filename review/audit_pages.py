"""Blind audits in the browser: what the document says is typed before the machine's answer is shown."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import UsageError
from review.guard import allowed, visit_of
from review.policy import Action
from review.rendering import render
from store.audits import AuditItem
from store.keyed import HEADER, OF_LINE, line_of

router = APIRouter(include_in_schema=False)
WORDS = {
    "customer": "our customer", "ship_to": "our ship-to",
    "po_number": "PO number", "order_date": "order date", "requested_date": "wanted on", "item": "our item",
    "unit_price": "price", "price_base_quantity": "price per", "line_amount": "amount",
}  # fmt: skip
ROWS = 10  # empty lines of the form, and as many more for each full ten: how many lines there are is not told
MOST_ROWS = 500


@router.get("/audits")
@allowed(Action.AUDIT)
def audits(request: Request, done: str = "") -> Response:
    reporting = visit_of(request).desk.store.reporting
    return render(
        request, "audits.html", waiting=reporting.audits("open"), second=reporting.audits("second"), done=done
    )


@router.get("/audits/{audit_id}")
@allowed(Action.AUDIT)
def audit(request: Request, audit_id: str, rows: int = ROWS) -> Response:
    item, store = _item(request, audit_id), visit_of(request).desk.store
    if item is None:
        return RedirectResponse("/audits", 303)
    order = store.recorded_order(item.order_key).first.order
    pages = max((*(e.page for e in order.evidence), *(r.page for r in order.remarks), 1))
    if item.status == "open":
        count = min(max(rows, ROWS), MOST_ROWS)
        return render(
            request, "audit.html", item=item, pages=pages, header=HEADER, columns=OF_LINE, rows=count, words=WORDS
        )
    beyond = [path for path in item.differing if path.endswith("]")]
    return render(request, "audit_second.html", item=item, pages=pages, pairs=_pairs(item), beyond=beyond)


def _pairs(item: AuditItem) -> list[tuple[str, str, str]]:
    """Path, keyed, machine: the header first, then line by line."""
    paths = sorted({*item.keyed, *item.machine}, key=lambda p: (line_of(p), p))
    return [(path, item.keyed.get(path, ""), item.machine.get(path, "")) for path in paths]


@router.get("/audits/{audit_id}/pages/{number}.png")
@allowed(Action.AUDIT)
def picture(request: Request, audit_id: str, number: int) -> Response:
    item = _item(request, audit_id)
    if item is None:
        return RedirectResponse("/audits", 303)
    png = visit_of(request).desk.figures.picture(item.order_key, number)
    return Response(png, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


@router.post("/audits/{audit_id}/key")
@allowed(Action.AUDIT)
def key(request: Request, audit_id: str) -> Response:
    visit = visit_of(request)
    return _onward(visit.desk.store.reporting.key_audit(audit_id, visit.name, visit.values))


@router.post("/audits/{audit_id}/settle")
@allowed(Action.AUDIT)
def settle(request: Request, audit_id: str) -> Response:
    """Every differing field must be answered: "machine" or "auditor" is wrong."""
    visit = visit_of(request)
    item = visit.desk.store.reporting.audit(audit_id)
    answers = {path: visit.values.get(path) for path in item.differing}
    open_ones = [path for path, answer in answers.items() if answer not in ("machine", "auditor")]
    if open_ones:
        raise UsageError(f"say who is wrong: {', '.join(open_ones)}")
    wrong = [path for path, answer in answers.items() if answer == "machine"]
    return _onward(visit.desk.store.reporting.settle_audit(item.audit_id, visit.name, wrong))


def _onward(item: AuditItem) -> Response:
    if item.status == "done":
        return RedirectResponse("/audits?done=wrong" if item.wrong else "/audits?done=right", 303)
    return RedirectResponse(f"/audits/{quote(item.audit_id)}", 303)


def _item(request: Request, audit_id: str) -> AuditItem | None:
    """By its whole id."""
    try:
        item = visit_of(request).desk.store.reporting.audit(audit_id)
    except UsageError:
        return None
    return item if item.audit_id == audit_id else None
