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
