from __future__ import annotations

from decimal import Decimal

import pytest

from extractors.table.arithmetic import Figures, agrees, choose_marks, closes, line_closes
from extractors.table.cells import date_runs, kind_of, number_cell
from extractors.table.codes import is_spaced_code, is_strong_code
from extractors.table.printed import Found, Printed
from extractors.table.repair import clear_codes, repair, usual_decimals
from pipeline.model import Box, Source, Word
from pipeline.values import parse_amount


@pytest.mark.parametrize(
    ("text", "digits", "unit", "currency", "base"),
    [
        ("1.200,00 EUR / 100", "1.200,00", None, "EUR", "100"),
        ("12 EA", "12", "EA", None, None),
        ("500pcs", "500", "pcs", None, None),
        ("5 000", "5 000", None, None, None),
        ("$14,207.64", "14,207.64", None, None, None),
        ("-30,68", "-30,68", None, None, None),
        ("0,1739 per 1000", "0,1739", None, None, "1000"),
    ],
)
def test_number_cells(text: str, digits: str, unit: str | None, currency: str | None, base: str | None) -> None:
    cell = number_cell(text)
    assert cell is not None
    assert (cell.digits, cell.unit, cell.currency, cell.base) == (digits, unit, currency, base)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("01/21/2027", "date"),
        ("3439B", "code"),
        ("BB0034026-2RSC", "code"),
        ("41.04lb of", "text"),
        ("/ 1000", "text"),
        ("12.5 %", "percent"),
        ("pcs", "unit"),
        ("299.00 10,195.92", "text"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_dates_of_several_words() -> None:
    assert date_runs(["10", "8", "February", "2027", "14.50"]) == ((1, 4),)
    assert date_runs(["1", "12", "janvier", "2027", "5,56"]) == ((1, 4),)
    assert date_runs(["20", "26.", "Januar", "2027"]) == ((1, 4),)
    assert date_runs(["1", "de", "febrero", "de", "2027", "2,53"]) == ((0, 5),)


@pytest.mark.parametrize("text", ["HB-DIN931-6", "WSNAVY-L", "D338042", "PG063-4B", "7220.10-X"])
def test_strong_codes(text: str) -> None:
    assert is_strong_code(text)


@pytest.mark.parametrize("text", ["M16x1.5", "400x150x200", "DN25", "Bolt", "2.5mm2", "DIN", "14/11/2026"])
def test_sizes_are_no_codes(text: str) -> None:
    assert not is_strong_code(text)


def test_codes_with_blanks_are_capitals_and_figures() -> None:
    assert is_spaced_code(["HB", "DIN931", "12", "A470", "12"])
    assert not is_spaced_code(["Hex", "bolt", "M12"])


# --- arithmetic -------------------------------------------------------------------------------------------------------


def lines(*rows: tuple[str, str, str]) -> list[Figures]:
    return [Figures(*row) for row in rows]


def test_arithmetic_decides_what_the_form_leaves_open() -> None:
    marks = choose_marks(lines(("1.000", "2.500", "2.500.000"), ("2.000", "1.250", "2.500.000")), None)
    assert (marks.quantity, marks.closed) == (",", 2)
    marks = choose_marks(lines(("5.000", "14.110", "70.550"), ("800.000", "0.419", "335.200")), None)
    assert (marks.quantity, marks.closed) == (".", 2)


def test_columns_may_differ_when_only_so_the_lines_close() -> None:
    rows = lines(("1.000", "0.55", "550.00"), ("2.500", "0.10", "250.00"), ("4.000", "0.25", "1,000.00"))
    marks = choose_marks(rows, ".")
    assert (marks.quantity, marks.closed) == (",", 3)


def test_without_proof_there_is_no_mark() -> None:
    assert choose_marks(lines(("1", "2", "2")), None).amount is None


def test_discount_and_base() -> None:
    assert line_closes(Figures("6", "8,83", "47,68", discount="10,0"), ",", ",", ",")
    assert line_closes(Figures("2.000", "36,20 / 1000", "72,40"), ",", ",", ",")
    assert line_closes(Figures("40", "3,67", "1,47", base="100"), ",", ",", ",")


def test_a_wrong_amount_does_not_close() -> None:
    assert closes(Decimal(10), Decimal("1.50"), Decimal("15.10")) is False
    assert closes(Decimal(10), None, Decimal("15.10")) is None
    assert agrees(Decimal("33.8913"), Decimal("33.89"))


# --- repair of recognised figures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "mended"),
    [
        (Figures("1O", "1.50", "15.00"), "10"),
        (Figures("-400", "0.1537", "61.48"), "400"),
    ],
)
def test_impossible_characters_are_mended_when_the_line_then_closes(printed: Figures, mended: str) -> None:
    marks = choose_marks(lines(("10", "1.50", "15.00")), ".")
    usual = (frozenset({0}), frozenset({2, 4}), frozenset({2}))
    found = repair(printed, marks, usual)
    assert found is not None
    assert found.quantity is not None and parse_amount(found.quantity, ".") == Decimal(mended)


def test_a_lost_decimal_mark_comes_back_only_with_proof() -> None:
    marks = choose_marks(lines(("10", "1.50", "15.00")), ".")
    usual = (frozenset({0}), frozenset({2}), frozenset({2}))
    found = repair(Figures("4", "175", "7.00"), marks, usual)
    assert found is not None and found.price == "1.75"
    assert repair(Figures("4", "175", "9.00"), marks, usual) is None


def test_a_plain_wrong_digit_is_never_mended() -> None:
    marks = choose_marks(lines(("10", "1.50", "15.00")), ".")
    usual = (frozenset({0}), frozenset({2}), frozenset({2}))
    assert repair(Figures("4", "1.37", "29.48"), marks, usual) is None


@pytest.mark.parametrize(
    ("printed", "again", "price"),
    [
        (Figures("900", "M37", "6633.00"), Figures(None, "7.37", None), "7.37"),  # unreadable, but for a second look
        (Figures("900", "1.37", "6633.00"), Figures(None, "7.37", None), "7.37"),
        (Figures("4", "0A398", "2.16"), Figures(None, "05398", None), "0.5398"),  # its decimal mark is lost besides
        (Figures("900", "1.37", "6633.00"), Figures(None, "7.87", None), None),  # neither reading adds up
        (Figures("900", "1.37", "6633.00"), Figures(None, None, None), None),
    ],
)
def test_of_two_readings_the_one_that_adds_up_is_taken(printed: Figures, again: Figures, price: str | None) -> None:
    marks = choose_marks(lines(("10", "1.50", "15.00")), ".")
    usual = (frozenset({0}), frozenset({2, 4}), frozenset({2}))
    found = repair(printed, marks, usual, again)
    assert (found and found.price) == price


def _ocr(text: str) -> Found:
    box = Box(0, 0, 1, 1)
    return Found(tuple(Word(word, box) for word in text.split()), 1, Source.OCR, 1.0)


@pytest.mark.parametrize(
    ("cell", "code", "description"),
    [
        ("HB-931-5-A4-120.-", "HB-931-5-A4-120", "933 M16X50"),
        ("SC-912-16-A4 SOCKET HEAD DIN", "SC-912-16-A4", "SOCKET HEAD DIN 933 M16X50"),
        ("- SC-912-16-A4 SOCKET | HEAD", "SC-912-16-A4", "SOCKET HEAD 933 M16X50"),
        ("HB 931 5 A4", "HB 931 5 A4", "933 M16X50"),  # printed with blanks
        ("HB-931 SW17 BLACK", "HB-931 SW17 BLACK", "933 M16X50"),
        ("SOCKET HEAD SCREW", "SOCKET HEAD SCREW", "933 M16X50"),
        ("HB-931-", "HB-931-", "933 M16X50"),  # cut off: not for us to end
    ],
)
def test_a_recognised_code_ends_where_words_or_dirt_begin(cell: str, code: str, description: str) -> None:
    printed = Printed(values={"item_id": _ocr(cell)}, source=Source.OCR)
    said = clear_codes(printed, _ocr("933 M16X50"))
    assert said is not None
    assert (printed.values["item_id"].text, said.text) == (code, description)


def test_usual_decimals_leave_out_the_rare() -> None:
    assert usual_decimals(["1.50", "2.25", "3.10", "4.00", "7.20", "9"]) == frozenset({2})
