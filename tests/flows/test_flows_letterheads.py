"""A customer whose letterhead is not on file is known once two people have said so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from intake_workspace import HARBOUR, mail, make_workspace, order_text

from extractors.read import read_orders
from flows import queue, steps, wiring
from flows.parts import Parts
from flows.processing import process_all
from flows.settings import load_settings
from pipeline.model import AliasKind, Decision

MOVED = ("HP Marine Pumps Ltd", "99 New Wharf", "Bristol BS2 0AA", "ann@gmail.com")  # what Harbour Pumps prints now
NUTS = ("FX-1003", "NUT M8 ZINC")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "w", {})


@pytest.fixture
def parts(workspace: Path) -> Iterator[Parts]:
    settings = load_settings(workspace)
    with wiring.workspace_parts(settings) as opened:
        steps.sync_erp(opened)
        yield replace(opened, read=partial(read_orders, options=wiring.reading_options(settings.intake)))


def sent(parts: Parts, workspace: Path, n: int) -> Decision:
    text = order_text(MOVED, f"PO-{n}", [(*NUTS, n, "0.20")])
    sender = (*MOVED[:3], f"buyer{n}@gmail.com")  # another one each time: only the letterhead stays
    (workspace / "mails" / f"{n}.eml").write_bytes(mail(sender, f"Order {n}", text.replace(MOVED[3], sender[3])))
    steps.poll(parts)
    process_all(parts)
    return parts.store.recorded_order(f"PO-{n}").in_force


def entered_for(parts: Parts, n: int, *people: str) -> None:
    """As Harbour Pumps'; a mail from nowhere takes two people, the last of whom is remembered."""
    (case,) = [c.case_id for c in parts.store.cases() if c.po_number == f"PO-{n}"]
    order = json.loads(queue.draft(parts.store.case(case)))
    order["buyer"] |= {"name": HARBOUR[0], "address": f"{HARBOUR[1]}, {HARBOUR[2]}"}
    order["ship_to"] = dict(order["buyer"])
    queue.correct(parts, case, people[0], json.dumps(order))
    for person in people:
        if parts.store.case(case).status == "open":
            queue.approve(parts, case, person)
    assert parts.store.case(case).status == "resolved"


def test_a_letterhead_is_learned(parts: Parts, workspace: Path) -> None:
    for n, people in ((1, ("ann", "bob")), (2, ("bob", "ann")), (3, ("ann", "bob"))):
        assert sent(parts, workspace, n).customer_id is None
        entered_for(parts, n, *people)
    (row,) = [row for row in parts.store.aliases("C1") if row.alias.kind is AliasKind.LETTERHEAD]
    assert {c.by for c in row.confirmations} == {"ann", "bob"}
    assert sent(parts, workspace, 4).customer_id == "C1"
    assert "PO-4" in [order.po_number for order in parts.store.touched_by(row.alias)]
