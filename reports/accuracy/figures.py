"""Figures of the pairing: counts first, rates from them, so that groups add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reports.accuracy.fields import HEADER, LINE
from reports.accuracy.records import DocumentPair, FieldPair, OrderPair
from reports.bounds import clopper_pearson

SURE = 0.99  # values shown with at least this confidence are shown as sure
BANDS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99)  # lower bounds of the confidence bands


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``of``."""

    count: int
    of: int

    @property
    def rate(self) -> float | None:
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Two-sided 95 % interval of Clopper and Pearson (1934): exact, also for 0 wrong ones."""
        return clopper_pearson(self.count, self.of)


@dataclass(frozen=True, slots=True)
class LineFigures:
    """``right`` lines of ``found`` ones and of ``expected`` ones."""

    right: int
    found: int
    expected: int

    @property
    def precision(self) -> float | None:
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        return self.right / self.expected if self.expected else None

    @property
    def f1(self) -> float | None:
        return 2 * self.right / (self.found + self.expected) if self.found + self.expected else None


@dataclass(frozen=True, slots=True)
class FieldFigures:
    """One field over all documents. ``right`` counts absent values that were left absent as well.

    ``hits``: right values shown; ``wrong_shown``: wrong values shown; ``missed``: values not shown or shown wrong.
    ``sure``: how many of the values shown as sure are wrong.
    """

    field: str
    right: Share
    present: Share  # of the values that the documents print
    invented: int  # shown although the document does not say it
    hits: int
    wrong_shown: int
    missed: int
    sure: Share

    @property
    def f1(self) -> float | None:
        total = 2 * self.hits + self.wrong_shown + self.missed
        return 2 * self.hits / total if total else None


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """All documents, or those of one layout, channel or language (``kind``)."""

    kind: str
    name: str
    documents: int
    failed: int
    orders: int
    types: Share
    header: Share
    lines: LineFigures
    exact_lines: LineFigures
    orders_exact: Share  # every judged field
    lines_exact: Share  # every judged field of every line, and no line more or less
    key_right: Share  # PO number, total, and each line's quantity, price and item id
    sure: Share  # wrong ones of the values shown as sure


@dataclass(frozen=True, slots=True)
class Band:
    """Values shown with a confidence of at least ``low`` and below the next band's."""

    low: float
    wrong: Share


@dataclass(frozen=True, slots=True)
class WrongDocument:
    file: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """``groups`` begins with all documents together."""

    groups: tuple[GroupFigures, ...]
    header: tuple[FieldFigures, ...]
    lines: tuple[FieldFigures, ...]
    bands: tuple[Band, ...]
    without_confidence: int
    types: tuple[tuple[str, str, int], ...]  # expected, found, how often
    unexpected_orders: int
    wrong: tuple[WrongDocument, ...]

    @property
    def overall(self) -> GroupFigures:
        return self.groups[0]


def figures(documents: Sequence[DocumentPair]) -> Figures:
    fields = [pair for document in documents for order in document.orders for pair in order.fields]
    orders = [order for document in documents for order in document.orders]
    wrong = (WrongDocument(document.file, tuple(_reasons(document))) for document in documents)
    return Figures(
        groups=tuple(_groups(documents)),
        header=tuple(_by_field([p for order in orders for p in order.header], HEADER)),
        lines=tuple(_by_field([p for order in orders for line in order.lines for p in line.fields], LINE)),
        bands=_bands(fields),
        without_confidence=sum(pair.found is not None and pair.confidence is None for pair in fields),
        types=_types(orders),
        unexpected_orders=sum(order.expected is None for order in orders),
        wrong=tuple(one for one in wrong if one.reasons),
    )


def _groups(documents: Sequence[DocumentPair]) -> Iterator[GroupFigures]:
    yield group_figures("all", "all", documents)
    kinds: tuple[tuple[str, Callable[[DocumentPair], str]], ...] = (
        ("layout", lambda document: document.layout),
        ("channel", lambda document: document.channel),
        ("language", lambda document: document.language),
    )
    for kind, name_of in kinds:
        for name in sorted({name_of(document) for document in documents}):
            yield group_figures(kind, name, [d for d in documents if name_of(d) == name])


def group_figures(kind: str, name: str, documents: Sequence[DocumentPair]) -> GroupFigures:
    orders = [order for document in documents for order in document.orders]
    known = [order for order in orders if order.judged and order.expected is not None]
    header = [pair.right for order in known for pair in order.header]
    judged_types = [order.type_right for order in orders if order.type_right is not None and order.expected is not None]
    return GroupFigures(
        kind,
        name,
        documents=len(documents),
        failed=sum(document.failed for document in documents),
        orders=len(known),
        types=_share(judged_types),
        header=_share(header),
        lines=_lines(orders, exact=False),
        exact_lines=_lines(orders, exact=True),
        orders_exact=_share([order.exact for order in known]),
        lines_exact=_share([order.lines_exact for order in known if order.lines_judged]),
        key_right=_share([order.key_right for order in known]),
        sure=_wrong_sure(pair for order in orders for pair in order.fields),
    )


def _share(truths: Sequence[bool]) -> Share:
    return Share(sum(truths), len(truths))


def _lines(orders: Sequence[OrderPair], *, exact: bool) -> LineFigures:
    lines = [line for order in orders if order.lines_judged for line in order.lines]
    return LineFigures(
        right=sum(line.exact if exact else line.right for line in lines),
        found=sum(line.found is not None for line in lines),
        expected=sum(line.expected is not None for line in lines),
    )


def _by_field(pairs: Sequence[FieldPair], order: Sequence[str]) -> Iterator[FieldFigures]:
    for field in order:
        some = [pair for pair in pairs if pair.field == field]
        if some:
            yield _field(field, some)


def _field(field: str, pairs: Sequence[FieldPair]) -> FieldFigures:
    return FieldFigures(
        field,
        right=_share([pair.right for pair in pairs]),
        present=_share([pair.right for pair in pairs if pair.expected is not None]),
        invented=sum(not pair.right and pair.expected is None and pair.found is not None for pair in pairs),
        hits=sum(pair.right and pair.found is not None for pair in pairs),
        wrong_shown=sum(not pair.right and pair.found is not None for pair in pairs),
        missed=sum(not pair.right and pair.expected is not None for pair in pairs),
        sure=_wrong_sure(pairs),
    )


def _wrong_sure(pairs: Sequence[FieldPair] | Iterator[FieldPair]) -> Share:
    shown = [pair for pair in pairs if pair.found is not None and (pair.confidence or 0.0) >= SURE]
    return _share([not pair.right for pair in shown])


def _bands(pairs: Sequence[FieldPair]) -> tuple[Band, ...]:
    shown = [(pair.confidence, pair.right) for pair in pairs if pair.found is not None and pair.confidence is not None]
    bounds = (*BANDS, float("inf"))
    return tuple(
        Band(low, _share([not right for confidence, right in shown if low <= confidence < high]))
        for low, high in pairwise(bounds)
    )


def _types(orders: Sequence[OrderPair]) -> tuple[tuple[str, str, int], ...]:
    counts = Counter((order.expected_type or "no order", order.found_type or "no result") for order in orders)
    return tuple((expected, found, count) for (expected, found), count in sorted(counts.items()))


def _reasons(document: DocumentPair) -> Iterator[str]:
    """What is wrong with a document, in a few words; nothing when all is right."""
    if document.failed:
        yield f"no result: {document.error}"
        return
    for order in document.orders:
        if order.expected is None:
            yield f"an order too many ({order.found_type})"
            continue
        if order.type_right is False:
            yield f"type {order.found_type or 'none'} instead of {order.expected_type}"
        yield from _line_reasons(order)
        fields = [pair.field for pair in order.header if not pair.right]
        if fields:
            yield "header: " + ", ".join(fields)


def _line_reasons(order: OrderPair) -> Iterator[str]:
    expected = sum(line.expected is not None for line in order.lines)
    found = sum(line.found is not None for line in order.lines)
    exact = sum(line.exact for line in order.lines)
    if expected == found == exact:
        return
    right = sum(line.right for line in order.lines)
    fields = Counter(p.field for line in order.lines if line.found is not None for p in line.fields if not p.right)
    names = ", ".join(f"{field} ×{n}" if n > 1 else field for field, n in fields.most_common())
    yield f"lines: {right} of {expected} right, {found} read" + (f" ({names})" if names else "")
