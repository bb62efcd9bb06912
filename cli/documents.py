"""`extract` and `check`: documents and mails given as files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from cli.output import AsJson, print_json, print_table, progress, say
from flows import wiring
from flows.settings import Intake
from pipeline.codec import decision_to_json, dumps, order_to_json
from pipeline.errors import DocumentError, UsageError
from pipeline.history import MemoryHistory
from pipeline.interfaces import Erp
from pipeline.model import Document, Message, ReadingContext
from pipeline.run import (
    MessageReading,
    ReadDocument,
    decide_message,
    orders_of,
    other_result,
    read_file,
    read_message,
)
from rules.policy import load_policies

Files = Annotated[
    list[Path], Parameter(help="documents (.pdf .xlsx .csv .docx .html .txt .tif .png .jpg) or mails (.eml)")
]
Out = Annotated[Path, Parameter(help="folder for the results, one JSON file an input")]
Workers = Annotated[int, Parameter(help="processes that read; one a core is best")]
Evidence = Annotated[bool, Parameter(help="add where each value was read: page, box, text, confidence", negative=())]

MAIL_TYPES = frozenset({"message/rfc822", "application/vnd.ms-outlook"})


def register(app: App) -> None:
    app.command(extract)
    app.command(check)


def extract(
    files: Files,
    /,
    *,
    out: Out,
    evidence: Evidence = False,
    debug: Annotated[Path | None, Parameter(help="folder for pictures of every step of the reading")] = None,
    workers: Workers = 1,
    as_json: AsJson = False,
) -> int:
    """Read purchase orders out of files; writes one order JSON a file."""
    rows = []
    with reading(files, None, workers) as results:
        for path, target, result in results_for(files, out, results):
            value = extracted(result, evidence)
            write_json(target, value)
            rows.append(summary_row(path, target, value))
    if debug is not None:
        draw_steps(files, out, debug)
    report(rows, as_json, ("file", "type", "po_number", "lines", "result"))
    return exit_code(rows)


def check(
    files: Files,
    /,
    *,
    erp: Annotated[Path, Parameter(help="folder with the ERP exports (items.csv, customers.csv, price_list.csv ...)")],
    out: Out,
    as_of: Annotated[
        date | None, Parameter(help="what counts as today, so that results repeat (default: today)")
    ] = None,
    policies: Annotated[Path | None, Parameter(help="folder of policy files (default: the built-in policy)")] = None,
    evidence: Evidence = False,
    workers: Workers = 1,
    as_json: AsJson = False,
) -> int:
    """Read purchase orders and check every line against the ERP exports; writes one decision JSON a file."""
    snapshot = wiring.load_erp(erp)
    parts = wiring.deciders(snapshot, MemoryHistory(), load_policies(policies))
    today = as_of or date.today()
    rows = []
    with reading(files, snapshot, workers, today) as results:
        for n, (path, target, result) in enumerate(results_for(files, out, results)):
            # the same bytes given twice are two orders, the second a duplicate of the first
            decided = decide_message(replace(result, sha256=f"{n}/{result.sha256}"), parts, today)
            value = one_or_list([decision_to_json(d.decision, evidence=evidence) for d in decided])
            write_json(target, value)
            rows.append(summary_row(path, target, value))
    report(rows, as_json, ("file", "type", "po_number", "lines", "decision", "exceptions"))
    return exit_code(rows)


# --- reading, several files at a time --------------------------------------------------------------------


@contextmanager
def reading(
    files: Sequence[Path], erp: Erp | None, workers: int, received: date | None = None
) -> Iterator[Iterator[MessageReading]]:
    """The files' readings in their order; ``workers`` child processes read at a time."""
    intake = Intake(ocr_cache=None)
    context = replace(wiring.reading_context(erp, intake), received=received)
    if workers < 1:
        raise UsageError(f"--workers {workers}: at least 1")
    for path in files:
        if not path.is_file():
            raise UsageError(f"{path}: no such file")
    threads = ThreadPoolExecutor(workers)
    with wiring.isolated_reader(intake, workers) as read:
        try:
            yield threads.map(lambda path: read_path(path, read, context), files)
        finally:
            threads.shutdown(cancel_futures=True)


def read_path(path: Path, read: ReadDocument, context: ReadingContext) -> MessageReading:
    message, documents = opened(path)
    if message is not None:
        return read_message(message, documents, read, context)
    return read_file(documents[0], read, context)


def opened(path: Path) -> tuple[Message | None, tuple[Document, ...]]:
    """The documents of a mail, the body last; or no mail and the one document that the file is."""
    content = path.read_bytes()
    document = wiring.document_of(path.name, content)
    if document.media_type in MAIL_TYPES or path.suffix.lower() == ".eml":
        return wiring.unpack(content)
    return None, (document,)


def draw_steps(files: Sequence[Path], out: Path, debug: Path) -> None:
    """A folder of pictures for each document; those of a mail are counted, for their names are strangers'."""
    from cli.drawings import draw  # loads the readers into this process, which nothing else needs here

    documents = []
    for path, target in zip(files, target_paths(files, out), strict=True):
        _, found = opened(path)
        names = [target.stem] if len(found) == 1 else [f"{target.stem}-{n}" for n in range(1, len(found) + 1)]
        documents += [(name, document) for name, document in zip(names, found, strict=True) if not document.problem]
    draw(documents, wiring.reading_context(None, Intake(ocr_cache=None)), debug)


def results_for(
    files: Sequence[Path], out: Path, results: Iterator[MessageReading]
) -> Iterator[tuple[Path, Path, MessageReading]]:
    out.mkdir(parents=True, exist_ok=True)
    targets = target_paths(files, out)
    yield from zip(files, targets, progress(results, len(files), "reading"), strict=True)


def target_paths(files: Sequence[Path], out: Path) -> list[Path]:
    """``DIR/b.json`` for ``a/b.pdf``; where two files share a stem, the later keep their ending: ``b.xlsx.json``."""
    taken: Counter[str] = Counter()
    targets = []
    for path in files:
        name = path.stem if not taken[path.stem] else path.name
        if taken[name]:
            raise UsageError(f"{path}: another input of the same name writes {out / name}.json; use two output folders")
        if name != path.stem:
            say(f"{path}: {out / path.stem}.json is another input's, this one's result is {out / name}.json")
        taken[name] += 1
        targets.append(out / f"{name}.json")
    return targets


# --- writing ---------------------------------------------------------------------------------------------


def extracted(result: MessageReading, evidence: bool) -> Any:
    orders = [order for _, order in orders_of(result)]
    if orders:
        return one_or_list([order_to_json(order, evidence=evidence) for order in orders])
    _, other = other_result(result)
    if isinstance(other, DocumentError):
        return decision_to_json(wiring.decision_for_error(other), evidence=evidence)
    return order_to_json(other, evidence=evidence)


def one_or_list(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def write_json(target: Path, value: Any) -> None:
    target.write_text(dumps(value), encoding="utf-8")


def summary_row(path: Path, target: Path, value: Any) -> dict[str, Any]:
    orders = value if isinstance(value, list) else [value]
    line_codes = [code for o in orders for line in o["lines"] for code in line.get("exceptions", ())]
    codes = [code for o in orders for code in o.get("exceptions", ())]
    return {
        "file": str(path),
        "result": str(target),
        "type": ", ".join(dict.fromkeys(o["document_type"] for o in orders)),
        "po_number": ", ".join(str(o["po_number"] or "-") for o in orders),
        "lines": sum(len(o["lines"]) for o in orders),
        "decision": ", ".join(o["decision"] for o in orders if "decision" in o),
        "exceptions": ", ".join(f"{code} ×{n}" if n > 1 else code for code, n in Counter(codes + line_codes).items()),
        "failed": any(c in ("unreadable_document", "encrypted_document") for c in codes),
    }


def report(rows: list[dict[str, Any]], as_json: bool, columns: tuple[str, ...]) -> None:
    if as_json:
        print_json(rows)
        return
    print_table(columns, ([row[c] for c in columns] for row in rows))
    counts = Counter(decision for row in rows for decision in row["decision"].split(", ") if decision)
    if counts:
        say(", ".join(f"{n} {decision}" for decision, n in sorted(counts.items())))
    for row in rows:
        if row["failed"]:
            say(f"{row['file']}: could not be read; {row['result']} says why")


def exit_code(rows: list[dict[str, Any]]) -> int:
    return 1 if any(row["failed"] for row in rows) else 0
