"""Units of measure: UN/ECE Recommendation 20 codes from printed text. Others import ``pipeline.values``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from pipeline.errors import ConfigError
from pipeline.language import fold

PIECE_CODES = frozenset({"H87", "EA", "C62"})  # piece, each, one: one of them is as many as one of the others


@lru_cache(maxsize=1)
def _synonyms() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Forms that must fit exactly, and folded forms. Raises ``ConfigError`` when one form stands for two units."""
    raw = tomllib.loads(resources.files("pipeline").joinpath("units.toml").read_text(encoding="utf-8"))
    exact: dict[str, str] = {}
    folded: dict[str, str] = {}
    faults = []
    for section, table, key in (("exact", exact, str), ("units", folded, _key)):
        for code, forms in raw[section].items():
            for form in forms:
                if table.setdefault(key(form), code) != code:
                    faults.append(f"  [{section}] {form!r} stands for {table[key(form)]} and for {code}")
    if faults:
        raise ConfigError("pipeline/units.toml:", tuple(faults))
    for code in raw["units"]:  # last: a printed "ST" is a piece (Stück), not Recommendation 20's sheet
        folded.setdefault(_key(code), code)
    return MappingProxyType(exact), MappingProxyType(folded)


@lru_cache(maxsize=4096)
def unit_code(text: str) -> str | None:
    """The Recommendation 20 code of a unit that stands alone ("Stck." -> H87, "Karton" -> XCT); None if not known."""
    if len(text) > 40:
        return None
    exact, folded = _synonyms()
    plain = _bare(text)
    code = exact.get(plain, exact.get(plain.rstrip(".")))
    return (folded.get(_key(plain)) if code is None else code) or None


@lru_cache(maxsize=16384)
def is_unit(text: str) -> bool:
    """Whether the text is a unit and nothing else; also one that has no single code ("M": metre or thousand)."""
    exact, folded = _synonyms()
    plain = _bare(text)
    return bool(plain) and len(text) <= 40 and (plain in exact or plain.rstrip(".") in exact or _key(plain) in folded)


def same_unit(one: str | None, other: str | None) -> bool:
    """Whether two Recommendation 20 codes count the same thing (piece, each and one do). None is no unit."""
    if one is None or other is None:
        return False
    return one == other or (one in PIECE_CODES and other in PIECE_CODES)


def _bare(text: str) -> str:
    return text.strip().strip("()[]:;,").strip()


def _key(text: str) -> str:
    return fold(text).replace(" ", "")
