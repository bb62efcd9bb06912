"""What a document says beside its fields: words, counts, marks of currency, and numbers that are none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from builders import codes, line_item, line_match, matched

from pipeline.model import Box, Candidate, Evidence, Remark, Source
from rules.currency import Currency
from rules.currency_marks import marks
from rules.line_count import LineCount, printed_counts
from rules.line_numbers import gaps
from rules.printed import PrintedNumbers, is_vague
from rules.remarks import Remarks
from rules.unlisted import Unlisted


def said(*texts: str) -> tuple[Remark, ...]:
    """Each on a line of its own, far from the others."""
    return tuple(Remark(1, Box(30, 30.0 + 40 * n, 300, 40.0 + 40 * n), text) for n, text in enumerate(texts))


@pytest.mark.parametrize(
    "text",
    [
        "Bestellung wird storniert.",
        "Commande annulée",
        "No enviar",
        "ENTWURF",
        "Weitere Positionen siehe Anlage",
        "Bitte auch 5 Stück M8 liefern",
        "Suite page suivante",
        "Bereits bestellt am 1.10.",
    ],
)
def test_words_that_change_the_order(text: str) -> None:
    assert codes(Remarks, matched(order={"remarks": said(text)})) == [("low_confidence", "")]


@pytest.mark.parametrize(
    "text",
    [
        "Cancelled orders are charged with ten percent of their value.",
        "Bitte bestätigen Sie den Auftrag innerhalb von zwei Tagen.",
        "Option prices are given in our catalogue.",
        "Page 1 of 1",
        "Merci de rappeler le numéro de commande sur la facture.",
    ],
)
def test_words_that_do_not(text: str) -> None:
    assert codes(Remarks, matched(order={"remarks": said(text)})) == []


@pytest.mark.parametrize(
    "text",
    [
        "10 % discount on all items.",
        "less 3 % cash discount",
        "abzüglich 5 % Rabatt",
        "abzgl. 5 % Sonderrabatt",
        "5% Rabatt auf alles",
        "Wir ziehen 3 % Skonto ab.",
        "remise de 10 % sur toute la commande",
        "moins 5 %",
        "Remise 5 %",
        "descuento del 5 % en todos los artículos",
        "menos un 5 % de descuento",
        "desconto de 5 % sobre o total",
        "sconto del 5 % su tutti gli articoli",
        "5 % sconto",
        "10 % korting op alle artikelen",
        "korting van 10 %",
        "rabat 5 % na całe zamówienie",
        "z rabatem 5%",
        "discount: 10 %",
        "less your usual trade discount",
        "abzüglich des vereinbarten Rabatts",
        "10 % off all prices",
        "Please deduct 5 % from the prices.",
        "discount of 50.00 EUR as agreed",
        "€ 50 discount",
        "Trade discount 2.5%",
        "10 % discount on all items, payment 30 days net",
        "./. 3 % Skonto",
        "Rabatt: 5,00 %",
        "Prices as agreed minus 5%",
        "we take 3 percent discount",
        "Total after discount",
        "Gesamtbetrag nach Rabatt",
    ],
)
def test_a_discount_in_words(text: str) -> None:
    assert codes(Remarks, matched(order={"remarks": said(text)})) == [("total_mismatch", "")]


@pytest.mark.parametrize(
    "text",
    [
        "2 % 10 days, net 30",
        "2% 10 days net 30",
        "14 Tage 3 % Skonto, 30 Tage netto",
        "10 Tage 2 %, 30 Tage netto",
        "Zahlung: 10 Tage 2 % Skonto, 30 Tage netto.",
        "Payment: 3 % discount within 14 days, 30 days net.",
        "3 % Skonto bei Zahlung innerhalb von 14 Tagen",
        "3 % discount if paid within 14 days",
        "2 % d'escompte pour paiement sous 10 jours",
        "2% escompte 10 jours",
        "descuento 2 % por pronto pago",
        "2 % de descuento a 10 días",
        "sconto 2 % per pagamento a 10 giorni",
        "2 % korting bij betaling binnen 10 dagen",
        "2 % skonta przy płatności w ciągu 10 dni",
        "All prices are net after discount.",
        "Innerhalb 14 Tagen 2% Skonto",
        "Payment within 10 days with 2% discount or 30 days net",
        "30 Tage netto ohne Abzug",
        "The seller pays a penalty of 0.5 % per week, at most 5 % of the order value.",
        "Discounts are not accepted afterwards",
        "not less than 5 % of the goods are tested",
        "Tolerance plus/minus 10 %",
        "Ausschuss weniger als 5 %",
        "+/- 5 % quantity",
        "2 % discount for payment within 10 days",
        "Payment terms: 3 % cash discount 14 days",
        "incl. 19 % MwSt.",
        "Quantities may deviate minus 5 % to plus 10 %",
        "Zahlung: innerhalb von 10 Tagen abzüglich 2 % Skonto, 30 Tage netto",
        "payable in 14 days less 2 % discount",
        "à 30 jours fin de mois, escompte 2 % sous 10 jours",
    ],
)
def test_terms_of_payment_are_no_discount(text: str) -> None:
    assert codes(Remarks, matched(order={"remarks": said(text)})) == []


def test_a_note_of_a_line_is_the_lines() -> None:
    item = line_item(notes=("Position entfällt",))
    assert codes(Remarks, matched((item, line_match(item)))) == [("low_confidence", "lines[0]")]


def test_a_sentence_over_two_lines_is_one() -> None:
    upper = Remark(1, Box(30, 30, 300, 40), "As agreed on the telephone please deliver")
    lower = Remark(1, Box(30, 42, 300, 52), "this order to our customer in Leeds")
    assert codes(Remarks, matched(order={"remarks": (upper, lower)})) == [("low_confidence", "")]


@pytest.mark.parametrize(("text", "held"), [("Total items: 1", False), ("Total items: 100", False), ("2 lines", False),
                                            ("Anzahl Positionen: 3", True), ("Number of lines 2", True)])  # fmt: skip
def test_the_printed_number_of_lines(text: str, held: bool) -> None:
    """One line of 100 pieces: "items" may be either."""
    found = codes(LineCount, matched(order={"remarks": said(text)}))
    assert found == ([("low_confidence", "lines")] if held else [])


def test_a_count_beside_its_label() -> None:
    label, number = Remark(1, Box(30, 30, 100, 40), "Anzahl Positionen"), Remark(1, Box(300, 30, 310, 40), "7")
    assert list(printed_counts((label, number))) == [("Anzahl Positionen 7", 7)]


def test_an_item_outside_the_lines() -> None:
    found = matched(unlisted=(Candidate("HB-8-50", "HB-8-50", 1.0, 'page 1: "HB-8-50"'),))
    assert codes(Unlisted, found) == [("low_confidence", "lines")]


@pytest.mark.parametrize(("text", "vague"), [("20", False), ("1.200,00", False), ("20-30", True), ("ca. 20", True),
                                             ("2 of 5", True), ("~20", True), ("20 EA", False)])  # fmt: skip
def test_a_quantity_that_is_none(text: str, vague: bool) -> None:
    assert is_vague(text, line_item()) is vague
    evidence = Evidence("lines[0].quantity", 1, Box(0, 0, 1, 1), text, 1.0, Source.PDF_TEXT)
    found = codes(PrintedNumbers, matched(order={"evidence": (evidence,)}))
    assert found == ([("low_confidence", "lines[0].quantity")] if vague else [])


def test_marks_of_currency() -> None:
    assert list(marks("$12.50")) != list(marks("€12.50"))
    assert [frozenset({"EUR"})] == list(marks("Total EUR"))
    assert any("USD" in one for one in marks("all prices in US dollars"))
    assert list(marks("Total 12.50")) == []


def test_amounts_in_another_currency() -> None:
    """Acme buys in pounds."""
    foreign = Evidence("lines[0].unit_price", 1, Box(0, 0, 1, 1), "$0.50", 1.0, Source.PDF_TEXT)
    for currency in (None, "GBP"):
        found = codes(Currency, matched(order={"currency": currency, "evidence": (foreign,)}))
        assert found == [("currency_mismatch", "currency")]
    home = Evidence("lines[0].unit_price", 1, Box(0, 0, 1, 1), "£0.50", 1.0, Source.PDF_TEXT)
    assert codes(Currency, matched(order={"currency": None, "evidence": (home,)})) == []


@pytest.mark.parametrize(
    ("numbers", "odd"),
    [([1], False), ([10], False), ([20], True), ([2], True), ([10, 30], True), ([1, 3], True), ([10, 20], False),
     ([1, 2], False), ([5, 10], False), ([100, 110], False), ([Decimal(7)], False)],
)  # fmt: skip
def test_numbers_of_one_or_two_lines(numbers: list[int], odd: bool) -> None:
    assert bool(gaps(numbers)) is odd
