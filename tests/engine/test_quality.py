"""How right a rule was: what confirms and what refutes it, by version, by condition, and who may see which numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import count

import made
import pytest
from answered import MONDAY, answer, visit
from sqlalchemy import insert, update

from service.access.actors import Actor
from service.access.permissions import Role
from service.access.unit import House, Unit
from service.engine import measures, quality
from service.errors import NotFound
from service.tables import rule_activations, rule_versions, undecided
from service.tables.tasks import OUTCOME

_logins = count(1)
RIGHT_AND_WRONG = {"done": 3, "accepted": 1, "declined": 2, "already_has": 1, "moved": 1, "not_found": 2}


async def _answers(unit: Unit, version: int, counted: Mapping[str, int], **more: object) -> None:
    worker = await made.worker(unit, f"w{next(_logins)}")
    task = await visit(unit, worker, str(more.pop("grid", made.GRID)))
    for outcome, times in counted.items():
        for _ in range(times):
            await answer(unit, task, version, outcome, worker=worker, **more)


def _as(unit: Unit, role: Role, **scope: str) -> Unit:
    return Unit(unit.connection, Actor(1, "某人", role, **scope), unit.clock, unit.vault)


def test_every_outcome_confirms_refutes_or_says_nothing() -> None:
    kinds = [*measures.CONFIRMS, *measures.REFUTES, *measures.SILENT, "later"]
    assert sorted(kinds) == sorted(OUTCOME)


async def test_precision_is_of_the_visits_that_tell_and_waste_of_all_of_them(house: House) -> None:
    async with house.write() as unit:
        await _answers(unit, await made.rule_version(unit), RIGHT_AND_WRONG)
        found = (await quality.measure(unit, "test-rule")).measured
    assert (found.visited, found.confirmed, found.refuted, found.silent) == (10, 6, 2, 2)
    assert (found.precision, found.waste) == (6 / 8, 2 / 10)


async def test_shares_of_fewer_than_five_visits_are_not_told(house: House) -> None:
    async with house.write() as unit:
        await _answers(unit, await made.rule_version(unit), {"done": 3, "moved": 1})
        found = (await quality.measure(unit, "test-rule")).measured
    assert (found.visited, found.precision, found.waste) == (4, None, None)


async def test_a_task_to_check_a_fact_says_nothing_of_the_rule(house: House) -> None:
    async with house.write() as unit:
        await _answers(unit, await made.rule_version(unit), {"not_eligible": 6}, verdict="unknown")
        assert (await quality.measure(unit, "test-rule")).measured.visited == 0


async def test_ages_run_from_the_finding_to_its_settlement_and_of_open_ones_to_today(house: House) -> None:
    async with house.write() as unit:
        version = await made.rule_version(unit)
        for days, times in ((0, 5), (4, 4), (30, 1)):
            await _answers(unit, version, {"done": times}, days=days)
        for since in (date(2026, 11, 20), date(2026, 11, 13), MONDAY):
            await made.finding(unit, version, await made.resident(unit), since_on=since)
        found = await quality.measure(unit, "test-rule")
    settled, waiting = found.settled, found.open
    assert (settled.findings, settled.middle, settled.nine_in_ten, settled.oldest) == (10, 0, 4, 30)
    assert (waiting.findings, waiting.middle, waiting.nine_in_ten, waiting.oldest) == (3, 3, 10, 10)


async def test_an_outcome_counts_for_the_version_of_its_day_whatever_the_finding_was_carried_over_to(
    house: House,
) -> None:
    async with house.write() as unit:
        old = await made.rule_version(unit)
        await unit.connection.execute(update(rule_versions).values(state="retired"))
        new = await made.rule_version(unit, version=2)
        switched = date(2026, 11, 20)
        spells = [(old, date(2026, 1, 1), switched), (new, switched, None)]
        await unit.connection.execute(
            insert(rule_activations),
            [{"rule": "test-rule", "version_id": v, "from_on": a, "to_on": b} for v, a, b in spells],
        )
        await _answers(
            unit, new, {"moved": 6}, on=date(2026, 11, 19)
        )  # a scan of today wrote the new version
        await _answers(unit, new, {"done": 7}, on=switched)
        found = await quality.measure(unit, "test-rule")
    told = {one.version: (one.measured.confirmed, one.measured.refuted) for one in found.versions}
    assert list(told.items()) == [(2, (7, 0)), (1, (0, 6))]


async def test_a_wrong_field_is_told_of_the_conditions_that_read_it(house: House) -> None:
    async with house.write() as unit:
        version = await made.rule_version(unit)
        await _answers(unit, version, {"not_eligible": 3}, wrong_field="resident.birth_date")
        await _answers(unit, version, {"not_eligible": 2}, wrong_field="phone")
        (found,) = (await quality.measure(unit, "test-rule")).versions
    assert {one.field: one.times for one in found.wrong_fields} == {"resident.birth_date": 3, "phone": 2}
    (doubted,) = found.clauses
    assert (doubted.part, doubted.source, doubted.wrong) == ("when", "age(resident.birth_date) >= 80", 3)


async def test_what_cannot_be_decided_is_a_share_of_all_that_was_found_or_could_not_be(house: House) -> None:
    async with house.write() as unit:
        version = await made.rule_version(unit)
        for subject in range(3):
            for fact in ("", "resident.birth_date"):
                row = {"rule": "test-rule", "subject_id": 900 + subject, "fact": fact}
                await unit.connection.execute(insert(undecided).values(**row))
        for _ in range(9):
            await made.finding(unit, version, await made.resident(unit))
        found = await quality.measure(unit, "test-rule")
    assert (found.undecided, found.undecided_share) == (3, 0.25)


async def test_a_supervisor_sees_the_own_area_and_a_department_its_own_rules_only(house: House) -> None:
    async with house.write() as unit:
        version = await made.rule_version(unit)
        await _answers(unit, version, {"done": 5})
        await _answers(unit, version, {"moved": 6}, grid=made.OTHER_COMMUNITY)
        here = await quality.measure(_as(unit, Role.SUPERVISOR, division=made.COMMUNITY), "test-rule")
        own = await quality.measure(_as(unit, Role.DEPARTMENT, department="民政局"), "test-rule")
        editor = await quality.measure(_as(unit, Role.RULE_EDITOR), "test-rule")
        with pytest.raises(NotFound):
            await quality.measure(_as(unit, Role.DEPARTMENT, department="公安局"), "test-rule")
    assert (here.measured.confirmed, here.measured.refuted, here.undecided) == (5, 0, None)
    assert (own.measured.visited, editor.measured.visited) == (11, 11)


@pytest.mark.parametrize(("right", "flagged"), [(13, True), (14, False)])
async def test_a_rule_is_flagged_when_it_is_right_too_seldom(house: House, right: int, flagged: bool) -> None:
    async with house.write() as unit:
        await _answers(unit, await made.rule_version(unit), {"done": right, "already_has": 20 - right})
        assert ("test-rule" in await quality.imprecise(unit, 70)) is flagged
        assert not await quality.imprecise(unit, 0)


async def test_few_visits_flag_nothing_and_a_corrected_rule_begins_anew(house: House) -> None:
    async with house.write() as unit:
        version = await made.rule_version(unit)
        await _answers(unit, version, {"moved": 19}, on=date(2026, 11, 19))
        assert not await quality.imprecise(unit, 70)
        await _answers(unit, version, {"moved": 1}, on=date(2026, 11, 19))
        assert await quality.imprecise(unit, 70)
        row = {"rule": "test-rule", "version_id": version, "from_on": date(2026, 11, 20)}
        await unit.connection.execute(insert(rule_activations).values(**row))
        assert not await quality.imprecise(unit, 70)
