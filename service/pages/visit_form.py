"""What the page of one visit shows, and what its form says back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from service.engine.asking import Questions
from service.errors import InvalidInput
from service.pages.once import new_key
from service.pages.things import coming_things, due_things
from service.pages.typed import day_of, is_key
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
    asked: Mapping[int, Questions],
    form: Mapping[str, str] | None = None,
    fault: str = "",
    phone: str = "",
) -> dict[str, Any]:
    """What visit.html is given. `following` is the next working day, `asked` what may be
    said of a finding's facts; `form` keeps what was chosen before a `fault`."""
    return {
        "task": task,
        "today": today,
        "following": following,
        "due": due_things(task, today),
        "coming": coming_things(task, today),
        "settled": [finding for finding in task.findings if not finding.live],
        "outcomes": OUTCOME,
        "read": {finding_id: one.read for finding_id, one in asked.items()},
        "form": form or {},
        "key": new_key(),
        "fault": fault,
        "phone": phone,
    }


def answers_of(form: Mapping[str, str]) -> list[Answer]:
    """One answer for each finding the form says something of; InvalidInput where it says nothing or what cannot be read."""
    answers = [_answer(form, number, outcome) for number, outcome in _chosen(form).items()]
    if not answers:
        raise InvalidInput(NOTHING_CHOSEN)
    return answers


def _chosen(form: Mapping[str, str]) -> dict[int, str]:
    """Finding → outcome. One button answers for all that the page showed as due, and for nothing that came since."""
    if form.get("all"):
        return {int(key): form["all"] for key in form.get("due", "").split() if is_key(key)}
    given = {
        name.removeprefix("outcome-"): value for name, value in form.items() if name.startswith("outcome-")
    }
    return {int(key): outcome for key, outcome in given.items() if outcome and is_key(key)}


def _answer(form: Mapping[str, str], number: int, outcome: str) -> Answer:
    return Answer(
        finding_id=number,
        outcome=outcome,
        revisit_on=_revisit(form, number, outcome),
        wrong_field=_text(form, f"wrong-{number}", LONGEST_FIELD) if outcome == "not_eligible" else None,
        note=_text(form, f"note-{number}", LONGEST_NOTE),
    )


def _revisit(form: Mapping[str, str], number: int, outcome: str) -> date | None:
    """When to come again; each of the two outcomes that ask has a field of its own."""
    given = form.get(f"{outcome}-on-{number}", "") if outcome in ("later", "declined") else ""
    return day_of(given)


def _text(form: Mapping[str, str], name: str, longest: int) -> str | None:
    text = form.get(name, "").strip()
    if len(text) > longest:
        raise InvalidInput(f"备注最多 {longest} 个字。")
    return text or None
