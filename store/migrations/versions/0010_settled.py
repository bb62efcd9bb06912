"""What was said of each mismatch, with the reason's code; the keys that a person changed.

Revision: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("resolutions") as table:
        table.add_column(sa.Column("settled", sa.Text(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("reason_code", sa.String(length=32), nullable=False, server_default=""))
    with op.batch_alter_table("resolutions") as table:
        table.alter_column("settled", server_default=None)
        table.alter_column("reason_code", server_default=None)
    op.create_table(
        "key_maps",
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user"),
    )


def downgrade() -> None:
    op.drop_table("key_maps")
    with op.batch_alter_table("resolutions") as table:
        table.drop_column("reason_code")
        table.drop_column("settled")
