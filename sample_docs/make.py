"""Makes samples: ``python -m sample_docs.make --random N --seed S --out DIR [--scans]`` writes documents nobody has
tuned to, with their truth beside them, and the ERP exports they belong to."""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

from sample_docs.generator.look import make_look
from sample_docs.generator.orders import LINE_SCENARIOS, ORDER_SCENARIOS, make_order
from sample_docs.generator.sample import FORMATS, draw
from sample_docs.generator.world import build_world, write_exports

CLEAN_SHARE = 0.6


def make_random(count: int, seed: int, out: Path, *, scans: bool = False) -> None:
    """``out/docs``, ``out/truth`` and ``out/erp``; the same seed gives the same files. ``scans``: paper only."""
    world = build_world()
    for name in ("docs", "truth"):
        (out / name).mkdir(parents=True, exist_ok=True)
    write_exports(world, out / "erp", [])
    for n in range(count):
        rng = random.Random(f"{seed}/{n}")
        wrong = None if rng.random() < CLEAN_SHARE else rng.choice(ORDER_SCENARIOS + LINE_SCENARIOS)
        order = make_order(rng, world, wrong=wrong)
        look = make_look(rng, order)
        sample = draw(order, look, "scan" if scans else rng.choice(FORMATS), seed=seed * 1000 + n)
        name = f"doc_{n:04d}.{sample.suffix}"
        (out / "docs" / name).write_bytes(sample.content)
        write_truth(out / "truth" / f"doc_{n:04d}.json", sample.truth(name))


def write_truth(path: Path, truth: Any) -> None:
    path.write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, metavar="N", required=True, help="how many documents")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scans", action="store_true", help="paper only: scanned, faxed, photographed")
    arguments = parser.parse_args()
    make_random(arguments.random, arguments.seed, arguments.out, scans=arguments.scans)


if __name__ == "__main__":
    main()
