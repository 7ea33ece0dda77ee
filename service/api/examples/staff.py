"""Examples of who holds which grid, who is away, and what nobody holds."""

from __future__ import annotations

from typing import Any

WHO = {"account_id": 3, "name": "李伟"}
POST = WHO | {
    "post_id": 3,
    "division_code": "330102003057001",
    "role": "deputy",
    "from_on": "2026-11-23",
    "to_on": None,
}
ABSENCE = WHO | {"absence_id": 2, "from_on": "2026-12-07", "to_on": "2026-12-08"}

BODIES: dict[str, Any] = {
    "give_post": {
        "account_id": 3,
        "division_code": "330102003057001",
        "role": "deputy",
        "from": "2026-11-23",
    },
    "note_absence": {"account_id": 3, "from": "2026-12-07", "to": "2026-12-08"},
}
ANSWERS: dict[str, Any] = {
    "list_staff": {
        "items": [
            WHO | {"login": "wangge-057-01", "division_code": "330102003057", "away_until": None},
            {
                "account_id": 5,
                "name": "王秀英",
                "login": "wangge-057-02",
                "division_code": "330102003057",
                "away_until": "2026-11-27",
            },
        ],
        "next": None,
    },
    "list_posts": {"items": [POST], "next": None},
    "give_post": POST,
    "list_absences": {"items": [ABSENCE], "next": None},
    "note_absence": ABSENCE,
    "list_unassigned": {
        "items": [
            {
                "task_id": 44,
                "division_code": "330102003057",
                "division_name": "东坡路社区",
                "grade": "normal",
                "due_on": "2026-12-04",
                "opened_on": "2026-11-23",
                "reason": "away",
            }
        ],
        "next": None,
    },
}
QUERIES: dict[str, Any] = {"list_posts": {"division": "330102003057"}}
