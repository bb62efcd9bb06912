"""What reports count: facts of orders, their exceptions, judged fields, times at the review page, blind audits.

Revision: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = ("audits", "review_events", "field_tallies", "exception_facts", "order_facts")


def upgrade() -> None:
    op.create_table(
        "order_facts",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("received_s", sa.BigInteger(), nullable=False),
        sa.Column("decided_s", sa.BigInteger(), nullable=False),
        sa.Column("mailbox", sa.String(length=200), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("layout", sa.String(length=200), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=8), nullable=False),
        sa.Column("value_e4", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("lines_held", sa.Integer(), nullable=False),
        sa.Column("settled", sa.String(length=100), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("closed_s", sa.BigInteger(), nullable=True),
        sa.Column("changed_values", sa.Integer(), nullable=False),
        sa.Column("changed_lines", sa.Integer(), nullable=False),
        sa.Column("caught_e4", sa.BigInteger(), nullable=False),
        sa.Column("exported_s", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.PrimaryKeyConstraint("order_id"),
    )
    op.create_index("ix_order_facts_received", "order_facts", ["received_s"])
    op.create_index("ix_order_facts_decided", "order_facts", ["verdict", "decided_s"])
    op.create_index("ix_order_facts_open", "order_facts", ["settled", "verdict"])
    op.create_index("ix_order_facts_unexported", "order_facts", ["exported_s"])
    op.create_table(
        "exception_facts",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("stake_e4", sa.BigInteger(), nullable=False),
        sa.Column("fix", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order_facts.order_id"]),
        sa.PrimaryKeyConstraint("order_id", "code", "line"),
    )
    op.create_table(
        "field_tallies",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("bin", sa.Integer(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("confidence_e4", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order_facts.order_id"]),
        sa.PrimaryKeyConstraint("order_id", "source", "field", "bin"),
    )
    op.create_table(
        "review_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at_s", sa.BigInteger(), nullable=False),
        sa.Column("reviewer", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("path", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("keys", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_review_events_at_s", "review_events", ["at_s"])
    op.create_table(
        "audits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.String(length=16), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.Column("decided_s", sa.BigInteger(), nullable=False),
        sa.Column("sampled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("trap_path", sa.String(length=100), nullable=False),
        sa.Column("keyed", sa.Text(), nullable=True),
        sa.Column("differing", sa.Text(), nullable=True),
        sa.Column("keyed_by", sa.String(length=64), nullable=True),
        sa.Column("keyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=64), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrong", sa.Text(), nullable=True),
        sa.Column("judged_values", sa.Integer(), nullable=False),
        sa.Column("judged_lines", sa.Integer(), nullable=False),
        sa.Column("wrong_lines", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("audit_id"),
        sa.UniqueConstraint("order_id", "kind", name="uq_audit"),
    )
    op.create_index("ix_audits_decided_s", "audits", ["decided_s"])
    op.create_index("ix_audits_status", "audits", ["status"])
    op.create_index("ix_audit_log_action", "audit_log", ["action", "at"])
    op.create_index("ix_messages_received", "messages", ["received_at", "state"])
    op.create_index("ix_orders_message_state", "orders", ["message_id", "state"])
    op.create_index("ix_outbox_order_state", "outbox", ["order_id", "state"])
    op.create_index("ix_locations_first", "message_locations", ["message_id", "account"])


def downgrade() -> None:
    op.drop_index("ix_locations_first", "message_locations")
    op.drop_index("ix_outbox_order_state", "outbox")
    op.drop_index("ix_orders_message_state", "orders")
    op.drop_index("ix_messages_received", "messages")
    op.drop_index("ix_audit_log_action", "audit_log")
    for table in TABLES:
        op.drop_table(table)
