"""Orders that are far larger than this customer's others and in a hurry: what an impostor orders."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files

from pipeline.language import fold
from pipeline.model import EarlierOrder, MatchedOrder
from rules.facts import Line, lines_to_deliver, plain
from rules.past_due import wanted

ORDERS_TO_KNOW = 5  # earlier orders (of an item: lines) before anything counts as usual
SOON = timedelta(days=2)  # wanted within so many days of the order is a hurry as well


def unusual_in_a_hurry(matched: MatchedOrder, times: Decimal) -> Iterator[str]:
    """In words; ``times`` is how often the largest so far counts as still usual, 0 switches the look off."""
    hurry = _hurry(matched) if times > 0 else None
    if hurry is None:
        return
    found = _unusual_value(matched, times) or next(_unusual_quantities(matched, times), None)
    if found is not None:
        yield f"{found}, and it is in a hurry ({hurry})"


def _hurry(matched: MatchedOrder) -> str | None:
    mail, order = matched.mail, matched.order
    texts = [remark.text for remark in order.remarks] + ([mail.subject, mail.text] if mail is not None else [])
    for text in texts:
        word = _words().search(fold(text))
        if word is not None:
            return f'"{word[0]}"'
    ordered = order.order_date or matched.as_of
    soonest = min((day for line in lines_to_deliver(matched) for _, day in wanted(line, matched)), default=None)
    return f"wanted on {soonest}" if soonest is not None and soonest - ordered <= SOON else None


@cache
def _words() -> re.Pattern[str]:
    listed = tomllib.loads(files("rules").joinpath("rush.toml").read_text(encoding="utf-8"))["words"]
    parts = (re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in listed)
    return re.compile(rf"\b(?:{'|'.join(parts)})\b")


def _unusual_value(matched: MatchedOrder, times: Decimal) -> str | None:
    before = [value for held in matched.earlier if (value := _value(held)) is not None]
    now = sum((worth for line in lines_to_deliver(matched) if (worth := _worth(line)) is not None), Decimal(0))
    if len(before) < ORDERS_TO_KNOW or now <= times * max(before):
        return None
    most = plain(round(max(before), 2))
    return f"it is worth {plain(round(now, 2))}, the largest of {len(before)} earlier orders {most}"


def _value(held: EarlierOrder) -> Decimal | None:
    known = [line.quantity * line.price for line in held.lines if line.quantity is not None and line.price is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(held.lines) else None


def _worth(line: Line) -> Decimal | None:
    if line.match.price is None or line.reading is None:
        return None
    return line.match.price.amount * line.reading.base_quantity


def _unusual_quantities(matched: MatchedOrder, times: Decimal) -> Iterator[str]:
    before: dict[tuple[str, str | None], list[Decimal]] = defaultdict(list)
    for held in matched.earlier:
        for row in held.lines:
            if row.sku is not None and row.quantity is not None:
                before[row.sku, row.uom].append(row.quantity)
    for line in lines_to_deliver(matched):
        if line.sold is None or line.reading is None:
            continue
        for unit, quantity in (
            (line.reading.base_uom, line.reading.base_quantity),
            (line.item.unit, line.item.quantity),
        ):
            known = before.get((line.sold.sku, unit), [])
            if len(known) >= ORDERS_TO_KNOW and quantity is not None and quantity > times * max(known):
                most = f"at most {plain(max(known))} in {len(known)} earlier lines"
                yield f"{line.name}: {plain(quantity)} {unit} ordered, {most}"
