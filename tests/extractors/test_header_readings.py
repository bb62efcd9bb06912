"""One value out of a few words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from extractors.header.readings import (
    find_date,
    read_amount,
    read_currency,
    read_incoterms,
    read_number,
    read_revision,
    read_terms,
)
from pipeline.model import Box, Word


def words(text: str) -> list[Word]:
    return [Word(t, Box(10.0 * i, 0, 10.0 * i + 8, 10)) for i, t in enumerate(text.split())]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4500012345", "4500012345"),
        ("WH/PO/36456", "WH/PO/36456"),
        ("198-2609 / 09-Nov-26", "198-2609"),
        ("45 0012 3456", "45 0012 3456"),
        ("PO 12345", "PO 12345"),
        ("4711 Rev. 2", "4711"),
        ("BE-011906 vom 3. Mai 2026", "BE-011906"),
        ("12/05/2026", None),
        ("+49 30 123456", None),
        ("1,250.00", None),
        ("DE811907324", None),
        ("see below", None),
    ],
)
def test_order_numbers(text: str, number: str | None) -> None:
    reading = read_number(words(text))
    assert (reading.value if reading else None) == number


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("le 28 février 2027, les articles", None, date(2027, 2, 28)),
        ("03/04/2027", "dmy", date(2027, 4, 3)),
        ("03/04/2027", "mdy", date(2027, 3, 4)),
        ("13/04/2027", None, date(2027, 4, 13)),
        ("198-2609 / 09-Nov-26", None, date(2026, 11, 9)),
    ],
)
def test_dates(text: str, order: str | None, day: date) -> None:
    reading = find_date(words(text), order)
    assert reading is not None
    assert reading.value == day


def test_a_date_that_reads_two_ways_has_no_value() -> None:
    reading = find_date(words("03/04/2027"), None)
    assert reading is not None
    assert reading.value is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("3 224,10 EUR", Decimal("3224.10")),
        (": 790,50 EUR.", Decimal("790.50")),
        ("2.00 of 10.00", None),
        ("no charge", None),
    ],
)
def test_amounts(text: str, amount: Decimal | None) -> None:
    reading = read_amount(words(text), ",")
    assert (reading.value if reading else None) == amount


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Net 30", "Net 30"),
        ("14 Tage 2% Skonto, 30 Tage netto /", "14 Tage 2% Skonto, 30 Tage netto"),
        ("Contado", "Contado"),
        ("and conditions", None),
        ("03.04.2027", None),
        ("User Logon:", None),
    ],
)
def test_terms_of_payment(text: str, terms: str | None) -> None:
    reading = read_terms(words(text))
    assert (reading.value if reading else None) == terms


def test_incoterms_need_a_code() -> None:
    assert read_incoterms(words("Our truck")) is None
    found = read_incoterms(words("EXW Columbus"))
    assert found is not None
    assert found.value == "EXW Columbus"


def test_a_lone_dollar_is_no_currency() -> None:
    assert read_currency(words("$")) is None
    found = read_currency(words("EUR"))
    assert found is not None
    assert found.value == "EUR"


@pytest.mark.parametrize(("text", "mark"), [("Rev. 2", "2"), ("Revision B", "B"), ("Rev3", "3"), ("Review", None)])
def test_revision_marks(text: str, mark: str | None) -> None:
    reading = read_revision(words(text))
    assert (reading.value if reading else None) == mark
