"""Examples of trails: from one message back to its causes."""

from __future__ import annotations

from typing import Any

from service.api.examples.matters import EXPLANATION

FINDING = {
    "finding_id": 31,
    "rule": "elder-visits",
    "version": 1,
    "title": "特殊困难老人探访",
    "department": "民政局",
    "subject_kind": "resident",
    "subject_id": 29,
    "grade": "important",
    "since_on": "2026-11-05",
    "due_on": "2026-11-30",
    "cleared_on": None,
    "clearing": None,
    "outcome": None,
    "settled_on": None,
    "verdict": "match",
    "reason": None,
    "conditions": [{"chinese": "年满〔老年人探访起始年龄 60 周岁〕", "holds": True}],
    "silent": None,
    "sources": EXPLANATION["sources"],
    "records": [
        {
            "entity": "resident",
            "label": "居民",
            "record_id": 29,
            "fields": ["出生日期"],
            "origin": "导入 2026-11-23（居民）",
            "changeset_id": 3,
        }
    ],
}
TASK = {
    "task_id": 17,
    "target_kind": "household",
    "target_id": 11,
    "division_code": "330102003057001",
    "grade": "important",
    "state": "planned",
    "account_id": 3,
    "opened_on": "2026-11-23",
    "due_on": "2026-11-30",
    "planned_on": "2026-11-23",
    "findings": [FINDING],
}
ATTEMPT = {
    "started_at": "2026-11-23T00:34:10Z",
    "milliseconds": 87,
    "outcome": "accepted",
    "code": "0",
    "reason": None,
    "provider_ref": "256271667526",
}
WAY = {
    "delivery_id": 52,
    "step": 0,
    "channel": "dingtalk",
    "status": "delivered",
    "due_at": "2026-11-23T00:34:08Z",
    "code": "0",
    "reason": None,
    "accepted_at": "2026-11-23T00:34:10Z",
    "delivered_at": "2026-11-23T00:34:41Z",
    "read_at": None,
    "attempts": [ATTEMPT],
}

ANSWERS: dict[str, Any] = {
    "trace_message": {
        "notification_id": 45,
        "account_id": 3,
        "login": "wangge-057-01",
        "topic": "tasks.digest",
        "subject": "智推 11月23日：今天 9 户，其中紧急 2 户",
        "urgent": False,
        "created_at": "2026-11-23T00:30:00Z",
        "expires_at": "2026-11-23T16:00:00Z",
        "archived": False,
        "deliveries": [WAY],
        "tasks": [TASK],
        "changesets": [
            {
                "changeset_id": 3,
                "source": "import",
                "recorded_at": "2026-11-23T00:12:00Z",
                "actor_id": None,
                "import_id": 3,
                "later": False,
            }
        ],
        "left_off": False,
    }
}
