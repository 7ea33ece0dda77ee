"""What the page of one visit shows, and what its form says back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from service.errors import InvalidInput
from service.tables.tasks import OUTCOME
from service.work import tasks
from service.work.outcomes import Answer

LONGEST_NOTE = 500
LONGEST_FIELD = 100
NOTHING_CHOSEN = "还没有选结果：请在每件事下面选一个；今天办不了的可以选“稍后再办”。"


def visit_context(
    task: tasks.Task,
    today: date,
    following: date,
    form: Mapping[str, str] | None = None,
    fault: str = "",
    phone: str = "",
) -> dict[str, Any]:
    """What visit.html is given. `following` is the next working day; `form` keeps what was chosen before a `fault`."""
    return {
        "task": task,
        "today": today,
        "following": following,
        "live": [finding for finding in task.findings if finding.live],
        "settled": [finding for finding in task.findings if not finding.live],
        "outcomes": OUTCOME,
        "form": form or {},
        "key": secrets.token_urlsafe(16),
        "fault": fault,
        "phone": phone,
    }


def answers_of(task: tasks.Task, form: Mapping[str, str]) -> list[Answer]:
    """One answer for each finding the form says something of; InvalidInput where it says nothing or what cannot be read."""
    everything = form.get("all", "")
    answers = []
    for number in (
        _findings(form) if not everything else [one.finding_id for one in task.findings if one.live]
    ):
        outcome = everything or form[f"outcome-{number}"]
        answers.append(
            Answer(
                finding_id=number,
                outcome=outcome,
                revisit_on=_revisit(form, number, outcome),
                wrong_field=_text(form, f"wrong-{number}", LONGEST_FIELD)
                if outcome == "not_eligible"
                else None,
                note=_text(form, f"note-{number}", LONGEST_NOTE),
            )
        )
    if not answers:
        raise InvalidInput(NOTHING_CHOSEN)
    return answers


def _findings(form: Mapping[str, str]) -> list[int]:
    """The findings an outcome is given for."""
    keys = (
        name.removeprefix("outcome-") for name, value in form.items() if name.startswith("outcome-") and value
    )
    return [int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 19]


def _revisit(form: Mapping[str, str], number: int, outcome: str) -> date | None:
    """When to come again; each of the two outcomes that ask has a field of its own."""
    given = form.get(f"{outcome}-on-{number}", "") if outcome in ("later", "declined") else ""
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise InvalidInput("日期请写成 2026-12-01 这样。") from error


def _text(form: Mapping[str, str], name: str, longest: int) -> str | None:
    text = form.get(name, "").strip()
    if len(text) > longest:
        raise InvalidInput(f"备注最多 {longest} 个字。")
    return text or None
