"""Lists to be planned anew"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('pending_lists',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_pending_lists')),
    info={'label': '清单待重排的人'}
    )


def downgrade() -> None:
    op.drop_table('pending_lists')
