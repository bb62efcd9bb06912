"""What runs in workers that are measured: nothing but the extraction is imported here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from extractors.engine import DocumentExtractor
from extractors.readers import read_document
from pipeline.model import Document, ReadingContext


def peak_after(documents: Sequence[Document]) -> float:
    """Peak resident memory of this process in MB after it has read the documents."""
    for document in documents:
        DocumentExtractor().extract(read_document(document), ReadingContext())
    # not ru_maxrss: a child of a large parent begins with its parent's
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def order_of(document: Document) -> str:
    """Reads and extracts; the words that were read."""
    pages = read_document(document)
    DocumentExtractor().extract(pages, ReadingContext())
    return " ".join(word.text for page in pages.pages for word in page.words)
