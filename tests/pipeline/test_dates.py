"""Dates as orders print them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language import Language, languages
from pipeline.values import date_readings, looks_like_date, parse_date, proven_date_orders


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-11-10", "2026-11-10"),
        ("2026/11/10", "2026-11-10"),
        ("2026.11.10", "2026-11-10"),
        ("2026-11-10T00:00:00", "2026-11-10"),
        ("2026-11-10 14:30", "2026-11-10"),
        ("20261110", "2026-11-10"),
        ("13.01.2027", "2027-01-13"),
        ("13/01/27", "2027-01-13"),
        ("01/13/2027", "2027-01-13"),
        ("05/05/2026", "2026-05-05"),
        ("09-Nov-26", "2026-11-09"),
        ("9 Nov 2026", "2026-11-09"),
        ("09NOV2026", "2026-11-09"),
        ("Nov. 7, 2026", "2026-11-07"),
        ("November 7, 2026", "2026-11-07"),
        ("Friday, November 6th, 2026", "2026-11-06"),
        ("Mon, 9 Nov 2026 14:30", "2026-11-09"),
        ("7. November 2026", "2026-11-07"),
        ("den 3. März 2027", "2027-03-03"),
        ("8 novembre 2026", "2026-11-08"),
        ("le 8 novembre 2026", "2026-11-08"),
        ("1er décembre 2026", "2026-12-01"),
        ("7 de marzo de 2026", "2026-03-07"),
        ("1º de março de 2026", "2026-03-01"),
        ("7 marzo 2026", "2026-03-07"),
        ("5 mei 2026", "2026-05-05"),
        ("16 LIS 2026", "2026-11-16"),
        ("16 listopada 2026 r.", "2026-11-16"),
        ("31 DIC 26", "2026-12-31"),
        ("2026 November 7", "2026-11-07"),
        ("29.02.2028", "2028-02-29"),
        ("12 . 25 . 2026", "2026-12-25"),
    ],
)
def test_own_form(text: str, iso: str) -> None:
    day = date.fromisoformat(iso)
    assert parse_date(text) == parse_date(text, order="dmy") == parse_date(text, order="mdy") == day
    assert date_readings(text) == (day,)
    assert looks_like_date(text)


@pytest.mark.parametrize("text", ["06/11/2026", "le 06/11/2026", "06.11.2026", "06-11-26", "06/11/2026 08:15 AM"])
def test_ambiguous_until_the_order_is_known(text: str) -> None:
    assert parse_date(text) is None
    assert parse_date(text, order="dmy") == date(2026, 11, 6)
    assert parse_date(text, order="mdy") == date(2026, 6, 11)
    assert date_readings(text) == (date(2026, 6, 11), date(2026, 11, 6))


def test_year_first_with_two_digits_only_on_demand() -> None:
    assert parse_date("26-11-10", order="ymd") == date(2026, 11, 10)
    assert parse_date("13.01.27") == date(2027, 1, 13)


@pytest.mark.parametrize(
    "text",
    ["", "2027 W12", "KW 12/2027", "31.02.2026", "32/01/2026", "00.01.2026", "13/13/2026", "13.01.", "Nov 2026",
     "11/2026",
     "1.2.3", "1.234,50", "4006381333931", "20261399",
     "99999999", "Mai", "12 Nov", "7 Nov Dez 2026", "10-20-30-40",
     "M8x20", "1 2 3 2026", "٠١/٠٢/٢٠٢٦x", "0001-01-01", "12:30", "Nov 31, 2026"],
)  # fmt: skip
def test_no_date(text: str) -> None:
    assert parse_date(text) is None
    assert parse_date(text, order="dmy") is None
    assert not looks_like_date(text)


def test_order_is_proven_by_form() -> None:
    assert proven_date_orders(["06/11/2026", "13/01/2027"]) == {"dmy"}
    assert proven_date_orders(["06/11/2026", "01/13/2027"]) == {"mdy"}
    assert not proven_date_orders(["06/11/2026", "2026-11-10"])
    assert proven_date_orders(["13/01/2027", "01/13/2027"]) == {"dmy", "mdy"}


def test_two_digit_years() -> None:
    assert parse_date("13.01.79") == date(2079, 1, 13)
    assert parse_date("13.01.80") == date(1980, 1, 13)


days = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize("language", languages().values(), ids=lambda language: language.code)
@given(day=days, data=st.data())
def test_month_names_round_trip(language: Language, day: date, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([name for name, number in language.months.items() if number == day.month]))
    for text in (
        f"{day.day} {name} {day.year}",
        f"{day.day:02d}-{name.upper()}-{day.year}",
        f"{day.day}. {name} {day.year}",
    ):
        assert parse_date(text) == day


@given(day=days, order=st.sampled_from(("dmy", "mdy", "ymd")), mark=st.sampled_from("./-"))
def test_numeric_round_trip(day: date, order: str, mark: str) -> None:
    parts = {"d": f"{day.day:02d}", "m": f"{day.month:02d}", "y": f"{day.year:04d}"}
    text = mark.join(parts[c] for c in order)
    assert parse_date(text, order=order) == day
    assert day in date_readings(text)


@given(st.text(max_size=80))
def test_never_raises(text: str) -> None:
    parse_date(text)
    parse_date(text, order="ymd")
    proven_date_orders([text])
