"""The law of conservation as a table, with the alert when it does not hold."""

from __future__ import annotations

from collections.abc import Sequence

from reports.records import Alert, Figure, Ratio, Section, Table, Value
from store.conservation import PLACES, Balance

WORDS = (
    "Received (the entries of the audit log) = exported + waiting for export + in review + rejected by a person + "
    "ignored (no order) + dead letter + not processed yet (where the mails stand now). A mail with several orders "
    "stands where the last of them stands. A difference is an alert."
)
Rows = tuple[tuple[Value, ...], ...]
TITLES = ("exported", "to export", "in review", "rejected", "ignored", "dead letter", "not processed")


def conservation(balances: Sequence[Balance]) -> tuple[Section, tuple[Alert, ...]]:
    received = sum(b.received for b in balances)
    lost = [b for b in balances if b.difference]
    here = received - sum(b.difference for b in lost)
    figure = Figure(
        "conservation", "Mails accounted for", Ratio(here, received), f"{here:,} mails that stand somewhere",
        f"{received:,} mails received", WORDS,
    )  # fmt: skip
    each: Rows = tuple((b.day, b.mailbox, *_numbers(b)) for b in reversed(balances))
    days = Table(
        "conservation_days", "Per mailbox and day", WORDS, ("day", "mailbox", "received", *TITLES, "difference"),
        each, None, 14,
    )  # fmt: skip
    boxes = sorted({b.mailbox for b in balances})
    whole: Rows = tuple((box, *_sums([b for b in balances if b.mailbox == box])) for box in boxes)
    total = Table("conservation", "Per mailbox", WORDS, ("mailbox", "received", *TITLES, "difference"), whole)
    alerts = tuple(
        Alert(
            "conservation",
            f"{b.difference} of {b.received} mails of mailbox {b.mailbox} received on {b.day} are nowhere",
        )
        for b in lost
    )
    return Section("Nothing is lost", (figure,), (total, days)), alerts


def _numbers(b: Balance) -> tuple[int, ...]:
    return (b.received, *(getattr(b, place) for place in PLACES), b.difference)


def _sums(balances: Sequence[Balance]) -> tuple[int, ...]:
    return tuple(sum(column) for column in zip(*map(_numbers, balances), strict=True))
