"""What reviewers taught us about layouts; every change is audited."""

from __future__ import annotations

import json

from sqlalchemy import delete, select

from pipeline.errors import UsageError
from pipeline.model import LayoutColumn, LayoutCorrection
from store import audit
from store.engine import Database
from store.tables import LayoutRow


def corrections(db: Database) -> tuple[LayoutCorrection, ...]:
    """Oldest first."""
    with db.reading() as session:
        return tuple(_correction(row) for row in session.scalars(select(LayoutRow).order_by(LayoutRow.id)))


def remember(db: Database, correction: LayoutCorrection, actor: str) -> None:
    """Takes the place of an earlier correction of the same layout, and becomes the newest."""
    with db.writing("remember layout") as session:
        audit.lock(session)
        session.execute(delete(LayoutRow).where(LayoutRow.fingerprint == correction.fingerprint))
        row = LayoutRow(fingerprint=correction.fingerprint, learned_from=correction.learned_from, at=db.now())
        row.columns = json.dumps([[c.label, c.place, c.meaning] for c in correction.columns])
        session.add(row)
        detail = {"columns": row.columns, "learned_from": correction.learned_from}
        audit.append(session, db.now(), actor, "layout remembered", correction.fingerprint, detail)


def forget(db: Database, fingerprint: str, actor: str) -> LayoutCorrection:
    """A unique beginning is enough. Raises ``UsageError`` when none or several begin so."""
    with db.writing("forget layout") as session:
        audit.lock(session)
        query = select(LayoutRow).where(LayoutRow.fingerprint.startswith(fingerprint, autoescape=True))
        rows = session.scalars(query).all()
        if len(rows) != 1:
            raise UsageError(f"{fingerprint}: {'no' if not rows else 'more than one'} layout begins like that")
        found = _correction(rows[0])
        session.delete(rows[0])
        audit.append(session, db.now(), actor, "layout forgotten", found.fingerprint, {"columns": rows[0].columns})
        return found


def _correction(row: LayoutRow) -> LayoutCorrection:
    columns = tuple(LayoutColumn(label, place, meaning) for label, place, meaning in json.loads(row.columns))
    return LayoutCorrection(columns, row.learned_from)
