"""Where the index of a catalogue comes from: the file of exactly these items, or built and put there."""

from __future__ import annotations

import fcntl
import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property, partial
from importlib import resources
from itertools import chain
from pathlib import Path

from matchers.index.build import CODE_PARTS, code_arrays, index_arrays, word_arrays
from pipeline.interfaces import Erp
from pipeline.model import CatalogueItem
from pipeline.packed import Array, Arrays, Spooled, open_packed, write_packed

# what the arrays depend on besides the items; a change of one of them is another file
MADE_BY = (
    "synonyms.toml", "tokens.py", "codes.py",
    "index/build.py", "index/filed_codes.py", "index/filed_words.py", "index/union.py", "index/neighbours.py",
)  # fmt: skip
LOCK = ".building"
KEPT = 3  # files of earlier states of the items that stay, for workers that have not seen the new one
_log = logging.getLogger(__name__)


def open_index(erp: Erp, folder: Path | None) -> Arrays:
    """Maps the file of these items; where there is none that is whole, makes it first, out of the newest one of earlier
    items if there is one. Of several processes one builds and the others wait for it. Without a folder, or where it
    cannot be written, the index lives in memory."""
    if folder is None:
        return InMemory(erp.items())
    version = index_version(erp)
    path = folder / f"items-{version}.packed"
    try:
        return open_packed(path, version) or _kept(erp, path, version)
    except OSError as error:
        _log.warning("%s: the index cannot be kept (%s); make room, it is built anew each time", path, error)
        return InMemory(erp.items())


def index_version(erp: Erp) -> str:
    """Of all that the arrays depend on: the program, then the items."""
    return f"{_program()}-{hashlib.sha256(erp.items_version.encode()).hexdigest()[:32]}"


@cache
def _program() -> str:
    sources = [resources.files("matchers").joinpath(name).read_bytes() for name in MADE_BY]
    return hashlib.sha256(b"\n".join(sources)).hexdigest()[:32]


class InMemory(Mapping[str, Array]):
    """The index without a file: each half made when it is first asked for. The neighbourhood of the codes is left out:
    to build it costs more than to look through all codes for the orders of one run."""

    def __init__(self, items: Sequence[CatalogueItem]) -> None:
        self._items = items

    @cached_property
    def _codes(self) -> Arrays:
        return code_arrays(self._items)

    @cached_property
    def _words(self) -> Arrays:
        return word_arrays(self._items)

    def __getitem__(self, name: str) -> Array:
        return (self._codes if name.partition(".")[0] in CODE_PARTS else self._words)[name]

    def __iter__(self) -> Iterator[str]:
        return chain(self._codes, self._words)

    def __len__(self) -> int:
        return len(self._codes) + len(self._words)


def _kept(erp: Erp, path: Path, version: str) -> Arrays:
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = open_packed(path, version)  # built by the process that held the lock
        if found is not None:
            return found
        _prune(path)
        write_packed(path, version, index_arrays(erp.items(), partial(Spooled, path.parent), _earlier(path.parent)))
        built = open_packed(path, version, verify=True)
        if built is None:
            raise OSError(f"what was read back from {path} is not what was written")
        return built


def _earlier(folder: Path) -> Arrays | None:
    """The newest index that this same program made of other items, if it is sound to the last byte."""
    made = _by_age(folder, f"items-{_program()}-*.packed")
    read = (open_packed(path, path.stem.removeprefix("items-"), verify=True) for path in made)
    return next((arrays for arrays in read if arrays is not None), None)


def _prune(coming: Path) -> None:
    """Makes room for one more file; only whoever holds the lock writes, so what was begun here is a dead process's."""
    for begun in coming.parent.glob(".items-*"):
        begun.unlink(missing_ok=True)
    others = [path for path in _by_age(coming.parent, "items-*.packed") if path != coming]
    for old in others[KEPT - 1 :]:
        old.unlink(missing_ok=True)


def _by_age(folder: Path, pattern: str) -> list[Path]:
    """The newest first."""
    return sorted(folder.glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True)
