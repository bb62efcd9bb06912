"""Causes, answers for many, and what administrators do, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from pipeline.errors import UsageError
from review import admin, cause_pages
from review.api import parsed, takes
from review.guard import allowed, text_of, visit_of
from review.passwords import hashed
from review.policy import Action

router = APIRouter(prefix="/api")


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Asked(Strict):
    """``answer``: an item, a unit, or "document" or "erp" for a price. ``seen`` is that of the preview."""

    answer: str
    reason_code: str = ""
    reason: str = ""
    remember: bool = True
    seen: str = ""


class NewUser(Strict):
    """``groups``: "north, south"; "*" for all customers."""

    name: str
    role: str
    password: str
    groups: str = "*"


class Change(Strict):
    role: str
    groups: str = "*"


class Group(Strict):
    """``customers``: ids with blanks between them; "unknown" stands for orders whose customer is not known."""

    name: str
    customers: str


class NewToken(Strict):
    """``scopes``: actions with blanks between them; ``days``: 1 to 366."""

    name: str
    scopes: str
    days: str
    label: str = ""


class Why(Strict):
    reason: str = ""


class Nothing(Strict):
    pass


@router.get("/causes")
@allowed(Action.VIEW)
def causes(request: Request) -> dict[str, Any]:
    """Causes that several open cases share."""
    visit = visit_of(request)
    return {"causes": [asdict(group) for group in visit.desk.store.causes.groups(visit.groups)]}


@router.post("/causes/{cause_id}/preview", openapi_extra=takes(Asked))
@allowed(Action.MANY)
def preview(request: Request, cause_id: str) -> dict[str, Any]:
    """What would come out of one answer for all; nothing is recorded."""
    said, visit = parsed(request, Asked), visit_of(request)
    shown = visit.desk.many.preview(cause_pages.asked(visit, cause_id, said.remember))
    return asdict(shown) | {"leaving": shown.leaving}


@router.post("/causes/{cause_id}/answer", openapi_extra=takes(Asked))
@allowed(Action.MANY)
def answer(request: Request, cause_id: str) -> dict[str, Any]:
    """Gives the answer to the cases of the preview."""
    said, visit = parsed(request, Asked), visit_of(request)
    return asdict(visit.desk.many.answer(cause_pages.asked(visit, cause_id, said.remember)))


@router.post("/answers/{answer_id}/undo", openapi_extra=takes(Nothing))
@allowed(Action.MANY)
def undo(request: Request, answer_id: str) -> dict[str, Any]:
    """Takes an answer back wherever the order has not left and nobody worked on it since."""
    parsed(request, Nothing)
    visit = visit_of(request)
    cause_pages.may_undo(visit, answer_id)
    reopened, kept = visit.desk.many.undo(answer_id, visit.name)
    return {"reopened": reopened, "kept": kept}


# --- administration ---------------------------------------------------------------------------------------------------


@router.get("/admin/state")
@allowed(Action.ADMIN)
def state(request: Request) -> dict[str, Any]:
    """Mailboxes, messages by state, stuck ones, what does not leave, the exports' last look."""
    store = visit_of(request).desk.store
    counts = store.counts()
    return {
        "looks": [asdict(look) for look in store.office.looks()],
        "messages": {account: dict(states) for account, states in store.office.messages_by_account().items()},
        "stuck": [asdict(message) for message in store.stuck_messages()],
        "exports": [{"key": key, "error": error} for key, error in store.outbox_problems()],
        "counts": {"messages": dict(counts.messages), "cases": dict(counts.cases), "outbox": dict(counts.outbox)},
        "faults": list(counts.faults),
    }


@router.post("/admin/messages/{sha256}/retry", openapi_extra=takes(Nothing))
@allowed(Action.ADMIN)
def retry_message(request: Request, sha256: str) -> dict[str, Any]:
    """Gives a failed or given-up message new tries."""
    parsed(request, Nothing)
    visit = visit_of(request)
    if not visit.desk.store.retry_message(sha256, visit.name):
        raise UsageError("this message is neither failed nor given up")
    return {"retried": sha256}


@router.get("/admin/aliases")
@allowed(Action.ADMIN)
def aliases(request: Request, customer: str = "") -> dict[str, Any]:
    """What people's choices taught, of one customer or of all."""
    return {"aliases": [asdict(known) for known in visit_of(request).desk.store.aliases(customer or None)]}


@router.post("/admin/aliases/{alias_id}/undo", openapi_extra=takes(Why))
@allowed(Action.ADMIN)
def undo_alias(request: Request, alias_id: str) -> dict[str, Any]:
    """Forgets it; gives the orders in which it decided."""
    parsed(request, Why)
    visit = visit_of(request)
    _, orders = visit.desk.store.undo_alias(alias_id, visit.name, text_of(visit.values, "reason"))
    return {"orders": [asdict(order) for order in orders]}


@router.post("/admin/aliases/{alias_id}/confirm", openapi_extra=takes(Nothing))
@allowed(Action.ADMIN)
def confirm_alias(request: Request, alias_id: str) -> dict[str, Any]:
    """Says so once more, without an order."""
    parsed(request, Nothing)
    visit = visit_of(request)
    return asdict(visit.desk.store.confirm_alias(alias_id, visit.name))


@router.get("/admin/users")
@allowed(Action.ADMIN)
def users(request: Request) -> dict[str, Any]:
    """Users, groups of customers, tokens (without the tokens themselves)."""
    store = visit_of(request).desk.store
    return {
        "users": [asdict(user) for user in store.people.users()],
        "groups": dict(store.office.groups()),
        "tokens": [asdict(token) | {"user": token.user.name} for token in store.tokens.all()],
    }


@router.post("/admin/users", openapi_extra=takes(NewUser))
@allowed(Action.ADMIN)
def add_user(request: Request) -> dict[str, Any]:
    """A new user, or a disabled one again."""
    asked = parsed(request, NewUser)
    admin.added_user(visit_of(request), hashed(asked.password))
    return {"added": asked.name}


@router.post("/admin/users/{name}/change", openapi_extra=takes(Change))
@allowed(Action.ADMIN)
def change_user(request: Request, name: str) -> dict[str, Any]:
    """Another role, other groups."""
    parsed(request, Change)
    admin.changed_user(visit_of(request), name)
    return {"changed": name}


@router.post("/admin/users/{name}/disable", openapi_extra=takes(Nothing))
@allowed(Action.ADMIN)
def disable_user(request: Request, name: str) -> dict[str, Any]:
    """Ends the user's sessions and tokens."""
    parsed(request, Nothing)
    admin.disabled_user(visit_of(request), name)
    return {"disabled": name}


@router.post("/admin/groups", openapi_extra=takes(Group))
@allowed(Action.ADMIN)
def set_group(request: Request) -> dict[str, Any]:
    """The customers of a group; none of them ends it."""
    asked, visit = parsed(request, Group), visit_of(request)
    return {"customers": visit.desk.store.office.set_group(asked.name, asked.customers.split(), visit.name)}


@router.post("/admin/tokens", openapi_extra=takes(NewToken))
@allowed(Action.ADMIN)
def issue_token(request: Request) -> dict[str, Any]:
    """A token for a program; it is told this once."""
    parsed(request, NewToken)
    return {"token": admin.issued(visit_of(request))}


@router.post("/admin/tokens/{token_id}/revoke", openapi_extra=takes(Nothing))
@allowed(Action.ADMIN)
def revoke_token(request: Request, token_id: str) -> dict[str, Any]:
    """It is good for nothing from now on."""
    parsed(request, Nothing)
    visit = visit_of(request)
    visit.desk.store.tokens.revoke(token_id, visit.name)
    return {"revoked": token_id}


@router.get("/admin/audit")
@allowed(Action.ADMIN)
def audit(request: Request, before: int = 0, actor: str = "", subject: str = "") -> dict[str, Any]:
    """A hundred entries, newest first, older than ``before``."""
    store = visit_of(request).desk.store
    entries = store.office.audit_page(before if 0 < before < 2**31 else None, actor, subject)
    return {"entries": [asdict(entry) for entry in entries]}
