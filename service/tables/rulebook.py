"""Rules as dated versions, their parameters, the fields administrators add, and the duty list."""

from __future__ import annotations

from sqlalchemy import JSON, Date, Index, Integer, Table, Text, text

from service.tables.columns import Instant, Key, choice, key, metadata, plain, reference

duty_items = Table(
    "duty_items",
    metadata,
    plain("duty", Text(), "清单编号", primary_key=True),
    plain("name", Text(), "事项", nullable=False),
    choice(
        "kind",
        "类别",
        {"main": "基本履职", "assist": "配合履职", "adhoc": "临时事项", "withdrawn": "上级收回"},
    ),
    plain("department", Text(), "责任部门", nullable=False),
    plain("basis", Text(), "依据", nullable=False),
    plain("valid_to", Date(), "有效期至"),
    info={"label": "履职清单"},
)

rule_versions = Table(
    "rule_versions",
    metadata,
    key("version_id"),
    plain("rule", Text(), "规则", nullable=False),
    plain("version", Integer(), "版本", nullable=False),
    plain("title", Text(), "名称", nullable=False),
    plain("department", Text(), "责任部门", nullable=False),
    plain("advice", Text(), "怎么办", nullable=False),
    plain("minutes", Integer(), "一件约需（分钟）", nullable=False, server_default="10"),
    plain("document", Text(), "规则全文", nullable=False),
    plain("digest", Text(), "摘要", nullable=False),
    choice(
        "state", "状态",
        {"draft": "草稿", "checked": "已检查", "shadow": "试运行", "approved": "已批准", "active": "生效", "retired": "停用"},
    ),
    plain("effective_from", Date(), "生效日期", nullable=False),
    plain("effective_to", Date(), "失效日期"),
    plain("actor_id", Key, "经办账号"),
    plain("recorded_at", Instant(), "时间", nullable=False),
    Index("uq_rule_versions_rule_version", "rule", "version", unique=True),
    Index(
        "uq_rule_versions_active", "rule", unique=True,
        postgresql_where=text("state = 'active'"), sqlite_where=text("state = 'active'"),
    ),
    info={"label": "规则版本"},
)  # fmt: skip

rule_activations = Table(
    "rule_activations",
    metadata,
    key("activation_id"),
    plain("rule", Text(), "规则", nullable=False),
    reference("version_id", "rule_versions.version_id", "版本"),
    plain("from_on", Date(), "启用日期", nullable=False),
    plain("to_on", Date(), "停用日期（当天起不再使用）"),
    Index("ix_rule_activations_rule_from", "rule", "from_on"),
    info={"label": "规则启用记录"},
)

extension_fields = Table(
    "extension_fields",
    metadata,
    key("extension_field_id"),
    plain("entity", Text(), "记录", nullable=False),
    plain("name", Text(), "字段", nullable=False),
    plain("label", Text(), "名称", nullable=False),
    choice(
        "kind", "类型", {"int": "整数", "decimal": "小数", "text": "文字", "bool": "是否", "date": "日期"}
    ),
    plain("codes", JSON(), "代码表"),
    plain("unit", Text(), "单位"),
    choice("missing", "空着表示", {"none": "没有此事", "unknown": "没有登记"}),
    choice(
        "sensitivity", "敏感程度",
        {"public": "公开", "internal": "内部", "private": "个人信息", "sensitive": "敏感个人信息"},
    ),
    plain("actor_id", Key, "经办账号"),
    plain("recorded_at", Instant(), "时间", nullable=False),
    plain("retired_at", Instant(), "停用时间"),
    Index("uq_extension_fields_entity_name", "entity", "name", unique=True),
    info={"label": "扩展字段"},
)  # fmt: skip

parameters = Table(
    "parameters",
    metadata,
    key("parameter_id"),
    plain("name", Text(), "参数", nullable=False),
    plain("label", Text(), "名称", nullable=False),
    choice(
        "kind", "类型", {"int": "整数", "decimal": "小数", "text": "文字", "date": "日期", "list": "列表"}
    ),
    plain("division_code", Text(), "适用区划", nullable=False, server_default=""),
    plain("effective_from", Date(), "生效日期", nullable=False),
    plain("effective_to", Date(), "失效日期"),
    plain("value", JSON(), "值"),
    plain("unit", Text(), "单位"),
    plain("source", JSON(), "来源（法规、条款、日期、核实日期）"),
    choice("origin", "由谁登记", {"pack": "规则包", "house": "本地登记"}, server_default="pack"),
    plain("version", Integer(), "版本", nullable=False, server_default="1"),
    plain("actor_id", Key, "经办账号"),
    plain("recorded_at", Instant(), "时间", nullable=False),
    Index("uq_parameters_name_division_from", "name", "division_code", "effective_from", unique=True),
    info={"label": "参数"},
)
