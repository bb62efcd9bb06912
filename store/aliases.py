"""What people taught about the words of customers. Every confirmation and every undoing is audited."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from pipeline.aliases import line_keys, place_alias, text_alias
from pipeline.codec import decision_from_json
from pipeline.errors import UsageError
from pipeline.model import Alias, AliasKind, Confirmation, Decision, KnownAlias, LineDecision, TouchedOrder
from store import audit
from store.engine import Database
from store.records import StaleHistory
from store.tables import AliasConfirmationRow, AliasRow, DocumentRow, OrderRow

ID_LENGTH = 12
BY_HAND = "by hand: "
LEARNED = "learned"  # the level of a match by an alias
DECIDED = (LEARNED, "reviewer")
NAME_LENGTH = 150  # characters of a person's name in the source of a confirmation


def aliases(db: Database, customer_id: str | None) -> tuple[KnownAlias, ...]:
    with db.reading() as session:
        return tuple(_known(row) for row in session.scalars(_in_force(customer_id)))


def letterheads(db: Database, key: str) -> tuple[KnownAlias, ...]:
    query = _in_force(None).where(AliasRow.kind == str(AliasKind.LETTERHEAD), AliasRow.key == key)
    with db.reading() as session:
        return tuple(_known(row) for row in session.scalars(query))


def known(db: Database, alias_id: str) -> KnownAlias:
    """A unique beginning of its id is enough. Raises ``UsageError``."""
    with db.reading() as session:
        return _known(_find(session, alias_id))


def confirm(db: Database, alias_id: str, by: str) -> KnownAlias:
    """Without an order; once a person."""
    with db.writing("confirm alias") as session:
        audit.lock(session)
        row = _find(session, alias_id)
        _add(session, row, Confirmation(by, db.now()), BY_HAND + by[:NAME_LENGTH])
        return _known(row)


def teach(session: Session, taught: Iterable[Alias], said: Confirmation) -> None:
    """Part of the transaction that resolves a case."""
    for alias in taught:
        row = _row_of(session, alias)
        if row is None:
            row = AliasRow(
                alias_id=_new_id(session, alias),
                kind=str(alias.kind),
                customer_id=alias.customer_id,
                ship_to_id=alias.ship_to_id,
                key=alias.key,
                target=alias.target,
            )
            session.add(row)
            session.flush()
        _add(session, row, said, said.order_key or "")


def retire(db: Database, alias_id: str, by: str, reason: str) -> tuple[KnownAlias, tuple[TouchedOrder, ...]]:
    """Undoes an alias; with the orders in which it decided. Raises ``UsageError``."""
    with db.writing("retire alias") as session:
        audit.lock(session)
        row = _find(session, alias_id)
        row.retired_at = db.now()
        found = _known(row)
        orders = tuple(_touched(session, found.alias))
        detail = {**_detail(found.alias), "reason": reason, "orders": [order.order_key for order in orders]}
        audit.append(session, db.now(), by, "alias undone", row.alias_id, detail)
        return found, orders


def withdraw(session: Session, order_key: str, by: str, at: datetime, alias_id: str | None = None) -> None:
    """What the resolution of this order taught (or one alias of that) counts no more; what others said of it stays."""
    query = select(AliasConfirmationRow).where(AliasConfirmationRow.source == order_key)
    for said in session.scalars(query).all():
        row = session.get_one(AliasRow, said.alias_row)
        if row.retired_at is not None or alias_id not in (None, row.alias_id):
            continue
        row.confirmations.remove(said)
        session.delete(said)
        if not row.confirmations:
            row.retired_at = at
        detail = {**_detail(_alias(row)), "order": order_key, "confirmations": len(row.confirmations)}
        audit.append(session, at, by, "alias confirmation withdrawn", row.alias_id, detail)


def taught_by(db: Database, order_key: str) -> tuple[KnownAlias, ...]:
    query = _in_force(None).join(AliasRow.confirmations).where(AliasConfirmationRow.source == order_key)
    with db.reading() as session:
        return tuple(_known(row) for row in session.scalars(query))


def touched(db: Database, alias: Alias) -> tuple[TouchedOrder, ...]:
    with db.reading() as session:
        return tuple(_touched(session, alias))


def refuse_undone(session: Session, decision: Decision) -> None:
    """Raises ``StaleHistory`` if a line rests on an alias that was undone or contradicted since it was decided."""
    if decision.customer_id is None or all(line.match_level != LEARNED for line in decision.lines):
        return
    rows = session.scalars(_in_force(decision.customer_id)).all()
    for line, decided in zip(decision.order.lines, decision.lines, strict=True):
        keys = {(str(kind), key) for kind, key in line_keys(line)}
        targets = {row.target for row in rows if (row.kind, row.key) in keys}
        if decided.match_level == LEARNED and decided.sku not in targets:
            raise StaleHistory(f"what was learned about a line of order {decision.order.po_number} was undone")


def _in_force(customer_id: str | None) -> Select[tuple[AliasRow]]:
    query = select(AliasRow).where(AliasRow.retired_at.is_(None)).order_by(AliasRow.id)
    return query if customer_id is None else query.where(AliasRow.customer_id == customer_id)


def _find(session: Session, alias_id: str) -> AliasRow:
    query = _in_force(None).where(AliasRow.alias_id.startswith(alias_id, autoescape=True)).limit(2)
    rows = session.scalars(query).all() if alias_id else []
    if len(rows) != 1:
        what = "several aliases in force begin" if rows else "no alias in force begins"
        raise UsageError(f"{what} with {alias_id!r}; `po-intake aliases list` shows them")
    return rows[0]


def _row_of(session: Session, alias: Alias) -> AliasRow | None:
    return next((row for row in session.scalars(_in_force(alias.customer_id)) if _alias(row) == alias), None)


def _new_id(session: Session, alias: Alias) -> str:
    """Another one each time the same is taught anew after it was undone."""
    before = session.query(AliasRow).filter(AliasRow.customer_id == alias.customer_id).count()
    return hashlib.sha256(f"{alias} {before}".encode("utf-8", "replace")).hexdigest()[:ID_LENGTH]


def _add(session: Session, row: AliasRow, said: Confirmation, source: str) -> None:
    if any(one.source == source for one in row.confirmations):
        return
    confirmation = AliasConfirmationRow(alias_row=row.id, source=source, by=said.by, at=said.at)
    confirmation.order_key, confirmation.document = said.order_key, said.document
    row.confirmations.append(confirmation)
    session.flush()
    detail = {**_detail(_alias(row)), "order": said.order_key, "confirmations": len(row.confirmations)}
    audit.append(session, said.at, said.by, "alias confirmed", row.alias_id, detail)


def _detail(alias: Alias) -> dict[str, object]:
    return {
        "kind": str(alias.kind),
        "customer": alias.customer_id,
        "ship_to": alias.ship_to_id,
        "key": alias.key,
        "target": alias.target,
    }


def _alias(row: AliasRow) -> Alias:
    return Alias(AliasKind(row.kind), row.customer_id, row.key, row.target, row.ship_to_id)


def _known(row: AliasRow) -> KnownAlias:
    said = tuple(Confirmation(one.by, one.at, one.order_key, one.document) for one in row.confirmations)
    return KnownAlias(row.alias_id, _alias(row), said)


def document_name(session: Session, order: OrderRow) -> str | None:
    """The file an order was read from, as people know it."""
    query = select(DocumentRow.file_name).where(
        DocumentRow.message_id == order.message_id, DocumentRow.sha256 == order.document_sha256
    )
    return session.scalars(query).first()


def _touched(session: Session, alias: Alias) -> Iterator[TouchedOrder]:
    query = select(OrderRow).where(OrderRow.customer_id == alias.customer_id).order_by(OrderRow.id)
    for row in session.scalars(query.execution_options(yield_per=200)):
        decision = decision_from_json(json.loads(row.decision))
        if alias.ship_to_id not in (None, decision.ship_to_id):
            continue
        for line in _places(decision, alias):
            yield TouchedOrder(row.order_key, row.po_number, row.state, line)


def _places(decision: Decision, alias: Alias) -> Iterator[int | None]:
    """Where in an order the alias decided, or a person who was shown it did."""
    wholes = {
        AliasKind.SHIP_TO: (decision.order.ship_to, decision.ship_to_id),
        AliasKind.LETTERHEAD: (decision.order.buyer, decision.customer_id),
    }
    if alias.kind in wholes:
        place, found = wholes[alias.kind]
        if (place_alias(place), found) == (alias.key, alias.target):
            yield None
        return
    for n, (line, decided) in enumerate(zip(decision.order.lines, decision.lines, strict=True), 1):
        if alias.kind is AliasKind.UNIT:
            if text_alias(line.unit or "") == alias.key:
                yield n
        elif (alias.kind, alias.key) in line_keys(line) and _decided(decided, alias.target):
            yield n


def _decided(line: LineDecision, sku: str) -> bool:
    return line.sku == sku and line.match_level in DECIDED
