"""More of what rules ask about"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.tables import columns

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('extension_fields',
    sa.Column('extension_field_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('entity', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('codes', sa.JSON(), nullable=True),
    sa.Column('unit', sa.Text(), nullable=True),
    sa.Column('missing', sa.Text(), nullable=False),
    sa.Column('sensitivity', sa.Text(), nullable=False),
    sa.Column('actor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('recorded_at', columns.Instant(timezone=True), nullable=False),
    sa.Column('retired_at', columns.Instant(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('int', 'decimal', 'text', 'bool', 'date')", name=op.f('ck_extension_fields_kind')),
    sa.CheckConstraint("missing IN ('none', 'unknown')", name=op.f('ck_extension_fields_missing')),
    sa.CheckConstraint("sensitivity IN ('public', 'internal', 'private', 'sensitive')", name=op.f('ck_extension_fields_sensitivity')),
    sa.PrimaryKeyConstraint('extension_field_id', name=op.f('pk_extension_fields')),
    info={'label': '扩展字段'}
    )
    with op.batch_alter_table('extension_fields', schema=None) as batch_op:
        batch_op.create_index('uq_extension_fields_entity_name', ['entity', 'name'], unique=True)

    op.create_table('rule_activations',
    sa.Column('activation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('to_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['version_id'], ['rule_versions.version_id'], name=op.f('fk_rule_activations_version_id')),
    sa.PrimaryKeyConstraint('activation_id', name=op.f('pk_rule_activations')),
    info={'label': '规则启用记录'}
    )
    with op.batch_alter_table('rule_activations', schema=None) as batch_op:
        batch_op.create_index('ix_rule_activations_rule_from', ['rule', 'from_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_rule_activations_version_id'), ['version_id'], unique=False)

    op.create_table('equipment',
    sa.Column('equipment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('enterprise_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('tested_on', sa.Date(), nullable=True),
    sa.Column('next_test_on', sa.Date(), nullable=True),
    sa.Column('retired_on', sa.Date(), nullable=True),
    sa.Column('extra', sa.JSON(), nullable=True),
    sa.Column('changeset_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['changeset_id'], ['changesets.changeset_id'], name=op.f('fk_equipment_changeset_id')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.enterprise_id'], name=op.f('fk_equipment_enterprise_id')),
    sa.PrimaryKeyConstraint('equipment_id', name=op.f('pk_equipment')),
    sa.UniqueConstraint('number', name=op.f('uq_equipment_number')),
    info={'entity': 'equipment', 'label': '特种设备'}
    )
    with op.batch_alter_table('equipment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_equipment_enterprise_id'), ['enterprise_id'], unique=False)

    op.create_table('pregnancies',
    sa.Column('pregnancy_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('resident_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('booklet_on', sa.Date(), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('extra', sa.JSON(), nullable=True),
    sa.Column('changeset_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['changeset_id'], ['changesets.changeset_id'], name=op.f('fk_pregnancies_changeset_id')),
    sa.ForeignKeyConstraint(['resident_id'], ['residents.resident_id'], name=op.f('fk_pregnancies_resident_id')),
    sa.PrimaryKeyConstraint('pregnancy_id', name=op.f('pk_pregnancies')),
    info={'entity': 'pregnancy', 'label': '孕情'}
    )
    with op.batch_alter_table('pregnancies', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pregnancies_resident_id'), ['resident_id'], unique=False)
        batch_op.create_index('uq_pregnancies_resident_due', ['resident_id', 'due_on'], unique=True)

    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.add_column(sa.Column('review_due_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('extra', sa.JSON(), nullable=True))

    with op.batch_alter_table('disabilities', schema=None) as batch_op:
        batch_op.add_column(sa.Column('extra', sa.JSON(), nullable=True))

    with op.batch_alter_table('employments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('extra', sa.JSON(), nullable=True))

    with op.batch_alter_table('enrolments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('extra', sa.JSON(), nullable=True))

    with op.batch_alter_table('enterprises', schema=None) as batch_op:
        batch_op.add_column(sa.Column('size', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('public_venue', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('unemployment_paid_months', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('layoff_rate', sa.Numeric(precision=6, scale=4), nullable=True))

    with op.batch_alter_table('households', schema=None) as batch_op:
        batch_op.add_column(sa.Column('essential_spend_ratio', sa.Numeric(precision=5, scale=4), nullable=True))
        batch_op.add_column(sa.Column('med_self_pay_12m', sa.Numeric(precision=12, scale=2), nullable=True))

    with op.batch_alter_table('parameters', schema=None) as batch_op:
        batch_op.add_column(sa.Column('version', sa.Integer(), server_default='1', nullable=False))
        batch_op.add_column(sa.Column('origin', sa.Text(), server_default='pack', nullable=False))
        batch_op.create_check_constraint(batch_op.f('ck_parameters_origin'), "origin IN ('pack', 'house')")

    with op.batch_alter_table('residents', schema=None) as batch_op:
        batch_op.add_column(sa.Column('elder_situation', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('can_work', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('has_income', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('has_supporter', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('in_school', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('medical_insurance', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('medical_paid_year', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('unemployment_months', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('unemployed_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('unemployed_involuntary', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('unemployment_registered_on', sa.Date(), nullable=True))

    with op.batch_alter_table('service_events', schema=None) as batch_op:
        batch_op.add_column(sa.Column('extra', sa.JSON(), nullable=True))

    # What is active became so, for all anybody knows, when it was recorded.
    op.execute(
        "INSERT INTO rule_activations (rule, version_id, from_on) "
        "SELECT rule, version_id, date(recorded_at) FROM rule_versions WHERE state = 'active'"
    )


def downgrade() -> None:
    with op.batch_alter_table('service_events', schema=None) as batch_op:
        batch_op.drop_column('extra')

    with op.batch_alter_table('residents', schema=None) as batch_op:
        batch_op.drop_column('unemployment_registered_on')
        batch_op.drop_column('unemployed_involuntary')
        batch_op.drop_column('unemployed_on')
        batch_op.drop_column('unemployment_months')
        batch_op.drop_column('medical_paid_year')
        batch_op.drop_column('medical_insurance')
        batch_op.drop_column('in_school')
        batch_op.drop_column('has_supporter')
        batch_op.drop_column('has_income')
        batch_op.drop_column('can_work')
        batch_op.drop_column('elder_situation')

    with op.batch_alter_table('parameters', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_parameters_origin'), type_='check')
        batch_op.drop_column('origin')
        batch_op.drop_column('version')

    with op.batch_alter_table('households', schema=None) as batch_op:
        batch_op.drop_column('med_self_pay_12m')
        batch_op.drop_column('essential_spend_ratio')

    with op.batch_alter_table('enterprises', schema=None) as batch_op:
        batch_op.drop_column('layoff_rate')
        batch_op.drop_column('unemployment_paid_months')
        batch_op.drop_column('public_venue')
        batch_op.drop_column('size')

    with op.batch_alter_table('enrolments', schema=None) as batch_op:
        batch_op.drop_column('extra')

    with op.batch_alter_table('employments', schema=None) as batch_op:
        batch_op.drop_column('extra')

    with op.batch_alter_table('disabilities', schema=None) as batch_op:
        batch_op.drop_column('extra')

    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.drop_column('extra')
        batch_op.drop_column('review_due_on')

    with op.batch_alter_table('pregnancies', schema=None) as batch_op:
        batch_op.drop_index('uq_pregnancies_resident_due')
        batch_op.drop_index(batch_op.f('ix_pregnancies_resident_id'))

    op.drop_table('pregnancies')
    with op.batch_alter_table('equipment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_equipment_enterprise_id'))

    op.drop_table('equipment')
    with op.batch_alter_table('rule_activations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rule_activations_version_id'))
        batch_op.drop_index('ix_rule_activations_rule_from')

    op.drop_table('rule_activations')
    with op.batch_alter_table('extension_fields', schema=None) as batch_op:
        batch_op.drop_index('uq_extension_fields_entity_name')

    op.drop_table('extension_fields')
