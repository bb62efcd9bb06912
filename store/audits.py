"""Blind audits: a random sample of the untouched orders is keyed again by people who do not see the machine's answer.

A sample is drawn for whole days that are over. Of each stratum (channel and customer) as many are taken as keep the
running share at the rate; which ones is decided by a hash of the order's key. So the sample is the same however often,
by how many workers and at what moment of the next day it is drawn, and every order has the same chance.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from pipeline.codec import decision_from_json
from pipeline.errors import UsageError
from pipeline.model import Decision
from store import audit, judged
from store.comparison import LINE
from store.decided import find
from store.engine import Database
from store.facts import AUDIT, LOCK, add_tallies, seconds
from store.keyed import Answer, cleaned, differing, evidence_of, machine_answers
from store.keyed import judged as judged_of
from store.report_tables import AuditItemRow, FactRow
from store.tables import DecisionRow, MetaRow, OrderRow

DAY, MILLION = 86_400, 1_000_000
SAMPLE, TRAP = "sample", "trap"
OPEN, SECOND, DONE = "open", "second", "done"  # "second": the two differ, somebody must say who is right
MARK = "audits_sampled_until"
ID_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of the untouched orders, from 0 to 1: a customer's own beats its channel's, that beats ``general``."""

    general: float
    channels: Mapping[str, float] = field(default_factory=dict)
    customers: Mapping[str, float] = field(default_factory=dict)
    seed: str = "po-intake"

    def millionths(self, channel: str, customer: str) -> int:
        share = self.customers.get(customer, self.channels.get(channel, self.general))
        return round(min(max(share, 0.0), 1.0) * MILLION)


@dataclass(frozen=True, slots=True)
class AuditItem:
    """``machine``, ``differing`` and ``wrong`` are empty as long as the audit is blind (``status`` "open")."""

    audit_id: str
    order_key: str
    status: str
    sampled_at: datetime
    keyed: Mapping[str, str]
    machine: Mapping[str, str]
    differing: tuple[str, ...]
    wrong: tuple[str, ...]
    keyed_by: str | None


# --- drawing the sample -----------------------------------------------------------------------------------------------


def sample(db: Database, rates: Rates, until: date) -> int:
    """Draws for the days before ``until`` that were not drawn yet; how many were taken. Facts must be up to date."""
    end = int(datetime.fromisoformat(f"{until}T00:00:00+00:00").timestamp())
    with db.writing("sample audits") as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": LOCK})
        audit.lock(session)
        begin = _drawn_until(session)
        if begin is None or begin >= end:
            return 0
        taken = 0
        for day, channel, customer, wanted in _wanted(session, rates, begin, end):
            for row in _chosen(session, rates.seed, day, channel, customer, wanted):
                taken += _add(session, db.now(), row)
        session.merge(MetaRow(key=MARK, value=str(end)))
        return taken


def _drawn_until(session: Session) -> int | None:
    """None: there was no untouched order yet."""
    mark = session.get(MetaRow, MARK)
    if mark is not None:
        return int(mark.value)
    first = session.scalar(select(func.min(FactRow.decided_s)).where(FactRow.verdict == "auto"))
    return None if first is None else first // DAY * DAY


def _wanted(session: Session, rates: Rates, begin: int, end: int) -> Iterator[tuple[int, str, str, int]]:
    """Day, stratum and how many of it to take, where it is any."""
    strata = FactRow.channel, FactRow.customer_id
    auto = FactRow.verdict == "auto"
    before = select(*strata, func.count()).where(auto, FactRow.decided_s < begin).group_by(*strata)
    so_far = {(channel, customer): n for channel, customer, n in session.execute(before)}
    day = FactRow.decided_s // DAY
    query = (
        select(day, *strata, func.count())
        .where(auto, FactRow.decided_s >= begin, FactRow.decided_s < end)
        .group_by(day, *strata)
        .order_by(day, *strata)
    )
    for number, channel, customer, n in session.execute(query).all():
        had = so_far.get((channel, customer), 0)
        rate, start = rates.millionths(channel, customer), _hash(rates.seed, channel, customer) % MILLION
        so_far[channel, customer] = had + n
        wanted = (rate * (had + n) + start) // MILLION - (rate * had + start) // MILLION
        if wanted:
            yield int(number), channel, customer, wanted


def _hash(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).digest()[:8])


def _chosen(session: Session, seed: str, day: int, channel: str, customer: str, wanted: int) -> list[FactRow]:
    query = select(FactRow, OrderRow.order_key).join(OrderRow, OrderRow.id == FactRow.order_id).where(
        FactRow.verdict == "auto", FactRow.channel == channel, FactRow.customer_id == customer,
        FactRow.decided_s >= day * DAY, FactRow.decided_s < (day + 1) * DAY,
    )  # fmt: skip
    rows = sorted(session.execute(query).all(), key=lambda pair: _hash(seed, pair[1]))
    return [row for row, _ in rows[:wanted]]


def _add(session: Session, now: datetime, fact: FactRow) -> int:
    if session.scalars(_of_order(fact.order_id, SAMPLE)).first() is not None:
        return 0
    order = session.get_one(OrderRow, fact.order_id)
    _put(session, now, order, fact, SAMPLE, machine_answers(_first(session, order.id)))
    audit.append(session, now, audit.INTAKE, "audit drawn", order.order_key, {})
    return 1


def _of_order(order_id: int, kind: str) -> Select[tuple[AuditItemRow]]:
    return select(AuditItemRow).where(AuditItemRow.order_id == order_id, AuditItemRow.kind == kind)


def _put(
    session: Session, now: datetime, order: OrderRow, fact: FactRow, kind: str, machine: Mapping[str, Answer],
    trap_path: str = "",
) -> AuditItemRow:  # fmt: skip
    row = AuditItemRow(
        audit_id=hashlib.sha256(f"{kind} {order.order_key}".encode()).hexdigest()[:ID_LENGTH],
        order_id=order.id,
        kind=kind,
        channel=fact.channel,
        customer_id=fact.customer_id,
        decided_s=fact.decided_s if kind == SAMPLE else seconds(now),
        sampled_at=now,
        status=OPEN,
        machine=json.dumps({path: [a.value, a.confidence] for path, a in machine.items()}),
        trap_path=trap_path,
    )
    session.add(row)
    return row


def _first(session: Session, order_id: int) -> Decision:
    query = select(DecisionRow.decision).where(DecisionRow.order_id == order_id, DecisionRow.number == 1)
    return decision_from_json(json.loads(session.scalars(query).one()))


def set_trap(db: Database, name: str, path: str, value: str, actor: str) -> str:
    """Beside an order (its key, or PO number) stands a wrong answer on purpose; nothing of it is an order.

    Raises ``UsageError`` where the machine has no such value, or the value is the right one.
    """
    with db.writing("set trap") as session:
        audit.lock(session)
        order = find(session, name)
        fact = session.get(FactRow, order.id)
        machine = machine_answers(_first(session, order.id))
        if fact is None or path not in machine:
            raise UsageError(f"order {name}: {path} has no value to be made wrong; there are: {', '.join(machine)}")
        if not differing({path: machine[path]}, cleaned({path: value})):
            raise UsageError(f"{path}: {value} is what the machine read; a trap needs a wrong value")
        if session.scalars(_of_order(order.id, TRAP)).first() is not None:
            raise UsageError(f"order {name} has a trap already")
        wrong = {**machine, path: Answer(value, machine[path].confidence)}
        row = _put(session, db.now(), order, fact, TRAP, wrong, path)
        audit.append(session, db.now(), actor, "trap set", order.order_key, {"path": path, "value": value})
        return row.audit_id


# --- the auditor's work -----------------------------------------------------------------------------------------------


def items(db: Database, status: str | None) -> tuple[AuditItem, ...]:
    """Oldest first; of every status when None."""
    query = select(AuditItemRow, OrderRow.order_key).join(OrderRow, OrderRow.id == AuditItemRow.order_id)
    if status is not None:
        query = query.where(AuditItemRow.status == status)
    with db.reading() as session:
        return tuple(_item(row, key) for row, key in session.execute(query.order_by(AuditItemRow.id)))


def item(db: Database, audit_id: str) -> AuditItem:
    """A unique beginning is enough. Raises ``UsageError``."""
    with db.reading() as session:
        row = _find(session, audit_id)
        return _item(row, session.get_one(OrderRow, row.order_id).order_key)


def key(db: Database, audit_id: str, who: str, values: Mapping[str, object]) -> AuditItem:
    """Takes what somebody keyed blind; done where it agrees, else somebody looks again. Raises ``UsageError``."""
    keyed = cleaned(values)
    with db.writing("key audit") as session:
        audit.lock(session)
        row = _find(session, audit_id)
        if row.status != OPEN:
            raise UsageError(f"audit {row.audit_id} was keyed already by {row.keyed_by}")
        different = differing(_machine(row), keyed)
        row.keyed, row.differing = json.dumps(keyed), json.dumps(list(different))
        row.keyed_by, row.keyed_at = who[:64], db.now()
        row.status = SECOND if different else DONE
        order = session.get_one(OrderRow, row.order_id)
        audit.append(session, db.now(), who, "audit keyed", order.order_key, {"differing": list(different)})
        if not different:
            _close(session, db, row, order, frozenset(), who)
        return _item(row, order.order_key)


def settle(db: Database, audit_id: str, who: str, wrong: frozenset[str]) -> AuditItem:
    """``wrong``: of the differing paths those in which the machine is wrong; in the others the auditor slipped."""
    with db.writing("settle audit") as session:
        audit.lock(session)
        row = _find(session, audit_id)
        if row.status != SECOND:
            raise UsageError(f"audit {row.audit_id} waits for no second look: it is {row.status}")
        strange = wrong - set(json.loads(row.differing or "[]"))
        if strange:
            raise UsageError(f"{', '.join(sorted(strange))}: not among what differs ({row.differing})")
        order = session.get_one(OrderRow, row.order_id)
        _close(session, db, row, order, wrong, who)
        return _item(row, order.order_key)


def _close(session: Session, db: Database, row: AuditItemRow, order: OrderRow, wrong: frozenset[str], who: str) -> None:
    keyed, said = json.loads(row.keyed or "{}"), wrong
    if row.kind == TRAP:
        said = wrong & {row.trap_path}
    values = tuple(judged_of(_machine(row), keyed, said))
    row.status, row.wrong = DONE, json.dumps(sorted(said))
    row.settled_by, row.settled_at = who[:64], db.now()
    row.judged_values = sum(one.field != LINE for one in values)
    row.judged_lines = sum(one.field == LINE for one in values)
    row.wrong_lines = sum(one.field == LINE and not one.right for one in values)
    audit.append(session, db.now(), who, "audit settled", order.order_key, {"wrong": sorted(said), "kind": row.kind})
    if row.kind == SAMPLE:
        add_tallies(session, order.id, AUDIT, values)
        judged.note_audit(session, db, evidence_of(order.order_key, _first(session, order.id), keyed, said))


def _find(session: Session, audit_id: str) -> AuditItemRow:
    query = select(AuditItemRow).where(AuditItemRow.audit_id.startswith(audit_id, autoescape=True)).limit(2)
    rows = session.scalars(query).all() if audit_id else []
    if len(rows) != 1:
        what = "several audits begin" if rows else "no audit begins"
        raise UsageError(f"{what} with {audit_id[:40]!r}; `po-intake audits list` shows them")
    return rows[0]


def _machine(row: AuditItemRow) -> dict[str, Answer]:
    return {path: Answer(value, sure) for path, (value, sure) in json.loads(row.machine).items()}


def _item(row: AuditItemRow, order_key: str) -> AuditItem:
    blind = row.status == OPEN
    return AuditItem(
        audit_id=row.audit_id,
        order_key=order_key,
        status=row.status,
        sampled_at=row.sampled_at,
        keyed=json.loads(row.keyed or "{}"),
        machine={} if blind else {path: answer.value for path, answer in _machine(row).items()},
        differing=() if blind else tuple(json.loads(row.differing or "[]")),
        wrong=() if blind else tuple(json.loads(row.wrong or "[]")),
        keyed_by=row.keyed_by,
    )
