"""No bytes make ``parse_message`` raise, and none make it slow."""

from __future__ import annotations

import io
import random
import struct
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mails import PDF, attached, encrypted_zip, mail, msg, msg_tree, multipart, ole, part, text, tnef, zipped

from connectors.mime import documents_of, parse_message
from pipeline import media
from pipeline.media import sniff_media_type
from pipeline.model import Message

SECONDS = 10.0  # of processor time, for the verdict on any mail


@contextmanager
def bounded(seconds: float = SECONDS) -> Iterator[None]:
    started = time.process_time()
    yield
    assert time.process_time() - started < seconds


def read(raw: bytes) -> Message:
    """Parsed in time, and taken apart: the barrier against the unforeseen was not needed."""
    with bounded():
        message = parse_message(raw)
        documents_of(message)
    assert not any("could not be taken apart" in defect for defect in message.defects), message.defects
    return message


def problems(raw: bytes) -> list[str]:
    return [document.problem for document in documents_of(read(raw)) if document.problem]


# --- fuzzing ----------------------------------------------------------------------------------------------------------

INNER = mail(text("Passwort: Blau77"), attached(PDF, "PO.pdf"), boundary="in")
CORPUS = (
    mail(text("hello"), attached(PDF, "a.pdf"), subject="=?utf-8?b?w6TDtg==?= x"),
    mail(text("x"), b"Content-Type: message/rfc822\n\n" + INNER),
    mail(text("pw: abc1"), attached(encrypted_zip("o.pdf", PDF, "abc1"), "o.zip")),
    mail(text("x"), attached(zipped({"a/b.pdf": PDF, "c.eml": INNER}), "o.zip")),
    mail(text("x"), attached(tnef({"Größe.pdf": PDF, "b.csv": b"1;2"}, body="hi"), "winmail.dat")),
    mail(text("x"), attached(msg("a@b.example", "s", "t", {"a.pdf": PDF}, msg_tree("c@d.e", "", "", {})), "m.msg")),
    b"From: a@b.example\nDate: Mon, 16 Nov 2026 09:12:00 +0100\nReply-To: <x@y>\n" + multipart(
        text("a"), text("<table><tr><td>1</table><img src=cid:q>", kind="html"),
        part(b"\x89PNG\r\n\x1a\n", "Content-Type: image/png; name*0*=utf-8''%E4; name*1=b", "Content-ID: <q>"),
        kind="alternative"),
    b"From: x\nContent-Type: text/plain; charset=iso-2022-jp\n\nVon: a@b.c\nAn: x\n\nbegin 644 a\n#0V%T\n`\nend\n",
)  # fmt: skip
CONTAINERS = (
    tnef({"a.pdf": PDF, "b": b"x" * 300}, body="body"),
    msg("a@b.example", "s", "t" * 5000, {"a.pdf": PDF}, msg_tree("c@d.e", "", "", {"x": b"y"})),
    zipped({"a.pdf": PDF, "b.csv": b"1;2;3\n" * 50}),
    encrypted_zip("o.pdf", PDF, "abc1"),
)
BYTES = st.binary(max_size=2_000)
CHANCE = st.randoms(use_true_random=False)
FORMS = pytest.mark.parametrize("examples", [100, pytest.param(10_000, marks=pytest.mark.torture)])


def fuzzed(examples: int, check: Callable[..., None], *strategies: st.SearchStrategy[Any]) -> None:
    """The same examples each time."""
    how = settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    how(given(*strategies)(check))()


@FORMS
def test_any_bytes(examples: int) -> None:
    def check(raw: bytes) -> None:
        assert isinstance(read(raw), Message)

    fuzzed(examples, check, BYTES)


TOKENS = st.sampled_from(
    [b"Content-Type: ", b"multipart/mixed", b"message/rfc822", b"text/html", b"; boundary=", b"b", b"--b", b"--b--",
     b"\n", b"\r\n", b"\n\n", b"Content-Transfer-Encoding: ", b"base64", b"quoted-printable", b"uue", b"=?utf-8?b?",
     b"?=", b"=?x?q?", b'"', b"<", b">", b"@", b"(", b"\\", b";", b"*0*=", b"filename", b"=", b"From: ", b"Date: ",
     b"Content-Disposition: attachment", b"Subject: ", b"begin 644 a\n", b"end\n", b"PK\x03\x04", b"PK\x05\x06",
     b"\x78\x9f\x3e\x22", b"%PDF-1.4", b"<html>", b"\x00", b"\xff\xfe", b"charset=", b"utf-16", b"utf-7",
     b"password: ", b"\xe4", b" ", b"\t"]
)  # fmt: skip


@FORMS
def test_any_mixture_of_the_words_of_mail(examples: int) -> None:
    def check(raw: bytes) -> None:
        read(raw)

    fuzzed(examples, check, st.lists(TOKENS, max_size=60).map(b"".join))


@FORMS
def test_mutated_mails(examples: int) -> None:
    def check(raw: bytes, chance: random.Random) -> None:
        read(mutated(raw, chance))

    fuzzed(examples, check, st.sampled_from(CORPUS), CHANCE)


@FORMS
def test_mutated_containers(examples: int) -> None:
    def check(raw: bytes, chance: random.Random) -> None:
        read(mail(text("password: abc1"), attached(mutated(raw, chance), "file")))

    fuzzed(examples, check, st.sampled_from(CONTAINERS), CHANCE)


def mutated(raw: bytes, chance: random.Random) -> bytes:
    data = bytearray(raw)
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice((1, 1, 2, 4, 16, 200)))
        kind = chance.randrange(5)
        if kind == 0:
            del data[start:end]
        elif kind == 1:
            data[start:start] = data[start:end]
        elif kind == 2:
            data[start:end] = chance.randbytes(end - start)
        elif kind == 3:
            data[start:end] = bytes([chance.choice((0, 255, 10, 32, 61, 45))]) * (end - start)
        else:
            other = chance.choice(CORPUS)
            data[start:end] = other[chance.randrange(len(other)) :][:200]
    return bytes(data)


@FORMS
def test_sniffing_any_bytes(examples: int) -> None:
    def check(content: bytes, name: str) -> None:
        for magic in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"BM", b"RIFF"):
            assert "/" in sniff_media_type(magic + content, name)

    fuzzed(examples, check, st.binary(max_size=600), st.text(max_size=20))


# --- bombs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["mixed", "rfc822"])
def test_a_thousand_levels(kind: str) -> None:
    raw = text("deep")
    for level in range(1_000):
        inner = b"Content-Type: message/rfc822\n\nSubject: x\n" + raw if kind == "rfc822" else raw
        raw = multipart(inner, boundary=f"b{level}")
    assert any("nested more than 20 deep" in problem for problem in problems(b"From: a@b.example\n" + raw))


def test_a_thousand_mails_in_mails_without_multiparts() -> None:
    raw = b"From: a@b.example\n" + b"Content-Type: message/rfc822\n\n" * 1_000 + b"Subject: x\n\nhi"
    assert any("nested more than 20 deep" in problem for problem in problems(raw))


def test_fifty_thousand_parts() -> None:
    raw = b"From: a@b.example\n" + multipart(*[text("x")] * 50_000)
    assert problems(raw) == [
        "the mail has more than 500 parts; the rest was not read. Open the mail in a mail program."
    ]


def test_fifty_thousand_attachments_keep_the_first() -> None:
    raw = b"From: a@b.example\n" + multipart(
        *(attached(b"%PDF-1.4" + str(n).encode(), f"{n}.pdf") for n in range(50_000))
    )
    names = [document.file_name for document in documents_of(read(raw))]
    assert names[:3] == ["0.pdf", "1.pdf", "2.pdf"] and len(names) < 502


def test_a_million_headers() -> None:
    raw = b"From: a@b.example\n" + b"X-Spam: yes\n" * 1_000_000 + b"Subject: late\n\nhello"
    message = read(raw)
    assert (message.sender, message.text) == ("a@b.example", "hello")
    assert "only its first megabyte" in message.defects[0]


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: " + b"=?utf-8?q?" * 400_000,
        b"From: " + b"(" * 3_000_000 + b"\n\n",
        b"From: " + b'"\\' * 1_000_000 + b"\n\n",
        b"To: " + b"a@b," * 1_000_000 + b"\n\n",
        b'Content-Disposition: attachment; filename="' + b"\\" * 2_000_000,
        b"Content-Type: text/plain" + b"; a*0*=b" * 300_000 + b"\n\nx",
        b'Content-Type: multipart/mixed; boundary="-"\n\n' + b"-" * 5_000_000,
        b'Content-Type: multipart/mixed; boundary="-"\n\n' + b"---\n" * 1_000_000,
        b"Content-Type: multipart/mixed\n\n" + b"--aa\nX:\n" * 500_000,
        b"\n" * 10_000_000,
        b"A:\n" * 3_000_000,
        b"From: a@b.example\n\n" + b"begin 644 x\n" * 500_000,
        b"From: a@b.example\n\n" + b"begin 644 x\n" * 200_000 + b"\nend\n",
        b"From: a@b.example\n\n" + b"From: a@b.example\n" * 500_000,
        b"From: a@b.example\n\n" + b"password: " * 500_000,
        b"From: a@b.example\n\n" + b"password:\n" + b" " * 3_000_000,
        b"Content-Type: text/html\n\n" + b"<div>" * 500_000,
        b"Content-Type: text/html\n\n" + b"<table><tr><td>" * 200_000,
        b"Content-Type: text/html\n\n" + b"<!--" * 700_000,
        b"Content-Type: text/html\n\n<pre>" + b"<b>\n" * 500_000,
        b"Content-Type: text/html\n\n" + b"<a b='" * 500_000,
        b"Content-Transfer-Encoding: base64\nContent-Type: a/b; name=x\n\n" + b"=\n" * 3_000_000,
        b"Content-Transfer-Encoding: base64\nContent-Type: a/b; name=x\n\n" + b"A=" * 3_000_000,
        b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=" * 5_000_000,
        b"Content-Transfer-Encoding: uue\nContent-Type: a/b; name=x\n\nbegin 644 x\n" + b"#\n" * 2_000_000 + b"end\n",
        b"Content-Type: text/plain; charset=utf-7\n\n" + b"+" * 3_000_000,
        b"Content-Type: text/plain; charset=x\n\n" + random.Random(1).randbytes(3_000_000),
        b"From: a@b.example\n\n" + b"\x01\n\t\xa0" * 1_000_000,
    ],
    ids=range(28),
)  # fmt: skip
def test_inputs_that_are_quadratic_for_the_careless(raw: bytes) -> None:
    read(raw)


@pytest.mark.slow
def test_more_decoded_bytes_than_allowed() -> None:
    """Parts of 45 MB are cheap to make; the third is over the 100 MB of one mail."""
    one = part(b"%PDF-1.4" + bytes(45_000_000), "Content-Type: application/pdf; name=a.pdf", encoding="8bit")
    found = problems(mail(text("x"), one, one.replace(b"%PDF-1.4", b"%PDF-1.5"), one.replace(b"%PDF-1.4", b"%PDF-1.6")))
    assert len(found) == 1 and "larger than allowed" in found[0]


def test_noise_in_all_headers_of_all_parts() -> None:
    noise = random.Random(2).randbytes(150).replace(b"\n", b"x").replace(b"\r", b"x")
    block = b"".join(b"X-%d: " % number + noise + b"\n" for number in range(300))
    read(b"From: a@b.example\n" + multipart(*[block + text("x")] * 499))


def test_counts_in_winmail_are_not_believed() -> None:
    """36 bytes that say "four thousand million properties"."""
    value = b"\xff\xff\xff\xff"
    attribute = b"\x01" + (0x00069003).to_bytes(4, "little") + (4).to_bytes(4, "little") + value + b"\xfc\x03"
    with bounded(1.0):
        read(b"\x78\x9f\x3e\x22\x01\x00" + attribute * 2)


@pytest.mark.parametrize("kind", [1, 2, 0x1001, 0x1E, 0x1F, 0x101F, 0x7777])
def test_values_without_bytes_in_winmail(kind: int) -> None:
    one = kind.to_bytes(2, "little") + b"\x01\x30" + b"\xff\xff\x00\x00" + b"\x00\x00\x00\x00"
    value = b"\xff\xff\x00\x00" + one * 60_000
    attribute = b"\x01" + (0x00069003).to_bytes(4, "little") + len(value).to_bytes(4, "little") + value + b"\x00\x00"
    read(b"\x78\x9f\x3e\x22\x01\x00" + attribute * 5)


def test_attachments_without_number_in_winmail() -> None:
    read(b"\x78\x9f\x3e\x22\x01\x00" + (b"\x02" + (0x00069002).to_bytes(4, "little") + bytes(6)) * 500_000)


def test_table_of_tables_that_leads_to_itself() -> None:
    """Two kilobytes that ask for gigabytes."""
    raw = bytearray(msg("a@b.example", "s", "t", {}))
    loop = len(raw) // 512 - 1
    raw += struct.pack("<128I", *[0] * 127, loop)
    count = 109 + 127 * 1_000_000
    raw[44:48], raw[68:72], raw[72:76] = (struct.pack("<I", n) for n in (count, loop, 1_000_000))
    raw[76 : 76 + 436] = struct.pack("<109I", *[loop - 1] * 109)
    assert problems(mail(text("x"), attached(bytes(raw), "m.msg")))


def test_many_streams_in_an_outlook_file() -> None:
    raw = ole({**msg_tree("a@b.example", "s", "t", {}), **{f"s{number}": b"" for number in range(900)}})
    assert not problems(mail(text("x"), attached(raw, "m.msg")))


def test_streams_that_share_their_sectors_are_refused() -> None:
    tree = msg_tree("a@b.example", "s", "t", {f"{number}.bin": b"" for number in range(600)})
    raw = bytearray(ole(tree))
    name = "__substg1.0_37010102".encode("utf-16-le")
    place = raw.find(name)
    while place > 0:
        raw[place + 116 : place + 124] = (0).to_bytes(4, "little") + (1_000_000).to_bytes(4, "little")
        place = raw.find(name, place + 1)
    found = problems(mail(text("x"), attached(bytes(raw), "m.msg")))
    assert len(found) == 1 and "cannot be opened" in found[0]


# --- archives ---------------------------------------------------------------------------------------------------------


def bomb(expanded: int, count: int = 1) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(count):
            archive.writestr(f"{number}.csv", bytes(expanded))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (bomb(30_000_000), "expands 2"),
        (bomb(1, 1_001), "1001 entries; 1000 are allowed"),
        (zipped({"inner.zip": zipped({"a.pdf": PDF})}), "ZIP archive within a ZIP archive"),
        (zipped({"a.pdf": PDF})[:-30], "damaged"),
        (b"PK\x03\x04" + bytes(100), "damaged"),
    ],
)
def test_archives_that_are_refused(content: bytes, why: str) -> None:
    with bounded(1.0):
        found = problems(mail(text("x"), attached(content, "o.zip")))
    assert len(found) == 1 and why in found[0]


def test_directory_of_half_a_million_entries_is_not_opened() -> None:
    entry = b"PK\x01\x02" + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0, 0, 0, 0x21, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    size = len(entry) * 500_000
    raw = b"PK\x03\x04" + bytes(26) + entry * 500_000
    raw += b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, size, 30, 0)
    with bounded(3.0):
        assert "500000 entries; 1000 are allowed" in problems(mail(text("x"), attached(raw, "o.zip")))[0]


def test_total_over_the_limit_is_refused_before_expanding() -> None:
    lied = bytearray(zipped({"a.csv": b"x" * 50}))
    place = lied.find(b"PK\x01\x02") + 24
    lied[place : place + 4] = (250_000_000).to_bytes(4, "little")
    assert "expands to 250000000 bytes" in problems(mail(text("x"), attached(bytes(lied), "o.zip")))[0]


def test_damaged_member_does_not_hide_the_others() -> None:
    content = bytearray(zipped({"a.pdf": PDF, "b.pdf": PDF + b"2"}))
    content[40:50] = b"\xff" * 10
    documents = documents_of(read(mail(text("x"), attached(bytes(content), "o.zip"))))
    assert [(document.file_name, bool(document.problem)) for document in documents][:2] == [
        ("a.pdf", True),
        ("b.pdf", False),
    ]


def test_links_in_archives_are_no_files() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("passwd")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert "is a link" in problems(mail(text("x"), attached(buffer.getvalue(), "o.zip")))[0]


def test_two_hundred_names_lead_nowhere() -> None:
    chance = random.Random(3)
    bits = [
        "..",
        "/",
        "\\",
        "\x00",
        "\u202e",
        "CON",
        "C:",
        "~",
        "a",
        ".pdf",
        " ",
        "%2e",
        "\n",
        "*",
        "\ud800",
        "x" * 300,
        "|",
    ]
    for _ in range(200):
        name = "".join(chance.choices(bits, k=chance.randint(1, 8)))
        quoted = "".join(f"%{byte:02X}" for byte in name.encode("utf-8", "surrogatepass"))
        raw = mail(
            text("x"), part(PDF, "Content-Type: application/pdf", f"Content-Disposition: a; filename*=utf-8''{quoted}")
        )
        shown = documents_of(read(raw))[0].file_name
        assert (
            shown
            and len(shown) <= 151
            and not set(shown) & set("/\\\x00\u202e\n:*|")
            and shown not in (".", "..", "CON")
        )
        assert Path("/base", shown).resolve().parent == Path("/base")
        shown.encode()


# --- polyglots: parsed as one type or as none -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"junk\r\n\r\n" + PDF, "a.pdf", media.PDF),
        (b"<html><!-- " + PDF + b" --></html>", "a.pdf", media.HTML),
        (b"GIF89a" + PDF, "a.pdf", media.GIF),
        (PDF + zipped({"a": b"b"}), "a.zip", media.PDF),
        (zipped({"xl/workbook.xml": b"", "[Content_Types].xml": b""}), "a.pdf", media.XLSX),
        (zipped({"word/document.xml": b"", "[Content_Types].xml": b""}), "a.zip", media.DOCX),
        (zipped({"a.pdf": PDF}), "a.xlsx", media.ZIP),
        (b"MZ" + bytes(200), "a.pdf", media.UNKNOWN),
        (b"{\\rtf1 hello}", "a.doc", media.RTF),
        (b"item;qty;price\nA;1;2\nB;2;3\n", "a.xls", media.CSV),
        (b"<table><tr><td>1</td></tr></table>", "a.xls", media.HTML),
        ("item\tqty\tprice\nA\t1\t2\n".encode("utf-16"), "a.xls", media.CSV),
        (b"UNB+UNOC:3+S+R+261116:0900+1'", "a.txt", media.EDIFACT),
        (b"UNA:+.? 'UNB+UNOC:3+S+R'", "a", media.EDIFACT),
        (b'<?xml version="1.0"?><Order xmlns="urn:oasis"/>', "a.txt", media.XML),
        (b'<?xml version="1.0"?><!DOCTYPE html><html/>', "a.xml", media.HTML),
        (b"0000" + b"ftypheic" + bytes(20), "a.jpg", media.HEIC),
        (b"Dear all, we order:\n5 x A-1\n", "a.csv", media.CSV),
        (b"Dear all, we order:\n5 x A-1\n", "a.txt", media.TEXT),
        (b" \n\t", "a.txt", media.TEXT),
        (b"", "a.pdf", media.EMPTY),
    ],
)
def test_sniffed_types(content: bytes, name: str, expected: str) -> None:
    assert sniff_media_type(content, name) == expected


def test_encrypted_office_file_is_told() -> None:
    assert sniff_media_type(ole({"EncryptedPackage": b"x", "EncryptionInfo": b"y"}), "a.xlsx") == media.ENCRYPTED_OFFICE
    assert sniff_media_type(ole({"Workbook": b"x", "Inner": {"WordDocument": b"y"}}), "a.doc") == media.XLS
    assert sniff_media_type(ole({"Unknown": b"x"}), "a.doc") == media.OLE
