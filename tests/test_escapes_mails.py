"""Mails that say something else than the order in them: each must reach a person, and what looks like it must not."""

from __future__ import annotations

import io
from datetime import date
from email.message import EmailMessage
from functools import partial

import docx
import pytest

from flows import wiring
from flows.settings import Intake
from pipeline.history import MemoryHistory
from pipeline.model import Decision, Verdict
from pipeline.run import decide_message, read_message
from rules.policy import load_policies
from tests.escape_documents import GAUGE, HEADER, LAMP, TERMINAL, as_html, as_pdf, changed
from tests.test_escapes import ORDER, codes, erp

COVER = "Please find our order attached.\n"
SUBJECT = "Purchase order 4500-77123"
PDF = as_pdf(ORDER)


def decide_mail(
    text: str = COVER,
    *more: tuple[str, bytes],
    subject: str = SUBJECT,
    order: bytes = PDF,
    history: MemoryHistory | None = None,
) -> list[Decision]:
    """The decisions on a mail with the order and ``more`` files."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "purchasing@brenner-anlagenbau.example", "bestellung@falkenrath.example"
    mail["Subject"] = subject
    mail.set_content(text)
    for name, content in (("order.pdf", order), *more):
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    message, documents = wiring.unpack(mail.as_bytes())
    intake = Intake(ocr_cache=None)
    read = partial(wiring.read_orders, options=wiring.reading_options(intake))
    reading = read_message(message, documents, read, wiring.reading_context(erp(), intake))
    decided = decide_message(
        reading, wiring.deciders(erp(), history or MemoryHistory(), load_policies()), date(2026, 11, 16)
    )
    return [one.decision for one in decided]


def letter(text: str) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def page(text: str) -> bytes:
    return f"<html><body><p>{text}</p></body></html>".encode()


OTHER_TEXTS = (
    # corrections, most of them without a verb
    "Item 20 qty 40.", "line 2 - 14 pcs", "Pos. 10: 5 statt 8", "Pos 20 40 Stück", "LED-8W-4000: 40 pcs",
    "LED-8W-4000 -> 40", "Item 20 price 4.50", "Item 20 - 15 January", "Poste 20 : 40 pièces", "Línea 20: 40 uds",
    "riga 20: 40 pz", "regel 20 = 40 stuks", "pozycja 20 - 40 szt", "linha 20: 40 un.", "Item 20 is very urgent.",
    # what came was not meant
    "Please ignore the attached.", "Sorry, the attached was sent in error.", "Bitte den Anhang ignorieren.",
    "Die Bestellung wurde versehentlich versendet.", "Merci d'ignorer la pièce jointe.",
    "Commande envoyée par erreur.", "Ruego ignoren el archivo adjunto.", "Vi preghiamo di ignorare l'allegato.",
    "Per abuis verzonden.", "Proszę zignorować załącznik.", "Por favor ignorem o anexo.",
    "There is a typo in line 3.", "Richtig sind 12 Stück.", "il faut 40 pièces et non 20",
    "Van de lampen graag 40 stuks.", "Plus 5 more gauges please.", "We only need the gauges this time.",
    # no order, or one that came before
    "Attached is the draft order for your review.", "Could you quote the attached?",
    "Anbei der Entwurf der Bestellung.",
    "Bitte warten Sie, bis wir uns melden.", "Anbei nochmals unsere Bestellung.",
    "Resending as you may not have received the first one.", "We will pick up the goods ourselves.",
    "Wir holen die Ware selbst ab.",
    # another order
    "Please find attached our purchase order 4500-77999.", "anbei unsere Bestellung Nr. 4500-77999.",
    "ci-joint notre commande n° 4500-77999", "New order 4500-77999",
    # another place
    "Please deliver to our Kreuztal site.", "The delivery must go to plant 2.", "Lieferung bitte an Werk Kreuztal.",
)  # fmt: skip
USUAL_TEXTS = (
    "Please find our purchase order PO-4500-77123 attached.",
    "Item 20 at 4.81 EUR, as discussed.",
    "Attached is 4500-77123. The old PO 4500-70001 was closed last year.",
    "As per item 3 of your quotation 2026-117, please find our order attached.",
    "Please deliver to our Siegen plant.",
    "If this e-mail was sent to you in error, please inform the sender.",
    "Tel. 0271 4711-20, customer no. 10012345",
    "Please quote our number on the invoice.",
    "3 items, 80 pieces in all.",
    "Many thanks for your offer of 3 November.",
    "Lieferung wie immer frei Haus an unsere bekannte Adresse.",
)


@pytest.mark.parametrize("text", OTHER_TEXTS)
def test_a_mail_that_says_something_else_reaches_a_person(text: str) -> None:
    (decision,) = decide_mail(f"{COVER}\n{text}\n", subject="Order")
    assert "body_conflict" in codes(decision)


@pytest.mark.parametrize("text", USUAL_TEXTS)
def test_a_mail_that_says_the_same_goes_through(text: str) -> None:
    (decision,) = decide_mail(f"{COVER}\n{text}\n")
    assert (decision.decision, decision.mismatches) == (Verdict.AUTO, ())


@pytest.mark.parametrize("subject", ["Purchase order 4500-77999", "PO 4500-77123 and PO 4500-77124"])
def test_a_subject_names_an_order_that_did_not_come(subject: str) -> None:
    (decision,) = decide_mail(subject=subject)
    assert "body_conflict" in codes(decision)


CHANGES = (
    "Item 20: please deliver 40 instead of 20.", "Item 20 qty 40", "Pos. 20: 40 Stück",
    "The delivery must go to our Kreuztal site.", "Please cancel the order.",
)  # fmt: skip
FORMS = {"txt": str.encode, "html": page, "docx": letter}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", CHANGES)
def test_a_file_beside_the_order_changes_it(text: str, form: str) -> None:
    decision = decide_mail(COVER, (f"changes.{form}", FORMS[form](text)))[0]
    assert {"body_conflict", "low_confidence"} & codes(decision)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_beside_the_order_that_says_nothing_of_it(form: str) -> None:
    text = "Our offices are closed from 24 December to 6 January."
    decision = decide_mail(COVER, (f"closed.{form}", FORMS[form](text)))[0]
    assert (decision.decision, decision.mismatches) == (Verdict.AUTO, ())


MORE = changed(LAMP, qty="40", amount="192.40")
ELSEWHERE = ("Brenner Werk 2", "Industriestraße 77", "57223 Kreuztal", "Germany")
VERSIONS = {
    "another quantity": (
        "v2.pdf",
        as_pdf(ORDER.but(rows=(GAUGE, MORE, TERMINAL), totals=(("Total", "360.34"),))),
    ),
    "another date": ("v2.pdf", as_pdf(ORDER.but(header={**HEADER, "Delivery date": "2026-12-24"}))),
    "another address": ("v2.html", as_html(ORDER.but(ship_to=ELSEWHERE))),
    "a note": ("v2.html", as_html(ORDER.but(after=("Please do not ship before we call.",)))),
    "an order in words": ("changes.docx", letter("Changes to our order: item 20 now 40 pieces.")),
}


@pytest.mark.parametrize("name", VERSIONS)
def test_two_versions_in_a_mail_reach_a_person(name: str) -> None:
    assert all(decision.decision is Verdict.REVIEW for decision in decide_mail(COVER, VERSIONS[name]))


@pytest.mark.parametrize("copy", [("order.html", as_html(ORDER)), ("copy.pdf", as_pdf(ORDER.but(after=("Copy",))))])
def test_the_same_order_in_two_files_is_one(copy: tuple[str, bytes]) -> None:
    (decision,) = decide_mail(COVER, copy)
    assert (decision.decision, decision.mismatches) == (Verdict.AUTO, ())


def numbered(number: str, day: str) -> bytes:
    return as_pdf(ORDER.but(header={**HEADER, "PO Number": number, "Order date": day}))


FORMS_OF_ONE = (
    ("4711-0815", "PO 4711-0815"), ("PO-4711815", "4711815"), ("4711815", "PO-4711815/0"), ("4711815", "0004711815"),
    ("B4711815", "4711815"), ("4711815", "4711815v2"), ("PO4711815", "P.O. 4711815"), ("4711815", "4711815_rev2"),
)  # fmt: skip


@pytest.mark.parametrize(("first", "second"), FORMS_OF_ONE)
def test_an_order_comes_again_under_its_number_in_another_form(first: str, second: str) -> None:
    history = MemoryHistory()
    decide_mail(subject="Order", order=numbered(first, "2026-11-05"), history=history)
    (again,) = decide_mail(subject="Order", order=numbered(second, "2026-11-12"), history=history)
    assert {"duplicate_po", "revised_po"} & codes(again)


@pytest.mark.parametrize(("first", "second"), [("4711815", "4711816"), ("A4711815", "B4711815"), ("815-1", "815-2")])
def test_the_same_lines_a_week_later_are_another_order(first: str, second: str) -> None:
    history = MemoryHistory()
    decide_mail(subject="Order", order=numbered(first, "2026-11-05"), history=history)
    (again,) = decide_mail(subject="Order", order=numbered(second, "2026-11-12"), history=history)
    assert (again.decision, again.mismatches) == (Verdict.AUTO, ())
