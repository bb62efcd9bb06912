"""The queue as the database cuts it: pages, filters, the case that comes next."""

from __future__ import annotations

from dataclasses import replace

from intake_rows import decision, recorded

from pipeline.model import Resolution, Verdict
from store import QueueQuery, Store
from store.queue import ROWS


def test_pages_filters_and_the_next_case(store: Store) -> None:
    for n in range(ROWS + 5):
        recorded(store, n, decision(Verdict.REVIEW, po=f"PO-{n:03}", customer="C1" if n % 2 else "C2"))
    first, second = store.queue_page(QueueQuery()), store.queue_page(QueueQuery(page=2))
    numbers = [row.po_number for row in (*first.rows, *second.rows)]
    assert numbers == [f"PO-{n:03}" for n in range(ROWS + 5)]
    assert (first.total, first.pages, len(second.rows)) == (ROWS + 5, 2, 5)
    assert store.queue_page(QueueQuery(page=3)).rows == ()
    assert store.queue_page(QueueQuery(customer="C1")).total == (ROWS + 5) // 2
    assert store.queue_page(QueueQuery(reason="wrong_price", search="po-01")).total == 10
    assert store.queue_page(QueueQuery(reason="below_moq")).total == 0
    assert [store.queue_page(QueueQuery(search=text)).total for text in ("%", "_", "'", "\\")] == [0, 0, 0, 0]
    ids = [row.case_id for row in first.rows]
    assert store.next_case(ids[0]) == ids[1]
    assert store.next_case(second.rows[-1].case_id) == ids[0], "round again to what was passed over"
    case = store.case(ids[1])
    store.resolve(Resolution(case.case_id, case.version, "reject", "ann", case.opened_at, "spam"), None, 0)
    assert store.next_case(ids[0]) == ids[2] and store.queue_page(QueueQuery()).total == ROWS + 4
    assert [row.case_id for row in store.queue_page(QueueQuery(status="rejected")).rows] == [ids[1]]


def test_a_reason_that_is_settled_is_searched_no_more(store: Store) -> None:
    recorded(store, 1, decision(Verdict.REVIEW))
    (row,) = store.queue_page(QueueQuery(reason="wrong_price")).rows
    case = store.case(row.case_id)
    other = tuple(replace(m, code="below_moq") for m in case.decision.mismatches)
    revised = replace(case.decision, mismatches=other)
    store.revise(Resolution(case.case_id, case.version, "correct", "ann", case.opened_at, ""), revised)
    assert store.queue_page(QueueQuery(reason="wrong_price")).rows == ()
    assert store.queue_page(QueueQuery(reason="below_moq")).total == 1


def test_who_signs_twice_stands_there_once(store: Store) -> None:
    recorded(store, 1, decision(Verdict.REVIEW))
    case = store.case(store.cases()[0].case_id)
    said = Resolution(case.case_id, case.version, "sign", "ann", case.opened_at, "")
    signed = store.sign(said, case.decision)
    again = store.sign(replace(said, version=signed.version), case.decision)
    assert again == signed and signed.signed_by == "ann"
    approval = Resolution(case.case_id, signed.version, "approve", "bob", case.opened_at, "")
    store.resolve(approval, case.decision, store.history().mark)
    assert store.case(case.case_id).status == "resolved"
