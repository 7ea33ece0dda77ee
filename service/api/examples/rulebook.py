"""Examples of rules, the values and fields they read, scans, and what is known of them in numbers."""

from __future__ import annotations

from typing import Any

ELDER = {"rule": "elder-visits", "title": "特殊困难老人探访"}
DOCUMENT = """\
rule: eighty-visits
title: 高龄老人探访
department: 民政局
duty: SG-2026-015
legal_basis: statutory_duty
sources:
  - {law: 某街道探访办法, article: 第三条, date: 2026-01-01, verified_on: 2026-11-02, mark: V}
effective: {from: 2026-01-01}
subject: resident
applies: resident.death_on == null
when: age(resident.birth_date) >= 80
visit: resident.household
due: {working_days: 5}
again: P90D
unknown: count
task: {title: "{resident.name}", advice: 上门看望，问清有没有人照应。}
done: {event: VISIT}
examples:
  - {name: 满八十周岁, today: 2026-11-23, given: {resident: {birth_date: 1946-11-23}}, expect: match}
  - {name: 差一天, today: 2026-11-22, given: {resident: {birth_date: 1946-11-23}}, expect: no}
"""
SOURCE = {
    "law": "浙里办健康证服务说明",
    "article": "到期前一个月转黄",
    "date": "2024-08-25",
    "verified_on": "2026-11-23",
    "mark": "S",
    "url": "",
    "note": "",
}
VALUE = {
    "parameter_id": 1,
    "version": 1,
    "name": "health.notice_days",
    "label": "健康证到期提前提醒天数",
    "kind": "int",
    "unit": "天",
    "division": "",
    "effective_from": "2026-01-01",
    "effective_to": None,
    "value": 30,
    "source": SOURCE,
    "verified": True,
    "origin": "pack",
    "recorded_at": "2026-11-23T00:30:00Z",
}
STREET = VALUE | {
    "parameter_id": 18,
    "division": "330102003",
    "effective_from": "2027-01-01",
    "value": 45,
    "origin": "house",
}
FIELD = {"entity": "resident", "name": "shoe_size", "label": "鞋码", "kind": "int", "unit": "码"}
DECLARED = FIELD | {"codes": {}, "missing": "unknown", "sensitivity": "internal"}
KEPT = DECLARED | {"recorded_at": "2026-11-23T00:30:00Z", "retired_at": None}
SHOE = {
    "name": "shoe_size",
    "label": "鞋码",
    "kind": "int",
    "kind_label": "整数",
    "unit": "码",
    "missing": "unknown",
    "sensitivity": "internal",
    "encrypted": False,
    "declared": True,
    "codes": {},
    "code_length": None,
}
SCANNED = ELDER | {
    "state": "done",
    "mode": "delta",
    "why_full": None,
    "candidates": 112,
    "matched": 9,
    "unknown": 3,
    "missing": {"失能等级": 3},
    "opened": 4,
    "resolved": 2,
    "withdrawn": 0,
    "updated": 5,
    "error": None,
    "milliseconds": 293,
}
SCAN = {"scan_id": 12, "as_of": "2026-11-23", "state": "done", "rules": [SCANNED], "untouched": 21}
MEASURED = {
    "visited": 40,
    "confirmed": 33,
    "refuted": 5,
    "silent": 2,
    "precision": 0.868,
    "waste": 0.125,
}
AGE = {"findings": 40, "middle": 3, "nine_in_ten": 8, "oldest": 14}
LOAD = {"key": "民政局", "name": "民政局", "visits": 126, "minutes": 2520, "questions": 88, "returned": 4}

BODIES: dict[str, Any] = {
    "check_rule": {"document": DOCUMENT},
    "enter_parameter": {
        "name": "health.notice_days",
        "value": 45,
        "from": "2027-01-01",
        "division": "330102003",
        "source": SOURCE,
    },
    "correct_parameter": {"value": 30, "to": "2027-12-31", "source": SOURCE},
    "end_parameter": {"to": "2027-12-31"},
    "verify_parameter": SOURCE,
    "declare_field": FIELD,
    "ask_scan": {"as_of": "2026-11-23", "whole": False},
}
ANSWERS: dict[str, Any] = {
    "list_rules": {
        "items": [
            ELDER
            | {
                "version": 1,
                "department": "民政局",
                "paraphrase": "对象：在世，且年满〔老年人探访起始年龄 60 周岁〕。\n情形：近〔一般老人探访间隔 90 天〕内没有探访。",
                "effective_from": "2026-01-01",
                "effective_to": None,
                "flagged": False,
            }
        ]
    },
    "check_rule": {
        "ok": True,
        "paraphrase": "对象：在世。\n情形：年满 80 周岁。",
        "errors": [],
        "examples": [{"name": "满八十周岁", "passed": True}, {"name": "差一天", "passed": True}],
    },
    "list_parameters": {"items": [VALUE], "next": None},
    "show_parameter": VALUE
    | {
        "values": [VALUE],
        "used_by": [
            {"rule": "health-certificate-food", "version": 1, "title": "食品从业人员健康证", "state": "active"}
        ],
        "changes": [
            {
                "at": "2026-11-23T00:30:00Z",
                "by": None,
                "action": "load",
                "division": "",
                "effective_from": "2026-01-01",
                "old": None,
                "new": {"value": 30, "effective_to": None, "source": SOURCE},
            }
        ],
    },
    "enter_parameter": STREET | {"warnings": []},
    "correct_parameter": VALUE | {"version": 2, "effective_to": "2027-12-31"},
    "end_parameter": VALUE | {"version": 2, "effective_to": "2027-12-31"},
    "verify_parameter": VALUE | {"version": 2},
    "list_fields": {"items": [KEPT]},
    "show_field": KEPT,
    "declare_field": {"state": "new"},
    "show_catalogue": {
        "items": [
            {
                "name": "resident",
                "label": "居民",
                "place": "grid_code",
                "fields": [SHOE],
                "relations": [
                    {"name": "household", "label": "所在家庭", "target": "household", "many": False}
                ],
            }
        ]
    },
    "list_codes": {
        "items": [
            {
                "table": "resident.marital",
                "label": "居民·婚姻状况",
                "code_length": None,
                "codes": [{"code": "10", "name": "未婚"}, {"code": "20", "name": "已婚"}],
            }
        ]
    },
    "ask_scan": SCAN | {"state": "running", "rules": [], "untouched": 0},
    "show_scan": SCAN,
    "show_forecast": {
        "as_of": "2026-11-23",
        "scan_id": 12,
        "made_at": "2026-11-23T00:30:00Z",
        "total": 35,
        "untold": [],
        "items": [{"key": "2026-11-24", "name": None, "expected": 2}, {"key": "2026-11-25", "name": None, "expected": 5}],
        "next": None,
    },
    "show_quality": ELDER
    | {
        "department": "民政局",
        "since": "2025-11-23",
        "measured": MEASURED,
        "settled": AGE,
        "open": AGE | {"findings": 15, "oldest": 6},
        "undecided": 24,
        "undecided_share": 0.615,
        "versions": [
            {
                "version": 1,
                "from_on": None,
                "to_on": None,
                "measured": MEASURED,
                "settled": AGE,
                "wrong_fields": [{"field": "resident.lives_alone", "times": 4}],
                "clauses": [
                    {
                        "part": "applies",
                        "source": "resident.lives_alone",
                        "chinese": "独居",
                        "wrong": 4,
                    }
                ],
            }
        ],
    },
    "show_burden": {
        "month": "2026-11-01",
        "by": "department",
        "minimum": 5,
        "items": [LOAD],
        "others": None,
        "merged": 0,
        "left_out": 1,
    },
}  # fmt: skip
QUERIES: dict[str, Any] = {
    "list_fields": {"entity": "resident"},
    "show_catalogue": {"entity": "resident"},
    "list_codes": {"table": "resident.marital"},
    "list_parameters": {"name": "health.notice_days"},
    "show_burden": {"month": "2026-11"},
}
