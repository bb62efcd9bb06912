"""The page of the queue, and who works on which case."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from review import work
from review.guard import allowed, visit_of
from review.policy import Action
from review.rendering import render
from store import QueueQuery, QueueShow, QueueSort

router = APIRouter(include_in_schema=False)
LAST_PAGE = 1_000_000


@router.get("/")
@allowed(Action.VIEW)
def start() -> Response:
    return RedirectResponse("/queue", 303)


@router.get("/queue")
@allowed(Action.VIEW)
def queue(
    request: Request,
    search: str = "",
    customer: str = "",
    reason: str = "",
    page: int = 1,
    sort: QueueSort = QueueSort.DUE,
    show: QueueShow = QueueShow.READY,
    done: str = "",
) -> Response:
    visit = visit_of(request)
    asked = QueueQuery(
        search=search,
        customer=customer,
        reason=reason,
        page=min(max(page, 1), LAST_PAGE),
        sort=sort,
        show=show,
        user=visit.name,
        groups=visit.groups,
    )

    def address(**other: object) -> str:
        kept = {"search": search, "customer": customer, "reason": reason, "sort": sort, "show": show} | other
        return "/queue?" + urlencode({key: value for key, value in kept.items() if value})

    return render(
        request,
        "queue.html",
        asked=asked,
        found=visit.desk.store.queue_page(asked),
        ageing=visit.desk.store.ageing(visit.groups),
        address=address,
        sorts=tuple(QueueSort),
        shows=tuple(QueueShow),
        done=done,
    )


@router.post("/cases/{case_id}/work/{what}")
@allowed(Action.WORK)
def worked(request: Request, case_id: str, what: work.Work) -> Response:
    """On to the next case where this one is out of one's hands, else back to it."""
    visit = visit_of(request)
    work.done(visit, case_id, what)
    following = visit.desk.store.next_case(case_id, visit.name, visit.groups) if what in work.LEAVES else case_id
    return RedirectResponse(f"/cases/{quote(following)}?done={what}" if following else f"/queue?done={what}", 303)
