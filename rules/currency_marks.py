"""Currency signs and codes beside the amounts of a document."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.language import fold
from pipeline.model import MatchedOrder, Order
from pipeline.values import currency_code

# What a sign may stand for that several currencies share (ISO 4217).
SHARED = {
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU", "BRL"}),
    "¥": frozenset({"JPY", "CNY"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
}
SIGNED = re.compile(r"(?:US|CA|AU|NZ|HK|R|C|A|S)?\$|[€£¥]|zł|\bkr\b")
COMMON = frozenset({
    "EUR", "USD", "GBP", "CHF", "PLN", "CAD", "AUD", "BRL", "MXN", "CZK", "SEK", "NOK", "DKK", "HUF", "CNY", "JPY",
    "INR", "NZD", "SGD", "HKD", "RON", "BGN", "TRY", "ZAR",
})  # fmt: skip
OF_MONEY = frozenset({
    "total", "amount", "price", "prices", "value", "subtotal", "preis", "preise", "betrag", "summe", "gesamtsumme",
    "einzelpreis", "prix", "montant", "precio", "precios", "importe", "preco", "precos", "valor", "prezzo",
    "prezzi", "importo", "totale", "prijs", "prijzen", "bedrag", "totaal", "cena", "ceny", "kwota", "wartosc",
    "razem", "suma",
})  # fmt: skip
MONEY_PATH = re.compile(r"lines\[\d+\]\.(?:unit_price|line_amount)|subtotal|tax|freight|discount|total")
LONGEST = 12  # words of a heading or a note about prices; in terms of payment other currencies may be named


def foreign_mark(order: Order, expected: frozenset[str]) -> str | None:
    """A text that shows amounts in a currency outside ``expected``; None where none does."""
    for text in _texts(order):
        for may_be in marks(text):
            if not may_be & expected:
                return text
    return None


def marks(text: str) -> Iterator[frozenset[str]]:
    """For each currency sign, code or name in the text the currencies it may stand for."""
    for sign in SIGNED.findall(text):
        code = currency_code(sign)
        yield frozenset({code}) if code else SHARED.get(sign, frozenset({sign}))
    words = re.findall(r"[^\W\d_]+", text)
    yield from (frozenset({word}) for word in words if word in COMMON)
    for size in (2, 3):
        for at in range(len(words) - size + 1):
            if code := currency_code(" ".join(words[at : at + size])):
                yield frozenset({code})


def _texts(order: Order) -> Iterator[str]:
    yield from (e.text for e in order.evidence if MONEY_PATH.fullmatch(e.path))
    for remark in order.remarks:
        words = remark.text.split()
        alone = [word for word in words if not any(map(str.isdigit, word))]  # of a column of currencies
        if (len(alone) == 1 and alone[0] in COMMON) or (
            len(words) <= LONGEST and OF_MONEY & set(fold(remark.text).split())
        ):
            yield remark.text


def of_amounts(matched: MatchedOrder, expected: frozenset[str]) -> str | None:
    """Like ``foreign_mark``, in words."""
    text = foreign_mark(matched.order, expected) if expected else None
    return f'amounts are printed as "{text}"' if text else None
