"""The demo: the shipped mails through the real path, in a workspace of their own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from flows import wiring
from flows.processing import Processed, Processor
from flows.reporting import make_report, page_address
from flows.settings import load_settings
from flows.steps import acknowledge, export_orders, poll, sync_erp
from flows.workspace import init_workspace
from pipeline.model import Decision
from pipeline.run import sha256_of
from pipeline.scratch import scratch_folder
from reports.words import shown
from reports.write import write

Row = tuple[str, str, str, int, str, str]
Progress = Callable[[Iterable[Processed], int], Iterable[Processed]]


@dataclass(frozen=True, slots=True)
class DemoResult:
    """``rows``: mail, PO number, customer, number of lines, decision, why; ``files`` are what the ERP would pick up.

    ``figures`` of the report: title, value, numerator, denominator; ``report`` is its page. All paths start from the
    workspace.
    """

    rows: list[Row]
    files: list[str]
    figures: list[tuple[str, str, str, str]]
    report: str
    kept: bool


@contextmanager
def workspace(keep: Path | None) -> Iterator[Path]:
    """A new workspace over the shipped samples; thrown away with the block unless ``keep`` names a folder."""
    with scratch_folder(Path(tempfile.gettempdir()), "po-intake-demo-") as temporary:
        folder = keep or temporary / "workspace"
        init_workspace(folder)
        samples = resources.files("sample_docs")
        with resources.as_file(samples) as source:
            shutil.copytree(source / "mails", folder / "mails", dirs_exist_ok=True,
                            ignore=lambda _, names: [n for n in names if not n.endswith(".eml")])  # fmt: skip
            shutil.copytree(source / "erp", folder / "erp", dirs_exist_ok=True)
        yield folder


def run(folder: Path, progress: Progress) -> DemoResult:
    """Sync, poll, process, export: once, to the end."""
    settings = load_settings(folder)
    with wiring.workspace_parts(settings) as parts:
        sync_erp(parts)
        polled = poll(parts)
        names = dict(_mail_names(parts))
        with Processor(parts) as processor:
            done = list(progress(_finished(processor), polled.new))
        exported = export_orders(parts)
        acknowledge(parts)
        today = datetime.fromtimestamp(parts.store.reporting.now(), UTC).date()
        report = make_report(parts.store, settings, today - timedelta(days=1), today)
    page = write(report, settings.reports.folder / "demo", page_address(settings))[0]
    figures = [(f.title, shown(f.value), f.numerator, f.denominator) for f in report.sections[0].figures]
    rows = [row for processed in done for row in _rows(processed, names)]
    files = [str(Path(path).relative_to(folder)) for path in exported.delivered]
    return DemoResult(
        rows,
        files,
        figures,
        str(page.relative_to(folder.resolve())),
        not folder.parent.name.startswith("po-intake-demo-"),
    )


def _mail_names(parts: wiring.Parts) -> Iterator[tuple[str, str]]:
    for mailbox in parts.mailboxes:
        for key, _ in mailbox.source.list():
            raw = mailbox.source.fetch(key)
            if raw is not None:
                yield sha256_of(raw), key.name


def _finished(processor: Processor) -> Iterator[Processed]:
    while (job := processor.next()) is not None:
        yield processor.finish(job)


def _rows(processed: Processed, names: dict[str, str]) -> Iterator[Row]:
    for d in processed.decisions:
        order = d.decision.order
        kind = "" if order.document_type.is_order else str(order.document_type)
        yield (
            names.get(processed.sha256, processed.sha256[:12]),
            order.po_number or "",
            d.decision.customer_id or "",
            len(order.lines),
            str(d.decision.decision),
            ", ".join(codes(d.decision)) or kind,
        )


def codes(decision: Decision) -> list[str]:
    """Each exception code of an order and its lines once, the order's first."""
    found = [*decision.exceptions, *(code for line in decision.lines for code in line.exceptions)]
    return list(dict.fromkeys(found))


def as_json(result: DemoResult) -> dict[str, Any]:
    keys = ("mail", "po_number", "customer_id", "lines", "decision", "why")
    return {
        "decisions": [dict(zip(keys, row, strict=True)) for row in result.rows],
        "files": result.files,
        "report": result.report,
        "figures": {title: value for title, value, _, _ in result.figures},
    }
