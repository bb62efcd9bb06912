"""What one message gave, written in one transaction: it is recorded as a whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from pipeline.codec import decision_to_json, dumps, order_to_json
from pipeline.model import CaseStatus, Decision, Document, LineDecision, LineItem, MailContext, Verdict
from pipeline.run import DocumentDecision, MessageResult, code_key, mail_context
from store import aliases, audit, case_facts
from store.engine import Database
from store.messages import close, held
from store.records import ClaimedMessage, MessageState, OrderState, OutboxState, StaleHistory
from store.tables import (
    PO_KEY_LENGTH,
    CaseRow,
    DecisionRow,
    DocumentRow,
    LineRow,
    MessageRow,
    MismatchRow,
    OrderRow,
    OutboxRow,
)

CASE_ID_LENGTH = 16


def record(db: Database, claim: ClaimedMessage, result: MessageResult, seen: int) -> None:
    """Writes documents, orders, decisions, cases, outbox and audit, and closes the message.

    ``seen`` is the history mark the decisions were made at. Raises ``LeaseLost``, and ``StaleHistory`` when an order of
    a customer in ``result`` was recorded after that mark.
    """
    with db.writing("record") as session:
        audit.lock(session)
        row = held(session, claim)
        for decided in result.decisions:
            if decided.decision.order.document_type.is_order:  # others need no history
                refuse_stale(session, decided.decision, seen)
                aliases.refuse_undone(session, decided.decision)
        _describe(row, result)
        _add_documents(session, row, result)
        for decided in result.decisions:
            _add_order(session, db.now(), row, decided)
        close(row, MessageState.DONE, db.now())


def mark(session: Session) -> int:
    """The newest order there is; 0 when there is none."""
    return session.scalar(select(func.max(OrderRow.id))) or 0


def refuse_stale(session: Session, decision: Decision, seen: int, but: int = 0) -> None:
    """Raises ``StaleHistory`` if an order that may be of the same customer (``but`` for one id) came after ``seen``."""
    query = select(OrderRow.id).where(OrderRow.id > seen, OrderRow.id != but, OrderRow.state != OrderState.IGNORED)
    if decision.customer_id is not None:
        query = query.where(or_(OrderRow.customer_id == decision.customer_id, OrderRow.customer_id.is_(None)))
    if session.scalars(query.limit(1)).first() is not None:
        raise StaleHistory(f"another order of customer {decision.customer_id} was recorded meanwhile")


def _describe(row: MessageRow, result: MessageResult) -> None:
    message = result.reading.message
    if message is not None:
        row.subject, row.sender = message.subject, message.sender
        row.defects = json.dumps(list(message.defects), ensure_ascii=False)
        row.mail = mail_to_text(mail_context(result.reading))
    verdicts = Counter(str(d.decision.decision) for d in result.decisions)
    row.result = ", ".join(f"{n} {verdict}" for verdict, n in sorted(verdicts.items()))


def mail_to_text(mail: MailContext | None) -> str | None:
    if mail is None:
        return None
    received = mail.received_at.isoformat() if mail.received_at is not None else None
    return json.dumps({**asdict(mail), "received_at": received}, ensure_ascii=False, sort_keys=True)


def mail_from_text(text: str | None) -> MailContext | None:
    if text is None:
        return None
    values = json.loads(text)
    received = values["received_at"]
    return MailContext(
        sender=values["sender"],
        reply_to=values["reply_to"],
        subject=values["subject"],
        text=values["text"],
        forwarded_senders=tuple(values["forwarded_senders"]),
        authentication_results=tuple(values["authentication_results"]),
        received_at=None if received is None else datetime.fromisoformat(received),
        orders=tuple(values.get("orders", ())),
        enclosed=tuple((name, enclosed) for name, enclosed in values.get("enclosed", ())),
    )


def _add_documents(session: Session, row: MessageRow, result: MessageResult) -> None:
    errors = {r.document.sha256: str(r.error) for r in result.reading.readings if r.error is not None}
    found = [r.document for r in result.reading.readings] + [d.document for d in result.decisions]
    unique: dict[str, Document] = {}
    for document in found:
        unique.setdefault(document.sha256, document)
    for document in unique.values():
        session.add(
            DocumentRow(
                message_id=row.id,
                sha256=document.sha256,
                file_name=document.file_name,
                media_type=document.media_type,
                size=len(document.content),
                error=errors.get(document.sha256),
            )
        )


def _add_order(session: Session, now: datetime, message: MessageRow, decided: DocumentDecision) -> None:
    known = session.scalars(select(OrderRow.id).where(OrderRow.order_key == decided.order_key)).first()
    if known is not None:
        return
    row = OrderRow(
        order_key=decided.order_key,
        message_id=message.id,
        document_sha256=decided.document.sha256,
        position=session.query(OrderRow).filter(OrderRow.message_id == message.id).count(),
        created_at=now,
    )
    put_in_force(row, decided.decision, OrderState(str(decided.decision.decision)))
    session.add(row)
    session.flush()
    add_decision(session, row, decided.decision, audit.INTAKE, now)
    if decided.decision.decision is Verdict.AUTO:
        send(session, row, decided.decision, now)
    elif decided.decision.decision is Verdict.REVIEW:
        open_case(session, row, decided.decision, now)


def po_key(po_number: str | None) -> str:
    """How orders are looked up by number: without blanks and punctuation, of bounded length."""
    return code_key(po_number)[:PO_KEY_LENGTH]


def put_in_force(row: OrderRow, decision: Decision, state: OrderState) -> None:
    """Makes ``decision`` what the order row and its lines show."""
    order = decision.order
    row.document_type = str(order.document_type)
    row.customer_id, row.po_number, row.po_key = decision.customer_id, order.po_number, po_key(order.po_number)
    row.revision, row.order_date = order.revision, order.order_date
    row.contract = dumps(order_to_json(order, evidence=True))
    row.decision = decision_text(decision)
    row.state = state
    pairs = zip(order.lines, decision.lines, strict=True)
    row.lines = [_line(i, line, decided) for i, (line, decided) in enumerate(pairs)]


def decision_text(decision: Decision) -> str:
    return dumps(decision_to_json(decision, evidence=True))


def sha256_of_text(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def item_codes(line: LineItem) -> list[str]:
    codes = (line.seller_item_id, line.buyer_item_id, line.manufacturer_item_id, line.standard_item_id)
    return [code for code in codes if code]


def _line(position: int, line: LineItem, decided: LineDecision) -> LineRow:
    return LineRow(
        position=position,
        line_no=line.line_no,
        item_codes=json.dumps(item_codes(line), ensure_ascii=False),
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        line_amount=line.line_amount,
        requested_date=line.requested_date,
        sku=decided.sku,
        decision=str(decided.decision),
    )


def add_decision(session: Session, row: OrderRow, decision: Decision, by: str, at: datetime) -> None:
    """Appends to the decisions of the order, with its mismatches, and to the audit log."""
    last = session.scalar(select(func.max(DecisionRow.number)).where(DecisionRow.order_id == row.id)) or 0
    text = decision_text(decision)
    made = DecisionRow(order_id=row.id, number=last + 1, verdict=str(decision.decision), decided_by=by, decided_at=at)
    made.decision = text
    made.mismatches = [
        MismatchRow(
            position=i,
            code=mismatch.code,
            path=mismatch.path,
            expected=mismatch.expected,
            actual=mismatch.actual,
            reason=mismatch.reason,
        )
        for i, mismatch in enumerate(decision.mismatches)
    ]
    session.add(made)
    detail = {
        "decision": str(decision.decision),
        "document": row.document_sha256,
        "codes": sorted({m.code for m in decision.mismatches}),
        "sha256": sha256_of_text(text),
    }
    audit.append(session, at, by, "decided", row.order_key, detail)


def send(session: Session, row: OrderRow, decision: Decision, now: datetime) -> None:
    """Puts the order into the outbox; its key is the idempotency key, so an order leaves once."""
    if session.scalars(select(OutboxRow.id).where(OutboxRow.key == row.order_key)).first() is None:
        item = OutboxRow(key=row.order_key, kind="order", order_id=row.id, state=OutboxState.PENDING, created_at=now)
        item.payload = decision_text(decision)
        session.add(item)


def case_version(decision: Decision, signed_by: str = "") -> str:
    """The hash of what a reviewer is shown, and of who has approved just that before."""
    return sha256_of_text(decision_text(decision) + signed_by)


def open_case(session: Session, row: OrderRow, decision: Decision, now: datetime) -> None:
    case = CaseRow(
        case_id=row.order_key[:CASE_ID_LENGTH],
        order_id=row.id,
        status=CaseStatus.OPEN,
        version=case_version(decision),
        opened_at=now,
    )
    session.add(case)
    case_facts.describe(session, case, decision)
