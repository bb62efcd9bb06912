"""The mails that are shipped, in the order of their names: plain, wrapped and broken ones, some without order."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from email.message import Message
from typing import Any

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from sample_docs.generator import scan
from sample_docs.generator.golden import Json, golden
from sample_docs.generator.look import Look, make_look
from sample_docs.generator.mailing import File, file_part, forwarded, mail, raw, text_part, zipped
from sample_docs.generator.orders import LineTruth, OrderTruth, make_order, money
from sample_docs.generator.sample import Sample, draw
from sample_docs.generator.world import Buyer, World

UNREADABLE: Json = {"decision": "review", "exceptions": ["unreadable_document"], "lines": []}
ENCRYPTED: Json = {"decision": "review", "exceptions": ["encrypted_document"], "lines": []}
NO_ORDER: Json = {"document_type": "other", "decision": "ignored", "exceptions": [], "lines": []}
GREETINGS = {
    "en": "Hello,\n\nplease find our order attached.\n\nKind regards\n{0}\n",
    "de": "Guten Tag,\n\nanbei unsere Bestellung.\n\nMit freundlichen Grüßen\n{0}\n",
    "fr": "Bonjour,\n\nveuillez trouver ci-joint notre commande.\n\nCordialement\n{0}\n",
    "es": "Buenos días:\n\nadjuntamos nuestro pedido.\n\nUn saludo\n{0}\n",
    "pt": "Bom dia,\n\nsegue em anexo a nossa encomenda.\n\nCumprimentos\n{0}\n",
    "it": "Buongiorno,\n\nin allegato il nostro ordine.\n\nCordiali saluti\n{0}\n",
    "nl": "Goedemiddag,\n\nbijgaand onze bestelling.\n\nMet vriendelijke groet\n{0}\n",
    "pl": "Dzień dobry,\n\nw załączeniu nasze zamówienie.\n\nPozdrawiam\n{0}\n",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One order of the set with its file."""

    sample: Sample

    @property
    def buyer(self) -> Buyer:
        return self.sample.order.buyer

    @property
    def sender(self) -> str:
        return f"{self.buyer.name} <purchasing@{self.buyer.domain}>"

    @property
    def name(self) -> str:
        return f"PO_{self.sample.order.number}.{self.sample.suffix}"

    def greeting(self) -> Message:
        return text_part(GREETINGS[self.buyer.lang].format(self.buyer.name))

    def golden(self, **stated: Any) -> Json:
        return golden(self.sample, self.name, **stated)


class Set:
    """Draws the orders of the mails, each from its own seed."""

    def __init__(self, world: World) -> None:
        self.world = world

    def order(self, stem: str, language: str, lines: int = 3, wrong: str | None = None) -> tuple[OrderTruth, Look]:
        rng = random.Random(f"mail/{stem}")
        order = make_order(rng, self.world, language=language, lines=lines, wrong=wrong)
        return order, make_look(rng, order)

    def drawn(self, stem: str, language: str, kind: str = "pdf", lines: int = 3, wrong: str | None = None) -> Drawn:
        order, look = self.order(stem, language, lines, wrong)
        return Drawn(draw(order, look, kind, seed=1))

    def titled(self, stem: str, language: str, title: str, document_type: str, lines: int = 3) -> Drawn:
        """The order of ``stem`` under another title."""
        order, look = self.order(stem, language, lines)
        wording = replace(look.wording, chosen=look.wording.chosen | {"title": title})
        order = replace(order, document_type=document_type)
        return Drawn(draw(order, replace(look, wording=wording), "pdf", seed=1))


def _pdf(d: Drawn, **changes: Any) -> File:
    return replace(File(d.name, d.sample.content), **changes)


# --- one function a mail: (message bytes, golden)

Built = tuple[bytes, Json | list[Json]]


def simple(s: Set, n: int) -> Built:
    d = s.drawn("simple", "de", lines=4)
    return raw(mail(n, d.sender, "Bestellung", [d.greeting(), file_part(_pdf(d))])), d.golden()


def forwarded_mail(s: Set, n: int) -> Built:
    d = s.drawn("forwarded", "fr")
    inner = mail(n + 60, d.sender, "Notre commande", [d.greeting(), file_part(_pdf(d))])
    outer = forwarded(n, "Petra Lang <lang@falkenrath.example>", "WG: Notre commande", "Bitte anlegen. PL\n", inner)
    return raw(outer), d.golden()


def inline(s: Set, n: int) -> Built:
    d = s.drawn("inline", "en", lines=2)
    return raw(mail(n, d.sender, "PO", [d.greeting(), file_part(_pdf(d, disposition="inline"))])), d.golden()


def wrong_type(s: Set, n: int) -> Built:
    d = s.drawn("wrong-type", "it")
    file = _pdf(d, name="ordine.dat", media_type="application/octet-stream")
    return raw(mail(n, d.sender, "Ordine", [d.greeting(), file_part(file)])), d.golden()


def odd_name(s: Set, n: int) -> Built:
    d = s.drawn("odd-name", "pl")
    file = _pdf(d, name="zamówienie nr 7 – część 1.pdf", rfc2231=True)
    return raw(mail(n, d.sender, "Zamówienie", [d.greeting(), file_part(file)])), d.golden()


def in_zip(s: Set, n: int) -> Built:
    d = s.drawn("zip", "nl", kind="xlsx", lines=4)
    file = File("bestelling.zip", zipped(d.name, d.sample.content), "application/zip")
    return raw(mail(n, d.sender, "Bestelling", [d.greeting(), file_part(file)])), d.golden()


def body_text(s: Set, n: int) -> Built:
    d = s.drawn("body-text", "de", kind="txt", lines=2)
    return raw(
        mail(n, d.sender, f"Bestellung {d.sample.order.number}", [text_part(d.sample.content.decode())])
    ), d.golden()


def body_html(s: Set, n: int) -> Built:
    d = s.drawn("body-html", "es", kind="html", lines=3)
    part = text_part(d.sample.content.decode(), "html")
    return raw(mail(n, d.sender, f"Pedido {d.sample.order.number}", [part])), d.golden()


def two_orders(s: Set, n: int) -> Built:
    one, two = s.drawn("two-1", "pt", lines=2), s.drawn("two-2", "pt", lines=3)
    sender = one.sender
    parts = [one.greeting(), file_part(_pdf(one)), file_part(_pdf(two))]
    # the second order is another customer's when the draw says so: both goldens tell what each document says
    return raw(mail(n, sender, "2 encomendas", parts)), [one.golden(), two.golden()]


def duplicate(s: Set, n: int) -> Built:
    d = s.drawn("simple", "de", lines=4)
    text = text_part("Guten Tag,\n\nnur zur Sicherheit noch einmal unsere Bestellung.\n")
    parts = [text, file_part(_pdf(d))]
    stated = {"exceptions": ["duplicate_po"], "decision": "review"}
    return raw(mail(n, d.sender, "Bestellung (nochmals)", parts)), d.golden(**stated)


def revision(s: Set, n: int) -> Built:
    d = s.titled("forwarded", "fr", "Modification de commande", "order_change")
    order = replace(d.sample.order, lines=tuple(_more(line) for line in d.sample.order.lines))
    order = _summed(order)
    d = Drawn(draw(order, d.sample.look, "pdf", seed=1))
    stated = {"exceptions": ["revised_po"], "decision": "review"}
    return raw(mail(n, d.sender, "Modification", [d.greeting(), file_part(_pdf(d))])), d.golden(**stated)


def _more(line: LineTruth) -> LineTruth:
    """Twice as much, at the same price."""
    assert line.quantity is not None and line.amount is not None
    return replace(line, quantity=line.quantity * 2, amount=line.amount * 2)


def _summed(order: OrderTruth) -> OrderTruth:
    subtotal = sum((line.amount for line in order.lines if line.amount is not None), Decimal(0))
    tax = None if order.tax is None else money(subtotal * Decimal("0.19"))
    return replace(order, subtotal=subtotal, tax=tax, total=subtotal + (tax or 0) + (order.freight or 0))


def cancellation(s: Set, n: int) -> Built:
    d = s.titled("inline", "en", "Purchase Order Cancellation", "order_cancellation", lines=2)
    text = text_part("Please cancel the attached order.\n")
    stated = {"exceptions": ["cancelled_po"], "decision": "review"}
    return raw(mail(n, d.sender, "Cancellation", [text, file_part(_pdf(d))])), d.golden(**stated)


def broken_tree(s: Set, n: int) -> Built:
    """The closing boundary and half of the epilogue are gone."""
    d = s.drawn("broken", "de", lines=2)
    whole = raw(mail(n, d.sender, "Bestellung", [d.greeting(), file_part(_pdf(d))]))
    expected = d.golden()
    # the order is whole, but a person may be asked whether it is
    expected["_alternatives"] |= {"decision": ["review"], "exceptions": [["low_confidence"]]}
    return whole[: whole.rindex(b"--=_sample")], expected


def truncated(s: Set, n: int) -> Built:
    d = s.drawn("truncated", "fr")
    file = _pdf(d, content=d.sample.content[: len(d.sample.content) // 3])
    return raw(mail(n, d.sender, "Commande", [d.greeting(), file_part(file)])), UNREADABLE


def empty_file(s: Set, n: int) -> Built:
    d = s.drawn("empty", "es")
    return raw(mail(n, d.sender, "Pedido", [d.greeting(), file_part(_pdf(d, content=b""))])), UNREADABLE


def encrypted(s: Set, n: int) -> Built:
    d = s.drawn("encrypted", "it")
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True, encrypt=StandardEncryption("kein-mail-nennt-es", strength=128))
    canvas.drawString(72, 700, "Ordine")
    canvas.save()
    return raw(mail(n, d.sender, "Ordine", [d.greeting(), file_part(_pdf(d, content=out.getvalue()))])), ENCRYPTED


def newsletter(_: Set, n: int) -> Built:
    html = "<html><body><h1>Autumn savings</h1><p>20&nbsp;% off all work gloves until 30 November!</p>" + (
        "<p>Order now in our shop. <a href='https://shop.gloves.example/u'>Unsubscribe</a></p></body></html>"
    )
    message = mail(n, "Glove World <news@gloves.example>", "20 % off everything", [text_part(html, "html")])
    message["List-Unsubscribe"] = "<https://shop.gloves.example/u>"
    return raw(message), NO_ORDER


def out_of_office(s: Set, n: int) -> Built:
    d = s.drawn("simple", "de")
    text = "Ich bin bis 30.11.2026 nicht im Haus. Ihre Nachricht wird nicht weitergeleitet.\n"
    message = mail(n, d.sender, "Abwesenheit: Ihre Auftragsbestätigung 4711", [text_part(text)])
    message["Auto-Submitted"] = "auto-replied"
    return raw(message), NO_ORDER


def invoice(s: Set, n: int) -> Built:
    d = s.titled("invoice", "de", "Rechnung", "invoice")
    text = text_part("Anbei unsere Rechnung.\n")
    parts = [text, file_part(_pdf(d, name="Rechnung_88123.pdf"))]
    return raw(mail(n, "Gerüst Meier <rechnung@geruest-meier.example>", "Rechnung 88123", parts)), {
        "document_type": "invoice", "decision": "ignored", "exceptions": [],
    }  # fmt: skip


def latin_body(s: Set, n: int) -> Built:
    d = s.drawn("latin", "de", kind="csv", lines=3)
    text = text_part("Grüße aus Köln, Bestellung hängt an.\n", charset="iso-8859-1")
    file = File(d.name, d.sample.content, "text/csv")
    return raw(mail(n, d.sender, "Bestellung", [text, file_part(file)])), d.golden()


def faulty(language: str, fault: str) -> Callable[[Set, int], Built]:
    """An order in which one line carries the fault: the other lines need nobody."""

    def build(s: Set, n: int) -> Built:
        d = s.drawn(f"faulty/{fault}", language, lines=4, wrong=fault)
        return raw(mail(n, d.sender, "Order", [d.greeting(), file_part(_pdf(d))])), d.golden()

    return build


def scanned(s: Set, n: int) -> Built:
    order, look = s.order("scanned", "nl", 3)
    look = replace(look, table="full", font="DejaVuSans", header="colon")
    pages = scan.damaged(draw(order, look, "pdf", seed=1).content, "scan200", 5)
    d = Drawn(replace(draw(order, look, "pdf", seed=1), suffix="pdf", content=scan.as_pdf(pages)))
    return raw(mail(n, d.sender, "Gescand: bestelling", [d.greeting(), file_part(_pdf(d))])), d.golden()


MAILS: tuple[tuple[str, str, Callable[[Set, int], Built]], ...] = (
    ("simple", "a PDF attached", simple),
    ("forwarded", "forwarded by a colleague: the customer's mail is a message/rfc822 part", forwarded_mail),
    ("inline", "a PDF with inline disposition", inline),
    ("wrong-type", "a PDF called application/octet-stream and .dat", wrong_type),
    ("odd-name", "a file name in RFC 2231 form with Polish letters", odd_name),
    ("zip", "a workbook in a ZIP", in_zip),
    ("body-text", "the text body is the order", body_text),
    ("body-html", "the HTML body is the order", body_html),
    ("two-orders", "two orders in one mail", two_orders),
    ("duplicate", "the order of 01 again", duplicate),
    ("revision", "the order of 02 with doubled quantities", revision),
    ("cancellation", "the order of 03 cancelled", cancellation),
    ("broken-tree", "the closing MIME boundary is missing", broken_tree),
    ("truncated-pdf", "a third of a PDF", truncated),
    ("empty-file", "an attachment without a byte", empty_file),
    ("encrypted-pdf", "a PDF with a password that no mail tells", encrypted),
    ("newsletter", "an advertisement", newsletter),
    ("out-of-office", "an automatic reply", out_of_office),
    ("invoice", "a supplier's invoice", invoice),
    ("latin-body", "a CSV file, the body in ISO 8859-1", latin_body),
    ("wrong-price", "one line of four has not the contract's price", faulty("en", "wrong_price")),
    ("unknown-item", "one line of four names an item the supplier does not have", faulty("de", "unknown_item")),
    ("unit", "one line of four is ordered in a unit that does not convert", faulty("pl", "uom_mismatch")),
    ("scanned", "an order on paper, scanned askew at 200 dpi", scanned),
)


def mails(world: World) -> Iterator[tuple[str, bytes, Json | list[Json]]]:
    """File name, content and golden of every shipped mail."""
    drawer = Set(world)
    for n, (stem, _, build) in enumerate(MAILS, 1):
        content, expected = build(drawer, n)
        yield f"{n:02d}-{stem}.eml", content, expected
