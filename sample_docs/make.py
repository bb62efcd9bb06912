"""Makes samples.

``python -m sample_docs.make`` writes the shipped set anew: mails/, documents/, erp/ and README.md, byte for byte
the same every time. Files that people dropped into the folders stay as they are.

``python -m sample_docs.make --random N --seed S --out DIR [--scans | --hard]`` writes documents nobody has tuned to,
with their truth beside them, and the ERP exports they belong to.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

from sample_docs.generator.kinds import HARD, make_hard
from sample_docs.generator.look import make_look
from sample_docs.generator.orders import LINE_SCENARIOS, ORDER_SCENARIOS, make_order
from sample_docs.generator.readme import readme
from sample_docs.generator.sample import FORMATS, draw
from sample_docs.generator.shipped_documents import documents
from sample_docs.generator.shipped_mails import mails
from sample_docs.generator.world import build_world, write_exports

CLEAN_SHARE = 0.6
HERE = Path(__file__).parent


def make_shipped(out: Path) -> None:
    """``out/mails``, ``out/documents``, ``out/erp`` and ``out/README.md``."""
    world = build_world()
    write_exports(world, out / "erp", [])
    for folder, made in (("mails", mails(world)), ("documents", documents(world))):
        (out / folder).mkdir(parents=True, exist_ok=True)
        for name, content, golden in made:
            path = out / folder / name
            path.write_bytes(content)
            write_json(path.with_suffix(".json"), golden)
    (out / "README.md").write_text(readme(), encoding="utf-8")


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
        write_json(out / "truth" / f"doc_{n:04d}.json", sample.truth(name))


def make_random_hard(count: int, seed: int, out: Path) -> None:
    """Like ``make_random``, in the forms of ``hard.py``, one after the other."""
    world = build_world()
    for name in ("docs", "truth"):
        (out / name).mkdir(parents=True, exist_ok=True)
    write_exports(world, out / "erp", [])
    for n in range(count):
        kind = list(HARD)[n % len(HARD)]
        made = make_hard(kind, random.Random(f"hard/{seed}/{n}"), world)
        (out / "docs" / f"doc_{n:04d}.pdf").write_bytes(made.content)
        write_json(out / "truth" / f"doc_{n:04d}.json", made.truths if len(made.truths) > 1 else made.truths[0])


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--random", type=int, metavar="N", help="how many documents; without it the shipped set is made"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="where to (default: this package's folder)")
    parser.add_argument("--hard", action="store_true", help="only the forms that break readers")
    parser.add_argument("--scans", action="store_true", help="paper only: scanned, faxed, photographed")
    arguments = parser.parse_args()
    if arguments.random is None:
        make_shipped(arguments.out or HERE)
    elif arguments.out is None:
        parser.error("--random needs --out")
    elif arguments.hard:
        make_random_hard(arguments.random, arguments.seed, arguments.out)
    else:
        make_random(arguments.random, arguments.seed, arguments.out, scans=arguments.scans)


if __name__ == "__main__":
    main()
