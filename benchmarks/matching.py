"""Looking up items in a large catalogue, beside rapidfuzz over the whole of it.

    python -m benchmarks.matching [ITEMS] [SEED]        1000000 items unless told

Codes are damaged by one or two edits, look-alikes or lost separators and compared with ``extractOne`` by Levenshtein
distance over the same folded codes; descriptions lose, swap and shorten words and are compared with ``extractOne`` by
WRatio. Processor time is measured, so that a busy machine does not blur it. The file is built in a process of its own,
so that its peak of memory is that of the build.
"""

from __future__ import annotations

import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import cast

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from benchmarks.catalogues import MadeCatalogue
from matchers.catalogue import Catalogue
from matchers.codes import confusion_key
from matchers.index.store import open_index
from matchers.tokens import tokens
from pipeline.interfaces import Erp

LOOK_UPS, FULL_CODES, FULL_DESCRIPTIONS = 1000, 20, 5
LOOK_ALIKES = str.maketrans("OIZSBG", "012586")


def build(erp: MadeCatalogue, folder: Path) -> tuple[float, float, float]:
    """Seconds, and the peak of memory before and after in MB."""
    before = peak()
    start = time.thread_time()
    open_index(cast(Erp, erp), folder)
    return time.thread_time() - start, before, peak()


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(work: Callable[[str], object], asked: Sequence[str]) -> list[float]:
    """Milliseconds of each, ascending."""
    took = []
    for one in asked:
        start = time.thread_time()
        work(one)
        took.append((time.thread_time() - start) * 1000)
    return sorted(took)


def damaged(code: str, rng: random.Random) -> str:
    kind = rng.randrange(3)
    if kind == 0:
        return code.replace("-", "")
    if kind == 1:
        return code.translate(LOOK_ALIKES)
    letters = list(code)
    for _ in range(rng.choice((1, 2))):
        at = rng.randrange(len(letters))
        letters[at] = rng.choice(("", rng.choice("0123456789ABCX"), letters[at] * 2))
    return "".join(letters)


def reworded(description: str, rng: random.Random) -> str:
    words = description.split()
    kind = rng.randrange(3)
    if kind == 0:
        del words[rng.randrange(len(words))]
    elif kind == 1:
        rng.shuffle(words)
    else:
        words = [word[:4] if word.isalpha() and len(word) > 6 and rng.random() < 0.5 else word for word in words]
    return " ".join(words)


def codes(catalogue: Catalogue, meant: Sequence[str], rng: random.Random) -> None:
    asked = [damaged(code, rng) for code in meant]
    took = timed(lambda code: catalogue.near_codes(code, 2), asked)
    row("damaged code, p50 / p99 ms", f"{took[len(took) // 2]:.2f} / {took[len(took) * 99 // 100]:.2f}")
    keys = sorted({confusion_key(code) for item in catalogue.items for code in (item.sku, item.mpn) if code})
    some = asked[:FULL_CODES]
    best: dict[str, int] = {}

    def whole(code: str) -> None:
        best[code] = int(process.extractOne(confusion_key(code), keys, scorer=Levenshtein.distance)[1])

    full = timed(whole, some)
    row("  extractOne, folded Levenshtein, p50 ms", f"{statistics.median(full):.0f}")
    row(
        "  times faster (p50)",
        f"{statistics.median(full) / statistics.median(timed(lambda c: catalogue.near_codes(c, 2), some)):.0f}",
    )
    near = [min(catalogue.near_codes(code, 2).values(), default=3) for code in some]
    same = sum(found == min(best[code], 3) for found, code in zip(near, some, strict=True))
    row("  same best distance as the full scan", f"{same} of {len(some)}")


def descriptions(catalogue: Catalogue, meant: Sequence[str], rng: random.Random) -> None:
    asked = [reworded(text, rng) for text in meant]

    def look_up(text: str) -> object:
        return catalogue.overlaps(sorted(catalogue.spelled(tokens.__wrapped__(text))))

    took = timed(look_up, asked)
    row("description, p50 / p99 ms", f"{took[len(took) // 2]:.2f} / {took[len(took) * 99 // 100]:.2f}")
    best = [catalogue.overlaps(sorted(catalogue.spelled(tokens(text))))[:1] for text in asked]
    hits = sum(bool(top) and set(tokens(text)) <= top[0].tokens for top, text in zip(best, meant, strict=True))
    row("  best holds all tokens of the item meant", f"{hits} of {len(asked)}")
    texts = [item.description for item in catalogue.items]
    some = asked[:FULL_DESCRIPTIONS]
    full = timed(lambda text: process.extractOne(text, texts, scorer=fuzz.WRatio), some)
    row("  extractOne, WRatio, p50 ms", f"{statistics.median(full):.0f}")
    row("  times faster (p50)", f"{statistics.median(full) / statistics.median(timed(look_up, some)):.0f}")
    row("  same best weight as the full sum", f"{sum(same_as_full(catalogue, text) for text in asked[:100])} of 100")


def same_as_full(catalogue: Catalogue, text: str) -> bool:
    """Whether the best has the largest sum of weights, all items looked at."""
    said = set(catalogue.spelled(tokens(text)))
    index = catalogue._index
    sums = np.zeros(len(catalogue.items), np.int64)
    for token in said:
        place = catalogue._place(token)
        if place is not None:
            held = index["tokens.items"][index["tokens.starts"][place] : index["tokens.starts"][place + 1]]
            sums[held] += catalogue._weights[place]
    found = catalogue.overlaps(sorted(said))
    return bool(found) and found[0].item == catalogue.items[int(sums.argmax())]


def row(name: str, value: str) -> None:
    print(f"{name:44} {value}", flush=True)


def main(count: int, seed: int) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        erp = MadeCatalogue(count, seed)
        with get_context("fork").Pool(1) as child:
            seconds, before, after = child.apply(build, (erp, folder))
        row("items", f"{count}")
        row("build, seconds", f"{seconds:.0f}")
        row("  peak of memory, MB; the items alone", f"{after:.0f}; {before:.0f}")
        row("  on disk, MB", f"{sum(path.stat().st_size for path in folder.iterdir()) / 1e6:.0f}")
        start = time.thread_time()
        catalogue = Catalogue(cast(Erp, erp), open_index(cast(Erp, erp), folder))
        row("open, ms", f"{(time.thread_time() - start) * 1000:.1f}")
        start = time.thread_time()
        catalogue.overlaps(("steel",))
        row("first description after it, ms", f"{(time.thread_time() - start) * 1000:.1f}")
        columns = erp.items().columns
        codes(catalogue, rng.sample([*columns.skus, *columns.mpns], LOOK_UPS), rng)
        descriptions(catalogue, rng.sample(columns.descriptions, LOOK_UPS), rng)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, int(sys.argv[2]) if len(sys.argv) > 2 else 5)
