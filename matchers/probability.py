"""How likely an item is what a line means, when no number on file says so: one probability out of all that bears on it.

A logistic model over the witnesses below: weights of evidence add up in its exponent (Fellegi and Sunter 1969). They
stand in ``probability.toml``; ``python -m benchmarks.match_probability`` learns them from lines it makes, and
measures on others whether nine in ten means nine in ten. It weighs only what no rule forbids: hard attributes
that contradict and near ties are refused before (``matchers.descriptions``).
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from pipeline.model import CatalogueItem

ENOUGH = 0.9  # below, no item stands; whether what stands may go through, the policy says (confidence.item_match)
MOST_MISSING = 3

# True, False, or None where it cannot be told
Asked = Callable[[CatalogueItem], bool | None]


def cannot_tell(_item: CatalogueItem) -> bool | None:
    return None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the rest of the line, and the customer's past, say about an item."""

    price: Asked = cannot_tell  # the price printed is this customer's price for it
    unit: Asked = cannot_tell  # the unit printed converts to its base unit
    pack: Asked = cannot_tell  # the quantity is a multiple of its pack
    bought: Asked = cannot_tell  # this customer has ordered it before


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What speaks for and against one item.

    ``said``: share of the description's weight the item holds; ``held``: share of the item's weight the description
    states (both 0..1); ``hard``: attributes both state; ``missing``: attributes of the item the line does not state;
    ``words``: words both use; ``code``: 1 for a printed code that is the item's but for damage, less an edit; 0 where
    none comes near; ``lead``: how far the next item is behind, in shares of the description's weight.
    """

    said: float
    held: float
    hard: int
    missing: int
    words: int
    code: float
    lead: float
    price: bool | None = None
    unit: bool | None = None
    pack: bool | None = None
    bought: bool | None = None

    def values(self) -> dict[str, float]:
        """By the names of the weights."""
        return {
            "one": 1.0,
            "said": self.said,
            "held": self.held,
            "hard": min(self.hard, 3) / 3,
            "missing": min(self.missing, MOST_MISSING) / MOST_MISSING,
            "no_words": float(self.words == 0),
            "code": self.code,
            "lead": min(self.lead, 1.0),
            "price_agrees": float(self.price is True),
            "price_differs": float(self.price is False),
            "unit_differs": float(self.unit is False),
            "pack_differs": float(self.pack is False),
            "bought": float(self.bought is True),
            "not_bought": float(self.bought is False),
        }


@lru_cache(maxsize=1)
def weights() -> dict[str, float]:
    text = resources.files("matchers").joinpath("probability.toml").read_text(encoding="utf-8")
    return {name: float(value) for name, value in tomllib.loads(text)["weights"].items()}


def probability(witnesses: Witnesses) -> float:
    """0..1."""
    exponent = sum(weights()[name] * value for name, value in witnesses.values().items())
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, exponent))))
