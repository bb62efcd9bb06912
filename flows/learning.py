"""What a resolved case teaches about the customer's words, for the next orders."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.aliases import CODE_FIELDS, line_keys, place_alias, text_alias
from pipeline.interfaces import Erp
from pipeline.model import Alias, AliasKind, Decision, LineItem, Scope

REVIEWER = "reviewer"  # the level of a match that a person chose


def lessons(
    first: Decision,
    final: Decision,
    erp: Erp,
    scope: Scope = Scope.CUSTOMER,
    forget: frozenset[int] = frozenset(),
) -> tuple[Alias, ...]:
    """``first`` is what the machine made of the order, ``final`` what leaves.

    Items: of lines for which a person chose one. Units, delivery addresses and customers: where the machine knew none
    and a person put one in its place. With ``Scope.SHIP_TO`` they hold at this delivery address only. Lines of
    ``forget`` (from 0) teach nothing.
    """
    customer = final.customer_id
    if scope is Scope.NOTHING or customer is None or first.customer_id not in (None, customer):
        return ()
    place = final.ship_to_id if scope is Scope.SHIP_TO else None
    items = (
        Alias(kind, customer, key, decided.sku, place)
        for i, (line, decided) in enumerate(zip(final.order.lines, final.lines, strict=True))
        if i not in forget
        if decided.match_level == REVIEWER and decided.sku is not None
        for kind, key in _to_learn(line, customer, erp)
    )
    units = (
        Alias(AliasKind.UNIT, customer, key, unit, place) for i, key, unit in _units(first, final) if i not in forget
    )
    places = (*_ship_to(first, final, customer), *_letterhead(first, customer))
    return tuple(dict.fromkeys((*items, *units, *places)))


def _to_learn(line: LineItem, customer: str, erp: Erp) -> Iterator[tuple[AliasKind, str]]:
    """The first code that no export knows; none where the exports lead to the item, or to another (mend them there)."""
    codes = {code for field in CODE_FIELDS if (code := getattr(line, field))}
    if not any(sku for code in codes for sku in _on_file(code, customer, erp)):
        yield from line_keys(line)[:1]


def _on_file(code: str, customer: str, erp: Erp) -> Iterator[str]:
    item = erp.item(code)
    if item is not None:
        yield item.sku
    yield from erp.cross_references(customer, code)
    yield from (found.sku for found in (*erp.items_by_mpn(code), *erp.items_by_barcode(code)))


def _units(first: Decision, final: Decision) -> Iterator[tuple[int, str, str]]:
    if len(first.lines) != len(final.lines):
        return
    before = zip(first.order.lines, first.lines, strict=True)
    for i, ((printed, judged), line) in enumerate(zip(before, final.order.lines, strict=True)):
        theirs, ours = text_alias(printed.unit or ""), line.unit
        if theirs and ours and theirs != text_alias(ours) and "uom_mismatch" in judged.exceptions:
            yield i, theirs, ours


def _ship_to(first: Decision, final: Decision, customer: str) -> Iterator[Alias]:
    printed = first.order.ship_to
    if first.ship_to_id is None and final.ship_to_id is not None and printed.address:
        yield Alias(AliasKind.SHIP_TO, customer, place_alias(printed), final.ship_to_id)


def _letterhead(first: Decision, customer: str) -> Iterator[Alias]:
    printed = first.order.buyer
    if first.customer_id is None and printed.name and printed.address:
        yield Alias(AliasKind.LETTERHEAD, customer, place_alias(printed), customer)
