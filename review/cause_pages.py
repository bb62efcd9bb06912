"""The page of causes that several cases share: one answer, foreseen, given, taken back."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import UsageError
from pipeline.settling import APPROVAL_REASONS
from review.guard import Visit, allowed, text_of, visit_of
from review.many import ForMany
from review.policy import Action
from review.rendering import render

router = APIRouter(include_in_schema=False)


def asked(visit: Visit, cause_id: str, remember: bool) -> ForMany:
    """What a form or a JSON object says."""
    said = {key: text_of(visit.values, key) for key in ("answer", "reason_code", "reason", "seen")}
    return ForMany(cause_id=cause_id, reviewer=visit.name, groups=visit.groups, remember=remember, **said)


@router.get("/causes")
@allowed(Action.VIEW)
def causes(request: Request, done: str = "") -> Response:
    visit = visit_of(request)
    store = visit.desk.store
    # who does not see all customers sees the own answers only
    answers = tuple(one for one in store.causes.answers() if visit.groups is None or one.by == visit.name)
    return render(request, "causes.html", groups=store.causes.groups(visit.groups), answers=answers, done=done)


@router.get("/causes/{cause_id}")
@allowed(Action.MANY)
def cause(request: Request, cause_id: str) -> Response:
    return _page(request, visit_of(request), cause_id, None)


@router.post("/causes/{cause_id}/preview")
@allowed(Action.MANY)
def preview(request: Request, cause_id: str) -> Response:
    """What would come out; nothing is recorded."""
    visit = visit_of(request)
    return _page(request, visit, cause_id, asked(visit, cause_id, "remember" in visit.values))


def _page(request: Request, visit: Visit, cause_id: str, said: ForMany | None) -> Response:
    group = visit.desk.store.causes.group(cause_id, visit.groups)
    plain = said or asked(visit, cause_id, True)
    return render(
        request,
        "cause.html",
        group=group,
        suggestions=visit.desk.many.suggestions(plain),
        said=plain,
        preview=None if said is None else visit.desk.many.preview(said),
        reasons=APPROVAL_REASONS,
    )


@router.post("/causes/{cause_id}/answer")
@allowed(Action.MANY)
def answer(request: Request, cause_id: str) -> Response:
    visit = visit_of(request)
    given = visit.desk.many.answer(asked(visit, cause_id, "remember" in visit.values))
    left = sum(case.outcome == "resolved" for case in given.cases)
    return RedirectResponse(f"/causes?done={left}-{len(given.cases)}", 303)


@router.post("/answers/{answer_id}/undo")
@allowed(Action.MANY)
def undo(request: Request, answer_id: str) -> Response:
    visit = visit_of(request)
    may_undo(visit, answer_id)
    reopened, kept = visit.desk.many.undo(answer_id, visit.name)
    return RedirectResponse(f"/causes?done=undone-{len(reopened)}-{len(kept)}", 303)


def may_undo(visit: Visit, answer_id: str) -> None:
    """Raises ``UsageError`` for an answer whose cases the visitor does not all see."""
    store = visit.desk.store
    if not all(store.may_see(case.case_id, visit.groups) for case in store.causes.answer(answer_id).cases):
        raise UsageError("there is no such answer")
