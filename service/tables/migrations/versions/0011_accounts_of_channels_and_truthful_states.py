"""Accounts of channels and truthful states

What was accepted before this version is not asked after: nothing was kept by which it could be.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.tables import columns

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('archived_attempts',
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('delivery_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('started_at', columns.Instant(timezone=True), autoincrement=False, nullable=False),
    sa.Column('milliseconds', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('outcome', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('code', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('reason', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('provider_ref', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('archived_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('attempt_id', name=op.f('pk_archived_attempts')),
    info={'label': '归档的尝试'}
    )
    with op.batch_alter_table('archived_attempts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_archived_attempts_delivery_id'), ['delivery_id'], unique=False)

    op.create_table('archived_deliveries',
    sa.Column('delivery_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('notification_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('step', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('channel', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('address', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('due_at', columns.Instant(timezone=True), autoincrement=False, nullable=False),
    sa.Column('leased_at', columns.Instant(timezone=True), autoincrement=False, nullable=True),
    sa.Column('lease_until', columns.Instant(timezone=True), autoincrement=False, nullable=True),
    sa.Column('lease_by', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('attempts', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('max_attempts', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('provider_ref', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('last_code', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('last_reason', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('accepted_at', columns.Instant(timezone=True), autoincrement=False, nullable=True),
    sa.Column('delivered_at', columns.Instant(timezone=True), autoincrement=False, nullable=True),
    sa.Column('read_at', columns.Instant(timezone=True), autoincrement=False, nullable=True),
    sa.Column('uncertain_at', columns.Instant(timezone=True), autoincrement=False, nullable=True),
    sa.Column('sent_at', columns.Instant(timezone=True), autoincrement=False, nullable=True),
    sa.Column('text_digest', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('call_key', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('check_at', columns.Instant(timezone=True), autoincrement=False, nullable=True),
    sa.Column('recall_at', columns.Instant(timezone=True), autoincrement=False, nullable=True),
    sa.Column('archived_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('delivery_id', name=op.f('pk_archived_deliveries')),
    info={'label': '归档的投递'}
    )
    with op.batch_alter_table('archived_deliveries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_archived_deliveries_notification_id'), ['notification_id'], unique=False)

    op.create_table('archived_notifications',
    sa.Column('notification_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('dedupe_key', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('topic', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('subject', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('body', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('link', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('urgent', sa.Boolean(), autoincrement=False, nullable=False),
    sa.Column('expires_at', columns.Instant(timezone=True), autoincrement=False, nullable=False),
    sa.Column('created_at', columns.Instant(timezone=True), autoincrement=False, nullable=False),
    sa.Column('archived_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('notification_id', name=op.f('pk_archived_notifications')),
    info={'label': '归档的通知'}
    )
    with op.batch_alter_table('archived_notifications', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_archived_notifications_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_archived_notifications_created_at'), ['created_at'], unique=False)

    op.create_table('channel_accounts',
    sa.Column('channel_account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('config', sa.Text(), nullable=False),
    sa.Column('created_at', columns.Instant(timezone=True), nullable=False),
    sa.Column('changed_at', columns.Instant(timezone=True), nullable=False),
    sa.Column('probed_at', columns.Instant(timezone=True), nullable=True),
    sa.Column('disabled_at', columns.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('channel_account_id', name=op.f('pk_channel_accounts')),
    sa.UniqueConstraint('name', name=op.f('uq_channel_accounts_name')),
    info={'label': '渠道账户'}
    )
    op.create_table('channel_months',
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('month', sa.Text(), nullable=False),
    sa.Column('calls', sa.Integer(), server_default='0', nullable=False),
    sa.PrimaryKeyConstraint('channel', 'month', name=op.f('pk_channel_months')),
    info={'label': '渠道月度用量'}
    )
    op.create_table('channel_rates',
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('rate', sa.Text(), nullable=False),
    sa.Column('grants', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('channel', 'rate', name=op.f('pk_channel_rates')),
    info={'label': '渠道限速'}
    )
    op.create_table('channel_states',
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('held_until', columns.Instant(timezone=True), nullable=True),
    sa.Column('held_code', sa.Text(), nullable=True),
    sa.Column('held_reason', sa.Text(), nullable=True),
    sa.Column('failures', sa.Integer(), server_default='0', nullable=False),
    sa.Column('open_until', columns.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('channel', name=op.f('pk_channel_states')),
    info={'label': '渠道状态'}
    )
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('leased_at', columns.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('uncertain_at', columns.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('sent_at', columns.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('text_digest', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('call_key', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('check_at', columns.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('recall_at', columns.Instant(timezone=True), nullable=True))
        batch_op.create_index('ix_deliveries_call', ['call_key'], unique=False, postgresql_where=sa.text('call_key IS NOT NULL'), sqlite_where=sa.text('call_key IS NOT NULL'))
        batch_op.create_index('ix_deliveries_check', ['channel', 'check_at'], unique=False, postgresql_where=sa.text('check_at IS NOT NULL'), sqlite_where=sa.text('check_at IS NOT NULL'))
        batch_op.create_index('ix_deliveries_recall', ['channel', 'recall_at'], unique=False, postgresql_where=sa.text('recall_at IS NOT NULL'), sqlite_where=sa.text('recall_at IS NOT NULL'))
        batch_op.create_index('ix_deliveries_sent', ['channel', 'address', 'sent_at'], unique=False, postgresql_where=sa.text('sent_at IS NOT NULL'), sqlite_where=sa.text('sent_at IS NOT NULL'))

    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.add_column(sa.Column('urgent', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.drop_index(batch_op.f('ix_notifications_account_id'))
        batch_op.create_index('ix_notifications_account', ['account_id', 'created_at'], unique=False)

    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_deliveries_status'), type_='check')
        batch_op.create_check_constraint(
            batch_op.f('ck_deliveries_status'),
            "status IN ('ready', 'leased', 'accepted', 'delivered', 'read', 'handed_over', 'dropped', 'failed', 'dead', 'unknown', 'expired', 'cancelled', 'recalled')",
        )

    with op.batch_alter_table('attempts', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_attempts_outcome'), type_='check')
        batch_op.create_check_constraint(
            batch_op.f('ck_attempts_outcome'),
            "outcome IN ('accepted', 'delivered', 'handed_over', 'retry', 'rejected', 'misconfigured', 'gone', 'uncertain', 'throttled', 'recalled', 'not_recalled')",
        )


def downgrade() -> None:
    # What the older version has no word for.
    op.execute("UPDATE deliveries SET status = 'cancelled' WHERE status = 'recalled'")
    op.execute("DELETE FROM attempts WHERE outcome IN ('recalled', 'not_recalled')")
    op.execute("UPDATE attempts SET outcome = 'retry' WHERE outcome = 'throttled'")
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_deliveries_status'), type_='check')
        batch_op.create_check_constraint(
            batch_op.f('ck_deliveries_status'),
            "status IN ('ready', 'leased', 'accepted', 'delivered', 'read', 'handed_over', 'dropped', 'failed', 'dead', 'unknown', 'expired', 'cancelled')",
        )

    with op.batch_alter_table('attempts', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_attempts_outcome'), type_='check')
        batch_op.create_check_constraint(
            batch_op.f('ck_attempts_outcome'),
            "outcome IN ('accepted', 'delivered', 'handed_over', 'retry', 'rejected', 'misconfigured', 'gone', 'uncertain')",
        )

    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.drop_index('ix_notifications_account')
        batch_op.create_index(batch_op.f('ix_notifications_account_id'), ['account_id'], unique=False)
        batch_op.drop_column('urgent')

    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.drop_index('ix_deliveries_sent', postgresql_where=sa.text('sent_at IS NOT NULL'), sqlite_where=sa.text('sent_at IS NOT NULL'))
        batch_op.drop_index('ix_deliveries_recall', postgresql_where=sa.text('recall_at IS NOT NULL'), sqlite_where=sa.text('recall_at IS NOT NULL'))
        batch_op.drop_index('ix_deliveries_check', postgresql_where=sa.text('check_at IS NOT NULL'), sqlite_where=sa.text('check_at IS NOT NULL'))
        batch_op.drop_index('ix_deliveries_call', postgresql_where=sa.text('call_key IS NOT NULL'), sqlite_where=sa.text('call_key IS NOT NULL'))
        batch_op.drop_column('recall_at')
        batch_op.drop_column('check_at')
        batch_op.drop_column('call_key')
        batch_op.drop_column('text_digest')
        batch_op.drop_column('sent_at')
        batch_op.drop_column('uncertain_at')
        batch_op.drop_column('leased_at')

    op.drop_table('channel_states')
    op.drop_table('channel_rates')
    op.drop_table('channel_months')
    op.drop_table('channel_accounts')
    with op.batch_alter_table('archived_notifications', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_archived_notifications_created_at'))
        batch_op.drop_index(batch_op.f('ix_archived_notifications_account_id'))

    op.drop_table('archived_notifications')
    with op.batch_alter_table('archived_deliveries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_archived_deliveries_notification_id'))

    op.drop_table('archived_deliveries')
    with op.batch_alter_table('archived_attempts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_archived_attempts_delivery_id'))

    op.drop_table('archived_attempts')
