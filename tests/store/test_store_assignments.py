"""Who works on a case: the soft lock and its end, assigning, postponing, asking; what the queue makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from intake_rows import Clock, decision, recorded
from sqlalchemy import insert

from pipeline.errors import UsageError
from pipeline.model import Decision, Resolution, Verdict
from store import QueueQuery, QueueShow, QueueSort, Role, StaleCase, Store, open_store
from store.assignments import HOLD
from store.case_facts import due
from store.desk_tables import CustomerGroupRow
from store.engine import connect
from store.migrate import downgrade, upgrade


def cases(store: Store, number: int = 2) -> list[str]:
    for n in range(number):
        recorded(store, n, decision(Verdict.REVIEW, po=f"PO-{n}"))
    for name in ("ann", "bob"):
        store.people.add(name, Role.REVIEWER, "hash", "root")
    return [case.case_id for case in store.cases()]


def said(store: Store, case_id: str) -> list[tuple[str, str]]:
    return [(e.actor, e.action) for e in store.audit_entries(store.case(case_id).order_key) if e.actor != "po-intake"]


def test_a_case_is_held_for_a_while_and_for_one(store: Store, clock: Clock) -> None:
    first, second = cases(store)
    assert store.assignments.take(first, "ann").held_by == "ann"
    assert store.assignments.take(first, "bob").held_by == "ann", "bob is told who looks at it"
    assert store.queue_page(QueueQuery()).rows[0].locked_by == "ann"
    assert store.next_case(second, "bob") is None, "what ann looks at is no next case for bob"
    assert store.next_case(second, "ann") == first
    clock.forward(HOLD.total_seconds() * 0.7)
    assert store.assignments.take(first, "ann").held_until == clock.now + HOLD
    clock.forward(HOLD.total_seconds() + 1)
    assert store.assignments.of(first).held_by is None and store.next_case(second, "bob") == first
    assert store.assignments.take(first, "bob").held_by == "bob"
    assert store.assignments.release(first, "ann").held_by == "bob", "nobody hands back what is not theirs"
    assert store.assignments.release(first, "bob").held_by is None
    assert said(store, first) == [("ann", "taken"), ("bob", "taken"), ("bob", "handed back")]
    assert store.audit_verify().faults == ()


def test_assigning_and_asking(store: Store) -> None:
    first, second = cases(store)
    store.assignments.take(first, "ann")
    assert store.assignments.assign_to(first, "Bob", "ann").assigned_to == "bob"
    assert store.assignments.of(first).held_by is None, "who assigns it to another does not hold it any more"
    with pytest.raises(UsageError, match="not known"):
        store.assignments.assign_to(first, "nobody", "ann")
    with pytest.raises(UsageError, match="say what"):
        store.assignments.flag(second, " ", "ann")
    assert store.assignments.flag(second, "is this price agreed?", "ann", ask="bob").flagged_for == "bob"
    mine = QueueQuery(show=QueueShow.MINE, user="bob")
    assert store.queue_page(mine).total == 2 and store.next_case("none", "ann") is None
    assert store.assignments.release(first, "bob").assigned_to is None
    assert store.queue_page(QueueQuery(show=QueueShow.FLAGGED)).rows[0].flag_note == "is this price agreed?"
    assert store.assignments.unflag(second, "bob").flag_note is None
    assert ("bob", "flag taken down") in said(store, second)


def test_a_postponed_case_comes_back_by_itself(store: Store, clock: Clock) -> None:
    first, second = cases(store)
    for wrong in (clock.now, clock.now + timedelta(days=400)):
        with pytest.raises(UsageError, match="yet to come"):
            store.assignments.postpone(first, wrong, "ann")
    store.assignments.postpone(first, clock.now + timedelta(days=2), "ann", "customer calls back")
    assert [row.case_id for row in store.queue_page(QueueQuery()).rows] == [second]
    assert store.queue_page(QueueQuery(show=QueueShow.POSTPONED)).total == 1 and store.next_case(second) is None
    assert store.queue_page(QueueQuery(show=QueueShow.ALL)).total == 2 and store.ageing().postponed == 1
    clock.forward(2 * 86_400)
    assert store.queue_page(QueueQuery()).total == 2 and store.assignments.of(first).postponed_until is None


def test_what_is_closed_or_unknown_is_nobodys(store: Store) -> None:
    first, _ = cases(store)
    case = store.case(first)
    store.resolve(Resolution(first, case.version, "reject", "ann", case.opened_at, "spam"), None, 0)
    with pytest.raises(StaleCase):
        store.assignments.take(first, "ann")
    with pytest.raises(UsageError, match="no case"):
        store.assignments.take(first[:8], "ann")


def worth(po: str, total: str | None, customer: str | None, wanted: date | None = None) -> Decision:
    plain = decision(Verdict.REVIEW, po=po, customer=customer)
    return replace(plain, order=replace(plain.order, total=total and Decimal(total), requested_date=wanted))


def test_sorted_by_due_time_value_customer(store: Store) -> None:
    recorded(store, 1, worth("A", "10.00", "C3"))
    recorded(store, 2, worth("B", "1e30", "C1", date(2026, 11, 17)))
    recorded(store, 3, worth("C", "99.99", None, date(2026, 11, 1)))

    def by(sort: QueueSort) -> str:
        return "".join(row.po_number or "" for row in store.queue_page(QueueQuery(sort=sort)).rows)

    assert by(QueueSort.DUE) == "CBA" and by(QueueSort.AGE) == "ABC" and by(QueueSort.VALUE) == "BCA"
    assert by(QueueSort.CUSTOMER) in ("CBA", "BAC") and len(by(QueueSort.REASON)) == 3
    row = store.queue_page(QueueQuery(search="C", sort=QueueSort.DUE)).rows[0]
    assert row.due_at == row.opened_at, "a day that is past cannot be met; it is due at once"


def test_due_the_day_after_or_before_the_goods_are_wanted(clock: Clock) -> None:
    plain = worth("A", None, "C1").order
    assert due(clock.now, plain) == clock.now + timedelta(days=1)
    assert due(clock.now, worth("A", None, "C1", date(2026, 11, 17)).order).date() == date(2026, 11, 17)


def test_ageing_counts_every_open_case_once(store: Store, clock: Clock) -> None:
    for n, hours in enumerate((200, 100, 30, 10, 1)):
        clock.now -= timedelta(hours=hours)
        recorded(store, n, decision(Verdict.REVIEW, po=f"PO-{n}"))
        clock.now += timedelta(hours=hours)
    seen = store.ageing()
    assert [count for _, count in seen.ages] == [1, 1, 1, 1, 1] and seen.total == 5 and seen.overdue == 3


def test_only_the_customers_of_the_own_groups_are_seen(store: Store) -> None:
    for n, customer in enumerate(("C1", "C2", None)):
        recorded(store, n, decision(Verdict.REVIEW, po=f"PO-{n}", customer=customer))
    rows = [{"name": "north", "customer_id": "C1"}, {"name": "desk", "customer_id": "unknown"}]
    with store._db.writing("test") as session:
        session.execute(insert(CustomerGroupRow), rows)
    expected = {None: 3, (): 0, ("north",): 1, ("desk",): 1, ("north", "desk"): 2, ("none",): 0}
    ids = [case.case_id for case in store.cases()]
    for groups, number in expected.items():
        assert store.queue_page(QueueQuery(groups=groups)).total == number
        assert sum(store.may_see(case, groups) for case in ids) == number
        assert store.ageing(groups).total == number
        assert (store.next_case("none", groups=groups) is not None) == (number > 0)


def test_cases_of_an_earlier_version_are_filled_in(store: Store, url: str) -> None:
    recorded(store, 1, worth("A", "10.50", "C3"))
    recorded(store, 2, worth("B", None, None))
    before = store.queue_page(QueueQuery()).rows
    db = connect(url)
    downgrade(db, "0006"), upgrade(db)
    with open_store(url, clock=store._db.now) as again:
        assert again.queue_page(QueueQuery()).rows == before
        assert again.queue_page(QueueQuery(reason="wrong_price")).total == 2
    db.engine.dispose()
