"""The accounts of push channels, and what the processes of one installation share about them."""

from __future__ import annotations

from sqlalchemy import JSON, Integer, Table, Text

from service.tables.columns import Instant, key, metadata, plain

channel_accounts = Table(
    "channel_accounts",
    metadata,
    key("channel_account_id"),
    plain("name", Text(), "名称", nullable=False, unique=True),
    plain("kind", Text(), "渠道类型", nullable=False),
    plain("config", Text(), "设置（加密）", nullable=False),
    plain("created_at", Instant(), "创建时间", nullable=False),
    plain("changed_at", Instant(), "更改时间", nullable=False),
    plain("probed_at", Instant(), "最近试通时间"),
    plain("disabled_at", Instant(), "停用时间"),
    info={"label": "渠道账户"},
)

channel_states = Table(
    "channel_states",
    metadata,
    plain("channel", Text(), "渠道账户", primary_key=True),
    plain("held_until", Instant(), "暂缓至"),
    plain("held_code", Text(), "暂缓代码"),
    plain("held_reason", Text(), "暂缓原因"),
    # Calls in a row that failed though nothing was wrong with the message.
    plain("failures", Integer(), "连续失败次数", nullable=False, server_default="0"),
    plain("open_until", Instant(), "熔断至"),
    info={"label": "渠道状态"},
)

channel_rates = Table(
    "channel_rates",
    metadata,
    plain("channel", Text(), "渠道账户", primary_key=True),
    plain("rate", Text(), "限额", primary_key=True),
    # Slots of the window: [first, last, number], instants in milliseconds since 1970.
    plain("grants", JSON(), "窗口内已用", nullable=False),
    info={"label": "渠道限速"},
)

channel_months = Table(
    "channel_months",
    metadata,
    plain("channel", Text(), "渠道账户", primary_key=True),
    plain("month", Text(), "月份", primary_key=True),
    plain("calls", Integer(), "调用次数", nullable=False, server_default="0"),
    info={"label": "渠道月度用量"},
)
