"""The pure steps from raw bytes to decisions, with the concrete parts passed in.

Reading (expensive, touches nothing but the message) is apart from deciding (cheap, needs the ERP and the history), so
that many messages can be read in parallel and decided in their order.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline.copies import with_copy
from pipeline.errors import DocumentError
from pipeline.interfaces import Erp, Matcher, OrderHistory
from pipeline.model import (
    ALONE,
    Decision,
    Document,
    DocumentType,
    Doubt,
    MailContext,
    MatchedOrder,
    Message,
    Order,
    PartyMatch,
    ReadingContext,
    Remark,
)

BODY_NAMES = frozenset({"body.txt", "body.html"})
MOST_ENCLOSED = 250  # words of an attachment that is read like the mail's own text; terms and drawings have more

ReadDocument = Callable[[Document, ReadingContext], tuple[Order, ...]]
"""Reads one document into orders; raises ``DocumentError`` only."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one document gave: orders, or the error that says why there are none."""

    document: Document
    orders: tuple[Order, ...] = ()
    error: DocumentError | None = None


@dataclass(frozen=True, slots=True)
class MessageReading:
    """A message and what its documents gave, the body last. ``message`` is None for a bare file."""

    sha256: str
    message: Message | None
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class DocumentDecision:
    """One decision and the document it rests on; ``order_key`` is the same however often the message is processed."""

    order_key: str
    document: Document
    decision: Decision


@dataclass(frozen=True, slots=True)
class Deciders:
    """The parts that turn an order into a decision."""

    matcher: Matcher
    judge: Callable[[MatchedOrder], Decision]
    judge_error: Callable[[DocumentError], Decision]
    two_people: Callable[[MatchedOrder], frozenset[str]]  # exceptions of it that one person alone cannot overrule
    erp: Erp
    history: OrderHistory


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_one(document: Document, read: ReadDocument, context: ReadingContext) -> Reading:
    if document.problem:
        return Reading(document, (), DocumentError(document.problem, code=document.problem_code))
    try:
        orders = read(document, context)
    except DocumentError as error:
        return Reading(document, (), error)
    return Reading(document, tuple(with_doubt(o, document.doubt) for o in orders) if document.doubt else orders)


def read_file(document: Document, read: ReadDocument, context: ReadingContext) -> MessageReading:
    """A bare document, as the command line gets it: no mail around it."""
    return MessageReading(document.sha256, None, (read_one(document, read, context),))


def read_message(
    message: Message, documents: Sequence[Document], read: ReadDocument, context: ReadingContext
) -> MessageReading:
    """Reads every document of a message; the body counts as one, marked as body in its context."""
    received = message.date.date() if message.date else context.received
    context = replace(context, subject=message.subject, received=received)
    readings = tuple(read_one(d, read, replace(context, is_mail_body=d.file_name in BODY_NAMES)) for d in documents)
    return MessageReading(message.sha256, message, readings)


# --- which orders a message holds ------------------------------------------------------------------------


def is_body(reading: Reading) -> bool:
    return reading.document.file_name in BODY_NAMES


def code_key(text: str | None) -> str:
    """A number with blanks and punctuation taken out, for comparing what two documents print."""
    return re.sub(r"[\W_]+", "", text or "").upper()


def is_order(order: Order) -> bool:
    return order.document_type.is_order


def content_key(order: Order) -> tuple[object, ...]:
    lines = tuple(
        (
            code_key(line.seller_item_id or line.buyer_item_id or line.standard_item_id or line.description),
            line.quantity,
            line.unit_price,
        )
        for line in order.lines
    )
    return (order.document_type, code_key(order.po_number), lines)


def with_doubt(order: Order, reason: str) -> Order:
    return replace(order, doubts=(*order.doubts, Doubt("", reason)))


def orders_of(reading: MessageReading) -> tuple[tuple[Reading, Order], ...]:
    """The orders of a message: those of its attachments, else the body's; each once.

    Whatever was not read beside an order (a broken attachment, a second version of the same PO, items in the body)
    leaves a doubt on it, so that a person looks.
    """
    attached = [(r, o) for r in reading.readings if not is_body(r) for o in r.orders if is_order(o)]
    in_body = [(r, o) for r in reading.readings if is_body(r) for o in r.orders if is_order(o) and o.lines]
    found = attached or in_body
    unique: list[tuple[Reading, Order]] = []
    for r, order in found:
        same = next((i for i, (_, held) in enumerate(unique) if content_key(order) == content_key(held)), None)
        if same is None:
            unique.append((r, order))
        else:
            held_in, held = unique[same]
            alike = held_in.document.media_type == r.document.media_type
            unique[same] = (held_in, with_copy(held, order, r.document.file_name, same_form=alike))
    return tuple((r, _with_context_doubts(order, unique, reading, in_body if attached else [])) for r, order in unique)


def _may_be_order(order: Order) -> bool:
    """Whether what was taken for no order leaves a doubt that counts beside an order."""
    return not is_order(order) and any(doubt.path != ALONE for doubt in order.doubts)


def _with_context_doubts(
    order: Order,
    found: Sequence[tuple[Reading, Order]],
    reading: MessageReading,
    in_body: Sequence[tuple[Reading, Order]],
) -> Order:
    number = code_key(order.po_number)
    for r in reading.readings:
        if r.error is not None and not is_body(r):
            order = with_doubt(
                order, f"attachment {r.document.file_name!r} of the same mail could not be read: {r.error}"
            )
        if any(_may_be_order(o) for o in r.orders) and not is_body(r):
            order = with_doubt(order, f"attachment {r.document.file_name!r} of the same mail may be an order as well")
    if sum(code_key(o.po_number) == number for _, o in found) > 1:
        order = with_doubt(order, f"the mail holds several versions of order {order.po_number or '(no number)'}")
    bare = next((r for r, o in found if o is not order and not o.lines), None)
    if order.lines and bare is not None:
        order = with_doubt(order, f"{bare.document.file_name!r} of the same mail speaks of an order without its lines")
    if any(content_key(o) != content_key(order) for _, o in in_body):
        order = with_doubt(order, "the mail's text lists items as well, and they are not those of the attachment")
    return order


def other_result(reading: MessageReading) -> tuple[Reading, Order | DocumentError]:
    """What stands for a message without an order: an attachment's error, else one whose type is in doubt (it may be an
    order nobody recognised), else what an attachment is, else what the body is."""
    attached = [r for r in reading.readings if not is_body(r)]
    for r in attached:
        if r.error is not None:
            return r, r.error
    ranked = [(r, o) for r in (*attached, *(r for r in reading.readings if is_body(r))) for o in r.orders]
    doubted = [(r, o) for r, o in ranked if o.doubts and not is_body(r)]
    told = [(r, o) for r, o in ranked if o.document_type is not DocumentType.OTHER]
    if doubted or told or ranked:
        return (doubted or told or ranked)[0]
    if reading.readings:
        r = reading.readings[-1]
        return r, r.error or DocumentError(f"{r.document.file_name}: nothing to read in it")
    document = Document(reading.sha256, "message", "message/rfc822", b"")
    return Reading(document), DocumentError("the message holds neither text nor a document")


# --- deciding --------------------------------------------------------------------------------------------


def mail_context(reading: MessageReading) -> MailContext | None:
    message = reading.message
    if message is None:
        return None
    return MailContext(
        sender=message.sender,
        reply_to=message.reply_to,
        subject=message.subject,
        text=message.text,
        forwarded_senders=message.forwarded_senders,
        authentication_results=message.authentication_results,
        received_at=message.date,
        orders=tuple(order.po_number for _, order in orders_of(reading) if order.po_number),
        enclosed=tuple(_enclosed(reading)),
    )


def _enclosed(reading: MessageReading) -> Iterator[tuple[str, str]]:
    """Names and texts of short attachments that are no orders: who changes an order may do so in a file beside it."""
    for r in reading.readings:
        if not is_body(r) and not any(is_order(order) for order in r.orders):
            text = "\n".join(_in_paragraphs(remark for order in r.orders for remark in order.remarks))
            if 0 < len(text.split()) <= MOST_ENCLOSED:
                yield r.document.file_name, text


def _in_paragraphs(remarks: Iterable[Remark]) -> Iterator[str]:
    """The remarks as lines, an empty one where a gap parts them."""
    last: Remark | None = None
    for remark in remarks:
        if last is not None and remark.box.top - last.box.bottom > last.box.height:
            yield ""
        yield remark.text
        last = remark


@dataclass(frozen=True, slots=True)
class MessageResult:
    """A processed message: what it held, what was read, what was decided."""

    reading: MessageReading
    decisions: tuple[DocumentDecision, ...]


def process_message(
    raw: bytes,
    unpack: Callable[[bytes], tuple[Message, tuple[Document, ...]]],
    read: ReadDocument,
    context: ReadingContext,
    deciders: Deciders,
    as_of: date,
) -> MessageResult:
    """The whole way of one mail. Never raises for what the mail holds: that becomes a decision."""
    message, documents = unpack(raw)
    reading = read_message(message, documents, read, context)
    return MessageResult(reading, decide_message(reading, deciders, as_of))


def order_key(source_sha256: str, document: Document, order: Order, position: int) -> str:
    text = "\n".join((source_sha256, document.sha256, str(position), order.po_number or ""))
    return sha256_of(text.encode("utf-8", "replace"))  # a broken header may hold what UTF-8 has no form for


def match_order(
    order: Order,
    mail: MailContext | None,
    deciders: Deciders,
    as_of: date,
    *,
    document_sha256: str | None = None,
    key: str | None = None,
) -> MatchedOrder:
    """``key`` is the order's own: what is remembered under it from an earlier try does not count as a duplicate."""
    if not is_order(order):
        return _unmatched(order, mail, as_of)
    matched = deciders.matcher.match(order, deciders.erp, mail, deciders.history, as_of)
    earlier = tuple(held for held in matched.earlier if key is None or held.order_key != key)
    return replace(matched, document_sha256=document_sha256, earlier=earlier)


def decide_message(reading: MessageReading, deciders: Deciders, as_of: date) -> tuple[DocumentDecision, ...]:
    """At least one decision a message, in document order. What is decided is remembered, for the next message."""
    mail = mail_context(reading)
    found = orders_of(reading)
    if not found:
        return (_decide_other(reading, mail, deciders, as_of),)
    decided = []
    for position, (r, order) in enumerate(found):
        key = order_key(reading.sha256, r.document, order, position)
        matched = match_order(order, mail, deciders, as_of, document_sha256=r.document.sha256, key=key)
        decision = deciders.judge(matched)
        deciders.history.remember(decision, r.document.sha256, key)
        decided.append(DocumentDecision(key, r.document, decision))
    return tuple(decided)


def _decide_other(
    reading: MessageReading, mail: MailContext | None, deciders: Deciders, as_of: date
) -> DocumentDecision:
    r, result = other_result(reading)
    if isinstance(result, DocumentError):
        decision = deciders.judge_error(result)
    else:
        decision = deciders.judge(match_order(result, mail, deciders, as_of))
    return DocumentDecision(order_key(reading.sha256, r.document, decision.order, 0), r.document, decision)


def _unmatched(order: Order, mail: MailContext | None, as_of: date) -> MatchedOrder:
    nobody = PartyMatch(None, "not looked for: the document is no order", stated=False)
    return MatchedOrder(order, nobody, None, nobody, (), (), as_of, mail)
