"""Lines that something beside their figures changes: each must reach a person, and its harmless twin must not."""

from __future__ import annotations

import pytest

from pipeline.model import Verdict
from tests.escape_documents import COLUMNS, GAUGE, LAMP, TERMINAL, Printed, as_html, changed
from tests.test_escapes import FORMS, ORDER, UNSUMMED, below, codes, decide, with_column

# A note below the line of the lamp (20 pieces); what stands there may be read as the end of its description.
TELLING = (
    # other quantities
    "Total 2000, this release 20", "Minimum 100", "max. 20 pcs", "up to 20", "Min. order 100", "Remaining 40",
    "Restmenge 480", "bis zu 20 Stück", "maximum 15 pzas", "quantity tbc", "Menge folgt", "qty ca.", "+/- 10%",
    "2026-12-01 12 pcs; 2026-12-15 12 pcs", "Delivery: 10 on 01.12.2026, 15 on 15.12.2026",
    "Deliveries: 10 EA 1 Dec 2026 / 5 EA 15 Dec 2026", "Liefereinteilung: 10 St. KW 50, 5 St. KW 52",
    # not now, or perhaps
    "erst nach Abruf", "Auf Abruf", "call-off as needed", "Livraison sur appel", "entrega bajo pedido", "op afroep",
    "na wezwanie", "nur bei Bedarf", "if required", "si nécessaire", "se necessario", "subject to approval",
    "pending approval", "to be confirmed", "TBC", "sous réserve d'accord", "da confermare",
    # something else
    "or equivalent", "oder gleichwertig", "ou équivalent", "o similar", "o equivalente", "lub równoważny",
    "of gelijkwaardig", "Substitution allowed", "If not available, please offer alternative",
    # packs, where the unit is a piece
    "dozen", "pack of 12", "per pair", "quantity in pairs", "sold in pairs", "10er Pack", "VPE 10 Stück", "Dutzend",
    "lot de 10", "caja de 12", "confezione da 10", "per doos", "opakowanie po 10", "price per pack",
    # what became of it
    "void", "gestr.", "superseded", "replaced", "not needed", "on hold", "gesperrt", "already received",
    "bereits geliefert", "moved to PO 4500-77200", "siehe Bestellung 4500-77200", "backordered", "annul.",
    # not simply sold
    "Return", "Retoure", "Credit note line", "warranty replacement", "Konsignation", "for repair", "Leihgabe",
    "sample only", "Muster", "rental", "reso",
    # elsewhere
    "Deliver to: Werk 2, Industriestraße 77, 57223 Kreuztal", "Ship to: Plant Kreuztal", "Lieferadresse: Werk Kreuztal",
    "Delivery to Kreuztal warehouse", "ship to site B", "livrer à Lyon",
    # struck over
    "XXXXXXXXXXXXXXXX", "---LED lamp 8 W---",
    # figures, prices and complaints that are not the line's
    "8 pcs by air, rest by sea", "ggf. auch 25 Stk", "Inhalt 10 St.", "4.20 EUR", "old price 4.50",
    "Preis bitte prüfen", "plus Legierungszuschlag", "Reklamation 4711", "Ersatz für defekte Lieferung",
    "Fabrikat nach Wahl",
    "ou autre marque", "ignore this line", "doppelt", "wird nicht benötigt", "buy 10 get 1",
    # another line
    "Item 30: 40 pcs",
)  # fmt: skip
HARMLESS = (
    "20 pcs in one box", "4.81 EUR net", "Kontakt 24 V",
    "Please pack singly.", "No substitutes", "Certificate 3.1 on request", "colour white", "with bracket",
    "Material S235JR", "RoHS compliant", "Deliver to Siegen", "max. 6 bar", "temperature -20 to +60 °C", "2 x 1.5 mm2",
    "Drawing 4711 Rev B", "LED-Lampe für Halle 3", "Please deliver with delivery note", "Quality according to ISO 9001",
)  # fmt: skip


@pytest.mark.parametrize("text", TELLING)
def test_a_note_that_changes_its_line_reaches_a_person(text: str) -> None:
    decision = decide("order.txt", FORMS["txt"](below(text)))
    assert codes(decision) & {"low_confidence", "uom_mismatch", "ambiguous_item"}


@pytest.mark.parametrize("text", ["on hold", "or equivalent", "pack of 12", "Deliver to: Werk Kreuztal", "up to 20"])
@pytest.mark.parametrize("form", FORMS)
def test_a_description_that_changes_its_line_reaches_a_person(text: str, form: str) -> None:
    row = changed(LAMP, text=f"{LAMP[3]} {text}")
    assert "low_confidence" in codes(decide(f"order.{form}", FORMS[form](UNSUMMED.but(rows=(GAUGE, row, TERMINAL)))))


@pytest.mark.parametrize("text", HARMLESS)
def test_a_note_that_changes_nothing_goes_through(text: str) -> None:
    decision = decide("order.pdf", FORMS["pdf"](below(text)))
    assert (decision.decision, decision.mismatches) == (Verdict.AUTO, ())


OF_THE_ORDER = (
    "Delivery schedule: 10 pcs on 01.12.2026, 15 pcs on 15.12.2026", "All items optional", "Item 20 qty 40",
    "Pos. 20: 40 Stück", "Only line 10 is firm", "Lines 20 and 30 on call-off", "Ship-to for item 20: Kreuztal",
    "Substitutes accepted if equivalent", "Estimated quantities", "Quantities are maximum quantities",
    "Lieferung auf Abruf", "Order valid only after written confirmation by our management", "Budgetary order",
    "Please deliver item 30 to plant 2",
)  # fmt: skip


@pytest.mark.parametrize("text", OF_THE_ORDER)
def test_a_remark_on_lines_reaches_a_person(text: str) -> None:
    assert "low_confidence" in codes(decide("order.pdf", FORMS["pdf"](ORDER.but(after=(text,)))))


@pytest.mark.parametrize("text", ["Framework agreement 4711", "Warranty: 24 months"])
def test_a_usual_remark_goes_through(text: str) -> None:
    decision = decide("order.pdf", FORMS["pdf"](ORDER.but(after=(text,))))
    assert (decision.decision, decision.mismatches) == (Verdict.AUTO, ())


OTHERWISE: tuple[tuple[str, tuple[str, str, str]], ...] = (
    ("Ship to", ("Plant 1", "Plant 2", "Plant 1")), ("Plant", ("1000", "2000", "1000")),
    ("Werk", ("0001", "0002", "0001")),
    ("Store", ("101", "102", "103")), ("Lieferort", ("Siegen", "Kreuztal", "Siegen")),
    ("Delivery address", ("", "Industriestr. 77, 57223 Kreuztal", "")),
    ("Max. qty", ("100", "25", "500")), ("New qty", ("10", "40", "50")), ("Contract qty", ("100", "2000", "500")),
    ("Release qty", ("10", "5", "50")), ("Revised", ("", "40", "")),
    ("Type", ("N", "R", "N")), ("Type", ("", "Return", "")), ("Optional", ("no", "yes", "no")), ("Opt.", ("", "X", "")),
    ("Alternative", ("", "LED-10W", "")), ("Void", ("", "X", "")), ("Storno", ("", "X", "")), ("Firm", ("Y", "N", "Y")),
    ("Action", ("A", "D", "A")), ("Price unit", ("EA", "PAIR", "EA")), ("UOM2", ("EA", "DZ", "EA")),
)  # fmt: skip
ALIKE: tuple[tuple[str, tuple[str, str, str]], ...] = (
    ("Plant", ("1000", "1000", "1000")), ("Bin", ("A1", "B2", "C3")), ("Type", ("N", "N", "N")),

    ("Firm", ("Y", "Y", "Y")), ("Pack size", ("1", "10", "1")), ("Dept", ("A", "B", "A")), ("Tax", ("A", "B", "A")),
    ("Open qty", ("10", "20", "50")),
)  # fmt: skip


@pytest.mark.parametrize(("label", "values"), OTHERWISE)
def test_a_column_that_tells_a_line_apart_reaches_a_person(label: str, values: tuple[str, str, str]) -> None:
    assert "low_confidence" in codes(decide("order.html", as_html(with_column(label, *values))))


@pytest.mark.parametrize(("label", "values"), ALIKE)
def test_a_column_that_changes_nothing_goes_through(label: str, values: tuple[str, str, str]) -> None:
    decision = decide("order.html", as_html(with_column(label, *values)))
    assert (decision.decision, decision.mismatches) == (Verdict.AUTO, ())


def _row(**values: str) -> Printed:
    return UNSUMMED.but(rows=(GAUGE, changed(LAMP, **values), TERMINAL))


ROWS = {
    "the heading is a limit": UNSUMMED.but(columns=tuple("Max. qty" if c == "Qty" else c for c in COLUMNS)),
    "deliveries add up to more": UNSUMMED.but(rows=(GAUGE, LAMP, "01.12.2026  10 EA", "15.12.2026  15 EA", TERMINAL)),
    "X over the text": _row(text="XXX LED lamp 8 W 4000 K XXX"),
    "dashes around": _row(text="---LED lamp 8 W 4000 K---"),
    "a quantity in brackets": _row(qty="[20]"),
    "a mark at the number": _row(pos="20R"),
    "a word in place of the number": _row(pos="opt"),
    **{
        f"a section {text}": UNSUMMED.but(rows=(GAUGE, text, LAMP, TERMINAL))
        for text in ("Alternativen:", "Returns:", "Retouren", "Forecast (not binding)", "For delivery to Kreuztal:")
    },
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ROWS)
def test_a_row_that_is_not_wanted_as_printed_reaches_a_person(name: str, form: str) -> None:
    assert decide(f"order.{form}", FORMS[form](ROWS[name])).decision is Verdict.REVIEW


@pytest.mark.parametrize("form", FORMS)
def test_deliveries_that_add_up_go_through(form: str) -> None:
    order = UNSUMMED.but(rows=(GAUGE, LAMP, "01.12.2026  10 EA", "15.12.2026  10 EA", TERMINAL))
    decision = decide(f"order.{form}", FORMS[form](order))
    assert (decision.decision, decision.mismatches) == (Verdict.AUTO, ())
