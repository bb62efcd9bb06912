"""`report`: the figures of a period as a page to print, a workbook and CSV."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from cli.operations import Workspace
from cli.output import AsJson, print_json, print_table, say
from cli.queue import opened
from flows.settings import load_settings
from pipeline.errors import UsageError


def register(app: App) -> None:
    app.command(report)


def report(
    *,
    first: Annotated[date, Parameter(name="--from", help="the first day, UTC: 2026-11-01")],
    last: Annotated[date, Parameter(name="--to", help="the last day, UTC")],
    out: Annotated[Path, Parameter(help="folder for the files")],
    as_of: Annotated[
        date | None, Parameter(help="the backlog at the end of this day (default: the newest data)")
    ] = None,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> int:
    """How much went through, how right it was, what it cost: one page, XLSX and CSV. The same data, the same bytes."""
    from flows.reporting import make_report, page_address  # pandas-free, but scipy and openpyxl take their time
    from reports.words import shown
    from reports.write import as_json as told
    from reports.write import write

    if last < first:
        raise UsageError(f"--to {last} lies before --from {first}")
    moment = None if as_of is None else datetime.combine(as_of + timedelta(days=1), time(), UTC)
    settings = load_settings(workspace)
    with opened(workspace) as store:
        made = make_report(store, settings, first, last, moment)
    files = write(made, out, page_address(settings))
    if as_json:
        print_json({**told(made), "files": [str(path) for path in files]})
        return 0
    rows = ((f.title, shown(f.value), f.numerator, f.denominator) for f in made.figures)
    print_table(("figure", "value", "counted", "of"), rows, title=f"{first} to {last}")
    for alert in made.alerts:
        say(f"ALERT {alert.key}: {alert.text}")
    say(f"{len(files)} files in {out}; next: open {files[0]} in a browser, or print it")
    return 0
