"""The kinds of difficult documents by name; adding one is a function that draws it and a line here."""

from __future__ import annotations

import random
from collections.abc import Callable

from sample_docs.generator import cards, hard
from sample_docs.generator.hard import Hard, Task
from sample_docs.generator.look import make_look
from sample_docs.generator.orders import make_order
from sample_docs.generator.world import World

HARD: dict[str, Callable[[Task], Hard]] = {
    "wrapped_around": hard.wrapped_around,
    "without_heading": hard.without_heading,
    "sections": hard.sections,
    "schedules": hard.schedules,
    "twins": hard.twins,
    "two_in_one": hard.two_in_one,
    "terms_after": hard.terms_after,
    "printed_text": hard.printed_text,
    "turned": hard.turned,
    "watermarked": hard.watermarked,
    "values_first": hard.values_first,
    "cards": cards.cards,
    "weeks": cards.weeks,
}


def make_hard(kind: str, rng: random.Random, world: World, *, language: str | None = None) -> Hard:
    """``kind`` is one of ``HARD``; the same generator state gives the same document."""
    order = make_order(rng, world, language=language, lines=rng.choice((2, 3, 5, 8)))
    look = make_look(rng, order)
    return HARD[kind](Task(look, order, rng, world))
