"""`audits`: untouched orders that people key again without seeing what the machine read."""

from __future__ import annotations

import getpass
import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from cli.operations import Workspace
from cli.output import AsJson, print_json, print_table, say
from cli.queue import opened
from flows.reporting import rates_of
from flows.settings import load_settings
from pipeline.errors import UsageError
from store.audits import AuditItem

Audit = Annotated[str, Parameter(help="the audit, as `audits list` shows it")]
Auditor = Annotated[str | None, Parameter(help="who audits (default: the user name)")]


def register(app: App) -> None:
    audits = App(name="audits", help="Blind audits of untouched orders: draw the sample, list, key, settle, set traps.")
    for command in (sample, listed, show, key, settle, trap):
        audits.command(command, name="list" if command is listed else command.__name__)
    app.command(audits)


def sample(
    *,
    until: Annotated[date | None, Parameter(help="draw for the days before this one (default: today, UTC)")] = None,
    workspace: Workspace = Path(),
) -> int:
    """Draw the random sample of the days that are over; `serve` does it by itself."""
    settings = load_settings(workspace)
    with opened(workspace) as store:
        taken = store.reporting.sample_audits(rates_of(settings), until or datetime.now(UTC).date())
        waiting = len(store.reporting.audits("open"))
    say(f"{taken} orders drawn, {waiting} audits wait; next: po-intake audits list")
    return 0


def listed(
    *,
    status: Annotated[str, Parameter(help="open, second (somebody must look again), done, or all")] = "open",
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> int:
    """Audits, oldest first."""
    with opened(workspace) as store:
        found = store.reporting.audits(None if status == "all" else status)
    if as_json:
        print_json([_as_json(item) for item in found])
        return 0
    rows = ((i.audit_id, i.status, i.sampled_at.date(), i.order_key[:16], i.keyed_by, len(i.wrong)) for i in found)
    print_table(("audit", "status", "drawn", "order", "keyed by", "wrong"), rows)
    return 0


def show(audit: Audit, /, *, workspace: Workspace = Path(), as_json: AsJson = False) -> int:
    """One audit: where its document lies; both answers only once it was keyed."""
    with opened(workspace) as store:
        item = store.reporting.audit(audit)
        source = store.source(item.order_key)
    if as_json:
        print_json({**_as_json(item), "message": source.message_sha256, "document": source.document_sha256})
        return 0
    place = f"document {source.document_sha256[:16]} of message {source.message_sha256[:16]}"
    say(f"audit {item.audit_id}: {item.status}; {place}")
    paths = sorted({*item.keyed, *item.machine}) if item.status != "open" else []
    print_table(
        ("field", "keyed", "machine", ""),
        ((p, item.keyed.get(p), item.machine.get(p), _remark(item, p)) for p in paths),
    )
    return 0


def _remark(item: AuditItem, path: str) -> str:
    whole = path.partition(".")[0]
    if path in item.wrong or whole in item.wrong:
        return "machine wrong"
    return "differs" if path in item.differing or whole in item.differing else ""


def key(
    audit: Audit,
    values: Annotated[Path, Parameter(help='JSON: {"po_number": "4711", "lines[0].item": "AB-1", ...}')],
    /,
    *,
    auditor: Auditor = None,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> int:
    """Take what you read on the document, without having seen the machine's answer; empty fields are not judged."""
    with opened(workspace) as store:
        item = store.reporting.key_audit(audit, auditor or getpass.getuser(), _values(values))
    return _tell(item, as_json)


def settle(
    audit: Audit,
    /,
    *,
    wrong: Annotated[tuple[str, ...], Parameter(help="differing fields in which the machine is wrong")] = (),
    auditor: Auditor = None,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> int:
    """The second look at what differs: name the fields in which the machine is wrong, none if you had slipped."""
    with opened(workspace) as store:
        item = store.reporting.settle_audit(audit, auditor or getpass.getuser(), wrong)
    return _tell(item, as_json)


def trap(
    order: Annotated[str, Parameter(help="an untouched order: its key or PO number")],
    /,
    *,
    field: Annotated[str, Parameter(help="the field to be made wrong: lines[0].quantity")],
    value: Annotated[str, Parameter(help="a wrong value")],
    workspace: Workspace = Path(),
) -> int:
    """Set a golden trap: a known wrong answer among the audits, to see who finds it. Nothing of it ever leaves."""
    with opened(workspace) as store:
        audit = store.reporting.set_trap(order, field, value, getpass.getuser())
    say(f"audit {audit} is a trap; the report says who found it")
    return 0


def _values(path: Path) -> dict[str, object]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as JSON: {error}") from None
    if not isinstance(value, dict):
        raise UsageError(f"{path}: give one JSON object of fields and values")
    return value


def _as_json(item: AuditItem) -> dict[str, Any]:
    return {**asdict(item), "sampled_at": item.sampled_at.isoformat()}


def _tell(item: AuditItem, as_json: bool) -> int:
    if as_json:
        print_json(_as_json(item))
    elif item.status == "done":
        said = f"the machine was wrong in {', '.join(item.wrong)}" if item.wrong else "the machine was right"
        say(f"audit {item.audit_id} is done: {said}")
    else:
        say(f"{', '.join(item.differing)} differ; look again: po-intake audits show {item.audit_id}")
        say("then: po-intake audits settle, with --wrong for each field in which the machine is wrong")
    return 0 if item.status == "done" and not item.wrong else 1
