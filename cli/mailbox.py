"""`mailbox`: consent to read a mailbox that takes no password."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from cli.operations import Workspace
from cli.output import say


def register(app: App) -> None:
    mailbox = App(name="mailbox", help="Mailboxes at Google and Microsoft 365, which take tokens instead of passwords.")
    mailbox.command(sign_in)
    app.command(mailbox)


def sign_in(
    account: Annotated[str, Parameter(help="name of the mailbox in the settings")],
    /,
    *,
    port: Annotated[int, Parameter(help="loopback port the browser comes back to; 0 takes a free one")] = 0,
    workspace: Workspace = Path(),
) -> int:
    """A person signs in at the mail provider, once; po-intake keeps the refresh token in the secrets folder."""
    from flows import mailbox_sign_in

    file = mailbox_sign_in.sign_in(
        workspace, account, port, lambda url: say(f"open in a browser on this machine:\n{url}")
    )
    say(f"{file} written; next: po-intake doctor --workspace {workspace}")
    return 0
