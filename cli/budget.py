"""`budget`: what is proven of the error budget, and the evidence it rests on."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from cli.operations import Workspace
from cli.output import AsJson, print_json, print_table, say
from cli.queue import opened
from flows import wiring
from flows.settings import load_settings
from pipeline.errors import UsageError
from reports.budget import evidence_of, proofs, touchless_share

Evidence = Annotated[Path, Parameter(help="folder that `po-intake evaluate DIR --out FOLDER` wrote")]


def register(app: App) -> None:
    budget = App(name="budget", help="The error budget: what is proven of it (show), and evidence for it (learn).")
    budget.command(show)
    budget.command(learn)
    app.command(budget)


def show(
    *,
    wrong_lines: Annotated[float | None, Parameter(help="wrong lines in 1,000 (default: the policy's)")] = None,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> int:
    """From which confidence on values keep the budget, per channel and group of fields, and what that lets pass."""
    with opened(workspace) as store:
        policies = wiring.policies_of(load_settings(workspace), store)
        values = store.judged_values()
    if wrong_lines is None:
        wrong_lines = float(policies.general.budget.wrong_lines_per_1000)
        if wrong_lines < 0:
            raise UsageError("no budget is set; try one: `po-intake budget show --wrong-lines 1`")
    found = proofs(values, wrong_lines)
    passed, of = touchless_share(values, found)
    if as_json:
        print_json({"wrong_lines_per_1000": wrong_lines, "proofs": [asdict(one) for one in found],
                    "documents": of, "documents_that_pass": passed})  # fmt: skip
        return 0
    rows = (
        (p.channel, p.group, p.of, p.wrong, f"{p.bound:.3%}",
         f"from {p.threshold:.0%}" if p.threshold is not None else "review", p.missing or "")
        for p in found
    )  # fmt: skip
    columns = ("channel", "fields", "judged", "wrong", "at most wrong (95 %)", "goes through", "still to be judged")
    print_table(columns, rows, title=f"At most {wrong_lines:g} wrong lines in 1,000")
    say(f"{passed} of {of} judged documents would have no value below its threshold")
    return 0


def learn(folder: Evidence, /, *, workspace: Workspace = Path()) -> int:
    """Take the values of documents whose truth is known as evidence; the same documents again replace themselves."""
    judged = evidence_of(folder)
    with opened(workspace) as store:
        count = store.learn_values(judged, getpass.getuser())
    say(f"{count} values of {len({value.document for value in judged})} documents; next: po-intake budget show")
    return 0
