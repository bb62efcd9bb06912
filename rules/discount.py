"""What an order takes off its sum beside the prices of its lines."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.model import MatchedOrder, Mismatch, Order
from rules.base import PolicyRule
from rules.facts import exact, lines_to_deliver, mismatch, plain
from rules.totals import line_sums

CHARGES = ("tax", "freight")


class OrderDiscount(PolicyRule):
    """A discount on the whole order, or a charge below zero, which is one: both make every contract price lower.

    Discounts that are only said in words ("less 3 %") are found by the phrases of ``phrases.toml``.
    """

    codes = ("total_mismatch",)
    settings = ("price.order_discount_percent",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        order = matched.order
        if not any(True for _ in lines_to_deliver(matched)):
            return
        allowed = self._policies.for_order(matched).price.order_discount_percent
        taken_off = {"discount": abs(order.discount or Decimal(0))}
        for name in CHARGES:
            taken_off[name] = max(Decimal(0), -(getattr(order, name) or Decimal(0)))
        for name, amount in taken_off.items():
            worth = max(line_sums(order), default=Decimal(0))
            if amount > round(max(worth, Decimal(0)) * allowed / 100, 2):
                reason = (
                    f"{_quoted(name, order)} takes {exact(amount)}{_in_percent(amount, worth)} off the whole order; "
                    f"the contract prices are net, and the policy allows {plain(allowed)} % off their sum"
                )
                yield mismatch("total_mismatch", name, None, getattr(order, name), reason)


def _in_percent(amount: Decimal, worth: Decimal) -> str:
    return f" ({plain(round(amount * 100 / worth, 2))} %)" if worth > 0 else ""


def _quoted(name: str, order: Order) -> str:
    text = next((evidence.text for evidence in order.evidence if evidence.path == name), None)
    return f'the {name} "{text}"' if text else f"the {name}"
