"""Examples of tasks: what is to be done at one door, and what came of it."""

from __future__ import annotations

from typing import Any

ASKED = {
    "asked": [
        {"path": "resident.lives_alone", "label": "独居", "kind": "bool", "codes": {}, "unit": "", "shown": "是"},
        {
            "path": "resident.care_level",
            "label": "失能等级",
            "kind": "int",
            "codes": {"0": "能力完好", "1": "轻度失能", "2": "中度失能", "3": "重度失能", "4": "完全失能"},
            "unit": "",
            "shown": "能力完好",
        },
    ],
    "read": [
        {"path": "resident.birth_date", "label": "出生日期"},
        {"path": "resident.care_level", "label": "失能等级"},
        {"path": "resident.lives_alone", "label": "独居"},
    ],
}  # fmt: skip
ELDER = {
    "finding_id": 31,
    "rule": "elder-visits",
    "title": "特殊困难老人探访",
    "heading": "探访老人：1 位",
    "advice": "见面或打电话都算，先问吃饭、睡觉、身体、用火用电、有没有人照应。",
    "department": "民政局",
    "person": "陈阿婆",
    "verdict": "match",
    "grade": "important",
    "since_on": "2026-11-23",
    "due_on": "2026-11-30",
    "visit_from": None,
    "reason": "上次探访已 78 天（2026-09-06）；独居",
    "outcome": None,
    "held": None,
    "live": True,
    "questions": None,
}
ALLOWANCE = ELDER | {
    "finding_id": 32,
    "rule": "old-age-allowance",
    "title": "高龄津贴",
    "heading": "高龄津贴：1 位老人",
    "advice": "上门见到老人本人，核对身份证和户口，登记社保卡或银行卡；材料齐了当场报，老人不用跑窗口。",
    "grade": "normal",
    "due_on": "2026-12-07",
    "reason": "未享受高龄津贴；94 周岁（1932-04-19 出生）",
}
TASK = {
    "task_id": 17,
    "target": {
        "kind": "household",
        "target_id": 25,
        "name": "陈阿婆家",
        "address": "湖滨街道涌泉里1弄1幢3单元101室",
        "phone": "190****0001",
        "contact": "陈阿婆",
        "members": 2,
        "uscc": None,
    },
    "grade": "important",
    "due_on": "2026-11-30",
    "opened_on": "2026-11-23",
    "planned_on": "2026-11-23",
    "minutes": 30,
    "state": "planned",
    "account_id": 3,
    "account_name": "李伟",
    "note": None,
    "findings": [ELDER, ALLOWANCE],
}
OPEN = TASK | {
    "findings": [ELDER | {"questions": ASKED}, ALLOWANCE | {"questions": {"asked": [], "read": []}}]
}
SETTLED = {"outcome": "done", "live": False}
LEFT = TASK | {"state": "started", "findings": [ELDER | SETTLED, OPEN["findings"][1]]}  # type: ignore[index]

FACTS = [{"path": "resident.lives_alone", "value": False}]
BODIES: dict[str, Any] = {
    "settle_task": {
        "outcomes": [{"finding_id": 31, "outcome": "done", "facts": FACTS, "note": "儿子每天来送饭"}]
    },
    "correct_task_facts": {"finding_id": 31, "facts": FACTS},
    "hand_over_task": {"account_id": 5, "note": "老人只听得懂方言，请代为上门"},
    "hand_over_tasks": {"account_id": 5, "note": "下周轮休", "task_ids": [17, 21]},
    "reveal_phone": {"reason": "上门前联系"},
    "reveal_resident": {"field": "phone", "reason": "上门前联系"},
    "reveal_enterprise": {"field": "phone", "reason": "催办健康证"},
}
HAPPENED = {
    "kind": "planned",
    "at": "2026-11-23T00:30:00Z",
    "task_id": 17,
    "task_event_id": 64,
    "actor_id": None,
    "to_id": 4,
    "scan_id": None,
    "rule": None,
    "state": None,
}
CLOSED = {
    "task_event_id": 71,
    "kind": "outcome",
    "at": "2026-11-23T02:05:00Z",
    "account_id": 4,
    "account_name": "李伟",
    "to_id": None,
    "to_name": None,
    "outcomes": [{"finding_id": 31, "outcome": "done"}],
    "facts": ["resident.lives_alone"],
    "step": None,
    "note": None,
}
ANSWERS: dict[str, Any] = {
    "list_tasks": {"items": [TASK], "next": None},
    "show_task": OPEN,
    "start_task": OPEN | {"state": "started"},
    "settle_task": LEFT,
    "correct_task_facts": OPEN | {"state": "started"},
    "undo_task": OPEN | {"state": "started"},
    "follow_events": HAPPENED,
    "list_task_events": {"items": [CLOSED], "next": None},
    "list_colleagues": {"items": [{"account_id": 5, "name": "王秀英"}]},
    "hand_over_tasks": {"handed_over": 2},
    "count_escalations": {"supervisor": 3, "street": 1},
    "reveal_phone": {"name": "陈阿婆", "phone": "0571-00000000"},
    "reveal_resident": {"field": "phone", "value": "0571-00000000"},
    "reveal_enterprise": {"field": "phone", "value": "0571-00000000"},
}
QUERIES: dict[str, Any] = {"list_tasks": {"on": "2026-11-23"}}
