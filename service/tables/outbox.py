"""What is to be sent, to whom, over what, and what became of it: notifications with the tasks they tell of, deliveries, attempts."""

from __future__ import annotations

from sqlalchemy import Boolean, Index, Integer, Table, Text, UniqueConstraint, false, text

from service.tables.columns import Instant, Key, choice, key, metadata, plain, reference


def _filled(name: str, column: str, *columns: str) -> Index:
    """An index of the rows in which `column` is filled."""
    filled = text(f"{column} IS NOT NULL")
    return Index(name, *columns, postgresql_where=filled, sqlite_where=filled)


notifications = Table(
    "notifications",
    metadata,
    key("notification_id"),
    plain("dedupe_key", Text(), "去重键", nullable=False, unique=True),
    reference("account_id", "accounts.account_id", "收件人", index=False),
    plain("topic", Text(), "种类", nullable=False),
    plain("subject", Text(), "标题", nullable=False),
    plain("body", Text(), "正文（不含个人信息）", nullable=False),
    plain("link", Text(), "链接"),
    plain("urgent", Boolean(), "紧急", nullable=False, server_default=false()),
    plain("expires_at", Instant(), "失效时间", nullable=False),
    plain("created_at", Instant(), "产生时间", nullable=False, index=True),
    Index("ix_notifications_account", "account_id", "created_at"),
    info={"label": "通知"},
)

deliveries = Table(
    "deliveries",
    metadata,
    key("delivery_id"),
    reference("notification_id", "notifications.notification_id", "通知"),
    plain("step", Integer(), "级次", nullable=False, server_default="0"),
    plain("channel", Text(), "渠道", nullable=False),
    plain("address", Text(), "地址", nullable=False),
    choice(
        "status", "状态",
        {
            "ready": "待发送", "leased": "发送中", "accepted": "渠道已受理", "delivered": "已送达", "read": "已读",
            "handed_over": "已转交，无法核实", "dropped": "渠道丢弃", "failed": "失败", "dead": "多次失败，已停止",
            "unknown": "结果不明", "expired": "已过期", "cancelled": "已取消", "recalled": "已撤回",
        },
    ),
    plain("due_at", Instant(), "应发时间", nullable=False),
    plain("leased_at", Instant(), "占用时间"),
    plain("lease_until", Instant(), "占用至"),
    plain("lease_by", Text(), "占用者"),
    plain("attempts", Integer(), "尝试次数", nullable=False, server_default="0"),
    plain("max_attempts", Integer(), "最多尝试次数", nullable=False, server_default="6"),
    plain("provider_ref", Text(), "渠道编号"),
    plain("last_code", Text(), "最近代码"),
    plain("last_reason", Text(), "最近原因"),
    plain("accepted_at", Instant(), "受理时间"),
    plain("delivered_at", Instant(), "送达时间"),
    plain("read_at", Instant(), "阅读时间"),
    # The first attempt since the last replay that may have arrived though nobody said so.
    plain("uncertain_at", Instant(), "首次结果不明时间"),
    # The last attempt that arrived or may have.
    plain("sent_at", Instant(), "最近送出时间"),
    plain("text_digest", Text(), "正文摘要"),
    # Of the call it went out with last, and how many went with it, where a repeat has to be that same call.
    plain("call_key", Text(), "同次调用"),
    plain("check_at", Instant(), "下次核实时间"),
    plain("recall_at", Instant(), "下次撤回时间"),
    UniqueConstraint("notification_id", "channel", "step"),
    Index(
        "ix_deliveries_ready", "channel", "due_at", "delivery_id",
        postgresql_where=text("status = 'ready'"), sqlite_where=text("status = 'ready'"),
    ),
    Index(
        "ix_deliveries_leased", "lease_until",
        postgresql_where=text("status = 'leased'"), sqlite_where=text("status = 'leased'"),
    ),
    _filled("ix_deliveries_sent", "sent_at", "channel", "address", "sent_at"),
    _filled("ix_deliveries_call", "call_key", "call_key"),
    _filled("ix_deliveries_check", "check_at", "channel", "check_at"),
    _filled("ix_deliveries_recall", "recall_at", "channel", "recall_at"),
    info={"label": "投递"},
)  # fmt: skip

attempts = Table(
    "attempts",
    metadata,
    key("attempt_id"),
    reference("delivery_id", "deliveries.delivery_id", "投递"),
    plain("started_at", Instant(), "时间", nullable=False),
    plain("milliseconds", Integer(), "用时（毫秒）", nullable=False),
    choice(
        "outcome", "结果",
        {
            "accepted": "受理", "delivered": "送达", "handed_over": "转交", "retry": "稍后重试", "rejected": "拒绝",
            "misconfigured": "配置有误", "gone": "地址失效", "uncertain": "结果不明", "throttled": "账户被限流",
            "recalled": "撤回", "not_recalled": "未能撤回",
        },
    ),
    plain("code", Text(), "代码"),
    plain("reason", Text(), "原因"),
    plain("provider_ref", Text(), "渠道编号"),
    info={"label": "尝试"},
)  # fmt: skip

notification_tasks = Table(
    "notification_tasks",
    metadata,
    # No foreign key: the row stays where it is when its notification is archived.
    plain("notification_id", Key, "通知", primary_key=True, autoincrement=False),
    reference("task_id", "tasks.task_id", "任务", primary_key=True),
    info={"label": "通知所说的任务"},
)
