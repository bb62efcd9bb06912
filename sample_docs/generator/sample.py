"""One sample: an order in one look and one kind of file, with the truth of what that file prints."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sample_docs.generator import formats, scan
from sample_docs.generator.look import Look
from sample_docs.generator.orders import OrderTruth
from sample_docs.generator.pdf import draw_pdf
from sample_docs.generator.truth import truth_json

FORMATS = (*("pdf",) * 8, "xlsx", "csv", "html", "docx", "txt")
DRAWERS = {
    "pdf": draw_pdf, "xlsx": formats.draw_xlsx, "csv": formats.draw_csv, "html": formats.draw_html,
    "docx": formats.draw_docx, "txt": formats.draw_text,
}  # fmt: skip
# what a flat file of rows does not say
NOT_IN_CSV = frozenset({"buyer", "seller", "email", "tax_id", "subtotal", "tax", "freight", "total", "country"})


@dataclass(frozen=True, slots=True)
class Sample:
    suffix: str
    content: bytes
    order: OrderTruth
    look: Look
    layout: str
    degradation: str

    def truth(self, name: str) -> dict[str, Any]:
        """Contract form plus what must be decided, as ``truth.py`` says."""
        meta = {"layout": self.layout, "lang": self.order.language, "degradation": self.degradation, "doc": name}
        truth = truth_json(self.order, self.look.prints, meta, self.look.codes)
        if self.suffix == "csv" and "line_date" not in self.look.prints:
            # the order's date stands on every row: it is the line's as well
            for n in range(len(truth["lines"])):
                truth["_alternatives"][f"lines[{n}].requested_date"] = [truth["requested_date"]]
        return truth


def draw(order: OrderTruth, look: Look, kind: str, *, seed: int) -> Sample:
    """``kind``: one of ``FORMATS``, one of ``scan.DAMAGES`` for paper, or "scan" for a damage the seed chooses."""
    if kind == "scan" or kind in scan.DAMAGES:
        return _scan(order, look, seed, kind if kind in scan.DAMAGES else scan.DAMAGES[seed % len(scan.DAMAGES)])
    if kind != "pdf":
        look = replace(look, symbol=False)  # only the PDF prints one at its total
    if kind == "csv":
        # one row says one thing per column: no text under a line, and the total's symbol has no place
        codes = "columns" if look.codes == "below" else look.codes
        look = replace(look, prints=look.prints - NOT_IN_CSV, codes=codes, notes=False, symbol=False,
                       columns=_with_codes(look, codes))  # fmt: skip
    degradation = "none" if kind == "pdf" else "native"
    return Sample(kind, DRAWERS[kind](look, order), order, look, f"{look.name}" if kind == "pdf" else kind, degradation)


def _with_codes(look: Look, codes: str) -> tuple[str, ...]:
    if codes != "columns" or "seller_code" in look.columns:
        return look.columns
    return ("seller_code", *look.columns)


def _scan(order: OrderTruth, look: Look, seed: int, damage: str) -> Sample:
    pages = scan.damaged(draw_pdf(look, order), damage, seed)
    suffix, save = (("pdf", scan.as_pdf), ("tif", scan.as_tiff))[seed // 7 % 2]
    if damage == "photo" and len(pages) == 1:
        suffix, save = "jpg", scan.as_jpeg
    return Sample(suffix, save(pages), order, look, look.name, damage)
