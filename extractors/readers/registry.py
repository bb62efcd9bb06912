"""Which reader reads which media type. Adding a reader is one module and one line here."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from importlib import import_module

from extractors.readers.options import DEFAULTS, ReadingOptions
from pipeline import media
from pipeline.errors import DocumentError
from pipeline.model import Document, Pages

IMAGES = (media.PNG, media.JPEG, media.TIFF, media.GIF, media.BMP, media.WEBP, media.HEIC)
WORKBOOKS = (media.XLSX, media.XLSB, media.XLS, media.ODS, media.ENCRYPTED_OFFICE)
# written for machines, or a mail typed off: as text they say at least what they are
TEXTS = (media.TEXT, media.EMAIL, media.CALENDAR, media.VCARD, media.EDIFACT, media.X12)

# media types → "module:function"; imported when first needed, for OpenCV and friends are slow to load
READERS: tuple[tuple[tuple[str, ...], str], ...] = (
    ((media.PDF,), "pdf:read"),
    (IMAGES, "image:read"),
    (WORKBOOKS, "sheet:read_workbook"),
    ((media.CSV,), "sheet:read_delimited"),
    ((media.HTML,), "html:read"),
    ((media.DOCX,), "docx:read"),
    (TEXTS, "text:read"),
)
_NAMED = {
    "pdf": media.PDF, "xlsx": media.XLSX, "xlsm": media.XLSX, "xls": media.XLS, "xlsb": media.XLSB, "ods": media.ODS,
    "docx": media.DOCX, "csv": media.CSV, "tsv": media.CSV, "html": media.HTML, "htm": media.HTML, "png": media.PNG,
    "jpg": media.JPEG, "jpeg": media.JPEG, "tif": media.TIFF, "tiff": media.TIFF, "gif": media.GIF, "bmp": media.BMP,
    "webp": media.WEBP, "heic": media.HEIC, "heif": media.HEIC, "avif": media.HEIC, "txt": media.TEXT, "xml": media.XML,
}  # fmt: skip

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
    kind = media.sniff_media_type(document.content, document.file_name)
    if kind in (*TEXTS, media.CSV) and document.media_type in (media.TEXT, media.CSV):
        kind = document.media_type  # who unpacked it knows a mail's body from a list of records
    reader = reader_of(kind)
    if reader is None:
        raise DocumentError(f"{document.file_name}: files of type {kind} are not read; ask the sender for a PDF")
    pages = reader(dataclasses.replace(document, media_type=kind), options)
    named = _NAMED.get(document.file_name.rpartition(".")[2].lower())
    if named is not None and not _same_family(named, kind):
        doubt = f"the file is named like {named} but is {kind}"
        pages = dataclasses.replace(pages, doubts=(*pages.doubts, doubt))
    return pages


def _same_family(named: str, kind: str) -> bool:
    families = (IMAGES, WORKBOOKS, (*TEXTS, media.CSV))
    return named == kind or any(named in family and kind in family for family in families)
