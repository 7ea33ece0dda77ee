"""A visit as the interface and the pages both carry it out: its words, what came of it, and one number to call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from service.access.reveal import reveal
from service.access.unit import Unit
from service.answering import Facts, answer, correct_facts, undo_last
from service.engine.asking import Questions, questions
from service.engine.wording import Silent, Worded, rewrite_words, words
from service.errors import NotFound
from service.work import objections, tasks
from service.work.outcomes import Answer


@dataclass(frozen=True)
class Phone:
    """A number in full, and whose it is."""

    name: str
    number: str


async def worded(unit: Unit, found: Sequence[tasks.Task]) -> list[tasks.Task]:
    """The same tasks with a heading and a reason for every finding; what no planned day has written is made now."""
    today = unit.today
    silent = [
        Silent(one.finding_id, task.task_id, one.version_id, one.subject_id, one.coming(task.day_of(today)))
        for task in found
        if any(one.live and one.heading is None for one in task.findings)
        for one in task.findings
        if one.live
    ]
    made = await words(unit, silent, today)
    return [_with_words(task, made) for task in found]


async def asked_of(unit: Unit, found: Sequence[tasks.Task]) -> Mapping[int, Questions]:
    """Of every live finding what may be asked on the visit, and which facts its rule reads."""
    live = [finding for task in found for finding in task.findings if finding.live]
    return await questions(unit, [(one.finding_id, one.version_id, one.subject_id) for one in live])


async def settle(
    unit: Unit,
    task_id: int,
    answers: Sequence[Answer],
    facts: Facts | None = None,
    *,
    department_days: int,
) -> tasks.Task:
    """Write what came of a visit, put what it established into the records, and word what is left of it.

    Raises what `answering.answer` raises.
    """
    await answer(unit, task_id, answers, facts, department_days=department_days)
    await rewrite_words(unit, task_id)
    return await tasks.get(unit, task_id)


async def correct(unit: Unit, task_id: int, facts: Facts) -> tasks.Task:
    """Write facts into the records without settling anything, and word what is left of the visit.

    Raises what `answering.correct_facts` raises.
    """
    await correct_facts(unit, task_id, facts)
    await rewrite_words(unit, task_id)
    return await tasks.get(unit, task_id)


async def undo(unit: Unit, task_id: int) -> tasks.Task:
    """Take back the actor's last answers to a visit; gives the task that is open again. Raises what `undo.undo` raises."""
    task = await undo_last(unit, task_id)
    await rewrite_words(unit, task.task_id)
    return await tasks.get(unit, task.task_id)


async def object_to(unit: Unit, finding_id: int, reason: str) -> objections.Objection:
    """Note an objection to a finding, and word what is left of its visit. Raises what `objections.object_to` raises."""
    noted = await objections.object_to(unit, finding_id, reason)
    if noted.task_id is not None:
        await rewrite_words(unit, noted.task_id)
    return noted


async def reveal_phone(unit: Unit, task_id: int, reason: str | None = None) -> Phone:
    """The number of whom a visit goes to, in full; the look is audited. NotFound where none is recorded."""
    target = (await tasks.get(unit, task_id)).target
    if target.phone is None:
        raise NotFound("没有登记电话。")
    entity, record_id = ("resident", target.phone_of) if target.phone_of else (target.kind, target.target_id)
    number = await reveal(unit, entity, record_id, "phone", reason=reason)
    return Phone(target.contact or target.name, number)


def _with_words(task: tasks.Task, made: Mapping[int, Worded]) -> tasks.Task:
    """The task itself where all of it was worded before."""
    if all(one.heading and one.reason for one in task.findings):
        return task
    return replace(task, findings=[_worded(finding, made) for finding in task.findings])


def _worded(finding: tasks.Finding, made: Mapping[int, Worded]) -> tasks.Finding:
    fresh = made.get(finding.finding_id)
    return finding._replace(
        heading=finding.heading or (fresh.heading if fresh else finding.title),
        reason=finding.reason or (fresh.reason if fresh else ""),
    )
