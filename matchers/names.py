"""Company names and tax numbers in the form in which they are compared."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from pipeline.language import fold


@dataclass(frozen=True, slots=True)
class PartyWords:
    legal_forms: frozenset[tuple[str, ...]]
    free_mail: frozenset[str]
    streets: Mapping[str, str]
    closings: tuple[str, ...]  # folded beginnings of the line above a signature


@lru_cache(maxsize=1)
def party_words() -> PartyWords:
    data = tomllib.loads(resources.files("matchers").joinpath("parties.toml").read_text(encoding="utf-8"))
    forms = frozenset(tuple(form.split()) for form in data["legal_forms"])
    closings = tuple(fold(words) for words in data["closings"])
    return PartyWords(forms, frozenset(data["free_mail"]), data["streets"], closings)


@lru_cache(maxsize=65536)
def folded_name(name: str) -> str:
    """Lower case, no accents, no punctuation; initials joined, so that "S. A." and "SA" are alike."""
    words = [word for word in fold(name).split() if word not in ("and", "und", "et", "y", "the")]
    return re.sub(r"\b(\w) (?=\w\b)", r"\1", " ".join(words))


@lru_cache(maxsize=65536)
def bare_name(name: str) -> str:
    """``folded_name`` without the legal forms it ends in."""
    words = folded_name(name).split()
    forms = party_words().legal_forms
    stripped = True
    while stripped:
        stripped = False
        for length in (3, 2, 1):
            if len(words) > length and tuple(words[-length:]) in forms:
                words, stripped = words[:-length], True
                break
    return " ".join(words)


def site_owner(name: str) -> str:
    """The company part of a ship-to name: "Acme Ltd - Plant 2" is Acme Ltd's."""
    return re.split(r"\s+[-–—/|]\s+|,\s", name, maxsplit=1)[0]


def tax_key(tax_id: str, country: str | None = None) -> tuple[str | None, str]:
    """Country code and the number's letters and digits ("DE 123 456 789" is ("DE", "123456789")); the country as
    printed in the number, else as given."""
    key = re.sub(r"[\W_]+", "", tax_id).upper()
    return (key[:2], key[2:]) if re.match(r"[A-Z]{2}\w*\d{4}", key) else (country, key)


def domain_of(address: str | None) -> str | None:
    """The domain of a mail address, lower case."""
    return address.rsplit("@", 1)[1].strip(" >").casefold() if address and "@" in address else None
