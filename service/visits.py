"""A visit as the interface and the pages both carry it out: its words, what came of it, and one number to call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from service.access.reveal import reveal
from service.access.unit import Unit
from service.engine.wording import Silent, Worded, rewrite_words, words
from service.errors import NotFound
from service.records.changesets import correct, record_service
from service.work import outcomes, tasks


@dataclass(frozen=True)
class Phone:
    """A number in full, and whose it is."""

    name: str
    number: str


async def worded(unit: Unit, found: Sequence[tasks.Task]) -> list[tasks.Task]:
    """The same tasks with a heading and a reason for every finding; what no planned day has written is made now."""
    silent = [
        Silent(finding.finding_id, task.task_id, finding.version_id, finding.subject_id)
        for task in found
        if any(finding.heading is None for finding in task.findings)
        for finding in task.findings
        if finding.live
    ]
    made = await words(unit, silent, unit.today)
    return [replace(task, findings=[_worded(finding, made) for finding in task.findings]) for task in found]


async def settle(unit: Unit, task_id: int, answers: list[outcomes.Answer]) -> tasks.Task:
    """Write what came of a visit, put what it established into the records, and word what is left of it.

    Raises what `outcomes.settle` raises.
    """
    settlement = await outcomes.settle(unit, task_id, answers)
    await _teach(unit, settlement.learned)
    await rewrite_words(unit, task_id)
    return await tasks.get(unit, task_id)


async def reveal_phone(unit: Unit, task_id: int, reason: str | None = None) -> Phone:
    """The number of whom a visit goes to, in full; the look is audited. NotFound where none is recorded."""
    target = (await tasks.get(unit, task_id)).target
    if target.phone is None:
        raise NotFound("没有登记电话。")
    entity, record_id = ("resident", target.phone_of) if target.phone_of else (target.kind, target.target_id)
    number = await reveal(unit, entity, record_id, "phone", reason=reason)
    return Phone(target.contact or target.name, number)


def _worded(finding: tasks.Finding, made: Mapping[int, Worded]) -> tasks.Finding:
    fresh = made.get(finding.finding_id)
    return replace(
        finding,
        heading=finding.heading or (fresh.heading if fresh else finding.title),
        reason=finding.reason or (fresh.reason if fresh else ""),
    )


async def _teach(unit: Unit, learned: Sequence[outcomes.Learned]) -> None:
    for fact in learned:
        if fact.field is not None:
            await correct(unit, fact.entity, fact.record_id, {fact.field: fact.value}, observed_on=unit.today)
        if fact.service is not None:
            await record_service(unit, [fact.record_id], fact.service, unit.today)
