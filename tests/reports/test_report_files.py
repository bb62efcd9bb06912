"""The files of a report: the same bytes each time, nothing a stranger wrote runs in them, charts say their numbers."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from reports.records import (
    Alert,
    Bars,
    Case,
    Duration,
    Figure,
    Lines,
    Money,
    Period,
    Ratio,
    Report,
    Scatter,
    Section,
    Table,
)
from reports.svg import svg
from reports.words import duration, percent, plain, shown
from reports.write import as_json, page, write

EVIL = '=HYPERLINK("http://x.example")<script>alert(1)</script>'
CASE = Case("k" * 64, EVIL, "C1", "2026-11-16", "review", "k" * 16)
FIGURE = Figure("f", "A figure", Ratio(1, 4), "1 of them", "4 of those", "What it means.", (0.006, 0.806), (CASE,), 1)
ROWS = ((EVIL, 3, Ratio(3, 4), Money((("EUR", 125_000),)), Duration(90_000)), ("b", 1, Ratio(0, 0), Money(()), None))
TABLE = Table("t", "A table", "Words.", ("who", "n", "share", "at stake", "time"), ROWS, Bars("b", ("x",), (3.0,)), 1)
REPORT = Report(Period(date(2026, 11, 16), date(2026, 11, 22), 1_795_000_000), (Section("One", (FIGURE,), (TABLE,)),))


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = write(REPORT, tmp_path / "a"), write(REPORT, tmp_path / "b")
    assert [path.name for path in first] == ["report.html", "report.xlsx", "figures.csv", "cases.csv", "t.csv"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    core = zipfile.ZipFile(first[1]).read("docProps/core.xml").decode()
    assert core.count("2026-11-18T11:06:40Z") == 2, "created and modified are the moment of the data"


def test_what_strangers_wrote_stays_text(tmp_path: Path) -> None:
    files = {path.name: path for path in write(REPORT, tmp_path, "https://orders.example.com")}
    html = files["report.html"].read_text()
    assert "<script" not in html and "&lt;script&gt;" in html
    assert (
        f'href="https://orders.example.com/cases/{"k" * 16}"' in html
        and "<a" not in page(REPORT).split("1 order:")[1][:99]
    )
    rows = list(csv.reader(io.StringIO(files["t.csv"].read_text("utf-8-sig"))))
    assert rows[1] == ["'" + EVIL, "3", "0.75", "EUR 12.50", "90.0"] and rows[2] == ["b", "1", "", "", ""]
    sheet = load_workbook(files["report.xlsx"])["t"]
    assert [c.value for c in sheet[2]] == ["'" + EVIL, 3, 0.75, "EUR 12.50", 90] and sheet["A2"].data_type == "s"


def test_the_page_says_numbers_definition_and_alerts() -> None:
    html = page(replace(REPORT, alerts=(Alert("drift", "a week is outside"),)))
    for words in (
        "25.0 %",
        "1 of them",
        "4 of those",
        "What it means.",
        "0.60 % and 80.6 %",
        "1 alert<",
        "a week is outside",
    ):
        assert words in html, words
    assert "The first 1 of 2 rows" in html and "t.csv" in html and "12.50 EUR" in html and "1.5 min" in html
    assert "No alerts" in page(REPORT) and "@page" in html and "src=" not in html


def test_charts_say_their_numbers() -> None:
    lines = Lines("Drift", ("a", "b", "c"), (("share", (0.5, None, 0.9)), ("upper limit", (0.6, 0.6, 0.6))),
                  ("upper limit",), True, frozenset({2}))  # fmt: skip
    drawn = svg(lines)
    assert "<title>Drift</title>" in drawn and "the last is 90.0 %" in drawn and drawn.count('class="mark"') == 2
    assert "x 3" in svg(Bars("n", ("x",), (3,))) and "&lt;b&gt;" in svg(Bars("n", ("<b>",), (1,)))
    assert "stated 98.0 %, right 95.0 %" in svg(Scatter("c", ((0.98, 0.95),), (7,)))
    assert svg(Bars("none", ("x",), (0,))) and svg(
        replace(lines, labels=("a",), series=(("s", (None,)),), marked=frozenset())
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.5, "50.0 %"), (1.0, "100.0 %"), (0.9995, "99.95 %"), (0.0, "0.0 %"), (0.0004, "0.04 %")],
)
def test_shares_never_round_to_all_or_none(value: float, words: str) -> None:
    assert percent(value) == words


def test_values() -> None:
    assert [duration(ms) for ms in (900, 61_000, 7_200_000, 172_800_000)] == ["0.9 s", "1.0 min", "2.0 h", "2.0 days"]
    assert shown(1234567) == "1,234,567" and shown(None) == "–" and plain(Ratio(1, 3)) == 0.333333
    assert as_json(REPORT)["figures"][0]["value"] == {"n": 1, "of": 4, "share": 0.25}  # type: ignore[index]
