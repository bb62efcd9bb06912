"""The pictures of the reading: which steps are drawn, where, and that they lie on the print."""

from __future__ import annotations

import hashlib
import io
import random
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from extractors import debug
from extractors.debug import Drawing, draw_document
from extractors.debug_marks import STEPS, Seen
from extractors.pictures import upright_picture
from extractors.readers import ReadingOptions, read_document
from extractors.trace import note, watched
from pipeline.errors import DocumentError
from pipeline.media import sniff_media_type
from pipeline.model import Document, ReadingContext
from sample_docs.generator.look import make_look
from sample_docs.generator.orders import make_order
from sample_docs.generator.sample import draw
from sample_docs.generator.world import build_world


def document(kind: str, *, lines: int = 4) -> Document:
    rng = random.Random("debug")
    order = make_order(rng, build_world(), language="en", lines=lines)
    content = draw(order, make_look(rng, order), kind, seed=1).content
    name = f"order.{kind}"
    return Document(hashlib.sha256(content).hexdigest(), name, sniff_media_type(content, name), content)


def drawings(one: Document) -> tuple[Drawing, ...]:
    return draw_document(one, ReadingContext(), ReadingOptions())


@pytest.fixture(scope="module")
def ruled() -> tuple[Drawing, ...]:
    return drawings(document("pdf"))


def picture(drawing: Drawing) -> Image.Image:
    return Image.open(io.BytesIO(drawing.png)).convert("RGB")


def test_every_step_of_a_page_is_drawn(ruled: tuple[Drawing, ...]) -> None:
    assert {d.step for d in ruled} >= {name for name, _ in STEPS} - {"rulings"} | {"combined"}
    assert {d.page for d in ruled} == {1}


def test_every_step_draws_something_else(ruled: tuple[Drawing, ...]) -> None:
    assert len({d.png for d in ruled}) == len(ruled)
    sizes = {picture(d).size for d in ruled}
    assert len(sizes) == 1
    width, height = sizes.pop()
    assert width * height > 1_000_000, "two pixels a point"


@pytest.mark.parametrize("kind", ["xlsx", "html", "txt", "csv", "docx"])
def test_files_without_pages_are_drawn_on_a_blank_one(kind: str) -> None:
    found = drawings(document(kind))
    assert {"words", "columns", "items", "values", "combined"} <= {d.step for d in found}
    grey = np.array(picture(found[0]).convert("L"))
    assert 0.001 < (grey < 128).mean() < 0.3, "print on white"


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_marks_lie_on_the_print_of_turned_pages(turn: int) -> None:
    """Every word's box must hold ink, however the page lies."""
    straight = document("pdf")
    pdf = pypdfium2.PdfDocument(straight.content)
    pdf[0].set_rotation(turn)
    target = io.BytesIO()
    pdf.save(target)
    turned = replace(straight, content=target.getvalue())
    page = read_document(turned).pages[0]
    grey = np.array(upright_picture(turned, page).convert("L"))
    scale = grey.shape[1] / page.width
    boxes = [word.box for word in page.words]
    assert len(boxes) > 30
    cut = [
        grey[int(b.top * scale) : int(b.bottom * scale) + 1, int(b.x0 * scale) : int(b.x1 * scale) + 1] for b in boxes
    ]
    assert all(part.min() + 60 < part.max() for part in cut)


def test_long_documents_are_drawn_in_part() -> None:
    rng = random.Random("debug")
    order = make_order(rng, build_world(), language="en", lines=30)
    lines = tuple(replace(order.lines[n % 30], number=str(n + 1)) for n in range(700))
    total = sum((line.amount or Decimal(0) for line in lines), Decimal(0))
    content = draw(
        replace(order, lines=lines, subtotal=total, total=total), make_look(rng, order), "pdf", seed=1
    ).content
    one = Document("0" * 64, "long.pdf", "application/pdf", content)
    assert len(pypdfium2.PdfDocument(content)) > debug.MOST_PAGES
    assert max(d.page for d in drawings(one)) == debug.MOST_PAGES


def test_what_cannot_be_read_is_not_drawn() -> None:
    with pytest.raises(DocumentError):
        drawings(Document("0" * 64, "torn.pdf", "application/pdf", b"%PDF-1.7 torn"))


def test_only_who_watches_sees() -> None:
    note("nobody sees this")
    with watched() as outer:
        note("a")
        with watched() as inner:
            note("b")
        note("c")
    note("d")
    assert (outer, inner) == (["a", "c"], ["b"])


def test_a_page_without_a_table_has_its_words() -> None:
    page = read_document(document("pdf")).pages[0]
    seen = Seen(page, (), ())
    found = {name: list(step(seen)) for name, step in STEPS}
    assert len(found["words"]) == len(page.words)
    assert found["columns"] == found["items"] == found["header"] == []
