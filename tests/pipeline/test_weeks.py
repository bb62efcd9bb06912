"""Calendar weeks in place of days."""

from __future__ import annotations

import pytest

from pipeline.values import is_week, week_in


@pytest.mark.parametrize(
    ("text", "number", "year"),
    [
        ("KW 47/2026", 47, 2026), ("KW47", 47, None), ("Woche 47.2026", 47, 2026), ("week 12", 12, None),
        ("wk. no. 12", 12, None), ("2026-W47", 47, 2026), ("Semaine 3 2027", 3, 2027), ("sem. 12/27", 12, 2027),
        ("tydzień 5", 5, None),
    ],
)  # fmt: skip
def test_weeks_as_printed(text: str, number: int, year: int | None) -> None:
    week = week_in(text)
    assert week is not None
    assert (week.number, week.year) == (number, year)
    assert is_week(text)


@pytest.mark.parametrize("text", ["KW 54/2026", "KW 53/2027", "Assembly 12", "12.12.2026", "KW 4711", "47 KW", "week"])
def test_what_is_no_week(text: str) -> None:
    assert week_in(text) is None


def test_a_week_within_a_text_is_found_and_says_its_days() -> None:
    assert str(week_in("Ende KW 47/2026")) == "2026-W47, 2026-11-16 to 2026-11-22"
    assert not is_week("KW 47 kg")
