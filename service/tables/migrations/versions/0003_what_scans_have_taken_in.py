"""What scans have taken in"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
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

    op.create_table('pending_targets',
    sa.Column('target_kind', sa.Text(), nullable=False),
    sa.Column('target_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.CheckConstraint("target_kind IN ('household', 'resident', 'enterprise')", name=op.f('ck_pending_targets_target_kind')),
    sa.PrimaryKeyConstraint('target_kind', 'target_id', name=op.f('pk_pending_targets')),
    info={'label': '任务待整理的走访对象'}
    )
    op.create_table('undecided',
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('fact', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('rule', 'subject_id', 'fact', name=op.f('pk_undecided')),
    info={'label': '无法判断的对象'}
    )
    op.create_table('rule_progress',
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('scan_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['scan_id'], ['scans.scan_id'], name=op.f('fk_rule_progress_scan_id')),
    sa.ForeignKeyConstraint(['version_id'], ['rule_versions.version_id'], name=op.f('fk_rule_progress_version_id')),
    sa.PrimaryKeyConstraint('rule', name=op.f('pk_rule_progress')),
    info={'label': '规则进度'}
    )
    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.create_index('ix_certificates_endorsed_on', ['endorsed_on'], unique=False, postgresql_where=sa.text('endorsed_on IS NOT NULL'), sqlite_where=sa.text('endorsed_on IS NOT NULL'))
        batch_op.create_index('ix_certificates_issued_on', ['issued_on'], unique=False, postgresql_where=sa.text('issued_on IS NOT NULL'), sqlite_where=sa.text('issued_on IS NOT NULL'))
        batch_op.create_index('ix_certificates_review_due_on', ['review_due_on'], unique=False, postgresql_where=sa.text('review_due_on IS NOT NULL'), sqlite_where=sa.text('review_due_on IS NOT NULL'))
        batch_op.create_index('ix_certificates_valid_to', ['valid_to'], unique=False, postgresql_where=sa.text('valid_to IS NOT NULL'), sqlite_where=sa.text('valid_to IS NOT NULL'))

    with op.batch_alter_table('changes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_changes_changeset_id'))
        batch_op.create_index('ix_changes_what', ['changeset_id', 'entity', 'field', 'record_id', 'old_reference'], unique=False)

    with op.batch_alter_table('changesets', schema=None) as batch_op:
        batch_op.add_column(sa.Column('scan_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_index(batch_op.f('ix_changesets_scan_id'), ['scan_id'], unique=False)
        batch_op.create_index('ix_changesets_waiting', ['changeset_id'], unique=False, postgresql_where=sa.text('scan_id IS NULL'), sqlite_where=sa.text('scan_id IS NULL'))

    with op.batch_alter_table('disabilities', schema=None) as batch_op:
        batch_op.create_index('ix_disabilities_valid_to', ['valid_to'], unique=False, postgresql_where=sa.text('valid_to IS NOT NULL'), sqlite_where=sa.text('valid_to IS NOT NULL'))

    with op.batch_alter_table('employments', schema=None) as batch_op:
        batch_op.create_index('ix_employments_started_on', ['started_on'], unique=False, postgresql_where=sa.text('started_on IS NOT NULL'), sqlite_where=sa.text('started_on IS NOT NULL'))

    with op.batch_alter_table('enrolments', schema=None) as batch_op:
        batch_op.create_index('ix_enrolments_last_confirmed_on', ['last_confirmed_on'], unique=False, postgresql_where=sa.text('last_confirmed_on IS NOT NULL'), sqlite_where=sa.text('last_confirmed_on IS NOT NULL'))
        batch_op.create_index('ix_enrolments_revisit_on', ['revisit_on'], unique=False, postgresql_where=sa.text('revisit_on IS NOT NULL'), sqlite_where=sa.text('revisit_on IS NOT NULL'))
        batch_op.create_index('ix_enrolments_started_on', ['started_on'], unique=False, postgresql_where=sa.text('started_on IS NOT NULL'), sqlite_where=sa.text('started_on IS NOT NULL'))

    with op.batch_alter_table('enterprises', schema=None) as batch_op:
        batch_op.create_index('ix_enterprises_established_on', ['established_on'], unique=False, postgresql_where=sa.text('established_on IS NOT NULL'), sqlite_where=sa.text('established_on IS NOT NULL'))

    with op.batch_alter_table('equipment', schema=None) as batch_op:
        batch_op.create_index('ix_equipment_next_test_on', ['next_test_on'], unique=False, postgresql_where=sa.text('next_test_on IS NOT NULL'), sqlite_where=sa.text('next_test_on IS NOT NULL'))

    with op.batch_alter_table('findings', schema=None) as batch_op:
        batch_op.create_index('ix_findings_quiet', ['rule', 'quiet_until'], unique=False, postgresql_where=sa.text('quiet_until IS NOT NULL'), sqlite_where=sa.text('quiet_until IS NOT NULL'))
        batch_op.create_index('ix_findings_visit_from', ['visit_from'], unique=False, postgresql_where=sa.text('cleared_on IS NULL AND visit_from IS NOT NULL'), sqlite_where=sa.text('cleared_on IS NULL AND visit_from IS NOT NULL'))

    with op.batch_alter_table('households', schema=None) as batch_op:
        batch_op.create_index('ix_households_aid_review_due', ['aid_review_due'], unique=False, postgresql_where=sa.text('aid_review_due IS NOT NULL'), sqlite_where=sa.text('aid_review_due IS NOT NULL'))

    with op.batch_alter_table('pregnancies', schema=None) as batch_op:
        batch_op.create_index('ix_pregnancies_due_on', ['due_on', 'resident_id'], unique=False)

    with op.batch_alter_table('residents', schema=None) as batch_op:
        batch_op.create_index('ix_residents_care_assessed_on', ['care_assessed_on'], unique=False, postgresql_where=sa.text('care_assessed_on IS NOT NULL'), sqlite_where=sa.text('care_assessed_on IS NOT NULL'))
        batch_op.create_index('ix_residents_death_on', ['death_on'], unique=False, postgresql_where=sa.text('death_on IS NOT NULL'), sqlite_where=sa.text('death_on IS NOT NULL'))
        batch_op.create_index('ix_residents_live_since', ['live_since'], unique=False, postgresql_where=sa.text('live_since IS NOT NULL'), sqlite_where=sa.text('live_since IS NOT NULL'))
        batch_op.create_index('ix_residents_unemployment_registered_on', ['unemployment_registered_on'], unique=False, postgresql_where=sa.text('unemployment_registered_on IS NOT NULL'), sqlite_where=sa.text('unemployment_registered_on IS NOT NULL'))

    with op.batch_alter_table('scan_rules', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mode', sa.Text(), server_default='full', nullable=False))
        batch_op.add_column(sa.Column('why_full', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('candidates', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('updated', sa.Integer(), server_default='0', nullable=False))
        batch_op.drop_constraint(batch_op.f('ck_scan_rules_state'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_scan_rules_state'), "state IN ('running', 'done', 'failed')")
        batch_op.create_check_constraint(batch_op.f('ck_scan_rules_mode'), "mode IN ('full', 'delta')")
        batch_op.create_check_constraint(
            batch_op.f('ck_scan_rules_why_full'),
            "why_full IN ('first', 'version', 'question', 'day', 'whole', 'many', 'asked', 'back')",
        )

    with op.batch_alter_table('scans', schema=None) as batch_op:
        batch_op.add_column(sa.Column('whole', sa.Boolean(), server_default=sa.text('false'), nullable=False))
        batch_op.add_column(sa.Column('untouched', sa.Integer(), server_default='0', nullable=False))
        batch_op.create_index('ix_scans_running', ['scan_id'], unique=False, postgresql_where=sa.text("state = 'running'"), sqlite_where=sa.text("state = 'running'"))

    with op.batch_alter_table('service_events', schema=None) as batch_op:
        batch_op.create_index('ix_service_events_happened_on', ['happened_on', 'resident_id'], unique=False)

    op.drop_index(op.f('ix_findings_task_id'), table_name='findings')
    op.create_index(op.f('ix_findings_task_id'), 'findings', ['task_id'], unique=False, postgresql_where=sa.text('task_id IS NOT NULL'), sqlite_where=sa.text('task_id IS NOT NULL'))


def downgrade() -> None:
    op.drop_index(op.f('ix_findings_task_id'), table_name='findings')
    op.create_index(op.f('ix_findings_task_id'), 'findings', ['task_id'], unique=False)

    with op.batch_alter_table('service_events', schema=None) as batch_op:
        batch_op.drop_index('ix_service_events_happened_on')

    with op.batch_alter_table('scans', schema=None) as batch_op:
        batch_op.drop_index('ix_scans_running', postgresql_where=sa.text("state = 'running'"), sqlite_where=sa.text("state = 'running'"))
        batch_op.drop_column('untouched')
        batch_op.drop_column('whole')

    with op.batch_alter_table('scan_rules', schema=None) as batch_op:
        for name in ('why_full', 'mode', 'state'):
            batch_op.drop_constraint(batch_op.f(f'ck_scan_rules_{name}'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_scan_rules_state'), "state IN ('done', 'failed')")
        batch_op.drop_column('updated')
        batch_op.drop_column('candidates')
        batch_op.drop_column('why_full')
        batch_op.drop_column('mode')

    with op.batch_alter_table('residents', schema=None) as batch_op:
        batch_op.drop_index('ix_residents_unemployment_registered_on', postgresql_where=sa.text('unemployment_registered_on IS NOT NULL'), sqlite_where=sa.text('unemployment_registered_on IS NOT NULL'))
        batch_op.drop_index('ix_residents_live_since', postgresql_where=sa.text('live_since IS NOT NULL'), sqlite_where=sa.text('live_since IS NOT NULL'))
        batch_op.drop_index('ix_residents_death_on', postgresql_where=sa.text('death_on IS NOT NULL'), sqlite_where=sa.text('death_on IS NOT NULL'))
        batch_op.drop_index('ix_residents_care_assessed_on', postgresql_where=sa.text('care_assessed_on IS NOT NULL'), sqlite_where=sa.text('care_assessed_on IS NOT NULL'))

    with op.batch_alter_table('pregnancies', schema=None) as batch_op:
        batch_op.drop_index('ix_pregnancies_due_on')

    with op.batch_alter_table('households', schema=None) as batch_op:
        batch_op.drop_index('ix_households_aid_review_due', postgresql_where=sa.text('aid_review_due IS NOT NULL'), sqlite_where=sa.text('aid_review_due IS NOT NULL'))

    with op.batch_alter_table('findings', schema=None) as batch_op:
        batch_op.drop_index('ix_findings_visit_from', postgresql_where=sa.text('cleared_on IS NULL AND visit_from IS NOT NULL'), sqlite_where=sa.text('cleared_on IS NULL AND visit_from IS NOT NULL'))
        batch_op.drop_index('ix_findings_quiet', postgresql_where=sa.text('quiet_until IS NOT NULL'), sqlite_where=sa.text('quiet_until IS NOT NULL'))

    with op.batch_alter_table('equipment', schema=None) as batch_op:
        batch_op.drop_index('ix_equipment_next_test_on', postgresql_where=sa.text('next_test_on IS NOT NULL'), sqlite_where=sa.text('next_test_on IS NOT NULL'))

    with op.batch_alter_table('enterprises', schema=None) as batch_op:
        batch_op.drop_index('ix_enterprises_established_on', postgresql_where=sa.text('established_on IS NOT NULL'), sqlite_where=sa.text('established_on IS NOT NULL'))

    with op.batch_alter_table('enrolments', schema=None) as batch_op:
        batch_op.drop_index('ix_enrolments_started_on', postgresql_where=sa.text('started_on IS NOT NULL'), sqlite_where=sa.text('started_on IS NOT NULL'))
        batch_op.drop_index('ix_enrolments_revisit_on', postgresql_where=sa.text('revisit_on IS NOT NULL'), sqlite_where=sa.text('revisit_on IS NOT NULL'))
        batch_op.drop_index('ix_enrolments_last_confirmed_on', postgresql_where=sa.text('last_confirmed_on IS NOT NULL'), sqlite_where=sa.text('last_confirmed_on IS NOT NULL'))

    with op.batch_alter_table('employments', schema=None) as batch_op:
        batch_op.drop_index('ix_employments_started_on', postgresql_where=sa.text('started_on IS NOT NULL'), sqlite_where=sa.text('started_on IS NOT NULL'))

    with op.batch_alter_table('disabilities', schema=None) as batch_op:
        batch_op.drop_index('ix_disabilities_valid_to', postgresql_where=sa.text('valid_to IS NOT NULL'), sqlite_where=sa.text('valid_to IS NOT NULL'))

    with op.batch_alter_table('changesets', schema=None) as batch_op:
        batch_op.drop_index('ix_changesets_waiting', postgresql_where=sa.text('scan_id IS NULL'), sqlite_where=sa.text('scan_id IS NULL'))
        batch_op.drop_index(batch_op.f('ix_changesets_scan_id'))
        batch_op.drop_column('scan_id')

    with op.batch_alter_table('changes', schema=None) as batch_op:
        batch_op.drop_index('ix_changes_what')
        batch_op.create_index(batch_op.f('ix_changes_changeset_id'), ['changeset_id'], unique=False)

    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.drop_index('ix_certificates_valid_to', postgresql_where=sa.text('valid_to IS NOT NULL'), sqlite_where=sa.text('valid_to IS NOT NULL'))
        batch_op.drop_index('ix_certificates_review_due_on', postgresql_where=sa.text('review_due_on IS NOT NULL'), sqlite_where=sa.text('review_due_on IS NOT NULL'))
        batch_op.drop_index('ix_certificates_issued_on', postgresql_where=sa.text('issued_on IS NOT NULL'), sqlite_where=sa.text('issued_on IS NOT NULL'))
        batch_op.drop_index('ix_certificates_endorsed_on', postgresql_where=sa.text('endorsed_on IS NOT NULL'), sqlite_where=sa.text('endorsed_on IS NOT NULL'))

    op.drop_table('rule_progress')
    op.drop_table('undecided')
    op.drop_table('pending_targets')
    with op.batch_alter_table('forecasts', schema=None) as batch_op:
        batch_op.drop_index('ix_forecasts_division_day')

    op.drop_table('forecasts')
