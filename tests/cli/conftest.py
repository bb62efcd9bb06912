"""A small shop: an ERP export set and orders of the invented supplier, drawn by our own generator."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from sample_docs.generator.look import make_look
from sample_docs.generator.orders import OrderTruth, make_order
from sample_docs.generator.sample import draw
from sample_docs.generator.world import build_world, write_exports


@dataclass(frozen=True)
class Shop:
    """``clean`` is an order with nothing wrong, ``wrong`` one with a price that is not the contract's."""

    erp: Path
    clean: Path
    wrong: Path
    clean_order: OrderTruth
    wrong_order: OrderTruth


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("shop")
    world = build_world()
    write_exports(world, folder / "erp", [])
    files, orders = {}, {}
    for name, fault in (("clean", None), ("wrong", "wrong_price")):
        rng = random.Random(f"cli/{name}")
        order = make_order(rng, world, language="de", lines=4, wrong=fault)
        sample = draw(order, make_look(rng, order), "html", seed=1)
        files[name] = folder / f"{name}.html"
        files[name].write_bytes(sample.content)
        orders[name] = order
    return Shop(folder / "erp", files["clean"], files["wrong"], orders["clean"], orders["wrong"])
