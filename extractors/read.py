"""One document from its bytes to its orders: what killable children are asked for. Imports only what reading needs."""

from __future__ import annotations

from extractors.readers import ReadingOptions, read_document
from pipeline.model import Document, Order, ReadingContext


def read_orders(document: Document, context: ReadingContext, options: ReadingOptions) -> tuple[Order, ...]:
    """Reads one document in this process. Raises ``DocumentError``."""
    from extractors.engine import DocumentExtractor  # half a second that the process which hands documents out saves

    return DocumentExtractor().extract(read_document(document, options), context)
