"""What administrators look at: groups of customers, the last looks at the outside, messages by state, the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, func, select

from pipeline.errors import UsageError
from store import audit
from store.desk_tables import CustomerGroupRow, LookRow
from store.engine import Database
from store.people import user_name
from store.records import AuditEntry, Look
from store.tables import AuditRow, LocationRow, MessageRow

ENTRIES = 100


class Office:
    def __init__(self, db: Database) -> None:
        self._db = db

    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Customers by group; "unknown" stands for orders whose customer is not known."""
        found: dict[str, tuple[str, ...]] = {}
        with self._db.reading() as session:
            query = select(CustomerGroupRow).order_by(CustomerGroupRow.name, CustomerGroupRow.customer_id)
            for row in session.scalars(query):
                found[row.name] = (*found.get(row.name, ()), row.customer_id)
        return found

    def set_group(self, name: str, customers: Iterable[str], actor: str) -> tuple[str, ...]:
        """These customers and no others; none of them ends the group. Raises ``UsageError`` for a bad name."""
        name, wanted = user_name(name), sorted({c.strip() for c in customers if c.strip()})
        if any(len(customer) > 200 for customer in wanted):
            raise UsageError("a customer id has at most 200 characters")
        with self._db.writing("customer-group") as session:
            session.execute(delete(CustomerGroupRow).where(CustomerGroupRow.name == name))
            session.add_all(CustomerGroupRow(name=name, customer_id=customer) for customer in wanted)
            audit.append(session, self._db.now(), actor, "group changed", f"group:{name}", {"customers": wanted})
        return tuple(wanted)

    def looked(self, subject: str, found: str, trouble: Iterable[str] = ()) -> None:
        """Takes the place of the look before; no matter of the audit log."""
        with self._db.writing("looked") as session:
            text = "\n".join(trouble)
            session.merge(LookRow(subject=subject[:200], at=self._db.now(), found=found, trouble=text))

    def looks(self) -> tuple[Look, ...]:
        with self._db.reading() as session:
            rows = session.scalars(select(LookRow).order_by(LookRow.subject))
            return tuple(Look(row.subject, row.at, row.found, row.trouble) for row in rows)

    def messages_by_account(self) -> Mapping[str, Mapping[str, int]]:
        """How many messages of each state were taken out of each mailbox; one in two mailboxes counts in both."""
        count = func.count(func.distinct(MessageRow.id))
        query = select(LocationRow.account, MessageRow.state, count).join(MessageRow)
        found: dict[str, dict[str, int]] = {}
        with self._db.reading() as session:
            for account, state, number in session.execute(query.group_by(LocationRow.account, MessageRow.state)):
                found.setdefault(account, {})[state] = number
        return found

    def audit_page(self, before: int | None = None, actor: str = "", subject: str = "") -> tuple[AuditEntry, ...]:
        """``ENTRIES`` entries, newest first, older than ``before``; of whole actors and subjects."""
        query = select(AuditRow).order_by(AuditRow.seq.desc()).limit(ENTRIES)
        if before is not None:
            query = query.where(AuditRow.seq < before)
        if actor:
            query = query.where(AuditRow.actor == actor)
        if subject:
            query = query.where(AuditRow.subject == subject)
        with self._db.reading() as session:
            return tuple(audit.entry(row) for row in session.scalars(query))
