"""The page printed by a real browser: A4, nothing beyond the edge, headings above every piece of a long table."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from datetime import date

import pdfplumber
import pytest
from playwright.sync_api import sync_playwright

from reports.records import Bars, Figure, Lines, Money, Period, Ratio, Report, Section, Table
from reports.write import page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.xdist_group("chromium"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"),
]
A4 = (595, 842)  # points
SUMS = Money((("EUR", 12_345_678_900_000), ("GBP", 987_654_321_000), ("CHF", 55_555_555_000)))


def long_report() -> Report:
    rows = tuple(
        (f"customer with a long name {n}", n * 1_000_000, Ratio(n, 120), SUMS, "words " * 12) for n in range(120)
    )
    columns = ("whose orders", "how many", "of all", "at stake", "what would help")
    chart = Bars("Orders by customer", tuple(f"bar {n}" for n in range(15)), tuple(r[1] for r in rows[:15]))
    table = Table("t", "A long table", "Words. " * 40, columns, rows, chart, 120)
    weeks = tuple(f"2026-{n:02d}-01" for n in range(1, 13))
    drift = Lines("Drift", weeks, (("share", tuple(n / 12 for n in range(12))),))
    other = replace(table, key="u", title="Another", rows=rows[:3], chart=drift)
    figure = Figure("f", "Value of errors caught", SUMS, "1,234,567 orders", "2 of them", "What it means. " * 20)
    sections = (Section("One", (figure,) * 7, (table,)), Section("Two", (figure,), (other,) * 3))
    return Report(Period(date(2026, 1, 1), date(2026, 12, 31), 1_795_000_000), sections)


def test_printed_on_a4_nothing_is_cut() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        shown = browser.new_page()
        shown.set_content(page(long_report()))
        printed = shown.pdf(prefer_css_page_size=True)
        browser.close()
    with pdfplumber.open(io.BytesIO(printed)) as pdf:
        whole = "\n".join(p.extract_text() for p in pdf.pages)
        for sheet in pdf.pages:
            assert (round(float(sheet.width)), round(float(sheet.height))) == A4
            beyond = [w["text"] for w in sheet.extract_words() if w["x1"] > A4[0] - 30 or w["bottom"] > A4[1] - 30]
            assert beyond == [], "beyond the margin"
            lines = sheet.extract_text().splitlines()
            first = next((n for n, line in enumerate(lines) if line.startswith("customer with")), None)
            heads = [n for n, line in enumerate(lines) if line.startswith("whose orders")]
            assert first is None or (heads and heads[0] < first), "a piece of a table without its headings"
        assert all(f"{n},000,000" in whole for n in range(1, 120)), "every row is printed"
        assert len(pdf.pages) < 30
