"""How a customer prints things: labels, numbers, dates, per language."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
}
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
GROUPING = {"en": ",", "de": ".", "fr": "\u00a0", "es": ".", "pt": ".", "it": ".", "nl": ".", "pl": "\u00a0"}


@cache
def labels() -> dict[str, dict[str, list[str]]]:
    path = resources.files("sample_docs.generator") / "labels.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Wording:
    """One customer's choice of words and forms; the same through one document."""

    language: str
    chosen: dict[str, str]
    date_form: str  # "iso", "numeric", "words"
    grouped: bool
    month_first: bool

    def label(self, key: str) -> str:
        return self.chosen[key]

    def number(self, value: Decimal | None, places: int | None = None) -> str:
        """With the language's marks; ``places`` None keeps the value's own."""
        if value is None:
            return ""
        text = f"{value:,.{places}f}" if places is not None else f"{value:,f}"
        whole, _, fraction = text.partition(".")
        whole = whole.replace(",", GROUPING[self.language] if self.grouped else "")
        mark = "." if self.language == "en" else ","
        return whole + (mark + fraction if fraction else "")

    def date(self, value: date | None) -> str:
        if value is None:
            return ""
        if self.date_form == "iso":
            return value.isoformat()
        if self.date_form == "words":
            month = MONTHS[self.language].split()[value.month - 1]
            if self.language == "en" and self.month_first:
                return f"{month} {value.day}, {value.year}"
            joint = " de " if self.language in ("es", "pt") else " "
            dot = "." if self.language == "de" else ""
            return f"{value.day}{dot}{joint}{month}{joint}{value.year}"
        if self.month_first:
            return f"{value.month:02d}/{value.day:02d}/{value.year}"
        sign = {"en": "/", "de": ".", "fr": "/", "es": "/", "pt": "/", "it": "/", "nl": "-", "pl": "."}[self.language]
        return value.strftime(f"%d{sign}%m{sign}%Y")


def make_wording(rng: random.Random, language: str, country: str) -> Wording:
    chosen = {key: rng.choice(options) for key, options in labels()[language].items()}
    american = country == "US"
    form = rng.choice(("numeric", "numeric", "iso", "words"))
    return Wording(language, chosen, form, rng.random() < 0.8, american)
