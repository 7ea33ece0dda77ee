"""What is to be sent, to whom, over what, and what became of it: notifications, deliveries, attempts."""

from __future__ import annotations

from sqlalchemy import Index, Integer, Table, Text, UniqueConstraint, text

from service.tables.columns import Instant, choice, key, metadata, plain, reference

notifications = Table(
    "notifications",
    metadata,
    key("notification_id"),
    plain("dedupe_key", Text(), "去重键", nullable=False, unique=True),
    reference("account_id", "accounts.account_id", "收件人"),
    plain("topic", Text(), "种类", nullable=False),
    plain("subject", Text(), "标题", nullable=False),
    plain("body", Text(), "正文（不含个人信息）", nullable=False),
    plain("link", Text(), "链接"),
    plain("expires_at", Instant(), "失效时间", nullable=False),
    plain("created_at", Instant(), "产生时间", nullable=False, index=True),
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
            "unknown": "结果不明", "expired": "已过期", "cancelled": "已取消",
        },
    ),
    plain("due_at", Instant(), "应发时间", nullable=False),
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
    UniqueConstraint("notification_id", "channel", "step"),
    Index(
        "ix_deliveries_ready", "channel", "due_at", "delivery_id",
        postgresql_where=text("status = 'ready'"), sqlite_where=text("status = 'ready'"),
    ),
    Index(
        "ix_deliveries_leased", "lease_until",
        postgresql_where=text("status = 'leased'"), sqlite_where=text("status = 'leased'"),
    ),
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
            "misconfigured": "配置有误", "gone": "地址失效", "uncertain": "结果不明",
        },
    ),
    plain("code", Text(), "代码"),
    plain("reason", Text(), "原因"),
    plain("provider_ref", Text(), "渠道编号"),
    info={"label": "尝试"},
)  # fmt: skip
