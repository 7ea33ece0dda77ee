"""Whether what deltas have led to is what there would be had everyone been judged anew: by three ways of telling.

The engine's own comparison finds no difference; a scan of everyone, and gathering everything, on a copy of the database
change nothing; and the interpreter, given every record as it is, says the same of every subject.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from planned import gather_all
from sqlalchemy import Table, func, select

from rules import CheckedRule
from rules.regions import place_of
from service import jobs
from service.access.unit import House, Unit
from service.engine.progress import Progress, progress
from service.engine.rulebook import Basis, Version, basis, versions, working_days
from service.engine.verify import verify
from service.tables import (
    findings,
    pending_lists,
    pending_targets,
    scan_rules,
    scans,
    task_events,
    tasks,
    undecided,
)
from tests.rules import world
from tests.rules.town import REFUSED, Answers, Town, interpreted

WORDS = {"heading", "reason", "worded_on"}
"""Columns of a finding that say it in words, which gathering takes back to have them made anew."""
State = dict[str, Counter[tuple[Any, ...]]]


async def state(house: House) -> State:
    """Every finding, task and note, as scans, gathering and planning left them."""
    async with house.read() as unit:
        kept = (findings, undecided, tasks, task_events, pending_targets, pending_lists)
        return {table.name: await _rows(unit, table) for table in kept}


async def _rows(unit: Unit, table: Table) -> Counter[tuple[Any, ...]]:
    columns = [column for column in table.columns if column.name not in WORDS | {"detail"}]
    return Counter(tuple(row) for row in await unit.connection.execute(select(*columns)))


async def modes(house: House) -> Counter[str]:
    """How the rules of the newest scan but the verifying one were judged, and why."""
    c = scan_rules.c
    async with house.read() as unit:
        newest = select(func.max(scans.c.scan_id) - 1).scalar_subquery()
        rows = await unit.connection.execute(select(c.state, c.mode, c.why_full).where(c.scan_id == newest))
        return Counter(f"{row.state} {row.mode} {row.why_full or ''}".strip() for row in rows)


async def assert_verified(house: House) -> None:
    """The engine's own comparison."""
    found = await verify(house)
    assert found.equal, found.differences


async def assert_a_full_scan_changes_nothing(copy: House) -> None:
    """Judge everyone, then gather everything; `copy` is a copy of the house, which it is done to."""
    before = await state(copy)
    await jobs.scan_once(copy, copy.clock.today(), whole=True)
    _assert_same(before, await state(copy), "after a scan of everyone")
    async with copy.write() as unit:
        await gather_all(unit, (await working_days(unit)).on_or_after(unit.today))
    after = await state(copy)
    # Gathering leaves word for planning whose tasks it has looked at.
    before["pending_lists"] = after["pending_lists"]
    _assert_same(before, after, "after gathering everything")


def _assert_same(before: State, after: State, when: str) -> None:
    gone = {name: dict(before[name] - after[name]) for name in before if before[name] - after[name]}
    new = {name: dict(after[name] - before[name]) for name in before if after[name] - before[name]}
    assert (gone, new) == ({}, {}), f"{when}: was {gone}, is {new}"


async def assert_the_interpreter_agrees(house: House) -> Counter[str]:
    """Hold the open findings of every rule in force against what the interpreter says of each subject.

    Gives how many subjects there were by what it said of them.
    """
    async with house.read() as unit:
        ground, known = await basis(unit), await progress(unit)
        found = await versions(unit, {one.version_id for one in known.values()})
        town = await _town(unit, ground)
        said: Counter[str] = Counter()
        failed = await _failed(unit)
        for rule in known.values():
            if failed.get(rule.rule, 0) > rule.scan_id:
                said["failed"] += 1
                continue
            said += await _agrees(unit, ground, town, found[rule.version_id], rule)
        strays = select(findings.c.rule).where(
            findings.c.cleared_on.is_(None), findings.c.rule.not_in(list(known))
        )
        astray = set((await unit.connection.execute(strays)).scalars()) - failed.keys()
    assert not astray, f"open findings of rules that are not in force: {astray}"
    return said


async def _failed(unit: Unit) -> dict[str, int]:
    """Rule → the scan it failed in, where it was judged in none since: it keeps its findings."""
    c = scan_rules.c
    rows = await unit.connection.execute(select(c.rule, c.state, c.scan_id).order_by(c.scan_rule_id))
    last = {row.rule: row for row in rows}
    return {rule: row.scan_id for rule, row in last.items() if row.state == "failed"}


async def _town(unit: Unit, ground: Basis) -> Town:
    rows = {}
    for entity in ground.catalogue.entities.values():
        found = await unit.connection.execute(select(entity.table))
        rows[entity.table.name] = [dict(row) for row in found.mappings()]
    return Town(world.nest(rows, ground.catalogue), catalogue=ground.catalogue)


async def _agrees(unit: Unit, ground: Basis, town: Town, version: Version, known: Progress) -> Counter[str]:
    rule = ground.checked(version)
    answers, unjudged = _asked(ground, town, rule, known)
    open_ones, quiet = await _standing(unit, version, known)
    noted = await _noted(unit, version.rule)
    wrong = {}
    for subject in town.records[rule.document.subject].keys() | open_ones.keys():
        if subject not in unjudged:
            answer, standing = answers.get(subject, "no"), open_ones.get(subject)
            if not _fits(rule, answer, standing, subject in quiet, subject in noted):
                wrong[subject] = (answer, standing)
    assert not wrong, (version.rule, version.document, known.as_of, wrong)
    verdicts = Counter(answer.split()[0] for answer in answers.values())
    verdicts["no"] = len(town.records[rule.document.subject]) - len(answers) - len(unjudged)
    return verdicts + Counter(
        unjudged=len(unjudged), settled=sum(one[3] is not None for one in open_ones.values())
    )


def _asked(ground: Basis, town: Town, rule: CheckedRule, known: Progress) -> tuple[Answers, set[int]]:
    """Subject → verdict, grade and target, each by the parameters of its own division; and who has none."""
    subject = rule.document.subject
    ground.regions(rule, known.as_of)  # says when no division has all the rule needs
    by_place: dict[str, dict[int, Any]] = {}
    for key, record in town.records[subject].items():
        by_place.setdefault(place_of(rule, record), {})[key] = record
    answers: Answers = {}
    unjudged: set[int] = set()
    for place, records in by_place.items():
        values = ground.parameters.at(known.as_of, place, rule.parameters)
        if rule.parameters - values.keys():
            unjudged |= records.keys()
            continue
        here = Town({**town.records, subject: records}, catalogue=town.catalogue)
        said = interpreted(here, rule, ground.moment(known.as_of, values))
        assert said != REFUSED, "the interpreter cannot judge by what the engine judged"
        answers |= said
    return answers, unjudged


async def _standing(
    unit: Unit, version: Version, known: Progress
) -> tuple[dict[int, tuple[Any, ...]], set[int]]:
    """Subject → verdict, grade, target and outcome of its open finding; and whom a settled one keeps quiet."""
    f = findings.c
    mine = f.rule == version.rule
    rows = await unit.connection.execute(
        select(f.subject_id, f.verdict, f.grade, f.target_kind, f.target_id, f.outcome, f.version_id).where(
            mine, f.cleared_on.is_(None)
        )
    )
    standing: dict[int, tuple[Any, ...]] = {}
    for row in rows:
        assert row.subject_id not in standing, "two open episodes"
        standing[row.subject_id] = (row.verdict, row.grade, f"{row.target_kind} {row.target_id}", row.outcome)
    quieted = select(f.subject_id).where(mine, f.clearing == "withdrawn", f.quiet_until > known.as_of)
    return standing, set((await unit.connection.execute(quieted)).scalars())


async def _noted(unit: Unit, rule: str) -> set[int]:
    rows = await unit.connection.execute(
        select(undecided.c.subject_id).where(undecided.c.rule == rule, undecided.c.fact == "")
    )
    return set(rows.scalars())


def _fits(rule: CheckedRule, answer: str, standing: tuple[Any, ...] | None, quiet: bool, noted: bool) -> bool:
    verdict = answer.split()[0]
    if noted != (verdict == "unknown"):
        return False
    if verdict == "no":
        return standing is None
    wanted = verdict == "match" or rule.document.unknown == "ask"
    if standing is None:
        return quiet or not wanted
    return answer.startswith(f"{standing[0]} {standing[1]} → {standing[2]}, due ")
