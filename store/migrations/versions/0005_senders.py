"""Whose orders came from an address before is asked for every mail of a stranger's.

Revision: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

SHORT = sa.text('length(sender) < 600')


def upgrade() -> None:
    op.create_index(
        'ix_messages_sender', 'messages', ['sender'], unique=False, sqlite_where=SHORT, postgresql_where=SHORT
    )


def downgrade() -> None:
    op.drop_index('ix_messages_sender', table_name='messages')
