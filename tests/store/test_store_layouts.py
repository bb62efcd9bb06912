"""What is taught about layouts lasts, is replaced and forgotten, and every change is in the audit log."""

from __future__ import annotations

import pytest

from pipeline.errors import UsageError
from pipeline.interfaces import LayoutMemory
from pipeline.model import LayoutColumn, LayoutCorrection
from store import Store

FIRST = LayoutCorrection((LayoutColumn("f1", 0.0, "quantity"), LayoutColumn("menge ü", 0.5)), "a.pdf")
SECOND = LayoutCorrection((LayoutColumn("f1", 0.0, "unit_price"), LayoutColumn("x", 0.7, "ignored")), "b.pdf")


def test_corrections_last_oldest_first(store: Store) -> None:
    memory: LayoutMemory = store
    assert memory.layout_corrections() == ()
    memory.remember_layout(FIRST, "ada")
    memory.remember_layout(SECOND, "ada")
    assert memory.layout_corrections() == (FIRST, SECOND)


def test_the_same_layout_is_replaced_and_becomes_the_newest(store: Store) -> None:
    other = LayoutCorrection((LayoutColumn("f1", 0.01, "line_no"), LayoutColumn("menge ü", 0.5, "unit")), "c.pdf")
    assert other.fingerprint == FIRST.fingerprint
    for correction in (FIRST, SECOND, other, other):
        store.remember_layout(correction, "ada")
    assert store.layout_corrections() == (SECOND, other)


def test_a_unique_beginning_names_the_layout_to_forget(store: Store) -> None:
    store.remember_layout(FIRST, "ada")
    store.remember_layout(SECOND, "ada")
    for wrong in ("", "zz", "%"):
        with pytest.raises(UsageError, match="layout begins like that"):
            store.forget_layout(wrong, "bob")
    assert store.forget_layout(FIRST.fingerprint[:10], "bob") == FIRST
    assert store.layout_corrections() == (SECOND,)


def test_who_taught_it_is_audited(store: Store) -> None:
    store.remember_layout(FIRST, "ada")
    store.forget_layout(FIRST.fingerprint, "bob")
    entries = store.audit_entries(FIRST.fingerprint)
    assert [(entry.actor, entry.action) for entry in entries] == [
        ("ada", "layout remembered"),
        ("bob", "layout forgotten"),
    ]
    assert store.audit_verify().faults == ()
