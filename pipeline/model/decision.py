"""What is decided, and what a person makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pipeline.model.matching import Candidate, MailContext
from pipeline.model.order import Order


class Verdict(StrEnum):
    AUTO = "auto"
    REVIEW = "review"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One disagreement, in words a reviewer understands. ``path`` is "" (order), "total", "lines[2].unit_price" ..."""

    code: str
    path: str
    expected: str | None
    actual: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class LineDecision:
    decision: Verdict
    exceptions: tuple[str, ...] = ()
    sku: str | None = None
    erp_quantity: Decimal | None = None
    erp_uom: str | None = None
    expected_price: Decimal | None = None  # per erp_uom
    expected_currency: str | None = None
    match_level: str | None = None
    match_reason: str | None = None
    candidates: tuple[Candidate, ...] = ()
    agreed_price: Decimal | None = (
        None  # per erp_uom: the document's, which a person let stand against the expected one
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """Contract, section 2. ``lines`` runs parallel to ``order.lines``."""

    order: Order
    decision: Verdict
    exceptions: tuple[str, ...] = ()
    customer_id: str | None = None
    ship_to_id: str | None = None
    lines: tuple[LineDecision, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    corrections: tuple[Mismatch, ...] = ()  # put right by the machine, as the policy allows: no exceptions


class How(StrEnum):
    """How a person settled one mismatch."""

    DOCUMENT = "document"  # the document's value stands
    ERP = "erp"  # the ERP's value holds
    ITEM = "item"  # an item was named for the line
    CORRECTED = "corrected"  # the value was read wrong; the corrected order holds the right one


@dataclass(frozen=True, slots=True)
class Settled:
    """What was decided about one mismatch, as it was shown. ``value``: the sku or the right value, "" where none is."""

    code: str
    path: str
    how: How
    value: str = ""


class CaseStatus(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """An order that waits for a person. ``version`` is the hash of what is shown: a resolution must carry it."""

    case_id: str
    order_key: str
    version: str
    status: CaseStatus
    opened_at: datetime
    decision: Decision
    file_name: str | None = None
    mail: MailContext | None = None
    signed_by: str | None = None  # the first of two people who must approve it as it is now
    settled: tuple[Settled, ...] = ()  # what was said of its mismatches the last time


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a person decided. ``order`` is the corrected order; None with action "reject".

    ``settled`` is empty where the order was let through as a whole: then all that was shown counts as seen.
    """

    case_id: str
    version: str
    action: str  # "approve" | "sign" (the first of two approvals) | "correct" | "reject" | "reopen" | "split"
    reviewer: str
    at: datetime
    reason: str
    order: Order | None = None
    skus: tuple[str | None, ...] = field(default=())  # chosen per line; None keeps the match
    settled: tuple[Settled, ...] = ()
    reason_code: str = ""  # of the fixed list of the review page; "" where nothing had to be reasoned
