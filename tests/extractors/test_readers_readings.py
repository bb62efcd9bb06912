"""What two recognitions and the page's own print say of a word; pictures are drawn here, nothing is recognised."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.readers import cleaning, glyphs, segments
from extractors.readers.merging import merged
from extractors.readers.reread import UNSURE, second_reading
from extractors.readers.segments import Run, joined
from extractors.readers.tesseract import Recognised
from extractors.readers.touching import are_letters

Grey = NDArray[np.uint8]


def word(text: str, x0: int, x1: int, confidence: float = 0.95, run: int = 0) -> Recognised:
    return Recognised(text, x0, 10, x1, 36, confidence, (run, 0, 0))


def said(words: list[Recognised]) -> list[tuple[str, float]]:
    return [(w.text, w.confidence) for w in words]


def test_a_code_that_one_reading_parted_comes_out_once() -> None:
    whole, parted = [word("KX-88", 0, 100, 0.9)], [word("KX-", 0, 50, 0.7), word("88", 60, 100, 0.8)]
    assert said(merged(parted, whole)) == [("KX-", 0.7), ("88", 0.8)]  # the same text: the blanks of the own language
    assert said(merged([word("KX-", 0, 50, 0.7), word("38", 60, 100, 0.8)], whole)) == [("KX-88", 0.6)]


def test_figures_that_readings_dispute_are_doubted_and_words_are_the_own_languages() -> None:
    own = [word("Stück", 0, 60), word("16", 100, 120, 0.9), word("7", 200, 210)]
    other = [word("Stuck", 0, 60), word("18", 101, 121, 0.7), word("7", 200, 210, 0.97)]
    assert said(merged(own, other)) == [("Stück", 0.95), ("16", 0.6), ("7", 0.97)]


def test_what_one_reading_alone_found_is_kept_and_its_figures_are_not_sure() -> None:
    own, other = [word("szt.", 50, 90, run=1)], [word("12", 0, 20), word("od", 0, 20, run=2)]
    assert said(merged(own, other)) == [("12", 0.6), ("szt.", 0.95), ("od", 0.95)]


def test_parts_of_a_number_nearer_than_a_blank_are_one_word() -> None:
    shapes = shapes_at((0, 20), (24, 40), (44, 56), (60, 70), (82, 100), (112, 130))
    runs = [Run((0, 0, 200, 40), 36, 26.0, frozenset(range(1, 7)))]
    parts = [word("50.", 0, 38, 0.9), word("70", 46, 70, 0.8), word("80", 82, 100), word("kg", 112, 130)]
    assert said(joined(parts, runs, shapes)) == [("50.70", 0.8), ("80", 0.95), ("kg", 0.95)]
    parts = [word("on", 0, 40), word("to", 44, 70)]
    assert [w.text for w in joined(parts, runs, shapes)] == ["on", "to"]


def shapes_at(*spans: tuple[int, int]) -> segments.Shapes:
    boxes = np.array([(0, 0, 0, 0, 0), *((x0, 10, x1, 36, 100) for x0, x1 in spans)], np.int32)
    return segments.Shapes(np.zeros((1, 1), np.int32), boxes)


def row_of_letters(joint: int) -> Grey:
    """Ten bars of black with soft joints of that grey between their feet."""
    page = np.full((60, 400), 255, np.uint8)
    page[38:42, 20:290] = joint
    for x in range(20, 290, 28):
        page[16:42, x : x + 16] = 20
    return page


def shape_on(page: Grey) -> tuple[Grey, NDArray[np.bool_]]:
    mask = page < 220
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    here = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return page[here], np.asarray(mask[here])


def test_letters_whose_soft_edges_meet_are_told_from_struck_ones() -> None:
    assert are_letters(*shape_on(row_of_letters(joint=170)), 26.0)
    assert not are_letters(*shape_on(row_of_letters(joint=30)), 26.0)  # joined as black as they are
    struck = row_of_letters(joint=170)
    cv2.line(struck, (20, 24), (287, 32), (120,), 2)
    assert not are_letters(*shape_on(struck), 26.0)


def printed(texts: list[str]) -> tuple[Grey, segments.Shapes, list[Run], list[Recognised]]:
    """A line a text, with the word that a perfect recogniser gives."""
    page = np.full((60 * len(texts), 500), 255, np.uint8)
    for number, text in enumerate(texts):
        cv2.putText(page, text, (20, 60 * number + 44), cv2.FONT_HERSHEY_DUPLEX, 1.2, (0,), 2, cv2.LINE_AA)
    page = np.asarray(cv2.GaussianBlur(page, (0, 0), 0.7), np.uint8)
    shapes = segments.shapes_of(cleaning.ink(page))
    runs, _ = segments.runs_of(shapes, 26.0)
    words = [Recognised(t, *r.box, 0.96, (n, 0, 0)) for n, (t, r) in enumerate(zip(texts, runs, strict=True))]
    return page, shapes, runs, words


def misread(words: list[Recognised], at: int, text: str, confidence: float) -> list[Recognised]:
    wrong = Recognised(text, *(getattr(words[at], name) for name in ("x0", "y0", "x1", "y1")), confidence, (at, 0, 0))
    return [*words[:at], wrong, *words[at + 1 :]]


def test_a_look_alike_in_a_code_is_told_by_how_the_page_prints_it() -> None:
    page, shapes, runs, words = printed(["125.50", "2003", "590", "WOOD", "BOLTS", "SOCKETS", "KX-5005"])
    told = glyphs.told_apart(misread(words, 6, "KX-SO05", 0.93), runs, shapes, page)
    assert said(told)[6] == ("KX-5005", glyphs.CHANGED)
    assert [w.text for w in told[:6]] == [w.text for w in words[:6]]
    told = glyphs.told_apart(misread(words, 2, "S90", 0.6), runs, shapes, page)
    assert said(told)[2] == ("590", 0.6)


def test_a_look_alike_that_is_right_stays() -> None:
    page, shapes, runs, words = printed(["120.50", "2003", "590", "WOOD", "BOLT", "SOCKET", "OS-50"])
    assert glyphs.told_apart(words, runs, shapes, page) == words


def test_nothing_is_told_where_the_page_shows_no_example() -> None:
    page, shapes, runs, words = printed(["KX-SO05"])
    assert glyphs.told_apart(words, runs, shapes, page) == words


def test_a_comma_in_a_code_is_doubted() -> None:
    words = [word("K0307,92", 0, 80), word("K0307.92", 0, 80), word("12,5mm", 0, 80)]
    read = second_reading(np.full((60, 400), 255, np.uint8), words, [], 26.0)
    assert [w.confidence for w in read] == [UNSURE, 0.95, 0.95]
