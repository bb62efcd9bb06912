"""Which of many short texts are within two edits of a given one, without comparing with all of them.

Two texts a distance of k apart have a text in common that deleting up to k characters from each leaves (Bocek, Hunt,
Stiller 2007, "Fast Similarity Search in Large Dictionaries"). So each text is filed under all that deleting up to two
characters leaves of it, and looked for under the same. Of a long text only ``WINDOW`` characters at one end count: what
is left of the windows of two texts within k edits agrees after k deletions as well.

Entries lie in buckets by hash, ordered by (bucket, fingerprint, text); 5 bytes an entry, not the strings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from pipeline.packed import POWERS, Array, Arrays, Grow, Texts, Whole, mixed, slices, summed

WINDOW = 10
DELETED = 2
_ENTRIES_A_BUCKET = 4
_PRINT_BITS, _ID_BITS = np.uint64(8), np.uint64(28)  # of a sorted entry; what is above is the bucket
_MOST_BITS = 28
_TEXTS_AT_ONCE = 1 << 15  # some 50 variants each
_SORTED_AT_ONCE = 8_000_000  # 64 MB
_SAMPLE = 200_000
_SHORTER = np.uint64(pow(int(POWERS[0]), -1, 2**64))  # moves what stands behind a deleted character one place ahead
_SHORTER_BY_TWO = np.uint64(pow(int(POWERS[0]), -2, 2**64))

U64 = npt.NDArray[np.uint64]


class Neighbours:
    """Finds among ``texts``. The arrays are those of ``neighbour_arrays``."""

    def __init__(self, texts: Texts, arrays: Arrays, name: str) -> None:
        self._texts = texts
        self._starts = arrays[f"{name}.starts"]
        self._prints, self._ids = arrays[f"{name}.prints"], arrays[f"{name}.ids"]
        bits, at_end = (int(n) for n in arrays[f"{name}.form"])
        self._bits, self._at_end = np.uint64(bits), bool(at_end)

    def within(self, text: str, edits: int) -> list[tuple[int, int]]:
        """(Levenshtein distance, position) of every text at most ``edits`` (0..2) edits away, nearest first."""
        return sorted(
            (distance, at)
            for at, other in self.candidates(text, edits)
            if (distance := Levenshtein.distance(text, other, score_cutoff=edits)) <= edits
        )

    def candidates(self, text: str, deleted: int = DELETED) -> list[tuple[int, str]]:
        """Every text that shares what so many deletions here and two there leave: few, but not all of them are near."""
        variants = np.unique(_variants(_matrix([_window(text, self._at_end)]), deleted))
        tops = _tops(variants, self._bits)
        buckets = (tops >> _PRINT_BITS).astype(np.int64)
        begins = self._starts[buckets].astype(np.int64)
        counts = self._starts[buckets + 1].astype(np.int64) - begins
        places = slices(begins, counts)
        alike = self._prints[places] == np.repeat(tops.astype(np.uint8), counts)
        ids = np.unique(self._ids[places[alike]])
        return list(zip(ids.tolist(), self._texts.many(ids), strict=True))


class Scan:
    """Finds the same by comparing with all texts."""

    def __init__(self, texts: Texts) -> None:
        self._texts = list(texts)

    def within(self, text: str, edits: int) -> list[tuple[int, int]]:
        hits = process.extract(text, self._texts, scorer=Levenshtein.distance, score_cutoff=edits, limit=None)
        return sorted((int(distance), at) for _, distance, at in hits)


def neighbour_arrays(texts: Texts, name: str, grow: Grow[Whole]) -> dict[str, Array | Whole]:
    """A pure function of the texts; ``grow`` says where the largest arrays are made."""
    form = _form_of(texts)
    spans = _spans(form.bits, form.most)
    parts = [grow(np.uint64) for _ in spans]
    shift = np.uint64(int(form.bits) - len(spans).bit_length() + 1) + _PRINT_BITS + _ID_BITS
    for entries in _all_entries(texts, np.arange(len(texts)), form):
        part = (entries >> shift).astype(np.uint16)
        order = np.argsort(part, kind="stable")
        edges = summed(np.bincount(part, minlength=len(spans)))
        for at, growing in enumerate(parts):
            growing.append(entries[order[edges[at] : edges[at + 1]]])
    return _packed((_sorted(part.load()) for part in parts), spans, form, name, grow)


def merged_arrays(
    texts: Texts, added: Array, old: Arrays, old_to_new: Array, name: str, grow: Grow[Whole]
) -> dict[str, Array | Whole] | None:
    """The same out of the arrays of earlier texts: ``added`` are the places of new texts, ``old_to_new`` gives for each
    old text, in unchanged order, its place now (-1: gone). None where the form is another now."""
    form = _form_of(texts)
    if form.array().tolist() != old[f"{name}.form"].tolist():
        return None
    spans = _spans(form.bits, max(form.most, len(old[f"{name}.ids"])))
    fresh = _sorted(np.concatenate([np.zeros(0, np.uint64), *_all_entries(texts, added, form)]))
    merged = (_merged(old, name, old_to_new, fresh, span) for span in spans)
    return _packed(merged, spans, form, name, grow)


def _spans(bits: np.uint64, entries: int) -> list[tuple[int, int]]:
    """Buckets in so many equal spans, a power of two, that few enough entries are sorted at once."""
    parts = min(2 ** int(bits), 2 ** max(0, int(np.ceil(np.log2(max(1, entries) / _SORTED_AT_ONCE)))))
    width = 2 ** int(bits) // parts
    return [(low, low + width) for low in range(0, 2 ** int(bits), width)]


def _merged(old: Arrays, name: str, old_to_new: Array, fresh: U64, span: tuple[int, int]) -> U64:
    starts, prints, ids = (old[f"{name}.{part}"] for part in ("starts", "prints", "ids"))
    begin, end = int(starts[span[0]]), int(starts[span[1]])
    places = old_to_new[ids[begin:end]]
    counts: Array = np.diff(starts[span[0] : span[1] + 1].astype(np.int64))
    buckets = np.repeat(np.arange(*span, dtype=np.uint64), counts)
    tops = (buckets << _PRINT_BITS) | prints[begin:end]
    kept = ((tops << _ID_BITS) | np.maximum(places, 0).astype(np.uint64))[places >= 0]
    first, last = np.searchsorted(fresh >> (_PRINT_BITS + _ID_BITS), span)
    new = fresh[first:last]
    return np.insert(kept, np.searchsorted(kept, new), new)


def _packed(
    parts: Iterator[U64], spans: list[tuple[int, int]], form: _Form, name: str, grow: Grow[Whole]
) -> dict[str, Array | Whole]:
    prints, ids = grow(np.uint8), grow(np.uint32)
    starts = grow(np.uint32 if form.most < 2**32 else np.uint64)
    starts.append(np.zeros(1, np.uint32))
    total = 0
    for part, (low, high) in zip(parts, spans, strict=True):
        ids.append((part & np.uint64(2 ** int(_ID_BITS) - 1)).astype(np.uint32))
        part >>= _ID_BITS
        prints.append(part.astype(np.uint8))
        part >>= _PRINT_BITS
        counts = np.bincount(part.astype(np.int64) - low, minlength=high - low)
        starts.append((total + np.cumsum(counts)).astype(np.uint64 if form.most >= 2**32 else np.uint32))
        total += len(part)
        del part
    made = {"starts": starts.done(), "prints": prints.done(), "ids": ids.done()}
    return {f"{name}.form": form.array(), **{f"{name}.{key}": array for key, array in made.items()}}


# --- variants --------------------------------------------------------------------------------------------------------


def _sorted(entries: U64) -> U64:
    entries.sort()
    return entries


def _all_entries(texts: Texts, places: Array, form: _Form) -> Iterator[U64]:
    """The entries of the texts at these places, some texts at a time, in no order."""
    for begin in range(0, len(places), _TEXTS_AT_ONCE):
        some = places[begin : begin + _TEXTS_AT_ONCE]
        for of_length, window in _by_length([_window(text, form.at_end) for text in texts.many(some)]):
            tops, owners = _entries(window, some[of_length], form.bits)
            yield (tops << _ID_BITS) | owners


def _entries(window: U64, owners: Array, bits: np.uint64) -> tuple[U64, U64]:
    variants = _variants(window, DELETED)
    once = _each_once(window)
    repeated = np.broadcast_to(owners.astype(np.uint64)[:, None], variants.shape)
    return _tops(variants[once], bits), repeated[once]


def _by_length(windows: list[str]) -> Iterator[tuple[Array, U64]]:
    """Positions of the windows of each length, and these windows as a matrix of characters."""
    lengths = np.fromiter(map(len, windows), np.int64, len(windows))
    for length in np.unique(lengths):
        at = np.flatnonzero(lengths == length)
        yield at, _matrix([windows[i] for i in at])


def _matrix(windows: list[str]) -> U64:
    raw = "".join(windows).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(raw, np.uint32).reshape(len(windows), -1).astype(np.uint64)


def _window(text: str, at_end: bool) -> str:
    return text[-WINDOW:] if at_end else text[:WINDOW]


def _variants(window: U64, deleted: int) -> U64:
    """Sums of what up to so many deletions leave of each row: nothing deleted, then one, then two characters."""
    length = window.shape[1]
    ahead = np.zeros((len(window), length + 1), np.uint64)
    np.cumsum(window * POWERS[:length], axis=1, out=ahead[:, 1:])
    whole = ahead[:, -1:]
    columns = [whole]
    one, first, second = _deletions(length)
    if deleted >= 1:
        columns.append(ahead[:, one] + (whole - ahead[:, one + 1]) * _SHORTER)
    if deleted >= 2:
        between = (ahead[:, second] - ahead[:, first + 1]) * _SHORTER
        columns.append(ahead[:, first] + between + (whole - ahead[:, second + 1]) * _SHORTER_BY_TWO)
    return np.concatenate(columns, axis=1)


def _each_once(window: U64) -> npt.NDArray[np.bool_]:
    """Of deletions that leave the same because equal characters stand side by side, only the last."""
    one, first, second = _deletions(window.shape[1])
    doubled = np.zeros(window.shape, bool)
    doubled[:, :-1] = window[:, 1:] == window[:, :-1]
    pairs = ~doubled[:, second] & (~doubled[:, first] | (second == first + 1))
    return np.concatenate((np.ones((len(window), 1), bool), ~doubled[:, one], pairs), axis=1)


@cache
def _deletions(length: int) -> tuple[Array, Array, Array]:
    pairs = np.array(list(combinations(range(length), 2)), np.int64).reshape(-1, 2)
    return np.arange(length), pairs[:, 0], pairs[:, 1]


def _tops(variants: U64, bits: np.uint64) -> U64:
    """Bucket and, below it, fingerprint."""
    tops: U64 = mixed(variants) >> (np.uint64(64) - bits - _PRINT_BITS)
    return tops


def _better_end(texts: Texts) -> bool:
    """Whether texts differ more in their last characters than in their first: there they are looked at."""
    step = max(1, len(texts) // _SAMPLE)
    some = texts[::step]
    return len({_window(text, True) for text in some}) >= len({_window(text, False) for text in some})


@dataclass(frozen=True, slots=True)
class _Form:
    """``most`` bounds the number of entries."""

    bits: np.uint64
    at_end: bool
    most: int

    def array(self) -> Array:
        return np.array([int(self.bits), int(self.at_end)], np.uint32)


def _form_of(texts: Texts) -> _Form:
    lengths = np.minimum(texts.lengths(), WINDOW)
    most = int((1 + lengths + lengths * (lengths - 1) // 2).sum())
    buckets = max(1.0, most / _ENTRIES_A_BUCKET)
    bits = np.uint64(min(_MOST_BITS, int(np.ceil(np.log2(buckets)))))
    return _Form(bits, _better_end(texts), most)
