"""Writing files so that a reader sees all of one or nothing, and a power cut changes that in no way."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from typing import BinaryIO

from pipeline import faults
from pipeline.durable import flush_folder
from pipeline.errors import SourceError

_REMEDIES = {
    errno.ENOSPC: "The disk is full: free some space; it is tried again.",
    errno.EDQUOT: "The quota is used up: free some space or raise it; it is tried again.",
    errno.EFBIG: "The file is larger than the system allows: raise the limit for the size of a file.",
    errno.EROFS: "The file system is read-only: mount it for writing.",
    errno.EACCES: "Permission denied: let the user po-intake runs as write there.",
    errno.EPERM: "Not permitted: let the user po-intake runs as write there.",
    errno.ENOENT: "The folder is gone: create it or mend the setting that names it.",
    errno.ENOTDIR: "A file stands where a folder should: mend the setting that names it.",
}


def write_aside(path: Path, content: bytes) -> None:
    """Writes beside ``path``, flushes to the disk, renames, flushes the folder. Raises ``SourceError`` with the remedy.

    An existing file is replaced whole. A crash leaves at most ``.NAME.part``, which the next try takes up and renames.
    """
    aside = path.with_name(f".{path.name[:80]}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _held(aside) as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                faults.point("before-rename")
                aside.replace(path)
            except BaseException:
                aside.unlink(missing_ok=True)
                raise
        faults.point("after-rename")
        flush_folder(path.parent)
    except OSError as error:
        raise cannot("write", path, error) from error


def _held(aside: Path) -> BinaryIO:
    """The emptied file beside, held by this process alone: a second writer of the same file waits for the first."""
    while True:
        file = os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o666), "wb")
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            is_ours = os.path.samestat(os.fstat(file.fileno()), aside.stat())
        except FileNotFoundError:  # the writer we waited for has renamed it
            is_ours = False
        if is_ours:
            file.truncate(0)
            return file
        file.close()


def read_whole(path: Path) -> bytes | None:
    """None when there is no such file. Raises ``SourceError``."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise cannot("read", path, error) from error


def cannot(what: str, path: Path, error: OSError) -> SourceError:
    remedy = _REMEDIES.get(error.errno or 0, "Check the disk and the rights on it.")
    return SourceError(f"cannot {what} {path}: {error.strerror or error}. {remedy}")
