"""Descriptions in several languages and spellings come down to the same tokens; different sizes never do."""

from __future__ import annotations

import pytest

from matchers.tokens import is_hard, shape, tokens

SAME = [
    ("Zylinderschraube mit Innensechskant, DIN 912 M6 x 150 A2-70", "SOCKET HEAD CAP SCREW DIN 912 M6X150 A2-70"),
    ("DIN 912 M6x150 A2-70 Vis CHC", "Tornillo Allen DIN 912 M6X150 A2-70"),
    ("Śruba sześciokątna DIN 933 M8×40 8.8 ocynk", "Hex bolt DIN 933 M8x40 8,8 zingué"),
    ("Sechskantschraube DIN EN ISO 4017 M8x40", "HEX BOLT ISO 4017 M8X40"),
    ("O-Ring 25 mm x 2,62 mm NBR 90", "Joint torique 25x2.62 NBR 90"),
    ('Ball valve 3-way L G 1 1/4" brass', 'Vanne à bille 3 voies L G1 1/4" laiton'),
    ("Packband PP 5 cm x 66 m transparent", "PACKING TAPE PP 50 MM X 66 M CLEAR"),
    ("Aderleitung H07V-K 1,5 mm² grün-gelb", "SINGLE CORE WIRE H07V-K 1.5 MM2 GREEN-YELLOW"),
    ("Schütz 3P 25A 1S Spule 24 V DC", "CONTACTOR 3P 25A 1S COIL 24VDC"),
    ("Nitrilhandschuhe puderfrei blau Größe XL", "NITRILE GLOVES POWDER-FREE BLUE SIZE XL"),
    ("Pointes de pipette 1 ml non stérile", "PIPETTE TIPS 1000 UL NON-STERILE"),
    ("HEX B0LT DIN 933 M6X20 1O.9", "HEX BOLT DIN 933 M6X20 10.9"),
    ("Gewindestange DIN 976 M8 x 1 m A2", "THREADED ROD DIN 976 M8 X 1000 MM A2"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_thing_in_other_words(one: str, other: str) -> None:
    assert set(tokens(one)) == set(tokens(other))


DIFFERENT = [
    ("DIN 933 M6x20", "DIN 933 M6x25"),
    ("DIN 933 M6x20", "DIN 931 M6x20"),
    ("DIN 125 A M6", "DIN 125 B M6"),
    ("M6x20 A2-70", "M6x20 A4-70"),
    ("hinge left", "hinge right"),
    ("Scharnier links", "Scharnier rechts"),
    ("wire black", "wire blue"),
    ("coil 24VAC", "coil 24VDC"),
    ("filter non-sterile", "non-filter sterile"),
    ("tape 66 m", "tape 66 mm"),
    ("gloves size S", "gloves size M"),
    ('valve G 1/4"', 'valve G 1 1/4"'),
    ("600x200x300 mm", "600x300x200 mm"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_thing(one: str, other: str) -> None:
    assert set(tokens(one)) != set(tokens(other))


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("m6x20", "m#x#"), ("din933", "din#"), ("a2", "a#"), ("24v", "#v"), ("1-1/4in", "#in"), ("black", "colour"),
        ("left", "side"), ("sizexl", "size"), ("bolt", None), ("l", None),
    ],
)  # fmt: skip
def test_shapes_tell_what_must_agree(token: str, expected: str | None) -> None:
    assert shape(token) == expected
    assert is_hard(token) == (expected is not None)


# en, de, fr, es, pt, it, nl, pl
ATTRIBUTES = {
    "black": "black schwarz noir negro preto nero zwart czarny",
    "white": "white weiß blanc blanco branco bianco wit biały",
    "blue": "blue blau bleu azul azuis blu blauw niebieski",
    "red": "red rot rouge rojo vermelho rosso rood czerwony",
    "green": "green grün vert verdes verde verdi groen zielony",
    "yellow": "yellow gelb jaune amarillo amarelo giallo geel żółty",
    "grey": "grey grau gris grises cinza grigio grijs szary",
    "brown": "brown braun brun marron castanho marrone bruin brązowy",
    "orange": "orange orange orange naranja laranja arancione oranje pomarańczowy",
    "clear": "clear farblos transparent transparente transparente trasparente doorzichtig przezroczysty",
    "left": "left links gauche izquierda esquerda sinistra links lewy",
    "right": "right rechts droite derecha direita destra rechts prawy",
    "steel": "steel Stahl acier acero aço acciaio staal stal",
    "brass": "brass Messing laiton latón latão ottone messing mosiądz",
    "stainless": "stainless rostfrei inox inoxidable inoxidável inox rvs nierdzewny",
    "zinc": "bzp verzinkt zingué cincado zincado zincato verzinkt ocynkowany",
}


@pytest.mark.parametrize(("canonical", "words"), ATTRIBUTES.items())
def test_attributes_in_eight_languages(canonical: str, words: str) -> None:
    found = [tokens(word) for word in words.split()]
    assert len(found) == 8 and set(found) == {(canonical,)}
    assert is_hard(canonical)


def test_opposites_contradict_in_every_pair_of_languages() -> None:
    for one, other in (("black", "white"), ("left", "right"), ("red", "green"), ("steel", "brass")):
        for a in ATTRIBUTES[one].split():
            for b in ATTRIBUTES[other].split():
                (left,), (right,) = tokens(a), tokens(b)
                assert left != right and shape(left) == shape(right) is not None


PACKS = [
    "PK/100", "pack of 100", "100 pcs", "box of 100", "VE 100", "VE 100 Stück", "100er Pack", "100 Stk",
    "boîte de 100", "caja de 100", "emb. 100", "conf. da 100 pz", "doos van 100", "opak. 100 szt.", "paquete de 100",
    "set of 100", "100 sztuk", "100 pezzi", "verpakking 100 stuks",
]  # fmt: skip


@pytest.mark.parametrize("text", PACKS)
def test_how_many_are_in_a_pack(text: str) -> None:
    assert set(tokens(f"gloves {text}")) == {"gloves", "100pcs"}
    assert shape("100pcs") == shape("200pcs") == "#pcs"


def test_a_pack_word_beside_a_size_is_no_count() -> None:
    assert "25pcs" not in tokens("pack 25 kg") and "25000g" in tokens("pack 25 kg")
    assert not any(token.endswith("pcs") for token in tokens("CORRUGATED BOX 600X400X300 MM"))
