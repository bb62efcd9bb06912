"""Spelling and standing of aliases: what people taught us counts only after enough of them said the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.model import AliasKind, KnownAlias, LineItem, Party

CONFIRMATIONS = 3  # default of the setting; why: decision 0169
PEOPLE = {AliasKind.SHIP_TO: 2, AliasKind.LETTERHEAD: 2}  # who redirects goods, or their bill, must not be alone
SHORTEST_TEXT = 4  # characters a description must have to be known again
CODE_FIELDS = ("buyer_item_id", "seller_item_id", "manufacturer_item_id", "standard_item_id")


def code_alias(code: str) -> str:
    """Case and blanks aside. Separators and zeros count: a looser likeness is not what was confirmed."""
    return "".join(unicodedata.normalize("NFKC", code).casefold().split())


def text_alias(text: str) -> str:
    """Case and the width of blanks aside; every sign counts ("1/2", "-5 V")."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def place_alias(place: Party) -> str:
    """Name and address in one line, case, blanks and the commas between lines aside."""
    return text_alias(re.sub(r"[,;\n]+", " ", f"{place.name or ''} {place.address or ''}"))


def line_keys(line: LineItem) -> tuple[tuple[AliasKind, str], ...]:
    """What a line may be known by: each of its codes; its words only if it has none."""
    codes = dict.fromkeys(key for field in CODE_FIELDS if (key := code_alias(getattr(line, field) or "")))
    if codes:
        return tuple((AliasKind.ITEM_CODE, key) for key in codes)
    text = text_alias(line.description or "")
    return ((AliasKind.ITEM_TEXT, text),) if len(text) >= SHORTEST_TEXT else ()


@dataclass(frozen=True, slots=True)
class Said:
    """What people taught about one key. ``trusted`` only if they all said the same, and often enough."""

    rows: tuple[KnownAlias, ...]
    trusted: KnownAlias | None

    def __bool__(self) -> bool:
        return bool(self.rows)


NOTHING_SAID = Said((), None)


class Aliases:
    """The aliases of one customer as they hold for one delivery address."""

    def __init__(
        self, rows: Iterable[KnownAlias] = (), needed: int = CONFIRMATIONS, ship_to_id: str | None = None
    ) -> None:
        self._rows, self._needed, self._ship_to_id = tuple(rows), needed, ship_to_id

    def at(self, ship_to_id: str | None) -> Aliases:
        return Aliases(self._rows, self._needed, ship_to_id)

    def about(self, kind: AliasKind, key: str) -> Said:
        """What was taught for this very address goes before what was taught for the customer, trusted or not."""
        rows = [row for row in self._rows if (row.alias.kind, row.alias.key) == (kind, key)]
        here = [row for row in rows if self._ship_to_id is not None and row.alias.ship_to_id == self._ship_to_id]
        found = tuple(here or [row for row in rows if row.alias.ship_to_id is None])
        return Said(found, found[0] if is_trusted(found, self._needed) else None) if found else NOTHING_SAID


def is_trusted(rows: Sequence[KnownAlias], needed: int) -> bool:
    """``rows`` are all aliases of one kind, key and scope. Two targets contradict each other: then none is trusted."""
    if len(rows) != 1:
        return False
    confirmations = rows[0].confirmations
    people = len({confirmation.by for confirmation in confirmations})
    return len(confirmations) >= needed and people >= PEOPLE.get(rows[0].alias.kind, 1)


def rivals(row: KnownAlias, rows: Iterable[KnownAlias]) -> tuple[KnownAlias, ...]:
    """``row`` and all others that are about the same in the same scope."""
    one = row.alias

    def same(other: KnownAlias) -> bool:
        it = other.alias
        of_one = it.customer_id == one.customer_id or it.kind is AliasKind.LETTERHEAD
        return of_one and (it.kind, it.ship_to_id, it.key) == (one.kind, one.ship_to_id, one.key)

    return tuple(other for other in rows if same(other))


def standing(row: KnownAlias, rows: Iterable[KnownAlias], needed: int) -> str:
    """ "trusted", "suggested", or "contradicted" by another row."""
    found = rivals(row, rows)
    if len(found) > 1:
        return "contradicted"
    return "trusted" if is_trusted(found, needed) else "suggested"


def in_words(row: KnownAlias) -> str:
    """Who said so and how often, for the reason of a match."""
    times, last = len(row.confirmations), row.confirmations[-1]
    often = "once" if times == 1 else f"{times} times"
    return f"{row.alias.target}, confirmed {often}, last by {last.by} on {last.at:%Y-%m-%d}"
