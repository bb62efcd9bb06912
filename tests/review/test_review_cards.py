"""What a card says and proposes, and that pictures make room."""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from flows.pictures import Pictures
from flows.settings import Review, Settings
from pipeline.model import Candidate, Decision, DocumentType, LineDecision, LineItem, Mismatch, Order, Verdict
from review import views
from review.cards import cards, differing
from review.desk import Desk


@pytest.mark.parametrize(
    ("one", "other", "marked"),
    [
        ("Hose clamp 20-32 mm W4", "Hose clamp 20-32 mm W1", (["W4"], ["W1"])),
        ("HEX BOLT M8x40", "hex bolt M8x40 zinc", ([], ["zinc"])),
        ("0.40", "0.50", ([], [])),  # nothing in common: that they differ is plain
        ("", "EA", ([], [])),
        ("1,200.5 kg", "1,200.5 t", (["kg"], ["t"])),
    ],
)
def test_what_differs_is_marked(one: str, other: str, marked: tuple[list[str], list[str]]) -> None:
    both = differing(one, other)
    assert tuple([text.strip() for text, differs in side if differs] for side in both) == marked
    assert ["".join(text for text, _ in side).strip() for side in both] == [one, other]


def decided(*mismatches: Mismatch, candidates: tuple[Candidate, ...] = ()) -> Decision:
    lines = tuple(LineItem(description=f"BOLT {n}", quantity=Decimal(5), unit="pcs") for n in range(3))
    judged = LineDecision(Verdict.REVIEW, (), "FX", Decimal(5), "EA", Decimal("0.5"), "EUR", candidates=candidates)
    order = Order(DocumentType.PURCHASE_ORDER, lines=lines)
    return Decision(order, Verdict.REVIEW, lines=(judged,) * 3, mismatches=mismatches)


def near(*scores: float) -> tuple[Candidate, ...]:
    return tuple(Candidate(f"FX-{n}", f"BOLT {n}", score, "alike") for n, score in enumerate(scores))


PRICE = Mismatch("wrong_price", "lines[0].unit_price", "0.5", "0.4", "dear")
UNKNOWN = Mismatch("unknown_item", "lines[1]", None, "BOLT 1", "not known")


@pytest.mark.parametrize(
    ("mismatch", "candidates", "proposal"),
    [
        (PRICE, (), "erp"),
        (UNKNOWN, near(0.9, 0.6), "item:FX-0"),
        (UNKNOWN, near(0.9, 0.85), ""),
        (replace(UNKNOWN, code="ambiguous_item"), near(0.9, 0.6), ""),
        (Mismatch("unknown_ship_to", "ship_to", None, "Elsewhere", "new"), (), ""),
        (Mismatch("duplicate_po", "po_number", "1", "1", "again"), (), ""),
        (Mismatch("not_pack_multiple", "lines[0].quantity", "10", "5", "packs"), (), "erp"),
    ],
)
def test_only_what_is_clear_is_proposed(mismatch: Mismatch, candidates: tuple[Candidate, ...], proposal: str) -> None:
    (card,) = cards(decided(mismatch, candidates=candidates))
    assert card.proposal == proposal and card.grave == (mismatch.code == "unknown_ship_to")


def test_what_is_grave_is_in_no_group() -> None:
    units = [Mismatch("uom_mismatch", f"lines[{n}].unit", "EA", "pcs", "unknown unit") for n in range(3)]
    other = replace(units[2], expected="BOX")
    grave = [Mismatch("suspicious_sender", "", "a.example", "b.example", "strange")] * 2
    found = views.kinds(cards(decided(*units[:2], other, *grave, PRICE)))
    assert [(kind.name, len(kind.cards)) for kind in found] == [("uom_mismatch pcs = EA", 2)]


def test_the_oldest_pictures_make_room(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "pictures" / "ab"
    folder.mkdir(parents=True)
    for n in range(12):
        (folder / f"{n}.png").write_bytes(bytes(1_000_000))
        os.utime(folder / f"{n}.png", (n, n))
    review = Review(public_url="", idle_minutes=30, session_hours=12, pictures_megabytes=10)
    settings = Settings(data=tmp_path / "data", review=review)
    parts = desk.work.parts  # type: ignore[attr-defined]
    Pictures(parts, settings, None).purge()  # type: ignore[arg-type]
    assert sorted(int(path.stem) for path in folder.iterdir()) == list(range(3, 12))
