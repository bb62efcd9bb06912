"""Pen strokes over line items: noticed, tied to their line, and nothing noticed where nobody drew."""

from __future__ import annotations

import hashlib
import io
import random

import cv2
import numpy as np
import pytest
from PIL import Image

from extractors.engine import DocumentExtractor
from extractors.marked import struck
from extractors.readers import ReadingOptions, read_document
from pipeline.model import Box, Document, Order, Page, ReadingContext, Ruling, Source, Word
from sample_docs.generator import scan
from sample_docs.generator.look import make_look
from sample_docs.generator.orders import make_order
from sample_docs.generator.sample import draw
from sample_docs.generator.world import build_world

DPI = 200


def read(content: bytes, name: str) -> Order:
    one = Document(hashlib.sha256(content).hexdigest(), name, "", content)
    return DocumentExtractor().extract(read_document(one, ReadingOptions(languages=("eng",))), ReadingContext())[0]


def doubted(order: Order) -> set[str]:
    return {doubt.path for doubt in order.doubts if "print" in doubt.reason and "stroke" in doubt.reason}


@pytest.mark.real
@pytest.mark.slow
def test_a_circled_quantity_doubts_its_line_and_no_other() -> None:
    rng = random.Random("marked")
    made = make_order(rng, build_world(), language="en", lines=5)
    pdf = draw(made, make_look(rng, made), "pdf", seed=1).content
    place = next(e.box for e in read(pdf, "order.pdf").evidence if e.path == "lines[2].quantity")
    clean = scan.pages_of(pdf, DPI)[0]
    circled = clean.copy()
    scale = DPI / 72
    middle = (round(place.x_mid * scale), round(place.y_mid * scale))
    cv2.ellipse(circled, middle, (round(place.width * scale / 2) + 16, 24), 4, 0, 360, (30,), 3, cv2.LINE_AA)
    assert doubted(read(png(clean), "clean.png")) == set()
    order = read(png(circled), "circled.png")
    assert doubted(order) == {"lines[2]"}
    assert any(e.path == "lines[2]" and e.page == 1 for e in order.evidence), "where the mark is"


def png(page: np.ndarray) -> bytes:  # type: ignore[type-arg]
    target = io.BytesIO()
    Image.fromarray(page).save(target, "PNG", dpi=(DPI, DPI))
    return target.getvalue()


@pytest.mark.parametrize(
    ("height", "found"), [(105.0, 1), (109.5, 0), (111.0, 0), (99.0, 0)], ids=["through", "under", "below", "above"]
)
def test_only_a_line_through_the_middle_of_words_strikes_them(height: float, found: int) -> None:
    words = (Word("bracket", Box(50, 100, 90, 110)), Word("M8", Box(95, 100, 110, 110)))
    ruling = Ruling(Box(40, height - 0.4, 120, height + 0.4))
    page = Page(1, 600, 800, words, Source.PDF_TEXT, (ruling,))
    assert len(struck(page)) == found
