"""A worker's answers with what the records learn of them, in one transaction: the only place that knows both.

The scan that follows every committed change judges anew whom it touches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sqlalchemy import and_, select

from service.access.unit import Unit
from service.engine import rulebook
from service.engine.asking import Asked, Questions, questions
from service.errors import Conflict, InvalidInput
from service.records.changesets import correct, record_service, take_turn
from service.records.undoing import take_back
from service.tables import findings, tasks
from service.work import undo
from service.work.history import tell
from service.work.outcomes import Answer, Learned, settle
from service.work.pending import LIVE
from service.work.returns import RETURN_DAYS
from service.work.tasks import Task, get, own_open

Facts: TypeAlias = Mapping[int, Mapping[str, Any]]
"""Finding → path as its rule writes it (employment.resident.phone) → the value found."""
MOST_FACTS = 3


@dataclass(frozen=True)
class _Found:
    """The facts of a visit: record → field → value, and for the history which paths of which finding."""

    of_records: dict[tuple[str, int], dict[str, Any]]
    told: dict[str, list[str]]


async def answer(
    unit: Unit,
    task_id: int,
    answers: Sequence[Answer],
    facts: Facts | None = None,
    *,
    department_days: int = RETURN_DAYS,
) -> Task:
    """Settle findings, and write into the records what the visit established and which facts it corrected.

    Whatever `settle` raises; InvalidInput for a fact that the finding's rule does not ask for, that cannot be read, or for
    a wrong field that the rule does not read. Then nothing is written.
    """
    await take_turn(
        unit, shared=True
    )  # first: whoever waits for an import in the workers' turn holds up everybody
    await own_open(unit, task_id)
    open_questions = await _questions(unit, task_id)
    found = _found(open_questions, facts or {})
    said = [_named(one, open_questions) for one in answers]
    calendar = await rulebook.working_days(unit)

    async def teach(unit: Unit, learned: list[Learned]) -> list[int]:
        return [*await _correct(unit, found), *await _teach(unit, learned, found)]

    due = calendar.after(unit.today, department_days)
    settlement = await settle(unit, task_id, said, teach, department_by=due, facts=found.told)
    return settlement.task


async def correct_facts(unit: Unit, task_id: int, facts: Facts) -> Task:
    """Correct facts on a visit without settling anything; raises as `answer`."""
    await own_open(unit, task_id)
    found = _found(await _questions(unit, task_id), facts)
    if not found.of_records:
        raise InvalidInput("请填写要更正的信息。")
    changesets = await _correct(unit, found)
    told = {"facts": found.told, "changesets": changesets}
    await tell(unit, "facts", tasks.c.task_id == task_id, told)
    return await get(unit, task_id)


async def undo_last(unit: Unit, task_id: int) -> Task:
    """Take back the actor's last answers to a task, and what the records learned of them."""
    return await undo.undo(unit, task_id, take_back)


async def _questions(unit: Unit, task_id: int) -> dict[int, Questions]:
    """Of every live finding of a task what may be asked."""
    f = findings.c
    rows = await unit.connection.execute(
        select(f.finding_id, f.version_id, f.subject_id).where(and_(f.task_id == task_id, LIVE))
    )
    return await questions(unit, [(row[0], row[1], row[2]) for row in rows])


def _named(one: Answer, open_questions: Mapping[int, Questions]) -> Answer:
    """The answer with its wrong field as the path of a fact the rule reads; it may be given by its label."""
    if one.wrong_field is None or one.finding_id not in open_questions:
        return one
    read = open_questions[one.finding_id].read
    for path, label in read.items():
        if one.wrong_field in (path, label):
            return replace(one, wrong_field=path)
    raise InvalidInput(
        f"wrong_field 须是这条规则用到的信息：{'、'.join(read.values())}。",
        errors=[{"field": "wrong_field", "message": f"可填：{'、'.join(read)}"}],
    )


def _found(open_questions: Mapping[int, Questions], facts: Facts) -> _Found:
    of_records: dict[tuple[str, int], dict[str, Any]] = {}
    for finding_id, given in facts.items():
        if finding_id not in open_questions:
            raise Conflict("其中一项已经处理过或不属于这项任务，请刷新后再提交。")
        if len(given) > MOST_FACTS:
            raise InvalidInput(f"每件事最多更正 {MOST_FACTS} 项信息。")
        for path, value in given.items():
            fact = _asked(open_questions[finding_id], path)
            held = of_records.setdefault((fact.entity, fact.record_id), {})
            if held.setdefault(fact.field.name, value) != value:
                raise InvalidInput(f"“{fact.label}”填了两个不同的值，请核对。")
    told = {str(finding_id): sorted(given) for finding_id, given in facts.items() if given}
    return _Found(of_records, told)


def _asked(of: Questions, path: str) -> Asked:
    for fact in of.asked:
        if fact.path == path:
            return fact
    possible = "、".join(f"{fact.path}（{fact.label}）" for fact in of.asked) or "没有"
    raise InvalidInput(
        f"这件事上门时可以更正的信息：{possible}。", errors=[{"field": "facts", "message": "不在可更正之列"}]
    )


async def _correct(unit: Unit, found: _Found) -> list[int]:
    return [
        await correct(unit, entity, record_id, values, observed_on=unit.today, undoable=True)
        for (entity, record_id), values in found.of_records.items()
    ]


async def _teach(unit: Unit, learned: list[Learned], found: _Found) -> list[int]:
    """What the outcomes say of the records; where the same fact was given with its value, that counts."""
    changesets = []
    for fact in learned:
        given = found.of_records.get((fact.entity, fact.record_id), {})
        if fact.field is not None and fact.field not in given:
            values = {fact.field: fact.value}
            changesets.append(
                await correct(
                    unit, fact.entity, fact.record_id, values, observed_on=unit.today, undoable=True
                )
            )
        if fact.service is not None:
            changesets.append(await record_service(unit, [fact.record_id], fact.service, unit.today))
    return changesets
