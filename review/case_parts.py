"""What the page of a case fetches piece by piece: pictures and words of pages, the mail, items of the ERP."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import nh3
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pipeline.errors import DocumentError, SourceError, UsageError
from review import actions, fields, views
from review.cards import cards
from review.guard import allowed, text_of, visit_of
from review.policy import Action
from review.rendering import render
from review.wording import VALUE
from store import StaleCase

router = APIRouter(include_in_schema=False)
MAIL_TAGS = {
    "p", "br", "div", "span", "b", "i", "u", "strong", "em", "ul", "ol", "li", "table", "thead", "tbody", "tr", "td",
    "th", "h1", "h2", "h3", "h4", "blockquote", "pre", "hr",
}  # fmt: skip
MAIL_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; form-action 'none'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
MEANINGS = (
    "item_id", "buyer_item_id", "seller_item_id", "description", "quantity", "unit", "unit_price",
    "price_base_quantity", "line_amount", "requested_date", "line_no", "ignored",
)  # fmt: skip
LINES = 25  # on one page


@router.get("/cases/{case_id}/pages/{number}.png")
@allowed(Action.VIEW)
def picture(request: Request, case_id: str, number: int) -> Response:
    visit = visit_of(request)
    png = visit.desk.picture(actions.shown_case(visit, case_id), number).png
    return Response(png, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


@router.get("/cases/{case_id}/pages/{number}.json")
@allowed(Action.VIEW)
def page(request: Request, case_id: str, number: int) -> dict[str, Any]:
    """Size in points, the words, and the boxes of what was read: [x0, top, x1, bottom, card, title]."""
    visit = visit_of(request)
    shown = actions.shown_case(visit, case_id)
    drawn, words = visit.desk.picture(shown, number), visit.desk.work.words(shown, number)
    boxes = views.rectangles(shown.decision, cards(shown.decision), number)
    return {
        "width": drawn.width,
        "height": drawn.height,
        "words": [[text, box.x0, box.top, box.x1, box.bottom] for text, box in words.words],
        "boxes": [[r.box.x0, r.box.top, r.box.x1, r.box.bottom, r.card, r.title] for r in boxes],
    }


@router.get("/cases/{case_id}/reading")
@allowed(Action.VIEW)
def reading(request: Request, case_id: str, path: str = "", text: str = "") -> dict[str, str | None]:
    """A printed text in the form a field takes; null where it can be read two ways."""
    shown = actions.shown_case(visit_of(request), case_id)
    return {"value": fields.as_field(shown.decision.order, path, text[:500])}


@router.get("/cases/{case_id}/items")
@allowed(Action.VIEW)
def items(request: Request, case_id: str, text: str = "") -> dict[str, Any]:
    """The ERP's items that a search finds, best first."""
    return actions.items_found(visit_of(request), case_id, text)


@router.get("/cases/{case_id}/mail")
@allowed(Action.VIEW)
def mail(request: Request, case_id: str) -> Response:
    """The mail's HTML: only marks of text, no address, no picture, in a sandbox of its own."""
    visit = visit_of(request)
    html = visit.desk.work.mail_html(actions.shown_case(visit, case_id))
    clean = nh3.clean(html or "", tags=MAIL_TAGS, attributes={"td": {"colspan"}, "th": {"colspan"}}, link_rel=None)
    page = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Mail</title>{clean}'
    return HTMLResponse(page, headers=MAIL_HEADERS)


# --- all values, and the lines ----------------------------------------------------------------------------------------


@router.get("/cases/{case_id}/lines")
@allowed(Action.VIEW)
def lines(request: Request, case_id: str, first: int = 1, done: str = "") -> Response:
    return _lines(request, case_id, first, done=done)


def _lines(request: Request, case_id: str, first: int = 1, status: int = 200, **more: str) -> Response:
    shown = actions.shown_case(visit_of(request), case_id)
    count = len(shown.decision.order.lines)
    first = min(max(first, 1), max(count, 1))
    values = fields.values(shown.decision.order)
    header = {path: value for path, value in values.items() if not path.startswith("lines[")}
    rows = [
        (n, {f"lines[{n - 1}].{name}": values[f"lines[{n - 1}].{name}"] for name in fields.LINE})
        for n in range(first, min(first + LINES, count + 1))
    ]
    said = {"done": "", "trouble": ""} | more
    taught = visit_of(request).desk.store.layout_corrections()
    layouts = [one for one in taught if one.learned_from and one.learned_from == shown.file_name]
    return render(
        request, "lines.html", status, case=shown, header=header, rows=rows, first=first, count=count, size=LINES,
        meanings=MEANINGS, layouts=layouts, **said,
    )  # fmt: skip


@router.post("/cases/{case_id}/lines")
@allowed(Action.CORRECT)
def change_lines(request: Request, case_id: str) -> Response:
    """One step: values put right, lines cut anew, a second order, a layout explained. The field "do" says which."""
    visit = visit_of(request)
    what, _, number = text_of(visit.values, "do").partition(":")
    first = text_of(visit.values, "first")
    begin = int(first) if first.isascii() and first.isdigit() else 1
    try:
        to = _changed(request, case_id, what, int(number) if number.isascii() and number.isdigit() else 0)
    except StaleCase as error:
        return _lines(request, case_id, begin, 409, trouble=str(error))
    except (UsageError, DocumentError, SourceError) as error:
        return _lines(request, case_id, begin, 422, trouble=str(error))
    return RedirectResponse(to or f"/cases/{quote(case_id)}/lines?first={begin}&done={quote(what)}", 303)


def _changed(request: Request, case_id: str, what: str, line: int) -> str:
    """Where to go from here; "": stay."""
    visit = visit_of(request)
    shown, version = actions.shown_case(visit, case_id), text_of(visit.values, "version")
    work = visit.desk.work
    if what == "save":
        values = {key.removeprefix(VALUE): value for key, value in visit.values.items() if key.startswith(VALUE)}
        outcome = actions.correct(visit, case_id, values)
        left = actions.said_of(outcome) == "left"
        return f"/queue?done=left&was={quote(case_id)}" if left else f"/cases/{quote(case_id)}?came=open"
    if what == "part":
        other = work.part(case_id, version, visit.name, line or _line(visit), text_of(visit.values, "po_number"))
        return f"/cases/{quote(other)}?done=part"
    if what == "layout":
        said = {
            text_of(visit.values, f"label-{n}").strip(): text_of(visit.values, f"meaning-{n}")
            for n in range(1, 4)
            if text_of(visit.values, f"label-{n}").strip()
        }
        work.learn_layout(shown, said, visit.name)
        return ""
    if what == "forget-layout":
        visit.desk.store.forget_layout(text_of(visit.values, "layout"), visit.name)
        return ""
    work.rearrange(case_id, version, visit.name, what, line)
    return ""


def _line(visit: Any) -> int:
    text = text_of(visit.values, "from_line")
    if not text.isascii() or not text.isdigit():
        raise UsageError("name the line with which the second order begins")
    return int(text)


@router.post("/cases/{case_id}/forget")
@allowed(Action.APPROVE)
def forget(request: Request, case_id: str) -> Response:
    """What this order taught counts no more."""
    visit = visit_of(request)
    shown = actions.shown_case(visit, case_id)
    visit.desk.store.withdraw_alias(shown.order_key, text_of(visit.values, "alias"), visit.name)
    return RedirectResponse(f"/cases/{quote(case_id)}?done=forgotten", 303)
