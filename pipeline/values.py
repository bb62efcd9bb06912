"""Amounts, dates, units, currencies and codes from printed text, without guessing.

What a text proves by its own form is read; what two readings fit is None until the caller says which habit holds
(``decimal``, ``order``). All functions take any text and never raise.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.amounts import amount_readings, decimal_votes, looks_like_amount, parse_amount
from pipeline.currencies import currency_code
from pipeline.dates import date_readings, looks_like_date, may_be_in_date, parse_date, proven_date_orders
from pipeline.units import is_unit, same_unit, unit_code
from pipeline.weeks import Week, is_week, week_in

__all__ = [
    "Week", "amount_readings", "currency_code", "date_readings", "decimal_votes", "has_digit", "is_unit", "is_week",
    "looks_like_amount", "looks_like_code", "looks_like_date", "may_be_in_date", "parse_amount", "parse_date",
    "proven_date_orders", "same_unit", "unit_code", "week_in",
]  # fmt: skip

_CODE = re.compile(r"[^\W_](?:[\w./+#*-]*[\w#+*])?")
_NUMBER_WITH_UNIT = re.compile(r"[\d.,]+([^\W\d]+\.?)")


@lru_cache(maxsize=16384)
def has_digit(text: str) -> bool:
    """Whether a figure stands in the text."""
    return not text.isalpha() and any(map(str.isdigit, text))


@lru_cache(maxsize=16384)
def looks_like_code(text: str) -> bool:
    """An item code: one word of letters and digits, or of at least four digits, or of digits joined by marks.

    Not an amount with decimals, a date, a number with its unit glued on ("12EA"), or a word.
    """
    plain = text.strip()
    if not 3 <= len(plain) <= 40 or not _CODE.fullmatch(plain) or not has_digit(plain):
        return False
    if plain.isdigit():
        return len(plain) >= 4
    if parse_amount(plain) is not None or looks_like_amount(plain) or looks_like_date(plain):
        return False
    glued = _NUMBER_WITH_UNIT.fullmatch(plain)
    return not (glued and is_unit(glued[1]))
