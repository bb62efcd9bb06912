"""State that lasts: messages, orders, decisions, review cases, outbox and audit log in SQLite or PostgreSQL."""

from store.database import LEASE_SECONDS, Store, open_store
from store.history import StoreHistory
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
    StaleCase,
    StaleHistory,
    StuckMessage,
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
    "RecordedOrder",
    "StaleCase",
    "StaleHistory",
    "Store",
    "StoreHistory",
    "StuckMessage",
    "open_store",
]
