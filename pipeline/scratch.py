"""Temporary folders that do not outlive their process: what a killed one left behind goes at the next start.

A folder is held by a lock of the kernel's, which the dead cannot keep, whatever process ids mean in whose container.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder below ``parent`` that goes with the block, along with those of dead processes of the same prefix.

    It may be renamed within the block: then it stays. Raises ``OSError``: no folder can be made there.
    """
    _sweep(parent, prefix)
    folder, lock = _make(parent, prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _make(parent: Path, prefix: str) -> tuple[Path, int]:
    """Between making and locking, another process may sweep the folder away as an abandoned one: then a new one."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        _take(lock, fcntl.LOCK_EX)
        if folder.is_dir():
            return folder, lock
        os.close(lock)


def _sweep(parent: Path, prefix: str) -> None:
    for folder in parent.glob(f"{prefix}*"):
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue  # gone meanwhile, no folder, or not ours to open
        try:
            if os.fstat(lock).st_uid == os.geteuid() and _take(lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def _take(lock: int, how: int) -> bool:
    """False where another process holds it, or where the file system knows no locks: then nothing is swept."""
    try:
        fcntl.flock(lock, how)
    except OSError:
        return False
    return True
