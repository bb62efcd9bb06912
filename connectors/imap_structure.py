"""BODYSTRUCTURE (RFC 3501, 7.4.2) in words: what a mail holds that was not fetched."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.mime_headers import decode_words

_MAX_PARTS = 50
_MAX_DEPTH = 20


def part_list(structure: object) -> tuple[str, ...]:
    """A line for each part that holds no parts, as far as the answer can be understood."""
    lines: list[str] = []
    for line in _lines(structure, 0):
        if len(lines) == _MAX_PARTS:
            return (*lines, "and more")
        lines.append(line)
    return tuple(lines)


def _lines(structure: object, depth: int) -> Iterator[str]:
    if not isinstance(structure, tuple) or not structure or depth > _MAX_DEPTH:
        return
    first = structure[0]
    if isinstance(first, (list, tuple)):
        for part in first if isinstance(first, list) else structure:
            if isinstance(part, tuple):
                yield from _lines(part, depth + 1)
        return
    if len(structure) < 7:
        return
    kind = f"{_text(first)}/{_text(structure[1])}".lower()
    name = _parameter(structure[2], "name") or _file_name(structure)
    size = structure[6]
    told = f", {size:,} bytes" if isinstance(size, int) else ""
    yield f"{kind} {decode_words(name)}".strip() + told


def _file_name(structure: tuple[object, ...]) -> str:
    """From the disposition, which stands behind the fields of the part's kind: ("attachment" ("filename" "a.pdf"))."""
    for item in structure[7:]:
        if isinstance(item, tuple) and len(item) == 2:
            name = _parameter(item[1], "filename")
            if name:
                return name
    return ""


def _parameter(pairs: object, name: str) -> str:
    if not isinstance(pairs, tuple):
        return ""
    for key, value in zip(pairs[::2], pairs[1::2], strict=False):
        if _text(key).lower() == name:
            return _text(value)
    return ""


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
