"""Header fields of a mail, read so that nothing in them can raise: RFC 2047, RFC 2231, and what is made of them."""

from __future__ import annotations

import binascii
import email.utils
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote_to_bytes

from connectors.charsets import decode_text

MAX_BLOCK = 1_000_000  # bytes of one header block that are read
MAX_FIELDS = 5_000
MAX_FIELD = 20_000  # characters of one field
MAX_ADDRESSES = 4_000  # characters of an address field in which the sender is looked for


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields of one header block: lower-case name and the bytes behind the colon, decoded only when asked for."""

    fields: tuple[tuple[str, bytes], ...]

    def raw(self, name: str) -> str | None:
        """The first field of that name, unfolded, encoded words still encoded: a repeated one counts for nothing."""
        return next((_unfold(value) for key, value in self.fields if key == name), None)

    def text(self, name: str) -> str:
        return decode_words(self.raw(name) or "")

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(decode_words(_unfold(value)) for key, value in self.fields if key == name)

    def value(self, name: str) -> str:
        """The value before the parameters, lower case: ``text/plain`` of ``Text/Plain; charset=x``."""
        return (self.raw(name) or "").split(";", 1)[0].strip().strip("\"'").lower()

    def parameter(self, field: str, name: str) -> str | None:
        return parameters(self.raw(field) or "").get(name)


_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)


def read_headers(block: bytes) -> tuple[Headers, bytes]:
    """The fields of a header block, and what stands in it from the first line on that is no field (mostly nothing)."""
    fields: list[tuple[str, list[bytes]]] = []
    lines = block[:MAX_BLOCK].splitlines(keepends=True)
    for number, line in enumerate(lines):
        field = _FIELD.match(line)
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1][1].append(line)
        elif field is not None and len(fields) < MAX_FIELDS:
            fields.append((field.group(1).decode("ascii").lower(), [field.group(2)]))
        elif len(fields) == MAX_FIELDS:
            break
        elif number or not line.startswith(b"From "):  # a mailbox file's separator is no field, and no end either
            return Headers(_joined_lines(fields)), b"".join(lines[number:])
    return Headers(_joined_lines(fields)), b""


def _joined_lines(fields: list[tuple[str, list[bytes]]]) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, b"".join(raw)[:MAX_FIELD]) for name, raw in fields)


def _unfold(raw: bytes) -> str:
    return re.sub(r"[\r\n]+[ \t]*", " ", decode_text(raw, "utf-8")[0]).replace("\x00", "").strip()


# --- RFC 2047 ---------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"=\?([^?\s]{1,64})\?([bBqQ])\?([^?]*)\?=")
_WORD_GAP = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,64}\?[bBqQ]\?)")


def decode_words(value: str) -> str:
    """Encoded words decoded, neighbours of one charset together: some mailers cut a character in two."""
    if "=?" not in value:
        return value
    pieces: list[tuple[str, bytes]] = []
    text, end = [], 0
    value = _WORD_GAP.sub(r"\1", value)
    for found in _WORD.finditer(value):
        if pieces and (found.start() != end or pieces[-1][0] != found.group(1).lower()):
            text.append(_joined(pieces))
            pieces = []
        text.append(value[end : found.start()])
        pieces.append((found.group(1).lower(), _word_bytes(found.group(2), found.group(3))))
        end = found.end()
    text.append(_joined(pieces))
    text.append(value[end:])
    return "".join(text)


def _joined(pieces: list[tuple[str, bytes]]) -> str:
    if not pieces:
        return ""
    charset = pieces[0][0].split("*", 1)[0]  # RFC 2231 allows a language behind a star
    return re.sub(r"[\r\n\x00]+", " ", decode_text(b"".join(raw for _, raw in pieces), charset)[0])


def _word_bytes(encoding: str, payload: str) -> bytes:
    raw = payload.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


# --- parameters: RFC 2045, RFC 2231 -----------------------------------------------------------------------------------

_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)')


def parameters(value: str) -> dict[str, str]:
    """Parameters by lower-case name, decoded. Continuations are joined by number; ``name*`` beats ``name``."""
    plain: dict[str, str] = {}
    extended: dict[str, list[tuple[int, bool, str]]] = {}
    for found in _PARAMETER.finditer(value if len(value) <= MAX_FIELD else value[:MAX_FIELD]):
        name, raw = found.group(1).lower(), _unquote(found.group(2))
        base, star, section = name.partition("*")
        if not star:
            plain.setdefault(base, decode_words(raw))
            continue
        number, encoded = section.rstrip("*"), name.endswith("*")
        if number == "" or (number.isascii() and number.isdigit()):
            extended.setdefault(base, []).append((int(number[:4] or 0), encoded, raw))
    return {**plain, **{name: _assemble(parts) for name, parts in extended.items()}}


def _unquote(raw: str) -> str:
    raw = raw.strip()
    if not raw.startswith('"'):
        return raw.strip("'")
    body = raw[1:-1] if len(raw) > 1 and raw.endswith('"') else raw[1:]
    if re.search(r"\\(?![\\\"])", body):  # a Windows path in quotes: its backslashes quote nothing
        return body.replace('\\"', '"')
    return re.sub(r"\\(.)", r"\1", body)


def _assemble(parts: list[tuple[int, bool, str]]) -> str:
    """Sections joined in their order. Escapes are undone over neighbours together: mailers cut "%E2" in two."""
    parts = sorted(parts, key=lambda part: part[0])
    charset, raw, escaped = "utf-8", b"", ""
    for position, (_, encoded, value) in enumerate(parts):
        if encoded and position == 0 and value.count("'") >= 2:
            declared, _, value = value.split("'", 2)
            charset = declared or charset
        if encoded:
            escaped += value
        else:
            raw += unquote_to_bytes(escaped) + value.encode("utf-8", "surrogateescape")
            escaped = ""
    return decode_words(decode_text(raw + unquote_to_bytes(escaped), charset)[0])


# --- addresses and dates ----------------------------------------------------------------------------------------------

_ANGLE = re.compile(r"<\s*([^<>\s@\"]+@[^<>\s@\"]+)\s*>")
_BARE = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"'@]+")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def address(value: str) -> tuple[str | None, str | None]:
    """Name and address (lower case) of the first mailbox in a field; None for what is not there.

    What stands in angle brackets counts before anything that only looks like an address: a name is free to lie.
    """
    value = value[:MAX_ADDRESSES]
    hidden = _QUOTED.sub(lambda found: '"' + "_" * (len(found.group()) - 2) + '"', value)  # same length, no address
    start = 0
    for segment in hidden.split(","):
        found = _ANGLE.search(segment) or _BARE.search(segment)
        if found is not None:
            name = value[: start + found.start()] if found.re is _ANGLE else ""
            return _name(name), found.group(found.lastindex or 0).lower()
        start += len(segment) + 1
    return _name(value), None


def _name(raw: str) -> str | None:
    return decode_words(re.sub(r"\\(.)", r"\1", raw)).strip(' "<>,') or None


def addresses(values: tuple[str, ...]) -> tuple[str, ...]:
    """All addresses in some fields, lower case, each once."""
    found = (mail.lower() for value in values for mail in _BARE.findall(value[:MAX_FIELD]))
    return tuple(dict.fromkeys(found))


def date_of(value: str) -> datetime | None:
    """UTC; a date without a zone is taken as UTC, a date that cannot be is None."""
    try:
        found = email.utils.parsedate_to_datetime(value[:200])
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except Exception:  # noqa: BLE001 - ValueError, TypeError, OverflowError, IndexError by version and input
        return None


# --- file names -------------------------------------------------------------------------------------------------------

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.I)
_PATH_LIKE = re.compile(r"^([A-Za-z]:|[\\/~.])|\\|\.\.[\\/]")
MAX_NAME = 150


def clean_file_name(name: str, fallback: str) -> str:
    """A name to show: no path, no control or direction marks, at most 150 characters. Never empty."""
    name = _UNSEEN.sub("", name[:MAX_FIELD]).strip()
    if _PATH_LIKE.search(name):
        name = re.split(r"[\\/]", name.rstrip("\\/"))[-1]
    name = re.sub(r"\s+", " ", re.sub(r'[\\/:*?"<>|]', "_", name)).strip(" .")
    if len(name) > MAX_NAME:
        stem, dot, ending = name.rpartition(".")
        ending = dot + ending if dot and len(ending) <= 10 else ""
        name = (stem or name)[: MAX_NAME - len(ending)] + ending
    if _RESERVED.match(name):
        name = "_" + name
    return name or fallback
