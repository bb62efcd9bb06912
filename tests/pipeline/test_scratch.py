"""Folders of the dead go, those of the living stay."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.scratch import scratch_folder

HOLDER = """
import sys, time
from pathlib import Path
from pipeline.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1]), "mine-") as folder:
    (folder / "page.png").write_bytes(b"x")
    print(folder, flush=True)
    time.sleep(60)
"""


def test_a_folder_goes_with_its_block_even_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError), scratch_folder(tmp_path, "mine-") as folder:
        (folder / "file").touch()
        raise KeyError("a fault")
    assert list(tmp_path.iterdir()) == []


def test_what_was_renamed_stays(tmp_path: Path) -> None:
    with scratch_folder(tmp_path, ".mine-") as folder:
        (folder / "file").touch()
        folder.rename(tmp_path / "result")
    with scratch_folder(tmp_path, ".mine-"):
        assert (tmp_path / "result" / "file").is_file()


def test_folders_of_killed_processes_are_swept_and_those_of_living_ones_kept(tmp_path: Path) -> None:
    for name in ("other", "mine"):
        (tmp_path / name).mkdir()
    (tmp_path / "mine-file").touch()
    (tmp_path / "mine-link").symlink_to(tmp_path / "other")
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        held = Path(holder.stdout.readline().strip())
        with scratch_folder(tmp_path, "mine-") as first, scratch_folder(tmp_path, "mine-") as second:
            assert first != second and first.is_dir() and (held / "page.png").is_file()
    finally:
        holder.kill()
        holder.wait()
    assert held.is_dir()
    with scratch_folder(tmp_path, "mine-"):
        assert not held.exists()
    assert {path.name for path in tmp_path.iterdir()} == {"other", "mine", "mine-file", "mine-link"}
