"""What the customers' words taught in the period, what was undone, and how right the auditors are."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reports.counting import Counting, number
from reports.records import Period, Ratio, Section, Table, Value
from store.tables import AliasConfirmationRow, AliasRow


def learned(session: Session, ask: Counting) -> Section:
    return Section("Learned from people", (), (_aliases(session, ask.period), _traps(ask)))


def _aliases(session: Session, period: Period) -> Table:
    since, until = (datetime.fromtimestamp(at, UTC) for at in (period.since, period.until))
    first = (
        select(AliasConfirmationRow.alias_row, func.min(AliasConfirmationRow.at).label("at"), func.count().label("n"))
        .group_by(AliasConfirmationRow.alias_row)
        .subquery()
    )
    query = select(AliasRow.kind, AliasRow.customer_id, func.count(), func.sum(first.c.n))
    new = query.join(first, first.c.alias_row == AliasRow.id).where(first.c.at >= since, first.c.at < until)
    gone = query.join(first, first.c.alias_row == AliasRow.id).where(
        AliasRow.retired_at >= since, AliasRow.retired_at < until
    )
    by = AliasRow.kind, AliasRow.customer_id
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for kind, customer, n, said in session.execute(new.group_by(*by)):
        counts[kind, customer][:2] = [int(n), int(said)]
    for kind, customer, n, _ in session.execute(gone.group_by(*by)):
        counts[kind, customer][2] = int(n)
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (kind, customer, *numbers) for (kind, customer), numbers in sorted(counts.items())
    )
    words = "Cross-references first confirmed in the period, all confirmations of them, and those retired in it."
    columns = ("kind", "customer", "learned", "confirmations", "retired")
    return Table("aliases", "Cross-references learned and retired", words, columns, rows)


def _traps(ask: Counting) -> Table:
    sql = """
        SELECT a.keyed_by, count(*), sum(CASE WHEN a.wrong <> '[]' THEN 1 ELSE 0 END)
        FROM audits a WHERE a.kind = 'trap' AND a.status = 'done' AND a.decided_s >= :since AND a.decided_s < :until
        GROUP BY a.keyed_by ORDER BY a.keyed_by"""
    rows = tuple(
        (str(who), number(n), number(found), Ratio(number(found), number(n))) for who, n, found in ask.rows(sql)
    )
    words = (
        "Audits in which one value of the machine's answer was made wrong on purpose: how many the auditor found. "
        "Traps are no orders, never leave, and count in no other figure."
    )
    return Table("traps", "Golden traps", words, ("auditor", "traps", "found", "share"), rows)
