"""What is missing or wrong on this machine and in this workspace, each with the one command or step that mends it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from extractors.sandbox import available
from flows import wiring
from flows.settings import Mailbox, Settings, load_settings
from flows.sign_on import sign_on_of
from pipeline.errors import ConfigError, IntakeError
from store import MessageState, Store

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: ``level`` is "ok", "warn" or "fail"; ``remedy`` is empty when all is well."""

    level: str
    subject: str
    text: str
    remedy: str = ""


def examine(workspace: Path) -> list[Finding]:
    """Everything, in the order a new user meets it. Never raises: what fails is a finding."""
    findings = [*_python(), *_tesseract(), *_confinement()]
    try:
        settings = load_settings(workspace)
    except ConfigError as error:
        return [*findings, Finding(FAIL, "settings", str(error), f"po-intake init {workspace}, or mend the file")]
    findings.append(Finding(OK, "settings", str(workspace / "po-intake.toml")))
    for subject, check in _checks(settings):
        try:
            findings.extend(check())
        except (IntakeError, OSError) as error:
            findings.append(Finding(FAIL, subject, str(error), "mend what the message names, then run doctor again"))
    return findings


def _checks(settings: Settings) -> Iterator[tuple[str, Callable[[], Iterator[Finding]]]]:
    yield "data folder", lambda: _writable("data folder", settings.data)
    yield "output folder", lambda: _writable("output folder", settings.output.folder)
    yield "ERP exports", lambda: _erp(settings)
    yield "policies", lambda: _policies(settings)
    yield "sign-in", lambda: _sign_on(settings)
    yield "database", lambda: _database(settings)
    for box in settings.mailboxes:
        yield f"mailbox {box.account}", lambda box=box: _mailbox(box)  # type: ignore[misc]


def _python() -> Iterator[Finding]:
    yield Finding(OK, "python", ".".join(map(str, sys.version_info[:3])))


def _tesseract() -> Iterator[Finding]:
    program = shutil.which("tesseract")
    if program is None:
        yield Finding(
            WARN, "tesseract", "not found: scans and photos cannot be read; digital documents can",
            "apt-get install tesseract-ocr, or make install",
        )  # fmt: skip
        return
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=30, check=False).stdout
    missing = [code for code in wiring.TESSERACT_LANGUAGES.values() if code not in listed.split()]
    if missing:
        packages = " ".join(f"tesseract-ocr-{code}" for code in missing)
        yield Finding(WARN, "tesseract", f"no language data for {', '.join(missing)}", f"apt-get install {packages}")
    else:
        yield Finding(OK, "tesseract", f"{program}, {len(wiring.TESSERACT_LANGUAGES)} languages")


def _confinement() -> Iterator[Finding]:
    """Of the processes that read strangers' documents."""
    held = available()
    lacking = [name for name, is_held in (("files", held.files), ("network", held.network)) if not is_held]
    if lacking:
        text = f"this kernel cannot keep them from {' and '.join(lacking)}; memory and time are limited all the same"
        yield Finding(WARN, "reading processes", text, "Linux 5.13 or newer with Landlock, on x86-64 or ARM")
    else:
        yield Finding(OK, "reading processes", "no network, no files but those that reading needs")


def _writable(subject: str, folder: Path) -> Iterator[Finding]:
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        yield Finding(FAIL, subject, f"{folder} cannot be written", f"chown or chmod {folder}")
        return
    free = shutil.disk_usage(folder).free // 2**20
    level = OK if free > 500 else WARN
    yield Finding(level, subject, f"{folder}, {free:,} MB free", "" if level == OK else "free some disk space")


def _erp(settings: Settings) -> Iterator[Finding]:
    erp = wiring.load_erp(settings.erp.folder, settings.erp.columns)
    yield Finding(OK, "ERP exports", f"{len(erp.items()):,} items, {len(erp.customers()):,} customers")
    for name in sorted(erp.absent):
        yield Finding(
            WARN, "ERP exports", f"{name}.csv is absent: its checks are switched off",
            f"export {name}.csv into {settings.erp.folder}",
        )  # fmt: skip


def _policies(settings: Settings) -> Iterator[Finding]:
    wiring.load_policies(settings.policies)
    yield Finding(OK, "policies", str(settings.policies or "built-in defaults"))


def _sign_on(settings: Settings) -> Iterator[Finding]:
    """Whether the settings can work; the provider itself is asked at the first sign-in."""
    if sign_on_of(settings) is not None:
        yield Finding(OK, "sign-in", f"by {settings.sign_on.issuer}, and by passwords")


def _database(settings: Settings) -> Iterator[Finding]:
    with closing(wiring.open_store(settings.database)) as store:
        yield from _accounts(store)


def _accounts(store: Store) -> Iterator[Finding]:
    counts = store.counts()
    text = ", ".join(f"{n:,} {name}" for name, n in sorted(counts.messages.items()) if n) or "no"
    yield Finding(OK, "database", f"{text} messages, {counts.cases.get('open', 0):,} cases wait for a person")
    for fault in counts.faults:
        yield Finding(FAIL, "bookkeeping", fault, "keep the database and the data folder, and report this")
    yield from _conservation(store)
    for stuck in store.stuck_messages():
        remedy = "po-intake queue retry " + stuck.sha256[:12] if stuck.state == MessageState.DEAD else ""
        text = f"{stuck.sha256[:12]} {stuck.subject or ''} {stuck.state}: {stuck.error or 'not processed yet'}"
        yield Finding(WARN, "message", text, remedy)
    check = store.audit_verify()
    if check.faults:
        yield Finding(FAIL, "audit log", "; ".join(check.faults), "restore the database from its backup")
    else:
        yield Finding(OK, "audit log", f"{check.entries:,} entries, the chain is whole")


def _conservation(store: Store) -> Iterator[Finding]:
    """Every mail that the audit log says was received stands somewhere."""
    balances = store.reporting.balances()
    lost = [balance for balance in balances if balance.difference]
    for b in lost:
        text = f"{b.difference} of {b.received} mails of mailbox {b.mailbox} received on {b.day} are nowhere"
        yield Finding(FAIL, "conservation", text, "keep the database and the data folder, and report this")
    if not lost:
        yield Finding(OK, "conservation", f"{sum(b.received for b in balances):,} mails received, all accounted for")


def _mailbox(box: Mailbox) -> Iterator[Finding]:
    with closing(wiring.mail_source(box)) as source:
        count = sum(1 for _ in source.list())
    yield Finding(OK, f"mailbox {box.account}", f"{count:,} messages")
