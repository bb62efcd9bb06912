"""The store: one thin object over the functions of this package. All methods may be called by many processes at once.

Any of them raises ``SourceError`` when the database does not answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import select, text

from pipeline.model import (
    Alias,
    CaseStatus,
    Decision,
    JudgedValue,
    KnownAlias,
    LayoutCorrection,
    MailKey,
    Resolution,
    ReviewCase,
    TouchedOrder,
)
from pipeline.run import MessageResult
from store import (
    aliases,
    audit,
    cases,
    checks,
    decided,
    judged,
    keymaps,
    layouts,
    messages,
    outbox,
    queue,
    reopening,
    results,
    schema,
    splitting,
    strip,
)
from store.assignments import Assignments
from store.causes import Causes
from store.engine import Clock, Database, connect, utc_now
from store.history import StoreHistory
from store.office import Office
from store.people import People
from store.records import (
    Ageing,
    AuditCheck,
    AuditEntry,
    CaseSource,
    CaseSummary,
    ClaimedMessage,
    Counts,
    OutboxItem,
    QueuePage,
    QueueQuery,
    RecordedOrder,
    StripRow,
    StuckMessage,
)
from store.reporting import Reporting
from store.sight import Groups
from store.tables import MetaRow
from store.tokens import Tokens

LEASE_SECONDS = 60.0


class Store:
    """What is known of messages, orders and decisions. The database is the truth; nothing is cached here."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.people = People(db)
        self.reporting = Reporting(db)
        self.assignments = Assignments(db)
        self.tokens = Tokens(db)
        self.office = Office(db)
        self.causes = Causes(db)

    def close(self) -> None:
        self._db.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # messages

    def known_location(self, key: MailKey) -> bool:
        return messages.known_location(self._db, key)

    def known_locations(self, account: str) -> Mapping[MailKey, bool]:
        """Every place seen; False where the mail was too large and only a stand-in was taken."""
        return messages.known_locations(self._db, account)

    def receive(self, key: MailKey, sha256: str, size: int, *, whole: bool = True) -> bool:
        """Call it when the original is safely archived. True when the content is new.

        Not ``whole``: only a stand-in for a mail over the size limit was fetched.
        """
        return messages.receive(self._db, key, sha256, size, whole)

    def claim(self, owner: str, lease_seconds: float = LEASE_SECONDS) -> ClaimedMessage | None:
        """The oldest message to be worked on; counts the attempt. After three dead workers it is dead."""
        return messages.claim(self._db, owner, lease_seconds)

    def renew(self, claim: ClaimedMessage, lease_seconds: float = LEASE_SECONDS) -> bool:
        return messages.renew(self._db, claim, lease_seconds)

    def release(self, claim: ClaimedMessage) -> None:
        """Gives it back unworked. Raises ``LeaseLost``."""
        messages.release(self._db, claim)

    def lease_owners(self) -> frozenset[str]:
        return messages.lease_owners(self._db)

    def release_owners(self, prefix: str, alive: frozenset[str]) -> int:
        """Ends at once the leases of dead workers: owners that begin with ``prefix`` and are not ``alive``."""
        return messages.release_owners(self._db, prefix, alive)

    def record_result(self, claim: ClaimedMessage, result: MessageResult, seen: int) -> None:
        """Everything a message gave, in one transaction. ``seen`` is the ``mark`` of the history it was decided with.

        Raises ``LeaseLost`` and ``StaleHistory`` (decide again with a fresh history).
        """
        results.record(self._db, claim, result, seen)

    def fail(self, claim: ClaimedMessage, error: str, retry: bool) -> None:
        """``retry``: an outside system did not answer, later again; else dead. Raises ``LeaseLost``."""
        messages.fail(self._db, claim, error, retry)

    def retry_message(self, sha256: str, actor: str) -> bool:
        return messages.retry(self._db, sha256, actor)

    def stuck_messages(self) -> tuple[StuckMessage, ...]:
        return messages.stuck(self._db)

    def locations_to_acknowledge(self) -> tuple[MailKey, ...]:
        return messages.locations_to_acknowledge(self._db)

    def acknowledged(self, key: MailKey) -> None:
        messages.acknowledged(self._db, key)

    # orders

    def history(self, but: str | None = None) -> StoreHistory:
        """Our earlier orders, fresh; ``but`` is the key of an order that is decided anew."""
        return StoreHistory(self._db, but)

    def recorded_orders(self) -> Iterator[RecordedOrder]:
        """All orders with what was decided on them, oldest first."""
        return decided.orders(self._db)

    def recorded_order(self, name: str) -> RecordedOrder:
        """By the beginning of its key or case id, or the newest with this PO number. Raises ``UsageError``."""
        return decided.order(self._db, name)

    def outbox_pending(self, limit: int = 1000) -> tuple[OutboxItem, ...]:
        return outbox.pending(self._db, limit)

    def outbox_begin(self, key: str) -> bool:
        """Before it is delivered: from now on nobody can take it back. False: somebody did."""
        return outbox.begin(self._db, key)

    def outbox_done(self, key: str, went_to: str) -> None:
        outbox.done(self._db, key, went_to)

    def outbox_failed(self, key: str, error: str, retry: bool = True) -> None:
        outbox.failed(self._db, key, error, retry)

    def retry_export(self, key: str, actor: str) -> bool:
        return outbox.retry(self._db, key, actor)

    def outbox_problems(self) -> tuple[tuple[str, str], ...]:
        """(key, error) of what did not leave at its last try."""
        return outbox.problems(self._db)

    # review

    def cases(self, status: CaseStatus | None = CaseStatus.OPEN) -> tuple[CaseSummary, ...]:
        return cases.cases(self._db, status)

    def case(self, case_id: str) -> ReviewCase:
        """Raises ``UsageError`` for an unknown or ambiguous id; a unique beginning is enough."""
        return cases.case(self._db, case_id)

    def queue_page(self, asked: QueueQuery) -> QueuePage:
        return queue.page(self._db, asked)

    def next_case(self, case_id: str, user: str = "", groups: Groups = None) -> str | None:
        """The open case to look at after this one; for a ``user``, none that a colleague has in hand."""
        return queue.next_open(self._db, case_id, user, groups)

    def neighbours(self, case_id: str, groups: Groups = None) -> tuple[StripRow, ...]:
        """The open cases due just before and after this one, and it itself."""
        return strip.neighbours(self._db, case_id, groups)

    def may_see(self, case_id: str, groups: Groups) -> bool:
        """By the whole id: whether there is such a case, of a customer in the groups (None: of any)."""
        return queue.may_see(self._db, case_id, groups)

    def ageing(self, groups: Groups = None) -> Ageing:
        return queue.ageing(self._db, groups)

    def source(self, order_key: str) -> CaseSource:
        """The message and the file that an order was read from."""
        return queue.source(self._db, order_key)

    def resolve(
        self, resolution: Resolution, decision: Decision | None, seen: int, taught: Sequence[Alias] = ()
    ) -> None:
        """Approve with the ``decision`` that leaves, reject with None. Raises ``StaleCase``, ``StaleHistory``."""
        cases.resolve(self._db, resolution, decision, seen, taught)

    def revise(self, resolution: Resolution, decision: Decision) -> ReviewCase:
        """The case stays open with a corrected order. Raises ``StaleCase``."""
        return cases.revise(self._db, resolution, decision)

    def sign(self, resolution: Resolution, decision: Decision) -> ReviewCase:
        """The first of two approvals; the case stays open. Raises ``StaleCase``."""
        return cases.sign(self._db, resolution, decision)

    def reopen(self, case_id: str, actor: str) -> ReviewCase:
        """Undoes what closed the case. Raises ``UsageError``, and ``StaleCase`` when the order has begun to leave."""
        return reopening.reopen(self._db, case_id, actor)

    def split(self, resolution: Resolution, here: Decision, new: Decision, key: str) -> tuple[ReviewCase, str]:
        """An order in two; with the id of the new case. Raises ``StaleCase`` and ``UsageError``."""
        return splitting.split(self._db, resolution, here, new, key)

    def step_back(self, case_id: str, version: str, actor: str) -> ReviewCase:
        """An open case as before the change that left it at ``version``. Raises ``StaleCase``."""
        return reopening.step_back(self._db, case_id, version, actor)

    def shown_decision(self, case_id: str, version: str) -> Decision | None:
        """What a page of this version showed."""
        return reopening.shown(self._db, case_id, version)

    def keys_of(self, user: str) -> Mapping[str, str]:
        """The keys that somebody changed: action → key."""
        return keymaps.keys_of(self._db, user)

    def keep_keys(self, user: str, keys: Mapping[str, str]) -> None:
        keymaps.keep(self._db, user, keys)

    # layouts

    def layout_corrections(self) -> tuple[LayoutCorrection, ...]:
        """Oldest first."""
        return layouts.corrections(self._db)

    def remember_layout(self, correction: LayoutCorrection, actor: str) -> None:
        """Takes the place of an earlier correction of the same layout, and becomes the newest."""
        layouts.remember(self._db, correction, actor)

    def forget_layout(self, fingerprint: str, actor: str) -> LayoutCorrection:
        """A unique beginning of the fingerprint is enough. Raises ``UsageError``."""
        return layouts.forget(self._db, fingerprint, actor)

    # aliases

    def aliases(self, customer_id: str | None) -> tuple[KnownAlias, ...]:
        """Those in force, oldest first; of every customer when None."""
        return aliases.aliases(self._db, customer_id)

    def letterheads(self, key: str) -> tuple[KnownAlias, ...]:
        """Those in force, of whatever customer, about the buyer as printed (``pipeline.aliases.place_alias``)."""
        return aliases.letterheads(self._db, key)

    def alias(self, alias_id: str) -> KnownAlias:
        """A unique beginning of the id is enough. Raises ``UsageError``."""
        return aliases.known(self._db, alias_id)

    def touched_by(self, alias: Alias) -> tuple[TouchedOrder, ...]:
        """The orders in which it decided, oldest first."""
        return aliases.touched(self._db, alias)

    def confirm_alias(self, alias_id: str, actor: str) -> KnownAlias:
        """Without an order; counts once a person. Raises ``UsageError``."""
        return aliases.confirm(self._db, alias_id, actor)

    def undo_alias(self, alias_id: str, actor: str, reason: str) -> tuple[KnownAlias, tuple[TouchedOrder, ...]]:
        """It counts no more; with the orders in which it decided. Raises ``UsageError``."""
        return aliases.retire(self._db, alias_id, actor, reason)

    def taught_by(self, order_key: str) -> tuple[KnownAlias, ...]:
        """What the resolution of an order taught, and is in force."""
        return aliases.taught_by(self._db, order_key)

    def withdraw_alias(self, order_key: str, alias_id: str, actor: str) -> None:
        """What this order taught counts no more; what other orders taught of it does."""
        with self._db.writing("withdraw alias") as session:
            audit.lock(session)
            aliases.withdraw(session, order_key, actor, self._db.now(), alias_id)

    # the error budget

    def judged_values(self) -> tuple[JudgedValue, ...]:
        """What people said of values: own truth files, audits, corrections."""
        return judged.values(self._db)

    def learn_values(self, values: Iterable[JudgedValue], actor: str) -> int:
        """Of own truth files; what was known of the same documents is replaced. Returns how many."""
        return judged.learn(self._db, values, actor)

    # the whole

    def counts(self) -> Counts:
        return checks.counts(self._db)

    def audit_verify(self) -> AuditCheck:
        with self._db.reading() as session:
            return audit.verify(session)

    def audit_entries(self, subject: str | None = None) -> tuple[AuditEntry, ...]:
        """Oldest first; ``subject`` is a message's sha256, an order key."""
        with self._db.reading() as session:
            return audit.entries(session, subject)

    def note(self, key: str, value: str) -> None:
        """Remembers a single value ("erp_version"); a change is audited."""
        with self._db.writing("note") as session:
            row = session.get(MetaRow, key, with_for_update=True)
            if row is not None and row.value == value:
                return
            session.merge(MetaRow(key=key, value=value))
            audit.append(session, self._db.now(), audit.INTAKE, "noted", key, {"value": value})

    def noted(self, key: str) -> str | None:
        with self._db.reading() as session:
            return session.scalars(select(MetaRow.value).where(MetaRow.key == key)).first()

    def schema(self) -> str | None:
        """The migration the database stands at."""
        return schema.current(self._db)

    def integrity(self) -> tuple[str, ...]:
        """What SQLite finds wrong with its file; PostgreSQL watches over itself."""
        if self._db.engine.dialect.name != "sqlite":
            return ()
        with self._db.reading() as session:
            found = session.execute(text("PRAGMA integrity_check")).scalars().all()
        return tuple(str(line) for line in found if line != "ok")


def open_store(url: str, *, clock: Clock = utc_now) -> Store:
    """Opens the database, makes it if it is not there, and brings it to this version's schema.

    Raises ``ConfigError`` (the URL, a newer schema) and ``SourceError`` (it does not answer).
    """
    db = connect(url, clock)
    schema.bring_up(db)
    return Store(db)
