"""An order beside what the ERP says about it: customer, ship-to, and for every line item, unit, price and stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from matchers.customer import CustomerIndex, match_customer
from matchers.earlier import bought, earlier_orders
from matchers.index.store import open_index
from matchers.items import ItemMatch, ItemMatcher
from matchers.price import expected_price
from matchers.probability import Circumstances
from matchers.search import search_items
from matchers.ship_to import match_ship_to
from matchers.solver import Question, UnitResult, price_fits, read_unit
from matchers.units import converts, fills_packs
from matchers.unlisted import unlisted_items
from pipeline.aliases import CONFIRMATIONS, NOTHING_SAID, Aliases, Said, in_words, place_alias, text_alias
from pipeline.interfaces import AliasMemory, Erp, OrderHistory
from pipeline.model import (
    AliasKind,
    Candidate,
    CatalogueItem,
    Customer,
    EarlierLine,
    EarlierOrder,
    ExpectedPrice,
    LineItem,
    LineMatch,
    MailContext,
    MatchedOrder,
    Order,
    PartyMatch,
)


class OrderMatcher:
    """Implements ``pipeline.interfaces.Matcher``. Keeps the indexes of the ERP snapshot it saw last.

    ``folder`` is where the catalogue's index is kept for other workers and the next start; None: in memory only.
    ``memory`` is what people taught, asked anew for each order; an alias is in trust after ``confirmations``.
    """

    def __init__(
        self, folder: Path | None = None, memory: AliasMemory | None = None, confirmations: int = CONFIRMATIONS
    ) -> None:
        self._folder, self._memory, self._confirmations = folder, memory, confirmations
        self._indexes: tuple[Erp, CustomerIndex, ItemMatcher] | None = None

    def match(
        self, order: Order, erp: Erp, mail: MailContext | None, history: OrderHistory, as_of: date
    ) -> MatchedOrder:
        """``as_of`` is the day prices are taken from when the order prints none."""
        customers, items = self._of(erp)
        customer = match_customer(order, mail, customers, history.customers_of, self._letterhead(order))
        record = erp.customer(customer.key) if customer.key else None
        taught = self._aliases(customer.key)
        ship_to = _ship_to(order, erp, record, taught)
        earlier = earlier_orders(order, customer.key, erp, history)
        at = Terms(erp, record, order.order_date or as_of, taught.at(ship_to.key), earlier)
        lines = tuple(_line(line, items, at) for line in order.lines)
        return MatchedOrder(
            order=order,
            customer=customer,
            customer_record=record,
            ship_to=ship_to,
            lines=lines,
            earlier=earlier,
            as_of=as_of,
            mail=mail,
            absent_exports=erp.absent,
            unlisted=unlisted_items(order, lines, erp, items.catalogue, customer.key),
        )

    def search(self, text: str, erp: Erp) -> tuple[Candidate, ...]:
        """Items that a person looks for, best first."""
        return search_items(self._of(erp)[1].catalogue, text)

    def _letterhead(self, order: Order) -> Said:
        if self._memory is None or not order.buyer.name or not order.buyer.address:
            return NOTHING_SAID
        key = place_alias(order.buyer)
        return Aliases(self._memory.letterheads(key), self._confirmations).about(AliasKind.LETTERHEAD, key)

    def _aliases(self, customer_id: str | None) -> Aliases:
        rows = self._memory.aliases(customer_id) if self._memory is not None and customer_id is not None else ()
        return Aliases(rows, self._confirmations)

    def _of(self, erp: Erp) -> tuple[CustomerIndex, ItemMatcher]:
        if self._indexes is None or (self._indexes[0] is not erp and self._indexes[0].version != erp.version):
            self._indexes = (erp, CustomerIndex(erp), ItemMatcher(erp, open_index(erp, self._folder)))
        return self._indexes[1:]


@dataclass(frozen=True)
class Terms:
    """What an order's lines are held against: exports, customer, day of the prices, what is known of the customer."""

    erp: Erp
    customer: Customer | None
    day: date
    aliases: Aliases
    earlier: Sequence[EarlierOrder]

    def price(self, item: CatalogueItem, quantity: Decimal) -> ExpectedPrice | str:
        if self.customer is None:
            return "the customer is not known, so no price holds"
        return expected_price(
            self.erp.prices(item.sku, self.customer), self.customer, quantity, self.day, item.base_uom
        )

    @cached_property
    def bought(self) -> Mapping[str, Sequence[EarlierLine]]:
        """What the ERP holds of this customer's orders, by item."""
        return bought(self.earlier)

    def question(self, line: LineItem, item: CatalogueItem) -> Question:
        return Question(
            line,
            item,
            self.erp.conversions(item.sku),
            lambda quantity: self.price_or_none(item, quantity),
            self.bought.get(item.sku, ()),
            self._known_unit(line),
        )

    def _known_unit(self, line: LineItem) -> tuple[str, str] | None:
        said = self.aliases.about(AliasKind.UNIT, text_alias(line.unit or "")).trusted
        return (said.alias.target, f"{line.unit} is {in_words(said)}") if said is not None else None

    def price_or_none(self, item: CatalogueItem, quantity: Decimal) -> ExpectedPrice | None:
        found = self.price(item, quantity)
        return None if isinstance(found, str) else found


def _ship_to(order: Order, erp: Erp, customer: Customer | None, aliases: Aliases) -> PartyMatch:
    stated = bool(order.ship_to.address or order.ship_to.name)
    if customer is None:
        return PartyMatch(None, "the customer is not known, so neither are its addresses", stated=stated)
    if "ship_to" in erp.absent:
        return PartyMatch(None, "there is no ship_to export to compare with", stated=stated)
    return match_ship_to(order, customer, erp.ship_tos(customer.customer_id), aliases)


def _line(line: LineItem, items: ItemMatcher, at: Terms) -> LineMatch:
    customer_id = at.customer.customer_id if at.customer else None
    found = items.match(line, customer_id, around(line, at), at.aliases)
    if found.item is None:
        return _unmatched(found)
    item = found.item
    unit = read_unit(at.question(line, item))
    return _matched(found, item, unit, at)


def around(line: LineItem, at: Terms) -> Circumstances:
    return Circumstances(
        price=lambda item: price_fits(at.question(line, item)),
        unit=lambda item: converts(line, item, at.erp.conversions(item.sku)),
        pack=lambda item: fills_packs(line, item, at.erp.conversions(item.sku)),
        bought=lambda item: item.sku in at.bought if at.bought else None,
    )


def _unmatched(found: ItemMatch) -> LineMatch:
    return LineMatch(
        item=None,
        level=None,
        probability=found.probability,
        reason=found.reason,
        problem=found.problem,
        candidates=found.candidates,
    )


def _matched(found: ItemMatch, item: CatalogueItem, unit: UnitResult, at: Terms) -> LineMatch:
    price = at.price(item, unit.reading.base_quantity) if unit.reading else "the quantity in base units is not known"
    levels = at.erp.stock(item.sku)
    return LineMatch(
        item=item,
        level=found.level,
        probability=found.probability,
        reason=found.reason,
        problem=found.problem,
        candidates=found.candidates,
        unit=unit.reading,
        unit_problem=None if unit.reading else "uom_mismatch",
        unit_reason=unit.reading.explanation if unit.reading else unit.problem,
        net_unit_price=unit.net_price,
        price=None if isinstance(price, str) else price,
        price_problem=price if isinstance(price, str) else None,
        stock=None if levels is None else tuple(levels),
    )
