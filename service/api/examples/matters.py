"""Examples of findings and of what is said of them: explanations, objections, returns, and an enterprise's roster."""

from __future__ import annotations

from typing import Any

ELDER = {"finding_id": 31, "rule": "elder-visits", "title": "特殊困难老人探访"}
OBJECTION = ELDER | {
    "objection_id": 4,
    "task_id": 17,
    "reason": "老人已随女儿迁往外地",
    "at": "2026-11-23T01:12:00Z",
    "decision": None,
    "note": None,
}
RETURN = ELDER | {
    "return_id": 6,
    "department": "民政局",
    "target": "陈阿婆家",
    "address": "湖滨街道涌泉里1弄1幢3单元101室",
    "reason": "上次探访已 78 天（2026-09-06）；独居",
    "returned_on": "2026-11-23",
    "due_on": "2026-11-30",
    "overdue": False,
    "note": "已由养老机构照护，不归社区",
    "answer": None,
    "answer_reason": None,
}
AGE = {"name": "elders.from_age", "label": "老年人探访起始年龄", "value": 60}
LAW = "关于开展特殊困难老年人探访关爱服务的指导意见（民政部等10部门）"
EXPLANATION = {
    "rule": "elder-visits",
    "title": "特殊困难老人探访",
    "version": 1,
    "department": "民政局",
    "as_of": "2026-11-23",
    "verdict": "match",
    "grade": "important",
    "reason": "上次探访已 78 天（2026-09-06）；独居",
    "clauses": [
        {
            "part": "applies",
            "chinese": "年满〔老年人探访起始年龄 60 周岁〕",
            "source": "age(resident.birth_date) >= param.elders.from_age",
            "holds": True,
            "facts": [
                {
                    "label": "出生日期",
                    "text": "1932-04-19",
                    "missing": False,
                    "origin": "导入 2026-11-23（居民）",
                }
            ],
            "parameters": [AGE],
            "missing": [],
        }
    ],
    "missing": [],
    "nearest": None,
    "matches_from": None,
    "asks": [],
    "parameters": [
        AGE
        | {
            "unit": "周岁",
            "version": 1,
            "effective_from": "2026-01-01",
            "division": None,
            "source": f"{LAW} 服务对象",
        }
    ],
    "sources": [
        {
            "law": LAW,
            "article": "服务对象、工作目标",
            "date": "2022-10",
            "verified_on": "2026-11-23",
            "mark": "S",
        }
    ],
}

BODIES: dict[str, Any] = {
    "object_to_finding": {"reason": "老人已随女儿迁往外地"},
    "decide_objection": {"decision": "rejected", "note": "户口和居住地都没有变"},
    "answer_return": {"answer": "back", "reason": "机构已于上月停业，请社区继续探访"},
}
ANSWERS: dict[str, Any] = {
    "explain_one": EXPLANATION,
    "object_to_finding": OBJECTION,
    "list_objections": {"items": [OBJECTION], "next": None},
    "decide_objection": OBJECTION | {"decision": "rejected", "note": "户口和居住地都没有变"},
    "list_returns": {"items": [RETURN], "next": None},
    "count_returns": {"waiting": 4, "overdue": 1},
    "answer_return": RETURN | {"answer": "back", "answer_reason": "机构已于上月停业，请社区继续探访"},
    "list_enterprise_findings": {
        "items": [
            {
                "finding_id": 40,
                "rule": "health-certificate-food",
                "title": "食品从业人员健康证",
                "department": "市场监督管理局",
                "grade": "urgent",
                "due_on": "2026-11-26",
                "held": None,
            }
        ],
        "next": None,
    },
    "show_enterprise_status": {
        "uscc": "92330199MA2AYN0017",
        "name": "湖滨小面",
        "as_of": "2026-11-23",
        "colour": "red",
        "counts": {"red": 1, "yellow": 0, "green": 1, "grey": 0},
        "roster": [
            {
                "employment_id": 6,
                "name": "沈*",
                "post": "厨师",
                "needs": ["HEALTH_FOOD"],
                "valid_to": "2026-10-30",
                "colour": "red",
            },
            {
                "employment_id": 2,
                "name": "徐*",
                "post": "服务员",
                "needs": ["HEALTH_FOOD"],
                "valid_to": "2027-01-26",
                "colour": "green",
            },
        ],
    },
}
