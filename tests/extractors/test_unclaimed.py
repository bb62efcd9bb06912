"""No order is ever ignored: languages nobody reads, letters without a title, tables no order claims."""

from __future__ import annotations

import pytest
from header_print import printed

from extractors.engine import DocumentExtractor
from extractors.header.view import views
from extractors.unclaimed import has_rows, is_strange
from pipeline.model import DocumentType, Order, ReadingContext

SWEDISH = """
    Nordbygg Maskin AB                              <INKÖPSORDER>
    Verkstadsgatan 14
    721 30 Västerås

    Ordernr: 4500123      Orderdatum: 2027-01-25      Betalningsvillkor: 30 dagar netto

    Leverantör                            Leveransadress
    Falken Supply GmbH                    Nordbygg Maskin AB
    Zechenweg 4                           Verkstadsgatan 14

    Rad   Artikelnr    Benämning                    Antal   Enhet   À-pris     Belopp
    10    SK-4412      Sexkantskruv M8 x 40         200     st      1,25       250,00
    20    BR-0815      Bricka M8 rostfri            500     st      0,12        60,00
"""
CZECH = """
    Strojírny Vrba s.r.o.                           <OBJEDNÁVKA>
    Tovární 8, 602 00 Brno

    Objednávka č.: OBJ-27-0042      Datum vystavení: 25. 1. 2027      Splatnost: 30 dní

    Dodavatel                             Místo dodání
    Falken Supply GmbH                    Strojírny Vrba s.r.o.

    Pol.  Kód          Název zboží                  Množství  MJ
    1     SK-4412      Šroub šestihranný M8 x 40    200       ks
    2     BR-0815      Podložka M8 nerez            500       ks
"""
TURKISH = """
    Yıldız Makina San. ve Tic. A.Ş.                 <SATIN ALMA SİPARİŞİ>
    Organize Sanayi Bölgesi 3. Cad. No: 12, 16140 Bursa

    Sipariş No: 2027-00381      Sipariş Tarihi: 25.01.2027      Ödeme: 60 gün

    Tedarikçi                             Teslimat Adresi
    Falken Supply GmbH                    Yıldız Makina

    Sıra  Stok Kodu    Açıklama                     Miktar  Birim
    1     SK-4412      Altı köşe cıvata M8 x 40     200     adet
    2     BR-0815      Pul M8 paslanmaz             500     adet
"""
HUNGARIAN_LETTER = """
    Tisztelt Partnerünk!

    Megrendeljük az alábbi termékeket:

    200 db hatlapfejű csavar M8 x 40, cikkszám SK-4412
    500 db alátét M8 rozsdamentes, cikkszám BR-0815

    Szállítás február végéig. Megrendelés száma MR-2027/118.
    Üdvözlettel, Nagy Péter
"""
ORDER = """
    Acme Tools Inc.                                <PURCHASE ORDER>
    12 High Street
    Reno, NV 89501
    PO Number: 4711-A          Order Date: 05/25/2027

    Line   Item No.    Description              Qty    Unit   Unit Price   Amount
    10     HB-100      Hex bolt M8 x 40         500    EA     0.25         125.00
    20     FW-200      Flat washer M8           100    EA     0.10          10.00
                                                              Total        135.00
"""


def extract(text: str, *, mail: bool = False) -> tuple[Order, ...]:
    return DocumentExtractor().extract(printed(text), ReadingContext(is_mail_body=mail))


@pytest.mark.parametrize("text", [SWEDISH, CZECH, TURKISH, HUNGARIAN_LETTER])
@pytest.mark.parametrize("mail", [False, True])
def test_an_order_in_a_language_nobody_reads_leaves_a_doubt(text: str, mail: bool) -> None:
    assert all(order.doubts for order in extract(text, mail=mail))


@pytest.mark.parametrize(
    ("text", "number", "terms", "seller", "units"),
    [
        (SWEDISH, "4500123", "30 dagar netto", "Falken Supply GmbH", ["H87", "H87"]),
        (CZECH, "OBJ-27-0042", "30 dní", "Falken Supply GmbH", ["H87", "H87"]),
        (TURKISH, "2027-00381", "60 gün", "Falken Supply GmbH", ["H87", "H87"]),
    ],
)
def test_languages_of_which_only_labels_are_known_are_read_and_doubted(
    text: str, number: str, terms: str, seller: str, units: list[str]
) -> None:
    (order,) = extract(text)
    assert (order.po_number, order.payment_terms, order.seller.name) == (number, terms, seller)
    assert [line.unit_code for line in order.lines] == units
    assert any("none of the languages" in doubt.reason for doubt in order.doubts)


@pytest.mark.parametrize(("text", "strange"), [(SWEDISH, True), (CZECH, True), (TURKISH, True), (ORDER, False)])
def test_strange_languages_are_told_by_their_words(text: str, strange: bool) -> None:
    assert is_strange(views(printed(text).pages)) is strange


def test_rows_of_figures_that_no_order_claims_leave_a_doubt() -> None:
    further = """
    Further needs          Steel grade        Weight
    Ring 12 mm             blank              1,250
    Ring 14 mm             blank                800
    Ring 16 mm             blank                 75
    """
    assert has_rows(views(printed(further).pages)[0])
    (order,) = extract(f"{ORDER}\f{further}")
    assert len(order.lines) > 2 or any("page 2" in doubt.reason for doubt in order.doubts)


def test_an_order_whose_every_table_is_read_leaves_no_such_doubt() -> None:
    (order,) = extract(f"{ORDER}\fTerms and conditions\n\nDeliver on weekdays. Call before you come.")
    assert not [doubt for doubt in order.doubts if "figures" in doubt.reason]


def test_a_newsletter_with_prices_is_no_order() -> None:
    (order,) = extract(
        """
        Our spring newsletter: special offers for all subscribers

        Save now! Our new cordless drill is only 89.00, while stocks last. Unsubscribe at any time.
        Visit our web shop to see this month's special offers, new products and events near you.
        You receive this newsletter because you subscribed to it on our web site.
        """
    )
    assert order.document_type is DocumentType.OTHER
