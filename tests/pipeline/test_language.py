"""The language files: complete, well formed, and free of labels that contradict one another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.language import SECTIONS, Language, fold, languages, month_names, parse_language

_COLUMNS = (
    "line_no item_id buyer_item_id seller_item_id manufacturer_item_id standard_item_id description quantity unit"
    " unit_price price_base_quantity line_discount line_amount requested_date tax_rate tax_amount gross_amount ignored"
    " combined"
)
COLUMNS = set(_COLUMNS.split())
EACH = pytest.mark.parametrize("language", languages().values(), ids=lambda language: language.code)


def test_eight_whole_languages_and_more_of_which_labels_are_known() -> None:
    whole = {code for code, language in languages().items() if not language.labels_only}
    assert whole == {"en", "de", "fr", "es", "pt", "it", "nl", "pl"}
    assert set(languages()) >= {*whole, "cs", "da", "fi", "hu", "nb", "ro", "sk", "sv", "tr"}


@EACH
def test_says_the_same_things_as_english(language: Language) -> None:
    english = languages()["en"]
    assert set(language.columns) == COLUMNS
    for section in SECTIONS:
        assert set(getattr(language, section)) == set(getattr(english, section)), section
    assert len(set(language.months.values())) == 12


@EACH
def test_owner_of_a_code_is_never_open(language: Language) -> None:
    """A wrong owner sells the wrong item: no label names two owners."""
    owners = ("item_id", "buyer_item_id", "seller_item_id", "manufacturer_item_id", "standard_item_id")
    seen: dict[str, str] = {}
    for owner in owners:
        for label in language.columns[owner]:
            assert seen.setdefault(fold(label), owner) == owner, label


@EACH
@pytest.mark.parametrize(
    "pair",
    [
        ("quantity", "unit_price"),
        ("unit_price", "line_amount"),
        ("quantity", "line_amount"),
        ("tax_amount", "line_amount"),
        ("line_discount", "line_amount"),
    ],
)
def test_figures_are_not_confused(language: Language, pair: tuple[str, str]) -> None:
    one, other = ({fold(label) for label in language.columns[key]} for key in pair)
    allowed = {"kosten", "coste", "costo", "koszt", "cost", "custo", "cout", "p t", "pt"}  # the content decides
    assert not (one & other) - allowed


@pytest.mark.parametrize(
    ("printed", "folded"),
    [
        ("Item #", "item no"),
        ("N° d'article", "no d article"),
        ("Nº", "no"),
        ("№ 5", "no 5"),
        ("Größe", "grosse"),
        ("Łódź", "lodz"),
        ("Disc.%", "disc %"),
        ("  Unit\u00a0 Price ", "unit price"),
        ("QTÉ", "qte"),
        ("Qte\u0301", "qte"),
        ("Pos._Nr.", "pos nr"),
        ("", ""),
    ],
)
def test_fold(printed: str, folded: str) -> None:
    assert fold(printed) == folded


@given(st.text(max_size=60))
def test_fold_is_stable(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_month_names_agree_over_languages() -> None:
    assert month_names()["lis"] == 11
    assert month_names()["mar"] == 3


def test_faults_are_named_all_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_language(
            "xx",
            'decimal = ";"\ngrouping = []\ndate_order = "ydm"\nstopwords = []\n'
            '[months]\n1 = ["x"]\n[columns]\na = [""]',
        )
    text = str(caught.value)
    for part in ("xx.toml", "decimal", "date_order", "months", "[columns] a", "header is missing"):
        assert part in text


def test_broken_toml_is_named() -> None:
    with pytest.raises(ConfigError, match=r"xx\.toml is not valid TOML"):
        parse_language("xx", "decimal = ")
