"""Labels on a page: which wordings count, where they end, and what they must not be taken for."""

from __future__ import annotations

import pytest
from header_print import around

from extractors.header.labels import Context
from pipeline.model import Source


def fields(text: str, language: str | None = None, source: Source = Source.PDF_TEXT) -> set[str]:
    hits = [hit for page in around(text, language, source) for hit in page.hits]
    return {hit.field for hit in hits if hit.section == "header" and hit.context > Context.INSIDE}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("PO Number: 4711", "po_number"),
        ("P.O. No.   4711", "po_number"),
        ("PO# 4711", "po_number"),
        ("Bestell-Nr.: 4711", "po_number"),
        ("N° de commande : 4711", "po_number"),
        ("Numer zamówienia: 4711", "po_number"),
        ("Bestelnummer: 4711", "po_number"),
        ("Liefertermin: 03.02.2027", "requested_date"),
        ("Condizioni di pagamento: 30 giorni", "payment_terms"),
        ("Endereço de entrega: Rua 1", "ship_to"),
        ("P E D I D O  D E  C O M P R A", "po_number"),
    ],
)
def test_labels_of_all_languages(text: str, field: str) -> None:
    assert field in fields(text)


def test_a_combined_label_names_both_values() -> None:
    assert {"po_number", "order_date"} <= fields("PO number/date")


def test_a_label_may_run_over_two_lines() -> None:
    assert "vendor_number" in fields("Your vendor number\nwith us", "en")


def test_two_labels_under_each_other_stay_two() -> None:
    hits = around("Delivery expected\nDate", "en")[0].hits
    assert not any(hit.below for hit in hits if hit.segment.text == "Date")


@pytest.mark.parametrize("text", ["PO Box 1655", "WH/PO/45596", "Acme B.V.", "PO-12345"])
def test_no_label_inside_addresses_and_codes(text: str) -> None:
    assert "po_number" not in fields(text)
    assert "reference" not in fields(text)


def test_a_label_does_not_run_over_a_comma() -> None:
    hits = [hit for page in around("die Ware liefern, an die Rampe", "de") for hit in page.hits]
    assert not any(hit.length == len("liefernan") for hit in hits)


def test_misread_labels_count_on_recognised_pages_only() -> None:
    assert "payment_terms" in fields("Payrnent Terms: Net 30", "en", Source.OCR)
    assert "payment_terms" not in {
        hit.field for page in around("Payrnent Tenns: Net 30", "en") for hit in page.hits if hit.fit < 1
    }


def test_a_column_label_is_no_misread_header_label() -> None:
    assert "ship_to" not in fields("Désignation", "fr", Source.OCR)
