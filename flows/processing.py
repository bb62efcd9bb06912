"""From received messages to recorded decisions: read side by side, decided one after the other in their order."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType

from flows.leases import LeaseKeeper, free_orphans, worker_name
from flows.parts import Parts
from flows.steps import guarded, unforeseen
from pipeline import faults
from pipeline.errors import ConfigError, DocumentError, IntakeError, SourceError
from pipeline.model import Document, Message, Order, ReadingContext
from pipeline.run import (
    DocumentDecision,
    MessageReading,
    MessageResult,
    decide_message,
    order_key,
    read_message,
)
from store import ClaimedMessage, LeaseLost, StaleHistory, StoreHistory

log = logging.getLogger(__name__)

MEDIA_TYPE = "message/rfc822"


class Abandoned(IntakeError):
    """A reading that nobody waits for any more."""


@dataclass(frozen=True, slots=True)
class Processed:
    """What became of one message: "done", "retry" (an outside system did not answer), "dead" or "lost" (to another)."""

    sha256: str
    outcome: str
    decisions: tuple[DocumentDecision, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed message whose reading is under way."""

    claim: ClaimedMessage
    reading: Future[MessageReading]


class Processor:
    """Works off the messages that are due: ``while job := p.next(): p.finish(job)``.

    Up to ``parts.workers`` messages are claimed and read ahead. Leaving the ``with`` block gives back what was
    claimed and not finished, so that an orderly end costs no attempt.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._owner = worker_name()
        self._ahead: deque[Job] = deque()
        self._leases = LeaseKeeper(parts.store)
        self._ending = threading.Event()

    def next(self) -> Job | None:
        """The oldest message that is due; None when nothing is left."""
        while len(self._ahead) < max(1, self._parts.workers):
            claim = self._parts.store.claim(self._owner)
            if claim is None:
                break
            self._leases.keep(claim)
            faults.point("after-leased")
            self._ahead.append(Job(claim, self._start_reading(claim)))
        return self._ahead[0] if self._ahead else None

    def finish(self, job: Job) -> Processed:
        """Waits for the reading, decides, records."""
        try:
            processed = _finish(self._parts, job)
        except LeaseLost as error:
            log.warning("%s", error)
            processed = Processed(job.claim.sha256, "lost", reason=str(error))
        self._ahead.remove(job)
        self._leases.drop(job.claim)
        return processed

    def _start_reading(self, claim: ClaimedMessage) -> Future[MessageReading]:
        """In a daemon thread: the end of the program never waits for a document."""
        reading: Future[MessageReading] = Future()
        work = partial(read_claimed, replace(self._parts, read=self._unless_ending), claim)
        threading.Thread(target=_fulfil, args=(reading, work), name="read", daemon=True).start()
        return reading

    def _unless_ending(self, document: Document, context: ReadingContext) -> tuple[Order, ...]:
        """At the end the reading processes are stopped: what fails then is no fault of the document."""
        try:
            return self._parts.read(document, context)
        except Exception:
            if self._ending.is_set():
                raise Abandoned(f"{document.file_name}: the program is ending") from None
            raise

    def __enter__(self) -> Processor:
        free_orphans(self._parts.store)
        self._leases.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ending.set()
        self._leases.__exit__(kind, error, at)
        for job in self._ahead:
            try:
                self._parts.store.release(job.claim)
            except (LeaseLost, SourceError) as failed:  # its lease ends by itself
                log.warning("%s", failed)


def _fulfil(reading: Future[MessageReading], work: Callable[[], MessageReading]) -> None:
    try:
        reading.set_result(work())
    except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
        reading.set_exception(error)


def process_all(parts: Parts) -> tuple[Processed, ...]:
    """Everything that is due, in the order of receipt."""
    done = []
    with Processor(parts) as processor:
        while (job := processor.next()) is not None:
            done.append(processor.finish(job))
    return tuple(done)


def process_next(parts: Parts) -> Processed | None:
    """The oldest message that is due; None when there is none."""
    with Processor(replace(parts, workers=1)) as processor:
        job = processor.next()
        return None if job is None else processor.finish(job)


def _finish(parts: Parts, job: Job) -> Processed:
    claim = job.claim
    try:
        result = _decide_and_record(parts, claim, job.reading.result())
    except SourceError as error:
        parts.store.fail(claim, str(error), retry=True)
        return Processed(claim.sha256, "retry", reason=str(error))
    except (LeaseLost, ConfigError):
        raise
    except Exception as error:  # the barrier: this message goes to a person, the mailbox goes on
        log.exception("message %s could not be processed", claim.sha256[:12])
        return _give_to_person(parts, claim, unforeseen(error, "the message could not be processed"))
    return Processed(claim.sha256, "done", result.decisions)


# --- reading ---------------------------------------------------------------------------------------------


def read_claimed(parts: Parts, claim: ClaimedMessage) -> MessageReading:
    """Original → message → documents → orders. A document that fails unforeseen is one that cannot be read."""
    raw = parts.originals.get(claim.sha256)
    message, documents = guarded(lambda: parts.unpack(raw), "the mail could not be unpacked")

    def read(document: Document, context: ReadingContext) -> tuple[Order, ...]:
        return guarded(lambda: parts.read(document, context), document.file_name)

    return _keyed(read_message(message, documents, read, parts.context()), claim, message)


def _keyed(reading: MessageReading, claim: ClaimedMessage, message: Message) -> MessageReading:
    """The archived bytes are the key, whatever the parser says of them."""
    if reading.sha256 == claim.sha256:
        return reading
    return MessageReading(claim.sha256, replace(message, sha256=claim.sha256), reading.readings)


# --- deciding --------------------------------------------------------------------------------------------


def _decide_and_record(parts: Parts, claim: ClaimedMessage, reading: MessageReading) -> MessageResult:
    """Decides with what is known now; decides again when an order of the same customer came in between."""
    while True:
        history = parts.store.history()
        result = _decide(parts, claim, reading, history)
        faults.point("after-decided")
        try:
            parts.store.record_result(claim, result, history.mark)
        except StaleHistory as error:
            log.info("message %s: %s", claim.sha256[:12], error)
            continue
        return result


def _decide(parts: Parts, claim: ClaimedMessage, reading: MessageReading, history: StoreHistory) -> MessageResult:
    """ "Today" is the day the message was received, so that a repetition decides the same."""
    deciders = parts.deciders(history)
    return MessageResult(reading, decide_message(reading, deciders, claim.received_at.date()))


def _give_to_person(parts: Parts, claim: ClaimedMessage, error: DocumentError) -> Processed:
    """A review case for the message as a whole; if even that fails, the message is dead with its reason."""
    document = Document(claim.sha256, "message.eml", MEDIA_TYPE, b"")
    try:
        history = parts.store.history()
        decision = parts.deciders(history).judge_error(error)
        key = order_key(claim.sha256, document, decision.order, 0)
        decided = (DocumentDecision(key, document, decision),)
        reading = MessageReading(claim.sha256, None, ())
        parts.store.record_result(claim, MessageResult(reading, decided), history.mark)
    except (SourceError, LeaseLost, ConfigError):
        raise
    except Exception:
        log.exception("message %s: no review case could be made", claim.sha256[:12])
        parts.store.fail(claim, str(error), retry=False)
        return Processed(claim.sha256, "dead", reason=str(error))
    return Processed(claim.sha256, "done", decided, reason=str(error))
