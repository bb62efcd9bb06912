"""What people judged of the values that were read: the evidence of the error budget."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pipeline.codec import order_to_json
from pipeline.model import FIELD_GROUPS, JudgedValue, Order, Source
from store import audit
from store.engine import Database
from store.tables import JudgedValueRow

TRUTH, CORRECTION, AUDIT = "truth", "correction", "audit"
_PATH = re.compile(r"(?:lines\[(\d+)\]\.)?(\w+)")


def values(db: Database) -> tuple[JudgedValue, ...]:
    with db.reading() as session:
        return tuple(
            JudgedValue(row.document, row.path, row.channel, row.field_group, row.confidence, row.right)
            for row in session.scalars(select(JudgedValueRow).order_by(JudgedValueRow.id))
        )


def learn(db: Database, judged: Iterable[JudgedValue], actor: str) -> int:
    """Takes the values of own truth files; what was known of the same documents from such files is replaced."""
    found = tuple(judged)
    documents = sorted({value.document for value in found})
    with db.writing("learn values") as session:
        audit.lock(session)
        for name in documents:
            session.execute(
                delete(JudgedValueRow).where(JudgedValueRow.origin == TRUTH, JudgedValueRow.document == name)
            )
        session.add_all(_row(value, TRUTH, db) for value in found)
        detail = {"documents": len(documents), "values": len(found), "wrong": sum(not v.right for v in found)}
        audit.append(session, db.now(), actor, "learn values", "budget", detail)
    return len(found)


def note_audit(session: Session, db: Database, found: Iterable[JudgedValue]) -> None:
    """What a blind audit said; an order is audited once. Part of the transaction that closes the audit."""
    session.add_all(_row(value, AUDIT, db) for value in found)


def note_corrections(session: Session, db: Database, order_key: str, shown: Order, corrected: Order) -> None:
    """What a reviewer changed was read wrong. Part of the transaction that resolves the case."""
    for value in _corrected(order_key, shown, corrected):
        known = select(JudgedValueRow.id).where(
            JudgedValueRow.origin == CORRECTION,
            JudgedValueRow.document == value.document,
            JudgedValueRow.path == value.path,
        )
        if session.scalars(known).first() is None:
            session.add(_row(value, CORRECTION, db))


def _corrected(order_key: str, shown: Order, corrected: Order) -> Iterator[JudgedValue]:
    """Values with evidence that are others now. Where lines came or went, only the header can be compared."""
    before, after = order_to_json(shown), order_to_json(corrected)
    same_lines = len(before["lines"]) == len(after["lines"])
    for evidence in shown.evidence:
        match = _PATH.fullmatch(evidence.path)
        group = FIELD_GROUPS.get(match[2]) if match is not None else None
        if match is None or group is None or (match[1] is not None and not same_lines):
            continue
        old, new = (o if match[1] is None else o["lines"][int(match[1])] for o in (before, after))
        if old.get(match[2]) != new.get(match[2]):
            channel = "ocr" if evidence.source is Source.OCR else "digital"
            yield JudgedValue(order_key, evidence.path, channel, group, evidence.confidence, right=False)


def _row(value: JudgedValue, origin: str, db: Database) -> JudgedValueRow:
    return JudgedValueRow(
        origin=origin,
        document=value.document[:200],
        path=value.path[:100],
        channel=value.channel,
        field_group=value.group,
        confidence=value.confidence,
        right=value.right,
        at=db.now(),
    )
