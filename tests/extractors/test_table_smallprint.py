"""Remarks below descriptions, by how they are written and by the size of their print."""

from __future__ import annotations

import pytest

from extractors.table.smallprint import is_remark
from pipeline.model import Box, Source, Word


def recognised(text: str, capitals: float) -> tuple[Word, ...]:
    """Words with boxes cut to the ink, as recognition gives them, of print whose capitals are so many points high."""
    words = []
    for number, part in enumerate(text.split()):
        deep = 0.25 * capitals if any(c in "gjpqy,;" for c in part) else 0.0
        high = capitals if any(c.isupper() or c.isdigit() or c in "bdfhklt" for c in part) else 0.75 * capitals
        words.append(Word(part, Box(40 * number, 20 - high, 40 * number + 30, 20 + deep), 0.95))
    return tuple(words)


ABOVE = (recognised("Manometer 63 mm 0-10 bar", 5.0),)


@pytest.mark.parametrize(
    ("text", "capitals", "remark"),
    [
        ("Dostawa w godz. 7-14", 4.4, True),
        ("Dostawa w godz. 7-14", 5.0, False),
        ("x 51 mm", 4.4, False),  # too short to be measured
        ("Levering op pallet.", 5.0, True),  # a sentence, though a pallet is a unit
        ("Rolle 12 Stk.", 5.0, False),
    ],
)
def test_a_remark_of_recognised_print(text: str, capitals: float, remark: bool) -> None:
    assert is_remark(recognised(text, capitals), ABOVE, Source.OCR) is remark


def test_sheets_have_no_sizes() -> None:
    assert not is_remark(recognised("Dostawa w godz. 7-14", 2.0), ABOVE, Source.XLSX)
