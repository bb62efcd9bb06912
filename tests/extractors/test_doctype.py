"""Orders are told from other documents; what might be an order is never taken for something else."""

from __future__ import annotations

from pathlib import Path

import pytest
from header_print import around

from extractors.doctype import OrderSigns, is_later_revision, read_type
from extractors.doctype_model import MODEL, probabilities
from pipeline.model import DocumentType, ReadingContext

ORDER = OrderSigns(has_lines=True, has_number=True)
NOTHING = OrderSigns(has_lines=False, has_number=False)


def kind(text: str, signs: OrderSigns = ORDER, language: str = "en", *, mail: bool = False) -> DocumentType:
    return read_type(around(text, language), ReadingContext(is_mail_body=mail), signs).type


@pytest.mark.parametrize(
    ("title", "language", "expected"),
    [
        ("PURCHASE ORDER", "en", DocumentType.PURCHASE_ORDER),
        ("Bestellung", "de", DocumentType.PURCHASE_ORDER),
        ("BON DE COMMANDE", "fr", DocumentType.PURCHASE_ORDER),
        ("Pedido de compra", "es", DocumentType.PURCHASE_ORDER),
        ("Ordine di acquisto", "it", DocumentType.PURCHASE_ORDER),
        ("Ordem de compra", "pt", DocumentType.PURCHASE_ORDER),
        ("Inkooporder", "nl", DocumentType.PURCHASE_ORDER),
        ("ZAMÓWIENIE", "pl", DocumentType.PURCHASE_ORDER),
        ("PURCHASE ORDER CHANGE", "en", DocumentType.ORDER_CHANGE),
        ("Purchase Order Cancellation", "en", DocumentType.ORDER_CANCELLATION),
        ("Bestelländerung", "de", DocumentType.ORDER_CHANGE),
        ("INVOICE", "en", DocumentType.INVOICE),
        ("RECHNUNG", "de", DocumentType.INVOICE),
        ("FACTURE", "fr", DocumentType.INVOICE),
        ("Quotation", "en", DocumentType.QUOTATION),
        ("Auftragsbestätigung", "de", DocumentType.ORDER_CONFIRMATION),
        ("DELIVERY NOTE", "en", DocumentType.DELIVERY_NOTE),
        ("Statement of Account", "en", DocumentType.STATEMENT),
        ("Request for Quotation", "en", DocumentType.QUOTE_REQUEST),
    ],
)
def test_titles(title: str, language: str, expected: DocumentType) -> None:
    text = f"Acme Tools Inc.\n\n<{title}>\n\nNo.: 4711\nDate: 3 May 2027\n\nA-100  5  2.00  10.00"
    assert kind(text, language=language) is expected


def test_an_order_that_speaks_of_invoices_is_an_order() -> None:
    text = "<PURCHASE ORDER>\nPO Number: 4711\nInvoice To: Acme Tools Inc.\nOur number must appear on the invoice."
    assert kind(text) is DocumentType.PURCHASE_ORDER


def test_an_invoice_that_speaks_of_the_order_is_an_invoice() -> None:
    text = "<INVOICE>\nInvoice No.: 99\nPurchase Order No.: 4711\nPlease remit the amount due to our bank account."
    assert kind(text) is DocumentType.INVOICE


def test_lines_without_a_title_are_an_order_with_a_doubt() -> None:
    reading = read_type(around("A-100  5  2.00  10.00", "en"), ReadingContext(), OrderSigns(True, False))
    assert reading.type is DocumentType.PURCHASE_ORDER
    assert reading.doubt


@pytest.mark.parametrize(
    ("mark", "later"),
    [("1", True), ("2", True), ("B", True), ("0", False), ("A", False), (None, False), ("Rev 3", True)],
)
def test_revisions_after_the_first(mark: str | None, later: bool) -> None:
    assert is_later_revision(mark) is later


def test_a_later_revision_is_a_change() -> None:
    signs = OrderSigns(has_lines=True, has_number=True, revision="2")
    assert kind("<PURCHASE ORDER>\nPO Number: 4711\nRevision: 2", signs) is DocumentType.ORDER_CHANGE


def test_a_stamp_cancelled_makes_a_cancellation() -> None:
    assert kind("<PURCHASE ORDER>\nCANCELLED\nPO Number: 4711") is DocumentType.ORDER_CANCELLATION


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\nwhere is our order 4711? Could you tell me when it will be delivered?\nRegards\nJane",
        "I am out of the office until Monday and have no access to my mail.\nThank you for your message.",
        "Guten Tag,\nwie ist der Stand unseres Auftrags 4711? Wann können wir mit der Lieferung rechnen?",
    ],
)
def test_small_talk_is_no_order(text: str) -> None:
    assert kind(text, NOTHING, mail=True) is DocumentType.OTHER


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hi Tom,\nplease send 20 pcs of the M8 bolts you sold us last year.\nThanks", "en"),
        ("Hallo,\nwir brauchen 50 Stück vom Artikel 4711-A, bitte liefern.\nGruß", "de"),
    ],
)
def test_an_order_in_plain_words_is_never_ignored(text: str, language: str) -> None:
    reading = read_type(around(text, language), ReadingContext(is_mail_body=True), NOTHING)
    assert reading.type is DocumentType.PURCHASE_ORDER
    assert reading.doubt


def test_the_model_is_small_and_says_so_again() -> None:
    path = Path(__file__).parents[2] / "extractors" / MODEL
    assert path.stat().st_size < 5_000_000
    text = "Please remit the amount due to our bank account by the due date."
    assert probabilities(text) == probabilities(text)
    assert max(probabilities(text), key=lambda name: probabilities(text)[name]) == "invoice"
    assert abs(sum(probabilities(text).values()) - 1) < 1e-5


def test_a_text_of_unknown_words_is_evenly_unknown() -> None:
    shares = probabilities("xqzzk vbrlp")
    assert max(shares.values()) - min(shares.values()) < 1e-6


@pytest.mark.parametrize(
    ("line", "revision"),
    [
        ("Revision                0", "0"),
        ("Order Number: 4500123   Change Order: 0", None),
        ("Version: 1", "1"),
        ("Purchase Order (New) 4500123    Version: 1", "1"),
    ],
)
def test_the_first_version_is_no_change(line: str, revision: str | None) -> None:
    text = f"Acme Tools Inc.\n\n<Purchase Order>\n\nNo.: 4711\n{line}\n\nA-100  5  2.00  10.00"
    assert kind(text, OrderSigns(has_lines=True, has_number=True, revision=revision)) is DocumentType.PURCHASE_ORDER


@pytest.mark.parametrize(("line", "revision"), [("Version: 2", "2"), ("Revision    1", "1"), ("Change Order: 3", "3")])
def test_a_later_version_is_a_change(line: str, revision: str) -> None:
    text = f"Acme Tools Inc.\n\n<Purchase Order>\n\nNo.: 4711\n{line}\n\nA-100  5  2.00  10.00"
    assert kind(text, OrderSigns(has_lines=True, has_number=True, revision=revision)) is DocumentType.ORDER_CHANGE


@pytest.mark.parametrize("words", ["Ship notice required", "Packing slip", "Order confirmation required"])
def test_an_order_headed_by_nothing_but_its_number_is_never_taken_for_what_it_asks_for(words: str) -> None:
    text = f"PO 4500123\n\nAcme Tools Inc.\n\n{words}\n\nItem   Qty   Price   Amount\nA-1   5   2.00   10.00\n"
    reading = read_type(around(text, "en"), ReadingContext(), ORDER)
    assert reading.type is DocumentType.PURCHASE_ORDER
    assert reading.doubt is not None


def test_thanks_for_an_order_with_lines_and_a_number_are_doubted_and_not_ignored() -> None:
    """A shop's copy of an order opens like a confirmation."""
    found = read_type(around("<Thank you for your order>\n\nOrder number: 4711", "en"), ReadingContext(), ORDER)
    assert found.type is DocumentType.PURCHASE_ORDER
    assert found.doubt is not None
    assert kind("<Thank you for your order>\n\nOrder number: 4711", NOTHING) is DocumentType.ORDER_CONFIRMATION
    assert kind("<Order Confirmation>\n\nThank you for your order\n\nOrder number: 4711") is (
        DocumentType.ORDER_CONFIRMATION
    )
