"""The life of a task

What becomes of findings after an answer has tables of its own; the history of tasks and the answers can no longer be
rewritten. On SQLite `task_events`, `outcomes`, `findings` and `tasks` are written anew, because their checks change.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.tables import columns
from service.tables.append_only import statements

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

KINDS = (
    "opened", "assigned", "planned", "started", "outcome", "closed", "expired", "withdrawn", "handed_over",
)
MORE = ("facts", "undone", "reopened", "answered", "objected", "decided", "escalated")
REASONS = ("nobody_home", "asked", "no_time", "weather", "other")
APPEND_ONLY = ("task_events", "outcomes", "retractions")


def upgrade() -> None:
    op.create_table('retractions',
    sa.Column('outcome_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', columns.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('outcome_id', name=op.f('pk_retractions')),
    info={'label': '撤销'}
    )
    op.create_table('learned_facts',
    sa.Column('learned_fact_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('changeset_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('entity', sa.Text(), nullable=False),
    sa.Column('record_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('before', sa.JSON(), nullable=True),
    sa.Column('at', columns.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['changeset_id'], ['changesets.changeset_id'], name=op.f('fk_learned_facts_changeset_id')),
    sa.PrimaryKeyConstraint('learned_fact_id', name=op.f('pk_learned_facts')),
    info={'label': '可撤销的更正'}
    )
    with op.batch_alter_table('learned_facts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_learned_facts_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_learned_facts_changeset_id'), ['changeset_id'], unique=False)

    op.create_table('escalations',
    sa.Column('escalation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('task_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.CheckConstraint("step IN ('supervisor', 'street')", name=op.f('ck_escalations_step')),
    sa.ForeignKeyConstraint(['task_id'], ['tasks.task_id'], name=op.f('fk_escalations_task_id')),
    sa.PrimaryKeyConstraint('escalation_id', name=op.f('pk_escalations')),
    sa.UniqueConstraint('task_id', 'step', name=op.f('uq_escalations_task_id_step')),
    info={'label': '升级提醒'}
    )
    op.create_table('objections',
    sa.Column('objection_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('finding_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('division_code', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', columns.Instant(timezone=True), nullable=False),
    sa.Column('decision', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('decided_at', columns.Instant(timezone=True), nullable=True),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint("decision IN ('upheld', 'rejected')", name=op.f('ck_objections_decision')),
    sa.ForeignKeyConstraint(['finding_id'], ['findings.finding_id'], name=op.f('fk_objections_finding_id')),
    sa.PrimaryKeyConstraint('objection_id', name=op.f('pk_objections')),
    info={'label': '异议'}
    )
    with op.batch_alter_table('objections', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_objections_division_code'), ['division_code'], unique=False)
        batch_op.create_index(batch_op.f('ix_objections_finding_id'), ['finding_id'], unique=False)
        batch_op.create_index('uq_objections_waiting', ['finding_id'], unique=True, postgresql_where=sa.text('decision IS NULL'), sqlite_where=sa.text('decision IS NULL'))

    op.create_table('returns',
    sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('finding_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('department', sa.Text(), nullable=False),
    sa.Column('division_code', sa.Text(), nullable=False),
    sa.Column('returned_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('answered_at', columns.Instant(timezone=True), nullable=True),
    sa.Column('answered_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint("answer IN ('done', 'not_eligible', 'back', 'undone')", name=op.f('ck_returns_answer')),
    sa.ForeignKeyConstraint(['finding_id'], ['findings.finding_id'], name=op.f('fk_returns_finding_id')),
    sa.PrimaryKeyConstraint('return_id', name=op.f('pk_returns')),
    info={'label': '转部门事项'}
    )
    with op.batch_alter_table('returns', schema=None) as batch_op:
        batch_op.create_index('ix_returns_department', ['department', 'division_code'], unique=False)
        batch_op.create_index(batch_op.f('ix_returns_finding_id'), ['finding_id'], unique=False)
        batch_op.create_index('uq_returns_waiting', ['finding_id'], unique=True, postgresql_where=sa.text('answer IS NULL'), sqlite_where=sa.text('answer IS NULL'))

    with op.batch_alter_table('findings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('held', sa.Text(), nullable=True))
        batch_op.create_check_constraint(batch_op.f('ck_findings_held'), _one_of('held', ('department', 'objection')))

    with op.batch_alter_table('outcomes', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reason', sa.Text(), nullable=True))
        batch_op.create_check_constraint(batch_op.f('ck_outcomes_reason'), _one_of('reason', REASONS))

    with op.batch_alter_table('task_events', schema=None) as batch_op:
        batch_op.add_column(sa.Column('to_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.drop_constraint(batch_op.f('ck_task_events_kind'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_task_events_kind'), _one_of('kind', (*KINDS, *MORE)))

    with op.batch_alter_table('tasks', schema=None) as batch_op:
        batch_op.add_column(sa.Column('handed_to', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))

    for table in APPEND_ONLY:
        for statement in statements(table, op.get_bind().dialect.name):
            op.execute(statement)



def downgrade() -> None:
    for table in APPEND_ONLY:
        _drop_triggers(table)
    events = sa.table("task_events", sa.column("kind"))
    op.execute(events.delete().where(events.c.kind.in_(MORE)))
    op.execute("UPDATE findings SET outcome = 'needs_department' WHERE held IS NOT NULL AND outcome IS NULL")
    with op.batch_alter_table('tasks', schema=None) as batch_op:
        batch_op.drop_column('handed_to')

    with op.batch_alter_table('task_events', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_task_events_kind'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_task_events_kind'), _one_of('kind', KINDS))
        batch_op.drop_column('to_id')

    with op.batch_alter_table('outcomes', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_outcomes_reason'), type_='check')
        batch_op.drop_column('reason')

    with op.batch_alter_table('findings', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_findings_held'), type_='check')
        batch_op.drop_column('held')

    with op.batch_alter_table('returns', schema=None) as batch_op:
        batch_op.drop_index('uq_returns_waiting', postgresql_where=sa.text('answer IS NULL'), sqlite_where=sa.text('answer IS NULL'))
        batch_op.drop_index(batch_op.f('ix_returns_finding_id'))
        batch_op.drop_index('ix_returns_department')

    op.drop_table('returns')
    with op.batch_alter_table('objections', schema=None) as batch_op:
        batch_op.drop_index('uq_objections_waiting', postgresql_where=sa.text('decision IS NULL'), sqlite_where=sa.text('decision IS NULL'))
        batch_op.drop_index(batch_op.f('ix_objections_finding_id'))
        batch_op.drop_index(batch_op.f('ix_objections_division_code'))

    op.drop_table('objections')
    op.drop_table('escalations')
    with op.batch_alter_table('learned_facts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_learned_facts_changeset_id'))
        batch_op.drop_index(batch_op.f('ix_learned_facts_at'))

    op.drop_table('learned_facts')
    op.drop_table('retractions')


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN (" + ", ".join(f"'{value}'" for value in values) + ")"


def _drop_triggers(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_refuses_{verb}")
        return
    op.execute(f"DROP FUNCTION {table}_refuses() CASCADE")
