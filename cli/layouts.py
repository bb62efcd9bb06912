"""`layouts`: what people taught about the columns of layouts."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from cli.documents import opened as documents_of
from cli.operations import Workspace
from cli.output import AsJson, print_json, print_table, say
from cli.queue import Reviewer, opened
from flows.settings import load_settings
from pipeline.errors import UsageError
from pipeline.model import LayoutCorrection

_SHORT = 12  # characters of a fingerprint that are shown


def register(app: App) -> None:
    layouts = App(name="layouts", help="Layouts that people explained: list, add, remove.")
    for command in (listed, add, remove):
        layouts.command(command, name="list" if command is listed else command.__name__)
    app.command(layouts)


def listed(*, workspace: Workspace = Path(), as_json: AsJson = False) -> int:
    """What was learned, newest last."""
    with opened(workspace) as store:
        found = store.layout_corrections()
    if as_json:
        print_json([_as_json(correction) for correction in found])
    else:
        rows = ((c.fingerprint[:_SHORT], c.learned_from, _in_words(c)) for c in found)
        print_table(("layout", "learned from", "columns"), rows)
    return 0


def add(
    document: Annotated[Path, Parameter(help="a document of that layout")],
    /,
    *,
    column: Annotated[tuple[str, ...], Parameter(help="what a column means: --column LABEL=quantity; several times")],
    reviewer: Reviewer = None,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> int:
    """Learn from one document what the columns of its layout mean."""
    from flows.layouts import learn  # loads the readers into this process, which nothing else needs here

    said = _said(column)
    if not document.is_file():
        raise UsageError(f"{document}: no such file")
    message, documents = documents_of(document)
    if message is not None:
        raise UsageError(f"{document} is a mail; give the document that came with it")
    correction = learn(documents[0], said, load_settings(workspace).intake)
    with opened(workspace) as store:
        store.remember_layout(correction, reviewer or getpass.getuser())
    if as_json:
        print_json(_as_json(correction))
    else:
        say(f"learned layout {correction.fingerprint[:_SHORT]}: {_in_words(correction)}")
    return 0


def remove(
    layout: Annotated[str, Parameter(help="the layout, as `layouts list` shows it")],
    /,
    *,
    reviewer: Reviewer = None,
    workspace: Workspace = Path(),
) -> int:
    """Forget what was learned about a layout."""
    with opened(workspace) as store:
        gone = store.forget_layout(layout, reviewer or getpass.getuser())
    say(f"forgot layout {gone.fingerprint[:_SHORT]}: {_in_words(gone)}")
    return 0


def _said(columns: tuple[str, ...]) -> dict[str, str]:
    said = {}
    for column in columns:
        label, _, meaning = column.rpartition("=")
        if not label or not meaning:
            raise UsageError(f"--column {column}: write it as LABEL=MEANING, for example --column F4=quantity")
        said[label] = meaning
    return said


def _in_words(correction: LayoutCorrection) -> str:
    return ", ".join(c.label if c.meaning is None else f"{c.label}={c.meaning}" for c in correction.columns)


def _as_json(correction: LayoutCorrection) -> dict[str, Any]:
    columns = [{"label": c.label, "place": c.place, "meaning": c.meaning} for c in correction.columns]
    return {"layout": correction.fingerprint, "learned_from": correction.learned_from, "columns": columns}
