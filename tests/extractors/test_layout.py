from __future__ import annotations

from extractors.layout import segments, text_lines
from pipeline.model import Box, Page, Ruling, Source, Word
from tests.extractors.typed_pages import typed_page


def page(*words: Word, rulings: tuple[Ruling, ...] = ()) -> Page:
    return Page(1, 600, 800, words, Source.OCR, rulings)


def word(text: str, x: float, y: float, height: float = 8) -> Word:
    return Word(text, Box(x, y, x + 5 * len(text), y + height))


def test_a_skewed_line_stays_one_line() -> None:
    words = [word(f"w{i}", 20 + 40 * i, 100 + 0.9 * i) for i in range(12)]  # falls by more than a line's height
    below = [word(f"v{i}", 20 + 40 * i, 112 + 0.9 * i) for i in range(12)]
    lines = text_lines(page(*words, *below))
    assert [line.text.split()[0] for line in lines] == ["w0", "v0"]
    assert all(len(line.words) == 12 for line in lines)


def test_a_low_dash_does_not_begin_a_line() -> None:
    lines = text_lines(page(word("LB1", 10, 100, 7), word("-", 40, 103, 1), word("bearing", 60, 100.6, 8)))
    assert [line.text for line in lines] == ["LB1 - bearing"]


def test_segments_part_at_wide_gaps() -> None:
    (line,) = text_lines(typed_page("10  Hex bolt M8      4 pcs   1.50"))
    assert [s.text for s in segments(line)] == ["10", "Hex bolt M8", "4 pcs", "1.50"]


def test_segments_part_at_rulings() -> None:
    ruling = Ruling(Box(51, 0, 51, 400))
    (line,) = text_lines(page(word("A2-70", 25, 100), word("400", 54, 100)))
    assert [s.text for s in segments(line)] == ["A2-70 400"]
    assert [s.text for s in segments(line, [ruling])] == ["A2-70", "400"]
