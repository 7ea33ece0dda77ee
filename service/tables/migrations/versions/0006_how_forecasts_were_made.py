"""How forecasts were made

`forecasts` is made anew, keyed by rule first; no version of the program ever wrote a row into it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.tables import columns

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _drop_forecasts()
    op.create_table('forecasts',
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('division_code', sa.Text(), nullable=False),
    sa.Column('expected', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('rule', 'day', 'division_code', name=op.f('pk_forecasts')),
    info={'label': '预测'}
    )
    with op.batch_alter_table('forecasts', schema=None) as batch_op:
        batch_op.create_index('ix_forecasts_division_day', ['division_code', 'day'], unique=False)

    op.create_table('forecast_rules',
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('scan_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made_at', columns.Instant(timezone=True), nullable=True),
    sa.Column('judged', sa.Integer(), server_default='0', nullable=False),
    sa.Column('whole_days', sa.Integer(), server_default='0', nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('milliseconds', sa.Integer(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['scan_id'], ['scans.scan_id'], name=op.f('fk_forecast_rules_scan_id')),
    sa.PrimaryKeyConstraint('rule', name=op.f('pk_forecast_rules')),
    info={'label': '规则预测'}
    )


def downgrade() -> None:
    op.drop_table('forecast_rules')
    _drop_forecasts()
    op.create_table('forecasts',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('division_code', sa.Text(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('expected', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('day', 'rule', 'division_code', name=op.f('pk_forecasts')),
    info={'label': '预测'}
    )
    with op.batch_alter_table('forecasts', schema=None) as batch_op:
        batch_op.create_index('ix_forecasts_division_day', ['division_code', 'day'], unique=False)


def _drop_forecasts() -> None:
    with op.batch_alter_table('forecasts', schema=None) as batch_op:
        batch_op.drop_index('ix_forecasts_division_day')
    op.drop_table('forecasts')
