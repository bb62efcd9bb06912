"""Where the index of a catalogue comes from: the file of exactly these items, or built and put there."""

from __future__ import annotations

import hashlib
import logging
from importlib import resources
from pathlib import Path

from matchers.index.build import index_arrays
from pipeline.interfaces import Erp
from pipeline.packed import Arrays, open_packed, write_packed

FORM = "1"  # of the arrays; another form is another file
KEPT = 3  # files of earlier states of the items that stay, for workers that have not seen the new one
_log = logging.getLogger(__name__)


def open_index(erp: Erp, folder: Path | None) -> Arrays:
    """Maps the file of these items; builds it first where there is none that is whole. Without a folder, or where it
    cannot be written, the index lives in memory."""
    if folder is None:
        return index_arrays(erp.items())
    version = index_version(erp)
    path = folder / f"items-{version}.packed"
    found = open_packed(path, version)
    if found is not None:
        return found
    built = index_arrays(erp.items())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_packed(path, version, built)
    except OSError as error:
        _log.warning("%s: the index cannot be kept (%s); make room, it is built anew each time", path, error)
        return built
    _prune(folder, path)
    return open_packed(path, version, verify=True) or built


def index_version(erp: Erp) -> str:
    """Of all that the arrays depend on: the items, the words that descriptions are read by, the form."""
    synonyms = resources.files("matchers").joinpath("synonyms.toml").read_bytes()
    return hashlib.sha256(b"\n".join((FORM.encode(), erp.items_version.encode(), synonyms))).hexdigest()


def _prune(folder: Path, current: Path) -> None:
    others = [path for path in folder.glob("items-*.packed") if path != current]
    for old in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        old.unlink(missing_ok=True)
