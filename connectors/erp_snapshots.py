"""The last good set of ERP exports, kept until a whole new one has been judged and found right."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path

import numpy as np

from connectors.erp import ErpSnapshot, exports_version, load_erp
from connectors.erp_tables import TABLES
from pipeline.durable import flush_folder
from pipeline.errors import ConfigError, SourceError
from pipeline.packed import open_packed, write_packed
from pipeline.scratch import scratch_folder

CURRENT = "current"
COLUMNS = "columns.packed"
ITEMS_VERSION = "items_version"  # the array that holds it as ASCII
_log = logging.getLogger(__name__)
KEPT = 3  # snapshots kept for looking back, the one in force included


@dataclass(frozen=True, slots=True)
class SyncResult:
    """``version`` is what is in force now: the new exports when ``accepted``, else the last good ones (None: none yet).

    ``findings`` says what is wrong with exports that were refused; ``changed`` whether the version in force is another.
    """

    accepted: bool
    changed: bool
    version: str | None
    findings: tuple[str, ...] = ()


class SnapshotStore:
    """A folder with one sub-folder per export set, named by its content, and a file naming the one in force.

    Export folders are renamed into place whole and the naming file is replaced, so no reader ever meets half a set. In
    each lie the exports and, beside them, their columns as one file that workers map instead of reading them.
    ``prepare`` makes what others derive from a set; it is done before the set comes into force.
    """

    def __init__(
        self,
        folder: Path,
        columns: Mapping[str, Mapping[str, str]] | None = None,
        prepare: Callable[[ErpSnapshot], object] = lambda _: None,
    ) -> None:
        self._folder = folder
        self._prepare = prepare
        self._columns = columns or {}
        self._loaded: ErpSnapshot | None = None

    def sync(self, source: Path) -> SyncResult:
        """Takes over the exports in ``source`` if they are right. Raises ``SourceError``: they cannot be copied."""
        before = self.version()
        try:
            snapshot = self._take(source)
        except ConfigError as error:
            return SyncResult(False, False, before, error.findings or (str(error),))
        except OSError as error:
            raise SourceError(f"{source}: copying to {self._folder} failed: {error}; free it and sync again") from error
        self._loaded = snapshot
        return SyncResult(True, snapshot.version != before, snapshot.version)

    def current(self) -> ErpSnapshot:
        """Raises ``ConfigError`` while no export set has ever been accepted."""
        version = self.version()
        if version is None:
            raise ConfigError(f"{self._folder}: no ERP exports have been taken over yet; run the ERP sync first")
        if self._loaded is None or self._loaded.version != version:
            self._loaded = _mapped(self._folder / version, version) or self._mapped_anew(version)
        return self._loaded

    def _mapped_anew(self, version: str) -> ErpSnapshot:
        """Of a set that an earlier program took over."""
        judged = load_erp(self._folder / version, self._columns)
        try:
            _pack(judged, self._folder / version)
        except OSError as error:
            _log.warning("%s: its columns cannot be kept (%s); make room", self._folder / version, error)
        return judged

    def version(self) -> str | None:
        """The version in force, None before the first sync."""
        naming = self._folder / CURRENT
        if not naming.is_file():
            return None
        version = naming.read_text(encoding="ascii").strip()
        return version if (self._folder / version).is_dir() else None

    def _take(self, source: Path) -> ErpSnapshot:
        if not source.is_dir():
            raise ConfigError(f"{source}: no such folder of ERP exports; create it or name another one")
        self._folder.mkdir(parents=True, exist_ok=True)
        with scratch_folder(self._folder, ".incoming-") as aside:
            _copy(source, aside)
            version = exports_version(aside, self._columns)
            judged_before = None if version is None else _mapped(self._folder / version, version)
            snapshot = judged_before or self._taken(source, aside)
            self._prepare(snapshot)
            self._name(snapshot.version)
        self._prune(snapshot.version)
        return snapshot

    def _taken(self, source: Path, aside: Path) -> ErpSnapshot:
        version = self._judge(source, aside)
        target = self._folder / version
        if target.is_dir():  # of an earlier program, or its columns are torn
            (aside / COLUMNS).replace(target / COLUMNS)
        else:
            aside.rename(target)
        return self._written(target, version)

    def _written(self, folder: Path, version: str) -> ErpSnapshot:
        """Read back to the last byte. Raises ``OSError``."""
        snapshot = _mapped(folder, version, verify=True)
        if snapshot is None:
            (folder / COLUMNS).unlink(missing_ok=True)
            raise OSError(f"what was read back from {folder / COLUMNS} is not what was written")
        return snapshot

    def _judge(self, source: Path, aside: Path) -> str:
        """Packs the exports beside them where they are right; their version."""
        try:
            judged = load_erp(aside, self._columns)
        except ConfigError as error:  # people look for the fault where the ERP wrote the file
            findings = tuple(f.replace(str(aside), str(source)) for f in error.findings)
            raise ConfigError(f"{source}: the ERP exports have {len(findings)} fault(s):", findings) from error
        _pack(judged, aside)
        return judged.version

    def _name(self, version: str) -> None:
        aside = self._folder / f".{CURRENT}-{os.getpid()}"
        with aside.open("w", encoding="ascii") as out:
            out.write(version + "\n")
            out.flush()
            os.fsync(out.fileno())
        aside.replace(self._folder / CURRENT)
        flush_folder(self._folder)

    def _prune(self, version: str) -> None:
        others = [p for p in self._folder.iterdir() if p.is_dir() and not p.name.startswith(".") and p.name != version]
        for old in sorted(others, key=lambda p: p.stat().st_mtime, reverse=True)[KEPT - 1 :]:
            shutil.rmtree(old, ignore_errors=True)


def _mapped(folder: Path, version: str, *, verify: bool = False) -> ErpSnapshot | None:
    """The set in that folder by its columns alone; None where no such file is whole."""
    arrays = open_packed(folder / COLUMNS, _made_by(version), verify=verify)
    if arrays is None:
        return None
    return ErpSnapshot(arrays, version, arrays[ITEMS_VERSION].tobytes().decode("ascii"))


def _pack(snapshot: ErpSnapshot, folder: Path) -> None:
    items_version = np.frombuffer(snapshot.items_version.encode("ascii"), np.uint8)
    write_packed(folder / COLUMNS, _made_by(snapshot.version), {**snapshot.arrays, ITEMS_VERSION: items_version})


def _made_by(version: str) -> str:
    return f"{_program()}-{version}"


@cache
def _program() -> str:
    """Of what judges exports and packs them: what another program judged is judged anew."""
    modules = ("erp_tables.py", "erp_columns.py")
    sources = [resources.files("connectors").joinpath(name).read_bytes() for name in modules]
    return sha256(b"\n".join(sources)).hexdigest()


def _copy(source: Path, aside: Path) -> None:
    """Copies the export files; raises ``SourceError`` when the ERP is still writing one of them."""
    for table in TABLES:
        path = source / table.file_name
        if not path.is_file():
            continue
        before = path.stat()
        copy = aside / table.file_name
        copy.write_bytes(path.read_bytes())
        after = path.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise SourceError(f"{path}: it changed while it was read; the ERP is still writing, sync again later")
        with copy.open("rb") as written:
            os.fsync(written.fileno())
    flush_folder(aside)
