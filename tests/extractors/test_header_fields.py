"""Values at labels, wherever the layout puts them; what two readings fit stays open."""

from __future__ import annotations

from datetime import date

import pytest
from header_print import around, printed

from extractors.header import fields, habits
from extractors.header.address import country_by_postcode
from extractors.header.fields import dates, po_number, terms
from extractors.header.labels import find_labels
from extractors.header.places import Surroundings
from extractors.header.view import views
from extractors.readers import read_document
from pipeline.model import Document, Source
from pipeline.run import sha256_of


@pytest.mark.parametrize(
    "text",
    [
        "PO Number: 4711-A",
        "PO Number            4711-A",
        "PO Number\n4711-A",
        "Date          P.O. No.        Terms\n1/25/2027     4711-A          Net 30",
        "<PURCHASE ORDER 4711-A>",
        "<Purchase Order>                       4711-A",
        "PO number/date\n4711-A / 09-Nov-26",
        "4711-A     PO Number",
        "Our order no. 4711-A dated 3 May 2027 is to be shipped to the following address without any delay at all.",
        "PO Number: 4711-A     Phone: 030 1234567\nCustomer No.: 998877",
    ],
)
def test_the_order_number_in_any_layout(text: str) -> None:
    assert po_number(around(text, "en")).value == "4711-A"


@pytest.mark.parametrize(
    "text",
    [
        "Customer No.: 998877\nPhone: 030 1234567",
        "Quotation No.: 4711",
        "Page 1 of 2",
        "Purchase Order\n\nDE811907324",
        "PO Box 1655",
    ],
)
def test_other_numbers_are_no_order_number(text: str) -> None:
    assert po_number(around(text, "en")).value is None


def test_two_order_numbers_are_a_doubt() -> None:
    choice = po_number(around("PO Number: 4711\n\nPO Number: 4712", "en"))
    assert choice.doubt


def test_a_recognised_number_with_look_alikes_is_not_sure_unless_repeated() -> None:
    once = po_number(around("PO Number: A0123", "en", Source.OCR))
    twice = po_number(around("PO Number: A0123\n\n\nPO Number: A0123", "en", Source.OCR))
    assert once.found is not None
    assert twice.found is not None
    assert once.found.score < 0.8 < twice.found.score


def test_several_labels_on_one_line() -> None:
    page = around("Forma płatności: Przelew, 14 dni Waluta: PLN Baza dostawy: DDP", "pl")
    assert terms(page, "payment_terms").value == "Przelew, 14 dni"
    assert terms(page, "incoterms").value == "DDP"
    assert fields.currency(page).value == "PLN"


def test_terms_in_brackets_in_running_text() -> None:
    text = (
        "Wir bestellen zu den vereinbarten Konditionen (30 Tage netto) die folgenden Artikel und bitten um die\n"
        "Lieferung bis spätestens 29. Dezember 2026 an unser Werk."
    )
    page = around(text, "de")
    assert terms(page, "payment_terms").value == "30 Tage netto"
    assert dates(page, "requested_date", None).value == date(2026, 12, 29)


def test_a_wrapped_value_goes_on_in_the_next_line() -> None:
    page = around("Zahlungsbedingungen   10 Tage 3 % Skonto, 45 Tage\n                      netto", "de")
    assert terms(page, "payment_terms").value == "10 Tage 3 % Skonto, 45 Tage netto"


def test_the_date_of_a_letter_has_no_label() -> None:
    assert dates(around("Pinto, le 8 novembre 2026", "fr"), "order_date", None).value == date(2026, 11, 8)


def test_an_open_date_is_a_doubt_and_no_value() -> None:
    choice = dates(around("Order Date: 03/04/2027", "en"), "order_date", None)
    assert choice.value is None
    assert choice.doubt


@pytest.mark.parametrize(
    ("text", "country", "order"),
    [
        ("Order date 03/04/2027, delivery 25/04/2027", None, "dmy"),
        ("Order date 03/04/2027", "US", "mdy"),
        ("Order date 03/04/2027", "GB", "dmy"),
        ("Order date 03/04/2027", None, None),
    ],
)
def test_what_decides_the_order_of_day_and_month(text: str, country: str | None, order: str | None) -> None:
    assert habits.date_order(views(printed(text).pages), "en", country, None) == order


def test_an_order_from_the_united_states_in_a_language_with_the_day_first_decides_nothing() -> None:
    pages = views(printed("Fecha de pedido 03/04/2027").pages)
    assert habits.date_order(pages, "es", "US", None) is None
    assert habits.date_order(pages, "es", "MX", None) == "dmy"


def test_two_letters_and_five_figures_are_american_where_the_letters_are_a_state() -> None:
    assert country_by_postcode("SPARKS NV 89431") == "US"
    assert country_by_postcode("SAN PEDRO GARZA GARCIA NL MX 66254") is None


def test_the_day_of_arrival_decides_where_nothing_else_does() -> None:
    assert habits.order_by_arrival(["11/09/2026"], date(2026, 11, 16)) == "mdy"
    assert habits.order_by_arrival(["11/12/2026"], date(2027, 1, 10)) == "dmy"
    assert habits.order_by_arrival(["11/09/2026"], None) is None


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("Total 12.50 EUR", None, "EUR"),
        ("Amount (USD)", None, "USD"),
        ("Total $12.50", "CA", "CAD"),
        ("Total $12.50", None, None),
        ("SHIP ALL ITEMS", None, None),
        ("5 Hex bolt 12.50 EUR/EA", None, "EUR"),
    ],
)
def test_currency_without_label(text: str, country: str | None, code: str | None) -> None:
    assert habits.currency_by_signs(views(printed(text).pages), country).value == code


def test_two_currencies_are_a_doubt() -> None:
    choice = habits.currency_by_signs(views(printed("Total 12.50 EUR\nor 14.00 USD").pages), None)
    assert choice.value is None
    assert choice.doubt


def csv(text: str) -> list[Surroundings]:
    content = text.encode()
    pages = read_document(Document(sha256_of(content), "order.csv", "text/csv", content))
    return [Surroundings(page, find_labels(page, "en")) for page in views(pages.pages)]


def test_values_repeated_on_every_record() -> None:
    page = csv(
        "PO Number,PO Date,Line,Item,Qty,Price,Need By\n"
        "P-77,2026-11-10,1,A1,5,2.00,2027-01-02\n"
        "P-77,2026-11-10,2,A2,6,3.00,2027-01-09\n"
    )
    assert po_number(page).value == "P-77"
    assert dates(page, "order_date", None).value == date(2026, 11, 10)
    assert dates(page, "requested_date", None).value is None


def test_labels_may_stand_under_their_values() -> None:
    page = around(
        """\
        4711-A             3 May 2027         Net 30 days
        Order number       Order date         Terms

        EUR                28 June 2027       DAP
        Currency           Delivery date      Incoterms

        Deliver to
        Acme Ltd
        """,
        "en",
    )
    assert po_number(page).value == "4711-A"
    assert dates(page, "order_date", None).value == date(2027, 5, 3)
    assert dates(page, "requested_date", None).value == date(2027, 6, 28)
    assert terms(page, "payment_terms").value == "Net 30 days"


def test_an_empty_field_does_not_take_the_value_of_the_label_above() -> None:
    page = around(
        """\
        Order number       Order date         Terms
        4711-A             3 May 2027         Net 30 days
        Your quote         Delivery date      Currency

        Deliver to
        Acme Ltd
        """,
        "en",
    )
    assert dates(page, "requested_date", None).value is None
    assert dates(page, "order_date", None).value == date(2027, 5, 3)


def test_general_terms_are_no_terms_of_payment() -> None:
    assert terms(around("Conditions générales d'achat", "fr"), "payment_terms").value is None


def test_a_value_that_ran_into_the_next_label() -> None:
    page = around("Zahlung:     45 Tage nettoIncoterms:    FCA", "de")
    assert terms(page, "payment_terms").value == "45 Tage netto"
    assert terms(page, "incoterms").value == "FCA"


def test_sums_on_the_line_of_the_terms_are_no_part_of_them() -> None:
    text = "Term Net 30 Tax Rate .000 % Sales Tax .00 Total Order 39,184.33"
    assert fields.terms(around(text, "en"), "payment_terms").value == "Net 30"
    assert (
        fields.terms(around("Terms: 2% 10 days, 30 days net", "en"), "payment_terms").value == "2% 10 days, 30 days net"
    )


def test_a_day_of_delivery_behind_the_number_is_no_order_date() -> None:
    pages = around("Unsere Bestellnummer ist 010276, Lieferung bitte bis 12.12.2026.", "de")
    assert dates(pages, "order_date", "dmy").value is None


LIST = "PO No.;PO Date;Requested Date;Terms;EBELP;Item;Qty;Price;Delivery Date\n"


def test_in_a_list_a_value_stands_under_its_heading_and_the_first_of_two_dates_is_the_order_s() -> None:
    content = f"{LIST}4711;2026-11-06;2027-02-07;;10;AB-1;5;1.20;2027-02-12\n".encode()
    page = views(read_document(Document("0", "order.csv", "", content)).pages)[0]
    table = Surroundings(page, find_labels(page, "en"), [page.lines[0][0].box.union(page.lines[1][-1].box)])
    assert dates([table], "requested_date", None).value == date(2027, 2, 7)
    assert terms([table], "payment_terms").value is None


def test_a_code_of_a_currency_beside_a_count_is_a_word() -> None:
    assert habits.currency_by_signs(views(printed("VESTIDO VOLUMEN TOP 29").pages), None).value is None
    assert habits.currency_by_signs(views(printed("Summe TOP 29,50").pages), None).value == "TOP"


def test_a_date_without_a_label_is_no_surer_where_it_is_repeated() -> None:
    choice = dates(around("17/02/2026\n\nGrau 9,000\n\n17/02/2026\n\nBlau\n\n17/02/2026", "pt"), "order_date", "dmy")
    assert choice.value == date(2026, 2, 17)
    assert choice.found is not None and choice.found.score <= 0.9


def test_terms_that_end_in_a_small_word_go_on_below_and_are_not_sure() -> None:
    text = """
Currency:        USD
Payment Terms:   NET 60 DAYS FROM
                 DATE OF INVOICE
                 ISSUED BY US

Line     Item
"""
    choice = terms(around(text, "en"), "payment_terms")
    assert choice.value == "NET 60 DAYS FROM DATE OF INVOICE ISSUED BY US"
    assert choice.found is not None and choice.found.score < 0.99


def test_terms_that_end_in_a_common_word_do_not_take_the_value_of_the_next_field() -> None:
    text = """
Terms of payment:      30 days from invoice date
Terms of delivery:     EXW Columbus
"""
    assert terms(around(text, "en"), "payment_terms").value == "30 days from invoice date"
