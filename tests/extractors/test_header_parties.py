"""Who is who."""

from __future__ import annotations

import pytest
from header_print import around

from extractors.header.labels import find_labels
from extractors.header.parties import read_parties
from extractors.header.places import Surroundings
from extractors.header.view import views
from extractors.readers import read_document
from pipeline.model import Document, Party, ReadingContext

US = ReadingContext(own_names=("Falken Supply GmbH",), own_emails=("orders@falken.example",))


def roles(text: str, context: ReadingContext = US, language: str = "en") -> dict[str, Party]:
    return {role: one.reading.party for role, one in read_parties(around(text, language), context).items()}


COLUMNS = """
    Acme Tools Inc.                          PURCHASE ORDER
    12 High Street
    Reno, NV 89501
    USA

    Vendor                    Ship To                      Bill To
    Falken Supply GmbH        Acme Tools Inc. - Plant 2    Acme Tools Inc.
    Zechenweg 4               7 Mill Road                  P.O. Box 12
    44357 Dortmund            Sparks, NV 89431             Reno, NV 89501
    Germany                   USA                          Phone: (775) 555-0100
"""


def test_blocks_under_labels_and_a_letterhead() -> None:
    found = roles(COLUMNS)
    assert found["buyer"].name == "Acme Tools Inc."
    assert found["buyer"].address == "12 High Street, Reno, NV 89501, USA"
    assert found["seller"] == Party("Falken Supply GmbH", "Zechenweg 4, 44357 Dortmund, Germany")
    assert found["ship_to"] == Party("Acme Tools Inc. - Plant 2", "7 Mill Road, Sparks, NV 89431, USA")
    assert found["bill_to"].address == "P.O. Box 12, Reno, NV 89501"


def test_we_are_the_seller_and_never_the_buyer() -> None:
    letter = """
                                                   Acme Tools Inc.
                                                    12 High Street
                                                    Reno, NV 89501
        Falken Supply GmbH
        Zechenweg 4
        44357 Dortmund
    """
    found = roles(letter)
    assert found["seller"].name == "Falken Supply GmbH"
    assert found["buyer"].name == "Acme Tools Inc."


def test_details_are_told_from_the_address() -> None:
    found = roles("""
        Supplier
        Norton Parts Ltd
        Attn: John Smith
        Unit 6 Canal Wharf
        Leeds LS11 5QN
        United Kingdom
        Tel: 0113 496 0000
        VAT no.: GB123456789
        sales@norton.example
    """)
    assert found["seller"] == Party(
        "Norton Parts Ltd", "Unit 6 Canal Wharf, Leeds LS11 5QN, United Kingdom", "sales@norton.example", "GB123456789"
    )


@pytest.mark.parametrize(
    "line",
    [
        "Ship To: Acme Tools Inc. - Plant 2, 7 Mill Road, Sparks, NV 89431, USA",
        "Please deliver no later than 3 May 2027 to:\nAcme Tools Inc. - Plant 2, 7 Mill Road, Sparks, NV 89431, USA",
    ],
)
def test_an_address_in_one_line(line: str) -> None:
    assert roles(line)["ship_to"] == Party("Acme Tools Inc. - Plant 2", "7 Mill Road, Sparks, NV 89431, USA")


def test_a_letterhead_in_one_line() -> None:
    found = roles("Hall Fabrication LLC\n807 Elizabeth Glen | Williamsmouth, MI 61961 | USA | orders@hall.example")
    assert found["buyer"] == Party(
        "Hall Fabrication LLC", "807 Elizabeth Glen, Williamsmouth, MI 61961, USA", "orders@hall.example"
    )


def test_a_signature_names_the_company_and_not_the_person() -> None:
    context = ReadingContext(is_mail_body=True)
    found = roles(
        "please send the goods below.\n\n\nJ. Whitaker\nAcme Tools Inc.\n12 High Street\nReno, NV 89501\nUSA", context
    )
    assert found["buyer"].name == "Acme Tools Inc."


@pytest.mark.parametrize("text", ["Vendor: 0931525", "Buyer: Jane Doe", "Ship To: 07 day(s)", "Site visits welcome"])
def test_numbers_and_persons_are_no_parties(text: str) -> None:
    assert roles(text) == {}


def test_a_row_of_labels_over_a_row_of_blocks_set_differently() -> None:
    found = roles("""
                 VENDOR                     SHIP TO
        NORTON GROUP INC             WESTON INC
        3333 WARREN RD, STE 200      750 COMMONS DRIVE
        LISLE IL 60532               AURORA IL 60504
    """)
    assert found["seller"].name == "NORTON GROUP INC"
    assert found["ship_to"].name == "WESTON INC"


@pytest.mark.parametrize("name", ["Van der Kolk Techniek", "De Vries Bouw", "Al Futtaim Trading", "Da Silva e Filhos"])
def test_a_name_may_begin_with_the_word_of_a_label(name: str) -> None:
    found = roles(
        f"""
        {name}                         INKOOPORDER
        Havenweg 12
        3011 AB Rotterdam

        Leverancier                    Afleveradres
        Falken Supply GmbH             {name}
        Zechenweg 4                    Havenweg 12
        44357 Dortmund                 3011 AB Rotterdam
        """,
        language="nl",
    )
    assert found["buyer"].name == found["ship_to"].name == name


def test_an_address_whose_parts_have_labels_of_their_own() -> None:
    found = roles(
        """
        Fornecedor: FALKEN LTDA       CNPJ: 28.192.387/0001-44     Insc: 9079827344
        Endereco: RUA DO PORTO 846    Municipio: CURITIBA / PR     CEP: 80410-064
        Telefone: 4130771888          Contato: Ana

        Emitente: ACME SA
        Endereco: AV CENTRAL, 9       Fone: 0048 034671400
        Bairro: CENTRO                Cidade: ICARA          SC
        CNPJ: 83.648.477/0012-68
        """,
        ReadingContext(),
        "pt",
    )
    assert found["seller"] == Party(
        "FALKEN LTDA", "RUA DO PORTO 846, CURITIBA / PR, 80410-064", None, "28.192.387/0001-44"
    )
    assert found["buyer"] == Party("ACME SA", "AV CENTRAL, 9, CENTRO, ICARA, SC", None, "83.648.477/0012-68")


def test_labelled_addresses_side_by_side() -> None:
    found = roles(
        """
        Buyer: Acme Tools Inc.              Ship To: Acme Plant 2
        Street: 12 High Street              Street: 7 Mill Road
        City: Reno    State: NV             City: Sparks    State: NV
        ZIP: 89501                          ZIP: 89431
        """
    )
    assert found["buyer"].address == "12 High Street, Reno, NV, 89501"
    assert found["ship_to"].address == "7 Mill Road, Sparks, NV, 89431"


def test_a_letterhead_whose_name_is_a_picture_is_named_by_its_address() -> None:
    found = roles(
        """
        12 High Street
        Reno, NV 89501
        USA

        Vendor                         Ship To
        Falken Supply GmbH             Acme Tools Inc.
        Zechenweg 4                    12 High Street
        44357 Dortmund                 Reno, NV 89501
        """
    )
    assert found["buyer"] == Party("Acme Tools Inc.", "12 High Street, Reno, NV 89501, USA")


def test_a_street_is_no_buyers_name() -> None:
    found = roles("12 High Street\nSuite 100\nReno, NV 89501\nUSA\n\nPURCHASE ORDER 4711")
    assert found["buyer"].name is None


def test_two_parties_at_labels_of_one_role_make_it_less_sure() -> None:
    one = "Ship To:\nAcme Tools Inc.\n7 Mill Road\nSparks, NV 89431"
    other = "Ship To:\nAcme Tools Inc.\n900 Foundry Lane\nToledo, OH 43604"
    sure = read_parties(around(f"{one}\f{one}", "en"), US)["ship_to"].weight
    torn = read_parties(around(f"{one}\f{other}", "en"), US)["ship_to"].weight
    assert torn <= 0.7 < sure


def test_our_own_company_beside_is_not_where_the_goods_go() -> None:
    found = roles(
        """
    Acme Tools SARL
    Adresse de livraison:                    Falken Supply GmbH
    Acme Tools SARL                          Zechenweg 4
    8 quai Bleu                              44357 Dortmund
    35400 Saint-Malo                         Germany
    France

    Bon de commande
    """,
        language="fr",
    )
    assert found["ship_to"] == Party("Acme Tools SARL", "8 quai Bleu, 35400 Saint-Malo, France")
    assert found["seller"].name == "Falken Supply GmbH"


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("Rua das Oficinas, 112, 4470-605 Maia, Portugal", "Rua das Oficinas, 112, 4470-605 Maia, Portugal"),
        ("Blvd. Norte 1900, 37545 León, Gto., México", "Blvd. Norte 1900, 37545 León, Gto., México"),
    ],
)
def test_an_address_in_one_line_without_a_name(line: str, place: str) -> None:
    assert roles(f"Acme Ltda.\n\nShip to: {line}")["ship_to"] == Party(None, place)


def test_a_sender_in_one_line_over_our_address() -> None:
    found = roles(
        """
        Acme Anlagenbau AG, Werftweg 20, 24143 Kiel
        Falken Supply GmbH
        Zechenweg 4
        44357 Dortmund

        Bestellung 4711
        """,
        language="de",
    )
    assert found["buyer"] == Party("Acme Anlagenbau AG", "Werftweg 20, 24143 Kiel")
    assert found["seller"] == Party("Falken Supply GmbH", "Zechenweg 4, 44357 Dortmund")


@pytest.mark.parametrize("mark", ["M A I S O N V E R T E", "R43500"])
def test_a_spaced_logo_or_the_number_of_a_form_is_no_name(mark: str) -> None:
    found = roles(f"""
        {mark}
        Maison Verte Retail Ltd
        18 Carnaby Yard
        London W1F 9PB
        United Kingdom
        """)
    assert found["buyer"].name == "Maison Verte Retail Ltd"


def test_what_stands_below_a_whole_address_in_one_line_is_not_its_own() -> None:
    found = roles("""
        Ship to: Acme Tools Ltd - Plant 2, Unit 4 Mill Lane, Stockport SK4 1HG
        Best regards
        Acme Tools Ltd
        """)
    assert found["ship_to"] == Party("Acme Tools Ltd - Plant 2", "Unit 4 Mill Lane, Stockport SK4 1HG")


def test_a_company_below_the_postcode_of_another_begins_its_own_address() -> None:
    found = roles("""
        Ship to:
        Acme Tools Ltd - Plant 2
        7 Mill Road
        Stockport SK4 1HG
        Norton Parts Ltd
        Leeds LS1 1AA
        """)
    assert found["ship_to"] == Party("Acme Tools Ltd - Plant 2", "7 Mill Road, Stockport SK4 1HG")


def test_drawn_lines_are_no_party() -> None:
    assert (
        roles("""
        ------------------
        ------------------
        """)
        == {}
    )


def test_a_number_between_the_label_and_the_name() -> None:
    found = roles("""
Käufer       4399901112233   Kaufpark Handels SE
             Hanauer Landstr. 301, 60314 Frankfurt am Main
Lieferort    4399901445566   Zentrallager Mitte
             Logistikring 1, 36251 Bad Hersfeld
""", language="de")  # fmt: skip
    assert found["buyer"] == Party("Kaufpark Handels SE", "Hanauer Landstr. 301, 60314 Frankfurt am Main")
    assert found["ship_to"] == Party("Zentrallager Mitte", "Logistikring 1, 36251 Bad Hersfeld")


def test_street_and_place_on_one_line_with_a_dash() -> None:
    found = roles("Caseificio Val Padana\nStrada Provinciale 31 - 46100 Mantova\n\nORDINE 4711", language="it")
    assert found["buyer"] == Party("Caseificio Val Padana", "Strada Provinciale 31, 46100 Mantova")


def test_who_addresses_us_does_not_rename_us() -> None:
    found = roles("An Falken Supply GmbH, Zechenweg 4, 44357 Dortmund\n\nMaterialbestellung K-26", language="de")
    assert found["seller"] == Party("Falken Supply GmbH", "Zechenweg 4, 44357 Dortmund")


def test_accounts_payable_under_the_name_is_a_line_of_its_address() -> None:
    found = roles("Bill To\nAcme Tools Inc.\nAccounts Payable\n12 High Street\nReno, NV 89501\nUSA")
    assert found["bill_to"] == Party("Acme Tools Inc.", "Accounts Payable, 12 High Street, Reno, NV 89501, USA")


def test_an_address_ends_where_the_table_of_lines_begins() -> None:
    page, *_ = around("Ship to:\nAcme Tools Ltd\n7 Mill Road\nItem", "en")
    inside = Surroundings(page.page, page.hits, [page.page.lines[3][0].box])
    party = read_parties([inside], US)["ship_to"].reading.party
    assert party == Party("Acme Tools Ltd", "7 Mill Road")


def test_a_company_above_a_list_is_its_letterhead() -> None:
    content = b"Acme Tools Ltd\nPO Number,4711\nLine,Item,Qty,Price\n1,AB-1,5,1.20\n"
    page = views(read_document(Document("0", "order.csv", "", content)).pages)[0]
    found = read_parties([Surroundings(page, find_labels(page, "en"))], US)
    assert found["buyer"].reading.party.name == "Acme Tools Ltd"


def test_a_legal_form_on_a_line_of_its_own_belongs_to_the_name_above_it() -> None:
    found = roles("Ship To\nNEWTON DE MEXICO\nS. DE R.L. DE C.V.\n1749 STERGIOS RD\nCALEXICO, CA 92231\nUSA")
    assert found["ship_to"].name == "NEWTON DE MEXICO S. DE R.L. DE C.V."


def test_the_end_of_a_label_is_no_name() -> None:
    found = roles("Vendor Ordering Address\nFalken Supply GmbH\nZechenweg 4\n44357 Dortmund\nGermany")
    assert found["seller"].name == "Falken Supply GmbH"


def test_labels_within_a_line_end_a_name() -> None:
    text = "Fornecedor: ACME COMERCIO LTDA CNPJ: 11.222.333/0001-81\nRua Ipê 55\n88130-000 Palhoça"
    found = roles(text, language="pt")
    assert (found["seller"].name, found["seller"].tax_id) == ("ACME COMERCIO LTDA", "11.222.333/0001-81")


def test_a_name_or_address_that_may_be_cut_otherwise_is_not_sure() -> None:
    text = "Ship To\nAcme Tools Inc.\nReceiving Dock 4\n7 Mill Road\nSparks, NV 89431"
    assert read_parties(around(text, "en"), US)["ship_to"].reading.unsure == {"name", "address"}


def test_a_person_above_a_company_that_begins_with_a_particle_is_no_part_of_its_name() -> None:
    found = roles(
        "Ship To\nMw. Bakker\nvan de Water Installaties B.V.\nFleurdreef 6\n1225 KJ Oud-Vossemeer", language="nl"
    )
    assert found["ship_to"].name == "van de Water Installaties B.V."
