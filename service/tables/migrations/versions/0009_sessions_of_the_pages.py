"""Sessions of the pages"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.tables import columns

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sessions',
    sa.Column('session_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('opened_by', sa.Text(), nullable=False),
    sa.Column('type_size', sa.Text(), nullable=False),
    sa.Column('opened_at', columns.Instant(timezone=True), nullable=False),
    sa.Column('used_at', columns.Instant(timezone=True), nullable=False),
    sa.Column('expires_at', columns.Instant(timezone=True), nullable=False),
    sa.Column('revoked_at', columns.Instant(timezone=True), nullable=True),
    sa.CheckConstraint("opened_by IN ('login', 'code')", name=op.f('ck_sessions_opened_by')),
    sa.CheckConstraint("type_size IN ('normal', 'large')", name=op.f('ck_sessions_type_size')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.account_id'], name=op.f('fk_sessions_account_id')),
    sa.PrimaryKeyConstraint('session_id', name=op.f('pk_sessions')),
    sa.UniqueConstraint('digest', name=op.f('uq_sessions_digest')),
    info={'label': '登录会话'}
    )
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sessions_account_id'), ['account_id'], unique=False)

    op.create_table('sign_in_codes',
    sa.Column('sign_in_code_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('issued_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('issued_at', columns.Instant(timezone=True), nullable=False),
    sa.Column('expires_at', columns.Instant(timezone=True), nullable=False),
    sa.Column('used_at', columns.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.account_id'], name=op.f('fk_sign_in_codes_account_id')),
    sa.ForeignKeyConstraint(['issued_by'], ['accounts.account_id'], name=op.f('fk_sign_in_codes_issued_by')),
    sa.PrimaryKeyConstraint('sign_in_code_id', name=op.f('pk_sign_in_codes')),
    sa.UniqueConstraint('digest', name=op.f('uq_sign_in_codes_digest')),
    info={'label': '扫码登录'}
    )
    with op.batch_alter_table('sign_in_codes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_codes_account_id'), ['account_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('sign_in_codes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_codes_account_id'))

    op.drop_table('sign_in_codes')
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sessions_account_id'))

    op.drop_table('sessions')
