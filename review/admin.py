"""Pages for administrators: mailboxes and messages, exports, policies, learned words, people, tokens, the audit log."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import IntakeError, UsageError
from review.guard import Visit, allowed, new_token, text_of, token_hash, visit_of
from review.passwords import hashed
from review.policy import SCOPES, Action
from review.rendering import render
from store import Role

router = APIRouter(include_in_schema=False)


@router.get("/admin")
@allowed(Action.ADMIN)
def overview(request: Request, done: str = "") -> Response:
    """Mailboxes, messages that are stuck, exports and their findings."""
    visit = visit_of(request)
    store, office = visit.desk.store, visit.desk.office
    try:
        erp, trouble = office.erp(), ""
    except IntakeError as error:
        erp, trouble = None, str(error)
    return render(
        request,
        "admin.html",
        boxes=office.mailboxes(),
        looks={look.subject: look for look in store.office.looks()},
        messages=store.office.messages_by_account(),
        stuck=store.stuck_messages(),
        exports=store.outbox_problems(),
        counts=store.counts(),
        erp=erp,
        trouble=trouble,
        done=done,
    )


@router.post("/admin/messages/{sha256}/retry")
@allowed(Action.ADMIN)
def retry_message(request: Request, sha256: str) -> Response:
    visit = visit_of(request)
    if not visit.desk.store.retry_message(sha256, visit.name):
        raise UsageError("this message is neither failed nor given up")
    return RedirectResponse("/admin?done=retry", 303)


@router.post("/admin/exports/{key}/retry")
@allowed(Action.ADMIN)
def retry_export(request: Request, key: str) -> Response:
    visit = visit_of(request)
    if not visit.desk.store.retry_export(key, visit.name):
        raise UsageError("there is no such order waiting to leave")
    return RedirectResponse("/admin?done=retry", 303)


@router.get("/admin/policies")
@allowed(Action.ADMIN)
def policies(request: Request) -> Response:
    return render(request, "admin_policies.html", policies=visit_of(request).desk.office.policies())


# --- learned words ----------------------------------------------------------------------------------------------------


@router.get("/admin/aliases")
@allowed(Action.ADMIN)
def aliases(request: Request, customer: str = "", done: str = "") -> Response:
    found = visit_of(request).desk.store.aliases(customer or None)
    return render(request, "admin_aliases.html", aliases=found, customer=customer, done=done)


@router.post("/admin/aliases/{alias_id}/confirm")
@allowed(Action.ADMIN)
def confirm_alias(request: Request, alias_id: str) -> Response:
    visit = visit_of(request)
    visit.desk.store.confirm_alias(alias_id, visit.name)
    return RedirectResponse("/admin/aliases?done=confirmed", 303)


@router.post("/admin/aliases/{alias_id}/undo")
@allowed(Action.ADMIN)
def undo_alias(request: Request, alias_id: str) -> Response:
    """Lists the orders in which it decided, to be looked at again."""
    visit = visit_of(request)
    known, orders = visit.desk.store.undo_alias(alias_id, visit.name, text_of(visit.values, "reason"))
    return render(request, "admin_undone.html", known=known, orders=orders)


# --- people -----------------------------------------------------------------------------------------------------------


@router.get("/admin/users")
@allowed(Action.ADMIN)
def users(request: Request, done: str = "") -> Response:
    return _users(request, visit_of(request), done)


def _users(request: Request, visit: Visit, done: str = "", token: str = "") -> Response:
    store = visit.desk.store
    return render(
        request,
        "admin_users.html",
        users=store.people.users(),
        groups=store.office.groups(),
        tokens=store.tokens.all(),
        roles=tuple(Role),
        scopes=SCOPES,
        done=done,
        token=token,
    )


@router.post("/admin/users")
@allowed(Action.ADMIN)
def add_user(request: Request) -> Response:
    visit = visit_of(request)
    password = hashed(text_of(visit.values, "password"))
    added_user(visit, password)
    return RedirectResponse("/admin/users?done=added", 303)


def added_user(visit: Visit, password_hash: str) -> None:
    values = visit.values
    people, role = visit.desk.store.people, role_of(text_of(values, "role"))
    people.add(text_of(values, "name"), role, password_hash, visit.name, groups_of(text_of(values, "groups")))


@router.post("/admin/users/{name}/change")
@allowed(Action.ADMIN)
def change_user(request: Request, name: str) -> Response:
    changed_user(visit_of(request), name)
    return RedirectResponse("/admin/users?done=changed", 303)


def changed_user(visit: Visit, name: str) -> None:
    """Raises ``UsageError``, also for oneself: who takes the last administrator's role locks everybody out."""
    _not_oneself(visit, name)
    role, groups = role_of(text_of(visit.values, "role")), groups_of(text_of(visit.values, "groups"))
    visit.desk.store.people.change(name, visit.name, role=role, groups=groups)


@router.post("/admin/users/{name}/disable")
@allowed(Action.ADMIN)
def disable_user(request: Request, name: str) -> Response:
    disabled_user(visit_of(request), name)
    return RedirectResponse("/admin/users?done=disabled", 303)


def disabled_user(visit: Visit, name: str) -> None:
    _not_oneself(visit, name)
    visit.desk.store.people.disable(name, visit.name)


def _not_oneself(visit: Visit, name: str) -> None:
    if name.strip().casefold() == visit.name:
        raise UsageError("another administrator does that to you")


def role_of(text: str) -> Role:
    """Raises ``UsageError``."""
    if text not in tuple(Role):
        raise UsageError(f"role {text[:40]!r}: choose one of {', '.join(Role)}")
    return Role(text)


def groups_of(text: str) -> tuple[str, ...] | None:
    """ "north, south"; "*" for all customers; "" for none."""
    return None if text.strip() == "*" else tuple(one.casefold() for one in text.replace(",", " ").split())


@router.post("/admin/groups")
@allowed(Action.ADMIN)
def set_group(request: Request) -> Response:
    visit = visit_of(request)
    customers = text_of(visit.values, "customers").replace(",", " ").split()
    visit.desk.store.office.set_group(text_of(visit.values, "name"), customers, visit.name)
    return RedirectResponse("/admin/users?done=group", 303)


@router.post("/admin/tokens")
@allowed(Action.ADMIN)
def issue_token(request: Request) -> Response:
    """The token is shown this once."""
    visit = visit_of(request)
    return _users(request, visit, "token", issued(visit))


def issued(visit: Visit) -> str:
    """Raises ``UsageError``."""
    values, token = visit.values, f"pit_{new_token()}"
    scopes = text_of(values, "scopes").replace(",", " ").split()
    wrong = [scope for scope in scopes if scope not in SCOPES]
    days = text_of(values, "days")
    if wrong or not days.isascii() or not days.isdigit():
        raise UsageError(f"scopes are {', '.join(SCOPES)}; days are 1 to 366")
    life, label = timedelta(days=min(int(days[:5]), 10_000)), text_of(values, "label")
    visit.desk.store.tokens.issue(text_of(values, "name"), token_hash(token), label, scopes, life, visit.name)
    return token


@router.post("/admin/tokens/{token_id}/revoke")
@allowed(Action.ADMIN)
def revoke_token(request: Request, token_id: str) -> Response:
    visit = visit_of(request)
    visit.desk.store.tokens.revoke(token_id, visit.name)
    return RedirectResponse("/admin/users?done=revoked", 303)


# --- the audit log ----------------------------------------------------------------------------------------------------


@router.get("/admin/audit")
@allowed(Action.ADMIN)
def audit(request: Request, before: int = 0, actor: str = "", subject: str = "", verify: bool = False) -> Response:
    store = visit_of(request).desk.store
    entries = store.office.audit_page(before if 0 < before < 2**31 else None, actor, subject)
    older = urlencode({"before": entries[-1].seq, "actor": actor, "subject": subject}) if entries else ""
    check = store.audit_verify() if verify else None
    return render(request, "admin_audit.html", entries=entries, older=older, actor=actor, subject=subject, check=check)
