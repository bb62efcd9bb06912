"""Users by groups and providers, their sessions; tokens of programs; groups of customers, looks, the log by pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from intake_rows import Clock, decision, received, recorded

from pipeline.errors import UsageError
from store import Identity, Role, Store
from store.office import ENTRIES

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)


def test_role_groups_and_password_change(store: Store) -> None:
    ann = store.people.add("ann", Role.REVIEWER, "h1", "root")
    assert ann.groups is None, "all customers"
    assert store.people.change("ann", "root", groups=("south", "north", "south")).groups == ("north", "south")
    assert store.people.change("ann", "root", role=Role.APPROVER).groups == ("north", "south")
    assert store.people.change("ann", "root", groups=()).groups == ()
    assert store.people.change("ann", "root", groups=None).groups is None
    for token in ("here", "there"):
        store.people.sign_in(ann, token, "10.0.0.1")
    assert [one.current for one in store.people.sessions("ann", "here")] == [False, True]
    store.people.set_password("ann", "h2", "ann", keep="here")
    assert store.people.signed_in("there", IDLE, LONGEST) is None
    assert store.people.signed_in("here", IDLE, LONGEST) is not None
    found = store.people.password_of("ann")
    assert found is not None and found[1] == "h2"
    assert store.people.sign_out_everywhere("ann", "root") == 1 and store.people.sessions("ann") == ()
    with pytest.raises(UsageError, match="not known"):
        store.people.change("bob", "root", role=Role.ADMIN)


def test_who_comes_from_a_provider_takes_nobodys_name(store: Store) -> None:
    store.people.add("adam", Role.ADMIN, "hash", "root")
    eve = Identity("https://idp|7", "Eve", Role.REVIEWER, ("north",))
    user = store.people.sign_in_as(eve, "t1", "10.0.0.1")
    assert (user.name, user.provided, user.groups) == ("eve", True, ("north",))
    promoted = Identity(eve.subject, "eve-renamed", Role.APPROVER, None)
    again = store.people.sign_in_as(promoted, "t2", "10.0.0.1")
    assert (again.name, again.role, again.groups) == ("eve", Role.APPROVER, None), "the subject counts, not the name"
    with pytest.raises(UsageError, match="another user"):
        store.people.sign_in_as(Identity("https://idp|8", "ADAM", Role.REVIEWER), "t3", "10.0.0.1")
    with pytest.raises(UsageError, match="a name is"):
        store.people.sign_in_as(Identity("https://idp|9", "<b>", Role.REVIEWER), "t4", "10.0.0.1")
    with pytest.raises(UsageError, match="identity provider"):
        store.people.set_password("eve", "hash", "eve")
    store.people.disable("eve", "root")
    with pytest.raises(UsageError, match="may not sign in"):
        store.people.sign_in_as(eve, "t5", "10.0.0.1")
    assert store.people.signed_in("t2", IDLE, LONGEST) is None


def test_a_token_ends_by_time_by_word_and_with_its_user(store: Store, clock: Clock) -> None:
    store.people.add("robot", Role.REVIEWER, "h", "root")
    for scopes, days in (((), 1), (("view",), 0), (("view",), 400)):
        with pytest.raises(UsageError, match="a token needs"):
            store.tokens.issue("robot", "hash", "x", scopes, timedelta(days=days), "root")
    first = store.tokens.issue("Robot", "hash-1", "erp", ("view", "reject"), timedelta(days=30), "root")
    store.tokens.issue("robot", "hash-2", "other", ("view",), timedelta(days=90), "root")
    good = store.tokens.of("hash-1")
    assert good is not None and good.scopes == ("reject", "view") and good.user.name == "robot"
    assert store.tokens.all("robot")[0].used_at == clock.now
    clock.forward(31 * 86_400)
    assert store.tokens.of("hash-1") is None and store.tokens.of("hash-2") is not None
    store.tokens.revoke(store.tokens.all()[1].token_id, "root")
    assert store.tokens.of("hash-2") is None and store.tokens.of("none") is None
    store.tokens.issue("robot", "hash-3", "third", ("view",), timedelta(days=1), "root")
    store.people.disable("robot", "root")
    assert store.tokens.of("hash-3") is None
    with pytest.raises(UsageError, match="no token"):
        store.tokens.revoke("none", "root")
    assert first.token_id in store.audit_entries("user:robot")[1].detail
    assert all("hash-" not in entry.detail for entry in store.audit_entries())


def test_groups_of_customers(store: Store) -> None:
    assert store.office.set_group("North", ("C2", " C1 ", "", "C2"), "adam") == ("C1", "C2")
    store.office.set_group("desk", ("unknown",), "adam")
    assert store.office.groups() == {"desk": ("unknown",), "north": ("C1", "C2")}
    store.office.set_group("north", (), "adam")
    assert list(store.office.groups()) == ["desk"]
    with pytest.raises(UsageError):
        store.office.set_group("no such name", ("C1",), "adam")
    with pytest.raises(UsageError, match="200"):
        store.office.set_group("x", ("C" * 201,), "adam")


def test_looks_messages_and_the_log_by_pages(store: Store, clock: Clock) -> None:
    store.office.looked("mailbox:orders", "3 listed, 1 new")
    clock.forward(60)
    store.office.looked("mailbox:orders", "", ("mailbox orders: no answer",))
    (look,) = store.office.looks()
    assert (look.at, look.found, look.trouble) == (clock.now, "", "mailbox orders: no answer")
    recorded(store, 1, decision())
    received(store, 2)
    assert store.office.messages_by_account() == {"orders": {"done": 1, "received": 1}}
    for n in range(ENTRIES + 5):
        store.note("n", str(n))
    newest = store.office.audit_page()
    older = store.office.audit_page(before=newest[-1].seq)
    assert len(newest) == ENTRIES and newest[0].seq == store.audit_verify().entries
    assert newest[-1].seq == older[0].seq + 1
    assert {e.subject for e in store.office.audit_page(subject="n")} == {"n"}
    assert store.office.audit_page(actor="nobody") == ()
