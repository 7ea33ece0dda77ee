"""What each role may do. Whatever is not listed here is denied."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One thing a route lets its caller do; every route names exactly one."""

    PUBLIC = "public"  # no account needed: health, contract, sign-in
    SIGNED_IN = "signed_in"  # any account, about itself only
    WORK = "work"  # see and settle tasks of the own area
    FOLLOW = "follow"  # hear at once what happens: to tasks one may see, to scans where one may scan
    SUPERVISE = "supervise"  # hand tasks of the own area over, decide objections there, see what was told on
    OBJECT = "object"  # say that a finding is wrong: of the own tasks, or of the own enterprise
    RETURNS = "returns"  # see and answer what workers returned to the own department
    REVEAL = "reveal"  # read one private field in full, with a reason, audited
    READ_RULES = "read_rules"
    EDIT_RULES = "edit_rules"
    FORECAST = "forecast"  # how much work is expected in the own area, or of the own department, in numbers
    FEEDBACK = "feedback"  # how right rules were, and what visits cost, in numbers; never of one worker
    TRACE = "trace"  # follow one message back to its causes, in ids and codes
    STAFF = "staff"  # who holds which grid and who is away, in the own area
    SCAN = "scan"
    IMPORT = "import"
    FIELDS = "fields"  # declare and retire extension fields: decides what is recorded of people
    ENTERPRISE = "enterprise"  # the status of one enterprise
    ACCOUNTS = "accounts"
    AUDIT = "audit"


class Role(StrEnum):
    """The nine kinds of account; system, security and audit duties are separate people (DESIGN §8)."""

    WORKER = "worker"
    SUPERVISOR = "supervisor"
    DEPARTMENT = "department"
    ENTERPRISE = "enterprise"
    RULE_EDITOR = "rule_editor"
    APPROVER = "approver"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDITOR = "auditor"


_EVERYONE = frozenset({Permission.PUBLIC, Permission.SIGNED_IN})
GRANTED: dict[Role, frozenset[Permission]] = {
    Role.WORKER: _EVERYONE
    | {
        Permission.WORK,
        Permission.FOLLOW,
        Permission.OBJECT,
        Permission.REVEAL,
        Permission.READ_RULES,
        Permission.ENTERPRISE,
        Permission.FORECAST,
    },
    Role.SUPERVISOR: _EVERYONE
    | {
        Permission.WORK,
        Permission.FOLLOW,
        Permission.SUPERVISE,
        Permission.READ_RULES,
        Permission.ENTERPRISE,
        Permission.FORECAST,
        Permission.FEEDBACK,
        Permission.TRACE,
        Permission.STAFF,
    },
    Role.DEPARTMENT: _EVERYONE
    | {Permission.READ_RULES, Permission.FORECAST, Permission.RETURNS, Permission.FEEDBACK},
    Role.ENTERPRISE: _EVERYONE | {Permission.ENTERPRISE, Permission.OBJECT},
    Role.RULE_EDITOR: _EVERYONE | {Permission.READ_RULES, Permission.EDIT_RULES, Permission.FEEDBACK},
    Role.APPROVER: _EVERYONE | {Permission.READ_RULES, Permission.FEEDBACK},
    Role.SYSTEM_ADMIN: _EVERYONE
    | {
        Permission.READ_RULES,
        Permission.SCAN,
        Permission.FOLLOW,
        Permission.IMPORT,
        Permission.FIELDS,
        Permission.TRACE,
    },
    Role.SECURITY_ADMIN: _EVERYONE | {Permission.ACCOUNTS, Permission.STAFF},
    Role.AUDITOR: _EVERYONE
    | {Permission.READ_RULES, Permission.FEEDBACK, Permission.AUDIT, Permission.TRACE},
}
