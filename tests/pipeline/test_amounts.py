"""Amounts as orders print them: a table of literal rows, and round trips in every language."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language import Language, languages
from pipeline.values import amount_readings, decimal_votes, looks_like_amount, looks_like_code, parse_amount

D = Decimal
NARROW, NBSP = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"),
        ("1200", "1200"),
        ("12.5", "12.5"),
        ("12,5", "12.5"),
        ("0.250", "0.250"),
        ("0,250", "0.250"),
        (",5", "0.5"),
        (".75", "0.75"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        (f"1{NBSP}234,50", "1234.50"),
        (f"1{NARROW}234{NARROW}567,89", "1234567.89"),
        ("1'234.50", "1234.50"),
        ("1’234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("12.345.678,9", "12345678.9"),
        ("1,00,000", "100000"),
        ("12,34,567.80", "1234567.80"),
        ("1234,567", "1234.567"),
        ("1234.5678", "1234.5678"),
        ("1 234", "1234"),
        ("14,207.64", "14207.64"),
        ("$14,207.64", "14207.64"),
        ("US$ 1,000.00", "1000.00"),
        ("R$ 10,00", "10.00"),
        ("1 234,50 EUR", "1234.50"),
        ("EUR 1.234,50", "1234.50"),
        ("1.234,50€", "1234.50"),
        ("€12", "12"),
        ("12 zł", "12"),
        ("CHF 1’200.-", "1200"),
        ("12,-", "12"),
        ("12,--", "12"),
        ("£0.5700", "0.5700"),
        ("-12.50", "-12.50"),
        ("−12.50", "-12.50"),
        ("12,50-", "-12.50"),
        ("(12.50)", "-12.50"),
        ("$ (5.00)", "-5.00"),
        ("-$5.00", "-5.00"),
        ("+3.20", "3.20"),
        ("***1,234.50", "1234.50"),
        ("€ 0,0345", "0.0345"),
    ],
)
def test_one_reading(text: str, value: str) -> None:
    assert str(parse_amount(text)) == value
    # the own form wins over a habit that cannot have printed it
    assert parse_amount(text, ".") == parse_amount(text, ",") == D(value)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("1.234", ("1234", "1.234")),
        ("1,234", ("1234", "1.234")),
        ("100.000", ("100000", "100.000")),
        ("-1.500", ("-1500", "-1.500")),
        ("EUR 1.234", ("1234", "1.234")),
    ],
)
def test_two_readings_are_none_without_a_habit(text: str, readings: tuple[str, str]) -> None:
    assert amount_readings(text) == tuple(map(D, readings))
    assert parse_amount(text) is None
    grouping = "." if "." in text else ","
    assert parse_amount(text, {".": ",", ",": "."}[grouping]) == D(readings[0])
    assert str(parse_amount(text, grouping)) == readings[1]


@pytest.mark.parametrize(
    "text",
    ["", " ", "5%", "5 ％", "19 %", "1.2.3", "5.", "12EA", "12 34", "1 23 456", "1.23,45.6", "12.345,67,8", "abc",
     "€", "-", "()", "1..2", "0.123,456", "٣٤", "1/2", "12:30", "1,2,3", "12-34", "13.01.2027", "12 x 5",
     "PO 4711", "1e5", "²", "ALL 12.5x", "1'2'3", "12,3456.7"],
)  # fmt: skip
def test_no_amount(text: str) -> None:
    assert parse_amount(text) is None
    assert amount_readings(text) == ()
    assert not looks_like_amount(text)


def test_decimal_mark_is_proven_by_form() -> None:
    assert decimal_votes(["1.234", "12,50"]) == ","
    assert decimal_votes(["1,234", "12.50"]) == "."
    assert decimal_votes(["1.234", "100"]) is None  # nothing proves anything
    assert decimal_votes(["1.234.567"]) == ","
    assert decimal_votes(["12,50", "12.50"]) is None  # the document uses both
    assert decimal_votes(["12,50"] * 8 + ["13.01"]) == ","  # one misread number does not turn it
    assert decimal_votes([]) is None


@pytest.mark.parametrize(
    ("text", "amount", "code"),
    [
        ("12.50", True, False),
        ("1200", True, True),
        ("007", False, False),
        ("0012345", False, True),
        ("4006381333931", False, True),
        ("AB-123", False, True),
        ("M8x20", False, True),
        ("12-34", False, True),
        ("12EA", False, False),
        ("09-Nov-26", False, False),
        ("2026-11-10", False, False),
        ("HEX-BOLT", False, False),
        ("Schraube", False, False),
        ("1.234,50", True, False),
        ("5%", False, False),
        ("AB 12", False, False),
    ],
)
def test_amount_or_code(text: str, amount: bool, code: bool) -> None:
    assert (looks_like_amount(text), looks_like_code(text)) == (amount, code)


def printed(value: Decimal, language: Language, grouping: str) -> str:
    whole, _, fraction = f"{abs(value):,f}".partition(".")
    text = whole.replace(",", grouping) + (language.decimal + fraction if fraction else "")
    return f"-{text}" if value < 0 else text


amounts = st.decimals(-10_000_000, 10_000_000, allow_nan=False, allow_infinity=False, places=2)


@pytest.mark.parametrize("language", languages().values(), ids=lambda language: language.code)
@given(value=amounts, data=st.data())
def test_round_trip(language: Language, value: Decimal, data: st.DataObject) -> None:
    grouping = data.draw(st.sampled_from(("", *language.grouping)))
    text = printed(value, language, grouping)
    assert parse_amount(text, language.decimal) == value
    assert value in amount_readings(text)


@given(value=st.integers(0, 10**9), language=st.sampled_from(tuple(languages().values())))
def test_whole_numbers_with_their_language(value: int, language: Language) -> None:
    for grouping in language.grouping:
        assert parse_amount(printed(D(value), language, grouping), language.decimal) == value


@given(st.text(max_size=80))
def test_never_raises(text: str) -> None:
    parse_amount(text)
    parse_amount(text, ",")
    looks_like_amount(text)
    looks_like_code(text)
    decimal_votes([text])


@given(st.text(alphabet="0123456789.,' -()€$%", max_size=20))
def test_readings_hold_the_printed_digits(text: str) -> None:
    for value in amount_readings(text):
        digits = "".join(c for c in text if c.isdigit())
        assert f"{abs(value):f}".replace(".", "").lstrip("0") == digits.lstrip("0")
