"""Orders with their truth: what a customer meant, what is wrong with it on purpose, and what must come of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sample_docs.generator.world import COMPANIES, TODAY, Buyer, Item, Site, World

CENT = Decimal("0.01")
UNIT_WORDS = {
    "EA": {"en": "EA", "de": "Stk", "fr": "pce", "es": "ud", "pt": "un", "it": "pz", "nl": "st", "pl": "szt."},
    "PR": {"en": "PR", "de": "Paar", "fr": "paire", "es": "par", "pt": "par", "it": "paio", "nl": "paar", "pl": "para"},
    "M": {"en": "M", "de": "m", "fr": "m", "es": "m", "pt": "m", "it": "m", "nl": "m", "pl": "m"},
    "KG": {"en": "KG", "de": "kg", "fr": "kg", "es": "kg", "pt": "kg", "it": "kg", "nl": "kg", "pl": "kg"},
    "RO": {"en": "ROLL", "de": "Rolle", "fr": "rouleau", "es": "rollo", "pt": "rolo", "it": "rotolo", "nl": "rol",
           "pl": "rolka"},
    "BX": {"en": "BOX", "de": "Schachtel", "fr": "boîte", "es": "caja", "pt": "caixa", "it": "scatola", "nl": "doos",
           "pl": "pudełko"},
    "CT": {"en": "CTN", "de": "Karton", "fr": "carton", "es": "cartón", "pt": "cartão", "it": "cartone", "nl": "karton",
           "pl": "karton"},
}  # fmt: skip
TERMS = {
    "en": ("Net 30 days", "2% 10 days, net 45"), "de": ("30 Tage netto", "10 Tage 3 % Skonto, 45 Tage netto"),
    "fr": ("30 jours fin de mois", "45 jours date de facture"),
    "es": ("30 días fecha factura", "Transferencia 60 días"),
    "pt": ("30 dias", "28/56 dias"), "it": ("Bonifico 60 gg d.f.f.m.", "30 gg data fattura"),
    "nl": ("30 dagen netto", "Binnen 14 dagen"), "pl": ("Przelew 30 dni", "Przelew 60 dni"),
}  # fmt: skip
ORDER_SCENARIOS = ("unknown_customer", "unknown_ship_to", "currency_mismatch", "credit_hold", "total_mismatch",
                   "missing_po_number")  # fmt: skip
LINE_SCENARIOS = ("wrong_price", "unknown_item", "discontinued_item", "below_moq", "not_pack_multiple", "uom_mismatch",
                  "insufficient_stock", "past_due_date", "arithmetic_error", "missing_price",
                  "missing_quantity")  # fmt: skip
STRANGER = Buyer("", "Quarrybank Joinery Works", "quarrybank.example", "en", "12 Mill Rise", "Hexham NE46 3PX", "GB",
                 "", "GBP", "GBP-STD", False, (), {})  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineTruth:
    """What one line means. ``None`` is not printed at all. ``price`` is per ``price_base`` of ``unit``."""

    number: str
    item: Item | None  # None: something the supplier does not have
    buyer_code: str | None
    seller_code: str | None
    description: str
    quantity: Decimal | None
    unit_key: str
    unit: str
    price: Decimal | None
    price_base: int
    discount: Decimal | None  # percent
    amount: Decimal | None
    requested: date | None
    notes: tuple[str, ...] = ()
    wrong: str | None = None  # the exception code this line must raise


@dataclass(frozen=True, slots=True)
class OrderTruth:
    buyer: Buyer
    site: Site
    seller: tuple[str, ...]
    language: str
    number: str | None
    ordered: date
    requested: date
    currency: str
    terms: str
    incoterms: str
    lines: tuple[LineTruth, ...]
    subtotal: Decimal
    tax: Decimal | None
    freight: Decimal | None
    total: Decimal
    wrong: str | None = None
    document_type: str = "purchase_order"
    tags: tuple[str, ...] = field(default=())


def money(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def make_order(
    rng: random.Random, world: World, *, language: str | None = None, lines: int | None = None, wrong: str | None = None
) -> OrderTruth:
    """One order; ``wrong`` is a code of ``ORDER_SCENARIOS`` or ``LINE_SCENARIOS``, None for a clean order."""
    buyer = _pick_buyer(rng, world, language, wrong)
    currency = buyer.currency
    made = _lines(rng, world, buyer, lines or rng.choice((1, 2, 3, 4, 5, 6, 8, 11, 15)), wrong)
    if wrong == "currency_mismatch":
        currency = "USD" if currency != "USD" else "EUR"
    subtotal = sum((line.amount for line in made if line.amount is not None), Decimal(0))
    tax = money(subtotal * Decimal("0.19")) if rng.random() < 0.5 else None
    freight = Decimal(rng.choice(("12.50", "35.00", "89.90"))) if rng.random() < 0.25 else None
    total = subtotal + (tax or 0) + (freight or 0)
    return OrderTruth(
        buyer=buyer,
        site=_site(rng, buyer, wrong),
        seller=COMPANIES[0] if buyer.currency != "USD" else COMPANIES[1],
        language=buyer.lang,
        number=None if wrong == "missing_po_number" else _number(rng),
        ordered=TODAY - timedelta(days=rng.randrange(1, 14)),
        requested=TODAY + timedelta(days=rng.randrange(20, 90)),
        currency=currency,
        terms=rng.choice(TERMS[buyer.lang]),
        incoterms=rng.choice(("DAP", "EXW", "FCA", "CPT", "DDP")),
        lines=made,
        subtotal=subtotal,
        tax=tax,
        freight=freight,
        total=total + (Decimal("10.00") if wrong == "total_mismatch" else 0),
        wrong=wrong if wrong in ORDER_SCENARIOS else None,
    )


def _pick_buyer(rng: random.Random, world: World, language: str | None, wrong: str | None) -> Buyer:
    if wrong == "unknown_customer":
        return replace(STRANGER, sites=(Site("", STRANGER.name, STRANGER.street, STRANGER.city_zip, STRANGER.country),))
    held = [b for b in world.buyers if b.credit_hold == (wrong == "credit_hold")]
    return rng.choice([b for b in held if language in (None, b.lang)] or held)


def _site(rng: random.Random, buyer: Buyer, wrong: str | None) -> Site:
    site = rng.choice(buyer.sites)
    if wrong != "unknown_ship_to":
        return site
    return replace(site, ship_to_id="", name=f"{buyer.name} Depot 9", street="Ring Road 901", city_zip="9999 Newtown")


def _number(rng: random.Random) -> str:
    n = rng.randrange(10_000, 99_999)
    return rng.choice((f"PO-{n}", f"45{n:08d}", f"B{n}/26", f"{n}", f"26-{n}", f"ORD{n:07d}", f"2026.{n}"))


# --- lines


def _lines(rng: random.Random, world: World, buyer: Buyer, count: int, wrong: str | None) -> tuple[LineTruth, ...]:
    spoiled = rng.randrange(count) if wrong in LINE_SCENARIOS else None
    step = rng.choice((1, 10))
    items = rng.sample([i for i in world.items if i.status == "active"], count)
    return tuple(
        _line(rng, world, buyer, item, str((n + 1) * step), wrong if n == spoiled else None)
        for n, item in enumerate(items)
    )


def _line(rng: random.Random, world: World, buyer: Buyer, item: Item, number: str, wrong: str | None) -> LineTruth:
    if wrong == "discontinued_item":
        item = rng.choice([i for i in world.items if i.status != "active"])
    if wrong in ("below_moq", "not_pack_multiple"):
        item = rng.choice([i for i in world.items if i.status == "active" and i.multiple > 1])
    unit_key, factor = item.base_uom, 1
    if item.pack and wrong is None and rng.random() < 0.2:
        unit_key, factor = item.pack
        if factor % item.multiple or factor < item.moq:
            unit_key, factor = item.base_uom, 1
    quantity = _quantity(rng, world, item, factor, wrong)
    base = item.price_base if unit_key == item.base_uom and rng.random() < 0.6 else 1
    price = world.price(buyer, item.sku, quantity * factor, TODAY - timedelta(days=14)) * factor * base
    if wrong == "wrong_price":
        price *= Decimal("1.08")
    price = price.quantize(Decimal("0.0001") if price < 1 else CENT, ROUND_HALF_UP)
    if wrong == "uom_mismatch":
        unit_key = "PAL"
    discount = Decimal(rng.choice((5, 10))) if wrong == "wrong_price" and rng.random() < 0.2 else None
    amount = money(quantity * price / base * (1 - (discount or Decimal(0)) / 100))
    seller_code = item.sku if rng.random() < 0.75 else None
    line = LineTruth(
        number=number,
        item=item,
        buyer_code=buyer.part_numbers.get(item.sku) if rng.random() < 0.9 else None,
        seller_code=seller_code,
        description=item.description(rng.choice((buyer.lang, buyer.lang, "en"))),
        quantity=quantity,
        unit_key=unit_key,
        unit=UNIT_WORDS.get(unit_key, {}).get(buyer.lang, unit_key),
        price=price,
        price_base=base,
        discount=discount,
        amount=amount,
        requested=TODAY + timedelta(days=rng.randrange(20, 90)),
        wrong=wrong,
    )
    return _spoil(rng, line, wrong)


def _quantity(rng: random.Random, world: World, item: Item, factor: int, wrong: str | None) -> Decimal:
    if wrong == "insufficient_stock":
        return Decimal(world.stock[item.sku] * 3 // item.multiple * item.multiple)
    if wrong == "not_pack_multiple":
        return Decimal(item.multiple * 4 + 1)
    if wrong == "below_moq":
        return Decimal(max(1, item.moq - 1)) if item.moq == item.multiple else Decimal(item.multiple)
    if factor > 1:
        return Decimal(rng.randrange(1, 6))
    lots = max(1, -(-item.moq // item.multiple))
    most = world.stock[item.sku] // item.multiple // 4
    return Decimal(item.multiple * min(most, lots * rng.choice((1, 2, 3, 5, 8, 12, 20, 40))))


def _spoil(rng: random.Random, line: LineTruth, wrong: str | None) -> LineTruth:
    if wrong == "unknown_item":
        code = f"ZX-{rng.randrange(10_000, 99_999)}"
        return replace(line, item=None, buyer_code=None, seller_code=code, description="Torque tripod 14 kN yellow")
    if wrong == "past_due_date":
        return replace(line, requested=TODAY - timedelta(days=60))
    if wrong == "arithmetic_error" and line.amount is not None:
        return replace(line, amount=line.amount + Decimal("3.20"))
    if wrong == "missing_price":
        return replace(line, price=None, amount=None)
    if wrong == "missing_quantity":
        return replace(line, quantity=None, amount=None)
    return line
