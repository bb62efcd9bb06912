"""Customer and ship-to: exactly one must stand, conflicts and near ties are refused, we are never the customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from erp_rows import write_exports

from connectors.erp import ErpSnapshot, load_erp
from matchers.addresses import filed, fit
from matchers.customer import CustomerIndex, match_customer
from matchers.names import bare_name, folded_name, tax_key
from matchers.ship_to import match_ship_to
from matchers.signature import signature
from pipeline.aliases import Aliases, Said, place_alias
from pipeline.model import (
    Alias,
    AliasKind,
    Confirmation,
    DocumentType,
    KnownAlias,
    MailContext,
    Order,
    Party,
    PartyMatch,
)

C1 = Party("Müller Maschinenbau GmbH & Co. KG", "Hauptstr. 12, 10115 Berlin")


def mail(sender: str, *forwarded: str) -> MailContext:
    return MailContext(sender=sender, reply_to=None, subject="", text="", forwarded_senders=forwarded)


def order(buyer: Party = Party(), ship_to: Party = Party(), bill_to: Party = Party()) -> Order:
    return Order(DocumentType.PURCHASE_ORDER, buyer=buyer, ship_to=ship_to, bill_to=bill_to)


@pytest.fixture(scope="module")
def index(erp: ErpSnapshot) -> CustomerIndex:
    return CustomerIndex(erp)


KNOWN = [
    (order(C1), None, "C1"),
    (order(Party("MULLER MASCHINENBAU GMBH & CO KG")), None, "C1"),
    (order(Party("Müller Maschinenbau")), None, "C1"),
    (order(), mail("einkauf@mueller-mb.de"), "C1"),
    (order(), mail("x@shop.mueller-mb.de"), "C1"),
    (order(), mail("sales@norden-supply.eu", "einkauf@mueller-mb.de"), "C1"),
    (order(C1), mail("someone@gmail.com"), "C1"),
    (order(C1), mail("x@unknown-agent.com"), "C1"),
    (order(Party(None, None, None, "DE123456789")), None, "C1"),
    (order(Party(None, None, "a@mueller-mb.de")), None, "C1"),
    (order(ship_to=Party(None, "Industriering 15, 14482 Potsdam")), None, "C1"),
    (order(ship_to=Party("Smit Techniek B.V.", "Kade 7, 3855IC Alem")), None, "C5"),
    (order(bill_to=Party("Smit Techniek B.V.", "Kade 7, 3855 IC Alem"), ship_to=C1), None, "C1"),
    (order(Party("Norden Supply B.V.", "Havenweg 118, 3089 KK Rotterdam"), ship_to=C1), None, "C1"),
    (order(Party("Parker Pumps Ltd")), None, "C3"),
    (order(Party("Parker Pumps Inc")), None, "C4"),
    (order(Party("Parker Pumps")), mail("po@parkerpumps.com"), "C4"),
    (order(Party("Muler Maschinenbbau Gmbb")), mail("einkauf@mueller-mb.de"), "C1"),
    (order(Party("Müller Maschinenbau Einkauf", None, None, "DE123456789")), None, "C1"),
    (order(Party("Mueler Maschinenbau GmbH", "Hauptstrasse 12, 10115 Berlin")), None, "C1"),
]


@pytest.mark.parametrize(("document", "context", "customer"), KNOWN)
def test_one_customer_stands(index: CustomerIndex, document: Order, context: MailContext | None, customer: str) -> None:
    match = match_customer(document, context, index)
    assert match.key == customer, match.reason
    assert match.reason


UNKNOWN = [
    (order(), None, "not on file"),
    (order(), mail("someone@gmail.com"), "not on file"),
    (order(), mail("us@norden-supply.eu"), "not on file"),
    (order(Party("Norden Supply B.V.", None, None, "NL861234567B01")), None, "not on file"),
    (order(C1), mail("po@smit.nl"), "contradicts itself"),
    (order(C1), mail("sales@norden-supply.eu", "po@smit.nl"), "contradicts itself"),
    (order(C1, ship_to=Party("Smit Techniek B.V.", "Kade 7, 3855 IC Alem")), None, "contradicts itself"),
    (order(Party(C1.name, C1.address, None, "DE987654321")), None, "contradicts itself"),
    (order(Party("Globex Trading GmbH", "Elsewhere 1, 99999 Town")), mail("einkauf@mueller-mb.de"), "Globex"),
    (order(Party("Parker Pumps")), None, "several customers"),
    (order(Party("Müller Maschinenbau Ost GmbH")), mail("einkauf@mueller-mb.de"), "Müller Maschinenbau Ost GmbH"),
    (order(Party(C1.name, "Nebenweg 3, 20095 Hamburg")), None, "is not on file"),
    (order(Party("Miller Maschinenbau Ost GmbH")), None, "not on file"),
    (order(Party(None, None, None, "FR123456789")), None, "not on file"),
]


@pytest.mark.parametrize(("document", "context", "word"), UNKNOWN)
def test_no_customer_stands(index: CustomerIndex, document: Order, context: MailContext | None, word: str) -> None:
    match = match_customer(document, context, index)
    assert match.key is None, match.reason
    assert word in match.reason


def test_who_it_might_be_is_shown(index: CustomerIndex) -> None:
    match = match_customer(order(C1), mail("po@smit.nl"), index)
    assert {c.key for c in match.candidates} == {"C1", "C5"}
    assert match.conflicts
    assert match_customer(order(Party("Smid Techniek")), None, index).candidates[0].key == "C5"


# customer, printed ship-to, ship_to_id
PLACES = [
    ("C1", Party(None, "Industriering 5, 14482 Potsdam"), "C1-2"),
    ("C1", Party(None, "Industriering 15, 14482 Potsdam"), "C1-3"),
    ("C1", Party("Müller Maschinenbau - Werk 3", "INDUSTRIERING 15\n14482 POTSDAM\nDEUTSCHLAND"), "C1-3"),
    ("C1", Party(None, "14482 Potsdam, Industriering 15"), "C1-3"),
    ("C1", Party("Müller Maschinenbau - Werk 2", None), "C1-2"),
    ("C3", Party(None, "Flat 29 Raymond Glen, Leeds N872QR"), "C3-1"),
    ("C3", Party("Parker Pumps Ltd", "Flat 29 Raymond Glen, Leeds N87 2PR"), None),
    ("C3", Party("Parker Pumps Ltd", "Flat 29 Raymond Glen, Leeds NB7 2QR"), "C3-1"),
    ("C4", Party("Parker Pumps Inc. - Dock B", "500 Harbor Road, Seattle, WA 98101, USA"), "C4-2"),
    ("C4", Party("Parker Pumps Inc.", "500 Harbor Road, Seattle, WA 98101, USA"), None),
    ("C1", Party(None, "Industriering 25, 14482 Potsdam"), None),
    ("C1", Party(None, "Industriering 5, 14483 Potsdam"), None),
    ("C1", Party(None, "Ringstraße 5, 14482 Potsdam"), None),
    ("C1", Party(None, "Industriering 5"), None),
    ("C1", Party("Müller Maschinenbau - Werk 3", "Industriering 5, 14482 Potsdam"), None),
    ("C1", Party("Müller Maschinenbau - Werk 9", None), None),
    ("C1", Party("Globex", "Kade 7, 3855 IC Alem"), None),
]


@pytest.mark.parametrize(("customer_id", "printed", "expected"), PLACES)
def test_ship_to(erp: ErpSnapshot, customer_id: str, printed: Party, expected: str | None) -> None:
    customer = erp.customer(customer_id)
    assert customer is not None
    match = match_ship_to(order(ship_to=printed), customer, erp.ship_tos(customer_id))
    assert match.key == expected, match.reason
    assert match.stated


# customer, printed buyer, ship_to_id
UNSTATED = [
    ("C5", Party(), "C5-1"),
    ("C1", C1, "C1-1"),
    ("C1", Party("Müller Maschinenbau GmbH & Co. KG"), None),
    ("C4", Party("Parker Pumps Inc.", "1497 Alejandra Loop Suite 878, Deborahfurt, SD 49865"), None),
]


@pytest.mark.parametrize(("customer_id", "buyer", "expected"), UNSTATED)
def test_no_ship_to_printed(erp: ErpSnapshot, customer_id: str, buyer: Party, expected: str | None) -> None:
    customer = erp.customer(customer_id)
    assert customer is not None
    match = match_ship_to(order(buyer), customer, erp.ship_tos(customer_id))
    assert match.key == expected, match.reason
    assert not match.stated


FITS = [
    ("183 Jeffrey Light Apt. 799, Wendyton, MT 82080", True),
    ("183 Jeffrey Light, Wendyton, MT 82080", True),
    ("183 Jeffrey Light Apt. 798, Wendyton, MT 82080", False),
    ("184 Jeffrey Light Apt. 799, Wendyton, MT 82080", False),
    ("183 Jeffrey Light Apt. 799, Wendyton, MT 82081", False),
    ("183 Jefrey Lignt Apt. 799, Wendyton, MT 82080", True),
    ("183 Walter Road Apt. 799, Wendyton, MT 82080", False),
]


@pytest.mark.parametrize(("printed", "same"), FITS)
def test_addresses(printed: str, same: bool) -> None:
    assert fit(printed, filed("183 Jeffrey Light Apt. 799", "Wendyton, MT 82080")).same is same


def test_names() -> None:
    assert bare_name("Budowa Maszyn Żynda Sp. z o.o.") == "budowa maszyn zynda"
    assert bare_name("Talleres Niño S.L.") == bare_name("TALLERES NINO SL") == "talleres nino"
    assert bare_name("AG") == "ag"
    assert folded_name("Parker & Sons Ltd.") == folded_name("Parker and Sons Ltd")
    assert tax_key("DE 123 456 789") == ("DE", "123456789")
    assert tax_key("12-3456789", "US") == ("US", "123456789")


def test_without_ship_to_export_addresses_of_customers_still_count(tmp_path: Path) -> None:
    bare = load_erp(write_exports(tmp_path / "erp", ship_to=None, company=None))
    assert match_customer(order(Party(None, "Kade 7, 3855IC Alem")), None, CustomerIndex(bare)).key == "C5"


# --- addresses that people know ---

GATE = Party(None, "Tor 3, Hafen Süd, 14482 Potsdam")


def taught(target: str, *people: str) -> Aliases:
    said = tuple(Confirmation(by, datetime(2026, 11, n, tzinfo=UTC), f"o{n}") for n, by in enumerate(people, 1))
    return Aliases([KnownAlias("a", Alias(AliasKind.SHIP_TO, "C1", place_alias(GATE), target), said)], 3)


def test_an_address_is_known_by_what_people_confirmed(erp: ErpSnapshot) -> None:
    customer, places = erp.customer("C1"), erp.ship_tos("C1")
    assert customer is not None

    def site(aliases: Aliases, printed: Party = GATE) -> PartyMatch:
        return match_ship_to(order(C1, printed), customer, places, aliases)

    assert site(Aliases()).key is None
    assert site(taught("C1-2", "ann", "bob", "ann")).key == "C1-2"
    assert site(taught("C1-2", "ann", "bob", "ann"), Party(None, "TOR 3\nHafen Süd\n14482 Potsdam")).key == "C1-2"
    assert site(taught("C1-2", "ann", "bob", "ann"), Party(None, "Tor 5, Hafen Süd, 14482 Potsdam")).key is None
    alone = site(taught("C1-2", "ann", "ann", "ann", "ann"))
    assert alone.key is None and "suggested: C1-2, confirmed 4 times" in alone.reason
    assert alone.candidates[0].key == "C1-2"
    assert site(taught("C5-1", "ann", "bob", "ann")).key is None, "another customer's"


def test_nothing_goes_through_against_what_people_chose(erp: ErpSnapshot) -> None:
    customer, printed = erp.customer("C1"), Party(None, "Industriering 5, 14482 Potsdam")
    assert customer is not None
    said = (Confirmation("ann", datetime(2026, 11, 1, tzinfo=UTC), "o1"),)
    row = KnownAlias("a", Alias(AliasKind.SHIP_TO, "C1", place_alias(printed), "C1-3"), said)
    match = match_ship_to(order(C1, printed), customer, erp.ship_tos("C1"), Aliases([row]))
    assert match.key is None and "but people chose C1-3" in match.reason


# --- signatures and earlier orders ---

SMIT = "Dear all,\nour order attached.\n\nMet vriendelijke groet,\nJan de Wit\nSmit Techniek B.V.\nT +31 6 1234"


def written(text: str, sender: str = "jan@gmail.com") -> MailContext:
    return replace(mail(sender), text=text)


# text of the mail, lines of its signature
SIGNATURES = [
    (SMIT, ("Jan de Wit", "Smit Techniek B.V.", "T +31 6 1234")),
    ("Hello\n-- \nAnn\nAcme Ltd", ("Ann", "Acme Ltd")),
    ("Hallo,\nanbei.\nMit freundlichen Grüßen\n\ni.A. Eva Alt\nAcme GmbH", ("i.A. Eva Alt", "Acme GmbH")),
    ("See order.\nThanks\nBob\n\n> Smit Techniek B.V.\n> Kade 7", ("Bob",)),
    ("FYI\nGruß\nEva\n---------- Forwarded message ----------\nMet vriendelijke groet\nSmit Techniek B.V.", ("Eva",)),
    ("FYI\nRegards\nEva\nFrom: a@b.c\nSent: today\nKind regards\nSmit Techniek B.V.", ("Eva",)),
    ("Please deliver to Smit Techniek B.V.\nat once.", ()),
    ("", ()),
]


@pytest.mark.parametrize(("text", "lines"), SIGNATURES)
def test_the_signature_is_what_the_sender_wrote_last(text: str, lines: tuple[str, ...]) -> None:
    assert signature(text) == lines


def test_a_signature_bears_out_and_contradicts_but_proves_nothing_alone(index: CustomerIndex) -> None:
    alone = match_customer(order(), written(SMIT), index)
    assert alone.key is None and "anybody can write one" in alone.reason and alone.candidates[0].key == "C5"
    borne_out = match_customer(order(Party("Smit Techniek B.V.", "Kade 7, 3855 IC Alem")), written(SMIT), index)
    assert borne_out.key == "C5" and "the signature's Smit Techniek B.V." in borne_out.reason
    against = match_customer(order(C1), written(SMIT), index)
    assert against.key is None and {c.key for c in against.candidates} == {"C1", "C5"} and against.conflicts
    told_apart = match_customer(order(Party("Parker Pumps")), written("Hi\nRegards\nAl | Parker Pumps Inc."), index)
    assert told_apart.key == "C4"
    by_number = match_customer(order(Party("Parker Pumps")), written("Hi\nRegards\nAl\nVAT: GB123456789"), index)
    assert by_number.key == "C3"
    ours = match_customer(order(C1), written("Fwd\nRegards\nIris\nNorden Supply B.V.", "iris@norden-supply.eu"), index)
    assert ours.key == "C1"


# who wrote, whose orders came from there before, the document's buyer, the customer
PAST = [
    ("jan@gmail.com", {"C5"}, Party(), "C5"),
    ("jan@gmail.com", {"C5", "C1"}, Party(), None),
    ("jan@gmail.com", {"C5", "C1"}, C1, "C1"),
    ("jan@gmail.com", {"C5"}, C1, None),
    ("einkauf@mueller-mb.de", {"C2"}, C1, "C1"),  # from the customer's own domain somebody may order for a sister
    ("sales@norden-supply.eu", {"C5"}, C1, "C1"),  # our own people forward for everybody
]


@pytest.mark.parametrize(("sender", "before", "buyer", "customer"), PAST)
def test_who_wrote_before_for_whom(
    index: CustomerIndex, sender: str, before: set[str], buyer: Party, customer: str | None
) -> None:
    match = match_customer(order(buyer), mail(sender), index, lambda address: frozenset(before))
    assert match.key == customer, match.reason
    assert customer is not None or {c.key for c in match.candidates} == before | {"C1"}


# street and city on file, the print, whether it is the same door; in the forms of many countries
ADDRESSES = [
    ("Hauptstraße 12", "10115 Berlin", "Hauptstr. 12\nD-10115 Berlin", True),
    ("Hauptstraße 12a", "10115 Berlin", "Hauptstrasse 12 a, 10115 Berlin", True),
    ("Hauptstraße 12a", "10115 Berlin", "Hauptstraße 12, 10115 Berlin", False),
    ("Hauptstraße 12", "10115 Berlin", "Hauptstraße 12a, 10115 Berlin", False),
    ("Hauptstraße 12", "10115 Berlin", "Hauptstraße 12-14, 10115 Berlin", False),
    ("Mariahilfer Straße 45/2/8", "1060 Wien", "Mariahilfer Str. 45/2/8, A-1060 Wien", True),
    ("Mariahilfer Straße 45/2/8", "1060 Wien", "Mariahilfer Str. 45/2/9, A-1060 Wien", False),
    ("Bahnhofstrasse 7", "8001 Zürich", "Bahnhofstr. 7, CH-8001 Zürich", True),
    ("12 bis Rue de la Paix", "75002 Paris", "12bis, rue de la Paix, 75002 PARIS", True),
    ("12 bis Rue de la Paix", "75002 Paris", "12 rue de la Paix, 75002 PARIS", False),
    ("14 Avenue Jean Jaurès", "69007 Lyon", "14 av. Jean Jaures\n69007 LYON CEDEX 07", True),
    ("14 Avenue Jean Jaurès", "69007 Lyon", "14 bd Jean Jaures\n69007 LYON", False),
    ("Rue Neuve 5 bte 3", "1000 Bruxelles", "Rue Neuve 5 boîte 3, B-1000 Bruxelles", True),
    ("Havenweg 118", "3089 KK Rotterdam", "Havenweg 118, 3089KK Rotterdam", True),
    ("Havenweg 118", "3089 KK Rotterdam", "Havenweg 118-2, 3089 KK Rotterdam", False),
    ("7 Quay Road", "Bristol BS1 4RB", "7 Quay Rd, Bristol BS14RB", True),
    ("7 Quay Road", "Bristol BS1 4RB", "9 Quay Rd, Bristol BS1 4RB", False),
    ("Unit 5 Park West", "Dublin D12 X9Y1", "Unit 5, Park West, Dublin, D12X9Y1", True),
    ("49 Loop Road Suite 878", "Boise, ID 83701", "49 Loop Rd, Ste 878, Boise ID 83701-1234", True),
    ("49 Loop Road Suite 878", "Boise, ID 83701", "49 Loop Road Suite 879, Boise, ID 83701", False),
    ("500 Harbor Road", "Seattle, WA 98101", "500 Harbor Rd.\nSeattle WA 98101\nUSA", True),
    ("120 N Main Street", "Dayton, OH 45402", "120 North Main St, Dayton, OH 45402", True),
    ("120 N Main Street", "Dayton, OH 45402", "120 S Main St, Dayton, OH 45402", False),
    ("88 King St W", "Toronto, ON M5H 1A1", "88 King Street West, Toronto ON M5H1A1", True),
    ("Calle Mayor 15", "28013 Madrid", "C/ Mayor, nº 15, 28013 Madrid", True),
    ("Calle Mayor 15, 3º B", "28013 Madrid", "C/ Mayor 15 3 B, 28013 Madrid", True),
    ("Calle Mayor 15", "28013 Madrid", "C/ Mayor 51, 28013 Madrid", False),
    ("Rua Augusta 100", "1100-053 Lisboa", "R. Augusta, n.º 100\n1100-053 LISBOA", True),
    ("Rua Augusta 100", "1100-053 Lisboa", "R. Augusta, 100\n1100-054 LISBOA", False),
    ("Avenida Paulista 1578", "São Paulo - SP 01310-200", "Av. Paulista, 1578 - São Paulo/SP - CEP 01310-200", True),
    ("Via Roma 12/A", "20121 Milano MI", "Via Roma, 12/A - 20121 Milano (MI)", True),
    ("Via Roma 12/A", "20121 Milano MI", "Via Roma, 12/B - 20121 Milano (MI)", False),
    ("Via Roma 12/A", "20121 Milano MI", "V. Roma 12A, 20121 Milano", True),
    ("Corso Italia 3", "20122 Milano", "C.so Italia 3, I-20122 Milano", True),
    ("ul. Długa 5", "00-238 Warszawa", "Dluga 5, PL-00-238 Warszawa", True),
    ("ul. Długa 5", "00-238 Warszawa", "ul. Długa 5A, 00-238 Warszawa", False),
    ("Storgatan 10", "111 23 Stockholm", "Storgatan 10, SE-111 23 Stockholm", True),
    ("Nørregade 4, 2. tv", "1165 København K", "Norregade 4 2 tv, DK-1165 Kobenhavn K", True),
    ("Karlova 25/3", "110 00 Praha 1", "Karlova 25/3, 110 00 Praha 1, CZ", True),
]  # fmt: skip


@pytest.mark.parametrize(("street", "city", "printed", "same"), ADDRESSES)
def test_the_same_door_in_the_forms_of_many_countries(street: str, city: str, printed: str, same: bool) -> None:
    found = fit(printed, filed(street, city))
    assert (found.same and not found.slip) is same


def test_an_address_the_buyer_prints_may_be_known_too(index: CustomerIndex) -> None:
    printed = order(Party(None, None, "Jan@Gmail.com"))
    known = match_customer(
        printed, None, index, lambda address: frozenset({"C5"} if address == "jan@gmail.com" else ())
    )
    assert known.key == "C5" and "earlier orders from Jan@Gmail.com" in known.reason


def letterhead(*rows: tuple[str, tuple[str, ...]]) -> Said:
    """``rows``: customer, who said so."""
    found = [
        KnownAlias(
            customer,
            Alias(AliasKind.LETTERHEAD, customer, place_alias(STRANGE), customer),
            tuple(Confirmation(by, datetime(2026, 11, n, tzinfo=UTC), f"o{n}") for n, by in enumerate(people, 1)),
        )
        for customer, people in rows
    ]
    return Aliases(found, 3).about(AliasKind.LETTERHEAD, place_alias(STRANGE))


STRANGE = Party("Globex Trading GmbH", "Elsewhere 1, 99999 Town")
# who said what of the letterhead, the sender, the customer
LETTERHEADS = [
    ((), None, None),
    ((("C1", ("ann", "bob", "ann")),), None, "C1"),
    ((("C1", ("ann", "bob", "ann")),), "einkauf@mueller-mb.de", "C1"),
    ((("C1", ("ann", "bob", "ann")),), "po@smit.nl", None),  # contradicted by the sender's domain
    ((("C1", ("ann", "ann", "ann")),), None, None),  # one person alone
    ((("C1", ("ann", "bob")),), None, None),
    ((("C1", ("ann", "bob", "ann")), ("C5", ("bob",))), None, None),
]


@pytest.mark.parametrize(("said", "sender", "customer"), LETTERHEADS)
def test_a_letterhead_is_known_by_what_people_confirmed(
    index: CustomerIndex, said: tuple[tuple[str, tuple[str, ...]], ...], sender: str | None, customer: str | None
) -> None:
    context = mail(sender) if sender else None
    match = match_customer(order(STRANGE), context, index, letterhead=letterhead(*said))
    assert match.key == customer, match.reason
    assert {of for of, _ in said} <= {c.key for c in match.candidates}


def test_customers_that_left_are_no_evidence(index: CustomerIndex) -> None:
    match = match_customer(
        order(STRANGE), mail("jan@gmail.com"), index, lambda address: frozenset({"GONE"}),
        letterhead(("GONE", ("ann", "bob", "ann"))),
    )  # fmt: skip
    assert match.key is None and match.candidates == ()
