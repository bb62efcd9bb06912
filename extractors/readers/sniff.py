"""The media type of a file from its bytes. Names and declared types are hints at most: strangers choose them."""

from __future__ import annotations

import io
import re
import zipfile

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSM = "application/vnd.ms-excel.sheet.macroenabled.12"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
XLS = "application/vnd.ms-excel"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ENCRYPTED_OFFICE = "application/x-encrypted-office"
HTML, XML, CSV, TSV, TEXT = "text/html", "application/xml", "text/csv", "text/tab-separated-values", "text/plain"
UNKNOWN = "application/octet-stream"

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"{\\rtf", "application/rtf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
)
_ZIP_MARKS: tuple[tuple[str, str], ...] = (
    ("xl/workbook.bin", XLSB),
    ("xl/vbaproject.bin", XLSM),
    ("xl/workbook.xml", XLSX),
    ("word/document.xml", DOCX),
    ("ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_OLE_MARKS: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", ENCRYPTED_OFFICE),
    ("__nameid_version1.0", "application/vnd.ms-outlook"),
    ("Workbook", XLS),
    ("WordDocument", "application/msword"),
)
_HTML_START = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|div|meta|style|p|span|center)\b",
    re.IGNORECASE | re.DOTALL,
)
_SUFFIXES = {
    "pdf": PDF, "xlsx": XLSX, "xlsm": XLSM, "xls": XLS, "xlsb": XLSB, "ods": ODS, "docx": DOCX,
    "csv": CSV, "tsv": TSV, "html": HTML, "htm": HTML,
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "tif": "image/tiff",
    "tiff": "image/tiff", "gif": "image/gif", "bmp": "image/bmp", "webp": "image/webp", "txt": TEXT, "xml": XML,
}  # fmt: skip


def sniff(content: bytes, file_name: str) -> str:
    """The media type. The name only tells kinds of text apart (CSV from plain) whose bytes do not."""
    if kind := _binary(content):
        return kind
    if b"%PDF-" in content[:1024]:
        return PDF
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = content[:8192].decode("utf-16", "ignore").encode()
    else:
        head = content[:8192].removeprefix(b"\xef\xbb\xbf")
        if b"\0" in head:
            return UNKNOWN
    return _text(head, suffix(file_name)) if head.strip() else UNKNOWN


def suffix(file_name: str) -> str:
    return file_name.rpartition(".")[2].lower() if "." in file_name else ""


def named_type(file_name: str) -> str | None:
    """The media type the file's name promises; None when the suffix says nothing we know."""
    return _SUFFIXES.get(suffix(file_name))


def _binary(content: bytes) -> str | None:
    if content.startswith(b"PK\x03\x04") or content.startswith(b"PK\x05\x06"):
        return _zip_kind(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_kind(content)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC if content.startswith(magic)), None)


def _zip_kind(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {name.lower() for name in archive.namelist()[:5000]}
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                return archive.read("mimetype").decode("ascii", "replace").strip() or "application/zip"
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, ValueError):
        return "application/zip"
    return next((kind for mark, kind in _ZIP_MARKS if mark in names), "application/zip")


def _ole_kind(content: bytes) -> str:
    return next((kind for mark, kind in _OLE_MARKS if mark.encode("utf-16-le") in content), "application/x-ole-storage")


def _text(head: bytes, ending: str) -> str:
    if _HTML_START.match(head):
        return HTML
    if head.lstrip().startswith((b"<?xml", b"<")) and b">" in head:
        return HTML if re.search(rb"<html\b|<table\b|<body\b", head, re.IGNORECASE) else XML
    if ending in ("csv", "tsv", "tab"):
        return CSV if ending == "csv" else TSV
    return CSV if ending not in ("txt", "text", "asc", "") and _looks_delimited(head) else TEXT


def _looks_delimited(head: bytes) -> bool:
    lines = [line for line in head.splitlines()[:20] if line.strip()]
    return len(lines) > 2 and any(
        min(line.count(mark) for line in lines) >= 2 and len({line.count(mark) for line in lines[:-1]}) == 1
        for mark in (b";", b"\t", b"|", b",")
    )
