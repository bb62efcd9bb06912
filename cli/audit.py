"""`audit`: whether what was written down was changed."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from cli.operations import Workspace
from cli.output import AsJson, print_json, say
from cli.queue import opened


def register(app: App) -> None:
    audit = App(name="audit", help="The log of who did what: verify.")
    audit.command(verify)
    app.command(audit)


def verify(*, workspace: Workspace = Path(), as_json: AsJson = False) -> int:
    """Walk the chain of the audit log; the exit code is 1, and the first broken entry is named, if it does not hold."""
    with opened(workspace) as store:
        check = store.audit_verify()
    if as_json:
        print_json({"entries": check.entries, "whole": not check.faults, "faults": list(check.faults)})
    elif check.faults:
        say(f"the chain of the audit log is broken: {check.faults[0]} ({len(check.faults)} faults in all)")
        say("restore the database from its backup, and find out who had access to it")
    else:
        say(f"{check.entries} entries, the chain is whole")
    return 1 if check.faults else 0
