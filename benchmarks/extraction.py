"""What the whole extraction costs beside its peers, over the length of a document, and in memory.

    python -m benchmarks.extraction [FILE | FOLDER...] [--peer PYTHON] [--runs N]

``FILE``: PDFs with text, ``FOLDER``: all in it that have text on every page; none takes the shipped samples.
``PYTHON``: an interpreter that has invoice2data, which is no dependency of ours (``python3 -m venv /somewhere &&
/somewhere/bin/pip install invoice2data``).

Runs are interleaved and medians compared. Processor time is measured, children included, so that a busy machine does
not blur the ratios; all run with one thread and collect garbage as seldom as a worker does. Our own code keeps what it
learned of texts, so each document is extracted once only, by a process that has read others before, as in a worker;
the peers read it several times. The shipped orders fill a third of a page, on which pdfplumber has little to do: pages
full of items stand in the second table, beside it too.

Goals: words and rulings at most 3 times pdfium's raw text on orders of up to 3 pages; the whole extraction at least 10
times faster than pdfplumber's words and tables; the same cost a page from 1 to 200 pages; at most 150 MB in a worker.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import io
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pdfplumber
import pypdfium2

from benchmarks.reading import raw_text, spent
from benchmarks.worker import peak_after
from extractors.engine import DocumentExtractor
from extractors.isolation import GARBAGE, Isolated, Limits
from extractors.readers import ReadingOptions, read_document
from pipeline.media import sniff_media_type
from pipeline.model import Document, Order, ReadingContext, Source
from sample_docs.generator.look import Look, make_look
from sample_docs.generator.orders import OrderTruth, make_order
from sample_docs.generator.sample import draw
from sample_docs.generator.world import build_world

SAMPLES = Path(__file__).parents[1] / "sample_docs" / "documents"
LENGTHS = {1: 5, 3: 5, 10: 2, 50: 1, 200: 1}  # pages: how many different orders of that length
_PEER_PAGES = 50  # longest order that pdfplumber reads too
_WARM_UP = 25  # documents that the process has read before
SHORT = 3  # pages up to which the goal for words holds
PEER = """
import json, logging, sys
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
logging.disable(logging.CRITICAL)
from invoice2data import extract_data
from invoice2data.extract.loader import read_templates
templates = read_templates()
def clock():
    return sum(u.ru_utime + u.ru_stime for u in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))
for line in sys.stdin:
    start = clock()
    extract_data(json.loads(line), templates=templates)
    print(clock() - start, flush=True)
"""


# --- the candidates ---------------------------------------------------------------------------------------------------


def words(document: Document) -> None:
    read_document(document)


def extraction(document: Document) -> tuple[Order, ...]:
    return DocumentExtractor().extract(read_document(document), ReadingContext())


def plumber(document: Document) -> None:
    with pdfplumber.open(io.BytesIO(document.content)) as pdf:
        for page in pdf.pages:
            page.extract_words()
            page.extract_tables()
            page.close()


class Invoice2data:
    """The peer in its own interpreter; its templates are loaded before anything is measured."""

    def __init__(self, python: str) -> None:
        self._process = subprocess.Popen(
            [python, "-c", PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL
        )
        self._folder = tempfile.TemporaryDirectory()

    def spent(self, document: Document) -> float:
        """Seconds of processor time. Raises ``RuntimeError`` when the interpreter has no invoice2data."""
        path = Path(self._folder.name) / f"{document.sha256}.pdf"
        if not path.exists():
            path.write_bytes(document.content)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(str(path)) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise RuntimeError("the interpreter cannot run invoice2data") from None
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the interpreter cannot run invoice2data")
        return float(answer)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()


# --- documents --------------------------------------------------------------------------------------------------------


def document_of(name: str, content: bytes) -> Document:
    return Document(hashlib.sha256(content).hexdigest(), name, sniff_media_type(content, name), content)


def page_count(document: Document) -> int:
    pdf = pypdfium2.PdfDocument(document.content)
    try:
        return len(pdf)
    finally:
        pdf.close()


def is_digital(document: Document) -> bool:
    if document.media_type != "application/pdf":
        return False
    options = ReadingOptions(max_ocr_pages=0)
    return all(page.source is Source.PDF_TEXT for page in read_document(document, options).pages)


def strange_order(seed: int) -> bytes:
    """One page in a layout and language that the seed decides."""
    rng = random.Random(f"warm-up {seed}")
    order = make_order(rng, build_world())
    return draw(order, make_look(rng, order), "pdf", seed=seed).content


def long_order(pages: int, seed: int = 0) -> Document:
    """An order that fills that many pages."""
    rng = random.Random(f"benchmark {seed}" if seed else "benchmark")
    order = make_order(rng, build_world(), language="en", lines=30)
    look = replace(make_look(rng, order), table="rows", carried=True)
    low, high = 1, 60 * pages  # the most lines that fit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (low, middle - 1) if page_count(_drawn(order, look, middle)) > pages else (middle, high)
    return _drawn(order, look, low)


def _drawn(order: OrderTruth, look: Look, count: int) -> Document:
    lines = tuple(replace(order.lines[n % len(order.lines)], number=str(n + 1)) for n in range(count))
    subtotal = sum((line.amount or Decimal(0) for line in lines), Decimal(0))
    total = subtotal + (order.tax or 0) + (order.freight or 0)
    sample = draw(replace(order, lines=lines, subtotal=subtotal, total=total), look, "pdf", seed=1)
    return document_of(f"{count} lines", sample.content)


# --- the three measurements -------------------------------------------------------------------------------------------


def beside_peers(documents: Sequence[Document], peer: Invoice2data | None, runs: int) -> None:
    work: dict[str, Callable[[Document], float]] = {
        "raw text": lambda d: spent(lambda: raw_text(d.content)),
        "words": lambda d: spent(lambda: words(d)),
        "pdfplumber": lambda d: spent(lambda: plumber(d)),
    }
    if peer is not None:
        work["invoice2data"] = peer.spent
    names = ("extraction", *work)
    print("ms a page, medians\n" + f"{'document':28}{'pages':>6}" + "".join(f"{name:>14}" for name in names))
    rows: list[tuple[int, dict[str, float]]] = []
    for document in documents:
        once = spent(lambda d=document: extraction(d))
        rounds = [{name: run(document) for name, run in work.items()} for _ in range(runs)]
        row = {"extraction": once} | {name: statistics.median(r[name] for r in rounds) for name in work}
        pages = page_count(document)
        print(f"{document.file_name[:27]:28}{pages:6}" + "".join(f"{1e3 * row[n] / pages:14.2f}" for n in names))
        rows.append((pages, row))
    short = [row["words"] / row["raw text"] for pages, row in rows if pages <= SHORT]
    print(_spread("words / raw text", short, "at most 3"))
    print(_spread("pdfplumber / extraction", [row["pdfplumber"] / row["extraction"] for _, row in rows], "at least 10"))
    pages = sum(count for count, _ in rows)
    means = ", ".join(f"{name} {1e3 * sum(row[name] for _, row in rows) / pages:.1f}" for name in names)
    print(f"mean ms a page over {pages} pages: {means}")
    if peer is not None:
        ratios = [row["invoice2data"] / row["extraction"] for _, row in rows]
        print(
            _spread("invoice2data / extraction", ratios, "none: without a template it reads the text and finds nothing")
        )


def _spread(name: str, ratios: Sequence[float], goal: str) -> str:
    if not ratios:
        return f"{name}: no document of that length"
    return f"{name}: median {statistics.median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f} (goal: {goal})"


def over_length() -> None:
    columns = ("pages", "orders", "lines", "raw text", "words", "extraction", "pdfplumber")
    print("\nms a page over the length of a document, means of different orders")
    print("".join(f"{c:>12}" for c in columns))
    costs = {}
    for length, count in LENGTHS.items():
        documents = [long_order(length, seed) for seed in range(count)]
        pages = sum(map(page_count, documents))
        found: list[tuple[Order, ...]] = []
        costs[length] = sum(spent(lambda d=d, f=found: f.append(extraction(d))) for d in documents) / pages
        raw = sum(spent(lambda d=d: raw_text(d.content)) for d in documents) / pages
        read = sum(spent(lambda d=d: words(d)) for d in documents) / pages
        peer = sum(spent(lambda d=d: plumber(d)) for d in documents) / pages if length <= _PEER_PAGES else None
        lines = sum(len(order.lines) for orders in found for order in orders)
        times = "".join("-".rjust(12) if t is None else f"{1e3 * t:12.2f}" for t in (raw, read, costs[length], peer))
        print(f"{length:12}{count:12}{lines:12}{times}")
    longest = max(LENGTHS)
    print(f"a page of {longest} costs {costs[longest] / costs[1]:.2f} times the page of one (goal: 1)")


def memory(documents: Sequence[Document]) -> None:
    """Peak of a fresh worker after the first document, all of them, all once more, and the longest."""
    steps = (("first document", documents[:1]), ("all", documents), ("all again", documents),
             (f"{max(LENGTHS)} pages", [long_order(max(LENGTHS))]), ("all again", documents))  # fmt: skip
    print("\npeak memory of a worker, MB (goal: at most 150)")
    with Isolated(1, Limits(seconds=600, cpu_seconds=600)) as pool:
        for name, some in steps:
            print(f"{name:>16}: {pool.submit(peak_after, list(some)).result():.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE | FOLDER")
    parser.add_argument("--peer", default=sys.executable, metavar="PYTHON", help="an interpreter with invoice2data")
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    gc.set_threshold(*GARBAGE)
    paths = [p for given in arguments.files for p in (sorted(given.glob("*.pdf")) if given.is_dir() else [given])]
    given = [document_of(p.name, p.read_bytes()) for p in paths or sorted(SAMPLES.glob("pdf-*.pdf"))]
    documents = [document for document in given if is_digital(document)]
    for made in (document_of(f"warm-up {n}", strange_order(n)) for n in range(_WARM_UP)):
        extraction(made)
    peer: Invoice2data | None = Invoice2data(arguments.peer)
    try:
        assert peer is not None
        peer.spent(documents[0])
    except RuntimeError:
        peer = None
        print(f"invoice2data is left out: {arguments.peer} does not have it; name one that does with --peer\n")
    beside_peers(documents, peer, arguments.runs)
    over_length()
    memory(documents)
    if peer is not None:
        peer.close()


if __name__ == "__main__":
    main()
