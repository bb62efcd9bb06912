"""Looking up items in a large catalogue, beside rapidfuzz over the whole of it and PostgreSQL's pg_trgm.

    python -m benchmarks.matching [ITEMS] [SEED] [--alone]      1000000 items unless told; --alone: without the others

Damaged codes are compared with ``extractOne`` by Levenshtein distance over the same folded codes; descriptions with
swapped, dropped and shortened words with ``extractOne`` by WRatio. The best found is compared with that of a look at
everything: for codes all codes at the least distance, for descriptions the largest sum of weights, counted from what
every single item holds. Processor time is measured, so that a busy machine does not blur it. Files are built in
processes of their own, so that their peak of memory is that of the build.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from benchmarks.catalogues import Changed, MadeCatalogue, MadeItems
from benchmarks.damage import OF_CODES, OF_DESCRIPTIONS, Damage
from benchmarks.processes import apart, memory
from benchmarks.trigrams import Trigrams, private_server, programs
from matchers.catalogue import Catalogue
from matchers.codes import confusion_key
from matchers.index.store import open_index
from matchers.tokens import tokens
from pipeline.interfaces import Erp

CODES, DESCRIPTIONS = 2400, 600  # looked up and compared with everything
TIMED_CODES, TIMED_DESCRIPTIONS = 20, 10  # given to extractOne, which takes a tenth of a second and two seconds
ASKED_SERVER = 200
CHANGED = 100
AT_ONCE = 8192  # codes of the catalogue compared at once with all asked for


class Later:
    """The catalogue after some changes."""

    def __init__(self, items: MadeItems) -> None:
        self._items, self.items_version = items, "later"

    def items(self) -> MadeItems:
        return self._items


def build(erp: object, folder: Path) -> tuple[float, float, float]:
    """Processor seconds, and the peak of memory before and after in MB."""
    before = memory("VmHWM")
    start = time.process_time()
    open_index(cast(Erp, erp), folder)
    return time.process_time() - start, before, memory("VmHWM")


def timed(work: Callable[[str], object], asked: Sequence[str]) -> list[float]:
    """Milliseconds of each, ascending."""
    took = []
    for one in asked:
        start = time.thread_time()
        work(one)
        took.append((time.thread_time() - start) * 1000)
    return sorted(took)


def damaged(meant: Sequence[str], ways: Mapping[str, Damage], rng: random.Random) -> list[tuple[str, str]]:
    """(way, text) of each, the ways in turn."""
    names = list(ways)
    return [(names[n % len(names)], ways[names[n % len(names)]](text, rng)) for n, text in enumerate(meant)]


# --- codes -----------------------------------------------------------------------------------------------------------


def codes(catalogue: Catalogue, asked: list[tuple[str, str]]) -> None:
    look_up: Callable[[str], object] = lambda code: catalogue.near_codes(code, 2)  # noqa: E731
    took = timed(look_up, [code for _, code in asked])
    row("damaged code, p50 / p99 ms", shown(took))


def codes_beside_everything(catalogue: Catalogue, asked: list[tuple[str, str]]) -> None:
    keys = sorted({confusion_key(c) for item in catalogue.items for c in (item.sku, item.mpn) if c})
    some = [code for _, code in asked[:TIMED_CODES]]
    full = timed(lambda c: process.extractOne(confusion_key(c), keys, scorer=Levenshtein.distance), some)
    ours = timed(lambda c: catalogue.near_codes(c, 2), some)
    row("  extractOne, folded Levenshtein, p50 ms", f"{statistics.median(full):.0f}")
    row("  times faster (p50)", f"{statistics.median(full) / statistics.median(ours):.0f}")
    wanted = [confusion_key(code) for _, code in asked]
    pairs = zip(nearest(wanted, keys), wanted, strict=True)
    by_way(
        "  all nearest are those of the full scan",
        [way for way, _ in asked],
        [n == found(catalogue, k) for n, k in pairs],
    )


def nearest(wanted: Sequence[str], keys: Sequence[str]) -> list[set[str]]:
    """Of each, all codes at the least distance, if that is 2 or less; every code is compared with every one."""
    within: list[dict[str, int]] = [{} for _ in wanted]
    for low in range(0, len(keys), AT_ONCE):
        some = keys[low : low + AT_ONCE]
        distances = process.cdist(some, wanted, scorer=Levenshtein.distance, score_cutoff=2, dtype=np.uint8)
        for key, one in np.argwhere(distances <= 2):
            within[one][some[key]] = int(distances[key, one])
    least = (min(near.values(), default=0) for near in within)
    return [{key for key, far in near.items() if far == best} for near, best in zip(within, least, strict=True)]


def found(catalogue: Catalogue, key: str) -> set[str]:
    near = catalogue._near.within(key, 2)
    return {catalogue._folded[at] for distance, at in near if distance == near[0][0]}


# --- descriptions ----------------------------------------------------------------------------------------------------


def descriptions(catalogue: Catalogue, asked: list[tuple[str, str]], meant: Sequence[str]) -> None:
    took = timed(lambda text: best_of(catalogue, text), [text for _, text in asked])
    row("description, p50 / p99 ms", shown(took))
    best = [best_of(catalogue, text) for _, text in asked]
    same = [
        whose is not None and whose == full_sum(catalogue, text) for whose, (_, text) in zip(best, asked, strict=True)
    ]
    by_way("  best is that of the full sum of weights", [way for way, _ in asked], same)
    right = [whose == text for whose, text in zip(best, meant, strict=True)]
    by_way("  best is the item meant", [way for way, _ in asked], right)


def best_of(catalogue: Catalogue, text: str) -> str | None:
    """Its description."""
    overlaps = catalogue.overlaps(sorted(catalogue.spelled(tokens.__wrapped__(text))))
    return overlaps[0].item.description if overlaps else None


def full_sum(catalogue: Catalogue, text: str) -> str:
    """The description of the item with the largest sum of weights, of equals the first; all items looked at."""
    index = catalogue._index
    worth = np.zeros(len(catalogue._weights) + 1, np.int64)
    for token in catalogue.spelled(tokens(text)):
        place = catalogue._place(token)
        if place is not None:
            worth[place] = catalogue._weights[place]
    gained = np.concatenate(([0], np.cumsum(worth[index["tokens.flat"]])))
    first = index["tokens.first"]
    return catalogue.items[int((gained[first[1:]] - gained[first[:-1]]).argmax())].description


def descriptions_beside_everything(catalogue: Catalogue, asked: list[tuple[str, str]]) -> None:
    texts = [item.description for item in catalogue.items]
    some = [text for _, text in asked[:TIMED_DESCRIPTIONS]]
    scores: dict[str, float] = {}

    def whole(text: str) -> None:
        scores[text] = process.extractOne(text, texts, scorer=fuzz.WRatio)[1]

    full, ours = timed(whole, some), timed(lambda text: best_of(catalogue, text), some)
    row("  extractOne, WRatio, p50 ms", f"{statistics.median(full):.0f}")
    row("  times faster (p50)", f"{statistics.median(full) / statistics.median(ours):.0f}")
    alike = sum(fuzz.WRatio(text, best_of(catalogue, text) or "") >= scores[text] for text in some)
    row("  our best is one WRatio finds best", f"{alike} of {len(some)}")


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


def trigrams(items: MadeItems, coded: list[tuple[str, str]], described: list[tuple[str, str]]) -> None:
    installed = programs()
    if installed is None:
        row("pg_trgm", "PostgreSQL is not installed")
        return
    with private_server(installed, "shared_buffers=1GB", "maintenance_work_mem=1GB") as url:
        server = Trigrams(url)
        keys = sorted({confusion_key(c) for texts in (items.skus, items.mpns) for c in texts})
        built = server.add("codes", keys)
        _, used, waited = server.best("codes", [confusion_key(code) for _, code in coded[:ASKED_SERVER]])
        row("pg_trgm, damaged code: build s, mean ms, p50 waited", f"{built:.0f}, {used:.1f}, {middle(waited):.1f}")
        built = server.add("descriptions", items.descriptions)
        _, used, waited = server.best("descriptions", [text for _, text in described[: ASKED_SERVER // 4]])
        row("pg_trgm, description: build s, mean ms, p50 waited", f"{built:.0f}, {used:.1f}, {middle(waited):.1f}")


# --- the run ---------------------------------------------------------------------------------------------------------


def middle(ascending: Sequence[float]) -> float:
    return ascending[len(ascending) // 2]


def shown(took: Sequence[float]) -> str:
    return f"{middle(took):.2f} / {took[len(took) * 99 // 100]:.2f}"


def by_way(name: str, ways: Sequence[str], hits: Sequence[bool]) -> None:
    """The sum, and each way's own."""
    row(name, f"{sum(hits)} of {len(hits)} ({100 * sum(hits) / len(hits):.2f} %)")
    for way in dict.fromkeys(ways):
        own = [hit for hit, other in zip(hits, ways, strict=True) if other == way]
        row(f"    {way}", f"{sum(own)} of {len(own)}")


def row(name: str, value: str) -> None:
    print(f"{name:54} {value}", flush=True)


def built(erp: MadeCatalogue, folder: Path) -> None:
    seconds, before, after = apart(lambda: build(erp, folder))
    row("items", f"{len(erp.items())}")
    row("build, seconds", f"{seconds:.0f}")
    row("  peak of memory, MB; before it", f"{after:.0f}; {before:.0f}")
    row("  on disk, MB", f"{sum(path.stat().st_size for path in folder.glob('items-*')) / 1e6:.0f}")


def updated(erp: MadeCatalogue, folder: Path) -> None:
    later = Later(Changed(erp.items(), CHANGED))
    seconds, _, after = apart(lambda: build(later, folder))
    row(f"{CHANGED} gone, {CHANGED} new: seconds; peak of memory, MB", f"{seconds:.0f}; {after:.0f}")


def opened(erp: MadeCatalogue, folder: Path) -> Catalogue:
    start = time.thread_time()
    catalogue = Catalogue(cast(Erp, erp), open_index(cast(Erp, erp), folder))
    row("open, ms", f"{(time.thread_time() - start) * 1000:.1f}")
    start = time.thread_time()
    catalogue.overlaps(("steel",))
    row("first description after it, ms", f"{(time.thread_time() - start) * 1000:.1f}")
    return catalogue


def main(count: int, seed: int, *, alone: bool) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="po-intake-") as kept:
        erp = MadeCatalogue(count, seed)
        items = erp.items()
        built(erp, Path(kept))
        catalogue = opened(erp, Path(kept))
        chosen = [rng.choice((items.skus, items.mpns))[at] for at in rng.sample(range(count), CODES)]
        coded = damaged(chosen, OF_CODES, rng)
        meant = [items.descriptions[at] for at in rng.sample(range(count), DESCRIPTIONS)]
        described = damaged(meant, OF_DESCRIPTIONS, rng)
        codes(catalogue, coded)
        descriptions(catalogue, described, meant)
        if alone:
            return
        codes_beside_everything(catalogue, coded)
        descriptions_beside_everything(catalogue, described)
        updated(erp, Path(kept))
        trigrams(items, coded, described)


if __name__ == "__main__":
    told = [word for word in sys.argv[1:] if word != "--alone"]
    main(int(told[0]) if told else 1_000_000, int(told[1]) if told[1:] else 5, alone="--alone" in sys.argv)
