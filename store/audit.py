"""The audit log: who did what on which evidence, each entry sealed by the hash of the one before it.

The head of the chain stands in ``meta``: cutting off the newest entries is noticed as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.records import AuditCheck, AuditEntry
from store.tables import AuditRow, MetaRow

HEAD = "audit_head"
FIRST = "0" * 64
INTAKE = "po-intake"  # the actor of what no person did


def append(session: Session, at: datetime, actor: str, action: str, subject: str, detail: Mapping[str, object]) -> None:
    """Adds an entry. Locks the head of the chain until the transaction ends, so writers queue up here."""
    head = _locked_head(session)
    seq, previous = _parse_head(head.value)
    row = AuditRow(seq=seq + 1, at=at, actor=actor, action=action, subject=subject, previous=previous)
    row.detail = json.dumps(detail, sort_keys=True)  # ASCII: what is sealed is what any database gives back
    row.hash = _hash(row)
    session.add(row)
    head.value = f"{row.seq}:{row.hash}"
    session.flush()


def lock(session: Session) -> None:
    """Makes this transaction the only one that records decisions until it ends."""
    _locked_head(session)


def _locked_head(session: Session) -> MetaRow:
    return session.scalars(select(MetaRow).where(MetaRow.key == HEAD).with_for_update()).one()


def _parse_head(value: str) -> tuple[int, str]:
    seq, digest = value.split(":")
    return int(seq), digest


def _hash(row: AuditRow) -> str:
    sealed = [row.seq, row.at.astimezone(UTC).isoformat(), row.actor, row.action, row.subject, row.detail, row.previous]
    return hashlib.sha256(json.dumps(sealed).encode()).hexdigest()


def verify(session: Session) -> AuditCheck:
    """Walks the whole chain."""
    faults = []
    previous, seq = FIRST, 0
    for row in session.scalars(select(AuditRow).order_by(AuditRow.seq).execution_options(yield_per=500)):
        if row.seq != seq + 1:
            faults.append(f"entry {seq + 1} is missing")
        if row.previous != previous:
            faults.append(f"entry {row.seq} does not follow on the one before it")
        if row.hash != _hash(row):
            faults.append(f"entry {row.seq} was changed")
        previous, seq = row.hash, row.seq
    head = session.scalars(select(MetaRow.value).where(MetaRow.key == HEAD)).one_or_none()
    if head != f"{seq}:{previous}":
        faults.append(f"the newest entry should be {head or 'known'}, it is {seq}:{previous}")
    return AuditCheck(seq, tuple(faults))


def entries(session: Session, subject: str | None) -> tuple[AuditEntry, ...]:
    query = select(AuditRow).order_by(AuditRow.seq)
    if subject is not None:
        query = query.where(AuditRow.subject == subject)
    return tuple(entry(row) for row in session.scalars(query))


def entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(row.seq, row.at, row.actor, row.action, row.subject, row.detail)
