"""PDFs whose text is not what they show: the print is read, or the page says that it is in doubt."""

from __future__ import annotations

import random

import pytest

from extractors.readers import ReadingOptions, read_document
from pipeline.language import fold
from pipeline.model import Document, Page, Source
from sample_docs.generator.layers import FONT_LIES, LAYERS, draw_layers
from sample_docs.generator.look import Look, make_look
from sample_docs.generator.orders import OrderTruth, make_order
from sample_docs.generator.world import build_world

ENGLISH = ReadingOptions(languages=("eng",))
HONEST = ("letter_paper", "ligatures")
READ_AS_SHOWN = {"hidden_twin", *HONEST}  # the text that people see is right, so it is taken as it is


@pytest.fixture(scope="module")
def order() -> tuple[Look, OrderTruth]:
    rng = random.Random("layers")
    world = build_world()
    made = make_order(rng, world, lines=5)
    while made.language != "en":
        made = make_order(rng, world, lines=5)
    return make_look(rng, made), made


def page_of(order: tuple[Look, OrderTruth], kind: str) -> Page:
    content = draw_layers(*order, kind, seed=3)
    return read_document(Document("0", f"{kind}.pdf", "", content, ()), ENGLISH).pages[0]


def figures(order: OrderTruth) -> set[str]:
    """The numbers of the table, without their marks."""
    values = [value for line in order.lines for value in (line.quantity, line.price, line.amount)]
    return {digits for value in values if len(digits := "".join(c for c in str(value) if c.isdigit())) > 2}


@pytest.mark.parametrize("kind", LAYERS)
def test_what_is_shown_is_read_whatever_the_text_says(order: tuple[Look, OrderTruth], kind: str) -> None:
    page = page_of(order, kind)
    read = ["".join(c for c in word.text if c.isdigit()) for word in page.words]
    missing = [wanted for wanted in figures(order[1]) if not any(wanted in text for text in read)]
    assert not missing
    assert page.source is (Source.PDF_TEXT if kind in READ_AS_SHOWN else Source.OCR)


@pytest.mark.parametrize("kind", FONT_LIES)
def test_a_font_that_lies_is_a_doubt_of_the_page(order: tuple[Look, OrderTruth], kind: str) -> None:
    assert any("text layer" in doubt for doubt in page_of(order, kind).doubts)


@pytest.mark.parametrize("kind", HONEST)
def test_unusual_but_honest_text_is_no_doubt(order: tuple[Look, OrderTruth], kind: str) -> None:
    assert page_of(order, kind).doubts == ()


def test_words_behind_a_picture_are_hidden_and_typed_ones_on_it_are_kept(order: tuple[Look, OrderTruth]) -> None:
    typed = page_of(order, "typed_stamp")
    assert {"4711-22", "Received"} <= {word.text for word in typed.words if word.confidence == 1.0}
    behind = page_of(order, "behind_picture")
    assert all(word.confidence < 1.0 for word in behind.words)
    assert "order" in fold(" ".join(word.text for word in behind.words))
