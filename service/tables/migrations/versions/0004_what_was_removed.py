"""What was removed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('changes', schema=None) as batch_op:
        batch_op.create_index('ix_changes_gone', ['entity', 'record_id'], unique=False, postgresql_where=sa.text("field = '-'"), sqlite_where=sa.text("field = '-'"))


def downgrade() -> None:
    with op.batch_alter_table('changes', schema=None) as batch_op:
        batch_op.drop_index('ix_changes_gone', postgresql_where=sa.text("field = '-'"), sqlite_where=sa.text("field = '-'"))
