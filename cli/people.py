"""`user`: who may sign in at the review page."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from cli.operations import Workspace
from cli.output import AsJson, print_json, print_table, say
from cli.queue import opened
from pipeline.errors import UsageError
from store import Role, User

PASSWORD = "PO_INTAKE_NEW_PASSWORD"  # noqa: S105 - the name of a variable
Name = Annotated[str, Parameter(help="the name to sign in with: a-z, digits and . _ @ -")]


def register(app: App) -> None:
    user = App(name="user", help="Who may sign in at the review page: add, list, disable.")
    for command in (add, listed, disable):
        user.command(command, name="list" if command is listed else command.__name__)
    app.command(user)


def add(
    name: Name,
    /,
    *,
    role: Annotated[Role, Parameter(help="reviewer, approver, finance or admin")],
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> int:
    """A new user, or a disabled one again. The password is asked for, or read from stdin or the environment."""
    from review.passwords import hashed

    with opened(workspace) as store:
        user = store.people.add(name, role, hashed(_password()), getpass.getuser())
    if as_json:
        print_json(_as_json(user))
    else:
        say(f"user {user.name} may sign in as {user.role}; next: po-intake review --workspace {workspace}")
    return 0


def _password() -> str:
    if PASSWORD in os.environ:
        return os.environ[PASSWORD]
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != first:
        raise UsageError("the two passwords differ; nothing was changed")
    return first


def listed(*, workspace: Workspace = Path(), as_json: AsJson = False) -> int:
    """Everybody who may, or might once, sign in."""
    with opened(workspace) as store:
        users = store.people.users()
    if as_json:
        print_json([_as_json(user) for user in users])
        return 0
    rows = ((u.name, u.role, u.created_at.date(), u.disabled_at.date() if u.disabled_at else None) for u in users)
    print_table(("user", "role", "since", "disabled"), rows)
    return 0


def disable(name: Name, /, *, workspace: Workspace = Path(), as_json: AsJson = False) -> int:
    """Ends the user's sessions at once and lets nobody in by this name any more; what was decided stays."""
    with opened(workspace) as store:
        user = store.people.disable(name, getpass.getuser())
    if as_json:
        print_json(_as_json(user))
    else:
        say(f"user {user.name} may not sign in any more")
    return 0


def _as_json(user: User) -> dict[str, Any]:
    disabled = user.disabled_at.isoformat() if user.disabled_at else None
    return {"name": user.name, "role": str(user.role), "since": user.created_at.isoformat(), "disabled": disabled}
