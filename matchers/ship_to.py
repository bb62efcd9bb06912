"""Which of the customer's addresses the goods go to; an address that is not on file is none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from matchers.addresses import Fit, filed, fit
from matchers.names import bare_name, folded_name
from pipeline.aliases import Aliases, in_words, place_alias
from pipeline.model import AliasKind, Candidate, Customer, Order, Party, PartyMatch, ShipTo

NO_ALIASES = Aliases()


def match_ship_to(
    order: Order, customer: Customer, places: Sequence[ShipTo], aliases: Aliases = NO_ALIASES
) -> PartyMatch:
    """``stated`` is False when the document names no ship-to; then the only address, or the buyer's, may stand."""
    printed = order.ship_to
    if not printed.address and not printed.name:
        return _unstated(order, customer, places)
    found = _by_address(printed, printed.address, places) if printed.address else _by_name(printed.name or "", places)
    return _unless_taught(printed, found, places, aliases)


def _unless_taught(printed: Party, found: PartyMatch, places: Sequence[ShipTo], aliases: Aliases) -> PartyMatch:
    """What people confirmed about this very print stands where no address on file does; nothing stands against it."""
    said = aliases.about(AliasKind.SHIP_TO, place_alias(printed))
    on_file = {place.ship_to_id: place for place in places}
    rows = [row for row in said.rows if row.alias.target in on_file]
    if not rows or (found.key is not None and {row.alias.target for row in rows} == {found.key}):
        return found
    words = "; ".join(in_words(row) for row in rows)
    if found.key is not None:
        return PartyMatch(None, f"{found.reason}, but people chose {words}", found.candidates, (words,))
    if said.trusted is None or found.conflicts:
        chosen = _shown([on_file[row.alias.target] for row in rows])
        return replace(found, reason=f"{found.reason}; suggested: {words}", candidates=(*chosen, *found.candidates)[:5])
    place = on_file[said.trusted.alias.target]
    return PartyMatch(place.ship_to_id, f"an address that people know as {words}", _shown([place]))


def _unstated(order: Order, customer: Customer, places: Sequence[ShipTo]) -> PartyMatch:
    if len(places) == 1:
        only = places[0]
        return PartyMatch(only.ship_to_id, "no ship-to is printed; the customer has one address", stated=False)
    address = order.buyer.address or " ".join(filter(None, (customer.street, customer.city_zip)))
    same = [place for place in places if _fit(address, place).same and not _fit(address, place).slip]
    if len(same) == 1 and order.buyer.address:
        reason = "no ship-to is printed; the buyer's address is one of the customer's"
        return PartyMatch(same[0].ship_to_id, reason, stated=False)
    reason = f"no ship-to is printed and the customer has {len(places)} addresses"
    return PartyMatch(None, reason, _shown(places), stated=False)


def _by_address(printed: Party, address: str, places: Sequence[ShipTo]) -> PartyMatch:
    fits = [(place, _fit(address, place)) for place in places]
    same = [place for place, how in fits if how.same and not how.slip]
    slipped = [(place, how) for place, how in fits if how.same and how.slip]
    if not same and len(slipped) == 1 and _all_else_equal(printed, *slipped[0]) and _alone(slipped[0][0], fits):
        place = slipped[0][0]
        reason = f"the address is {place.ship_to_id}'s but for look-alike characters"
        return PartyMatch(place.ship_to_id, reason, _shown([place]))
    chosen = same if len(same) < 2 else _named(printed.name, same)
    if len(chosen) == 1:
        return _unless_named_otherwise(printed, chosen[0], places)
    if same:
        ids = ", ".join(place.ship_to_id for place in same)
        return PartyMatch(None, f"{ids} have this address; the name does not tell which", _shown(same))
    return PartyMatch(None, f"{address} is not an address of this customer on file", _nearest(fits))


def _fit(address: str, place: ShipTo) -> Fit:
    return fit(address, filed(place.street or "", place.city_zip or ""))


def _all_else_equal(printed: Party, place: ShipTo, how: Fit) -> bool:
    return how.street >= 95 and (not printed.name or bare_name(printed.name) == bare_name(place.name))


def _alone(place: ShipTo, fits: Sequence[tuple[ShipTo, Fit]]) -> bool:
    """Whether no other address of the customer is in a street of nearly that name."""
    return all(how.street < 70 for other, how in fits if other.ship_to_id != place.ship_to_id)


def _named(name: str | None, places: Sequence[ShipTo]) -> list[ShipTo]:
    return [place for place in places if name and folded_name(place.name) == folded_name(name)]


def _unless_named_otherwise(printed: Party, place: ShipTo, places: Sequence[ShipTo]) -> PartyMatch:
    """The address stands unless the printed name is that of another of the customer's places alone."""
    named = _named(printed.name, places)
    if named and all(other.ship_to_id != place.ship_to_id for other in named):
        reason = (
            f"the address is {place.ship_to_id}'s ({place.name}), the name {printed.name} is {named[0].ship_to_id}'s"
        )
        return PartyMatch(None, reason, _shown([place, *named]), (reason,))
    return PartyMatch(place.ship_to_id, "postcode, house number and street agree", _shown([place]))


def _by_name(name: str, places: Sequence[ShipTo]) -> PartyMatch:
    named = _named(name, places) or [place for place in places if bare_name(place.name) == bare_name(name)]
    if len(named) == 1:
        return PartyMatch(named[0].ship_to_id, f"only a name is printed, and it is {named[0].name}", _shown(named))
    reason = f"{len(named)} addresses have the name {name}" if named else f"no address on file has the name {name}"
    return PartyMatch(None, f"only a name is printed; {reason}", _shown(named or places))


def _nearest(fits: Sequence[tuple[ShipTo, Fit]]) -> tuple[Candidate, ...]:
    ranked = sorted(fits, key=lambda pair: (-pair[1].street, pair[0].ship_to_id))
    return _shown([place for place, _ in ranked])


def _shown(places: Sequence[ShipTo]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            p.ship_to_id, ", ".join(filter(None, (p.name, p.street, p.city_zip))), 0.0, "on file for this customer"
        )
        for p in places[:5]
    )
