"""What the page of one visit shows, and what its form says back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from service import visits
from service.access.unit import Unit
from service.engine import rulebook
from service.engine.asking import Asked, Questions
from service.errors import InvalidInput
from service.pages.fact_form import facts_of, field_name, kind_of
from service.pages.things import coming_things, due_things
from service.pages.typed import day_of, is_key
from service.work import tasks
from service.work.escalate import reached_by
from service.work.later import last_day
from service.work.outcomes import Answer
from service.work.returns import due_of
from service.work.undo import undoable

LONGEST_NOTE = 500
LONGEST_FIELD = 100
NOTHING_CHOSEN = "还没有选结果：请在每件事下面选一个；今天办不了的可以选“稍后再办”。"


@dataclass(frozen=True)
class Known:
    """What is known of a visit beside the task: `following` is the next working day, `asked` what may be said of a finding's
    facts, `returned` by when a department has to answer, `told_on` how far it was told on that nobody came, `undo_until`
    how long the last answers may be taken back."""

    today: date
    following: date
    asked: Mapping[int, Questions] = field(default_factory=dict)
    returned: Mapping[int, date] = field(default_factory=dict)
    told_on: Mapping[int, str] = field(default_factory=dict)
    undo_until: Mapping[int, datetime] = field(default_factory=dict)


async def known_of(unit: Unit, found: Sequence[tasks.Task]) -> Known:
    """All that, for many visits at once."""
    task_ids = [task.task_id for task in found]
    held = [finding.finding_id for task in found for finding in task.findings if finding.held == "department"]
    return Known(
        today=unit.today,
        following=(await rulebook.working_days(unit)).after(unit.today, 1),
        asked=await visits.asked_of(unit, found),
        returned=await due_of(unit, held),
        told_on=await reached_by(unit, task_ids),
        undo_until=await undoable(unit, task_ids),
    )


def visit_context(
    task: tasks.Task, known: Known, form: Mapping[str, str] | None = None, phone: str = ""
) -> dict[str, Any]:
    """What visit.html is given beside a fault; `form` keeps what was chosen before that."""
    today = known.today
    findings = {finding.finding_id: finding for finding in task.findings}
    latest = {number: last_day(finding.due_on, today) for number, finding in findings.items()}
    return {
        "task": task,
        "today": today,
        "due": due_things(task, today),
        "coming": coming_things(task, today),
        "held": [finding for finding in task.findings if finding.held],
        "settled": [finding for finding in task.findings if not finding.live and not finding.held],
        "latest": latest,
        "offered": {number: min(known.following, day).isoformat() for number, day in latest.items()},
        "asked": {number: _fields(number, known.asked) for number in findings},
        "read": {number: one.read for number, one in known.asked.items()},
        "returned": known.returned,
        "told_on": known.told_on.get(task.task_id),
        "undo_until": known.undo_until.get(task.task_id),
        "corrected": facts_of(form or {}).keys(),
        "form": form or {},
        "phone": phone,
    }


def _fields(number: int, asked: Mapping[int, Questions]) -> list[tuple[str, str, Asked]]:
    """The facts of a finding that may be corrected: the name of the field, how it is filled in, and the fact."""
    facts = asked[number].asked if number in asked else []
    return [(field_name(number, fact), kind_of(fact), fact) for fact in facts]


def answers_of(form: Mapping[str, str]) -> list[Answer]:
    """One answer for each finding the form says something of; InvalidInput for what cannot be read."""
    return [_answer(form, number, outcome) for number, outcome in _chosen(form).items()]


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
        reason=form.get(f"reason-{number}") or None if outcome == "later" else None,
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
