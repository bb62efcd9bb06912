"""What a file is, told from its bytes. What a file name claims only decides between readings of plain text."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator

PDF = "application/pdf"
TIFF = "image/tiff"
PNG = "image/png"
JPEG = "image/jpeg"
GIF = "image/gif"
BMP = "image/bmp"
WEBP = "image/webp"
HEIC = "image/heic"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"  # .xlsx and .xlsm
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"  # .docx and .docm
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODT = "application/vnd.oasis.opendocument.text"
XLS = "application/vnd.ms-excel"
DOC = "application/msword"
PPT = "application/vnd.ms-powerpoint"
MSG = "application/vnd.ms-outlook"
ENCRYPTED_OFFICE = "application/x-encrypted-office"  # an OOXML file under a password: an OLE file on the outside
OLE = "application/x-ole-storage"
ZIP = "application/zip"
GZIP = "application/gzip"
RAR = "application/vnd.rar"
SEVEN_ZIP = "application/x-7z-compressed"
TNEF = "application/ms-tnef"
HTML = "text/html"
XML = "application/xml"
RTF = "application/rtf"
CSV = "text/csv"
TEXT = "text/plain"
EMAIL = "message/rfc822"
CALENDAR = "text/calendar"
VCARD = "text/vcard"
EDIFACT = "application/edifact"
X12 = "application/edi-x12"
CAD = "application/x-cad"  # drawings and models: DWG, DXF, STEP
MOVIE = "video/mp4"
EMPTY = "application/x-empty"
UNKNOWN = "application/octet-stream"

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", PDF),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"\x78\x9f\x3e\x22", TNEF),
    (b"\x1f\x8b\x08", GZIP),
    (b"Rar!\x1a\x07", RAR),
    (b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    (b"{\\rtf", RTF),
    (b"AC10", CAD),
    (b"AutoCAD Binary DXF", CAD),
)
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"}
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
_PDF_JUNK = 1024  # Adobe's readers look for the header in the first 1,024 bytes
_HEAD = 65_536  # as much as is looked at to judge text
_TEXT_BY_ENDING = {"csv": CSV, "tsv": CSV, "ics": CALENDAR, "vcf": VCARD, "eml": EMAIL}


def sniff_media_type(content: bytes, file_name: str) -> str:
    """The media type of the bytes, lower case, without parameters; never raises.

    ``file_name`` counts only for text (``.csv`` of one column). Bytes that fit nothing are ``UNKNOWN``, none ``EMPTY``.
    """
    if not content:
        return EMPTY
    found = _by_magic(content)
    if found is not None:
        return found
    text = head_text(content[:_HEAD])
    junk_before_pdf = re.search(rb"%PDF-\d\.\d", content[:_PDF_JUNK])
    if junk_before_pdf is not None and (text is None or _text_kind(text, file_name) in (TEXT, EMAIL, CSV)):
        return PDF
    return UNKNOWN if text is None else _text_kind(text, file_name)


def head_text(head: bytes) -> str | None:
    """The beginning of a text file, decoded well enough to recognise its kind; None when the bytes are no text."""
    for bom, codec in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(bom):
            return (
                head[: len(head) // 2 * 2].decode(codec, "replace")
                if codec == "utf-16"
                else head.decode(codec, "replace")
            )
    wide = wide_codec(head)
    if wide is not None:
        return head[: len(head) // 2 * 2].decode(wide, "replace")
    controls = sum(head.count(byte) for byte in _CONTROLS)
    if b"\x00" in head or controls * 50 > len(head):
        return None
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError:
        return head.decode("latin-1")


_CONTROLS = tuple(bytes([n]) for n in (*range(32), 127) if n not in (9, 10, 12, 13, 27))


def wide_codec(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: every other byte of Latin text is NUL."""
    sample = head[:512]
    if len(sample) < 8:
        return None
    half = len(sample) // 2
    if sample[1::2].count(0) > 0.8 * half and sample[0::2].count(0) == 0:
        return "utf-16-le"
    if sample[0::2].count(0) > 0.8 * half and sample[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _by_magic(content: bytes) -> str | None:
    for magic, media_type in _MAGIC:
        if content.startswith(magic):
            return media_type
    if content[4:8] == b"ftyp":
        return HEIC if content[8:12] in _HEIC_BRANDS else MOVIE
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[:2] == b"BM" and len(content) > 26 and content[6:10] == b"\x00\x00\x00\x00":
        return BMP
    if content.startswith(_OLE_MAGIC):
        return _ole_kind(content)
    if content.startswith(_ZIP_MAGICS):
        return _zip_kind(content)
    return None


# --- ZIP and what is built on it --------------------------------------------------------------------------------------

_ZIP_KINDS: tuple[tuple[str, str], ...] = (
    ("xl/workbook.xml", XLSX),
    ("xl/workbook.bin", XLSB),
    ("word/document.xml", DOCX),
    ("ppt/presentation.xml", PPTX),
)


MAX_ZIP_ENTRIES = 20_000  # opening a directory costs about a kilobyte of memory an entry


def zip_entry_count(content: bytes) -> int:
    """At most so many entries are in the directory: its records are counted without opening it."""
    return content.count(b"PK\x01\x02")


def _zip_kind(content: bytes) -> str:
    """By the names in the directory; a torn file without a directory by the names in its local headers."""
    if zip_entry_count(content) > MAX_ZIP_ENTRIES:
        return ZIP
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {name.lstrip("/").lower() for name in archive.namelist()}
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                declared = archive.read("mimetype").decode("latin-1").strip()
                if declared in (ODS, ODT):
                    return declared
    except Exception:  # noqa: BLE001 - zipfile raises many kinds on broken files; the local headers still tell
        names = {name.decode("latin-1").lower() for name in _local_names(content)}
    if "[content_types].xml" not in names and not any(kind in names for kind, _ in _ZIP_KINDS):
        return ZIP
    for name, media_type in _ZIP_KINDS:
        if name in names:
            return media_type
    return ZIP


def _local_names(content: bytes) -> Iterator[bytes]:
    for found in re.finditer(rb"PK\x03\x04.{22}(..)..", content, re.DOTALL):
        length = int.from_bytes(found.group(1), "little")
        yield content[found.end() : found.end() + min(length, 260)]


# --- OLE compound files: [MS-CFB] -------------------------------------------------------------------------------------

_OLE_KINDS: tuple[tuple[str, str], ...] = (
    ("__properties_version1.0", MSG),
    ("encryptedpackage", ENCRYPTED_OFFICE),
    ("workbook", XLS),
    ("book", XLS),
    ("worddocument", DOC),
    ("powerpoint document", PPT),
)
_MAX_SECTORS = 100_000


def _ole_kind(content: bytes) -> str:
    """By the names of the streams directly under the root: what is embedded deeper does not count."""
    try:
        names = set(_root_names(content))
    except (struct.error, IndexError, ValueError):
        lowered = content.lower()
        names = {name for name, _ in _OLE_KINDS if name.encode("utf-16-le") in lowered}
    for name, media_type in _OLE_KINDS:
        if name in names:
            return media_type
    return OLE


def _root_names(content: bytes) -> list[str]:
    entries = _directory(content)
    names: list[str] = []
    todo, seen = [struct.unpack_from("<I", entries, 76)[0]], set[int]()
    while todo:
        index = todo.pop()
        offset = index * 128
        if index in seen or offset + 128 > len(entries):
            continue
        seen.add(index)
        length = struct.unpack_from("<H", entries, offset + 64)[0]
        raw = entries[offset : offset + max(0, min(length, 64) - 2)]
        names.append(raw.decode("utf-16-le", "replace").lower())
        todo += struct.unpack_from("<II", entries, offset + 68)
    return names


def _directory(content: bytes) -> bytes:
    """The directory's sectors, joined. Raises ``ValueError`` or ``struct.error`` on a broken file."""
    size = 1 << min(struct.unpack_from("<H", content, 30)[0], 16)
    fat_sectors = [n for n in struct.unpack_from("<109I", content, 76) if n < 0xFFFFFFFA]
    fat = b"".join(_sector(content, n, size) for n in fat_sectors)
    sector, chain, seen = struct.unpack_from("<I", content, 48)[0], [], set[int]()
    while sector < 0xFFFFFFFA and sector not in seen and len(seen) < _MAX_SECTORS:
        seen.add(sector)
        chain.append(_sector(content, sector, size))
        sector = struct.unpack_from("<I", fat, sector * 4)[0]
    if not chain:
        raise ValueError("no directory")
    return b"".join(chain)


def _sector(content: bytes, number: int, size: int) -> bytes:
    return content[(number + 1) * size : (number + 2) * size]


# --- text -------------------------------------------------------------------------------------------------------------

_HTML_START = re.compile(
    r"<(!doctype\s+html|html|head|body|table|div|meta|style|title|center|font|p|h[1-6]|br|span|pre)\b", re.I
)
_HEADER_LINE = re.compile(r"[!-9;-~]{1,76}:(?:[ \t].*)?$")
_MAIL_HEADERS = {
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "received",
    "mime-version",
    "return-path",
    "content-type",
}


_ONLY_IN_MAILS = {"message-id", "received", "mime-version", "return-path"}


def _text_kind(text: str, file_name: str) -> str:
    start = text.lstrip("\ufeff \t\r\n\f")
    for claims, media_type in _TEXT_KINDS:
        if claims(start):
            return media_type
    ending = file_name.rsplit(".", 1)[-1].strip().lower() if "." in file_name else ""
    if ending in _TEXT_BY_ENDING:
        return _TEXT_BY_ENDING[ending]
    return CSV if looks_like_table(start) else TEXT


def _is_html(start: str) -> bool:
    """Also a piece of a page that begins with markup of an office program's own."""
    body = re.sub(r"^(<\?xml[^>]*>|<!--.*?-->|\s)+", "", start, flags=re.S)
    if _HTML_START.match(body) is not None:
        return True
    return body.startswith("<") and re.search(r"<(html|table|body)\b", body[:8192], re.I) is not None


def _is_mail(start: str) -> bool:
    """The block before the first empty line is made of header lines, with what only a mail has among them.

    An order typed as text may begin with To, From and Date as well.
    """
    fields: dict[str, str] = {}
    for number, line in enumerate(start.splitlines()):
        if not line.strip():
            break
        if number == 0 and line.startswith("From "):
            continue
        if line[0] in " \t" and fields:
            continue
        if not _HEADER_LINE.match(line):
            return False
        name, _, value = line.partition(":")
        fields[name.lower()] = value
    if fields.keys() & _ONLY_IN_MAILS:
        return len(fields.keys() & _MAIL_HEADERS) >= 2
    return len(fields.keys() & _MAIL_HEADERS) >= 3 and "@" in fields.get("from", "")


def _is_x12(start: str) -> bool:
    """ISA is fixed at 106 characters; the element separator stands behind its name and before its 16th element."""
    return start.startswith("ISA") and len(start) > 105 and not start[3].isalnum() and start[3] == start[103]


_TEXT_KINDS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (_is_html, HTML),
    (
        lambda start: (
            start.startswith("<?xml")
            or re.match(r"<!DOCTYPE\s+\w|<[A-Za-z_][\w.-]*(:[\w.-]+)?[\s>]", start) is not None
        ),
        XML,
    ),
    (lambda start: re.match(r"UNA.{6}\s*UNB|UNB[+]", start, re.S) is not None, EDIFACT),
    (_is_x12, X12),
    (lambda start: re.match(r"ISO-10303-21;|0\s*\n\s*SECTION\s*\n", start) is not None, CAD),
    (lambda start: start[:15].upper() == "BEGIN:VCALENDAR", CALENDAR),
    (lambda start: start[:11].upper() == "BEGIN:VCARD", VCARD),
    (_is_mail, EMAIL),
)


def looks_like_table(text: str) -> bool:
    """Whether most lines have the same number (at least two) of one separator: ``;``, tab, ``|`` or comma.

    Two lines are enough for ``;`` and tab; commas and bars stand in sentences and drawn frames as well.
    """
    lines = [line for line in text.splitlines()[:200] if line.strip()]
    for separator in "\t;|,":
        if len(lines) < (2 if separator in "\t;" else 4):
            continue
        counts = [line.count(separator) for line in lines]
        usual = max(set(counts), key=counts.count)
        if usual >= 2 and counts.count(usual) >= 0.8 * len(lines):
            return True
    return False
