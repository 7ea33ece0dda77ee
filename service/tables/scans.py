"""The scans that apply the rules: how far each rule has come, what could not be decided, what is to be brought in step, what is expected."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Date, Index, Integer, Table, Text, text

from service.tables.append_only import append_only
from service.tables.codes import TARGET_KIND
from service.tables.columns import Instant, Key, choice, key, metadata, plain, reference

WHY_FULL = {
    "first": "首次扫描", "version": "规则换了版本", "question": "参数、日历或字段有变化", "day": "当天换了另一种问法",
    "whole": "有整批导入", "many": "变化的太多", "asked": "要求全量", "back": "日期比上次早",
}  # fmt: skip

STATE = {"running": "进行中", "done": "完成", "incomplete": "部分规则失败", "failed": "失败"}

scans = Table(
    "scans",
    metadata,
    key("scan_id"),
    plain("as_of", Date(), "截至日期", nullable=False),
    choice("state", "状态", STATE),
    plain("only_rule", Text(), "仅此规则"),
    plain("whole", Boolean(), "要求全量", nullable=False, server_default=text("false")),
    plain("untouched", Integer(), "没有要重判的规则数", nullable=False, server_default="0"),
    plain("actor_id", Key, "经办账号"),
    plain("started_at", Instant(), "开始时间", nullable=False),
    plain("finished_at", Instant(), "结束时间"),
    Index(
        "ix_scans_running", "scan_id",
        postgresql_where=text("state = 'running'"), sqlite_where=text("state = 'running'"),
    ),
    info={"label": "扫描"},
)  # fmt: skip

scan_rules = Table(
    "scan_rules",
    metadata,
    key("scan_rule_id"),
    reference("scan_id", "scans.scan_id", "扫描"),
    plain("rule", Text(), "规则", nullable=False),
    reference("version_id", "rule_versions.version_id", "版本", nullable=True, index=False),
    choice("state", "状态", {"running": "正在写入", "done": "完成", "failed": "失败，保留原有结果"}),
    choice("mode", "方式", {"full": "全量", "delta": "增量"}, server_default="full"),
    choice("why_full", "为何全量", WHY_FULL, nullable=True),
    plain("candidates", Integer(), "增量判断的对象数"),
    plain("matched", Integer(), "符合", nullable=False, server_default="0"),
    plain("unknown", Integer(), "无法判断", nullable=False, server_default="0"),
    plain("missing", JSON(), "缺失字段计数"),
    plain("opened", Integer(), "新增", nullable=False, server_default="0"),
    plain("resolved", Integer(), "已解决", nullable=False, server_default="0"),
    plain("withdrawn", Integer(), "已撤回", nullable=False, server_default="0"),
    plain("updated", Integer(), "更新", nullable=False, server_default="0"),
    plain("error", Text(), "失败原因"),
    plain("milliseconds", Integer(), "用时（毫秒）", nullable=False, server_default="0"),
    Index("uq_scan_rules_scan_rule", "scan_id", "rule", unique=True),
    info={"label": "规则扫描"},
)  # fmt: skip

scan_events = Table(
    "scan_events",
    metadata,
    key("scan_event_id"),
    plain("scan_id", Key, "扫描", nullable=False),
    choice(
        "kind", "事件", {"begun": "开始", "judged": "一条规则完成", "failed": "一条规则失败", "ended": "结束"}
    ),
    plain("rule", Text(), "规则"),
    choice("state", "扫描的状态", STATE),
    plain("at", Instant(), "时间", nullable=False),
    info={"label": "扫描记录"},
)
append_only(scan_events)

rule_progress = Table(
    "rule_progress",
    metadata,
    plain("rule", Text(), "规则", primary_key=True),
    reference("scan_id", "scans.scan_id", "最近完成的扫描", index=False),
    reference("version_id", "rule_versions.version_id", "版本", index=False),
    plain("as_of", Date(), "判断到哪一天", nullable=False),
    plain("question", Text(), "当时问题的摘要", nullable=False),
    info={"label": "规则进度"},
)

undecided = Table(
    "undecided",
    metadata,
    plain("rule", Text(), "规则", primary_key=True),
    plain("subject_id", Key, "判断对象", primary_key=True, autoincrement=False),
    plain("fact", Text(), "缺什么（空白一行表示对象本身）", primary_key=True),
    info={"label": "无法判断的对象"},
)

pending_targets = Table(
    "pending_targets",
    metadata,
    choice("target_kind", "走访对象种类", TARGET_KIND, primary_key=True),
    plain("target_id", Key, "走访对象", primary_key=True, autoincrement=False),
    info={"label": "任务待整理的走访对象"},
)

forecasts = Table(
    "forecasts",
    metadata,
    plain("rule", Text(), "规则", primary_key=True),
    plain("day", Date(), "预计日期", primary_key=True),
    plain("division_code", Text(), "网格或社区编码", primary_key=True),
    plain("expected", Integer(), "预计新增", nullable=False),
    Index("ix_forecasts_division_day", "division_code", "day"),
    info={"label": "预测"},
)

forecast_rules = Table(
    "forecast_rules",
    metadata,
    plain("rule", Text(), "规则", primary_key=True),
    reference("scan_id", "scans.scan_id", "从哪次扫描推算", index=False),
    plain("made_at", Instant(), "推算完成时间（空白表示正在写入）"),
    plain("judged", Integer(), "逐日判断的对象数", nullable=False, server_default="0"),
    plain("whole_days", Integer(), "判断所有人的天数", nullable=False, server_default="0"),
    plain("error", Text(), "未能推算的原因"),
    plain("milliseconds", Integer(), "用时（毫秒）", nullable=False, server_default="0"),
    info={"label": "规则预测"},
)
