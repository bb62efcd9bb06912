"""What kind of document this is. No order may pass for something else: where an order is possible, it is an order with a doubt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extractors.header.labels import Context, LabelHit
from extractors.header.places import Surroundings
from pipeline.model import DocumentType, ReadingContext

_ORDERS = ("purchase_order", "order_change", "order_cancellation")
_GENERIC = 6  # letters: "order", "offer", "bill" say little unless they stand out


@dataclass(frozen=True)
class TypeReading:
    """The type, how sure it is (0..1), and why it is not sure, in words."""

    type: DocumentType
    confidence: float
    doubt: str | None = None


def read_type(pages: Sequence[Surroundings], context: ReadingContext, *, has_lines: bool) -> TypeReading:
    scores = title_scores(pages[:2])
    order = max((scores.get(name, 0.0) for name in _ORDERS), default=0.0)
    other = {name: score for name, score in scores.items() if name not in _ORDERS}
    best = max(other, key=lambda name: other[name], default=None)
    if best is not None and other[best] >= 0.75 and other[best] > order + 0.15:
        return TypeReading(DocumentType(best), min(0.99, other[best]))
    if order:
        name = max(_ORDERS, key=lambda n: scores.get(n, 0.0))
        return TypeReading(DocumentType(name), min(0.99, order))
    if has_lines:
        return TypeReading(DocumentType.PURCHASE_ORDER, 0.6, "no title says that this is an order")
    return TypeReading(DocumentType.OTHER, 0.6)


def title_scores(pages: Sequence[Surroundings]) -> Mapping[str, float]:
    """How strongly titles speak for each type, 0..1: standing alone, tall print and the top of the page count."""
    scores: dict[str, float] = defaultdict(float)
    for around in pages:
        for hit in around.hits:
            if hit.section == "document_types" and hit.context >= Context.START and hit.start == 0:
                scores[hit.field] = max(scores[hit.field], _prominence(hit, around))
    return dict(scores)


def _prominence(hit: LabelHit, around: Surroundings) -> float:
    tall = hit.segment.height / around.page.height
    score = 0.45 * hit.fit
    score += 0.2 if hit.context is Context.WHOLE else 0.05
    score += 0.25 if tall >= 1.3 else 0.12 if tall >= 1.1 else 0.0
    score += 0.15 if hit.box.top < around.page.page.height / 3 else 0.0
    return score * (0.85 if hit.length <= _GENERIC and tall < 1.3 else 1.0)
