"""Items that a person looks for by words or by part of a number; nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterator

from matchers.catalogue import Catalogue
from matchers.tokens import tokens
from pipeline.model import Candidate, CatalogueItem, ItemStatus

MOST = 9


def search_items(catalogue: Catalogue, text: str) -> tuple[Candidate, ...]:
    """Best first, at most ``MOST``: the number itself, numbers that are nearly it, then descriptions."""
    found: dict[str, Candidate] = {}
    for item, score, reason in _hits(catalogue, text.strip()):
        if item.sku not in found:
            found[item.sku] = Candidate(item.sku, item.description, score, _with_state(item, reason))
        if len(found) == MOST:
            break
    return tuple(found.values())


def _hits(catalogue: Catalogue, text: str) -> Iterator[tuple[CatalogueItem, float, str]]:
    if not text:
        return
    for sku in sorted((*catalogue.by_key(text), *catalogue.by_gtin(text))):
        yield catalogue.item(sku), 1.0, "the number"
    for sku, edits in sorted(catalogue.near_codes(text, 2).items(), key=lambda near: (near[1], near[0])):
        if len(text) > 4:
            yield catalogue.item(sku), 0.9 - 0.1 * edits, f"the number, {edits} characters off"
    asked = catalogue.spelled(tokens(text))
    for overlap in catalogue.overlaps(asked) if asked else ():
        yield overlap.item, min(overlap.score, 1.0), f"words {min(overlap.score, 1.0):.2f}"


def _with_state(item: CatalogueItem, reason: str) -> str:
    return reason if item.status is ItemStatus.ACTIVE else f"{reason}; {item.status}"
