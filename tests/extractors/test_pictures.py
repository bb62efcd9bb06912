"""Boxes of the evidence must fall on their ink on the picture of the page, however the paper lay."""

from __future__ import annotations

import hashlib
import io
import random

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from extractors.pictures import page_png
from extractors.readers import ReadingOptions, read_document
from pipeline.errors import DocumentError
from pipeline.media import sniff_media_type
from pipeline.model import Document, Page
from sample_docs.generator import scan
from sample_docs.generator.look import make_look
from sample_docs.generator.orders import make_order
from sample_docs.generator.sample import draw
from sample_docs.generator.world import build_world

Grey = NDArray[np.uint8]
OPTIONS = ReadingOptions(languages=("eng",))


def pdf() -> bytes:
    rng = random.Random("pictures")
    order = make_order(rng, build_world(), language="en", lines=4)
    return draw(order, make_look(rng, order), "pdf", seed=1).content


def document(content: bytes, name: str) -> Document:
    return Document(hashlib.sha256(content).hexdigest(), name, sniff_media_type(content, name), content)


def leaning(page: Grey, degrees: float) -> Grey:
    height, width = page.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(page, matrix, (width, height), borderValue=(255,)), np.uint8)


def png(page: Grey) -> bytes:
    target = io.BytesIO()
    Image.fromarray(page).save(target, "PNG", dpi=(200, 200))
    return target.getvalue()


def boxes_on_ink(page: Page, picture: bytes) -> float:
    """The share of words whose box is full of print, with paper around it."""
    grey = np.array(Image.open(io.BytesIO(picture)).convert("L"))
    scale = grey.shape[1] / page.width
    assert grey.shape[0] == pytest.approx(page.height * scale, abs=1.5)
    words = [word for word in page.words if len(word.text) > 3 and word.confidence > 0.8]
    assert len(words) > 25
    return sum(_on_ink(grey, [v * scale for v in (w.box.x0, w.box.top, w.box.x1, w.box.bottom)]) for w in words) / len(
        words
    )


def _on_ink(grey: Grey, box: list[float]) -> bool:
    x0, top, x1, bottom = (round(value) for value in box)
    inside = grey[max(top, 0) : bottom, max(x0, 0) : x1]
    columns = (inside < 0.6 * inside.max()).any(axis=0)
    return bool(columns[: len(columns) // 4 + 2].any() and columns[-len(columns) // 4 - 2 :].any())


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize(
    "paper",
    [
        lambda page: leaning(page, 2.3),
        lambda page: np.ascontiguousarray(np.rot90(leaning(page, -1.7))),
        lambda page: np.ascontiguousarray(np.rot90(leaning(page, 1.1), 2)),
        lambda page: cv2.resize(page, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA),
        lambda page: scan._photo(page, np.random.default_rng(4)),
    ],
    ids=["leaning", "sideways and leaning", "on its head and leaning", "coarse", "photographed"],
)
def test_boxes_fall_on_the_ink_of_scans(paper: object) -> None:
    assert callable(paper)
    one = document(png(paper(scan.pages_of(pdf(), 200)[0])), "scan.png")
    page = read_document(one, OPTIONS).pages[0]
    assert boxes_on_ink(page, page_png(one, 1, 120, OPTIONS)) > 0.97


@pytest.mark.real
@pytest.mark.slow
def test_boxes_fall_on_the_ink_of_a_scan_in_a_pdf_and_of_a_cached_one() -> None:
    page = np.ascontiguousarray(np.rot90(leaning(scan.pages_of(pdf(), 200)[0], 1.9), 3))
    one = document(scan.as_pdf([page]), "scan.pdf")
    read = read_document(one, OPTIONS).pages[0]
    assert read.upright
    assert boxes_on_ink(read, page_png(one, 1, 120, OPTIONS)) > 0.97


def test_boxes_fall_on_the_ink_of_digital_pages() -> None:
    one = document(pdf(), "order.pdf")
    assert boxes_on_ink(read_document(one).pages[0], page_png(one, 1)) > 0.97


def test_a_page_that_is_not_there_is_said() -> None:
    with pytest.raises(DocumentError, match="no page 7"):
        page_png(document(pdf(), "order.pdf"), 7)
    with pytest.raises(DocumentError, match="no page 2"):
        page_png(document(b"PO 1\nitem 2 pieces", "order.txt"), 2)
