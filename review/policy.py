"""Who may do what: one function for the page, the JSON interface and whatever comes."""

from __future__ import annotations

from enum import StrEnum

from store import Role, User


class Action(StrEnum):
    PUBLIC = "public"  # before signing in
    VIEW = "view"
    CORRECT = "correct"
    APPROVE = "approve"
    RELEASE = "release"  # the second of two approvals
    REJECT = "reject"
    LEAVE = "leave"  # sign out


_VIEWER = frozenset({Action.VIEW, Action.LEAVE})
_REVIEWER = _VIEWER | {Action.CORRECT, Action.APPROVE, Action.REJECT}
_ALLOWED = {
    Role.FINANCE: _VIEWER,
    Role.REVIEWER: _REVIEWER,
    Role.APPROVER: _REVIEWER | {Action.RELEASE},
    Role.ADMIN: _REVIEWER | {Action.RELEASE},
}


def may(user: User | None, action: Action) -> bool:
    """None is somebody who is not signed in. What is not allowed here is forbidden."""
    if action is Action.PUBLIC:
        return True
    return user is not None and user.disabled_at is None and action in _ALLOWED.get(user.role, frozenset())
