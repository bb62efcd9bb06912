"""Users, sessions and tries, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from intake_rows import Clock

from pipeline.errors import UsageError
from store import Role, Store

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)


def test_users_come_and_go_and_the_log_tells(store: Store) -> None:
    store.people.add(" Ann ", Role.REVIEWER, "hash-1", "root")
    with pytest.raises(UsageError, match="is there already"):
        store.people.add("ANN", Role.ADMIN, "hash-2", "root")
    for wrong in ("", "a b", "<script>", "x" * 65):
        with pytest.raises(UsageError, match="a name is"):
            store.people.add(wrong, Role.ADMIN, "h", "root")
    assert store.people.password_of("Ann") == (store.people.users()[0], "hash-1")
    assert store.people.disable("ann", "root").disabled_at is not None
    assert store.people.password_of("ann") is None
    again = store.people.add("ann", Role.FINANCE, "hash-3", "root")
    assert (again.role, again.disabled_at) == (Role.FINANCE, None)
    with pytest.raises(UsageError, match="not known"):
        store.people.disable("bob", "root")
    entries = store.audit_entries("user:ann")
    assert [(e.actor, e.action) for e in entries] == [
        ("root", "user added"),
        ("root", "user disabled"),
        ("root", "user added"),
    ]
    assert all("hash" not in e.detail for e in entries) and store.audit_verify().faults == ()


def test_a_session_ends_when_idle_when_old_and_when_its_user_is_disabled(store: Store, clock: Clock) -> None:
    ann = store.people.add("ann", Role.REVIEWER, "h", "root")

    def good(token: str) -> bool:
        return store.people.signed_in(token, IDLE, LONGEST) is not None

    for token in ("idle", "busy", "left", "fired"):
        store.people.sign_in(ann, token, "10.0.0.1")
    store.people.sign_out("left")
    assert good("idle") and not good("left") and not good("never")
    for _ in range(36):
        clock.forward(20 * 60)
        assert good("busy") == (clock() - ann.created_at < LONGEST)
    assert not good("idle") and not good("busy")
    store.people.sign_in(ann, "new", "10.0.0.1")
    store.people.disable("ann", "root")
    assert not good("new")
    with pytest.raises(UsageError, match="may not sign in"):
        store.people.sign_in(ann, "newer", "10.0.0.1")


def tried(store: Store, clock: Clock, name: str, hours: int, address: str | None = None) -> int:
    """How many of one try a second are let through to the password."""
    let = 0
    for second in range(hours * 3600):
        let += store.people.may_try(name, address or f"10.{second % 250}.{second // 250}.1") == timedelta(0)
        clock.forward(1)
    return let


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_guessing_is_slow_and_does_not_keep_the_owner_out(store: Store, clock: Clock) -> None:
    ann = store.people.add("ann", Role.REVIEWER, "h", "root")
    store.people.sign_in(ann, "t1", "192.0.2.7")
    assert tried(store, clock, "ann", 1) <= 30
    assert 10 <= tried(store, clock, "ann", 1) <= 20, "the wait has reached its longest"
    assert store.people.may_try("ann", "192.0.2.7") == timedelta(0), "where she signed in before, she still may"
    store.people.sign_in(ann, "t2", "192.0.2.7")
    assert store.people.may_try("ann", "192.0.2.7") == timedelta(0), "a right password forgives"


def test_one_address_trying_many_names_waits_too(store: Store) -> None:
    waits = [store.people.may_try(f"name-{n}", "10.0.0.9") for n in range(5)]
    assert waits[:3] == [timedelta(0)] * 3 and waits[4] > timedelta(0)
