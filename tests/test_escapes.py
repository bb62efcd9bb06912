"""Orders with something wrong that no sum shows: each must reach a person, in every form, with the code that says why.

They take the real way: reader, extractor, matcher and rules, against the shipped ERP exports.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from email.message import EmailMessage
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

import sample_docs
from flows import wiring
from flows.settings import Intake
from pipeline.history import MemoryHistory
from pipeline.interfaces import Erp
from pipeline.model import Decision, Verdict
from pipeline.run import decide_message, read_file, read_message
from rules.policy import load_policies
from tests.escape_documents import (
    COLUMNS,
    GAUGE,
    HEADER,
    LAMP,
    TERMINAL,
    Printed,
    as_html,
    as_pdf,
    as_text,
    changed,
    typewritten,
)

ERP = Path(sample_docs.__file__).parent / "erp"
ORDER = Printed()
UNSUMMED = ORDER.but(totals=())  # no printed sum can show that something is missing
FORMS: dict[str, Callable[[Printed], bytes]] = {"txt": as_text, "pdf": as_pdf, "html": as_html}


@cache
def erp() -> Erp:
    return wiring.load_erp(ERP)


def decide(name: str, content: bytes) -> Decision:
    (decision,) = decide_all(name, content)
    return decision


def decide_all(name: str, content: bytes) -> list[Decision]:
    intake = Intake(ocr_cache=None)
    read = partial(wiring.read_orders, options=wiring.reading_options(intake))
    reading = read_file(wiring.document_of(name, content), read, wiring.reading_context(erp(), intake))
    parts = wiring.deciders(erp(), MemoryHistory(), load_policies())
    return [decided.decision for decided in decide_message(reading, parts, date(2026, 11, 16))]


def codes(decision: Decision) -> set[str]:
    return {mismatch.code for mismatch in decision.mismatches}


def below(text: str) -> Printed:
    """The text below the second line, as a note."""
    return UNSUMMED.but(rows=(GAUGE, LAMP, text, TERMINAL))


def numbered(number: str, row: Sequence[str], **changes: Any) -> str:
    """A small order of one line as text."""
    first = ("10", *row[1:])
    return as_text(UNSUMMED.but(header={**HEADER, "PO Number": number}, rows=(first,), **changes)).decode()


def with_column(label: str, *values: str) -> Printed:
    """The order with one more column."""
    rows = tuple((*row, value) for row, value in zip((GAUGE, LAMP, TERMINAL), values, strict=True))
    return UNSUMMED.but(columns=(*COLUMNS, label), rows=rows)


ABOUT_ALL = (
    "* quantity in thousands", "Quantities in dozens.", "Mengenangaben in Verpackungseinheiten.",
    "All prices per 100 pieces.", "Preise verstehen sich je 100 Stück.", "Price basis: per 1000",
    "Item 20: please supply 40 instead of 20.", "Item 20 quantity changed to 40.",
    "Position 20 bitte auf 40 Stück erhöhen.", "Line 20 is no longer required.",
    "Item 30 deliver to: Brenner Werk 2, Industriestraße 77, 57223 Kreuztal", "CORRECTIONS:",
)  # fmt: skip
STANDING = (
    ("Delivered", ("10", "5", "0"), "low_confidence"),
    ("Geliefert", ("10", "0", "0"), "low_confidence"),
    ("Open", ("0", "15", "50"), "low_confidence"),
    ("Back order", ("0", "5", "0"), "low_confidence"),
    ("Remark", ("", "cancel", ""), "low_confidence"),
    ("Remark", ("", "free sample", ""), "low_confidence"),
    ("Curr.", ("EUR", "USD", "EUR"), "currency_mismatch"),
)


def without(label: str) -> dict[str, str]:
    return {name: value for name, value in HEADER.items() if name != label}


CLEAN = {
    "as it is": ORDER,
    "without a sum": UNSUMMED,
    "a harmless note": below("Please pack singly."),
    "the right number of lines": ORDER.but(after=("Number of items: 3",)),
    **{
        f"a column {label}": with_column(label, *values)
        for label, values in (
            ("Delivered", ("0", "0", "0")),
            ("Open", ("10", "20", "50")),
            ("Back order", ("0", "0", "0")),
            ("Curr.", ("EUR", "EUR", "EUR")),
            ("Remark", ("", "urgent", "")),
        )
    },
    "terms of payment with a cash discount": ORDER.but(
        header={**HEADER, "Payment terms": "14 days 3 % discount, 30 days net"}
    ),
    "freight": ORDER.but(totals=(("Subtotal", "264.14"), ("Freight", "15.00"), ("Total", "279.14"))),
    "a discount of nothing": ORDER.but(totals=(("Subtotal", "264.14"), ("Discount", "0.00"), ("Total", "264.14"))),
    "ordinary terms": ORDER.but(
        after=(
            "Please confirm this order within 2 days.",
            "Partial deliveries not accepted.",
            "We do not accept price increases without written notice.",
            "Orders may be cancelled free of charge until dispatch.",
        )
    ),
}
WRONG: dict[str, tuple[Printed, str]] = {
    # figures
    "price per 100 said in a note": (below("Price is per 100 EA"), "wrong_price"),
    "price 100 times too high": (
        ORDER.but(rows=(GAUGE, changed(TERMINAL, price="38.48")), totals=(("Total", "167.94"),)),
        "wrong_price",
    ),
    "gross price": (
        ORDER.but(rows=(changed(GAUGE, price="17.70", amount="177.00"),), totals=(("Total incl. VAT", "177.00"),)),
        "wrong_price",
    ),
    "price of zero": (UNSUMMED.but(rows=(GAUGE, changed(LAMP, price="0.00", amount="0.00"))), "wrong_price"),
    "no price yet": (UNSUMMED.but(rows=(GAUGE, changed(LAMP, price="TBD", amount=""))), "missing_price"),
    "quantity of zero": (UNSUMMED.but(rows=(GAUGE, changed(LAMP, qty="0", amount="0.00"))), "missing_quantity"),
    "credit": (UNSUMMED.but(rows=(GAUGE, changed(LAMP, qty="-20", amount="-96.20"))), "missing_quantity"),
    "credit, minus behind": (UNSUMMED.but(rows=(GAUGE, changed(LAMP, qty="20-", amount="96.20-"))), "missing_quantity"),
    "credit in brackets": (
        UNSUMMED.but(rows=(GAUGE, changed(LAMP, qty="(20)", amount="(96.20)"))),
        "missing_quantity",
    ),
    "beyond measure": (
        UNSUMMED.but(rows=(GAUGE, changed(LAMP, qty="2" + "0" * 19, amount="962" + "0" * 17))),
        "missing_quantity",
    ),
    "a range": (UNSUMMED.but(rows=(GAUGE, changed(LAMP, qty="20-30"))), "low_confidence"),
    "a guess": (UNSUMMED.but(rows=(GAUGE, changed(LAMP, qty="ca. 20"))), "low_confidence"),
    **{
        f"a quantity of {quantity}": (UNSUMMED.but(rows=(GAUGE, changed(LAMP, qty=quantity))), "low_confidence")
        for quantity in (">=20", "20+", "20?", "20 +/-10%", "20*", "20 1)", "20 (10)")
    },
    **{f"all said: {text}": (UNSUMMED.but(after=(text,)), "low_confidence") for text in ABOUT_ALL},
    **{f"column {label} {values[1]}": (with_column(label, *values), code) for label, values, code in STANDING},
    "a pack as a quantity": (UNSUMMED.but(rows=(GAUGE, changed(LAMP, qty="1", amount="96.20"))), "arithmetic_error"),
    # taken off the whole order
    "discount among the totals": (
        ORDER.but(totals=(("Subtotal", "264.14"), ("Discount 10 %", "-26.41"), ("Total", "237.73"))),
        "total_mismatch",
    ),
    "Skonto unter den Summen": (
        ORDER.but(totals=(("Zwischensumme", "264.14"), ("Skonto 2 %", "5.28"), ("Gesamtbetrag", "258.86"))),
        "total_mismatch",
    ),
    "discount within the subtotal": (
        ORDER.but(totals=(("Subtotal", "237.73"), ("Discount", "26.41"), ("Total", "237.73"))),
        "total_mismatch",
    ),
    "a rate without an amount": (ORDER.but(totals=(("Total", "264.14"), ("Discount", "10 %"))), "low_confidence"),
    "a rate in the header": (ORDER.but(header={**HEADER, "Discount": "10 %"}), "low_confidence"),
    "a rebated total": (ORDER.but(totals=(("Total after 10 % discount", "237.73"),)), "total_mismatch"),
    "a rebated total below": (
        ORDER.but(totals=(("Total", "264.14"), ("Total after discount", "237.73"))),
        "total_mismatch",
    ),
    "a discount in a sentence": (ORDER.but(after=("10 % discount on all items.",)), "total_mismatch"),
    "a cash discount in a sentence": (UNSUMMED.but(after=("less 3 % cash discount",)), "total_mismatch"),
    "a discount on a line": (below("5 % Rabatt"), "wrong_price or low_confidence"),
    "freight below zero": (
        ORDER.but(totals=(("Subtotal", "264.14"), ("Freight", "-15.00"), ("Total", "249.14"))),
        "total_mismatch",
    ),
    "a surcharge": (
        ORDER.but(totals=(("Subtotal", "264.14"), ("Small order surcharge", "25.00"), ("Total", "289.14"))),
        "total_mismatch",
    ),
    # lines that are missing
    "a line is missing from the sum": (ORDER.but(rows=(GAUGE, LAMP)), "total_mismatch"),
    "a gap in the numbers": (UNSUMMED.but(rows=(GAUGE, TERMINAL)), "low_confidence"),
    "the first number is missing": (UNSUMMED.but(rows=(LAMP,)), "low_confidence"),
    "more lines are counted": (ORDER.but(after=("Number of items: 4",)), "low_confidence"),
    "mehr Positionen gezählt": (ORDER.but(after=("Anzahl Positionen: 4",)), "low_confidence"),
    "a page is missing": (ORDER.but(after=("Page 1 of 2",)), "low_confidence"),
    "it goes on": (ORDER.but(after=("continued on next page",)), "low_confidence"),
    "items in an annex": (ORDER.but(after=("Further items see attachment.",)), "low_confidence"),
    "an item in words": (ORDER.but(after=("Please also send 5 pcs PG063-10B.",)), "low_confidence"),
    "an item in words above": (
        ORDER.but(before=("In addition we order 5 EA of PG063-10B at 15.44 EUR.",)),
        "low_confidence",
    ),
    "an item is replaced": (below("replaced by PG063-10B"), "ambiguous_item or low_confidence"),
    "an item nobody sells": (
        UNSUMMED.but(rows=(GAUGE, ("20", "", "", "Special bracket as per drawing 5", "2", "EA", "12.00", "24.00"))),
        "unknown_item",
    ),
    # items
    "another size in the text": (
        ORDER.but(rows=(changed(GAUGE, text="Pressure gauge 63 mm 0-10 bar"), LAMP, TERMINAL)),
        "ambiguous_item",
    ),
    "another number in the text": (
        ORDER.but(rows=(changed(GAUGE, text="Pressure gauge PG063-10B"), LAMP, TERMINAL)),
        "ambiguous_item",
    ),
    # lines that are none
    "option": (UNSUMMED.but(rows=(GAUGE, changed(LAMP, text="Option: LED lamp 8 W 4000 K"))), "low_confidence"),
    "Alternativposition": (
        UNSUMMED.but(rows=(GAUGE, changed(LAMP, text="Alternativ: LED lamp 8 W 4000 K"))),
        "low_confidence",
    ),
    "alternative to another": (below("Alternative to item 10"), "low_confidence"),
    "optional": (below("Optional - order only on our confirmation"), "low_confidence"),
    "fewer in a note": (below("Attention: deliver only 5 pieces"), "low_confidence"),
    "do not ship": (below("DO NOT SHIP"), "low_confidence"),
    "sample": (below("Sample, free of charge"), "low_confidence"),
    "return": (below("RETURN for credit"), "low_confidence"),
    "status column": (
        UNSUMMED.but(columns=(*COLUMNS, "Status"), rows=((*GAUGE, "open"), (*LAMP, "cancelled"), (*TERMINAL, "open"))),
        "low_confidence",
    ),
    # the order as a whole
    "dollars": (ORDER.but(header={**HEADER, "Currency": "USD"}), "currency_mismatch"),
    "dollars in a note": (
        ORDER.but(header=without("Currency"), after=("All prices in US dollars.",)),
        "currency_mismatch",
    ),
    "dollars in the cells": (
        UNSUMMED.but(header=without("Currency"), rows=(changed(GAUGE, price="$14.87", amount="$148.70"),)),
        "currency_mismatch",
    ),
    "dollars at the total": (ORDER.but(totals=(("Total USD", "264.14"),)), "currency_mismatch"),
    "another address": (
        ORDER.but(ship_to=("Acme Works", "Elm Street 1", "10115 Berlin", "Germany")),
        "unknown_ship_to",
    ),
    "an address in a note": (
        ORDER.but(after=("Please deliver this order to our customer: Huber, Ringstr. 5, 80331 Munich.",)),
        "low_confidence",
    ),
    "two numbers": (ORDER.but(header={**HEADER, "Order No.": "4500-77999"}), "low_confidence"),
    "held": (ORDER.but(after=("HOLD: do not deliver before written release.",)), "low_confidence"),
    "draft": (ORDER.but(title="PURCHASE ORDER - DRAFT"), "low_confidence"),
    "for information": (ORDER.but(after=("DO NOT SHIP - for information only",)), "low_confidence"),
    "a quotation is asked for": (
        ORDER.but(before=("This is a request for quotation, please do not process as an order.",)),
        "low_confidence",
    ),
    "placed by telephone": (ORDER.but(after=("Confirming order only - do not duplicate.",)), "low_confidence"),
    "blanket": (ORDER.but(title="BLANKET ORDER"), "low_confidence"),
    "cancelled below": (ORDER.but(after=("This purchase order is cancelled.",)), "low_confidence"),
    "cancellation": (ORDER.but(title="PURCHASE ORDER CANCELLATION"), "cancelled_po"),
    "change": (ORDER.but(title="PURCHASE ORDER CHANGE NOTICE"), "revised_po"),
    "amendment": (ORDER.but(before=("Amendment no. 2",)), "revised_po"),
    "revision": (ORDER.but(header={**HEADER, "Revision": "2"}), "revised_po"),
}
STRUCK = (
    "*** CANCELLED ***", "Line deleted", "Position gestrichen", "Pos. storniert", "Ligne annulée", "Línea anulada",
    "Riga annullata", "Regel vervallen", "Pozycja anulowana", "Linha cancelada",
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", CLEAN)
def test_nothing_wrong_goes_through(name: str, form: str) -> None:
    decision = decide(f"order.{form}", FORMS[form](CLEAN[name]))
    assert (decision.decision, decision.mismatches) == (Verdict.AUTO, ())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_reaches_a_person(name: str, form: str) -> None:
    order, code = WRONG[name]
    decision = decide(f"order.{form}", FORMS[form](order))
    assert decision.decision is Verdict.REVIEW
    assert codes(decision) & set(code.split(" or "))


@pytest.mark.parametrize("header", (HEADER, without("PO Number")), ids=("one above", "none above"))
@pytest.mark.parametrize("form", (*FORMS, "csv"))
def test_a_table_of_several_orders_is_never_one_order(form: str, header: dict[str, str]) -> None:
    """The number stands on each line: either each order is read by itself, or a person is asked."""
    numbers = ("4500-77001", "4500-77002", "4500-77003")
    rows = tuple((number, *row) for number, row in zip(numbers, (GAUGE, LAMP, TERMINAL), strict=True))
    table = [("PO Number", *COLUMNS), *rows]
    printed = UNSUMMED.but(header=header, columns=table[0], rows=rows)
    text = "\n".join("|".join(row) for row in table)
    decisions = decide_all(f"orders.{form}", text.encode() if form == "csv" else FORMS[form](printed))
    assert len(decisions) == 3 or all("low_confidence" in codes(decision) for decision in decisions)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("words", STRUCK)
def test_a_crossed_out_line_reaches_a_person(words: str, form: str) -> None:
    decision = decide(f"order.{form}", FORMS[form](below(words)))
    assert decision.decision is Verdict.REVIEW
    assert any(words.strip("* ").split()[-1] in mismatch.reason for mismatch in decision.mismatches)


def test_a_customers_standing_words_are_left_alone(tmp_path: Path) -> None:
    """What the policy names as known is no remark any more; the rest of the document still is."""
    (tmp_path / "own.toml").write_text('[customer.K1001.remarks]\nknown = ["for information only"]\n', encoding="utf-8")
    intake = Intake(ocr_cache=None)
    read = partial(wiring.read_orders, options=wiring.reading_options(intake))
    parts = wiring.deciders(erp(), MemoryHistory(), load_policies(tmp_path))
    verdicts = []
    for text in ("Prices for information only", "DRAFT"):
        document = wiring.document_of("order.txt", as_text(ORDER.but(after=(text,))))
        reading = read_file(document, read, wiring.reading_context(erp(), intake))
        verdicts.append(decide_message(reading, parts, date(2026, 11, 16))[0].decision.decision)
    assert verdicts == [Verdict.AUTO, Verdict.REVIEW]


FIRST, SECOND = numbered("4500-77991", GAUGE), numbered("4500-77992", LAMP)
HEAD, _, REST = as_text(ORDER).decode().partition("\n20 ")
TOGETHER = {
    "two": (FIRST + "\n" + SECOND, [True, True]),
    "three": (FIRST + "\n" + SECOND + "\n" + numbered("4500-77993", TERMINAL), [True, True, True]),
    "the next begins where one ends": (HEAD + "\f20 " + REST + "\n" + SECOND, [True, True]),
    "a note at the end of the first": (
        numbered("4500-77991", GAUGE, after=("DO NOT SHIP before release",)) + "\n" + SECOND,
        [False, True],
    ),
    "a note on the page the next begins on": (FIRST + "\fDO NOT SHIP before release\n\n" + SECOND, [False, True]),
    "one number twice": (FIRST + "\n" + numbered("4500-77991", LAMP), [False]),
    "one number, two places": (
        FIRST + "\n" + numbered("4500-77991", LAMP, ship_to=("Acme Works", "Elm Street 1", "10115 Berlin", "Germany")),
        [False],
    ),
    "without titles": ((FIRST + "\n" + SECOND).replace("PURCHASE ORDER\n", ""), [False, False]),
}


@pytest.mark.parametrize("form", ["txt", "pdf"])
@pytest.mark.parametrize("name", TOGETHER)
def test_orders_on_one_page_are_several_orders_or_a_doubt(name: str, form: str) -> None:
    text, through = TOGETHER[name]
    content = text.encode() if form == "txt" else typewritten(text)
    decisions = decide_all(f"orders.{form}", content)
    assert [decision.decision is Verdict.AUTO for decision in decisions] == through


TERMS = """General Purchasing Terms - Edition 01/2025

""" + "\n".join(
    f"{n}. The seller shall maintain a cover of not less than {n},000,000.00 per occurrence, and the warranty of {n} "
    f"to {n * 12} months begins on the day of receipt at the place of business of the buyer."
    for n in range(1, 13)
)
README = b"Drawing 4711 in the newest state. Questions to the technical office.\n"


def test_terms_and_a_readme_beside_an_order_are_no_orders() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "purchasing@brenner-anlagenbau.example", "bestellung@falkenrath.example"
    mail["Subject"] = "Purchase order 4500-77123"
    mail.set_content("Please find our order attached.\n")
    for name, content in (("order.html", as_html(ORDER)), ("terms.txt", TERMS.encode()), ("readme.txt", README)):
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    message, documents = wiring.unpack(mail.as_bytes())
    intake = Intake(ocr_cache=None)
    read = partial(wiring.read_orders, options=wiring.reading_options(intake))
    reading = read_message(message, documents, read, wiring.reading_context(erp(), intake))
    decided = decide_message(reading, wiring.deciders(erp(), MemoryHistory(), load_policies()), date(2026, 11, 16))
    assert [(d.document.file_name, d.decision.decision, d.decision.mismatches) for d in decided] == [
        ("order.html", Verdict.AUTO, ())
    ]
