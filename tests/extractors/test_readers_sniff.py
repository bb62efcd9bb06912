"""Files are told by their bytes; names only part CSV from plain text."""

from __future__ import annotations

import io
import zipfile

import pytest

from extractors.readers import read_document
from pipeline.errors import DocumentError
from pipeline.media import (
    CSV,
    DOCX,
    EMAIL,
    EMPTY,
    ENCRYPTED_OFFICE,
    HTML,
    ODS,
    PDF,
    TEXT,
    UNKNOWN,
    XLS,
    XLSX,
    XML,
    sniff_media_type,
)
from pipeline.model import Document


def zipped(*names: str, mimetype: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "<x/>")
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"%PDF-1.7\n...", "a.bin", PDF),
        (b"junk before\n%PDF-1.4\n", "a.txt", PDF),
        (b"\x89PNG\r\n\x1a\n....", "order.pdf", "image/png"),
        (b"\xff\xd8\xff\xe0", "x", "image/jpeg"),
        (b"II*\0....", "x", "image/tiff"),
        (zipped("xl/workbook.xml"), "x.zip", XLSX),
        (zipped("xl/workbook.xml", "xl/vbaProject.bin"), "x.xlsx", XLSX),
        (zipped("word/document.xml"), "x.xlsx", DOCX),
        (zipped("content.xml", mimetype=ODS), "x", ODS),
        (zipped("a.txt"), "order.xlsx", "application/zip"),
        (OLE + "Workbook".encode("utf-16-le"), "x", XLS),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "x.xlsx", ENCRYPTED_OFFICE),
        (b"<!DOCTYPE html><p>hi", "order.pdf", HTML),
        (b"\xef\xbb\xbf  <!-- x --> <HTML>", "x", HTML),
        (b'<?xml version="1.0"?><Order/>', "x", XML),
        (b"a;b;c\n1;2;3\n4;5;6\n", "order.csv", CSV),
        (b"a;b;c\n1;2;3\n4;5;6\n", "order.dat", CSV),
        (b"a;b;c\n1;2;3\n4;5;6\n", "list.txt", CSV),
        (b"a\tb\tc\n1\t2\t3\n4\t5\t6\n", "list.tsv", CSV),
        (b'<o:p xmlns:o="x"></o:p><TABLE><tr><td>1</td></tr></TABLE>', "x", HTML),
        (b"<ann@buyer.example> wrote:\n> order", "body.txt", TEXT),
        ("Bestellung 12".encode("utf-16-le"), "x.txt", TEXT),
        (b"Message-ID: <1@x>\nFrom: a@b.example\n\nhi", "x.txt", EMAIL),
        (b"", "x.txt", EMPTY),
        ("Bestellung 12".encode("utf-16"), "x.txt", TEXT),
        (b"Dear all, please\norder", "body", TEXT),
        (b"ab\0\x01\x02", "x.txt", UNKNOWN),
        (b"   \n ", "x.txt", TEXT),
    ],
)
def test_kind_is_judged_by_bytes(content: bytes, name: str, expected: str) -> None:
    assert sniff_media_type(content, name) == expected


@pytest.mark.parametrize(
    ("content", "declared", "words"),
    [
        (b"a;b;c\n1;2;3\n4;5;6\n7;8;9\n", TEXT, "a;b;c"),  # a body that looks like a table stays text
        (b"Message-ID: <1@x>\nFrom: a@b.example\n\nPO 4711", TEXT, "PO 4711"),  # so does a mail typed off
        ("PO 4711 für uns".encode("utf-16-le"), TEXT, "4711 für uns"),
        (b"PO;4711\n", CSV, "PO 4711"),
    ],
)
def test_kinds_of_text_are_read_as_who_unpacked_them_says(content: bytes, declared: str, words: str) -> None:
    pages = read_document(Document("0", "body.txt", declared, content))
    assert words in " ".join(word.text for word in pages.pages[0].words)


def test_a_wrong_name_is_read_as_what_it_is_and_doubted() -> None:
    pages = read_document(Document("0", "order.pdf", "application/pdf", b"<html><body><p>PO 4711</p></body></html>"))
    assert [word.text for word in pages.pages[0].words] == ["PO", "4711"]
    assert any("named like application/pdf" in doubt for doubt in pages.doubts)


@pytest.mark.parametrize("content", [b"", b"MZ\x90\0", b"\0\0\0\0", zipped("a.txt")])
def test_what_no_reader_claims_is_a_document_error_that_names_the_file(content: bytes) -> None:
    with pytest.raises(DocumentError, match=r"order\.pdf"):
        read_document(Document("0", "order.pdf", "application/pdf", content))
