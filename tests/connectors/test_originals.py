"""The archive of original bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from connectors.originals import Originals
from pipeline.errors import SourceError


def test_put_and_get(tmp_path: Path) -> None:
    originals = Originals(tmp_path / "originals")
    for content in (b"", b"one", b"\x00" * 1_000_000):
        sha256 = originals.put(content)
        assert sha256 == hashlib.sha256(content).hexdigest()
        assert originals.get(sha256) == content
        assert originals.has(sha256)
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".part")]


def test_put_twice_writes_once(tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    sha256 = originals.put(b"one")
    [file] = (path for path in tmp_path.rglob("*") if path.is_file())
    before = file.stat().st_mtime_ns, file.stat().st_ino
    assert originals.put(b"one") == sha256
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == before


def test_torn_file_is_written_anew(tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    sha256 = originals.put(b"one whole mail")
    [file] = (path for path in tmp_path.rglob("*") if path.is_file())
    file.write_bytes(b"one wh")
    with pytest.raises(SourceError, match=f"{file} was changed or damaged"):
        originals.get(sha256)
    originals.put(b"one whole mail")
    assert originals.get(sha256) == b"one whole mail"


def test_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is missing: restore"):
        Originals(tmp_path).get("0" * 64)


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 63 + "/"])
def test_only_hashes_name_files(tmp_path: Path, sha256: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        Originals(tmp_path).get(sha256)
