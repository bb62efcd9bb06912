"""Amounts and quantities from printed text. See ``pipeline.values``, which is what others import."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, cast

from pipeline.currencies import strip_currency

_NO_AMOUNT: Mapping[str, Decimal] = MappingProxyType({})
_MAX_LENGTH = 60  # no amount is longer; keeps hostile text from costing time
_BLANKS = re.compile(r"[\s\u00a0\u2000-\u200b\u202f\u205f\u3000\ufeff]+")
_MINUS = str.maketrans(dict.fromkeys("−–—‐‑‒﹣", "-"))
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘`´ʼ′", "'"))
# full-width digits and marks of East Asian fonts
_WIDE = {ord(c): ord(c) - 0xFEE0 for c in "０１２３４５６７８９，．（）＋－"}
_BODY = re.compile(r"[.,]?[0-9][0-9.,' ]*")
_NO_CENTS = re.compile(r"(?<=[0-9])[.,] ?-{1,2}$")  # "12,-" and "12.--" are twelve, not minus twelve


def parse_amount(text: str, decimal: str | None = None) -> Decimal | None:
    """The amount with its printed digits ("1.234,50" -> 1234.50), or None if it is none or has several readings.

    ``decimal`` ("," or ".") chooses between readings; a form that allows only one reading is read whatever it says.
    Currency signs and codes are dropped; "12,50-", "-12,50" and "(12.50)" are negative; a percentage is no amount.
    """
    found = _readings(text)
    if decimal is not None and decimal in found:
        return found[decimal]
    values = set(found.values())
    return values.pop() if len(values) == 1 else None


def amount_readings(text: str) -> tuple[Decimal, ...]:
    """All values the text can stand for, largest first: "1.234" gives (1234, 1.234); () if it is no amount."""
    return tuple(sorted(set(_readings(text).values()), key=abs, reverse=True))


def decimal_votes(texts: Iterable[str]) -> Literal[".", ","] | None:
    """The decimal mark that the amounts prove by their own form; None without proof or when they contradict.

    One in five may differ (a misread number, a date without its year): with more, the document uses both.
    """
    votes = {".": 0, ",": 0}
    for text in texts:
        found = set(_readings(text))
        if len(found) == 1 and found <= {".", ","}:
            votes[found.pop()] += 1
    winner, loser = (".", ",") if votes["."] >= votes[","] else (",", ".")
    proven = votes[winner] > 0 and votes[winner] >= 4 * votes[loser]
    return cast(Literal[".", ","], winner) if proven else None


@lru_cache(maxsize=16384)
def looks_like_amount(text: str) -> bool:
    """A number that may be an amount or a quantity: not a long or zero-padded run of digits, which is a code."""
    plain = text.strip()
    is_code = plain.isdigit() and (len(plain) > 9 or (len(plain) > 1 and plain[0] == "0"))
    return not is_code and bool(_readings(text))


@lru_cache(maxsize=16384)
def _readings(text: str) -> Mapping[str, Decimal]:
    """Decimal mark -> value under that habit; the key "" is for a number without dot and comma, the same under both."""
    body = _plain(text)
    negative = False
    if body.startswith("(") and body.endswith(")"):
        negative, body = True, strip_currency(body[1:-1].strip())
    body = _NO_CENTS.sub("", body)
    if body.startswith(("-", "+")):
        negative, body = negative or body[0] == "-", strip_currency(body[1:].strip())
    elif body.endswith("-"):
        negative, body = True, strip_currency(body[:-1].strip())
    if not _BODY.fullmatch(body):
        return _NO_AMOUNT
    readings = _unsigned_readings(body)
    return MappingProxyType({mark: -value for mark, value in readings.items()} if negative else readings)


def _plain(text: str) -> str:
    if len(text) > _MAX_LENGTH or "%" in text or "％" in text:
        return ""
    plain = _BLANKS.sub(" ", text).translate(_MINUS).translate(_APOSTROPHES).translate(_WIDE)
    return strip_currency(plain.strip().strip("*").strip())


def _unsigned_readings(body: str) -> dict[str, Decimal]:
    readings: dict[str, Decimal] = {}
    for mark, other in ((".", ","), (",", ".")):
        head, found, tail = body.rpartition(mark)
        if found and tail.isdigit():
            whole = _ungrouped(head, {other, " ", "'"}) if head else "0"
            if whole is not None:
                readings[mark] = Decimal(f"{whole}.{tail}")
        if mark in body:  # grouped by this mark: only where the other one is the decimal mark
            whole = _ungrouped(body, {mark})
            if whole is not None:
                readings[other] = Decimal(whole)
    if "." not in body and "," not in body:
        whole = _ungrouped(body, {" ", "'"})
        if whole is not None:
            readings[""] = Decimal(whole)
    return readings


def _ungrouped(text: str, separators: set[str]) -> str | None:
    """The digits, if one kind of separator groups them in threes, or as in India in twos before the last three."""
    used = {c for c in text if not c.isdigit()}
    if not used:
        return text
    if len(used) > 1 or not used <= separators:
        return None
    groups = text.split(used.pop())
    if not groups[0] or groups[0].startswith("0") or len(groups[-1]) != 3:
        return None
    western = len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    indian = "," in text and len(groups) > 2 and len(groups[0]) <= 2 and all(len(group) == 2 for group in groups[1:-1])
    return "".join(groups) if western or indian else None
