"""Mails that quote mails: which order is meant."""

from __future__ import annotations

import pytest

from extractors.engine import DocumentExtractor
from extractors.readers import read_document
from pipeline.model import Document, Order, ReadingContext

NEW = "PO Number: 4711\n\nItem   Description   Qty   Unit   Price\nAB-100 Hex bolt      25    EA     1.20\n"
OLD = "PO Number: 4699\n\nItem   Description   Qty   Unit   Price\nCD-200 Flat washer   500   EA     0.05\n"
HEAD = "<tr><th>Item</th><th>Qty</th><th>Unit</th><th>Price</th></tr>"
TABLE = f"<table>{HEAD}<tr><td>{{}}</td><td>{{}}</td><td>EA</td><td>1.20</td></tr></table>"
OUTLOOK = (
    "From: Acme <jo@acme.example>\nSent: Monday, 2 November 2026 10:12\nTo: orders@falken.example\nSubject: order\n\n"
)


def read(text: str, name: str = "body.txt") -> Order:
    pages = read_document(Document("0", name, "", text.encode()))
    (order,) = DocumentExtractor().extract(pages, ReadingContext(is_mail_body=True))
    return order


def codes(order: Order) -> list[str | None]:
    return [line.buyer_item_id or line.seller_item_id for line in order.lines]


def quoted(text: str) -> str:
    return "On Mon, 2 Nov 2026 at 10:12, Falken <orders@falken.example> wrote:\n\n" + "".join(
        f"> {line}\n" for line in text.splitlines()
    )


@pytest.mark.parametrize("older", [quoted(OLD), "-----Original Message-----\n" + OUTLOOK + OLD])
def test_an_order_above_a_quoted_one_is_read_alone_and_doubted(older: str) -> None:
    order = read(f"Hi Jo,\n\nplease take this one:\n\n{NEW}\nRegards\nSam\n\n{older}")
    assert (order.po_number, codes(order)) == ("4711", ["AB-100"])
    assert any("older" in doubt.reason for doubt in order.doubts)


@pytest.mark.parametrize(
    "marks", ['blockquote class="gmail_quote"', 'blockquote type="cite"', 'div class="yahoo_quoted"']
)
def test_a_quoted_table_of_a_mail_program_is_no_part_of_the_order(marks: str) -> None:
    tag = marks.split()[0]
    order = read(
        f"<html><body>PO Number: 4711<br>{TABLE.format('AB-100', 25)}<br>On 2 Nov 2026 Jo wrote:<br>"
        f"<{marks}>PO Number: 4699<br>{TABLE.format('CD-200', 500)}</{tag}></body></html>",
        "body.html",
    )
    assert (order.po_number, codes(order)) == ("4711", ["AB-100"])
    assert any("older" in doubt.reason for doubt in order.doubts)


def test_a_forwarded_order_is_read_with_what_stands_above_it() -> None:
    order = read(f"Sam, can you enter this today?\n\n{OUTLOOK}{NEW}\nRegards\nJo\n\n{quoted(OLD)}")
    assert (order.po_number, codes(order)) == ("4711", ["AB-100"])


def test_an_answer_without_items_above_a_quoted_order_leaves_the_order_to_be_read() -> None:
    order = read(f"Yes, please go ahead with this.\n\n{quoted(NEW)}")
    assert (order.po_number, codes(order)) == ("4711", ["AB-100"])


def test_a_quoted_mail_without_items_leaves_no_doubt() -> None:
    order = read(f"{NEW}\n{quoted('Dear Jo, what do you need this week?')}")
    assert codes(order) == ["AB-100"]
    assert not any("older" in doubt.reason for doubt in order.doubts)
