"""Examples of signing in, of the state of the process and of kinds of refusals."""

from __future__ import annotations

from typing import Any

# Made up: neither of the two opens anything.
WORDS = "Xihu-Longjing 26"
BEARER = "zt_mD0p3Qe6Zr0Vb1xkq2yL8nTtWc5uHsJaFgKiRoEvXw4"

BODIES: dict[str, Any] = {"sign_in": {"login": "wangge-057-01", "password": WORDS}}
ANSWERS: dict[str, Any] = {
    "sign_in": {
        "token": BEARER,
        "expires_at": "2026-11-23T12:30:00Z",
        "role": "worker",
        "name": "李伟",
    },
    "show_me": {
        "account_id": 3,
        "name": "李伟",
        "role": "worker",
        "division": "330102003057",
        "department": None,
        "permissions": ["enterprise", "forecast", "object", "public", "read_rules", "reveal", "signed_in", "work"],
    },
    "show_live": {"status": "ok"},
    "show_ready": {"status": "ok"},
    "show_problem": {
        "code": "conflict",
        "status": 409,
        "title": "The state has changed",
        "detail": "状态已变化，请刷新后再试。",
    },
}  # fmt: skip
