"""Messages: taken in once, worked on by one, given up after three dead workers."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from intake_rows import Clock, claimed, decision, ignored, key_of, raw, received, recorded, result

from pipeline.run import sha256_of
from store import LeaseLost, MessageState, StaleHistory, Store, open_store


def test_the_same_content_is_new_once_and_gains_a_place(store: Store) -> None:
    sha256 = sha256_of(raw(1))
    assert store.receive(key_of(1), sha256, 10)
    assert not store.receive(key_of(1), sha256, 10)
    assert not store.receive(key_of(2), sha256, 10)
    assert store.known_location(key_of(1)) and store.known_location(key_of(2)) and not store.known_location(key_of(3))
    assert store.known_locations("orders") == {key_of(1): True, key_of(2): True}
    assert store.counts().messages["received"] == 1


def test_a_place_that_holds_other_content_now_is_a_new_message(store: Store) -> None:
    recorded(store, 1, ignored())
    assert store.receive(key_of(1), sha256_of(b"replaced"), 8)
    assert claimed(store).sha256 == sha256_of(b"replaced")


def test_a_stand_in_of_a_large_mail_is_not_acknowledged_and_gives_way_when_the_limit_is_raised(store: Store) -> None:
    store.receive(key_of(1), sha256_of(b"stand-in"), 8, whole=False)
    assert store.known_locations("orders") == {key_of(1): False}
    store.record_result(claimed(store), result(sha256_of(b"stand-in"), ignored()), 0)
    assert store.locations_to_acknowledge() == () and store.counts().unacknowledged == 0
    assert store.receive(key_of(1), sha256_of(raw(1)), 10**9)
    assert store.known_locations("orders") == {key_of(1): True}
    assert claimed(store).sha256 == sha256_of(raw(1))


def test_claims_go_oldest_first_and_never_to_two(store: Store) -> None:
    shas = [received(store, n) for n in range(3)]
    assert [claimed(store, f"w{i}").sha256 for i in range(3)] == shas
    assert store.claim("w4") is None


def test_an_ended_lease_is_taken_over_and_the_first_holder_may_not_record(store: Store, clock: Clock) -> None:
    sha256 = received(store, 1)
    first = claimed(store, "slow")
    clock.forward(61)
    second = claimed(store, "quick")
    assert second.fence > first.fence and second.attempt == 2
    with pytest.raises(LeaseLost):
        store.record_result(first, result(sha256, decision()), store.history().mark)
    assert not store.renew(first)
    store.record_result(second, result(sha256, decision()), store.history().mark)
    assert store.counts().orders["auto"] == 1
    with pytest.raises(LeaseLost):
        store.fail(first, "too late", retry=True)
    assert store.counts().messages["done"] == 1


def test_a_renewed_lease_lasts(store: Store, clock: Clock) -> None:
    received(store, 1)
    claim = claimed(store)
    for _ in range(5):
        clock.forward(40)
        assert store.renew(claim)
    assert store.claim("other") is None


def test_a_lease_from_before_the_clock_was_set_back_does_not_hold_for_a_year(store: Store, clock: Clock) -> None:
    received(store, 1)
    claimed(store)
    clock.forward(-365 * 24 * 3600)
    assert claimed(store, "other").attempt == 2


def test_a_message_that_kills_its_workers_is_dead_after_three_with_the_reason(store: Store, clock: Clock) -> None:
    sha256 = received(store, 1)
    received(store, 2)
    for attempt in (1, 2, 3):
        assert (claim := claimed(store)).sha256 == sha256 and claim.attempt == attempt
        clock.forward(61)
    assert claimed(store).sha256 != sha256
    (stuck,) = [m for m in store.stuck_messages() if m.sha256 == sha256]
    assert stuck.state is MessageState.DEAD and "died 3 times" in (stuck.error or "")
    assert not store.retry_message("unknown", "ann")
    assert store.retry_message(sha256, "ann")
    assert claimed(store).attempt == 1


def test_an_orderly_end_and_a_silent_server_cost_no_attempt(store: Store, clock: Clock) -> None:
    received(store, 1)
    for _ in range(5):
        store.release(claimed(store))
    for _ in range(5):
        store.fail(claim := claimed(store), "the ERP folder is away", retry=True)
        assert claim.attempt == 1
        assert store.claim("w") is None, "backoff"
        clock.forward(1800)
    assert store.counts().messages["failed"] == 1


def test_failing_for_good_is_dead(store: Store) -> None:
    received(store, 1)
    store.fail(claimed(store), "no way", retry=False)
    assert [(m.state, m.error) for m in store.stuck_messages()] == [(MessageState.DEAD, "no way")]
    assert store.audit_entries()[-1].action == "dead"


def test_dead_workers_of_a_machine_are_freed_at_once(store: Store) -> None:
    for n in range(3):
        received(store, n)
    claimed(store, "host/1"), claimed(store, "host/2"), claimed(store, "other/1")
    assert store.lease_owners() == {"host/1", "host/2", "other/1"}
    assert store.release_owners("host/", frozenset({"host/2"})) == 1
    assert claimed(store, "host/3").attempt == 2
    assert store.claim("host/3") is None


def test_acknowledged_last_and_once(store: Store) -> None:
    sha256 = received(store, 1)
    store.receive(key_of(2), sha256, 10)
    assert store.locations_to_acknowledge() == ()
    store.record_result(claimed(store), result(sha256, ignored()), 0)
    assert store.locations_to_acknowledge() == (key_of(1), key_of(2))
    assert store.counts().unacknowledged == 2
    store.acknowledged(key_of(1)), store.acknowledged(key_of(1))
    assert store.locations_to_acknowledge() == (key_of(2),)


def test_two_orders_of_a_customer_decided_side_by_side_do_not_both_pass(store: Store) -> None:
    one, two = received(store, 1), received(store, 2)
    claim_one, claim_two = claimed(store, "a"), claimed(store, "b")
    seen = store.history().mark
    store.record_result(claim_one, result(one, decision()), seen)
    with pytest.raises(StaleHistory):
        store.record_result(claim_two, result(two, decision()), seen)
    assert store.counts().orders["auto"] == 1
    history = store.history()
    assert [o.po_number for o in history.earlier("C1", "po 1")] == ["PO-1"]
    store.record_result(claim_two, result(two, decision(po="PO-2", customer="C2")), seen)


def test_hostile_text_is_kept_readable(store: Store) -> None:
    sha256 = received(store, 1)
    hostile = result(sha256, decision(po="P\0O \ud800" + "9" * 5000))
    store.record_result(claimed(store), hostile, store.history().mark)
    (order,) = store.history().earlier(None, None)
    assert order.po_number.startswith("P\ufffdO ?999")


@pytest.mark.slow
@pytest.mark.parametrize("messages", [80, pytest.param(500, marks=pytest.mark.torture)])
def test_eight_workers_take_each_message_once(url: str, messages: int) -> None:
    workers = 8
    with open_store(url) as store:
        for n in range(messages):
            received(store, n)
    done: list[str] = []
    again: Counter[str] = Counter()
    errors: list[Exception] = []

    def work(owner: str) -> None:
        with open_store(url) as own:
            try:
                while (claim := own.claim(owner)) is not None:
                    take = result(claim.sha256, decision(po=claim.sha256[:8], customer=claim.sha256[:8]))
                    while True:
                        try:
                            own.record_result(claim, take, own.history().mark)
                            break
                        except StaleHistory:
                            again[claim.sha256] += 1
                    done.append(claim.sha256)
            except Exception as error:  # noqa: BLE001
                errors.append(error)

    threads = [threading.Thread(target=work, args=(f"w{i}",)) for i in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(done) == len(set(done)) == messages
    with open_store(url) as store:
        counts = store.counts()
        assert counts.messages["done"] == counts.orders["auto"] == counts.outbox["pending"] == messages
        assert counts.faults == () and store.audit_verify().faults == () and store.integrity() == ()
