"""The probability of a match means what it says, on lines it has not learned from; and nothing wrong goes through."""

from __future__ import annotations

import random
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import match_probability as bench
from matchers import probability as model
from matchers.items import ItemMatcher
from matchers.matcher import Terms, around
from matchers.probability import Circumstances, Witnesses, probability
from pipeline.aliases import Aliases
from pipeline.model import LineItem

COMMON = Witnesses(said=1.0, held=1.0, hard=2, missing=0, words=2, code=0.0, lead=0.3)


def test_every_witness_has_a_weight_and_no_weight_is_idle() -> None:
    assert set(model.weights()) == set(COMMON.values())


# what changes, whether it makes the item likelier
SPEAKS = [
    ({"price": True}, True),
    ({"price": False}, False),
    ({"unit": False}, False),
    ({"bought": True}, True),
    ({"bought": False}, False),
    ({"code": 1.0}, True),
    ({"lead": 0.6}, True),
    ({"lead": 0.0}, False),
    ({"said": 0.6}, False),
    ({"hard": 0}, False),
]


@pytest.mark.parametrize(("change", "likelier"), SPEAKS)
def test_each_witness_speaks_the_way_it_should(change: dict[str, float], likelier: bool) -> None:
    changed = probability(replace(COMMON, **change))  # type: ignore[arg-type]
    assert (changed > probability(COMMON)) is likelier
    assert 0 < changed < 1


def test_a_price_that_is_this_customers_makes_certain(tmp_path: Path) -> None:
    policy = tomllib.loads((Path(__file__).parents[2] / "rules/policies/default.toml").read_text("utf-8"))
    assert probability(replace(COMMON, price=True)) >= policy["confidence"]["item_match"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> bench.Shop:
    return bench.sample_shop(tmp_path_factory.mktemp("shop"), random.Random(77))


@pytest.mark.slow
def test_nine_in_ten_means_nine_in_ten(shop: bench.Shop) -> None:
    found, counted = bench.samples(shop, list(bench.lines(shop, shop.things, 1500, random.Random(5))))
    _, error = bench.reliability(found)
    assert len(found) > 600 and counted["not on file"] > 200
    assert error < 0.015


@pytest.mark.slow
def test_of_changed_words_none_goes_through_wrong(shop: bench.Shop) -> None:
    """A fifth of what is ordered is not in the catalogue; names stand in eight languages, cut, misspelt and turned."""
    items, taken = ItemMatcher(shop.erp), 0
    for asked in bench.lines(shop, shop.things, 1500, random.Random(6)):
        terms = Terms(shop.erp, shop.erp.customer(asked.customer), bench.TODAY, Aliases(), ())
        beside = around(asked.line, terms)
        match = items.match(asked.line, asked.customer, beside)
        if match.item is not None and match.problem is None and beside.price(match.item):
            taken += 1
            assert match.item.sku == asked.sku, (asked.line.description, match.reason)
    assert taken > 500


@pytest.mark.slow
def test_a_name_in_the_customers_language_suffices(shop: bench.Shop) -> None:
    """The whole description and the contract price, no number: the goal is four in five in each language."""
    items = ItemMatcher(shop.erp)
    on_file = {item.sku for item in shop.erp.items() if item.status == "active"}
    things = [thing for thing in shop.things if thing.sku in on_file]
    for language in range(len(things[0].names)):
        right = 0
        for thing in things:
            match = items.match(LineItem(description=thing.names[language]), "C1", Circumstances(price=_of(thing.sku)))
            assert match.item is None or match.item.sku == thing.sku
            right += match.item is not None
        assert right >= 0.8 * len(things), language


def _of(sku: str):  # type: ignore[no-untyped-def]
    return lambda item: item.sku == sku
