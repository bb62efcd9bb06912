"""Units and currencies as printed."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.units import PIECE_CODES
from pipeline.values import currency_code, is_unit, same_unit, unit_code


@pytest.mark.parametrize(
    ("code", "forms"),
    [
        ("H87", "Stück Stck. Stk ST pcs PCE pieza pzas pz szt. sztuk stuks pièces peças"),
        ("EA", "EA each Ea."),
        ("C62", "unit unidades unité un. Einheit eenheid ud"),
        ("PR", "pair Paar paire par paio para"),
        ("SET", "set Satz jeu juego komplet"),
        ("DZN", "dozen Dtz. douzaine docena dozijn tuzin"),
        ("CEN", "hundred %ST C100 ciento"),
        ("MIL", "thousand Tsd. millar 1000 tys."),
        ("MTR", "m mtr metros mètre lfm mb metry"),
        ("KGM", "kg KGS Kilogramm chilogrammi"),
        ("TNE", "t TO Tonne tonelada"),
        ("LTR", "l litre Liter litros"),
        ("HUR", "h hours Std. heures uur godz."),
        ("MTK", "m² m2 qm sqm mq"),
        ("MTQ", "m³ m3 cbm"),
        ("XBX", "box boîte Schachtel caja caixa scatola doos pudełko"),
        ("XCT", "carton CTN Karton cartón omdoos kartony"),
        ("XPK", "pack PKG Packung VPE paquete confezione opak."),
        ("XPX", "pallet PAL Palette palé bancale paleta"),
        ("XRO", "roll Rolle rouleau rollo rolo rotolo rolka"),
        ("XBG", "bag Beutel bolsa zak"),
        ("XBO", "bottle Flasche bouteille botella garrafa fles butelka"),
        ("XDR", "drum Fass fût tambor fusto vat beczka"),
    ],
)
def test_synonyms(code: str, forms: str) -> None:
    for form in forms.split():
        assert unit_code(form) == code, form
        assert is_unit(form)
        if len(form) > 2 and code not in ("HUR",):
            assert unit_code(form.lower()) == unit_code(form.upper()) == code, form


@pytest.mark.parametrize("text", ["M", "CT", "CA", "MT", "ton", "C"])
def test_units_with_two_meanings_have_no_code(text: str) -> None:
    """M: metre or thousand; CT: carton or hundred; CA: can or case; MT: metre or metric ton; ton: short or metric."""
    assert unit_code(text) is None
    assert is_unit(text)


@pytest.mark.parametrize("text", ["", " ", "Schraube", "12", "12 pcs", "AB-123", "€", "x" * 100])
def test_no_unit(text: str) -> None:
    assert unit_code(text) is None
    assert not is_unit(text)


def test_pieces_count_the_same() -> None:
    assert same_unit("EA", "H87")
    assert same_unit("KGM", "KGM")
    assert not same_unit("EA", "XBX")
    assert not same_unit(None, None)
    assert not same_unit("EA", None)


def test_every_unit_of_the_file_is_a_code_and_is_found() -> None:
    raw = tomllib.loads(resources.files("pipeline").joinpath("units.toml").read_text(encoding="utf-8"))
    for code, forms in raw["units"].items():
        assert re.fullmatch(r"[A-Z0-9]{2,3}", code)
        for form in forms:
            assert unit_code(form) == code or form in raw["exact"][""], form
    assert PIECE_CODES.issubset(raw["units"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EUR", "EUR"), ("eur", "EUR"), ("€", "EUR"), ("Euro", "EUR"), ("(EUR)", "EUR"), ("US$", "USD"),
        ("US Dollar", "USD"),
        ("£", "GBP"), ("Pound Sterling", "GBP"), ("zł", "PLN"), ("złotych", "PLN"), ("CHF", "CHF"), ("Fr.", "CHF"),
        ("R$", "BRL"), ("reais", "BRL"), ("Kč", "CZK"), ("C$", "CAD"), ("MX$", "MXN"), ("₹", "INR"),
        ("$", None), ("kr", None), ("¥", None), ("all", None), ("top", None), ("", None),
        ("XYZ", None), ("Total", None),
    ],
)  # fmt: skip
def test_currency(text: str, code: str | None) -> None:
    assert currency_code(text) == code


@given(st.text(max_size=60))
def test_never_raises(text: str) -> None:
    unit_code(text)
    is_unit(text)
    currency_code(text)
