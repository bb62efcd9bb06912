"""What kind of document this is.

Titles decide where one stands out; a small text classifier speaks where none does. No order may pass for something
else: where an order is possible, the document is an order with a doubt, and a person looks.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from extractors.doctype_model import probabilities
from extractors.header.labels import Context, LabelHit, is_title
from extractors.header.places import Surroundings
from extractors.header.view import Segment
from extractors.header.wording import words as wording
from extractors.unclaimed import has_rows, is_strange
from pipeline.language import fold, languages
from pipeline.model import DocumentType, ReadingContext
from pipeline.values import is_unit, looks_like_code

ORDER_TYPES = ("purchase_order", "order_change", "order_cancellation")
_SHORT_TITLE = 6  # letters: "order", "offer", "bill" say little unless they stand out
_CLEAR_TITLE = 0.75
_NEAR_TITLE = 0.7  # without such a title no document with lines is taken for something else by its words alone
_CLEAR_LABEL = 6  # letters: "po number", "bestellnr"; not "order", "no."
_LEAD = 0.15  # by which another title must stand out more than an order's
_MAYBE_ORDER = 0.3  # probability of an order from which a text without title is taken for one, with a doubt
_CHAT = 0.4  # share of "other" from which lines found in a mail may be sentences
_SURE_CHAT = 0.6  # and from which they are no reason to look
_NO_ORDER = 0.2
_SURE = 0.9
STRANGE = "the text is in none of the languages that are read: labels and titles may have been missed"
_VERSIONS = frozenset({"version", "vers", "ver", "versione", "versao", "versie", "wersja"})
_LONGEST_MARK = 3  # characters of the number of a version
_TEXT_PAGES = 3  # read by the classifier
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")


@dataclass(frozen=True)
class TypeReading:
    """The type, how sure it is (0..1), and why it is not sure, in words."""

    type: DocumentType
    confidence: float
    doubt: str | None = None
    alone: bool = False  # the doubt counts only where no order stands beside it


@dataclass(frozen=True)
class OrderSigns:
    """What the readers of lines and header found that speaks for an order."""

    has_lines: bool
    has_number: bool
    revision: str | None = None


def read_type(pages: Sequence[Surroundings], context: ReadingContext, signs: OrderSigns) -> TypeReading:
    """The type of the document whose labels (outside the table of lines) are given."""
    shares = probabilities(_text(pages))
    order_share = sum(shares[name] for name in ORDER_TYPES)
    scores = title_scores(pages[:2])
    order = max((scores.get(name, 0.0) for name in ORDER_TYPES), default=0.0)
    others = {name: score for name, score in scores.items() if name not in ORDER_TYPES}
    other = max(others, key=lambda name: others[name], default=None)
    if context.is_mail_body and (not signs.has_lines or _is_chat(pages, shares, order_share)):
        return _mail_text(pages, shares, order_share, signs)
    if other is not None and others[other] >= _CLEAR_TITLE and others[other] > order + _LEAD:
        return _other_title(other, others[other], order_share, signs, pages)
    if order >= 0.5:
        return _order(pages, scores, signs, others.get(other, 0.0) if other else 0.0)
    return _untitled(shares, order_share, signs, pages, scores)


def _other_title(
    name: str, score: float, order_share: float, signs: OrderSigns, pages: Sequence[Surroundings]
) -> TypeReading:
    if order_share > 0.9 and score < 0.95 and signs.has_lines and signs.has_number:
        reason = f"the title says {name.replace('_', ' ')}, but the text reads like an order"
        return TypeReading(DocumentType.PURCHASE_ORDER, 0.5, reason)
    if signs.has_lines and _number_leads(pages, name):
        reason = f"an order number stands above the words {name.replace('_', ' ')}: is this an order?"
        return TypeReading(DocumentType.PURCHASE_ORDER, 0.5, reason)
    if signs.has_lines and signs.has_number and name == "order_confirmation" and _only_thanks(pages):
        reason = "thanks for an order: a confirmation, or the copy of an order placed in a shop?"
        return TypeReading(DocumentType.PURCHASE_ORDER, 0.5, reason)
    strange = (signs.has_lines or signs.has_number) and is_strange([around.page for around in pages])
    return TypeReading(DocumentType(name), min(0.99, score), STRANGE if strange else None)


def _only_thanks(pages: Sequence[Surroundings]) -> bool:
    """Whether nothing but words of thanks says that an order is confirmed."""
    titles = [hit for around in pages for hit in around.hits if is_title(hit) and hit.field == "order_confirmation"]
    return all(fold(hit.segment.words[hit.start].text).startswith(wording("thanking")) for hit in titles)


def _number_leads(pages: Sequence[Surroundings], name: str) -> bool:
    """Whether the number of an order stands as a heading above what was taken for another title and is no taller.

    "PO 4500123" above "Ship notice required" is an order without a title.
    """
    for around in pages[:1]:
        titles = [hit for hit in around.hits if is_title(hit) and hit.field == name]
        first = min(titles, key=lambda hit: hit.segment.line, default=None)
        if first is None:
            continue
        heads = (h for h in around.hits if h.section == "header" and h.field == "po_number" and h.start == 0)
        return any(h.segment.line < first.segment.line and h.segment.height >= first.segment.height for h in heads)
    return False


def _order(pages: Sequence[Surroundings], scores: Mapping[str, float], signs: OrderSigns, other: float) -> TypeReading:
    kind, confidence = _kind_of_order(pages, scores, signs)
    if other > scores.get(kind.value, 0.0):
        return TypeReading(kind, 0.6, "a title of another kind of document stands out as well")
    if not signs.has_lines and not signs.has_number:
        return TypeReading(kind, 0.6, "the title says order, but neither a number nor lines were found")
    return TypeReading(kind, confidence)


def _kind_of_order(
    pages: Sequence[Surroundings], scores: Mapping[str, float], signs: OrderSigns
) -> tuple[DocumentType, float]:
    """New order, change or cancellation: by title, by a mark that stands alone, by a revision after the first."""
    cancelled, changed = scores.get("order_cancellation", 0.0), scores.get("order_change", 0.0)
    if cancelled >= 0.6 or _marked(pages, "cancellation"):
        return DocumentType.ORDER_CANCELLATION, max(0.9, cancelled)
    if changed >= 0.6 or _marked(pages, "revision") or _marked(pages, "replaces") or _is_later(pages, signs):
        return DocumentType.ORDER_CHANGE, max(0.9, changed)
    return DocumentType.PURCHASE_ORDER, min(0.99, max(0.9, scores.get("purchase_order", 0.0)))


def _is_later(pages: Sequence[Surroundings], signs: OrderSigns) -> bool:
    """Revisions count from 0, versions from 1."""
    if signs.revision == "1" and any(fold(h.segment.words[h.start].text) in _VERSIONS for h in _revisions(pages)):
        return False
    return is_later_revision(signs.revision)


def _revisions(pages: Sequence[Surroundings]) -> Iterator[LabelHit]:
    return (hit for around in pages[:1] for hit in around.hits if hit.section == "header" and hit.field == "revision")


def is_later_revision(mark: str | None) -> bool:
    """Whether a revision mark says that an earlier version exists: "1", "2", "B"; not "0", "00" or "A"."""
    if not mark:
        return False
    bare = mark.upper().removeprefix("REV").strip(" .")
    return int(bare) > 0 if bare.isdigit() else len(bare) == 1 and "B" <= bare <= "H"


def _marked(pages: Sequence[Surroundings], mark: str) -> bool:
    """Whether a mark stands alone in its segment in the upper half of the first page, or begins a short one there."""
    wordings = _mark_wordings(mark)
    for around in pages[:1]:
        half = around.page.within(1 / 2)
        for segment in around.page.segments:
            if segment.box.top > half or around.in_table(segment.box):
                continue
            text = fold(segment.text)
            if text in wordings and len(text) > 6 and not _heads_a_value(around, segment):
                return True
            if mark == "replaces" and len(segment.words) < 12 and text.startswith(tuple(wordings)):
                return True
    return False


def _heads_a_value(around: Surroundings, segment: Segment) -> bool:
    """Whether a mark is the label of a number ("Revision   0"): then the number says which version this is."""
    hits = [hit for hit in around.labels_in(segment) if hit.section == "header" and hit.field == "revision"]
    return any(len(p.words) == 1 and len(p.text) <= _LONGEST_MARK for hit in hits for p in around.places(hit))


@cache
def _mark_wordings(mark: str) -> frozenset[str]:
    return frozenset(fold(w) for language in languages().values() for w in language.marks.get(mark, ()))


def _untitled(
    shares: Mapping[str, float],
    order_share: float,
    signs: OrderSigns,
    pages: Sequence[Surroundings],
    scores: Mapping[str, float],
) -> TypeReading:
    best = max(shares, key=lambda name: shares[name])
    if signs.has_lines or signs.has_number:
        titled = scores.get(best, 0.0) >= _NEAR_TITLE or not signs.has_lines
        sure_other = best not in ORDER_TYPES and shares[best] >= _SURE and not signs.has_number and titled
        if sure_other and not is_strange([around.page for around in pages]):
            return TypeReading(DocumentType(best), shares[best])
        kind, _ = _kind_of_order(pages, scores, signs)
        sure = signs.has_lines and signs.has_number and (best in ORDER_TYPES or _clear_number(pages))
        sure = sure and not any(name not in ORDER_TYPES for name in scores)
        doubt = None if sure else "no title says that this is an order"
        return TypeReading(kind, 0.85 if sure else 0.6, doubt)
    if any(_asks_for_goods(sentence) for sentence in _sentences(pages)):
        return TypeReading(DocumentType.PURCHASE_ORDER, 0.5, "the text asks for goods, but no lines were found")
    if order_share >= _MAYBE_ORDER and best in ORDER_TYPES:
        # beside a real order this is a cover sheet or a data sheet; alone, the doubt brings it to a person
        doubt = "the text reads like an order, but has no number, title or lines"
        return TypeReading(DocumentType.OTHER, 0.5, doubt, alone=_holds_nothing(pages))
    known = best not in ORDER_TYPES and shares[best] >= 0.5
    doubt = _why_unsure(pages, shares[best]) if known else "nothing says what kind of document this is"
    kind = DocumentType(best) if known else DocumentType.OTHER
    return TypeReading(kind, shares[best], doubt, alone=not known and _holds_nothing(pages))


def _holds_nothing(pages: Sequence[Surroundings]) -> bool:
    """No rows of figures, and no language that nobody here reads: a drawing, a readme, a cover sheet."""
    views = [around.page for around in pages]
    return not is_strange(views) and not any(has_rows(view) for view in views)


def _why_unsure(pages: Sequence[Surroundings], share: float) -> str | None:
    """Why a text without a title may be an order after all, though the classifier takes it for something else."""
    views = [around.page for around in pages]
    if is_strange(views):
        return STRANGE
    if share < _SURE and any(has_rows(page) for page in views):
        return "rows of figures like those of an order, and no title says what this is"
    return None


def _clear_number(pages: Sequence[Surroundings]) -> bool:
    """Whether a label that can mean nothing but an order's number stands on the first page."""
    return any(
        hit.section == "header" and hit.field == "po_number" and hit.length >= _CLEAR_LABEL and hit.fit == 1.0
        for around in pages[:1]
        for hit in around.hits
        if hit.context >= Context.START
    )


def _is_chat(pages: Sequence[Surroundings], shares: Mapping[str, float], order_share: float) -> bool:
    """Whether a mail's sentences speak of something else than an order, though figures in it look like lines."""
    return shares["other"] >= _CHAT and order_share <= _NO_ORDER and not _clear_number(pages)


def _mail_text(
    pages: Sequence[Surroundings], shares: Mapping[str, float], order_share: float, signs: OrderSigns
) -> TypeReading:
    """A mail without a table of lines: small talk unless it asks for goods or may be an order."""
    best = max(shares, key=lambda name: shares[name])
    if any(_asks_for_goods(sentence) for sentence in _sentences(pages)):
        return TypeReading(DocumentType.PURCHASE_ORDER, 0.5, "the mail's text asks for goods")
    if order_share >= _MAYBE_ORDER and best in ORDER_TYPES:
        return TypeReading(DocumentType.PURCHASE_ORDER, 0.5, "the mail's text reads like an order")
    kind = DocumentType(best) if best not in ORDER_TYPES else DocumentType.OTHER
    if is_strange([around.page for around in pages]):
        return TypeReading(kind, shares[best], STRANGE)
    unsure = signs.has_lines and shares[best] < _SURE_CHAT
    return TypeReading(kind, shares[best], "figures in the mail's text look like lines of an order" if unsure else None)


def _sentences(pages: Sequence[Surroundings]) -> Iterator[str]:
    for around in pages[:_TEXT_PAGES]:
        for segment in around.page.segments:
            yield from _SENTENCE.findall(segment.text)


def _asks_for_goods(sentence: str) -> bool:
    """ "Please send 20 pcs of M8-40": a word that asks, and a number with a unit or an item code; no question."""
    if sentence.endswith("?"):
        return False
    words = sentence.split()
    asks = any(fold(word).startswith(wording("asking")) for word in words)
    pairs = pairwise(words)
    counted = any(a.strip("(,.").isdigit() and (is_unit(b.strip(",.)")) or looks_like_code(b)) for a, b in pairs)
    return asks and counted


def _text(pages: Sequence[Surroundings]) -> str:
    return "\n".join(segment.text for around in pages[:_TEXT_PAGES] for segment in around.page.segments)


def title_scores(pages: Sequence[Surroundings]) -> Mapping[str, float]:
    """How strongly titles speak for each type, 0..1: standing alone, tall print and the top of the page count."""
    scores: dict[str, float] = defaultdict(float)
    for around in pages:
        for hit in around.hits:
            counted = hit.field == "order_change" and _heads_a_value(around, hit.segment)
            if is_title(hit) and not counted:
                scores[hit.field] = max(scores[hit.field], _prominence(hit, around))
    return dict(scores)


def _prominence(hit: LabelHit, around: Surroundings) -> float:
    tall = hit.segment.height / around.page.height
    score = 0.45 * hit.fit
    score += 0.2 if hit.context is Context.WHOLE else 0.05
    score += 0.25 if tall >= 1.3 else 0.12 if tall >= 1.1 else 0.0
    score += 0.15 if hit.box.top < around.page.within(1 / 3) else 0.0
    return score * (0.85 if hit.length <= _SHORT_TITLE and tall < 1.3 else 1.0)
