"""What becomes of findings after an answer: taken back, returned to the department, objected to, told to who supervises."""

from __future__ import annotations

from sqlalchemy import JSON, Date, Index, Table, Text, UniqueConstraint, text

from service.tables.append_only import append_only
from service.tables.columns import Instant, Key, choice, key, metadata, plain, reference

RETURN_ANSWER = {
    "done": "部门已办结", "not_eligible": "不符合条件", "back": "退回社区", "undone": "社区已撤销",
}  # fmt: skip
DECISION = {"upheld": "异议成立", "rejected": "异议不成立", "withdrawn": "本人撤回"}
STEP = {"supervisor": "社区负责人", "street": "街道"}

retractions = Table(
    "retractions",
    metadata,
    plain("outcome_id", Key, "撤销的处理结果", primary_key=True, autoincrement=False),
    plain("account_id", Key, "经办人", nullable=False),
    plain("at", Instant(), "时间", nullable=False),
    info={"label": "撤销"},
)
append_only(retractions)

learned_facts = Table(
    "learned_facts",
    metadata,
    key("learned_fact_id"),
    reference("changeset_id", "changesets.changeset_id", "变更批次"),
    plain("entity", Text(), "对象", nullable=False),
    plain("record_id", Key, "记录", nullable=False),
    plain("field", Text(), "字段", nullable=False),
    plain("before", JSON(), "原值（加密字段为密文）及原更正"),
    plain("at", Instant(), "时间", nullable=False, index=True),
    info={"label": "可撤销的更正"},
)

returns = Table(
    "returns",
    metadata,
    key("return_id"),
    reference("finding_id", "findings.finding_id", "发现"),
    plain("department", Text(), "部门", nullable=False),
    plain("division_code", Text(), "所属网格或社区", nullable=False),
    plain("returned_on", Date(), "转出日期", nullable=False),
    plain("due_on", Date(), "部门办理期限", nullable=False),
    plain("note", Text(), "说明"),
    plain("account_id", Key, "转出人", nullable=False),
    choice("answer", "部门答复", RETURN_ANSWER, nullable=True),
    plain("reason", Text(), "答复说明"),
    plain("answered_at", Instant(), "答复时间"),
    plain("answered_by", Key, "答复人"),
    Index(
        "uq_returns_waiting", "finding_id", unique=True,
        postgresql_where=text("answer IS NULL"), sqlite_where=text("answer IS NULL"),
    ),
    Index("ix_returns_department", "department", "division_code"),
    info={"label": "转部门事项"},
)  # fmt: skip

objections = Table(
    "objections",
    metadata,
    key("objection_id"),
    reference("finding_id", "findings.finding_id", "发现"),
    plain("division_code", Text(), "所属网格或社区", nullable=False, index=True),
    plain("reason", Text(), "异议内容", nullable=False),
    plain("account_id", Key, "登记人", nullable=False),
    plain("at", Instant(), "时间", nullable=False),
    choice("decision", "裁定", DECISION, nullable=True),
    plain("note", Text(), "裁定说明"),
    plain("decided_at", Instant(), "裁定时间"),
    plain("decided_by", Key, "裁定人"),
    Index(
        "uq_objections_waiting", "finding_id", unique=True,
        postgresql_where=text("decision IS NULL"), sqlite_where=text("decision IS NULL"),
    ),
    info={"label": "异议"},
)  # fmt: skip

escalations = Table(
    "escalations",
    metadata,
    key("escalation_id"),
    reference("task_id", "tasks.task_id", "任务", index=False),
    choice("step", "提醒到", STEP),
    plain("on_day", Date(), "日期", nullable=False),
    UniqueConstraint("task_id", "step"),
    info={"label": "升级提醒"},
)
