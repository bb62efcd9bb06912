"""The archive of original bytes: each kept once under its SHA-256, safe on the disk before anything else happens."""

from __future__ import annotations

import hashlib
from pathlib import Path

from connectors.files import read_whole, write_aside
from pipeline.errors import SourceError

_HEX = frozenset("0123456789abcdef")


class Originals:
    """A folder of originals: ``ab/cdef...`` for the hash ``abcdef...``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keeps the bytes and returns their SHA-256. Repeating it changes nothing. Raises ``SourceError``."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._path(sha256)
        if read_whole(path) != content:  # absent, or torn by a disk that lied about a flush
            write_aside(path, content)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes. Raises ``SourceError`` when they are not there or are no longer what was put."""
        path = self._path(sha256)
        content = read_whole(path)
        if content is None:
            raise SourceError(f"the original {path} is missing: restore the folder of originals from its backup")
        if hashlib.sha256(content).hexdigest() != sha256:
            raise SourceError(f"the original {path} was changed or damaged: restore it from its backup")
        return content

    def has(self, sha256: str) -> bool:
        return self._path(sha256).is_file()

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not _HEX.issuperset(sha256):
            raise ValueError(f"not a SHA-256 in lower-case hex: {sha256[:80]!r}")
        return self._folder / sha256[:2] / sha256[2:]
