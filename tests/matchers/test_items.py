"""Which item a line means: literal lines against a small catalogue of twins."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.erp import ErpSnapshot
from matchers.codes import code_key, confusion_key, gtin_key, print_key
from matchers.items import _LEVELS, ItemMatch, ItemMatcher
from matchers.probability import Circumstances
from pipeline.aliases import Aliases
from pipeline.model import Alias, AliasKind, Confirmation, KnownAlias, LineItem

A2 = "HB-933-6-20-A2"
TEXT = "Hex bolt DIN 933 M6x20 A2-70"


@pytest.fixture(scope="module")
def items(erp: ErpSnapshot) -> ItemMatcher:
    return ItemMatcher(erp)


def found(items: ItemMatcher, customer: str | None = "C1", price: bool | None = None, **fields: str) -> ItemMatch:
    return items.match(LineItem(**fields), customer, Circumstances(price=lambda item: price))


# fields of the line, sku, level
MATCHED: list[tuple[dict[str, str], str, str]] = [
    ({"seller_item_id": A2}, A2, "sku"),
    ({"buyer_item_id": A2, "description": TEXT}, A2, "sku"),
    ({"buyer_item_id": "K-4711"}, A2, "cross_reference"),
    ({"seller_item_id": "K-4711"}, A2, "cross_reference"),
    ({"standard_item_id": "4006381333931"}, A2, "gtin"),
    ({"standard_item_id": "04006381333931"}, A2, "gtin"),
    ({"manufacturer_item_id": "MP-620"}, A2, "mpn"),
    ({"seller_item_id": "hb-933-6-20-a2"}, A2, "normalised_code"),
    ({"seller_item_id": "HB 933 6 20 A2"}, A2, "normalised_code"),
    ({"seller_item_id": "45001"}, "0045001", "normalised_code"),
    ({"buyer_item_id": "k4711"}, A2, "normalised_code"),
    ({"seller_item_id": "H8-933-6-2O-A2", "description": TEXT}, A2, "confused_code"),
    ({"buyer_item_id": "UNKNOWN-99", "seller_item_id": A2}, A2, "sku"),
    ({"buyer_item_id": "K-4711", "seller_item_id": A2}, A2, "sku"),
    ({"description": f"{A2} {TEXT}"}, A2, "sku"),
    ({"description": TEXT}, A2, "description"),
    ({"description": "Sechskantschraube DIN 933 M6 x 20 A2-70"}, A2, "description"),
    ({"description": "Vis à tête hexagonale DIN 933 M6x20 A4-70"}, "HB-933-6-20-A4", "description"),
    ({"description": "Scharnier 100 mm Stahl RAL9005 rechts"}, "0045002", "description"),
    ({"description": "Deep groove ball bearing 6204-2RS"}, "BB-6204", "description"),
    ({"description": "6204-2RS C3 Rillenkugellager"}, "BB-6204-C3", "description"),
    ({"description": "Blue widget, standard"}, "XQ-O01", "description"),
    ({"buyer_item_id": "0815", "description": TEXT}, A2, "description"),
    ({"seller_item_id": "HB-933-7-20-A2", "description": TEXT}, A2, "fuzzy_code"),
    ({"seller_item_id": "HB-933-6-20", "description": TEXT}, A2, "fuzzy_code"),
    ({"seller_item_id": f"{A2} HEX BOLT DIN", "description": "933 M6X20 A2-70"}, A2, "sku"),
]


@pytest.mark.parametrize(("fields", "sku", "level"), MATCHED, ids=lambda v: str(v)[:70])
def test_evidence_that_suffices(items: ItemMatcher, fields: dict[str, str], sku: str, level: str) -> None:
    match = found(items, **fields)
    assert match.item is not None, match.reason
    assert (match.item.sku, match.level, match.problem) == (sku, level, None)


# fields of the line, problem, a word of the reason
REFUSED: list[tuple[dict[str, str], str, str]] = [
    ({"seller_item_id": A2, "buyer_item_id": "DBL-1"}, "ambiguous_item", "mean different items"),
    ({"buyer_item_id": "DBL-1"}, "ambiguous_item", "mean different items"),
    ({"seller_item_id": A2, "manufacturer_item_id": "MP-625"}, "ambiguous_item", "HB-933-6-25-A2"),
    ({"seller_item_id": A2, "description": "Hex bolt DIN 933 M6x25 A2-70"}, "ambiguous_item", "m6x25"),
    ({"seller_item_id": A2, "description": "Hex bolt DIN 933 M6x20 A4-70"}, "ambiguous_item", "a4"),
    ({"seller_item_id": "0045001", "description": "Scharnier 100 mm rechts"}, "ambiguous_item", "right"),
    ({"seller_item_id": "WR-15-BK", "description": "Aderleitung 1,5 mm² blau"}, "ambiguous_item", "blue"),
    ({"seller_item_id": "CT-24DC", "description": "Contactor coil 230 V"}, "ambiguous_item", "230v"),
    ({"seller_item_id": A2, "description": "Hex nut M6 A2"}, "ambiguous_item", "nut"),
    ({"buyer_item_id": "BB-6204", "description": "Laser goggles OD6 1064 nm"}, "ambiguous_item", "nothing in common"),
    ({"seller_item_id": "H8-933-6-2O-A2"}, "ambiguous_item", "neither description nor price"),
    ({"seller_item_id": "ZZ-1", "buyer_item_id": "K-4711"}, "ambiguous_item", "printed as our number"),
    ({"seller_item_id": "HB-933-6-20"}, "unknown_item", "not on file"),
    ({"seller_item_id": f"{A2} or HB-933-6-25-A2"}, "ambiguous_item", "mean different items"),
    ({"description": "Hex bolt DIN 933 M6x20"}, "ambiguous_item", "differ in"),
    ({"description": "Hex bolt M6x20 A2-70"}, "ambiguous_item", "din931, din933"),
    ({"description": "Hinge 100 mm steel RAL9005"}, "ambiguous_item", "left, right"),
    ({"description": "Hex bolt DIN 933 M6x30 A2-70"}, "ambiguous_item", "m6x30"),
    ({"description": "Hex bolt DIN 933 M6x20 A2-70 red"}, "ambiguous_item", "red"),
    ({"description": "H07V-K 1.5 mm2"}, "ambiguous_item", "black, blue"),
    ({"seller_item_id": "HB-933-6-2S-A2"}, "ambiguous_item", "neither description nor price"),
    ({"seller_item_id": "HB-933-6-30-A2"}, "ambiguous_item", "nothing"),
    ({"seller_item_id": "HB-933-6-255-A2", "description": TEXT}, "ambiguous_item", "nearer to HB-933-6-25-A2"),
    ({"seller_item_id": "QQ-77-ABC", "description": TEXT}, "ambiguous_item", "printed as our number"),
    ({"description": "Laser safety goggles OD6 1064 nm"}, "unknown_item", "nothing in the catalogue"),
    ({"buyer_item_id": "1234567", "description": "Coolant concentrate 25 l drum"}, "unknown_item", "not on file"),
    ({"buyer_item_id": "7"}, "unknown_item", "not on file"),
    ({}, "unknown_item", "nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "problem", "word"), REFUSED, ids=lambda v: str(v)[:70])
def test_evidence_that_does_not(items: ItemMatcher, fields: dict[str, str], problem: str, word: str) -> None:
    match = found(items, **fields)
    assert match.item is None, match.reason
    assert match.problem == problem, match.reason
    assert word in match.reason


def test_a_cross_reference_is_the_customers_own(items: ItemMatcher) -> None:
    other = found(items, "C2", buyer_item_id="K-4711")
    assert other.item is not None and other.item.sku == "BB-6204"
    assert found(items, None, buyer_item_id="K-4711").item is None


def test_the_contract_price_proves_what_words_do_not(items: ItemMatcher) -> None:
    unknown_words = "Šroub šestihranný DIN 933 M6x20 A2-70"
    assert found(items, description=unknown_words).item is None
    match = found(items, price=True, description=unknown_words)
    assert match.item is not None and match.item.sku == A2


def test_a_price_breaks_no_tie(items: ItemMatcher) -> None:
    assert found(items, price=True, description="Hinge 100 mm steel RAL9005").item is None


@pytest.mark.parametrize(
    ("fields", "sku"),
    [
        ({"seller_item_id": "H8-933-6-2O-A2", "description": TEXT}, A2),  # look-alikes
        ({"seller_item_id": "HB-933-6-200-A2", "description": TEXT}, A2),  # a zero doubled
        ({"seller_item_id": "HB-933-6-2O0-A2", "description": TEXT}, A2),
        ({"seller_item_id": "O45002", "description": "Door hinge 100 mm steel RAL9005 right"}, "0045002"),
        ({"buyer_item_id": "MMO00052", "description": TEXT}, A2),  # of the customer's own number
        ({"buyer_item_id": "MM0052", "description": TEXT}, A2),
    ],
)
def test_a_misread_code_whose_item_the_description_names(items: ItemMatcher, fields: dict[str, str], sku: str) -> None:
    match = found(items, price=True, **fields)
    assert match.item is not None and match.item.sku == sku, match.reason
    assert match.level in ("confused_code", "normalised_code")


@pytest.mark.parametrize(
    "fields",
    [
        {"seller_item_id": "HB-933-7-20-A2", "description": TEXT},  # another digit is no look-alike
        {"buyer_item_id": "MM00053", "description": TEXT},
        {"buyer_item_id": "MMO00052", "description": "Door hinge 100 mm steel RAL9005 left"},
        {"buyer_item_id": "MMO00052"},
        {"buyer_item_id": "QQ00170", "description": TEXT},  # QQ0170 and QQ000170 are two items
        {"description": TEXT},
    ],
)
def test_a_misread_code_that_nothing_else_names(items: ItemMatcher, fields: dict[str, str]) -> None:
    assert found(items, price=True, **fields).level not in ("confused_code", "normalised_code")


def test_items_no_longer_sold_name_their_successor(items: ItemMatcher) -> None:
    old = found(items, seller_item_id="TP-50-66")
    assert old.item is not None
    assert (old.item.sku, old.level, old.problem) == ("TP-50-66", "superseded", "discontinued_item")
    assert "TP-48-66" in old.reason
    assert [c.key for c in old.candidates] == ["TP-48-66"]
    gone = found(items, seller_item_id="CT-230AC")
    assert gone.item is not None and gone.problem == "discontinued_item"


def test_candidates_are_shown_with_what_differs(items: ItemMatcher) -> None:
    match = found(items, seller_item_id=A2, description="Hex bolt DIN 933 M6x25 A2-70")
    assert {c.key for c in match.candidates} >= {A2, "HB-933-6-25-A2"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [("4006381333931", "04006381333931"), ("4006381333932", None), ("036000291452", "00036000291452"), ("123", None)],
)
def test_gtins_have_a_check_digit(code: str, expected: str | None) -> None:
    assert gtin_key(code) == expected


def test_code_keys() -> None:
    assert code_key("00-ab 12") == "ab12"
    assert confusion_key("4762|h") == confusion_key("4762lh")
    assert print_key("MMO00052") == print_key("MM0052") != print_key("MM0053")
    assert confusion_key("O0-Il S5 B8") == "1155" + "88"


# --- what people taught ---


def known(
    key: str, target: str, times: int, kind: AliasKind = AliasKind.ITEM_CODE, at: str | None = None
) -> KnownAlias:
    said = tuple(Confirmation("ann", datetime(2026, 11, n, tzinfo=UTC), f"order {n}") for n in range(1, times + 1))
    return KnownAlias(f"{key}>{target}", Alias(kind, "C1", key, target, at), said)


def with_aliases(
    items: ItemMatcher, *rows: KnownAlias, ship_to: str | None = None, price: bool | None = None, **fields: str
) -> ItemMatch:
    return items.match(LineItem(**fields), "C1", Circumstances(price=lambda item: price), Aliases(rows, 3, ship_to))


WORDS = "Spezialteil nach Muster"
BY_WORDS = known(WORDS.casefold(), A2, 3, AliasKind.ITEM_TEXT)
EVERYWHERE = known("q-1", A2, 3)
# aliases, where the goods go, fields of the line, sku or None, level or problem
TAUGHT: list[tuple[list[KnownAlias], str | None, dict[str, str], str | None, str]] = [
    ([known("q-1", A2, 3)], None, {"buyer_item_id": "Q-1"}, A2, "learned"),
    ([known("q-1", A2, 3)], None, {"seller_item_id": " q -1"}, A2, "learned"),
    ([known("q-1", A2, 2)], None, {"buyer_item_id": "Q-1"}, None, "unknown_item"),
    ([known("q-1", A2, 9)], None, {"buyer_item_id": "Q1"}, None, "unknown_item"),
    ([known("q-1", A2, 9)], None, {"buyer_item_id": "Q-1", "seller_item_id": A2}, A2, "sku"),
    ([known("q-1", A2, 9)], None, {"buyer_item_id": "Q-1", "standard_item_id": "4006381333931"}, A2, "learned"),
    ([known("q-1", A2, 9)], None, {"buyer_item_id": "Q-1", "seller_item_id": "BB-6204"}, None, "ambiguous_item"),
    ([known("q-1", A2, 9)], None, {"buyer_item_id": "Q-1", "description": "Bolt M6x25 A2"}, None, "ambiguous_item"),
    ([known("q-1", A2, 9), known("q-1", "BB-6204", 1)], None, {"buyer_item_id": "Q-1"}, None, "ambiguous_item"),
    ([known("q-1", A2, 9), known("q-1", "BB-6204", 9)], None, {"buyer_item_id": "Q-1"}, None, "ambiguous_item"),
    # what was taught for this address counts there, and nowhere else; until it is in trust it stops the other
    ([known("q-1", A2, 3, at="C1-2")], "C1-2", {"buyer_item_id": "Q-1"}, A2, "learned"),
    ([known("q-1", A2, 3, at="C1-2")], "C1-1", {"buyer_item_id": "Q-1"}, None, "unknown_item"),
    ([EVERYWHERE, known("q-1", "BB-6204", 3, at="C1-2")], "C1-2", {"buyer_item_id": "Q-1"}, "BB-6204", "learned"),
    ([EVERYWHERE, known("q-1", "BB-6204", 1, at="C1-2")], "C1-2", {"buyer_item_id": "Q-1"}, None, "unknown_item"),
    # one suggestion does not prove, but nothing goes through against it
    ([known("zz-1", "BB-6204", 1)], None, {"buyer_item_id": "ZZ-1", "description": TEXT}, None, "ambiguous_item"),
    ([known("zz-1", A2, 1)], None, {"buyer_item_id": "ZZ-1", "description": TEXT}, A2, "description"),
    # words count only where there is no number, and only these very words
    ([BY_WORDS], None, {"description": WORDS.upper()}, A2, "learned"),
    ([BY_WORDS], None, {"description": f"{WORDS} 2"}, None, "unknown_item"),
    ([BY_WORDS], None, {"description": WORDS, "buyer_item_id": "Q-1"}, None, "unknown_item"),
    ([known("q-1", "GONE", 3)], None, {"buyer_item_id": "Q-1"}, None, "unknown_item"),
    ([known("q-1", "TP-50-66", 3)], None, {"buyer_item_id": "Q-1"}, "TP-50-66", "discontinued_item"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "ship_to", "fields", "sku", "word"), TAUGHT)
def test_what_people_taught(
    items: ItemMatcher, rows: list[KnownAlias], ship_to: str | None, fields: dict[str, str], sku: str | None, word: str
) -> None:
    match = with_aliases(items, *rows, ship_to=ship_to, **fields)
    assert (match.item.sku if match.item else None) == sku, match.reason
    assert (match.problem or match.level) == word, match.reason


def test_what_was_suggested_is_shown_with_who_said_so(items: ItemMatcher) -> None:
    match = with_aliases(items, known("q-1", A2, 2), buyer_item_id="Q-1")
    assert (match.candidates[0].key, match.candidates[0].label) == (A2, "HEX BOLT DIN 933 M6X20 A2-70")
    assert match.candidates[0].reason == f"suggested: {A2}, confirmed 2 times, last by ann on 2026-11-02"


def test_the_strictest_rung_names_the_level(items: ItemMatcher) -> None:
    """Whatever field a number stands in."""
    assert found(items, seller_item_id="4006381333931", buyer_item_id=A2).level == "sku"
    assert found(items, seller_item_id="4006381333931", buyer_item_id="K-4711").level == "cross_reference"
    assert found(items, seller_item_id="hb933620a2", manufacturer_item_id="MP-620").level == "mpn"
    ladder = ("sku", "cross_reference", "learned", "gtin", "mpn", "normalised_code", "confused_code")
    assert tuple(_LEVELS) == ladder
