"""Headers of forms and footers nobody tuned to: numbered boxes, lone tax numbers, dates behind numbers, weeks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from header_print import around, printed

from extractors.header import habits
from extractors.header.fields import dates, po_number, terms
from extractors.header.parties import read_parties
from extractors.header.read import TableFacts, read_header
from extractors.header.view import views
from pipeline.model import LineItem, Party, ReadingContext

US = ReadingContext(own_names=("Falken Supply GmbH",), own_tax_ids=("DE811234567",))
FORM = """
    1. DATE OF ORDER          2. ORDER NUMBER           3. CONTRACT NO. (if any)
    11/14/2026                PO-2026307-5              C-77
    5. ISSUING OFFICE                                   6. SHIP TO
    County of Alder Falls                               Road Maintenance Shop
    400 Court Street                                    1919 Gravel Pit Road
    Alder Falls, OR 97401                               Alder Falls, OR 97402
"""


def roles(text: str, language: str = "en") -> dict[str, Party]:
    return {role: one.reading.party for role, one in read_parties(around(text, language), US).items()}


def test_labels_of_numbered_boxes() -> None:
    pages = around(FORM, "en")
    assert po_number(pages).value == "PO-2026307-5"
    assert dates(pages, "order_date", "mdy").value == date(2026, 11, 14)
    found = roles(FORM)
    assert (found["buyer"].name, found["ship_to"].name) == ("County of Alder Falls", "Road Maintenance Shop")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Commande d'achat n° 807712 du 06/11/2026", "fr"),
        ("Bestellnummer/Datum\n4564652970 / 06.11.2026", "de"),
        ("Purchase Order 4711-A dated 06 Nov 2026", "en"),
    ],
)
def test_the_date_behind_the_number(text: str, language: str) -> None:
    assert dates(around(text, language), "order_date", "dmy").value == date(2026, 11, 6)


def test_a_number_with_letters_before_it() -> None:
    assert po_number(around("Zamówienie nr ZD 107/MAG/2026", "pl")).value == "ZD 107/MAG/2026"


@pytest.mark.parametrize(
    ("footer", "language", "number"),
    [
        ("Acme Tools B.V. | T 036-5550123 | KvK 39012345 | BTW NL001234567B01 | IBAN NL20RABO0123456789", "nl",
         "NL001234567B01"),
        ("USt-IdNr.            Bank           IBAN\nDE284410937          ING 4471       DE44 5001 0517 5407 3249 31",
         "de", "DE284410937"),
        ("Tel: 01422 555 010   VAT Reg No: GB 512 3344 19", "en", "GB 512 3344 19"),
        ("CHE-112.334.556 MWST", "de", "CHE-112.334.556"),
    ],
)  # fmt: skip
def test_a_tax_number_apart_from_the_address_is_the_buyers(footer: str, language: str, number: str) -> None:
    head = "    Acme Tools Ltd\n    12 High Street\n    Leeds LS1 4AB\n    United Kingdom\n\n\n\n\n\n"
    assert roles(head + footer, language)["buyer"].tax_id == number


def test_our_own_tax_number_and_two_strange_ones_are_nobody_elses() -> None:
    head = "    Acme Tools Ltd\n    12 High Street\n    Leeds LS1 4AB\n    United Kingdom\n\n\n\n\n\n"
    assert roles(head + "Your VAT no.: DE 811234567")["buyer"].tax_id is None
    assert roles(head + "VAT no.: GB 512334419\n\n\nVAT no.: GB 107334421")["buyer"].tax_id is None


def test_a_buyer_without_address_has_that_of_its_name() -> None:
    found = roles("""
        Acme Tools Inc.

        Supplier 40117              Ship To
        Falken Supply GmbH          Acme Tools Inc.
        Zechenweg 4                 Mill Road 1
        44357 Dortmund              Rumford, ME 04276
    """)
    assert found["buyer"] == Party("Acme Tools Inc.", "Mill Road 1, Rumford, ME 04276")


def test_an_address_in_a_sentence_ends_at_its_country() -> None:
    text = """
        Afleveradres: Acme Tools BV, De Steiger 44, 1351 AG Almere, Nederland
        Wij verzoeken u deze order binnen 2 werkdagen te bevestigen.
    """
    assert roles(text, "nl")["ship_to"].address == "De Steiger 44, 1351 AG Almere, Nederland"


def test_a_neighbour_with_a_label_of_its_own_is_no_value() -> None:
    text = "Payment Terms                 Routing Status: Sent\nNET 75                        Standard PO (NB)"
    assert terms(around(text, "en"), "payment_terms").value == "NET 75"


@pytest.mark.parametrize(("country", "code"), [("JP", "JPY"), ("CN", "CNY"), (None, None)])
def test_a_sign_of_several_currencies_is_that_of_the_country(country: str | None, code: str | None) -> None:
    assert habits.currency_by_signs(views(printed("TOTAL    ¥39,947,455").pages), country).value == code


def test_a_week_is_no_day_but_a_doubt() -> None:
    choice = dates(around("Liefertermin: KW 47/2026", "de"), "requested_date", "dmy")
    assert choice.value is None
    assert choice.doubt is not None
    assert "2026-11-16 to 2026-11-22" in choice.doubt


def test_two_taxes_are_one_where_only_so_the_total_comes_out() -> None:
    text = "SOUS-TOTAL      100,00\nTPS 5 %           5,00\nTVQ 9,975 %       9,98\nTOTAL CAD       114,98"
    facts = TableFacts(lines=(LineItem(line_amount=Decimal("100.00")),), decimal=",")
    header = read_header(around(text, "fr"), "fr", ReadingContext(), facts)
    assert (header.values["tax"], header.values["total"]) == (Decimal("14.98"), Decimal("114.98"))


def test_a_value_alone_in_its_row_beside_a_label_alone_in_the_next() -> None:
    text = """
        Currency             GBP
                             30 days from invoice date
        Payment Terms
    """
    assert terms(around(text, "en"), "payment_terms").value == "30 days from invoice date"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hierbij bestellen wij onderstaande artikelen, te leveren uiterlijk 21-01-2027 op het adres:", "nl"),
        ("Prosimy o dostarczenie poniższych towarów najpóźniej 21-01-2027 pod adres:", "pl"),
    ],
)
def test_the_place_of_delivery_at_the_end_of_a_sentence(text: str, language: str) -> None:
    found = roles(f"{text}\nAcme Tools Ltd, 12 High Street, Leeds LS1 4AB, United Kingdom", language)
    assert found["ship_to"].address == "12 High Street, Leeds LS1 4AB, United Kingdom"
