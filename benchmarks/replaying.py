"""Replaying recorded orders beside deciding the same orders in memory, without a database.

    python -m benchmarks.replaying [ORDERS]        10000 orders unless told

The orders are those of the sample generator (about six lines each, two in five with something wrong), recorded in a
workspace of their own. Processor time of one core; what the workspace costs to fill is not counted.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

from flows import wiring
from flows.replay import replay
from flows.settings import load_settings
from flows.workspace import init_workspace
from pipeline.history import MemoryHistory
from pipeline.model import Document, MailKey, Order
from pipeline.run import Deciders, MessageReading, MessageResult, Reading, decide_message, sha256_of
from sample_docs.generator.look import make_look
from sample_docs.generator.orders import LINE_SCENARIOS, ORDER_SCENARIOS, make_order
from sample_docs.generator.truth import order_of, truth_json
from sample_docs.generator.world import build_world, write_exports
from store import Store, open_store

WRONG_SHARE = 0.4
TODAY = date(2026, 11, 16)


def orders(count: int) -> Iterator[Order]:
    world = build_world()
    for n in range(count):
        rng = random.Random(f"replay/{n}")
        wrong = rng.choice(ORDER_SCENARIOS + LINE_SCENARIOS) if rng.random() < WRONG_SHARE else None
        made = make_order(rng, world, wrong=wrong)
        look = make_look(rng, made)
        yield order_of(truth_json(made, look.prints, {}, look.codes))


def readings(count: int) -> Iterator[MessageReading]:
    for n, order in enumerate(orders(count)):
        content = f"order {n}".encode()
        document = Document(sha256_of(content), f"{n}.txt", "text/plain", content)
        yield MessageReading(document.sha256, None, (Reading(document, (order,)),))


def record(store: Store, deciders: Deciders, count: int) -> float:
    """Fills the database; returns the seconds that deciding alone took."""
    took = 0.0
    for n, reading in enumerate(readings(count)):
        store.receive(MailKey("made", "INBOX", 1, n), reading.sha256, 1)
        claim = store.claim("benchmark")
        assert claim is not None
        start = time.thread_time()
        decisions = decide_message(reading, deciders, TODAY)
        took += time.thread_time() - start
        store.record_result(claim, MessageResult(reading, decisions), store.history().mark)
    return took


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        init_workspace(workspace, {})
        write_exports(build_world(), workspace / "erp", [])
        settings = load_settings(workspace)
        erp, policies = wiring.load_erp(workspace / "erp"), wiring.load_policies()
        with closing(open_store(settings.database)) as store:
            in_memory = record(store, wiring.deciders(erp, MemoryHistory(), policies), count)
            start = time.thread_time()
            done = list(replay(store, date(2020, 1, 1), lambda history: wiring.deciders(erp, history, policies)))
            replayed = time.thread_time() - start
    flips = sum(one.flip is not None for one in done)
    lines = sum(len(one.recorded.first.lines) for one in done)
    print(f"{len(done)} orders, {lines} lines; {flips} decisions would change (0 expected)")
    print(f"decided in memory {in_memory:.1f} s, replayed {replayed:.1f} s: {replayed / in_memory:.2f} times as long")
    print(f"{replayed / max(len(done), 1) * 1000:.1f} ms an order")


if __name__ == "__main__":
    main()
