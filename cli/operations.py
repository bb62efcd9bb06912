"""`init`, `doctor`, `demo`, `poll`, `serve`: what operations run."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from cli.output import AsJson, print_json, print_table, progress, say
from flows import demo as demo_run
from flows import doctor as examination
from flows import wiring
from flows.processing import Processed, Processor
from flows.settings import load_settings
from flows.steps import acknowledge, export_orders, sync_erp
from flows.steps import poll as poll_mailboxes
from flows.workspace import init_workspace
from pipeline.errors import ConfigError, SourceError, UsageError
from store import Store

Workspace = Annotated[Path, Parameter(name=("--workspace", "-w"), help="folder with po-intake.toml")]


def register(app: App) -> None:
    for command in (init, doctor, demo, poll, serve):
        app.command(command)


def init(
    folder: Annotated[Path, Parameter(help="the new workspace")],
    /,
    *,
    mailbox: Annotated[str | None, Parameter(help="a folder of mails, or imap host such as imap.example.com")] = None,
    user: Annotated[str | None, Parameter(help="IMAP user name")] = None,
    imap_folder: Annotated[str | None, Parameter(help="IMAP folder to watch (default INBOX)")] = None,
    erp: Annotated[Path | None, Parameter(help="folder with the ERP exports")] = None,
    languages: Annotated[str | None, Parameter(help="languages documents come in: de,en,pl")] = None,
    out: Annotated[Path | None, Parameter(help="folder where approved orders go")] = None,
    as_json: AsJson = False,
) -> int:
    """Make a new workspace: po-intake.toml with every setting explained, and its folders."""
    answers = {
        "mailbox": mailbox,
        "user": user,
        "imap_folder": imap_folder,
        "erp": erp,
        "languages": languages,
        "out": out,
    }
    if sys.stdin.isatty() and sys.stdout.isatty() and not any(answers.values()):
        answers |= _ask()
    written = init_workspace(folder, _settings(answers))
    if as_json:
        print_json([str(path) for path in written])
    else:
        print_table(("written",), ([path] for path in written))
        say(f"next: put the ERP exports into place, then: po-intake doctor --workspace {folder}")
    return 0


def _ask() -> dict[str, Any]:
    """The five questions of a first run; an empty answer keeps the default."""
    questions = (
        ("mailbox", "Mailbox: a folder of .eml files, or an IMAP host [mails]: "),
        ("imap_folder", "IMAP folder to watch [INBOX]: "),
        ("erp", "Folder with the ERP exports [erp]: "),
        ("languages", "Languages your customers write in, likeliest first [en,de,fr,es,pt,it,nl,pl]: "),
        ("out", "Folder where approved orders go [orders-out]: "),
    )
    return {key: input(question).strip() or None for key, question in questions}


def _settings(answers: dict[str, Any]) -> dict[str, Any]:
    """Answers as dotted settings; only what was answered."""
    values: dict[str, Any] = {}
    mailbox = answers["mailbox"]
    if mailbox is not None and ("/" in mailbox or Path(mailbox).is_dir()):
        values |= {"mailboxes.kind": "folder", "mailboxes.path": str(Path(mailbox).resolve())}
    elif mailbox is not None:
        values |= {"mailboxes.kind": "imap", "mailboxes.host": mailbox}
    if answers["user"]:
        values["mailboxes.user"] = answers["user"]
    if answers["imap_folder"]:
        values["mailboxes.folders"] = (answers["imap_folder"],)
    if answers["erp"]:
        values["erp.folder"] = str(Path(answers["erp"]).resolve())
    if answers["languages"]:
        values["intake.languages"] = _languages(answers["languages"])
    if answers["out"]:
        values["output.folder"] = str(Path(answers["out"]).resolve())
    return values


def _languages(text: str) -> tuple[str, ...]:
    codes = tuple(code.strip().lower() for code in text.split(",") if code.strip())
    unknown = [code for code in codes if code not in wiring.TESSERACT_LANGUAGES]
    if unknown or not codes:
        known = ", ".join(wiring.TESSERACT_LANGUAGES)
        raise UsageError(f"--languages {text}: {', '.join(unknown) or 'none'} is not one of {known}")
    return codes


def doctor(*, workspace: Workspace = Path(), as_json: AsJson = False) -> int:
    """Say what is missing or wrong, each with its remedy."""
    findings = examination.examine(workspace)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        rows = ((f.level, f.subject, f.text, f.remedy) for f in findings)
        print_table(("", "what", "found", "remedy"), rows)
    return ConfigError.exit_code if any(f.level == examination.FAIL for f in findings) else 0


def demo(*, keep: Annotated[Path | None, Parameter(help="make the workspace here and keep it")] = None,
         as_json: AsJson = False) -> int:  # fmt: skip
    """Run the whole path on the shipped samples, in a throw-away workspace."""
    with demo_run.workspace(keep) as folder:
        result = demo_run.run(folder, lambda jobs, total: progress(jobs, total, "processing mails"))
        if as_json:
            print_json(demo_run.as_json(result))
        else:
            _show_demo(result, folder)
    return 0


def _show_demo(result: demo_run.DemoResult, folder: Path) -> None:
    print_table(("mail", "PO number", "customer", "lines", "decision", "why"), result.rows, title="Decisions")
    print_table(("order file for the ERP",), ([path] for path in result.files), title="Written")
    print_table(("figure", "value", "counted", "of"), result.figures, title="Report")
    counts = Counter(row[4] for row in result.rows)
    say(", ".join(f"{n} {name}" for name, n in counts.items()))
    if result.kept:
        say(f"the report is {folder / result.report}; next: po-intake queue list --workspace {folder}")
    else:
        say("the workspace with its report was thrown away; keep one with: po-intake demo --keep DIR")


def poll(*, workspace: Workspace = Path(), as_json: AsJson = False) -> int:
    """Poll the configured mailboxes once, to the end: fetch, read, decide, export."""
    settings = load_settings(workspace)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(message)s")
    with wiring.workspace_parts(settings) as parts:
        synced = sync_erp(parts)
        polled = poll_mailboxes(parts)
        done = _process(parts)
        exported = export_orders(parts)
        told = acknowledge(parts)
        away = [*polled.failures, *told.failures]
        misconfigured = list(dict.fromkeys([*polled.misconfigured, *told.misconfigured]))
        failures = [*away, *misconfigured, *exported.failures]
        value = {
            "erp": {"version": synced.version, "findings": list(synced.findings)},
            "poll": asdict(polled),
            "processed": [_processed_json(p) for p in done],
            "exported": exported.delivered,
            "failures": failures,
        }
        _show_poll(value, parts.store, as_json)
    if away:
        return SourceError.exit_code
    if misconfigured:
        return ConfigError.exit_code
    return 1 if failures or any(p.outcome != "done" for p in done) else 0


def _process(parts: wiring.Parts) -> list[Processed]:
    due = parts.store.counts().messages.get("received", 0)
    with Processor(parts) as processor:

        def finished() -> Iterable[Processed]:
            while (job := processor.next()) is not None:
                yield processor.finish(job)

        return list(progress(finished(), due, "processing mails"))


def _processed_json(p: Processed) -> dict[str, Any]:
    orders = [
        {
            "po_number": d.decision.order.po_number,
            "document_type": str(d.decision.order.document_type),
            "decision": str(d.decision.decision),
            "exceptions": demo_run.codes(d.decision),
        }
        for d in p.decisions
    ]
    return {"message": p.sha256, "outcome": p.outcome, "reason": p.reason, "orders": orders}


def _show_poll(value: dict[str, Any], store: Store, as_json: bool) -> None:
    if as_json:
        print_json(value)
        return
    rows = [
        (p["message"][:12], p["outcome"], o["po_number"], o["document_type"], o["decision"], ", ".join(o["exceptions"]))
        for p in value["processed"]
        for o in p["orders"]
    ]
    print_table(("message", "outcome", "PO number", "type", "decision", "why"), rows)
    found = value["poll"]
    say(f"{found['listed']} mails listed, {found['new']} new, {len(value['exported'])} orders exported")
    for text in (*value["erp"]["findings"], *value["failures"]):
        say(text)
    if store.counts().cases.get("open"):
        say("next: po-intake queue list")


def serve(*, workspace: Workspace = Path()) -> int:
    """Poll, process, export and sync on a schedule (Prefect), and show the review page, until stopped."""
    from flows.serve import serve as run_forever  # Prefect takes seconds to import

    def ready(prefect: str, page: str) -> None:
        say(f"serving; Prefect's page is {prefect}; stop with Ctrl-C")
        if page:
            say(f"the review page is {page}; who may sign in: po-intake user list")

    run_forever(workspace, ready)
    return 0
