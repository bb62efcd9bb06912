"""What the whole extraction costs beside its peers, over the length of a document, and in memory.

    python -m benchmarks.extraction [FILE...] [--peer PYTHON] [--runs N]

``FILE``: PDFs with text; none takes the shipped samples. ``PYTHON``: an interpreter that has invoice2data, which is no
dependency of ours (``python3 -m venv /somewhere && /somewhere/bin/pip install invoice2data``).

Runs are interleaved and medians compared. Processor time is measured, children included, so that a busy machine does
not blur the ratios; before each run the caches forget what the documents before taught them. Goals: words and rulings at most 3 times pdfium's raw text on orders of up to 3 pages; the whole
extraction at least 10 times faster than pdfplumber's words and tables; the same cost a page from 1 to 200 pages; at
most 150 MB in a worker.
"""

from __future__ import annotations

import argparse
import functools
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
from extractors.isolation import Isolated, Limits
from extractors.readers import read_document
from pipeline.media import sniff_media_type
from pipeline.model import Document, Order, ReadingContext, Source
from sample_docs.generator.look import Look, make_look
from sample_docs.generator.orders import OrderTruth, make_order
from sample_docs.generator.sample import draw
from sample_docs.generator.world import build_world

SAMPLES = Path(__file__).parents[1] / "sample_docs" / "documents"
LENGTHS = (1, 3, 10, 50, 200)  # pages
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


@functools.cache
def forgetters() -> tuple[Callable[[], None], ...]:
    """What empties the bounded caches; the unbounded ones hold lexicons, which no document fills."""
    found = (one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper))
    return tuple(one.cache_clear for one in found if one.cache_parameters()["maxsize"] is not None)


def cold(work: Callable[[Document], object], document: Document) -> float:
    """Processor seconds of a document that comes by itself."""
    for forget in forgetters():
        forget()
    return spent(lambda: work(document))


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
    return all(page.source is Source.PDF_TEXT for page in read_document(document).pages)


def long_order(pages: int) -> Document:
    """An order that fills that many pages."""
    rng = random.Random("benchmark")
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
        "words": lambda d: cold(words, d),
        "extraction": lambda d: cold(extraction, d),
        "pdfplumber": lambda d: cold(plumber, d),
    }
    if peer is not None:
        work["invoice2data"] = peer.spent
    print("ms a page, medians\n" + f"{'document':28}{'pages':>6}" + "".join(f"{name:>14}" for name in work))
    ratios: dict[str, list[float]] = {"words / raw text": [], "pdfplumber / extraction": []}
    totals: dict[str, float] = dict.fromkeys(work, 0.0)
    for document in documents:
        pages = page_count(document)
        runs_here: dict[str, list[float]] = {name: [] for name in work}
        for _ in range(runs):
            for name, run in work.items():
                runs_here[name].append(run(document))
        medians = {name: statistics.median(times) for name, times in runs_here.items()}
        totals = {name: totals[name] + medians[name] for name in work}
        print(f"{document.file_name[:27]:28}{pages:6}" + "".join(f"{1e3 * m / pages:14.2f}" for m in medians.values()))
        if pages <= SHORT:
            ratios["words / raw text"].append(medians["words"] / medians["raw text"])
        ratios["pdfplumber / extraction"].append(medians["pdfplumber"] / medians["extraction"])
    for name, goal in (("words / raw text", "at most 3"), ("pdfplumber / extraction", "at least 10")):
        print(_spread(name, ratios[name], goal))
    if peer is not None:
        faster = totals["invoice2data"] / totals["extraction"]
        print(f"invoice2data / extraction over all: {faster:.1f} (it finds nothing without a template of the issuer)")


def _spread(name: str, ratios: Sequence[float], goal: str) -> str:
    if not ratios:
        return f"{name}: no document of that length"
    return f"{name}: median {statistics.median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f} (goal: {goal})"


def over_length(runs: int) -> None:
    print(
        f"\nms a page over the length of a document\n{'pages':>6}{'lines':>8}{'raw text':>12}{'words':>12}{'whole':>12}"
    )
    first = last = 0.0
    for length in LENGTHS:
        document = long_order(length)
        pages = page_count(document)
        rounds = max(1, runs // pages)
        extraction(document)  # what is loaded once is not the first document's
        raw = statistics.median(spent(lambda d=document: raw_text(d.content)) for _ in range(rounds))
        read = statistics.median(cold(words, document) for _ in range(rounds))
        whole = statistics.median(cold(extraction, document) for _ in range(rounds))
        lines = sum(len(order.lines) for order in extraction(document))
        print(f"{pages:6}{lines:8}" + "".join(f"{1e3 * seconds / pages:12.2f}" for seconds in (raw, read, whole)))
        first, last = first or whole / pages, whole / pages
    print(f"a page of {LENGTHS[-1]} costs {last / first:.2f} times the page of one (goal: 1)")


def memory(documents: Sequence[Document]) -> None:
    """Peak of a fresh worker after the first document, all of them, all once more, and the longest."""
    steps = (("first document", documents[:1]), ("all", documents), ("all again", documents),
             (f"{LENGTHS[-1]} pages", [long_order(LENGTHS[-1])]), ("all again", documents))  # fmt: skip
    print("\npeak memory of a worker, MB (goal: at most 150)")
    with Isolated(1, Limits(seconds=600, cpu_seconds=600)) as pool:
        for name, some in steps:
            print(f"{name:>16}: {pool.submit(peak_after, list(some)).result():.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--peer", default=sys.executable, metavar="PYTHON", help="an interpreter with invoice2data")
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    paths = arguments.files or sorted(SAMPLES.glob("pdf-*.pdf"))
    documents = [d for d in (document_of(p.name, p.read_bytes()) for p in paths) if is_digital(d)]
    peer: Invoice2data | None = Invoice2data(arguments.peer)
    try:
        assert peer is not None
        peer.spent(documents[0])
    except RuntimeError:
        peer = None
        print(f"invoice2data is left out: {arguments.peer} does not have it; name one that does with --peer\n")
    beside_peers(documents, peer, arguments.runs)
    over_length(arguments.runs)
    memory(documents)
    if peer is not None:
        peer.close()


if __name__ == "__main__":
    main()
