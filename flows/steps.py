"""The steps behind the flows and the command line: poll, process, export, sync. Plain functions, safe to repeat.

The database is the truth: each step asks it what is left to do, and a step that died is simply taken up again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from flows.parts import Mailbox, Parts, SyncReport
from pipeline import faults
from pipeline.errors import ConfigError, DocumentError, IntakeError, SourceError
from pipeline.model import MailKey
from store import OutboxItem

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(slots=True)
class MailboxTroubles:
    """A line each: ``failures`` of mailboxes that did not answer, ``misconfigured`` ones wait for the operator."""

    failures: list[str] = field(default_factory=list)
    misconfigured: list[str] = field(default_factory=list)

    def note(self, account: str, error: SourceError | ConfigError) -> None:
        text = str(error)
        if not text.startswith(f"mailbox {account}"):
            text = f"mailbox {account}: {text}"
        log.warning("%s", text)
        (self.misconfigured if isinstance(error, ConfigError) else self.failures).append(text)


@dataclass(slots=True)
class PollResult(MailboxTroubles):
    """What was found in the mailboxes and what became of it."""

    listed: int = 0
    known: int = 0
    new: int = 0
    copies: int = 0  # content that we hold already, at another place
    too_large: int = 0
    gone: int = 0  # listed, and no longer there when fetched


def poll(parts: Parts) -> PollResult:
    """One look into every mailbox. One that does not answer or has a wrong password does not stop the others."""
    result = PollResult()
    for mailbox in parts.mailboxes:
        listed, new = result.listed, result.new
        trouble: list[str] = []
        try:
            _poll_mailbox(parts, mailbox, result)
        except (SourceError, ConfigError) as error:
            result.note(mailbox.account, error)
            trouble.append(str(error))
        found = f"{result.listed - listed} listed, {result.new - new} new"
        parts.store.office.looked(f"mailbox:{mailbox.account}", found, trouble)
    return result


def _poll_mailbox(parts: Parts, mailbox: Mailbox, result: PollResult) -> None:
    places = parts.store.known_locations(mailbox.account)
    for key, size in mailbox.source.list():
        result.listed += 1
        too_large = size > mailbox.max_bytes
        if key in places and (places[key] or too_large):
            result.known += 1
        else:
            _take_in(parts, mailbox, key, not too_large, result)


def _take_in(parts: Parts, mailbox: Mailbox, key: MailKey, whole: bool, result: PollResult) -> None:
    """Archived first, booked second: whatever is booked can be read again.

    For a mail over the size limit the source gives a small stand-in, which becomes a case that says so.
    """
    raw = mailbox.source.fetch(key)
    if raw is None:
        result.gone += 1
        return
    faults.point("after-fetch")
    sha256 = parts.originals.put(raw)
    faults.point("after-archive")
    is_new = parts.store.receive(key, sha256, len(raw), whole=whole)
    result.new += is_new
    result.copies += not is_new
    result.too_large += not whole


def acknowledge(parts: Parts) -> MailboxTroubles:
    """Tells the mailboxes which messages are done, last of all; what did not work is tried again next time."""
    sources = {mailbox.account: mailbox.source for mailbox in parts.mailboxes}
    troubles = MailboxTroubles()
    for key in parts.store.locations_to_acknowledge():
        if key.account not in sources:
            continue
        try:
            sources[key.account].acknowledge(key)
        except (SourceError, ConfigError) as error:
            troubles.note(key.account, error)
            del sources[key.account]
            continue
        faults.point("after-mailbox-acknowledged")
        parts.store.acknowledged(key)
    return troubles


# --- export ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class ExportResult:
    delivered: list[str] = field(default_factory=list)  # where each went
    failures: list[str] = field(default_factory=list)


def export_orders(parts: Parts) -> ExportResult:
    """Lets approved orders leave. An order that is refused does not stop the others."""
    result = ExportResult()
    for item in parts.store.outbox_pending():
        try:
            if parts.store.outbox_begin(item.key):  # else a person took it back meanwhile
                result.delivered.append(_deliver(parts, item))
        except SourceError as error:
            _not_delivered(parts, item, error, result, retry=True)
        except Exception as error:  # the barrier: one order, kept and visible, the rest goes on
            log.exception("order %s was not exported", item.key[:12])
            _not_delivered(parts, item, error, result, retry=False)
    return result


def _deliver(parts: Parts, item: OutboxItem) -> str:
    """The key goes to the sink first: dying between the two lines repeats the same delivery under the same key."""
    went_to = parts.sink.deliver(item.key, item.decision)
    faults.point("after-deliver")
    parts.store.outbox_done(item.key, went_to)
    return went_to


def _not_delivered(parts: Parts, item: OutboxItem, error: Exception, result: ExportResult, *, retry: bool) -> None:
    number = item.decision.order.po_number or item.key[:12]
    result.failures.append(f"order {number}: {error}")
    parts.store.outbox_failed(item.key, str(error) or type(error).__name__, retry)


def sync_erp(parts: Parts) -> SyncReport:
    """Takes over new ERP exports if they are right; else the last good ones stay in force and the findings are told."""
    report = parts.sync()
    if report.version is not None:  # noted again when it is known: a run may have died before it was
        parts.store.note("erp_version", report.version)
    parts.store.office.looked("erp", report.version or "none", report.findings)
    for finding in report.findings:
        log.warning("ERP exports refused: %s", finding)
    return report


def unforeseen(error: Exception, what: str) -> DocumentError:
    """What a person is told when the program met something nobody thought of; the log has the traceback."""
    if isinstance(error, DocumentError):
        return error
    return DocumentError(f"{what}: unforeseen {type(error).__name__}: {error}; the log has the details")


def guarded(work: Callable[[], T], what: str) -> T:
    """Runs ``work`` on one document. What is unforeseen becomes a ``DocumentError``: it costs one document only."""
    try:
        return work()
    except IntakeError:
        raise
    except Exception as error:
        log.exception("%s could not be worked on", what)
        raise unforeseen(error, what) from error
