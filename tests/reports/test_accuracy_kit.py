"""Our figures against those of the measuring kit's scorer, on the kit's truth with damage that a seed decides."""

from __future__ import annotations

import importlib.util
import json
import random
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from reports.accuracy import figures, found_order, load_truth, pair_document
from reports.accuracy.figures import Figures

KIT = Path(__file__).parents[2] / "../shared/kit"
pytestmark = pytest.mark.skipif(not KIT.is_dir(), reason="the measuring kit is not beside the repository")


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("kit_score", KIT / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def damaged(order: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """An order as a bad reader would give it: lines lost, doubled, moved; values gone, changed, swapped."""
    read = {key: value for key, value in order.items() if not key.startswith("_")}
    lines = [dict(line) for line in read["lines"]]
    for line in lines:
        for field in ("quantity", "unit_price", "buyer_item_id", "seller_item_id", "description", "unit", "line_no"):
            if rng.random() < 0.06:
                line[field] = rng.choice([None, rng.choice(lines).get(field), f"{line.get(field)}x", "7"])
    lines = [line for line in lines if rng.random() > 0.08]
    if lines and rng.random() < 0.3:
        lines.insert(rng.randrange(len(lines)), dict(rng.choice(lines)))
    if rng.random() < 0.3:
        rng.shuffle(lines)
    for field in ("po_number", "order_date", "currency", "total", "freight"):
        if rng.random() < 0.1:
            read[field] = rng.choice([None, "1", read["po_number"]])
    return read | {"lines": lines}


@pytest.fixture(scope="module", params=[1, 2])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Figures, dict[str, Any]]:
    rng = random.Random(request.param)
    folder = tmp_path_factory.mktemp("read")
    documents = []
    for place in sorted((KIT / "dev" / "truth").glob("*.json")):
        value = json.loads(place.read_text(encoding="utf-8"))
        orders = value["orders"] if isinstance(value, dict) and "orders" in value else value
        orders = orders if isinstance(orders, list) else [orders]
        read = [damaged(order, rng) for order in orders]
        (folder / place.name).write_text(json.dumps(read), encoding="utf-8")
        documents.append(pair_document(place.stem, load_truth(place), [found_order(order) for order in read]))
    return figures(documents), scorer().score(str(KIT / "dev" / "truth"), str(folder))


def test_our_figures_are_the_scorers(both: tuple[Figures, dict[str, Any]]) -> None:
    ours, theirs = both[0].overall, both[1]["overall"]
    assert 0.5 < theirs["line_f1"] < 0.97, "the damage must show"
    assert ours.orders == theirs["orders"]
    assert ours.types.rate == pytest.approx(theirs["type_acc"])
    assert ours.header.rate == pytest.approx(theirs["header_acc"])
    assert ours.lines.precision == pytest.approx(theirs["line_p"])
    assert ours.lines.recall == pytest.approx(theirs["line_r"])
    assert ours.lines.f1 == pytest.approx(theirs["line_f1"])
    assert ours.exact_lines.f1 == pytest.approx(theirs["strict_line_f1"])
    assert ours.orders_exact.rate == pytest.approx(theirs["doc_exact"])
    assert ours.key_right.rate == pytest.approx(theirs["doc_key_exact"])


def test_our_fields_are_the_scorers(both: tuple[Figures, dict[str, Any]]) -> None:
    theirs = both[1]
    for field in both[0].header:
        assert field.right.rate == pytest.approx(theirs["header"][field.field]["acc"]), field.field
        assert field.present.of == theirs["header"][field.field]["present"], field.field
    for field in both[0].lines:
        known = theirs["line_fields"].get(field.field)
        if known is not None:
            assert (field.hits, field.wrong_shown, field.missed) == (known["tp"], known["fp"], known["fn"]), field.field
