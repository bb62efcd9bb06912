"""Which reader reads which media type. Adding a reader is one module and one line here."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from importlib import import_module

from extractors.readers import sniff
from extractors.readers.options import DEFAULTS, ReadingOptions
from pipeline.errors import DocumentError
from pipeline.model import Document, Pages

IMAGES = ("image/png", "image/jpeg", "image/tiff", "image/gif", "image/bmp", "image/webp")

# media types → "module:function"; imported when first needed, for OpenCV and friends are slow to load
READERS: tuple[tuple[tuple[str, ...], str], ...] = (
    ((sniff.PDF,), "pdf:read"),
    (IMAGES, "image:read"),
    (
        (sniff.XLSX, sniff.XLSM, sniff.XLSB, sniff.XLS, sniff.ODS, sniff.ENCRYPTED_OFFICE),
        "sheet:read_workbook",
    ),
    ((sniff.CSV, sniff.TSV), "sheet:read_delimited"),
    ((sniff.HTML,), "html:read"),
    ((sniff.DOCX,), "docx:read"),
    ((sniff.TEXT,), "text:read"),
)

Reader = Callable[[Document, ReadingOptions], Pages]


def reader_of(media_type: str) -> Reader | None:
    """The one reader that claims the type. Raises ``RuntimeError`` when two do: a fault of the table above."""
    claims = [place for types, place in READERS if media_type in types]
    if len(claims) > 1:
        raise RuntimeError(f"{media_type} is claimed by {' and '.join(claims)}")
    if not claims:
        return None
    module, _, function = claims[0].partition(":")
    reader: Reader = getattr(import_module(f"extractors.readers.{module}"), function)
    return reader


def read_document(document: Document, options: ReadingOptions = DEFAULTS) -> Pages:
    """Words with boxes of any file, its kind judged by its bytes.

    Raises ``DocumentError`` (no reader, unreadable, over a limit) and ``EncryptedDocument``.
    """
    if not document.content:
        raise DocumentError(f"{document.file_name}: the file is empty; ask the sender to send it again")
    kind = sniff.sniff(document.content, document.file_name)
    if kind == sniff.TEXT and document.media_type == sniff.CSV:
        kind = sniff.CSV  # told by its rows: the file came without an ending
    reader = reader_of(kind)
    if reader is None:
        raise DocumentError(f"{document.file_name}: files of type {kind} are not read; ask the sender for a PDF")
    pages = reader(dataclasses.replace(document, media_type=kind), options)
    named = sniff.named_type(document.file_name)
    if named is not None and not _same_family(named, kind):
        doubt = f"the file is named like {named} but is {kind}"
        pages = dataclasses.replace(pages, doubts=(*pages.doubts, doubt))
    return pages


def _same_family(named: str, kind: str) -> bool:
    families = (set(IMAGES), {sniff.XLSX, sniff.XLSM, sniff.XLSB, sniff.XLS, sniff.ODS, sniff.ENCRYPTED_OFFICE})
    texts = {sniff.CSV, sniff.TSV, sniff.TEXT}
    return named == kind or any(named in family and kind in family for family in (*families, texts))
