"""Who may do what: accounts, their tokens and addresses, the audit log, and requests already answered."""

from __future__ import annotations

from sqlalchemy import JSON, Index, Integer, Table, Text, UniqueConstraint

from service.tables.append_only import append_only
from service.tables.columns import Instant, Key, choice, key, metadata, plain, reference

ROLE = {
    "worker": "社区工作者", "supervisor": "社区或街道负责人", "department": "部门", "enterprise": "企业联系人",
    "rule_editor": "规则编辑", "approver": "规则审批", "system_admin": "系统管理员", "security_admin": "安全管理员",
    "auditor": "审计员",
}  # fmt: skip

accounts = Table(
    "accounts",
    metadata,
    key("account_id"),
    plain("login", Text(), "登录名", nullable=False, unique=True),
    plain("name", Text(), "姓名", nullable=False),
    choice("role", "角色", ROLE),
    plain("division_code", Text(), "管理范围"),
    reference("enterprise_id", "enterprises.enterprise_id", "所属企业", nullable=True),
    plain("department", Text(), "所属部门"),
    plain("password_hash", Text(), "密码散列"),
    plain("created_at", Instant(), "创建时间", nullable=False),
    plain("disabled_at", Instant(), "停用时间"),
    info={"label": "账号"},
)

tokens = Table(
    "tokens",
    metadata,
    key("token_id"),
    reference("account_id", "accounts.account_id", "账号"),
    plain("digest", Text(), "令牌摘要", nullable=False, unique=True),
    plain("note", Text(), "用途", nullable=False),
    plain("permissions", JSON(), "限定权限"),
    plain("created_at", Instant(), "创建时间", nullable=False),
    plain("expires_at", Instant(), "失效时间", nullable=False),
    plain("revoked_at", Instant(), "撤销时间"),
    info={"label": "访问令牌"},
)

sessions = Table(
    "sessions",
    metadata,
    key("session_id"),
    reference("account_id", "accounts.account_id", "账号"),
    plain("digest", Text(), "会话摘要", nullable=False, unique=True),
    choice("opened_by", "登录方式", {"login": "登录名和密码", "code": "扫码"}),
    choice("type_size", "字号", {"normal": "标准", "large": "大字"}),
    plain("opened_at", Instant(), "登录时间", nullable=False),
    plain("used_at", Instant(), "最近使用时间", nullable=False),
    plain("expires_at", Instant(), "失效时间", nullable=False),
    plain("revoked_at", Instant(), "退出时间"),
    info={"label": "登录会话"},
)

sign_in_codes = Table(
    "sign_in_codes",
    metadata,
    key("sign_in_code_id"),
    reference("account_id", "accounts.account_id", "供谁登录"),
    reference("issued_by", "accounts.account_id", "由谁出示", index=False),
    plain("digest", Text(), "登录码摘要", nullable=False, unique=True),
    plain("issued_at", Instant(), "出示时间", nullable=False),
    plain("expires_at", Instant(), "失效时间", nullable=False),
    plain("used_at", Instant(), "使用时间"),
    info={"label": "扫码登录"},
)

addresses = Table(
    "addresses",
    metadata,
    key("address_id"),
    reference("account_id", "accounts.account_id", "账号"),
    plain("channel", Text(), "渠道", nullable=False),
    plain("address", Text(), "地址", nullable=False),
    plain("disabled_at", Instant(), "停用时间"),
    UniqueConstraint("account_id", "channel"),
    info={"label": "推送地址"},
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    key("sign_in_failure_id"),
    plain("login", Text(), "登录名", nullable=False),
    plain("at", Instant(), "时间", nullable=False),
    Index("ix_sign_in_failures_login_at", "login", "at"),
    info={"label": "登录失败"},
)

audit = Table(
    "audit",
    metadata,
    key("audit_id"),
    plain("at", Instant(), "时间", nullable=False),
    plain("actor_id", Key, "经办账号"),
    plain("action", Text(), "操作", nullable=False),
    plain("object_kind", Text(), "对象种类", nullable=False),
    plain("object_id", Text(), "对象", nullable=False),
    plain("reason", Text(), "事由"),
    choice("success", "结果", {"yes": "成功", "no": "失败"}),
    plain("detail", JSON(), "内容"),
    plain("previous", Text(), "前一条摘要", nullable=False),
    plain("digest", Text(), "本条摘要", nullable=False, unique=True),
    Index("ix_audit_actor_id_at", "actor_id", "at"),
    info={"label": "审计"},
)
append_only(audit)

answered_requests = Table(
    "answered_requests",
    metadata,
    plain("account_id", Key, "账号", primary_key=True),
    plain("idempotency_key", Text(), "幂等键", primary_key=True),
    plain("request_digest", Text(), "请求摘要", nullable=False),
    plain("status", Integer(), "状态码", nullable=False),
    plain("body", Text(), "回复", nullable=False),
    plain("answered_at", Instant(), "时间", nullable=False),
    info={"label": "已答复的请求"},
)
