"""Taking over the ERP exports of a large catalogue, and what a worker then needs to look up in them.

    python -m benchmarks.snapshots [ITEMS] [SEED]        1000000 items unless told

The first sync judges the exports, packs them and builds the index; the second meets 100 items changed, 100 gone and 100
new; the third the same exports again. Each, and the worker, in a process of its own.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from benchmarks.catalogues import Changed, MadeCatalogue, write_exports
from benchmarks.processes import apart, memory
from connectors.erp_snapshots import SnapshotStore
from matchers.catalogue import Catalogue
from matchers.index.store import open_index

FEW, LOOK_UPS = 100, 1000


def snapshots(folder: Path) -> SnapshotStore:
    return SnapshotStore(folder / "erp", prepare=partial(open_index, folder=folder / "index"))


def sync(folder: Path, source: Path) -> tuple[float, float]:
    """Processor seconds, and the peak of memory in MB."""
    start = time.process_time()
    result = snapshots(folder).sync(source)
    assert result.accepted, result.findings
    return time.process_time() - start, memory("VmHWM")


def worker(folder: Path, skus: list[str]) -> list[float]:
    """Milliseconds to open the snapshot and its index; MB at rest before and after, and after look-ups; ms of one."""
    before = memory("VmRSS")
    start = time.process_time()
    erp = snapshots(folder).current()
    catalogue = Catalogue(erp, open_index(erp, folder / "index"))
    opened = (time.process_time() - start) * 1000
    at_rest = memory("VmRSS")
    customers = erp.customers()
    start = time.process_time()
    for n, sku in enumerate(skus):
        item = erp.item(sku)
        assert item is not None and catalogue.near_codes(sku, 2)
        assert erp.stock(sku) and len(erp.prices(sku, customers[n])) <= 2
    took = (time.process_time() - start) * 1000 / len(skus)
    return [opened, before, at_rest, memory("RssAnon"), memory("VmRSS"), took]


def row(name: str, value: str) -> None:
    print(f"{name:60} {value}", flush=True)


def main(count: int, seed: int) -> None:
    with tempfile.TemporaryDirectory(prefix="po-intake-") as kept:
        folder, source = Path(kept), Path(kept, "exports")
        items = MadeCatalogue(count, seed).items()
        write_exports(items, source)
        skus = random.Random(seed).sample(range(count), LOOK_UPS)
        asked = [items.skus[at] for at in skus]
        row("items; megabytes of exports", f"{count}; {size(source):.0f}")
        synced("first sync", folder, source)
        row("on disk, MB: columns; index", f"{size(folder / 'erp', '*.packed'):.0f}; {size(folder / 'index'):.0f}")
        opened = apart(lambda: worker(folder, asked))
        row("a worker opens snapshot and index, ms", f"{opened[0]:.1f}")
        row("  MB before, after", f"{opened[1]:.0f}, {opened[2]:.0f}")
        row("  MB after 1000 look-ups, of them its own", f"{opened[4]:.0f}, {opened[3]:.0f}")
        row("  item, near codes, stock and prices of one number, ms", f"{opened[5]:.2f}")
        write_exports(Changed(items, FEW), source)
        synced("sync of few changes", folder, source)
        synced("sync of no change", folder, source)


def synced(name: str, folder: Path, source: Path) -> None:
    seconds, peak = apart(lambda: sync(folder, source))
    row(f"{name}: seconds; peak of memory, MB", f"{seconds:.1f}; {peak:.0f}")


def size(folder: Path, pattern: str = "*") -> float:
    return sum(path.stat().st_size for path in folder.rglob(pattern) if path.is_file()) / 1e6


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, int(sys.argv[2]) if len(sys.argv) > 2 else 5)
