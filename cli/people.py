"""`user`: who may use the review page: people, groups of customers, tokens of programs."""

from __future__ import annotations

import getpass
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from cli.operations import Workspace
from cli.output import AsJson, print_json, print_table, say, text
from cli.queue import opened
from pipeline.errors import UsageError
from store import UNCHANGED, Role, User

PASSWORD = "PO_INTAKE_NEW_PASSWORD"  # noqa: S105 - the name of a variable
ALL = "*"
Groups = Annotated[str, Parameter(help='whose customers the user sees: north,south; "*": all customers; "": none')]
Name = Annotated[str, Parameter(help="the name to sign in with: a-z, digits and . _ @ -")]


def register(app: App) -> None:
    user = App(name="user", help="Who may use the review page: people, groups of customers, tokens of programs.")
    for command in (add, listed, change, password, disable, sign_out, group, token, tokens, revoke):
        user.command(command, name={"listed": "list"}.get(command.__name__, command.__name__.replace("_", "-")))
    app.command(user)


def add(
    name: Name,
    /,
    *,
    role: Annotated[Role, Parameter(help="reviewer, approver, finance or admin")],
    groups: Groups = ALL,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> int:
    """A new user, or a disabled one again. The password is asked for, or read from stdin or the environment."""
    from review.passwords import hashed

    with opened(workspace) as store:
        user = store.people.add(name, role, hashed(_password()), getpass.getuser(), _groups(groups))
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
    rows = (
        (u.name, u.role, _shown(u.groups), u.created_at.date(), u.disabled_at and u.disabled_at.date())
        for u in users
    )  # fmt: skip
    print_table(("user", "role", "groups", "since", "disabled"), rows)
    return 0


def change(
    name: Name,
    /,
    *,
    role: Annotated[Role | None, Parameter(help="reviewer, approver, finance or admin; none: as it is")] = None,
    groups: Annotated[str | None, Parameter(help='as with "user add"; none: as they are')] = None,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> int:
    """Another role, other groups; counts from the user's next click."""
    new = UNCHANGED if groups is None else _groups(groups)
    with opened(workspace) as store:
        user = store.people.change(name, getpass.getuser(), role=role, groups=new)
    if as_json:
        print_json(_as_json(user))
    else:
        say(f"user {user.name} is {user.role}; groups: {_shown(user.groups)}")
    return 0


def password(name: Name, /, *, workspace: Workspace = Path()) -> int:
    """Another password; ends the user's sessions. It is asked for, or read from stdin or the environment."""
    from review.passwords import hashed

    with opened(workspace) as store:
        store.people.set_password(name, hashed(_password()), getpass.getuser())
    say(f"the password of {name} is changed")
    return 0


def sign_out(name: Name, /, *, workspace: Workspace = Path()) -> int:
    """Ends all sessions of a user; the user may sign in again."""
    with opened(workspace) as store:
        ended = store.people.sign_out_everywhere(name, getpass.getuser())
    say(f"{ended} sessions of {name} ended")
    return 0


def group(
    name: Annotated[str | None, Parameter(help="the group; none: lists all")] = None,
    /,
    *customers: Annotated[str, Parameter(help='customer ids; "unknown" for orders whose customer is not known')],
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> int:
    """Lists the groups of customers, or says which customers a group has (without any, it ends)."""
    with opened(workspace) as store:
        if name is not None:
            store.office.set_group(name, customers, getpass.getuser())
        groups = store.office.groups()
    if as_json:
        print_json({key: list(value) for key, value in groups.items()})
    else:
        print_table(("group", "customers"), ((key, ", ".join(value)) for key, value in groups.items()))
    return 0


def token(
    name: Name,
    /,
    *,
    scope: Annotated[tuple[str, ...], Parameter(help="what it may: view, work, correct, approve ...; several times")],
    label: Annotated[str, Parameter(help="what it is for")] = "",
    days: Annotated[int, Parameter(help="how long it is good")] = 90,
    workspace: Workspace = Path(),
) -> int:
    """A token for a program that acts as this user; printed this once, kept as a hash."""
    from review.guard import new_token, token_hash
    from review.policy import SCOPES

    wrong = [one for one in scope if one not in SCOPES]
    if wrong:
        raise UsageError(f"--scope {wrong[0]}: choose among {', '.join(SCOPES)}")
    secret = f"pit_{new_token()}"
    with opened(workspace) as store:
        life = timedelta(days=days)
        made = store.tokens.issue(name, token_hash(secret), label, scope, life, getpass.getuser())
    text(secret)
    say(f"token {made.token_id}, good until {made.expires_at.date()}; send it as: Authorization: Bearer pit_...")
    return 0


def tokens(*, workspace: Workspace = Path(), as_json: AsJson = False) -> int:
    """The tokens of programs, without the tokens themselves."""
    with opened(workspace) as store:
        found = store.tokens.all()
    columns = ("token", "acts as", "label", "may", "until", "revoked")
    rows = [
        (
            t.token_id,
            t.user.name,
            t.label,
            ", ".join(t.scopes),
            t.expires_at.date(),
            t.revoked_at and t.revoked_at.date(),
        )
        for t in found
    ]
    if as_json:
        print_json([dict(zip(columns, (None if v is None else str(v) for v in row), strict=True)) for row in rows])
    else:
        print_table(columns, rows)
    return 0


def revoke(
    token: Annotated[str, Parameter(help='its id, as "user tokens" shows it')], /, *, workspace: Workspace = Path()
) -> int:
    """A token is good for nothing from now on."""
    with opened(workspace) as store:
        gone = store.tokens.revoke(token, getpass.getuser())
    say(f"token {gone.token_id} of {gone.user.name} is revoked")
    return 0


def _shown(groups: tuple[str, ...] | None) -> str:
    return ALL if groups is None else ", ".join(groups) or "none"


def _groups(said: str) -> tuple[str, ...] | None:
    return None if said.strip() == ALL else tuple(one.casefold() for one in said.replace(",", " ").split())


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
    about = {"name": user.name, "role": str(user.role), "groups": user.groups}
    return {**about, "since": user.created_at.isoformat(), "disabled": disabled}
