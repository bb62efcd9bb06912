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


def test_what_a_killed_writer_left_is_taken_up(tmp_path: Path) -> None:
    from connectors.files import write_aside

    (tmp_path / ".order.csv.part").write_bytes(b"half of a much longer fi")
    write_aside(tmp_path / "order.csv", b"whole")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("order.csv", b"whole")]


def test_many_writers_of_one_file_leave_one_whole_file(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from connectors.files import write_aside

    contents = [bytes([n]) * 200_000 for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda content: write_aside(tmp_path / "x", content), contents * 5))
    assert [p.name for p in tmp_path.iterdir()] == ["x"] and (tmp_path / "x").read_bytes() in contents
