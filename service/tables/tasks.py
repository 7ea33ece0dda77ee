"""The work: findings, tasks, what people did with them, and who is on duty where."""

from __future__ import annotations

from sqlalchemy import JSON, Date, Index, Integer, Table, Text, literal_column, text

from service.tables.append_only import append_only
from service.tables.codes import GRADE, SUBJECT_KIND, TARGET_KIND
from service.tables.columns import Instant, Key, choice, key, metadata, plain, reference

OUTCOME = {
    "done": "已办结", "accepted": "已告知，愿意申领", "declined": "已告知，不愿申领", "already_has": "已享受或已办理",
    "not_eligible": "不符合条件（信息有误）", "not_found": "未找到", "moved": "已搬走", "died": "已去世",
    "needs_department": "需部门处理", "later": "稍后再办",
}  # fmt: skip
LATER_REASON = {
    "nobody_home": "家里没人", "asked": "对方约了改日", "no_time": "今天来不及", "weather": "天气或道路不便", "other": "其他",
}  # fmt: skip
HELD = {"department": "已转部门", "objection": "异议待定"}
OPEN_STATES = ("waiting", "planned", "started")
_OPEN = "state IN ('waiting', 'planned', 'started')"

tasks = Table(
    "tasks",
    metadata,
    key("task_id"),
    choice("target_kind", "走访对象种类", TARGET_KIND),
    plain("target_id", Key, "走访对象", nullable=False),
    plain("division_code", Text(), "所属网格或社区", nullable=False, server_default=""),
    plain("place", Text(), "地址排序", nullable=False, server_default=""),
    reference("account_id", "accounts.account_id", "责任人", nullable=True),
    choice("grade", "等级", GRADE),
    plain("minutes", Integer(), "约需（分钟）", nullable=False, server_default="20"),
    plain("due_on", Date(), "到期日"),
    plain("visit_from", Date(), "最早上门日"),
    plain("opened_on", Date(), "产生日期", nullable=False),
    plain("planned_on", Date(), "安排日期"),
    choice(
        "state", "状态",
        {
            "waiting": "待安排", "planned": "已安排", "started": "处理中", "closed": "已办结",
            "expired": "已过期", "withdrawn": "已撤回",
        },
    ),
    plain("closed_at", Instant(), "办结时间"),
    plain("note", Text(), "交接说明"),
    plain("handed_to", Key, "由同事或负责人交给"),
    Index(
        "uq_tasks_open_target", "target_kind", "target_id", unique=True,
        postgresql_where=text(_OPEN), sqlite_where=text(_OPEN),
    ),
    Index("ix_tasks_account_state_planned", "account_id", "state", "planned_on"),
    Index("ix_tasks_division_state", "division_code", "state"),
    info={"label": "任务"},
)  # fmt: skip

# Spelled out, not bound: a database uses a partial index only where it can read the condition in the statement.
OPEN = tasks.c.state.in_([literal_column(f"'{state}'") for state in OPEN_STATES])

findings = Table(
    "findings",
    metadata,
    key("finding_id"),
    plain("rule", Text(), "规则", nullable=False),
    reference("version_id", "rule_versions.version_id", "规则版本"),
    choice("subject_kind", "判断对象种类", SUBJECT_KIND),
    plain("subject_id", Key, "判断对象", nullable=False),
    choice("target_kind", "走访对象种类", TARGET_KIND),
    plain("target_id", Key, "走访对象", nullable=False),
    reference("task_id", "tasks.task_id", "任务", nullable=True, index=False),
    choice("verdict", "结论", {"match": "符合", "unknown": "需核实"}),
    choice("grade", "等级", GRADE),
    plain("since_on", Date(), "起始日期", nullable=False),
    plain("due_on", Date(), "到期日"),
    plain("visit_from", Date(), "最早上门日"),
    plain("heading", Text(), "标题"),
    plain("reason", Text(), "原因"),
    plain("worded_on", Date(), "标题和原因截至"),
    plain("cleared_on", Date(), "消除日期"),
    choice(
        "clearing", "消除方式",
        {"resolved": "条件不再成立", "withdrawn": "不再适用", "rearmed": "到期后重新提醒"}, nullable=True,
    ),
    choice("held", "暂不上门", HELD, nullable=True),
    choice("outcome", "处理结果", OUTCOME, nullable=True),
    plain("settled_on", Date(), "处理日期"),
    plain("quiet_until", Date(), "此前不再提醒"),
    Index(
        "uq_findings_open_episode", "rule", "subject_kind", "subject_id", unique=True,
        postgresql_where=text("cleared_on IS NULL"), sqlite_where=text("cleared_on IS NULL"),
    ),
    Index("ix_findings_rule_subject", "rule", "subject_kind", "subject_id"),
    Index("ix_findings_target", "target_kind", "target_id"),
    # Without those that have no task yet: after a first scan that is all of them, and to SQLite's statistics then all the same.
    Index(
        "ix_findings_task_id", "task_id",
        postgresql_where=text("task_id IS NOT NULL"), sqlite_where=text("task_id IS NOT NULL"),
    ),
    Index(
        "ix_findings_quiet", "rule", "quiet_until",
        postgresql_where=text("quiet_until IS NOT NULL"), sqlite_where=text("quiet_until IS NOT NULL"),
    ),
    Index(
        "ix_findings_outcome", "rule", "outcome", "settled_on",
        postgresql_where=text("outcome IS NOT NULL"), sqlite_where=text("outcome IS NOT NULL"),
    ),
    Index(
        "ix_findings_visit_from", "visit_from",
        postgresql_where=text("cleared_on IS NULL AND visit_from IS NOT NULL"),
        sqlite_where=text("cleared_on IS NULL AND visit_from IS NOT NULL"),
    ),
    info={"label": "发现"},
)  # fmt: skip

task_events = Table(
    "task_events",
    metadata,
    key("task_event_id"),
    reference("task_id", "tasks.task_id", "任务"),
    choice(
        "kind", "事件",
        {
            "opened": "产生", "assigned": "分派", "planned": "安排", "started": "开始", "outcome": "登记结果",
            "closed": "办结", "expired": "过期", "withdrawn": "撤回", "handed_over": "交接",
            "facts": "更正信息", "undone": "撤销登记", "reopened": "重新打开", "answered": "部门答复",
            "objected": "提出异议", "decided": "异议裁定", "escalated": "升级提醒",
        },
    ),
    plain("at", Instant(), "时间", nullable=False),
    plain("actor_id", Key, "经办账号"),
    plain("to_id", Key, "交给的账号"),
    plain("detail", JSON(), "内容"),
    info={"label": "任务记录"},
)  # fmt: skip
append_only(task_events)

outcomes = Table(
    "outcomes",
    metadata,
    key("outcome_id"),
    reference("finding_id", "findings.finding_id", "发现"),
    reference("task_id", "tasks.task_id", "任务"),
    choice("outcome", "处理结果", OUTCOME),
    plain("wrong_field", Text(), "有误的信息"),
    plain("revisit_on", Date(), "再次走访日期"),
    choice("reason", "稍后的原因", LATER_REASON, nullable=True),
    plain("note", Text(), "备注"),
    reference("account_id", "accounts.account_id", "经办人", index=False),
    plain("at", Instant(), "时间", nullable=False, index=True),
    info={"label": "处理结果"},
)
append_only(outcomes)

pending_lists = Table(
    "pending_lists",
    metadata,
    plain("account_id", Key, "责任人", primary_key=True, autoincrement=False),
    info={"label": "清单待重排的人"},
)

posts = Table(
    "posts",
    metadata,
    key("post_id"),
    reference("account_id", "accounts.account_id", "账号"),
    plain("division_code", Text(), "网格或社区编码", nullable=False),
    choice("role", "职责", {"main": "责任人", "deputy": "替补"}),
    plain("from_on", Date(), "起始日期", nullable=False),
    plain("to_on", Date(), "截止日期"),
    Index("ix_posts_division_code", "division_code"),
    info={"label": "网格岗位"},
)

absences = Table(
    "absences",
    metadata,
    key("absence_id"),
    reference("account_id", "accounts.account_id", "账号"),
    plain("from_on", Date(), "起始日期", nullable=False),
    plain("to_on", Date(), "截止日期", nullable=False),
    info={"label": "离岗"},
)

calendar_days = Table(
    "calendar_days",
    metadata,
    plain("day", Date(), "日期", primary_key=True),
    choice("kind", "类别", {"work": "工作日", "rest": "休息日"}),
    plain("note", Text(), "说明", nullable=False),
    info={"label": "工作日历"},
)

job_runs = Table(
    "job_runs",
    metadata,
    plain("job", Text(), "作业", primary_key=True),
    plain("day", Date(), "日期", primary_key=True),
    choice("state", "状态", {"running": "进行中", "done": "完成", "failed": "失败"}),
    plain("started_at", Instant(), "开始时间", nullable=False),
    plain("finished_at", Instant(), "结束时间"),
    plain("detail", JSON(), "内容"),
    info={"label": "作业记录"},
)
