"""The tree of a mail, cut from the outside in: each level is one search for its boundary, so time is bounded."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from connectors.mime_headers import Headers, read_headers

MAX_DEPTH = 20  # of multiparts and mails in mails
MAX_PARTS = 500
MAX_DECODED = 100_000_000  # bytes of all parts together
MAX_EXPANDED = 200_000_000  # bytes out of all archives together


_EPILOGUE = 200  # bytes behind the last part that nobody misses: a list's footer


@dataclass(slots=True)
class Budget:
    """What one message may still cost. ``defects`` collects what was broken and how it was read all the same."""

    parts: int = MAX_PARTS
    decoded: int = MAX_DECODED
    expanded: int = MAX_EXPANDED
    decrypted: int = 20_000_000  # bytes; the old ZIP cipher runs at about a megabyte a second
    defects: list[str] = field(default_factory=list)

    def note(self, where: str, what: str) -> None:
        line = f"part {where}: {what}" if where else what
        if len(self.defects) < 200 and line not in self.defects:
            self.defects.append(line)


@dataclass(frozen=True, slots=True)
class Entity:
    """A header block and the body under it. ``path`` counts from 1 on each level ("2.1"); the message itself is ""."""

    path: str
    headers: Headers
    body: bytes
    torn: bool = False  # nothing says that it ends where it ends


_BLOCK_END = re.compile(rb"\r?\n\r?\n|\r\r|\n\r\n")


def read_entity(raw: bytes, path: str, budget: Budget) -> Entity:
    """Header block and body. A header block that never ends, or breaks off, loses nothing to the body."""
    if raw.startswith((b"\n", b"\r\n")):
        return Entity(path, Headers(()), raw.lstrip(b"\r\n") if not path else raw)
    if b"\n" not in raw[:100_000] and b"\r" in raw[:100_000]:
        raw = raw.replace(b"\r", b"\n")
    end = _BLOCK_END.search(raw)
    block, body = (raw, b"") if end is None else (raw[: end.start()], raw[end.end() :])
    headers, left = read_headers(block)
    if left.strip():
        budget.note(path, "the header block breaks off; what follows was read as its body")
        body = left + b"\n\n" + body
    if len(block) > 1_000_000:
        budget.note(path, f"header block of {len(block)} bytes: only its first megabyte was read")
    return Entity(path, headers, body)


def is_multipart(entity: Entity) -> bool:
    return entity.headers.value("content-type").startswith("multipart/")


@dataclass(frozen=True, slots=True)
class _Mark:
    """A boundary line, from the line break before it, which belongs to it (RFC 2046, 5.1.1), to the one behind it."""

    start: int
    end: int
    closes: bool


def subparts(entity: Entity, budget: Budget) -> Iterator[Entity]:
    """The parts of a multipart, in order. A missing or wrong boundary is looked for in the body itself."""
    marks = _marks(entity.body, entity.headers.parameter("content-type", "boundary"))
    if not marks:
        guessed = _guess_boundary(entity.body)
        marks = _marks(entity.body, guessed)
        budget.note(entity.path, "boundary missing or wrong" + ("" if guessed is None else "; found in the body"))
    for number, mark in enumerate(marks, start=1):
        is_last = number == len(marks)
        end = len(entity.body) if is_last else marks[number].start
        if mark.closes and (is_last or not entity.body[mark.end : end].strip()):
            if len(entity.body[mark.end : end].strip()) > _EPILOGUE:
                budget.note(entity.path, "text behind the last part was not read")
            continue
        if is_last:
            budget.note(entity.path, "the closing boundary is missing: the last part may be cut off")
        path = f"{entity.path}.{number}" if entity.path else str(number)
        inner = read_entity(entity.body[mark.end : max(mark.end, end)], path, budget)
        yield replace(inner, torn=entity.torn or is_last)


def _marks(body: bytes, boundary: str | None) -> list[_Mark]:
    if not boundary:
        return []
    line = b"--" + boundary.rstrip().encode("utf-8", "surrogateescape")
    marks = []
    for found in re.finditer(re.escape(line) + rb"(--)?[ \t]*(\r\n|\n|\r|\Z)", body):
        start = found.start()
        if start and body[start - 1] not in b"\r\n":
            continue
        if start and body[start - 1 : start] == b"\n" and body[start - 2 : start - 1] == b"\r":
            start -= 1
        marks.append(_Mark(max(start - 1, 0), found.end(), found.group(1) is not None))
        if len(marks) > 4 * MAX_PARTS:
            break
    return marks


def _guess_boundary(body: bytes) -> str | None:
    found = re.search(rb"(?:^|\n)--([^\s]{2,200}?)[ \t]*\r?\n(?:[A-Za-z-]+:[^\n]*\n)*Content-", body[:200_000], re.I)
    return None if found is None else found.group(1).decode("latin-1")


# --- transfer encodings -----------------------------------------------------------------------------------------------


def decode_body(entity: Entity, budget: Budget) -> tuple[bytes, bool] | None:
    """The bytes of a leaf and whether some may be missing; None when the budget for decoded bytes is spent."""
    encoding = entity.headers.value("content-transfer-encoding")
    if len(entity.body) > budget.decoded * (1.4 if encoding == "base64" else 1):
        return None
    content, flawed = _decoded(entity, encoding, budget)
    budget.decoded -= len(content)
    return content, flawed or entity.torn


def _decoded(entity: Entity, encoding: str, budget: Budget) -> tuple[bytes, bool]:
    if encoding == "base64":
        content, flawed = decode_base64(entity.body)
        if flawed:
            budget.note(entity.path, "broken base64: foreign characters or a cut end were skipped")
        return content, flawed
    if encoding == "quoted-printable":
        return binascii.a2b_qp(entity.body), False
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return b"".join(content for _, content in uuencoded(entity.body)), False
    unknown = encoding not in ("", "7bit", "8bit", "binary")
    if unknown:
        budget.note(entity.path, f"unknown transfer encoding {encoding[:40]!r}")
    hidden = _undeclared_base64(entity)
    if hidden is not None:
        budget.note(entity.path, "base64 without saying so")
    return (entity.body, unknown) if hidden is None else (hidden, False)


def _undeclared_base64(entity: Entity) -> bytes | None:
    """Base64 under a wrong or no encoding: a body of nothing but long lines of its alphabet."""
    body = entity.body.strip()
    if len(body) < 200 or entity.headers.value("content-type").startswith(("text/plain", "message/")):
        return None
    first = body.split(b"\n", 1)[0].strip()
    if len(first) < 60 or len(first) % 4 or not re.fullmatch(rb"[A-Za-z0-9+/=\s]+", body):
        return None
    content, flawed = decode_base64(body)
    return None if flawed else content


_BLANKS = b" \t\r\n\v\f"
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_FOREIGN = bytes(set(range(256)) - set(_ALPHABET))


def decode_base64(body: bytes) -> tuple[bytes, bool]:
    """The bytes, and whether anything was amiss. Blocks that were padded and then joined are all decoded."""
    compact = body.translate(None, _BLANKS)
    try:
        return binascii.a2b_base64(compact, strict_mode=True), False
    except binascii.Error:
        kept = compact.translate(None, _FOREIGN)
    flawed = len(kept) != len(compact)
    if flawed and b"=" in kept:
        kept = _before_footer(body).translate(None, _FOREIGN)
    content = []
    for block in re.split(rb"=+", kept):
        if len(block) % 4 == 1:
            flawed, block = True, block[:-1]
        content.append(binascii.a2b_base64(block + b"=" * (-len(block) % 4)))
    return b"".join(content), flawed or len(kept) % 4 != 0


def _before_footer(body: bytes) -> bytes:
    """A virus scanner's or list's words behind the padding are no base64."""
    padded = re.search(rb"=[ \t]*\r?\n\s*(?=[^\n]*[^A-Za-z0-9+/=\s])", body)
    return body if padded is None else body[: padded.end()]


_UU_BEGIN = re.compile(rb"(?:^|\n)begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n")


def uuencoded(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each uuencoded file in a body; broken lines are left out."""
    found = _UU_BEGIN.search(body)
    while found is not None:
        end = body.find(b"\nend", found.end() - 1)
        if end < 0:
            return
        yield found.group(1).decode("utf-8", "replace"), _uu_lines(body[found.end() : end + 1])
        found = _UU_BEGIN.search(body, end)


def _uu_lines(body: bytes) -> bytes:
    content = []
    for line in body.splitlines():
        try:
            content.append(binascii.a2b_uu(line))
        except binascii.Error:
            wanted = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:
                content.append(binascii.a2b_uu(line[: wanted + 1]))
            except binascii.Error:
                continue
    return b"".join(content)
