"""Events of scans, and objections taken back by who noted them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.tables import columns
from service.tables.append_only import statements

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

DECISIONS = "decision IN ('upheld', 'rejected'{more})"


def upgrade() -> None:
    op.create_table('scan_events',
    sa.Column('scan_event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('scan_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('at', columns.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('begun', 'judged', 'failed', 'ended')", name=op.f('ck_scan_events_kind')),
    sa.CheckConstraint("state IN ('running', 'done', 'incomplete', 'failed')", name=op.f('ck_scan_events_state')),
    sa.PrimaryKeyConstraint('scan_event_id', name=op.f('pk_scan_events')),
    info={'label': '扫描记录'}
    )
    for statement in statements('scan_events', op.get_bind().dialect.name):
        op.execute(statement)
    _allow(DECISIONS.format(more=", 'withdrawn'"))


def downgrade() -> None:
    op.execute("DELETE FROM objections WHERE decision = 'withdrawn'")
    _allow(DECISIONS.format(more=""))
    op.drop_table('scan_events')  # and its triggers with it
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION scan_events_refuses()")


def _allow(decisions: str) -> None:
    with op.batch_alter_table('objections', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_objections_decision'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_objections_decision'), decisions)
