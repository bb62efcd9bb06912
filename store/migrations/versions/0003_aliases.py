"""What people teach us about the customers' own words.

Revision: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('aliases',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('alias_id', sa.String(length=16), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('customer_id', sa.Text(), nullable=False),
    sa.Column('ship_to_id', sa.Text(), nullable=True),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('alias_id')
    )
    op.create_index('ix_aliases_customer', 'aliases', ['customer_id'], unique=False)

    op.create_table('alias_confirmations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('alias_row', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('order_key', sa.String(length=64), nullable=True),
    sa.Column('document', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['alias_row'], ['aliases.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('alias_row', 'source', name='uq_alias_confirmation')
    )


def downgrade() -> None:
    op.drop_table('alias_confirmations')
    op.drop_index('ix_aliases_customer', table_name='aliases')
    op.drop_table('aliases')
