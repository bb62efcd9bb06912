"""What reading costs beside the bare engines: a ratio a file, medians of interleaved runs.

    python -m benchmarks.reading FILE...

PDF pages with text: words with boxes, rulings and checks against pdfium's raw text alone. Pictures and scanned PDF
pages: the whole recognition against plain ``tesseract --psm 4`` on the same picture. Goals: at most 3 and 1.15.
Processor time is measured, children included, so that a busy machine does not blur the ratio.
"""

from __future__ import annotations

import hashlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import pypdfium2

from extractors.readers import read_document
from extractors.readers.image import sheets_of
from extractors.readers.ocr import Sheet, read_sheet
from extractors.readers.options import DEFAULTS
from extractors.readers.tesseract import installed
from pipeline.media import PDF, sniff_media_type
from pipeline.model import Document, Source

TEXT_GOAL, SCAN_GOAL = 3.0, 1.15
TEXT_RUNS, SCAN_RUNS = 9, 3


def spent(work: Callable[[], object]) -> float:
    """Seconds of processor time, own and of children that ended."""

    def clock() -> float:
        usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return sum(usage.ru_utime + usage.ru_stime for usage in usages)

    start = clock()
    work()
    return clock() - start


def ratio(ours: Callable[[], object], floor: Callable[[], object], runs: int) -> tuple[float, float]:
    """Median of ours over floor, and the floor's median in seconds."""
    pairs = [(spent(ours), spent(floor)) for _ in range(runs)]
    return statistics.median(a / b for a, b in pairs if b), statistics.median(b for _, b in pairs)


def raw_text(content: bytes) -> None:
    pdf = pypdfium2.PdfDocument(content)
    for page in pdf:
        text = page.get_textpage()
        text.get_text_range()
        text.close()
        page.close()
    pdf.close()


def plain_tesseract(path: Path) -> None:
    command = ["tesseract", str(path), "-", "--psm", "4", "-l", "eng", "tsv"]
    subprocess.run(command, check=True, capture_output=True)


def measure_text(document: Document) -> tuple[float, float]:
    return ratio(lambda: read_document(document), lambda: raw_text(document.content), TEXT_RUNS)


def measure_scan(sheet: Sheet) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.png"
        cv2.imwrite(str(path), sheet.grey)
        return ratio(lambda: read_sheet(sheet, 1, installed()), lambda: plain_tesseract(path), SCAN_RUNS)


def sheets(document: Document) -> list[Sheet]:
    if document.media_type != PDF:
        return list(sheets_of(document, DEFAULTS))
    found = []
    for page in pypdfium2.PdfDocument(document.content):
        bitmap = page.render(scale=200 / 72, grayscale=True)
        found.append(Sheet(bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width].copy(), (200.0, 200.0)))
    return found


def main(names: list[str]) -> None:
    os.environ["OMP_THREAD_LIMIT"] = "1"
    print(f"{'file':32} {'kind':6} {'floor s':>8} {'ratio':>6}  goal")
    for name in names:
        content = Path(name).read_bytes()
        kind = sniff_media_type(content, name)
        document = Document(hashlib.sha256(content).hexdigest(), name, kind, content)
        if kind == PDF and read_document(document).pages[0].source is Source.PDF_TEXT:
            found = measure_text(document)
            print(f"{Path(name).name:32} {'text':6} {found[1]:8.4f} {found[0]:6.2f}  {TEXT_GOAL}")
            continue
        for sheet in sheets(document):
            found = measure_scan(sheet)
            print(f"{Path(name).name:32} {'scan':6} {found[1]:8.4f} {found[0]:6.2f}  {SCAN_GOAL}")


if __name__ == "__main__":
    main(sys.argv[1:])
