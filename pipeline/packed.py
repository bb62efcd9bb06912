"""Columns of numbers and texts in one file that is mapped into memory, not read: opening costs the same for any size.

A file is written aside, flushed and renamed into place, so no reader meets half of one. It holds numbers and bytes
only; opening one runs nothing. What is torn, foreign or of another version is ``None``, to be made anew.
"""

from __future__ import annotations

import json
import mmap
import os
import shutil
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from pipeline.durable import flush_folder

type_names = {"u1": np.uint8, "u2": np.uint16, "u4": np.uint32, "u8": np.uint64, "i4": np.int32, "i8": np.int64}

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]

_MAGIC = b"PO-INTAKE packed 1\n"
_END = b"\nPO-INTAKE end\n"
_ALIGN = 64
_LARGEST_HEADER = 1 << 20
VERIFIED = 16_000_000  # bytes up to which the whole content is checked at every opening
_HASHED = 1024  # bytes of a text that its hash is made of
_BASE = 0x9E3779B97F4A7C15 | 1


def summed(lengths: Array) -> Array:
    """Where each of so many things of these lengths begins when they stand one after the other, and where all end."""
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)))


def slices(begins: Array, lengths: Array) -> Array:
    """The positions of all elements of the slices that begin there and are so long, one slice after the other."""
    ends = np.cumsum(lengths, dtype=np.int64)
    places: Array = np.repeat(begins - (ends - lengths), lengths)
    places += np.arange(len(places))
    return places


def _starts(lengths: Array) -> Array:
    starts = summed(lengths)
    return starts.astype(np.uint32 if starts[-1] < 2**32 else np.uint64)


# --- texts -----------------------------------------------------------------------------------------------------------


class Texts(Sequence[str]):
    """Many short texts in two arrays: UTF-8 one after the other in ``blob``, where each begins in ``starts``."""

    def __init__(self, blob: Array, starts: Array) -> None:
        self.blob, self.starts = blob, starts
        self._bytes: memoryview = blob.data

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        raw = [text.encode("utf-8", "surrogatepass") for text in texts]
        return cls(np.frombuffer(b"".join(raw), np.uint8), _starts(np.fromiter(map(len, raw), np.int64, len(raw))))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, at: Any) -> Any:
        """The text at a position; a slice or an array of positions gives a list."""
        if isinstance(at, slice):
            return self.many(np.arange(len(self))[at])
        if isinstance(at, np.ndarray):
            return self.many(at)
        place = at if at >= 0 else len(self) + at
        return str(self._bytes[self.starts[place] : self.starts[place + 1]], "utf-8", "surrogatepass")

    def many(self, places: Array) -> list[str]:
        raw = self._bytes
        begins, ends = self.starts[places].tolist(), self.starts[places + 1].tolist()
        return [str(raw[a:b], "utf-8", "surrogatepass") for a, b in zip(begins, ends, strict=True)]

    def __iter__(self) -> Iterator[str]:
        for at in range(0, len(self), 65536):
            yield from self.many(np.arange(at, min(at + 65536, len(self))))

    def lengths(self) -> Array:
        """In bytes."""
        return np.diff(self.starts.astype(np.int64))

    def take(self, places: Array) -> Texts:
        """The texts at these places, as texts of their own."""
        lengths = self.lengths()[places]
        blob = self.blob[slices(self.starts[places].astype(np.int64), lengths)]
        return Texts(blob, _starts(lengths))

    def joined(self, others: Texts) -> Texts:
        return Texts(
            np.concatenate((self.blob, others.blob)), _starts(np.concatenate((self.lengths(), others.lengths())))
        )

    def arrays(self, name: str) -> dict[str, Array]:
        return {f"{name}.blob": self.blob, f"{name}.starts": self.starts}

    @classmethod
    def from_arrays(cls, arrays: Arrays, name: str) -> Texts:
        return cls(arrays[f"{name}.blob"], arrays[f"{name}.starts"])


# --- looking up by hash ----------------------------------------------------------------------------------------------

with np.errstate(over="ignore"):
    POWERS: npt.NDArray[np.uint64] = np.cumprod(np.full(_HASHED, _BASE, np.uint64), dtype=np.uint64)


def mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Spreads sums evenly over 64 bits (the finaliser of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def hashes(texts: Texts) -> npt.NDArray[np.uint64]:
    """One 64-bit number a text, the same in every process; equal numbers do not prove equal texts."""
    sums = np.zeros(len(texts), np.uint64)
    starts = texts.starts.astype(np.int64)
    for low in range(0, len(texts), 262144):
        high = min(low + 262144, len(texts))
        begin, end = starts[low], starts[high]
        lengths = np.diff(starts[low : high + 1])
        place = np.arange(end - begin) - np.repeat(starts[low:high] - begin, lengths)
        worth = np.where(place < _HASHED, POWERS[np.minimum(place, _HASHED - 1)], np.uint64(0))
        summed = np.concatenate((np.zeros(1, np.uint64), np.cumsum(texts.blob[begin:end] * worth, dtype=np.uint64)))
        sums[low:high] = summed[starts[low + 1 : high + 1] - begin] - summed[starts[low:high] - begin]
    return mixed(sums)


@lru_cache(maxsize=65536)
def text_hash(text: str) -> np.uint64:
    raw = np.frombuffer(text.encode("utf-8", "surrogatepass")[:_HASHED], np.uint8)
    total = (raw * POWERS[: len(raw)]).sum(dtype=np.uint64)
    return np.uint64(mixed(np.array([total], np.uint64))[0])


class Lookup:
    """Where a text may stand. Whoever asks compares the text itself."""

    def __init__(self, keys: Array, places: Array) -> None:
        self._keys, self._places = keys, places

    @classmethod
    def arrays(cls, name: str, texts: Texts, places: Array | None = None) -> dict[str, Array]:
        """``places`` says which place each text stands for; none: its position."""
        return cls.sorted(name, hashes(texts), np.arange(len(texts)) if places is None else places)

    @staticmethod
    def sorted(name: str, found: Array, places: Array) -> dict[str, Array]:
        """Out of the hashes of texts and the places they stand for, in any order."""
        order = np.lexsort((places, found))
        return {f"{name}.keys": found[order], f"{name}.places": places[order].astype(np.uint32)}

    @classmethod
    def from_arrays(cls, arrays: Arrays, name: str) -> Lookup:
        return cls(arrays[f"{name}.keys"], arrays[f"{name}.places"])

    def find(self, text: str) -> list[int]:
        wanted = text_hash(text)
        low = int(self._keys.searchsorted(wanted))
        high = low
        while high < len(self._keys) and self._keys[high] == wanted:
            high += 1
        return [int(place) for place in self._places[low:high]]


def grouped(codes: Array, groups: int) -> tuple[Array, Array]:
    """Positions ordered by the group they belong to, and where each group starts (one more than there are groups)."""
    order = np.argsort(codes, kind="stable").astype(np.uint32)
    return order, _starts(np.bincount(codes, minlength=groups))


# --- arrays too large for memory -------------------------------------------------------------------------------------


Whole = TypeVar("Whole", covariant=True)


class Growing(Protocol[Whole]):
    """An array made part by part."""

    def append(self, part: Array) -> None: ...
    def load(self) -> Array:
        """All of it, in memory; it is used no more."""

    def done(self) -> Whole:
        """As ``write_packed`` takes it."""


class Gathered:
    """In memory."""

    def __init__(self, kind: type[np.generic]) -> None:
        self._parts: list[Array] = [np.zeros(0, kind)]

    def append(self, part: Array) -> None:
        self._parts.append(part)

    def load(self) -> Array:
        parts, self._parts = self._parts, []
        return np.concatenate(parts)

    done = load


class Spooled:
    """In a file without a name, which goes with the process."""

    def __init__(self, folder: Path, kind: type[np.generic]) -> None:
        self.dtype: np.dtype[Any] = np.dtype(kind)
        self.checksum = 0
        self._length = 0
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - as long-lived as the array

    def __len__(self) -> int:
        return self._length

    @property
    def nbytes(self) -> int:
        return self._length * self.dtype.itemsize

    def append(self, part: Array) -> None:
        raw = np.ascontiguousarray(part, self.dtype).data.cast("B") if len(part) else b""
        self.checksum = zlib.crc32(raw, self.checksum)
        self._file.write(raw)
        self._length += len(part)

    def load(self) -> Array:
        self._file.seek(0)
        whole = np.fromfile(self._file, self.dtype)
        self._file.close()
        return whole

    def done(self) -> Spooled:
        return self

    def copy(self, out: IO[bytes]) -> None:
        self._file.seek(0)
        shutil.copyfileobj(self._file, out, 1 << 20)
        self._file.close()


Packable = Mapping[str, Array | Spooled]
Grow = Callable[[type[np.generic]], Growing[Whole]]


# --- files -----------------------------------------------------------------------------------------------------------


def write_packed(path: Path, version: str, arrays: Packable) -> None:
    """Puts a whole file in place of ``path``. Raises ``OSError``; then nothing is left behind."""
    held = {name: one if isinstance(one, Spooled) else np.ascontiguousarray(one) for name, one in arrays.items()}
    handle, aside = tempfile.mkstemp(prefix=f".{path.name[:40]}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            _write(out, version, held)
            out.flush()
            os.fsync(out.fileno())
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def _write(out: IO[bytes], version: str, arrays: Packable) -> None:
    listed, at = [], 0
    for name, array in arrays.items():
        kind = array.dtype.str[1:]
        if kind not in type_names or array.dtype.byteorder == ">" or (isinstance(array, np.ndarray) and array.ndim > 1):
            raise TypeError(f"{name}: {array.dtype} cannot be packed; give numbers in one dimension")
        listed.append([name, kind, len(array), at, _checksum(array)])
        at += -(-array.nbytes // _ALIGN) * _ALIGN
    header = json.dumps({"version": version, "size": at, "arrays": listed}).encode()
    out.write(_MAGIC + struct.pack("<II", len(header), zlib.crc32(header)) + header)
    out.write(bytes(-out.tell() % _ALIGN))
    for array in arrays.values():
        if isinstance(array, Spooled):
            array.copy(out)
        else:
            out.write(array.data)
        out.write(bytes(-array.nbytes % _ALIGN))
    out.write(_END)


def _checksum(array: Array | Spooled) -> int:
    if isinstance(array, Spooled):
        return array.checksum
    return zlib.crc32(array.data.cast("B") if len(array) else b"")


def open_packed(path: Path, version: str, *, verify: bool = False) -> dict[str, Array] | None:
    """The arrays of a file, read-only and mapped; None unless it is whole and of exactly this version.

    Heading, size and end mark are checked always, the content of small files always and of any with ``verify``. A
    mapped file that is replaced or deleted meanwhile stays readable to those who hold it.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as probe:
            header, begin = _header(probe)
            if header is None or header["version"] != version or len(probe) != begin + header["size"] + len(_END):
                return None
            if probe[-len(_END) :] != _END:
                return None
            if (verify or header["size"] <= VERIFIED) and not _is_sound(file, header, begin):
                return None
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # absent, unreadable, empty
        return None
    return {
        name: np.frombuffer(mapped, type_names[kind], length, begin + at)
        for name, kind, length, at, _ in header["arrays"]
    }


def _is_sound(file: IO[bytes], header: dict[str, Any], begin: int) -> bool:
    """Read, not mapped: what is mapped counts as memory of this process."""
    for _, kind, length, at, checksum in header["arrays"]:
        file.seek(begin + at)
        left, found = length * np.dtype(type_names[kind]).itemsize, 0
        while left and (block := file.read(min(left, 1 << 20))):
            found, left = zlib.crc32(block, found), left - len(block)
        if found != checksum:
            return False
    return True


def _header(raw: mmap.mmap) -> tuple[dict[str, Any] | None, int]:
    at = len(_MAGIC)
    if raw[:at] != _MAGIC or len(raw) < at + 8:
        return None, 0
    length, checksum = struct.unpack("<II", raw[at : at + 8])
    written = raw[at + 8 : at + 8 + length]
    if length > _LARGEST_HEADER or zlib.crc32(written) != checksum:
        return None, 0
    begin = at + 8 + length
    return json.loads(written), begin + -begin % _ALIGN
