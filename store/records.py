"""What the store hands out. No SQLAlchemy object leaves the package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.errors import IntakeError, UsageError
from pipeline.model import Decision, MailContext


class MessageState(StrEnum):
    RECEIVED = "received"  # safe with us, not worked on yet
    PROCESSING = "processing"  # leased by a worker
    FAILED = "failed"  # an outside system did not answer; waits for its next try
    DONE = "done"
    DEAD = "dead"  # given up, with a reason; waits for a person


class OrderState(StrEnum):
    AUTO = "auto"
    REVIEW = "review"
    IGNORED = "ignored"
    APPROVED = "approved"  # by a person
    REJECTED = "rejected"  # by a person


class OutboxState(StrEnum):
    PENDING = "pending"
    LEAVING = "leaving"  # its delivery has begun: it cannot be taken back any more
    DONE = "done"
    FAILED = "failed"  # refused for good; waits for a person


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """The right to work on one message until ``lease_until``. ``attempt`` counts from 1."""

    message_id: int
    sha256: str
    owner: str
    fence: int
    attempt: int
    lease_until: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class StuckMessage:
    """A message that is not done: its state and why."""

    sha256: str
    state: MessageState
    attempts: int
    error: str | None
    subject: str | None
    received_at: datetime
    retry_at: datetime | None
    places: tuple[str, ...]  # "orders/INBOX/4711"


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """One row of the review queue."""

    case_id: str
    status: str
    opened_at: datetime
    customer_id: str | None
    po_number: str | None
    document_type: str
    sender: str | None
    subject: str | None
    exceptions: tuple[str, ...]  # each code once, of the order and its lines
    lines: int


class QueueSort(StrEnum):
    DUE = "due"
    AGE = "age"
    VALUE = "value"  # the greatest first, whatever the currency
    CUSTOMER = "customer"
    REASON = "reason"


class QueueShow(StrEnum):
    """Which of the open cases."""

    READY = "ready"  # all but those that wait for a date
    MINE = "mine"  # assigned to, or asked of, the user of the query
    FLAGGED = "flagged"
    POSTPONED = "postponed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """Empty: no such filter. ``search`` looks into PO number, customer, sender and subject; ``page`` counts from 1.

    ``groups`` are those whose customers may be seen; None: all customers.
    """

    status: str = "open"
    customer: str = ""
    reason: str = ""  # an exception code
    search: str = ""
    page: int = 1
    sort: QueueSort = QueueSort.DUE
    show: QueueShow = QueueShow.READY
    user: str = ""
    groups: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    case_id: str
    opened_at: datetime
    customer_id: str | None
    buyer: str | None  # as printed
    po_number: str | None
    total: str | None  # a decimal, as printed
    currency: str | None
    sender: str | None
    subject: str | None
    exceptions: tuple[str, ...]
    lines: int
    due_at: datetime
    assigned_to: str | None
    locked_by: str | None  # who looks at it now
    postponed_until: datetime | None
    flagged_for: str | None
    flag_note: str | None


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who works on a case. ``held_by`` looks at it until ``held_until``; times that are past are None."""

    case_id: str
    assigned_to: str | None
    held_by: str | None
    held_until: datetime | None
    postponed_until: datetime | None
    flagged_by: str | None
    flagged_for: str | None
    flag_note: str | None


@dataclass(frozen=True, slots=True)
class Ageing:
    """Open cases by age, youngest first, each named; ``overdue`` and the others are among them."""

    ages: tuple[tuple[str, int], ...]
    total: int
    overdue: int
    postponed: int
    flagged: int


@dataclass(frozen=True, slots=True)
class StripRow:
    """A case beside the one that is looked at."""

    case_id: str
    po_number: str | None
    buyer: str | None
    total: str | None
    currency: str | None
    opened_at: datetime
    due_at: datetime
    locked_by: str | None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """``total`` counts the cases on all ``pages``."""

    rows: tuple[QueueRow, ...]
    total: int
    pages: int


@dataclass(frozen=True, slots=True)
class CaseSource:
    message_sha256: str
    document_sha256: str


@dataclass(frozen=True, slots=True)
class RecordedOrder:
    """An order with its first decision, the machine's, and the one in force, which may be a person's."""

    order_key: str
    document_sha256: str
    state: OrderState
    received_at: datetime
    mail: MailContext | None
    first: Decision
    in_force: Decision


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """An order that must leave. ``key`` is the idempotency key for the receiver."""

    key: str
    kind: str
    attempts: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class AuditEntry:
    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str  # JSON


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """``faults`` is empty when the chain is whole."""

    entries: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each; states that do not occur are 0. ``faults`` says where the sums do not agree."""

    messages: Mapping[str, int]
    orders: Mapping[str, int]
    cases: Mapping[str, int]
    outbox: Mapping[str, int]
    unacknowledged: int
    faults: tuple[str, ...]


class Role(StrEnum):
    """What somebody is at the review page; ``review.policy.may`` says what that allows."""

    REVIEWER = "reviewer"
    APPROVER = "approver"
    FINANCE = "finance"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class User:
    """``groups``: those whose customers' orders the user sees; None: all. ``provided``: signs in elsewhere (OIDC)."""

    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None = None
    groups: tuple[str, ...] | None = None
    provided: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that is good."""

    user: User
    since: datetime


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Somebody is signed in somewhere. ``session_id`` tells nothing of the token."""

    session_id: int
    address: str
    since: datetime
    seen_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is by the word of an identity provider; ``subject`` is theirs for ever, the rest may change."""

    subject: str
    name: str
    role: Role
    groups: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """A program that acts as ``user``, as far as ``scopes`` (actions of the page's policy) go."""

    token_id: str
    user: User
    label: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """The last look at a mailbox or at the ERP exports."""

    subject: str
    at: datetime
    found: str
    trouble: str


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """A cause (``pipeline.causes``) that several open cases share, on so many lines."""

    cause_id: str
    kind: str
    customer_id: str
    shown: str
    cases: int
    lines: int


@dataclass(frozen=True, slots=True)
class AnsweredCase:
    """``outcome``: the status of the case after the answer; ``version``: the case as the answer left it."""

    case_id: str
    outcome: str
    version: str


@dataclass(frozen=True, slots=True)
class GroupAnswer:
    """One answer to many cases."""

    answer_id: str
    cause: str
    answer: str
    reason: str
    by: str
    at: datetime
    undone_at: datetime | None
    cases: tuple[AnsweredCase, ...]


class LeaseLost(IntakeError):
    """Another worker took the message over; this one's result is thrown away."""


class StaleHistory(IntakeError):
    """Another order of the same customer was recorded meanwhile: decide again, or a duplicate would slip through."""


class StaleCase(UsageError):
    """The case is not what the reviewer saw any more: look again."""
