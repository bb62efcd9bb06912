"""Values as people read them, and as spreadsheets take them."""

from __future__ import annotations

from reports.records import Duration, Money, Ratio, Value

NONE = "–"


def shown(value: Value) -> str:
    """For print: shares in percent, sums with their currency, durations in the unit that fits."""
    if value is None:
        return NONE
    if isinstance(value, Ratio):
        return NONE if value.share is None else percent(value.share)
    if isinstance(value, Money):
        return " · ".join(f"{amount / 10_000:,.2f} {currency or '(none)'}" for currency, amount in value.sums) or "0.00"
    if isinstance(value, Duration):
        return duration(value.ms)
    if isinstance(value, float):
        return f"{value:,.4g}"
    return value if isinstance(value, str) else f"{value:,}"


def percent(share: float) -> str:
    """One digit, and two where a share is near none or all: 99.95 % is not 100 %."""
    digits = 1 if 0.01 <= share <= 0.99 or share in (0, 1) else 2
    return f"{share * 100:.{digits}f} %"


def duration(ms: int) -> str:
    seconds = ms / 1000
    for unit, size in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size * (2 if unit == "days" else 1):
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:,.1f} s"


def plain(value: Value) -> str | int | float | None:
    """For a spreadsheet: a share as a number from 0 to 1, a duration in seconds, money as text."""
    if isinstance(value, Ratio):
        return None if value.share is None else round(value.share, 6)
    if isinstance(value, Duration):
        return value.ms / 1000
    if isinstance(value, Money):
        return "; ".join(f"{currency or '(none)'} {amount / 10_000:.2f}" for currency, amount in value.sums)
    return value


def guarded(value: str | int | float | None) -> str | int | float | None:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it: names come from strangers."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value
