"""Indexes that SQLite can use"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

DAYS = {'service_events': 'happened_on', 'pregnancies': 'due_on'}


def upgrade() -> None:
    for table, column in DAYS.items():
        op.drop_index(op.f(f'ix_{table}_{column}'), table_name=table)
        op.create_index(op.f(f'ix_{table}_{column}'), table, [column, 'resident_id'], unique=False)
    filled = sa.text('task_id IS NOT NULL')
    op.drop_index(op.f('ix_findings_task_id'), table_name='findings')
    op.create_index(
        op.f('ix_findings_task_id'), 'findings', ['task_id'], unique=False,
        sqlite_where=filled, postgresql_where=filled,
    )


def downgrade() -> None:
    for table, column in DAYS.items():
        filled = sa.text(f'{column} IS NOT NULL')
        op.drop_index(op.f(f'ix_{table}_{column}'), table_name=table)
        op.create_index(
            op.f(f'ix_{table}_{column}'), table, [column, 'resident_id'], unique=False,
            sqlite_where=filled, postgresql_where=filled,
        )
    op.drop_index(op.f('ix_findings_task_id'), table_name='findings')
    op.create_index(op.f('ix_findings_task_id'), 'findings', ['task_id'], unique=False)
