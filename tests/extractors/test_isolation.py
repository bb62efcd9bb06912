"""Hostile files cost one document: the child is stopped, the error says why, the next document is read."""

from __future__ import annotations

import io
import os
import signal
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from extractors.isolation import Isolated, Limits
from extractors.readers import read_document
from pipeline.errors import DocumentError
from pipeline.model import Document

LIMITS = Limits(seconds=4, cpu_seconds=60, memory=1_500_000_000)


def document(content: bytes, name: str = "order.pdf") -> Document:
    return Document("0", name, "", content)


def honest() -> Document:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(100, 700, "PO 4711")
    canvas.save()
    return document(buffer.getvalue(), "honest.pdf")


@pytest.fixture(scope="module")
def pool() -> Iterator[Isolated]:
    with Isolated(1, LIMITS) as isolated:
        isolated.submit(read_document, honest()).result()
        yield isolated


def survives(pool: Isolated) -> None:
    start = time.monotonic()
    pages = pool.submit(read_document, honest()).result()
    assert [word.text for word in pages.pages[0].words] == ["PO", "4711"]
    assert time.monotonic() - start < 10


# --- functions the children run: hostile in the ways native parsers are -----------------------------------------------


def hang(_: Document) -> None:
    time.sleep(60)


def gobble(_: Document) -> int:
    return len(bytearray(6_000_000_000))


def crash(_: Document) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def burn(_: Document) -> None:
    while True:
        pass


def environment(_: Document) -> dict[str, str]:
    return dict(os.environ)


def process(_: Document) -> int:
    return os.getpid()


def refuse(_: Document) -> None:
    raise DocumentError("order.pdf: asks for a password", code="encrypted_document")


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (hang, "longer than 4 seconds"),
        (gobble, "1,500 MB of memory"),
        (crash, "crash"),
        (burn, "longer than 4 seconds"),
    ],
)
def test_a_child_that_misbehaves_is_stopped_and_the_next_document_is_read(
    pool: Isolated, function: object, says: str
) -> None:
    with pytest.raises(DocumentError, match=rf"order\.pdf.*{says}"):
        pool.submit(function, document(b"x")).result()  # type: ignore[arg-type]
    survives(pool)


def test_processor_time_is_limited_too() -> None:
    with (
        Isolated(1, Limits(seconds=20, cpu_seconds=1)) as isolated,
        pytest.raises(DocumentError, match="1 seconds of processor time"),
    ):
        isolated.submit(burn, document(b"x")).result()


def test_secrets_of_the_parent_are_not_in_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PO_INTAKE_IMAP_PASSWORD", "canary")
    with Isolated(1, LIMITS) as isolated:
        seen = isolated.submit(environment, document(b"x")).result()
    assert "canary" not in seen.values()
    assert seen["OMP_THREAD_LIMIT"] == "1"


def output(*arguments: str) -> list[str]:
    """The words that a fresh Python prints."""
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True).stdout.split()


def test_a_child_imports_only_what_reading_needs() -> None:
    found = output("-c", "import sys, extractors.read; print(*{name.partition('.')[0] for name in sys.modules})")
    assert "extractors" in found and not {"sqlalchemy", "pandas", "prefect", "cyclopts", "pydantic"} & set(found)


def test_a_child_does_not_run_the_main_program_of_its_parent(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from extractors.isolation import Isolated\n"
        "print('main', flush=True)\n"
        "if __name__ == '__main__':\n"
        "    with Isolated(1) as pool:\n"
        "        print(pool.submit(len, 'four').result())\n"
    )
    assert output(str(program)) == ["main", "4"]


def test_errors_of_documents_come_back_as_they_are(pool: Isolated) -> None:
    with pytest.raises(DocumentError) as caught:
        pool.submit(refuse, document(b"x")).result()
    assert caught.value.code == "encrypted_document"


def test_children_stay_warm(pool: Isolated) -> None:
    assert pool.submit(process, honest()).result() == pool.submit(process, honest()).result()


# --- real hostile files -----------------------------------------------------------------------------------------------


def flate_bomb() -> bytes:
    """Nested Flate streams of a page's content: 2 GB of operators in a file of a few kilobytes."""
    once = zlib.compress(b"0 0 m " * 50_000_000, 9)
    twice = zlib.compress(once, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
        b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%s\nendstream" % (len(twice), twice),
    ]
    return (
        b"%PDF-1.7\n"
        + b"".join(b"%d 0 obj%s endobj\n" % (n, o) for n, o in enumerate(objects, 1))
        + (b"trailer<</Root 1 0 R/Size 5>>")
    )


def huge_png() -> bytes:
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (
            b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj 2 0 R endobj\ntrailer<</Root 1 0 R>>",
            "self.pdf",
        ),
        (huge_png(), "huge.png"),
        (b"", "empty.pdf"),
        (b"%PDF-1.7\n%\xe2\xe3", "cut.pdf"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "broken.png"),
        (b"II*\0\x08\0\0\0\xff\xff" + b"\xff" * 200, "broken.tif"),
        (b"PK\x03\x04" + b"\0" * 100, "broken.xlsx"),
    ],
)
def test_hostile_files_are_refused_with_their_name(pool: Isolated, content: bytes, name: str) -> None:
    start = time.monotonic()
    with pytest.raises(DocumentError, match=name.replace(".", r"\.")):
        pool.submit(read_document, document(content, name)).result()
    assert time.monotonic() - start < 15


def test_a_decompression_bomb_ends_within_the_limits(pool: Isolated) -> None:
    start = time.monotonic()
    try:
        pages = pool.submit(read_document, document(flate_bomb(), "bomb.pdf")).result()
    except DocumentError as error:
        assert "bomb.pdf" in str(error)
    else:
        assert not pages.pages[0].words
    assert time.monotonic() - start < 20
    survives(pool)


def test_a_pdf_that_is_html_is_read_as_html(pool: Isolated) -> None:
    pages = pool.submit(read_document, document(b"<html><body>PO 12</body></html>", "order.pdf")).result()
    assert pages.doubts
