"""What is read from a mail: headers, bodies, files, containers, senders of what was forwarded."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from mails import PDF, attached, encrypted_zip, mail, msg, msg_tree, multipart, part, text, tnef, zipped

from connectors.mime import documents_of, parse_message
from pipeline import media
from pipeline.model import Message


def files(raw: bytes) -> list[tuple[str, str]]:
    return [(document.file_name, document.media_type) for document in documents_of(parse_message(raw))]


def names(raw: bytes) -> list[str]:
    return [name for name, _ in files(raw)]


# --- headers ----------------------------------------------------------------------------------------------------------


def test_header_fields() -> None:
    raw = mail(
        text("hello"),
        sender='"Brønd, Åse" <Ase.Brond@Buyer.Example>',
        reply_to="other@buyer.example",
        cc='"x, y" <cc@us.example>, plain@us.example',
        date="Mon, 16 Nov 2026 09:12:00 +0100",
        subject="=?utf-8?b?QmVzdGVsbHVuZyA0NzEx?= =?iso-8859-1?q?_f=FCr?= Sie",
    )
    message = parse_message(
        b"Authentication-Results: mx.us.example;\n dmarc=pass\nAuthentication-Results: forged\n" + raw
    )
    assert message.sender == "ase.brond@buyer.example"
    assert message.sender_name == "Brønd, Åse"
    assert message.reply_to == "other@buyer.example"
    assert message.recipients == ("orders@us.example", "cc@us.example", "plain@us.example")
    assert message.subject == "Bestellung 4711 für Sie"
    assert message.date == datetime(2026, 11, 16, 8, 12, tzinfo=UTC)
    assert message.message_id == "1@buyer.example"
    assert message.authentication_results == ("mx.us.example; dmarc=pass", "forged")
    assert message.defects == ()


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ('"ceo@customer.example" <evil@example.net>', "evil@example.net"),
        ("customer@example.com <evil@example.net>", "evil@example.net"),
        ("=?utf-8?q?ceo=40customer.example?= <evil@example.net>", "evil@example.net"),
        ("ann@buyer.example (Ann)", "ann@buyer.example"),
        ("Ann", None),
        ("", None),
        ("(" * 5000 + "a@b.example", None),
        ("<<a@b.example>>", "a@b.example"),
    ],
)
def test_sender_is_the_address_not_the_name(field: str, address: str | None) -> None:
    found = parse_message(f"From: {field}\nSubject: x\n\nhello".encode()).sender
    assert found == address or (address is None and "(" in field)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?b?w6Q=?==?utf-8?b?w7Y=?=", "äö"),
        ("=?utf-8?b?4oI=?= =?utf-8?b?rA==?=", "€"),  # one character cut in two
        ("=?utf-8?q?with blank=20inside?=", "with blank inside"),
        ("=?utf-8?b?4oKs!!?=", "€"),
        ("=?utf-8?b?4?=", ""),
        ("=?nonsense?q?=E4?= x", "ä x"),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        ("=?utf-8*de?q?gr=C3=BCn?=", "grün"),
        ("=?utf-8?q?line=0Abreak?=", "line break"),
    ],
)
def test_encoded_words(subject: str, expected: str) -> None:
    assert parse_message(f"Subject: {subject}\n\n".encode()).subject == expected


def test_raw_eight_bit_headers() -> None:
    assert parse_message("Subject: Größe\n\n".encode()).subject == "Größe"
    assert parse_message("Subject: Größe\n\n".encode("latin-1")).subject == "Größe"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (['Content-Disposition: attachment; filename="a b.pdf"'], "a b.pdf"),
        (["Content-Disposition: attachment; filename=a b.pdf"], "a b.pdf"),
        (['Content-Disposition: attachment; filename="half'], "half"),
        (["Content-Disposition: attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf"], "Größe.pdf"),
        (["Content-Disposition: attachment; filename*0*=utf-8''Gr%C3;", " filename*1*=%B6sse;", ' filename*2=".pdf"'],
         "Grösse.pdf"),
        (["Content-Disposition: attachment; filename*1=b.pdf; filename*0=a"], "ab.pdf"),
        (['Content-Disposition: attachment; filename="=?utf-8?b?w6QucGRm?="'], "ä.pdf"),
        (["Content-Disposition: attachment; filename==?utf-8?b?w6QucGRm?="], "ä.pdf"),
        (["Content-Type: application/pdf; name=c.pdf", "Content-Disposition: attachment"], "c.pdf"),
        (["Content-Disposition: attachment; filename=x.pdf; filename*=utf-8''y.pdf"], "y.pdf"),
        (['Content-Disposition: attachment; filename="C:\\Users\\ann\\PO 7.pdf"'], "PO 7.pdf"),
        (['Content-Disposition: attachment; filename="../../etc/passwd"'], "passwd"),
        (['Content-Disposition: attachment; filename="Order WH/PO/7.pdf"'], "Order WH_PO_7.pdf"),
        (['Content-Disposition: attachment; filename="cod\u202efdp.exe"'], "codfdp.exe"),
        (['Content-Disposition: attachment; filename="CON"'], "_CON"),
        (['Content-Disposition: attachment; filename="..."'], "attachment.pdf"),
        (['Content-Disposition: attachment; filename="' + "x" * 5000 + '.pdf"'], "x" * 146 + ".pdf"),
        (["Content-Disposition: attachment"], "attachment.pdf"),
        (["Content-Description: PO 9.pdf"], "PO 9.pdf"),
        (["Content-Disposition: inline; filename=inline.pdf"], "inline.pdf"),
    ],
)  # fmt: skip
def test_file_names(headers: list[str], expected: str) -> None:
    raw = mail(text("see attached"), part(PDF, "Content-Type: application/pdf", *headers) if len(headers) != 2
               or not headers[0].startswith("Content-Type") else part(PDF, *headers))  # fmt: skip
    assert names(raw) == [expected, "body.txt"]


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("declared", ["application/octet-stream", "image/jpeg", "text/plain", "x", "", "application"])
def test_type_is_sniffed(declared: str) -> None:
    raw = mail(text("x"), part(PDF, f"Content-Type: {declared}; name=order", "Content-Disposition: attachment"))
    assert files(raw) == [("order", media.PDF), ("body.txt", media.TEXT)]


def test_pdf_that_is_html_is_html() -> None:
    raw = mail(text("x"), attached(b"<html><body>Please log in</body></html>", "PO.pdf"))
    assert files(raw)[0] == ("PO.pdf", media.HTML)


def test_empty_attachment_is_a_document() -> None:
    assert files(mail(text("x"), attached(b"", "PO.pdf")))[0] == ("PO.pdf", media.EMPTY)


def test_pdf_as_the_whole_mail() -> None:
    raw = b"From: a@b.example\n" + part(PDF, "Content-Type: application/pdf")
    assert files(raw) == [("attachment.pdf", media.PDF)]


def test_same_file_twice_is_one_document() -> None:
    raw = mail(text("x"), attached(PDF, "a.pdf"), attached(PDF, "b.pdf"))
    assert names(raw) == ["a.pdf", "body.txt"]


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes(5)


def shown(content: bytes, name: str = "image001.png") -> bytes:
    return part(content, f"Content-Type: image/png; name={name}", "Content-ID: <logo@x>", "Content-Disposition: inline")


@pytest.mark.parametrize(
    ("size", "is_document"),
    [((300, 100), False), ((1200, 200), False), ((1, 1), False), ((1240, 1754), True), ((1000, 300), True)],
)
def test_logos_are_no_documents_and_pictures_of_orders_are(size: tuple[int, int], is_document: bool) -> None:
    related = multipart(
        text('<p>hi<img src="cid:logo@x"></p>', kind="html"), shown(png(*size)), kind="related", boundary="r"
    )
    assert names(mail(related)) == (["image001.png"] if is_document else []) + ["body.html"]


def test_attached_picture_counts_unless_it_is_tiny() -> None:
    raw = mail(text("x"), attached(png(500, 700), "order.png"), attached(png(90, 90), "facebook.png"))
    assert names(raw) == ["order.png", "body.txt"]


def test_torn_picture_counts() -> None:
    assert names(mail(text("x"), attached(b"\x89PNG\r\n\x1a\n", "order.png"))) == ["order.png", "body.txt"]


@pytest.mark.parametrize(
    "kind", ["application/pkcs7-signature", "application/pgp-signature", "text/calendar", "text/vcard"]
)
def test_seals_and_cards_are_no_documents(kind: str) -> None:
    assert names(mail(text("x"), attached(b"\x30\x82abc", "smime.p7s", kind))) == ["body.txt"]


@pytest.mark.parametrize(
    "content",
    [b"AC1032\x00\x00", b"ISO-10303-21;\nHEADER;\n", b"  0\r\nSECTION\r\n  2\r\n", b"0000ftypisom" + bytes(9)],
)
def test_drawings_and_films_are_no_documents(content: bytes) -> None:
    assert names(mail(text("x"), attached(PDF, "PO.pdf"), attached(content, "PO drawing.pdf"))) == [
        "PO.pdf",
        "body.txt",
    ]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (part(b"\x30\x82abc", "Content-Type: application/pkcs7-mime; name=smime.p7m"), "encrypted_document"),
        (multipart(part(b"Version: 1", "Content-Type: application/pgp-encrypted"),
                   part(b"-----BEGIN PGP MESSAGE-----\n\nabc", "Content-Type: application/octet-stream; name=e.asc"),
                   kind="encrypted"), "encrypted_document"),
    ],
)  # fmt: skip
def test_sealed_mail_is_said_to_be_sealed(raw: bytes, code: str) -> None:
    [document] = documents_of(parse_message(b"From: a@b.example\n" + raw))
    assert document.problem and document.problem_code == code


# --- bodies -----------------------------------------------------------------------------------------------------------


def test_alternatives_give_one_body() -> None:
    both = multipart(text("plain words"), text("<p>rich words</p>", kind="html"), kind="alternative")
    message = parse_message(b"From: a@b.example\n" + both)
    assert (message.text, message.html) == ("plain words", "<p>rich words</p>")
    assert [document.file_name for document in documents_of(message)] == ["body.txt"]


def test_table_in_html_is_read_as_html() -> None:
    both = multipart(text("a 1"), text("<table><tr><td>a<td>1</table>", kind="html"), kind="alternative")
    assert names(b"From: a@b.example\n" + both) == ["body.html"]


def test_html_alone_gives_text_too() -> None:
    markup = "<style>p{}</style><p>Hello<br>you</p><table><tr><td>A-1</td><td>5</td></tr><tr><td>B</td></tr></table>"
    message = parse_message(b"From: a@b.example\nContent-Type: text/html\n\n" + markup.encode())
    assert message.text == "Hello\nyou\n\nA-1\t5\nB"


def test_file_beside_the_html_of_an_alternative() -> None:
    """As Apple's Mail nests it."""
    note = part(b"A-1;5;EA\nB-1;5;EA\n", "Content-Type: text/plain; name=order.txt", "Content-Disposition: inline")
    rich = multipart(text("<p>hello</p>", kind="html"), attached(PDF, "a.pdf"), note, boundary="in")
    both = multipart(text("hello"), rich, kind="alternative")
    assert names(b"From: a@b.example\n" + both) == ["a.pdf", "order.txt", "body.txt"]


@pytest.mark.parametrize("kind", ["message/partial; id=x; number=2", "message/external-body; access-type=anon-ftp"])
def test_pieces_of_mails_reach_a_person(kind: str) -> None:
    raw = b"From: a@b.example\n" + part(b"Content-Type: text/plain\n\nA-1", f"Content-Type: {kind}", encoding="7bit")
    assert "only a piece" in documents_of(parse_message(raw))[0].problem


def test_text_before_and_behind_a_file_is_one_body() -> None:
    message = parse_message(mail(text("before"), attached(PDF, "a.pdf"), text("behind")))
    assert message.text == "before\n\nbehind"


def test_flowed_text_is_joined() -> None:
    flowed = "Please deliver \nto Hall 7.\n From here\n> quoted \nnew\n-- \nAnn"
    joined = "Please deliver to Hall 7.\nFrom here\n> quoted \nnew\n-- \nAnn"
    for extra, expected in (("", joined), ("; delsp=yes", joined.replace("deliver to", "deliverto")), (None, flowed)):
        kind = "text/plain" if extra is None else f"text/plain; format=flowed{extra}"
        raw = f"From: a@b.example\nContent-Type: {kind}\n\n{flowed}".encode()
        assert parse_message(raw).text == expected


def test_text_that_only_points_to_the_html_is_no_body() -> None:
    rich = "<p>" + "We order 5 pieces of A-1 at 3.50 each.<br>" * 20 + "</p>"
    both = multipart(text("This mail needs HTML."), text(rich, kind="html"), kind="alternative")
    message = parse_message(b"From: a@b.example\n" + both)
    assert [document.file_name for document in documents_of(message)] == ["body.html"]
    assert message.text.startswith("We order 5 pieces")


def test_named_text_part_is_a_file() -> None:
    raw = mail(text("hello"), part(b"item;qty\nA;5\n", "Content-Type: text/plain; name=order.txt", encoding="7bit"))
    assert names(raw) == ["order.txt", "body.txt"]


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        ("Grüße – 5 €".encode("cp1252"), "iso-8859-1"),
        ("Grüße – 5 €".encode("cp1252"), "us-ascii"),
        ("Grüße – 5 €".encode(), "iso-8859-1"),
        ("Grüße – 5 €".encode(), "no-such-charset"),
        ("Grüße – 5 €".encode(), "hex"),
        ("Grüße – 5 €".encode(), "idna"),
        ("Grüße – 5 €".encode(), "\x00"),
        ("Grüße – 5 €".encode("utf-16"), "utf-8"),
    ],
)
def test_charsets_that_lie(content: bytes, charset: str) -> None:
    raw = f"From: a@b.example\nContent-Type: text/plain; charset={charset}\n\n".encode() + content
    assert parse_message(raw).text == "Grüße – 5 €"


def test_uuencoded_file_in_the_body() -> None:
    import binascii

    body = b"".join(binascii.b2a_uu(PDF[n : n + 45]) for n in range(0, len(PDF), 45))
    raw = b"From: a@b.example\n\nsee below\n\nbegin 644 order.pdf\n" + body + b"`\nend\n"
    assert files(raw)[0] == ("order.pdf", media.PDF)


# --- broken trees -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "boundary", ["Content-Type: multipart/mixed", 'Content-Type: multipart/mixed; boundary="other"']
)
def test_boundary_missing_or_wrong_is_found(boundary: str) -> None:
    raw = mail(text("hello"), attached(PDF, "a.pdf")).replace(
        b'Content-Type: multipart/mixed; boundary="=_b"', boundary.encode()
    )
    message = parse_message(raw)
    assert [document.file_name for document in documents_of(message)] == ["a.pdf", "body.txt"]
    assert any("boundary" in defect for defect in message.defects)


def test_mail_that_breaks_off_is_doubted() -> None:
    """Half a list of items must not pass for a whole one."""
    rows = "".join(f"A-{number};5;EA\n" for number in range(300)).encode()
    raw = mail(text("order attached"), attached(rows, "order.csv", "text/csv"))
    cut = documents_of(parse_message(raw[: len(raw) // 2]))
    assert [(document.file_name, bool(document.doubt)) for document in cut] == [
        ("order.csv", True),
        ("body.txt", False),
    ]
    assert not any(document.doubt for document in documents_of(parse_message(raw)))


@pytest.mark.parametrize(
    "inner", [zipped({"o.csv": b"A;1;2\nB;3;4\n"}), mail(text("A;1;2")), tnef({"o.csv": b"A;1;2\nB;3;4\n"})]
)
def test_doubt_reaches_what_a_container_holds(inner: bytes) -> None:
    raw = mail(text("x"), attached(inner, "container", "application/octet-stream"))
    cut = raw[: raw.rindex(b"--=_b--")]
    assert documents_of(parse_message(cut))[0].doubt
    assert not documents_of(parse_message(raw))[0].doubt


@pytest.mark.parametrize("damage", [b"!*?", "ä".encode(), b"\x00\x01"])
def test_broken_base64_is_doubted(damage: bytes) -> None:
    encoded = base64.encodebytes(b"item;qty\n" + b"A-1;5\n" * 200)
    flawed = encoded[:300] + damage + encoded[300:]
    raw = mail(text("x"), b"Content-Type: text/csv; name=o.csv\nContent-Transfer-Encoding: base64\n\n" + flawed)
    document = documents_of(parse_message(raw))[0]
    assert document.content == b"item;qty\n" + b"A-1;5\n" * 200
    assert document.doubt


def test_joined_base64_blocks_are_all_decoded() -> None:
    joined = base64.encodebytes(b"item;qty\nA;1\n1") + base64.encodebytes(b"B;22\n")
    raw = mail(text("x"), b"Content-Type: text/csv; name=o.csv\nContent-Transfer-Encoding: base64\n\n" + joined)
    assert documents_of(parse_message(raw))[0].content == b"item;qty\nA;1\n1B;22\n"


def test_footer_behind_base64_is_left_out() -> None:
    footer = b"\n-- \nThis mail was checked for viruses, all is well\n"
    raw = mail(text("x"), b"Content-Type: application/pdf; name=o.pdf\nContent-Transfer-Encoding: base64\n\n"
               + base64.encodebytes(PDF + b"1") + footer)  # fmt: skip
    assert documents_of(parse_message(raw))[0].content == PDF + b"1"


def test_base64_without_saying_so() -> None:
    raw = mail(text("x"), b"Content-Type: application/pdf; name=o.pdf\n\n" + base64.encodebytes(PDF * 9))
    assert files(raw)[0] == ("o.pdf", media.PDF)


def test_unknown_encoding_is_doubted() -> None:
    raw = mail(text("x"), part(b"A;1;2\nB;1;2\n", "Content-Type: text/csv; name=o.csv", encoding="base9000"))
    assert documents_of(parse_message(raw))[0].doubt


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n\n",
        b"\x00" * 100,
        b"no header at all",
        b"From: a@b.example",
        b"\xff\xfe",
        b"Subject: x\r\n\r\n\r\n",
        b":\n\n",
    ],
)
def test_scraps_are_messages(raw: bytes) -> None:
    assert isinstance(parse_message(raw), Message)


def test_bare_line_ends_of_all_kinds() -> None:
    raw = mail(text("hello"), attached(PDF, "a.pdf"))
    for end in (b"\r\n", b"\r"):
        assert names(raw.replace(b"\n", end)) == ["a.pdf", "body.txt"]


def test_mailbox_separator_in_front() -> None:
    assert parse_message(b"From ann@x Mon Nov 16\nFrom: ann@buyer.example\n\nhi").sender == "ann@buyer.example"


# --- mails in mails ---------------------------------------------------------------------------------------------------

INNER = mail(
    text("please order\nPasswort: Blau77"), attached(PDF, "PO.pdf"), sender="Eva <eva@customer.example>", boundary="in"
)


@pytest.mark.parametrize(
    "wrapped",
    [
        b"Content-Type: message/rfc822\n\n" + INNER,
        part(INNER, "Content-Type: message/rfc822"),
        part(INNER, "Content-Type: application/octet-stream", "Content-Disposition: attachment; filename=fwd.eml"),
        attached(zipped({"fwd.eml": INNER}), "mails.zip", "application/zip"),
    ],
)
def test_forwarded_as_attachment(wrapped: bytes) -> None:
    message = parse_message(mail(text("please enter"), wrapped))
    assert message.sender == "ann@buyer.example"
    assert message.forwarded_senders == ("eva@customer.example",)
    documents = documents_of(message)
    assert [document.file_name for document in documents] == ["PO.pdf", "body.txt", "body.txt"]
    assert documents[1].content.startswith(b"please order") and documents[2].content == b"please enter"
    assert documents[0].passwords[0] == "Blau77"
    assert message.text == "please enter\n\nplease order\nPasswort: Blau77"


def test_forwarded_twice_names_the_outermost_first() -> None:
    twice = mail(
        text("fyi"), b"Content-Type: message/rfc822\n\n" + INNER, sender="Mid <mid@us.example>", boundary="mid"
    )
    message = parse_message(mail(text("see"), b"Content-Type: message/rfc822\n\n" + twice))
    assert message.forwarded_senders == ("mid@us.example", "eva@customer.example")


@pytest.mark.parametrize(
    "quote",
    [
        "-----Original Message-----\nFrom: Eva <eva@customer.example>\nSent: Monday\nTo: Sam\nSubject: order\n\n> hi",
        "-----Ursprüngliche Nachricht-----\nVon: Eva [mailto:eva@customer.example]\nGesendet: Montag\nAn: Sam\n\nhi",
        "Von: Eva <eva@customer.example>\nDatum: Montag\nBetreff: x\nAn: Sam\n",
        "Begin forwarded message:\n\n> From: Eva <eva@customer.example>\n> Subject: x\n> Date: today\n",
        "---------- Forwarded message ---------\nFrom: Eva <eva@customer.example>\nDate: Mon\nSubject: x\nTo: <o@us>\n",
        "De : Eva <eva@customer.example>\nEnvoyé : lundi\nÀ : Sam\nObjet : commande\n",
        "De: Eva <eva@customer.example>\nEnviado el: lunes\nPara: Sam\nAsunto: pedido\n",
        "Da: Eva <eva@customer.example>\nInviato: lunedì\nA: Sam\nOggetto: ordine\n",
        "Van: Eva <eva@customer.example>\nVerzonden: maandag\nAan: Sam\nOnderwerp: order\n",
        "Od: Eva <eva@customer.example>\nWysłano: poniedziałek\nDo: Sam\nTemat: zamówienie\n",
        "*From:* Eva <eva@customer.example>\n*Sent:* Monday\n*To:* Sam\n",
        "From: Eva\n<eva@customer.example>\nSent: Monday\n",
    ],
)
def test_quoted_forwards(quote: str) -> None:
    assert parse_message(mail(text("fyi\n\n" + quote))).forwarded_senders == ("eva@customer.example",)


@pytest.mark.parametrize(
    "body", ["From: 3 pieces\nTo: 5 pieces", "From: eva@customer.example called", "to: a\nfrom: b@c.example"]
)
def test_no_forward_where_none_is(body: str) -> None:
    assert parse_message(mail(text(body))).forwarded_senders == ()


def test_html_quote_is_found() -> None:
    markup = "<div>fyi</div><div><b>Von:</b> Eva &lt;eva@customer.example&gt;<br><b>Gesendet:</b> Montag<br></div>"
    raw = b"From: a@b.example\nContent-Type: text/html\n\n" + markup.encode()
    assert parse_message(raw).forwarded_senders == ("eva@customer.example",)


def test_order_as_text_with_from_and_to_is_no_mail() -> None:
    note = b"To: Norvik\nFrom: Customer Ltd\nDate: 11/10/2026\n\n5 x A-1\n"
    assert names(mail(text("x"), attached(note, "order.txt", "text/plain"))) == ["order.txt", "body.txt"]


# --- containers -------------------------------------------------------------------------------------------------------


def test_winmail_with_bodies_and_unicode_names() -> None:
    content = tnef({"Größe 1.pdf": PDF, "rows.csv": b"a;b;c\n1;2;3\n"}, body="order attached")
    raw = b"From: a@b.example\n" + attached(content, "winmail.dat", "application/ms-tnef")
    message = parse_message(raw)
    assert [document.file_name for document in documents_of(message)] == ["Größe 1.pdf", "rows.csv", "body.txt"]
    assert message.text == "order attached"


def test_winmail_that_breaks_off_reaches_a_person() -> None:
    content = tnef({"a.pdf": PDF, "b.pdf": PDF + b"2"})
    documents = documents_of(parse_message(mail(text("x"), attached(content[:-200], "winmail.dat"))))
    assert [(document.file_name, bool(document.problem)) for document in documents][:2] == [
        ("winmail.dat", True),
        ("a.pdf", False),
    ]


def test_outlook_mail_in_a_mail() -> None:
    deepest = msg_tree("Deep <deep@customer.example>", "s", "deepest", {"deep.pdf": PDF})
    content = msg("eva@customer.example", "order", "Kennwort: Rot-99", {"PO.pdf": PDF + b"1"}, deepest)
    message = parse_message(mail(text("fyi"), attached(content, "fwd.msg", "application/octet-stream")))
    assert message.forwarded_senders == ("eva@customer.example", "deep@customer.example")
    documents = documents_of(message)
    assert [document.file_name for document in documents] == ["PO.pdf", "deep.pdf", "body.txt", "body.txt", "body.txt"]
    assert "Rot-99" in documents[0].passwords


def test_bare_outlook_file() -> None:
    message = parse_message(msg("eva@customer.example", "order", "hello", {"PO.pdf": PDF}))
    assert [document.file_name for document in documents_of(message)] == ["PO.pdf", "body.txt"]
    assert message.forwarded_senders == ("eva@customer.example",)


def test_zip_members_keep_order_and_lose_paths() -> None:
    content = zipped(
        {"b/second.pdf": PDF, "../../a.pdf": PDF + b"1", "__MACOSX/._a.pdf": b"x", "Größe.csv": b"a;b;c\n1;2;3\n"}
    )
    assert names(mail(text("x"), attached(content, "o.zip"))) == ["second.pdf", "a.pdf", "Größe.csv", "body.txt"]


def test_encrypted_zip_opens_with_the_word_in_the_mail() -> None:
    content = encrypted_zip("PO.pdf", PDF, "Blau77!")
    raw = mail(text("Hello,\nthe password is Blau77!\nBye"), attached(content, "o.zip", "application/zip"))
    assert files(raw)[0] == ("PO.pdf", media.PDF)


def test_encrypted_zip_without_a_password_is_for_a_person() -> None:
    content = encrypted_zip("PO.pdf", PDF, "Blau77!")
    for body in ("Hello", "password: Wrong1"):
        document = documents_of(parse_message(mail(text(body), attached(content, "o.zip"))))[0]
        assert document.problem_code == "encrypted_document"
        assert "o.zip/PO.pdf is encrypted" in document.problem


@pytest.mark.parametrize(
    ("line", "password"),
    [
        ("The password is Order8064.", "Order8064"),
        ("Password: po2568", "po2568"),
        ("pwd=x7#Q", "x7#Q"),
        ("Das Passwort lautet „Grün-12“.", "Grün-12"),
        ("Kennwort für die Datei: 4711", "4711"),
        ("Le mot de passe est : Soleil2026", "Soleil2026"),
        ("hasło do pliku: Zima26", "Zima26"),
        ("La contraseña es Toledo#5", "Toledo#5"),
        ("A senha do arquivo é Lisboa_9", "Lisboa_9"),
        ("Het wachtwoord is Gouda-88", "Gouda-88"),
        ("password:\nsecret", "secret"),
        ('Use password "two" to open', "two"),
    ],
)
def test_password_candidates(line: str, password: str) -> None:
    document = documents_of(parse_message(mail(text(f"Hello\n{line}\nBest regards"), attached(PDF, "a.pdf"))))[0]
    assert password in document.passwords[:3]


def test_no_password_candidates_without_the_word() -> None:
    assert documents_of(parse_message(mail(text("Order 4711 attached"), attached(PDF, "a.pdf"))))[0].passwords == ()


def test_password_in_the_subject() -> None:
    raw = mail(text("x"), attached(PDF, "a.pdf"), subject="PO 7 (password Xy12)")
    assert "Xy12" in documents_of(parse_message(raw))[0].passwords
