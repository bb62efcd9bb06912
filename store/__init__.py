"""State that lasts: messages, orders, decisions, review cases, outbox and audit log in SQLite or PostgreSQL."""

from store.database import LEASE_SECONDS, Store, open_store
from store.history import StoreHistory
from store.people import People
from store.records import (
    AuditCheck,
    AuditEntry,
    CaseSummary,
    ClaimedMessage,
    Counts,
    LeaseLost,
    MessageState,
    OrderState,
    OutboxItem,
    OutboxState,
    RecordedOrder,
    Role,
    SignedIn,
    StaleCase,
    StaleHistory,
    StuckMessage,
    User,
)

__all__ = [
    "LEASE_SECONDS",
    "AuditCheck",
    "AuditEntry",
    "CaseSummary",
    "ClaimedMessage",
    "Counts",
    "LeaseLost",
    "MessageState",
    "OrderState",
    "OutboxItem",
    "OutboxState",
    "People",
    "RecordedOrder",
    "Role",
    "SignedIn",
    "StaleCase",
    "StaleHistory",
    "Store",
    "StoreHistory",
    "StuckMessage",
    "User",
    "open_store",
]
