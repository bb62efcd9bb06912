"""The style sheets hold together: one bracket too many, and every rule behind it is lost without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

SHEETS = sorted((Path(__file__).parents[2] / "review" / "static").glob("*.css"))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_bracket_of_a_style_sheet_is_closed(sheet: Path) -> None:
    depth, deepest = 0, 0
    for number, line in enumerate(sheet.read_text(encoding="utf-8").splitlines(), 1):
        depth += line.count("{") - line.count("}")
        deepest = max(deepest, depth)
        assert depth >= 0, f"{sheet.name}:{number} closes what is not open"
        assert depth <= 1, f"{sheet.name}:{number} opens a rule inside a rule"
    assert depth == 0 and deepest <= 1, f"{sheet.name}: a rule is not closed"
