"""The documents that are shipped: which order in which look. Each has its golden beside it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sample_docs.generator.golden import Json, golden, of_truth
from sample_docs.generator.kinds import make_hard
from sample_docs.generator.look import make_look
from sample_docs.generator.orders import make_order
from sample_docs.generator.sample import Sample, draw
from sample_docs.generator.scan import DAMAGES
from sample_docs.generator.world import World


@dataclass(frozen=True, slots=True)
class Shipped:
    """One file: ``purpose`` is its row in the README; ``kind`` as in ``sample.draw``; ``look`` overrides choices."""

    stem: str
    purpose: str
    kind: str
    language: str
    lines: int
    wrong: str | None = None
    look: tuple[tuple[str, Any], ...] = ()
    seed: int = 1


DOCUMENTS = (
    Shipped("pdf-ruled-de", "ruled table, labels with colons", "pdf", "de", 5,
            look=(("table", "full"), ("header", "colon"))),
    Shipped("pdf-zebra-fr", "striped table, header in ruled boxes", "pdf", "fr", 6,
            look=(("table", "zebra"), ("header", "grid"))),
    Shipped("pdf-inverse-es", "white heading on dark ground, labels above values", "pdf", "es", 4,
            look=(("table", "inverse"), ("header", "stacked"))),
    Shipped("pdf-unruled-it", "no rulings at all, mono-spaced font", "pdf", "it", 5,
            look=(("table", "none"), ("font", "DejaVuSansMono"))),
    Shipped("pdf-rows-pl", "lines between rows, number in the title", "pdf", "pl", 4,
            look=(("table", "rows"), ("header", "title_line"))),
    Shipped("pdf-boxes-nl", "header block at the right", "pdf", "nl", 5,
            look=(("header", "boxes"), ("letterhead", "right"))),
    Shipped("pdf-long-us", "three pages, repeated heading, sums carried forward", "pdf", "en", 60,
            look=(("carried", True), ("table", "rows"))),
    Shipped("pdf-long-pt", "two pages without rulings", "pdf", "pt", 40, look=(("table", "none"),)),
    Shipped("pdf-wrong-price-de", "one price above the contract", "pdf", "de", 5, "wrong_price"),
    Shipped("pdf-unknown-item-fr", "an article nobody has", "pdf", "fr", 4, "unknown_item"),
    Shipped("pdf-arithmetic-es", "an amount that is not quantity times price", "pdf", "es", 4, "arithmetic_error"),
    Shipped("pdf-stranger", "a customer nobody knows", "pdf", "en", 3, "unknown_customer"),
    Shipped("pdf-no-price-nl", "a line without price", "pdf", "nl", 4, "missing_price"),
    Shipped("pdf-no-number-it", "an order without number", "pdf", "it", 3, "missing_po_number"),
    Shipped("pdf-total-pl", "a total that is not the sum", "pdf", "pl", 4, "total_mismatch"),
    Shipped("book-de", "workbook with typed cells", "xlsx", "de", 6),
    Shipped("book-us", "workbook, American dates", "xlsx", "en", 5),
    Shipped("flat-es", "delimited text, header repeated on every row", "csv", "es", 6),
    Shipped("flat-en", "delimited text with commas", "csv", "en", 4),
    Shipped("letter-fr", "Word document", "docx", "fr", 4),
    Shipped("page-nl", "HTML page", "html", "nl", 5),
    Shipped("printer-de", "line printer output", "txt", "de", 5),
    Shipped("printer-pl", "line printer output", "txt", "pl", 3),
    Shipped("scan-de", "scanned at 200 dpi", "scan200", "de", 4, look=(("table", "full"), ("font", "DejaVuSans"))),
    Shipped("scan-us", "a fax", "fax", "en", 3, look=(("table", "rows"), ("font", "DejaVuSans"))),
    Shipped("photo-it", "photographed with shadow and perspective", "photo", "it", 3, look=(("table", "full"),)),
)  # fmt: skip


HARD_DOCUMENTS = (
    ("wrapped_around", "de", "descriptions begin above their row of figures and end below it"),
    ("without_heading", "en", "a table without heading"),
    ("sections", "fr", "section headings and drawing numbers between the items, the freight as a row"),
    ("schedules", "de", "two deliveries under each line"),
    ("twins", "es", "two lines that are the same and are both meant"),
    ("two_in_one", "nl", "two orders in one file"),
    ("terms_after", "pl", "a page of terms full of figures behind the order"),
    ("printed_text", "it", "line printer output as PDF"),
    ("turned", "pt", "a page turned by its own key"),
    ("watermarked", "en", "a slanted word behind the text, everything drawn twice"),
    ("values_first", "en", "labels below their values"),
    ("cards", "nl", "each item a card: a title, then rows of labels over rows of values"),
    ("weeks", "de", "calendar weeks in place of days"),
)

PAPER = frozenset(spec.stem for spec in DOCUMENTS if spec.kind in DAMAGES)


def drawn(spec: Shipped, world: World) -> Sample:
    rng = random.Random(f"{spec.stem}/{spec.seed}")
    order = make_order(rng, world, language=spec.language, lines=spec.lines, wrong=spec.wrong)
    look = replace(make_look(rng, order), **dict(spec.look))
    return draw(order, look, spec.kind, seed=spec.seed)


def documents(world: World) -> Iterator[tuple[str, bytes, Json | list[Json]]]:
    """File name, content and golden of every shipped document."""
    for spec in DOCUMENTS:
        sample = drawn(spec, world)
        name = f"{spec.stem}.{sample.suffix}"
        yield name, sample.content, golden(sample, name)
    for kind, language, _ in HARD_DOCUMENTS:
        made = make_hard(kind, random.Random(f"shipped/{kind}"), world, language=language)
        goldens = [of_truth(truth) for truth in made.truths]
        yield f"hard-{kind.replace('_', '-')}-{language}.pdf", made.content, goldens if len(goldens) > 1 else goldens[0]
