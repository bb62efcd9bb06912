"""The steps: one bad message never stops the rest, and what goes wrong is told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from intake_workspace import HARBOUR, exported, mail, mails, make_workspace

from extractors.read import read_orders
from flows import steps, wiring
from flows.leases import free_orphans, living, machine, worker_name
from flows.parts import Mailbox, Parts
from flows.processing import Processed, Processor, process_all, process_next
from flows.settings import load_settings
from pipeline.errors import ConfigError, SourceError
from pipeline.model import Decision, Document, MailKey, Order, ReadingContext
from store import MessageState

PartsOf = Callable[..., Parts]


@pytest.fixture
def parts_of(tmp_path: Path) -> Iterator[PartsOf]:
    """The real parts of a workspace with these mails; documents are read in this process."""
    opened = []

    def make(messages: dict[str, bytes] | None = None) -> Parts:
        settings = load_settings(make_workspace(tmp_path / "w", messages))
        context = wiring.workspace_parts(settings)
        opened.append(context)
        parts = context.__enter__()
        steps.sync_erp(parts)
        options = wiring.reading_options(settings.intake)
        return replace(parts, read=partial(read_orders, options=options))

    yield make
    for context in opened:
        context.__exit__(None, None, None)


def outcomes(done: tuple[Processed, ...]) -> list[str]:
    return [str(d.decision.decision) for p in done for d in p.decisions]


def test_the_whole_way(parts_of: PartsOf) -> None:
    parts = parts_of()
    polled = steps.poll(parts)
    assert (polled.listed, polled.new, polled.copies, polled.failures) == (9, 8, 1, [])
    done = process_all(parts)
    assert {p.outcome for p in done} == {"done"}
    assert outcomes(done) == ["auto", "auto", "review", "review", "review", "ignored", "review", "auto"]
    assert len(steps.export_orders(parts).delivered) == 3
    assert steps.acknowledge(parts) == steps.MailboxTroubles()
    assert steps.poll(parts).known == 9 and process_next(parts) is None
    assert steps.export_orders(parts).delivered == []
    assert parts.store.counts().faults == ()


def test_reading_ahead_decides_in_the_order_of_receipt(parts_of: PartsOf) -> None:
    parts = replace(parts_of(), workers=4)
    steps.poll(parts)
    assert outcomes(process_all(parts)) == ["auto", "auto", "review", "review", "review", "ignored", "review", "auto"]


def test_what_nobody_foresaw_costs_one_document(parts_of: PartsOf, caplog: pytest.LogCaptureFixture) -> None:
    good = parts_of()

    def read(document: Document, context: ReadingContext) -> tuple[Order, ...]:
        if document.file_name == "PO-7001.txt":
            raise ZeroDivisionError("a fault in a reader")
        return good.read(document, context)

    parts = replace(good, read=read)
    steps.poll(parts)
    done = process_all(parts)
    first = done[0].decisions[0].decision
    assert first.exceptions == ("unreadable_document",) and "ZeroDivisionError" in first.mismatches[0].reason
    assert "a fault in a reader" in caplog.text and "Traceback" in caplog.text
    assert outcomes(done).count("auto") == 3, "the copy of the unread order passes, the others as ever"
    assert parts.store.counts().messages["done"] == 8


def test_a_mail_that_cannot_be_unpacked_is_a_case(parts_of: PartsOf) -> None:
    good = parts_of({"1.eml": mail(HARBOUR, "x", "y"), **mails()})

    def unpack(raw: bytes) -> object:
        if b"Subject: x" in raw:
            raise RecursionError("too deep")
        return good.unpack(raw)

    parts = replace(good, unpack=unpack)
    steps.poll(parts)
    done = process_all(parts)
    assert [p.outcome for p in done] == ["done"] * 9
    (case,) = [c for c in parts.store.cases() if c.case_id == done[8].decisions[0].order_key[:16]] or [None]
    unread = [d for p in done for d in p.decisions if d.document.media_type == "message/rfc822"]
    assert len(unread) == 1 and "RecursionError" in unread[0].decision.mismatches[0].reason
    assert case is None or case.exceptions


def test_a_fault_in_deciding_is_a_case_too(parts_of: PartsOf) -> None:
    good = parts_of()

    class Broken:
        def match(self, *_: object) -> object:
            raise KeyError("a fault in a matcher")

    parts = replace(good, deciders=lambda history: replace(good.deciders(history), matcher=Broken()))
    steps.poll(parts)
    assert set(outcomes(process_all(parts))) == {"review", "ignored"}
    assert parts.store.counts().messages["done"] == 8 and parts.store.counts().outbox["pending"] == 0


def test_when_an_outside_system_is_away_the_message_waits(parts_of: PartsOf) -> None:
    good = parts_of()

    def read(document: Document, context: ReadingContext) -> tuple[Order, ...]:
        raise SourceError("the cache is away")

    parts = replace(good, read=read)
    steps.poll(parts)
    assert {(p.outcome, p.reason) for p in process_all(parts)} == {("retry", "the cache is away")}
    stuck = good.store.stuck_messages()
    assert len(stuck) == 7 + 1 and all(m.state is MessageState.FAILED and m.attempts == 0 for m in stuck)
    assert all(good.store.retry_message(m.sha256, "ann") for m in stuck)
    assert outcomes(process_all(good)).count("auto") == 3


def test_wrong_configuration_stops_and_costs_nothing(parts_of: PartsOf) -> None:
    good = parts_of()

    def context() -> ReadingContext:
        raise ConfigError("no ERP exports")

    steps.poll(good)
    with pytest.raises(ConfigError):
        process_all(replace(good, context=context))
    assert good.store.counts().messages["received"] == 8 and good.store.stuck_messages() == ()


def test_an_orderly_end_gives_back_what_was_claimed(parts_of: PartsOf) -> None:
    parts = replace(parts_of(), workers=3)
    steps.poll(parts)
    with pytest.raises(KeyboardInterrupt), Processor(parts) as processor:
        assert processor.next() is not None and parts.store.counts().messages["processing"] == 3
        raise KeyboardInterrupt
    assert parts.store.counts().messages["received"] == 8 and parts.store.stuck_messages() == ()


def test_a_worker_that_loses_its_lease_drops_its_result(parts_of: PartsOf) -> None:
    parts = parts_of()
    steps.poll(parts)
    with Processor(parts) as processor:
        job = processor.next()
        assert job is not None
        parts.store.release_owners(machine(), frozenset())
        assert processor.finish(job).outcome == "lost"
    assert len(process_all(parts)) == 8


# --- mailboxes and sinks that fail -----------------------------------------------------------------------------------


class Away:
    """A mailbox that does not answer."""

    def list(self) -> Iterator[tuple[MailKey, int]]:
        raise SourceError("no route to host")

    def fetch(self, key: MailKey) -> bytes | None:
        raise SourceError("no route to host")

    def acknowledge(self, key: MailKey) -> None:
        raise SourceError("no route to host")


def test_a_mailbox_that_is_away_does_not_stop_the_others(parts_of: PartsOf) -> None:
    good = parts_of()
    parts = replace(good, mailboxes=(Mailbox("other", Away(), 10**8), *good.mailboxes))
    polled = steps.poll(parts)
    assert polled.new == 8 and polled.failures == ["mailbox other: no route to host"]


def test_acknowledging_is_tried_again(parts_of: PartsOf) -> None:
    good = parts_of()
    steps.poll(good)
    process_all(good)
    (box,) = good.mailboxes
    away = replace(good, mailboxes=(Mailbox(box.account, Away(), 10**8),))
    assert steps.acknowledge(away).failures == [f"mailbox {box.account}: no route to host"]
    assert good.store.counts().unacknowledged == 9
    assert steps.acknowledge(good) == steps.MailboxTroubles() and good.store.counts().unacknowledged == 0


def test_a_mail_over_the_limit_is_a_visible_case_and_is_read_when_the_limit_is_raised(parts_of: PartsOf) -> None:
    big = mail(HARBOUR, "Order", "x" * 20_000)
    good = parts_of({"1.eml": big})
    (box,) = good.mailboxes
    small = replace(box, max_bytes=10_000)
    limited = replace(good, mailboxes=(replace(small, source=_limited(good, 10_000)),))
    for _ in range(2):
        steps.poll(limited)
    (case,) = [d.decision for p in process_all(limited) for d in p.decisions]
    (listed,) = good.store.cases()
    assert (listed.sender, listed.subject) == (HARBOUR[3], "Order"), "a person sees whose mail it is"
    assert case.exceptions == ("unreadable_document",) and "20," in case.mismatches[0].reason
    assert steps.poll(good).new == 1


def _limited(parts: Parts, limit: int) -> object:
    from connectors.mail_folder import FolderSource

    (box,) = parts.mailboxes
    (key, _), *_ = box.source.list()
    return FolderSource(Path(key.folder), account=box.account, size_limit=limit)


class Fails:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def deliver(self, key: str, decision: Decision) -> str:
        if decision.order.po_number == "PO-7002":
            raise self.error
        return "delivered"


def test_a_refused_export_does_not_stop_the_others(parts_of: PartsOf) -> None:
    good = parts_of()
    steps.poll(good)
    process_all(good)
    result = steps.export_orders(replace(good, sink=Fails(SourceError("disk full"))))
    assert result.delivered == ["delivered"] * 2 and result.failures == ["order PO-7002: disk full"]
    assert good.store.counts().outbox["leaving"] == 1, "it may have arrived: nobody takes it back, it is tried again"
    ((key, _),) = good.store.outbox_problems()
    good.store.retry_export(key, "ann")
    steps.export_orders(replace(good, sink=Fails(ValueError("nonsense"))))
    assert good.store.counts().outbox["failed"] == 1 and good.store.outbox_problems() == ((key, "nonsense"),)


def test_exports_that_are_wrong_are_refused_and_the_last_good_stay(parts_of: PartsOf, tmp_path: Path) -> None:
    parts = parts_of()
    version = parts.store.noted("erp_version")
    items = tmp_path / "w" / "erp" / "items.csv"
    items.write_text(items.read_text().replace("0.50", "half"))
    report = steps.sync_erp(parts)
    assert not report.accepted and report.version == version == parts.store.noted("erp_version")
    assert any("items.csv" in finding and "half" in finding for finding in report.findings)
    steps.poll(parts)
    assert outcomes(process_all(parts)).count("auto") == 3


def test_the_items_of_new_exports_are_indexed_by_the_sync_and_only_those(parts_of: PartsOf, tmp_path: Path) -> None:
    parts = parts_of()
    files = sorted((tmp_path / "w" / "data" / "index").glob("items-*"))
    assert len(files) == 1
    steps.poll(parts)
    process_all(parts)
    assert sorted((tmp_path / "w" / "data" / "index").glob("items-*")) == files  # the matcher took this one
    prices, items = (tmp_path / "w" / "erp" / f"{name}.csv" for name in ("price_list", "items"))
    prices.write_text(prices.read_text().replace("0.50", "0.51"))
    assert steps.sync_erp(parts).changed
    assert sorted((tmp_path / "w" / "data" / "index").glob("items-*")) == files
    items.write_text(items.read_text() + "\n")
    assert steps.sync_erp(parts).accepted
    assert len(list((tmp_path / "w" / "data" / "index").glob("items-*"))) == 2


# --- workers --------------------------------------------------------------------------------------------------------


def test_a_living_worker_is_told_from_a_dead_one(parts_of: PartsOf) -> None:
    me = worker_name()
    dead, elsewhere = f"{machine()}999999999-1", "otherhost/x/1/1-1"
    recycled = me.rpartition("-")[0] + "-1"
    assert living(frozenset({me, dead, elsewhere, recycled})) == {me}
    parts = parts_of()
    steps.poll(parts)
    for owner in (me, dead, elsewhere):
        parts.store.claim(owner)
    assert free_orphans(parts.store) == 1
    assert parts.store.lease_owners() == {me, elsewhere}


def test_nothing_leaves_before_it_is_decided(parts_of: PartsOf, tmp_path: Path) -> None:
    parts = parts_of()
    steps.poll(parts)
    assert steps.export_orders(parts).delivered == [] and exported(tmp_path / "w") == {}
