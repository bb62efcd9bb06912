"""What only Outlook opens: winmail.dat (TNEF, [MS-OXTNEF]) and .msg files ([MS-OXMSG])."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from olefile import OleFileIO

from connectors.charsets import decode_text
from connectors.mime_headers import read_headers

MAX_STREAMS = 3_000
MAX_NESTED = 5  # messages within messages of one .msg file


@dataclass(frozen=True, slots=True)
class OutlookFile:
    """An attachment. ``message`` is set instead of ``content`` when it is a mail of its own."""

    file_name: str
    content: bytes
    declared_type: str = ""
    content_id: str | None = None
    message: OutlookMessage | None = None


@dataclass(frozen=True, slots=True)
class OutlookMessage:
    """``sender`` as in a From field; ``text`` and ``html`` None when there is none."""

    sender: str
    subject: str
    text: str | None
    html: str | None
    files: tuple[OutlookFile, ...]


_CODE_PAGES = {65001: "utf-8", 20127: "us-ascii", 1200: "utf-16-le", 28591: "iso-8859-1", 50220: "iso-2022-jp"}


def _code_page(number: int | None) -> str:
    return "cp1252" if not number else _CODE_PAGES.get(number, f"cp{number}")


# --- TNEF -------------------------------------------------------------------------------------------------------------

# property ids of [MS-OXPROPS]
_BODY, _HTML, _SUBJECT, _CODEPAGE = 0x1000, 0x1013, 0x0037, 0x3FDE
_SENDER_NAME, _SENDER_EMAIL, _SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_DATA, _SHORT_NAME, _LONG_NAME, _DISPLAY_NAME = 0x3701, 0x3704, 0x3707, 0x3001
_MIME_TYPE, _CONTENT_ID, _HEADERS = 0x370E, 0x3712, 0x007D
# attribute ids of [MS-OXTNEF] 2.1.3.4
_ATT_FROM, _ATT_SUBJECT, _ATT_BODY, _ATT_CODEPAGE, _ATT_PROPERTIES = 0x8000, 0x8004, 0x800C, 0x9007, 0x9003
_ATT_RENDER, _ATT_TITLE, _ATT_DATA, _ATT_FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_FIXED = {1: 0, 2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}  # value sizes by property type
_TEXT8, _TEXT16, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_MAX_VALUES = 10_000


def read_tnef(content: bytes, depth: int = 0) -> tuple[OutlookMessage, bool]:
    """The message in a winmail.dat, and whether the file was whole. Reads as far as it goes; never raises."""
    message: dict[int, bytes | str] = {}
    files: list[dict[int, bytes | str]] = []
    page, offset, whole = 1252, 6, True
    while offset + 9 <= len(content) and len(files) <= MAX_STREAMS:
        level, attribute, length = struct.unpack_from("<BII", content, offset)
        value = content[offset + 9 : offset + 9 + length]
        offset += 9 + length + 2
        if level not in (1, 2) or len(value) < length:
            whole = False
            break
        number = attribute & 0xFFFF
        if number == _ATT_CODEPAGE and len(value) >= 4:
            page = struct.unpack_from("<I", value)[0]
        elif number == _ATT_RENDER:
            files.append({})
        elif level == 2 and files:
            _file_attribute(files[-1], number, value, page)
        elif level == 1:
            _message_attribute(message, number, value, page)
    whole = whole and not content[offset:].strip(b"\x00") and all(_DATA in found for found in files)
    attachments = tuple(_tnef_file(found, depth) for found in files[:MAX_STREAMS] if found.get(_DATA))
    return _tnef_message(message, attachments), whole


def _message_attribute(found: dict[int, bytes | str], number: int, value: bytes, page: int) -> None:
    if number == _ATT_PROPERTIES:
        found.update(_properties(value, page))
    elif number == _ATT_BODY:
        found.setdefault(_BODY, _text8(value, page))
    elif number == _ATT_SUBJECT:
        found.setdefault(_SUBJECT, _text8(value, page))


def _file_attribute(found: dict[int, bytes | str], number: int, value: bytes, page: int) -> None:
    if number == _ATT_FILE_PROPERTIES:
        found.update(_properties(value, page))
    elif number == _ATT_DATA:
        found.setdefault(_DATA, value)
    elif number == _ATT_TITLE:
        found.setdefault(_SHORT_NAME, _text8(value, page))


def _text8(value: bytes, page: int) -> str:
    return decode_text(value.rstrip(b"\x00"), _code_page(page))[0]


def _properties(data: bytes, page: int) -> dict[int, bytes | str]:
    """Text and binary values by property id ([MS-OXTNEF] 2.1.3.4.2); stops where the list breaks off."""
    found: dict[int, bytes | str] = {}
    try:
        for number, kind, value in _property_values(data):
            if number in found:
                continue
            if kind == _TEXT16:
                found[number] = value.decode("utf-16-le", "replace").rstrip("\x00")
            elif kind == _TEXT8:
                found[number] = _text8(value, page)
            else:
                found[number] = value
    except (struct.error, IndexError):
        return found  # a list that breaks off: what stood before it holds
    return found


def _property_values(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    count = struct.unpack_from("<I", data)[0]
    offset = 4
    for _ in range(min(count, _MAX_VALUES)):
        kind, number = struct.unpack_from("<HH", data, offset)
        offset += 4
        if number >= 0x8000:
            offset = _after_name(data, offset)
        single = kind & 0xEFFF
        values = 1
        if kind & 0x1000 or single in (_TEXT8, _TEXT16, _BINARY, _OBJECT):
            values = struct.unpack_from("<I", data, offset)[0]
            offset += 4
        if single in _FIXED:
            yield number, single, data[offset : offset + _FIXED[single]]
            offset += values * _FIXED[single]
            continue
        for position in range(values):
            size = struct.unpack_from("<I", data, offset)[0]
            offset += 4
            if offset + size > len(data):
                raise IndexError("value beyond the end")
            if position == 0:
                yield number, single, data[offset : offset + size]
            offset += size + -size % 4


def _after_name(data: bytes, offset: int) -> int:
    """Named properties carry a GUID and a number or a name."""
    kind, length = struct.unpack_from("<II", data, offset + 16)
    return offset + 24 if kind == 0 else offset + 24 + length + -length % 4


def _as_text(value: bytes | str | None) -> str:
    return value if isinstance(value, str) else ""


def _sender(name: str, mail: str) -> str:
    return f'"{name}" <{mail}>' if "@" in mail else name


def _tnef_message(found: dict[int, bytes | str], files: tuple[OutlookFile, ...]) -> OutlookMessage:
    page = found.get(_CODEPAGE)
    number = struct.unpack("<I", page)[0] if isinstance(page, bytes) and len(page) == 4 else None
    markup = found.get(_HTML)
    if isinstance(markup, bytes):
        markup = decode_text(markup.rstrip(b"\x00"), _code_page(number))[0]
    body = found.get(_BODY)
    if isinstance(body, bytes):
        body = _text8(body, number or 1252)
    mail = _as_text(found.get(_SENDER_SMTP)) or _as_text(found.get(_SENDER_EMAIL))
    sender = _sender(_as_text(found.get(_SENDER_NAME)), mail)
    return OutlookMessage(sender, _as_text(found.get(_SUBJECT)), body or None, markup or None, files)


_EMBEDDED = b"\x07\x03\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"  # IID_IMessage: a TNEF of its own


def _tnef_file(found: dict[int, bytes | str], depth: int) -> OutlookFile:
    name = _as_text(found.get(_LONG_NAME)) or _as_text(found.get(_SHORT_NAME)) or _as_text(found.get(_DISPLAY_NAME))
    data = found.get(_DATA, b"")
    content = data if isinstance(data, bytes) else data.encode()
    declared, content_id = _as_text(found.get(_MIME_TYPE)), _as_text(found.get(_CONTENT_ID)) or None
    if content.startswith(_EMBEDDED) and depth < MAX_NESTED:
        message, _ = read_tnef(content[len(_EMBEDDED) :], depth + 1)
        return OutlookFile(name, b"", declared, content_id, message)
    return OutlookFile(name, content, declared, content_id)


# --- .msg -------------------------------------------------------------------------------------------------------------

_STREAM = re.compile(r"__substg1\.0_([0-9A-F]{4})([0-9A-F]{4})$", re.I)


class MsgTooLarge(ValueError):
    """The streams of a .msg file together are larger than allowed: they may share the same sectors."""


def read_msg(content: bytes, limit: int) -> OutlookMessage:
    """The message in a .msg file. Raises ``MsgTooLarge``, or what olefile raises on a damaged file."""
    _check_header(content)
    with OleFileIO(io.BytesIO(content)) as ole:
        paths = [tuple(path) for path in ole.listdir(streams=True, storages=False)]
        if len(paths) > MAX_STREAMS:
            raise MsgTooLarge(f"{len(paths)} streams; {MAX_STREAMS} are allowed")
        total = sum(ole.get_size("/".join(path)) for path in paths)
        if total > limit:
            raise MsgTooLarge(f"streams of {total} bytes; {limit} are allowed")
        return _msg_message(ole, paths, (), 0)


def _check_header(content: bytes) -> None:
    """olefile believes the counts of table sectors ([MS-CFB] 2.2): a table that leads to itself is read that often."""
    sectors = len(content) // 512 + 1
    tables, minis, doubles = (struct.unpack_from("<I", content, offset)[0] for offset in (44, 64, 72))
    if max(tables, minis, doubles) > sectors:
        raise MsgTooLarge("the file says that it has more tables than sectors")


def _values(ole: OleFileIO, paths: list[tuple[str, ...]], at: tuple[str, ...]) -> dict[int, bytes | str]:
    """The text and binary properties stored directly under ``at``."""
    found: dict[int, bytes | str] = {}
    for path in paths:
        name = _STREAM.match(path[-1])
        if path[:-1] != at or name is None:
            continue
        number, kind = int(name.group(1), 16), int(name.group(2), 16)
        if kind not in (_TEXT8, _TEXT16, _BINARY):
            continue
        value = ole.openstream("/".join(path)).read()
        if kind == _TEXT16:
            found[number] = value.decode("utf-16-le", "replace").rstrip("\x00")
        else:
            found[number] = _text8(value, 1252) if kind == _TEXT8 else value
    return found


def _msg_message(ole: OleFileIO, paths: list[tuple[str, ...]], at: tuple[str, ...], depth: int) -> OutlookMessage:
    found = _values(ole, paths, at)
    depth_of_files = len(at) + 1
    folders = dict.fromkeys(
        path[:depth_of_files]
        for path in paths
        if path[: len(at)] == at
        and len(path) > depth_of_files
        and path[len(at)].lower().startswith("__attach_version1")
    )
    files = tuple(_msg_file(ole, paths, folder, depth) for folder in folders)
    message = _tnef_message(found, files)
    headers, _ = read_headers(_as_text(found.get(_HEADERS)).encode("utf-8", "replace"))
    sender = headers.raw("from") or message.sender
    return OutlookMessage(sender, message.subject, message.text, message.html, files)


def _msg_file(ole: OleFileIO, paths: list[tuple[str, ...]], at: tuple[str, ...], depth: int) -> OutlookFile:
    embedded = (*at, "__substg1.0_3701000D")
    if depth < MAX_NESTED and any(path[: len(embedded)] == embedded for path in paths):
        return OutlookFile("message.msg", b"", "message/rfc822", None, _msg_message(ole, paths, embedded, depth + 1))
    return _tnef_file(_values(ole, paths, at), MAX_NESTED)
