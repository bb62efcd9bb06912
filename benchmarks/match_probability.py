"""Learns and measures the probability that an item is what a line means (``matchers/probability.py``).

    python -m benchmarks.match_probability            # learns, writes matchers/probability.toml, prints the measurement
    python -m benchmarks.match_probability --measure  # measures the weights in force only

Lines are made from two catalogues of this repository: that of the samples, whose things have names in eight languages,
Lines are made from two catalogues of this repository: that of the samples, whose things have names in 8 languages,
cut, misspelt, abbreviated and turned round; numbers are missing, foreign or damaged; prices are the contract's or not.
Learnt and measured are on different things and different lines. No network; the same weights every time.
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.catalogues import family, name
from connectors.erp import ErpSnapshot, load_erp
from matchers import probability as model
from matchers.items import ItemMatcher
from matchers.matcher import Terms, around
from matchers.probability import Witnesses, probability
from pipeline.aliases import Aliases
from pipeline.model import EarlierLine, EarlierOrder, LineItem
from sample_docs.generator.world import TODAY, World, build_world, write_exports

SEED = 20261123
TAKEN = 0.95  # confidence.item_match of the built-in policy
LEFT_OUT = 0.2  # share of the things that are not in the catalogue
MADE = 3000
LINES = 4000  # of each catalogue, to learn and to measure
BINS = (0.0, 0.5, 0.8, 0.9, 0.97, 0.99, 0.999, 1.0)
PULL = 1.0  # of the weights to zero: so much as one line says
FILLER = ("new", "urgent", "gem. Muster", "as before", "type", "original", "wie gehabt", "standard", "qualité", "serie")


@dataclass(frozen=True, slots=True)
class Thing:
    """What a customer may order, in all its names; ``price`` the contract's for one ``unit``."""

    sku: str
    names: tuple[str, ...]
    unit: str
    pack: tuple[str, int] | None
    multiple: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class Asked:
    """A line as it is printed and what is meant; ``sku`` None: it is not in the catalogue."""

    line: LineItem
    customer: str
    sku: str | None


@dataclass(frozen=True, slots=True)
class Shop:
    """A catalogue and what is ordered from it."""

    erp: ErpSnapshot
    things: Sequence[Thing]
    customers: Sequence[str]
    past: dict[str, EarlierOrder]


# --- catalogues ------------------------------------------------------------------------------------------------------


def sample_shop(folder: Path, rng: random.Random) -> Shop:
    """The invented supplier of the samples; the customers pay by one list, so that one price holds."""
    world = build_world()
    successors = {item.superseded_by for item in world.items}
    loose = [item.sku for item in world.items if item.sku not in successors]
    left_out = frozenset(rng.sample(loose, int(len(world.items) * LEFT_OUT)))
    buyers = [buyer for buyer in world.buyers if buyer.price_list == "EUR-STD"]
    past = {b.customer_id: _past(i.sku for i in rng.sample(world.items, 40)) for b in buyers}
    write_exports(world, folder, [])
    for path in sorted(folder.glob("*.csv")):
        _leave_out(path, left_out)
    things = [
        Thing(
            item.sku,
            tuple(item.description(language) for language in item.names),
            item.base_uom,
            item.pack,
            item.multiple,
            world.price(buyers[0], item.sku, Decimal(1), TODAY),
        )
        for item in world.items
        if item.status == "active"
    ]
    own_prices = {r["customer_id"] for r in world.prices if r["customer_id"]}
    return Shop(load_erp(folder), things, [b.customer_id for b in buyers if b.customer_id not in own_prices], past)


def made_shop(folder: Path, rng: random.Random) -> Shop:
    """Many sizes of few kinds; three customers of one price list."""
    makers, series = [name(rng) for _ in range(40)], [f"{rng.choice('ABCDEF')}{n}" for n in range(100)]
    described: dict[str, str] = {}
    while len(described) < MADE:
        described.update(family(rng, makers, series))
    prices = {sku: Decimal(rng.randrange(5, 90000)) / 100 for sku in described}
    world = build_world()
    buyers = [buyer for buyer in world.buyers if buyer.price_list == "EUR-STD"][:3]
    past = {b.customer_id: _past(rng.sample(sorted(described), 200)) for b in buyers}
    write_exports(_only_parties(world), folder, [])
    kept = [sku for sku in described if rng.random() > LEFT_OUT]
    empty = ("",) * 5
    _write(folder / "items.csv", [(s, described[s], "EA", "", "", "", "active", *empty) for s in kept])
    _write(folder / "price_list.csv", [("EUR-STD", "", s, 1, prices[s], "EUR", "2020-01-01", "") for s in kept])
    things = [Thing(sku, (words,), "EA", None, 1, prices[sku]) for sku, words in described.items()]
    return Shop(load_erp(folder), things, [b.customer_id for b in buyers], past)


def _past(skus: Iterable[str]) -> EarlierOrder:
    lines = tuple(EarlierLine(sku, Decimal(10), None, None, None, entered=True) for sku in skus)
    return EarlierOrder("erp", "B1", None, None, None, lines)


def _only_parties(world: World) -> World:
    return replace(
        world, items=(), prices=(), stock={}, buyers=tuple(replace(b, part_numbers={}) for b in world.buyers)
    )


def _write(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """In place of the rows of an export; its header stays."""
    head = path.read_text(encoding="utf-8").splitlines()[0]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(head.split(","))
        writer.writerows(rows)


def _leave_out(path: Path, skus: frozenset[str]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    _write(path, [list(row.values()) for row in rows if row.get("sku") not in skus])


# --- lines -----------------------------------------------------------------------------------------------------------


def lines(shop: Shop, things: Sequence[Thing], count: int, rng: random.Random) -> Iterator[Asked]:
    on_file = {item.sku for item in shop.erp.items()}
    for _ in range(count):
        customer = rng.choice(shop.customers)
        bought = {line.sku for line in shop.past[customer].lines}
        before = [thing for thing in things if thing.sku in bought]
        thing = rng.choice(before) if before and rng.random() < 0.5 else rng.choice(things)
        yield Asked(_line(thing, things, rng), customer, thing.sku if thing.sku in on_file else None)


def _line(thing: Thing, things: Sequence[Thing], rng: random.Random) -> LineItem:
    unit, factor = thing.unit, 1
    if thing.pack and rng.random() < 0.3:
        unit, factor = thing.pack
    if rng.random() < 0.05:
        unit = rng.choice(("KG", "M", "L", "PAL"))
    quantity = Decimal(rng.randrange(1, 30) * (thing.multiple if rng.random() < 0.9 else 1))
    price = _price(thing, things, rng)
    return LineItem(
        buyer_item_id=_code(thing, rng),
        description=reworded(rng.choice(thing.names), rng),
        quantity=quantity,
        unit=unit if rng.random() < 0.92 else None,
        unit_price=None if price is None else price * factor,
        line_amount=None if price is None else quantity * price * factor,
    )


def _price(thing: Thing, things: Sequence[Thing], rng: random.Random) -> Decimal | None:
    """The contract's, one that is off, another thing's, or none."""
    chance = rng.random()
    if chance < 0.75:
        return thing.price
    if chance < 0.85:
        return (thing.price * Decimal(rng.choice((80, 90, 95, 102, 105, 120))) / 100).quantize(Decimal("0.0001"))
    return rng.choice(things).price if chance < 0.9 else None


def _code(thing: Thing, rng: random.Random) -> str | None:
    """None, ours with a character or two wrong, or the customer's own that no export knows."""
    chance = rng.random()
    if chance < 0.5:
        return None
    if chance > 0.7:
        return f"{rng.choice('ABKLMX')}{rng.randrange(10**4, 10**7)}"
    return _misspelt(thing.sku, rng) if rng.random() < 0.6 else _misspelt(_misspelt(thing.sku, rng), rng)


def reworded(description: str, rng: random.Random) -> str:
    """As a customer may write it: each kind of change one time in five or so."""
    words = description.split()
    if rng.random() < 0.25 and len(words) > 2:
        del words[rng.randrange(len(words))]
    if rng.random() < 0.2:
        words = [w[:4] + "." if w.isalpha() and len(w) > 6 and rng.random() < 0.5 else w for w in words]
    if rng.random() < 0.2:
        words = [_misspelt(w, rng) if w.isalpha() and len(w) > 4 and rng.random() < 0.4 else w for w in words]
    if rng.random() < 0.2:
        at = rng.randrange(len(words))
        words = [*words[at:], *words[:at]]
    if rng.random() < 0.2:
        words.insert(rng.choice((0, len(words))), rng.choice(FILLER))
    return " ".join(words)


def _misspelt(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word))
    return rng.choice((word[:at] + word[at + 1 :], word[:at] + rng.choice("aeinrst0158") + word[at:]))


# --- learning --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sample:
    """A line that no rule refuses, its best item right or not. ``named``: the line prints all its item has."""

    witnesses: Witnesses
    right: bool


def samples(shop: Shop, asked: Sequence[Asked]) -> tuple[list[Sample], Counter[str]]:
    """With the number of lines that end before the probability is asked for."""
    items, found, counted = ItemMatcher(shop.erp), [], Counter[str]()
    for one in asked:
        customer = shop.erp.customer(one.customer)
        terms = Terms(shop.erp, customer, TODAY, Aliases(), (shop.past[one.customer],))
        weighed = items.weigh(one.line, one.customer, around(one.line, terms))
        counted["on file" if one.sku else "not on file"] += 1
        if weighed is None or weighed.objection is not None:
            counted["refused by rule"] += 1
        else:
            found.append(Sample(weighed.witnesses, weighed.best.item.sku == one.sku))
    return found, counted


def learned(found: Sequence[Sample]) -> dict[str, float]:
    """Weights by Newton's method for penalised logistic regression (Hastie et al. 2009, 4.4.1)."""
    names = list(found[0].witnesses.values())
    x = np.array([list(one.witnesses.values().values()) for one in found])
    y = np.array([float(one.right) for one in found])
    pull = np.diag([0.0 if name == "one" else PULL for name in names])
    w: NDArray[np.float64] = np.zeros(len(names))
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ w))
        step = np.linalg.solve(x.T @ (x * (p * (1 - p))[:, None]) + pull, x.T @ (y - p) - pull @ w)
        w += step
        if np.abs(step).max() < 1e-9:
            break
    return {name: round(float(value), 3) for name, value in zip(names, w, strict=True)}


def write(weights: dict[str, float]) -> None:
    head = "# Learned by `python -m benchmarks.match_probability`; what the names mean: matchers/probability.py.\n"
    text = f"{head}\n[weights]\n" + "".join(f"{name} = {value}\n" for name, value in weights.items())
    (Path(model.__file__).parent / "probability.toml").write_text(text, encoding="utf-8")
    model.weights.cache_clear()


# --- measuring -------------------------------------------------------------------------------------------------------


def reliability(found: Sequence[Sample]) -> tuple[list[tuple[str, int, float, float]], float]:
    """Per span of probability: how many, their mean, the share that was right; and the expected calibration error."""
    chances = [(probability(one.witnesses), one.right) for one in found]
    rows, error = [], 0.0
    for low, high in pairwise(BINS):
        inside = [(p, right) for p, right in chances if low <= p < high or p == high == 1.0]
        if inside:
            mean, share = sum(p for p, _ in inside) / len(inside), sum(r for _, r in inside) / len(inside)
            rows.append((f"{low:g} to {high:g}", len(inside), mean, share))
            error += abs(mean - share) * len(inside) / len(chances)
    return rows, error


def report(title: str, found: Sequence[Sample], counted: Counter[str]) -> None:
    rows, error = reliability(found)
    print(f"\n{title}: {dict(counted)}; weighed {len(found)}; expected calibration error {error:.4f}")
    for span, n, mean, share in rows:
        print(f"  {span:<14}{n:>7}   said {mean:.4f}   right {share:.4f}")
    taken = [one for one in found if probability(one.witnesses) >= TAKEN]
    wrong = [one for one in taken if not one.right]
    alone = sum(one.witnesses.price is not False for one in wrong)  # another price than the contract's is for a person
    print(
        f"  taken {len(taken)} of {counted['on file']} on file, {len(wrong)} wrong, of these without a person {alone}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--measure", action="store_true", help="do not learn")
    only_measure = parser.parse_args(arguments).measure
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        shops = {
            "samples": sample_shop(Path(folder) / "samples", rng),
            "made": made_shop(Path(folder) / "made", rng),
        }
        halves = {name: _halves(shop.things, rng) for name, shop in shops.items()}
        if not only_measure:
            learning = [samples(s, list(lines(s, halves[n][0], LINES, rng)))[0] for n, s in shops.items()]
            write(learned([one for some in learning for one in some]))
            print(model.weights())
        fresh = random.Random(SEED + 1)
        for name, shop in shops.items():
            report(name, *samples(shop, list(lines(shop, halves[name][1], LINES, fresh))))


def _halves(things: Sequence[Thing], rng: random.Random) -> tuple[list[Thing], list[Thing]]:
    mixed = rng.sample(list(things), len(things))
    return mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]


if __name__ == "__main__":
    main()
