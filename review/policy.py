"""Who may do what: one function for the page, the JSON interface and whatever comes."""

from __future__ import annotations

from enum import StrEnum

from store import Role, User


class Action(StrEnum):
    PUBLIC = "public"  # before signing in
    VIEW = "view"
    WORK = "work"  # take, assign, postpone, flag, hand back
    CORRECT = "correct"
    APPROVE = "approve"
    RELEASE = "release"  # the second of two approvals
    REJECT = "reject"
    MANY = "many"  # one answer to many cases of the same cause
    REPORTS = "reports"
    AUDIT = "audit"  # key untouched orders again, blind
    ADMIN = "admin"
    ACCOUNT = "account"  # the own password, the own sessions
    LEAVE = "leave"  # sign out


SCOPES = (
    Action.VIEW, Action.WORK, Action.CORRECT, Action.APPROVE, Action.RELEASE, Action.REJECT, Action.MANY,
    Action.REPORTS, Action.AUDIT, Action.ADMIN,
)  # fmt: skip
_EVERYBODY = frozenset({Action.VIEW, Action.ACCOUNT, Action.LEAVE})
_REVIEWER = _EVERYBODY | {Action.WORK, Action.CORRECT, Action.APPROVE, Action.REJECT, Action.MANY, Action.AUDIT}
_ALLOWED = {
    Role.FINANCE: _EVERYBODY | {Action.REPORTS, Action.AUDIT},
    Role.REVIEWER: _REVIEWER,
    Role.APPROVER: _REVIEWER | {Action.RELEASE, Action.REPORTS},
    Role.ADMIN: _REVIEWER | {Action.RELEASE, Action.REPORTS, Action.ADMIN},
}


# what shows all customers at once; whoever sees the customers of some groups only is not let in
_WHOLE = frozenset({Action.REPORTS, Action.AUDIT, Action.ADMIN})


def may(user: User | None, action: Action) -> bool:
    """None is somebody who is not signed in. What is not allowed here is forbidden."""
    if action is Action.PUBLIC:
        return True
    if user is None or user.disabled_at is not None or action not in _ALLOWED.get(user.role, frozenset()):
        return False
    return groups_of(user) is None or action not in _WHOLE


def groups_of(user: User) -> tuple[str, ...] | None:
    """Those whose customers the user sees; None: all customers. Administrators see all."""
    return None if user.role is Role.ADMIN else user.groups
