"""What paper costs: our whole way to an order beside plain Tesseract and ocrmypdf, in one run, a page each.

    python -m benchmarks.scans [FILE...] [--peer OCRMYPDF] [--seed S] [--each N] [--throughput]

Without files, orders that the seed draws are printed and damaged in every way of ``sample_docs.generator.scan``, N of
each; their words are known, so recall is told too. ``OCRMYPDF`` is that program; it is no dependency of ours
(``python3 -m venv /somewhere && /somewhere/bin/pip install ocrmypdf``).

ours: reading and extraction of the document. floor: ``tesseract --psm 4`` on the page at 300 dpi. Both are given the
document and nothing of its language; the peer is told the language, and runs ``-j1``. Runs are interleaved; processor
time is counted, children included, so that a busy machine does not blur the ratios. Goals: at most 1.15 times the
floor and 0.55 times the peer at a higher recall; two workers at least 1.8 times as fast as one.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pypdfium2

from benchmarks.reading import plain_tesseract, spent
from benchmarks.worker import order_of
from extractors.isolation import Isolated
from extractors.readers import read_document
from extractors.readers.image import sheets_of
from extractors.readers.options import DEFAULTS
from extractors.readers.tongue import TESSERACT
from pipeline.language import fold
from pipeline.media import PDF, sniff_media_type
from pipeline.model import Document
from sample_docs.generator import scan
from sample_docs.generator.look import make_look
from sample_docs.generator.orders import make_order
from sample_docs.generator.pdf import draw_pdf
from sample_docs.generator.world import build_world

FLOOR_GOAL, PEER_GOAL, THROUGHPUT_GOAL = 1.15, 0.55, 1.8
_DPI = 300  # of the floor's page
_LONG_SIDE = 11.5  # inches a picture is taken to have when its file does not say


@dataclass(frozen=True, slots=True)
class Paper:
    """``words`` are those printed, folded; empty when nobody knows."""

    kind: str
    document: Document
    language: str = "eng"
    words: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of processor time, and shares of the printed words found (None: not known)."""

    pages: int
    ours: float
    floor: float
    peer: float | None
    recall: float | None
    peer_recall: float | None


def document_of(name: str, content: bytes) -> Document:
    return Document(hashlib.sha256(content).hexdigest(), name, sniff_media_type(content, name), content)


def folded(text: str) -> Counter[str]:
    return Counter(word for part in text.split() if (word := re.sub(r"\W", "", fold(part))))


def drawn(seed: int, each: int) -> Iterator[Paper]:
    world = build_world()
    for number in range(each):
        for damage in scan.DAMAGES:
            rng = random.Random(f"scans/{seed}/{number}/{damage}")
            order = make_order(rng, world, lines=rng.randint(3, 14))
            print_out = draw_pdf(make_look(rng, order), order)
            words = folded(
                " ".join(w.text for p in read_document(document_of("p.pdf", print_out)).pages for w in p.words)
            )
            content = scan.as_pdf(scan.damaged(print_out, damage, seed + number))
            name = f"{damage}-{number}.pdf"
            yield Paper(damage, document_of(name, content), TESSERACT[order.language], words)


def pictures(document: Document) -> list[cv2.typing.MatLike]:
    """The pages at 300 dpi."""
    found: list[cv2.typing.MatLike] = []
    if document.media_type == PDF:
        for page in pypdfium2.PdfDocument(document.content):
            bitmap = page.render(scale=_DPI / 72, grayscale=True)
            found.append(np.array(bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width]))
        return found
    for sheet in sheets_of(document, DEFAULTS):
        dpi = max(sheet.dpi) if sheet.dpi else max(sheet.grey.shape) / _LONG_SIDE
        found.append(cv2.resize(sheet.grey, None, fx=_DPI / dpi, fy=_DPI / dpi, interpolation=cv2.INTER_CUBIC))
    return found


def measured(paper: Paper, peer: str | None) -> Cost:
    with tempfile.TemporaryDirectory() as name:
        folder, texts = Path(name), dict[str, str]()
        pages = pictures(paper.document)
        paths = [folder / f"{number}.png" for number in range(len(pages))]
        for path, page in zip(paths, pages, strict=True):
            cv2.imwrite(str(path), page)
        ours = spent(lambda: texts.update(ours=order_of(paper.document)))
        floor = sum(spent(partial(plain_tesseract, path)) for path in paths)
        theirs = spent(lambda: texts.update(peer=run_peer(peer, paper, folder))) if peer else None
        found = {key: recall(text, paper.words) for key, text in texts.items()}
    return Cost(len(pages), ours, floor, theirs, found["ours"], found.get("peer"))


def run_peer(peer: str, paper: Paper, folder: Path) -> str:
    source, text = folder / paper.document.file_name.rsplit("/", 1)[-1], folder / "peer.txt"
    source.write_bytes(paper.document.content)
    size = [] if paper.document.media_type == PDF else ["--image-dpi", "200"]
    options = ["-j1", "-q", "--output-type", "pdf", "-l", paper.language, "--sidecar", str(text), *size]
    subprocess.run([peer, *options, str(source), str(folder / "peer.pdf")], check=True, capture_output=True)
    return text.read_text(encoding="utf-8")


def recall(text: str, words: Counter[str]) -> float | None:
    return (words & folded(text)).total() / words.total() if words else None


def throughput(documents: Sequence[Document], workers: int) -> float:
    """Documents a second of wall clock, by workers that are warm."""
    with Isolated(workers) as pool:
        for pending in [pool.submit(order_of, document) for document in documents[: 2 * workers]]:
            pending.result()
        start = time.perf_counter()
        for pending in [pool.submit(order_of, document) for document in documents]:
            pending.result()
        return len(documents) / (time.perf_counter() - start)


def show(kind: str, costs: Sequence[Cost]) -> None:
    def mean(value: Callable[[Cost], float | None]) -> str:
        known = [found for cost in costs if (found := value(cost)) is not None]
        return f"{statistics.mean(known):8.3f}" if known else f"{'-':>8}"

    pages = sum(cost.pages for cost in costs)
    ours, floor = sum(cost.ours for cost in costs), sum(cost.floor for cost in costs)
    peers = [cost.peer for cost in costs if cost.peer is not None]
    to_peer = f"{ours / sum(peers):8.2f}" if peers else f"{'-':>8}"
    columns = f"{pages:5} {ours / pages:7.2f} {floor / pages:7.2f} {ours / floor:8.2f} {to_peer}"
    print(f"{kind:16} {columns} {mean(lambda c: c.recall)} {mean(lambda c: c.peer_recall)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--peer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("--throughput", action="store_true", help="also two workers against one")
    given = parser.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    papers = [Paper(path.name[:16], document_of(path.name, path.read_bytes())) for path in given.files]
    papers = papers or list(drawn(given.seed, given.each))
    order_of(papers[0].document)  # languages and models are loaded before, as in a worker
    costs: dict[str, list[Cost]] = {}
    for paper in papers:
        costs.setdefault(paper.kind, []).append(measured(paper, given.peer))
    print(f"{'paper':16} pages  ours s floor s   ×floor    ×peer   recall peer's")
    for kind, of_kind in costs.items():
        show(kind, of_kind)
    show("all", [cost for of_kind in costs.values() for cost in of_kind])
    print(f"goals: {FLOOR_GOAL} × floor, {PEER_GOAL} × peer at a higher recall")
    if given.throughput:
        documents = [paper.document for paper in papers]
        one, two = throughput(documents, 1), throughput(documents, 2)
        print(f"two workers {two / one:.2f} × one ({one:.2f} documents a second); goal {THROUGHPUT_GOAL}")


if __name__ == "__main__":
    main()
