"""`evaluate`: how well documents are read, measured against their truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from cli.documents import Workers, read_path
from cli.output import AsJson, print_json, print_table, progress, say
from flows import wiring
from flows.settings import Intake
from pipeline.codec import order_to_json
from pipeline.errors import ConfigError, DocumentError, UsageError
from pipeline.model import Order, ReadingContext
from pipeline.run import MessageReading, ReadDocument, orders_of, other_result
from reports.accuracy import (
    DocumentPair,
    Figures,
    TruthOrder,
    figures,
    figures_to_json,
    found_order,
    load_truth,
    pair_document,
    write_report,
)
from reports.accuracy.figures import FieldFigures, GroupFigures, Share

_SHOWN_WRONG = 30  # documents named on the screen; all stand in the files and in the JSON

Folder = Annotated[
    Path, Parameter(help="documents (in it, or in docs/ below) and their truth: NAME.json beside each, or in truth/")
]


def register(app: App) -> None:
    app.command(evaluate)


@dataclass(frozen=True, slots=True)
class Case:
    """A document and what it truly says."""

    path: Path
    truth: tuple[TruthOrder, ...]


def evaluate(
    folder: Folder,
    /,
    *,
    out: Annotated[Path | None, Parameter(help="folder for the pairing and the figures, as JSON and CSV")] = None,
    erp: Annotated[Path | None, Parameter(help="the ERP exports: company.csv tells who we are")] = None,
    as_of: Annotated[date | None, Parameter(help="when the documents came: tells 11/09 from 09/11")] = None,
    workers: Workers = 1,
    as_json: AsJson = False,
) -> int:
    """Measure how well documents are read, against what they truly say."""
    cases, without = cases_in(folder)
    documents = list(evaluated(cases, erp, as_of, workers))
    result = figures(documents)
    if out is not None:
        write_report(documents, result, out)
    if as_json:
        print_json(figures_to_json(result))
    else:
        _print(result)
    if without:
        say(f"{len(without)} documents have no truth and were left out, the first is {without[0]}")
    return 1 if result.overall.failed else 0


# --- documents and their truth ----------------------------------------------------------------------------------------


def cases_in(folder: Path) -> tuple[list[Case], list[Path]]:
    """The documents with their truth, and those without. Raises ``ConfigError`` for all wrong truth files at once."""
    documents = _documents(folder)
    places = {path: _truth_of(path, folder) for path in documents}
    found: list[Case] = []
    findings: list[str] = []
    for path, place in places.items():
        try:
            if place is not None:
                found.append(Case(path, load_truth(place)))
        except ConfigError as error:
            findings.append(str(error))
    if findings:
        raise ConfigError("some truth files are wrong:", tuple(findings))
    if not found:
        raise UsageError(f"{folder}: no document with a truth; put NAME.json beside NAME.pdf, or into truth/")
    return found, [path for path, place in places.items() if place is None]


def _documents(folder: Path) -> list[Path]:
    for place in (folder / "docs", folder):
        if not place.is_dir():
            continue
        found = sorted(p for p in place.iterdir() if p.is_file() and p.suffix.lower() != ".json" and p.name[0] != ".")
        if found:
            return found
    raise UsageError(f"{folder}: no documents in it, nor in {folder / 'docs'}")


def _truth_of(document: Path, folder: Path) -> Path | None:
    """``b.pdf.json`` before ``b.json``, beside the document before a folder named truth."""
    for place in (document.parent, folder / "truth", folder.parent / "truth"):
        for name in (f"{document.name}.json", f"{document.stem}.json"):
            if (place / name).is_file():
                return place / name
    return None


# --- reading ----------------------------------------------------------------------------------------------------------


def evaluated(cases: Sequence[Case], erp: Path | None, as_of: date | None, workers: int) -> Iterator[DocumentPair]:
    """Each document read in a child process and paired with its truth."""
    if workers < 1:
        raise UsageError(f"--workers {workers}: at least 1")
    intake = Intake(ocr_cache=None)
    known = wiring.reading_context(None if erp is None else wiring.load_erp(erp), intake)
    context = replace(known, received=as_of)
    threads = ThreadPoolExecutor(workers)
    with wiring.isolated_reader(intake, workers) as read:
        try:
            results = threads.map(lambda case: attempt(case.path, read, context), cases)
            yield from map(paired, cases, progress(results, len(cases), "reading"))
        finally:
            threads.shutdown(cancel_futures=True)


def attempt(path: Path, read: ReadDocument, context: ReadingContext) -> MessageReading | str:
    """The reading, or why there is none: a fault of the program is a result as well, and the worst."""
    try:
        return read_path(path, read, context)
    except Exception as error:  # noqa: BLE001 - the barrier: this document counts as failed, the others go on
        return f"the program failed: {type(error).__name__}: {error}"


def paired(case: Case, result: MessageReading | str) -> DocumentPair:
    orders = result if isinstance(result, str) else orders_in(result)
    name, channel = case.path.name, case.path.suffix.lower().lstrip(".") or None
    if isinstance(orders, str):
        return pair_document(name, case.truth, (), channel=channel, error=orders)
    found = [found_order(order_to_json(order, evidence=True)) for order in orders]
    return pair_document(name, case.truth, found, channel=channel)


def orders_in(result: MessageReading) -> tuple[Order, ...] | str:
    """What `extract` would write; the reason where that is an error."""
    orders = tuple(order for _, order in orders_of(result))
    if orders:
        return orders
    _, other = other_result(result)
    return str(other) if isinstance(other, DocumentError) else (other,)


# --- printing ---------------------------------------------------------------------------------------------------------


def _print(result: Figures) -> None:
    for kind in dict.fromkeys(group.kind for group in result.groups):
        _print_groups(kind, [group for group in result.groups if group.kind == kind])
    for title, fields in (("Header fields", result.header), ("Line fields", result.lines)):
        columns = ("field", "judged", "right", "printed", "of these right", "invented", "F1", "sure", "sure and wrong")
        print_table(columns, map(_field_row, fields), title=title)
    bands = ((f"from {band.low:g}", band.wrong.of, band.wrong.count, _percent(band.wrong)) for band in result.bands)
    print_table(("confidence", "values", "wrong", ""), bands, title="Values by the confidence shown with them")
    types = [(e, f, n) for e, f, n in result.types if e != f]
    if types:
        print_table(("type", "read as", "documents"), types, title="Document types that were mistaken")
    wrong = result.wrong[:_SHOWN_WRONG]
    if wrong:
        more = f", the first {len(wrong)}" if len(wrong) < len(result.wrong) else ""
        title = f"{len(result.wrong)} of {result.overall.documents} documents with something wrong{more}"
        print_table(("document", "what"), ((w.file, "; ".join(w.reasons)) for w in wrong), title=title)
    _say_sure(result.overall)


def _print_groups(kind: str, groups: Sequence[GroupFigures]) -> None:
    columns = (kind, "docs", "failed", "type", "header", "line P", "line R", "line F1", "orders exact", "lines exact",
               "sure", "sure and wrong")  # fmt: skip
    rows = (
        (g.name, g.documents, g.failed or "", _percent(g.types), _percent(g.header), _rate(g.lines.precision),
         _rate(g.lines.recall), _rate(g.lines.f1), _percent(g.orders_exact), _percent(g.lines_exact), g.sure.of,
         g.sure.count or "")
        for g in groups
    )  # fmt: skip
    print_table(columns, rows, title="All documents" if kind == "all" else f"By {kind}")


def _field_row(field: FieldFigures) -> tuple[Any, ...]:
    return (
        field.field, field.right.of, _percent(field.right), field.present.of, _percent(field.present),
        field.invented or "", _rate(field.f1), field.sure.of, field.sure.count or "",
    )  # fmt: skip


def _say_sure(group: GroupFigures) -> None:
    interval = group.sure.interval
    if interval is None:
        say("no value was shown with confidence 0.99 or more")
        return
    low, high = interval
    say(
        f"shown with confidence 0.99 or more and wrong: {group.sure.count} of {group.sure.of} values; "
        f"the true rate lies between {low:.2%} and {high:.2%} (95 %, Clopper-Pearson)"
    )


def _percent(share: Share) -> str:
    return _rate(share.rate)


def _rate(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"
