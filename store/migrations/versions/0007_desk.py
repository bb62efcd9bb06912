"""What the queue sorts and filters by stands beside the case; who works on it, until when it waits, who was asked.

Revision: 0007
"""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal, InvalidOperation

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NEW = (
    ("customer_id", sa.Text(), True, None),
    ("buyer", sa.Text(), True, None),
    ("total", sa.Text(), True, None),
    ("currency", sa.Text(), True, None),
    ("worth", sa.BigInteger(), False, "0"),
    ("reasons", sa.Text(), False, ""),
    ("line_count", sa.Integer(), False, "0"),
    ("due_at", sa.DateTime(timezone=True), False, "1970-01-01 00:00:00+00:00"),
    ("assigned_to", sa.String(length=64), True, None),
    ("locked_by", sa.String(length=64), True, None),
    ("locked_until", sa.DateTime(timezone=True), True, None),
    ("postponed_until", sa.DateTime(timezone=True), True, None),
    ("flagged_by", sa.String(length=64), True, None),
    ("flagged_for", sa.String(length=64), True, None),
    ("flag_note", sa.Text(), True, None),
)
SORTS = ("due_at", "worth", "customer_id")


def upgrade() -> None:
    # one by one: SQLite cannot make a table anew that others refer to
    for name, kind, empty, default in NEW:
        op.add_column("review_cases", sa.Column(name, kind, nullable=empty, server_default=default))
    op.create_table(
        "case_codes",
        sa.Column("case_row", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_row"], ["review_cases.id"]),
        sa.PrimaryKeyConstraint("case_row", "code"),
    )
    op.create_index("ix_case_codes_code", "case_codes", ["code", "case_row"])
    op.create_table(
        "customer_groups",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("name", "customer_id"),
    )
    _fill()
    for name in SORTS:
        op.create_index(f"ix_review_cases_{name}", "review_cases", ["status", name, "id"])


def _fill() -> None:
    cases = sa.table("review_cases", *(sa.column(name, kind) for name, kind, _, _ in NEW),
                     sa.column("id"), sa.column("order_id"), sa.column("opened_at", sa.DateTime(timezone=True)))
    orders = sa.table("orders", sa.column("id"), sa.column("decision"), sa.column("customer_id"))
    codes = sa.table("case_codes", sa.column("case_row"), sa.column("code"))
    bind = op.get_bind()
    found = bind.execute(sa.select(cases.c.id, cases.c.opened_at, orders.c.decision, orders.c.customer_id)
                         .join_from(cases, orders, cases.c.order_id == orders.c.id)).all()
    for row in found:
        said = json.loads(row.decision)
        why = list(dict.fromkeys(m["code"] for m in said.get("mismatches", [])))
        bind.execute(cases.update().where(cases.c.id == row.id).values(
            customer_id=row.customer_id, buyer=(said.get("buyer") or {}).get("name"), total=said.get("total"),
            currency=said.get("currency"), worth=_hundredths(said.get("total")), reasons=" ".join(why),
            line_count=len(said.get("lines", [])), due_at=row.opened_at + timedelta(hours=24)))
        if why:
            bind.execute(codes.insert(), [{"case_row": row.id, "code": code} for code in why])


def _hundredths(total: str | None) -> int:
    try:
        return min(max(int(Decimal(total or "0") * 100), -(10**17)), 10**17)
    except (InvalidOperation, ValueError, OverflowError):
        return 0


def downgrade() -> None:
    for name in SORTS:
        op.drop_index(f"ix_review_cases_{name}", "review_cases")
    op.drop_table("customer_groups")
    op.drop_index("ix_case_codes_code", "case_codes")
    op.drop_table("case_codes")
    for name, _, _, _ in reversed(NEW):
        op.drop_column("review_cases", name)
