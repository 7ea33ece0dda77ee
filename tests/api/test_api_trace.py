"""A message traced to its causes: complete, in scope, archived or not, and without anybody's name in it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any, NamedTuple

import made
import pytest
from api.conftest import Serve, Site
from mornings import TODAY
from sqlalchemy import delete, func, insert, literal, select, update
from statements import statements

from service import tracing
from service.access.permissions import Role
from service.access.unit import House
from service.clock import SetClock
from service.push import archive
from service.push.outbox import message_id
from service.tables import (
    accounts,
    attempts,
    changesets,
    deliveries,
    enterprises,
    findings,
    notification_tasks,
    notifications,
    residents,
    rule_versions,
    tasks,
)

STREET = "330102003000"


class Digest(NamedTuple):
    """The message of the worker with the longest list."""

    delivery_id: int
    notification_id: int
    account_id: int
    division: str


@pytest.fixture
async def site(street_house: House, serve: Serve) -> Site:
    return await serve(street_house)


@pytest.fixture
async def digest(street_house: House) -> Digest:
    longest = (
        select(
            deliveries.c.delivery_id, notifications.c.notification_id, accounts.c.account_id, accounts.c.division_code
        )
        .join_from(deliveries, notifications)
        .join(accounts, accounts.c.account_id == notifications.c.account_id)
        .join(tasks, tasks.c.account_id == accounts.c.account_id)
        .where(tasks.c.planned_on == TODAY)
        .group_by(*(column for column in (
            deliveries.c.delivery_id, notifications.c.notification_id, accounts.c.account_id, accounts.c.division_code
        )))
        .order_by(func.count().desc(), deliveries.c.delivery_id)
    )  # fmt: skip
    async with street_house.read() as unit:
        row = (await unit.connection.execute(longest.limit(1))).one()
    return Digest(*row)


async def traced(site: Site, digest: Digest, role: Role = Role.AUDITOR, **scope: str) -> Any:
    answer = await site("GET", f"/api/v1/trace/{digest.delivery_id}", await site.token_of(role, **scope))
    assert answer.status == 200, answer.json
    return answer.json


def found_in(trail: Any) -> list[Any]:
    return [finding for task in trail["tasks"] for finding in task["findings"]]


async def test_a_message_leads_to_every_task_of_the_list_and_what_they_rest_on(
    site: Site, digest: Digest
) -> None:
    trail = await traced(site, digest)
    planned = select(tasks.c.task_id).where(
        tasks.c.account_id == digest.account_id, tasks.c.planned_on == TODAY
    )
    standing = select(findings.c.finding_id).where(
        findings.c.task_id.in_(planned), findings.c.cleared_on.is_(None)
    )
    async with site.house.read() as unit:
        listed = set(await unit.connection.scalars(planned))
        stood = set(await unit.connection.scalars(standing))
    assert (trail["notification_id"], trail["account_id"]) == (digest.notification_id, digest.account_id)
    assert {task["task_id"] for task in trail["tasks"]} == listed
    assert {finding["finding_id"] for finding in found_in(trail)} == stood
    known = {one["changeset_id"]: one for one in trail["changesets"]}
    for finding in found_in(trail):
        assert finding["verdict"] in ("match", "unknown")
        assert finding["sources"]
        assert finding["records"]
        assert {record["changeset_id"] for record in finding["records"]} - {None} <= set(known)
    assert known
    assert all(one["source"] == "import" and one["import_id"] and not one["later"] for one in known.values())


async def test_an_auditors_trail_names_nobody_and_no_birthday(site: Site, digest: Digest) -> None:
    token = await site.token_of(Role.AUDITOR)
    text = (await site("GET", f"/api/v1/trace/{digest.delivery_id}", token)).body.decode()
    async with site.house.read() as unit:
        people = set(await unit.connection.scalars(select(residents.c.name)))
        shops = set(await unit.connection.scalars(select(enterprises.c.name)))
        lived_in = set(await unit.connection.scalars(select(residents.c.address)))
        long_ago = select(residents.c.birth_date).where(residents.c.birth_date < date(2000, 1, 1))
        born = {str(day) for day in await unit.connection.scalars(long_ago)}
    assert len(people) > 50
    assert len(born) > 50
    assert not {word for word in people | shops | lived_in | born if word and word in text}


async def test_only_who_may_see_the_tasks_is_told_the_reasons(site: Site, digest: Digest) -> None:
    overseen = found_in(await traced(site, digest))
    own = found_in(await traced(site, digest, Role.SUPERVISOR, division=digest.division[:12]))
    assert [finding["finding_id"] for finding in own] == [finding["finding_id"] for finding in overseen]
    assert all(finding["reason"] for finding in own)
    assert not any(finding["reason"] for finding in overseen)
    assert all(finding["conditions"] for finding in overseen)


async def test_who_may_trace_sees_the_own_area_only(site: Site, digest: Digest) -> None:
    community = digest.division[:12]
    other = next(code for code in ("330102003050", "330102003057") if code != community)
    path = f"/api/v1/trace/{digest.delivery_id}"
    seen = {
        who: (await site("GET", path, await site.token_of(role, **scope))).status
        for who, role, scope in (
            ("own", Role.SUPERVISOR, {"division": community}),
            ("other", Role.SUPERVISOR, {"division": other}),
            ("street", Role.SUPERVISOR, {"division": STREET}),
            ("auditor", Role.AUDITOR, {}),
            ("admin", Role.SYSTEM_ADMIN, {}),
            ("worker", Role.WORKER, {"division": community}),
            ("security", Role.SECURITY_ADMIN, {}),
        )
    }
    assert seen == {
        "own": 200, "other": 404, "street": 200, "auditor": 200, "admin": 200, "worker": 403, "security": 403,
    }  # fmt: skip
    nothing = await site("GET", "/api/v1/trace/999999", await site.token_of(Role.AUDITOR))
    assert nothing.status == 404


async def test_every_attempt_is_told_in_order(site: Site, digest: Digest) -> None:
    async with site.house.write() as unit:
        for code, outcome in (("503", "retry"), ("204", "delivered")):
            row = {"delivery_id": digest.delivery_id, "started_at": unit.now, "milliseconds": 7}
            await unit.connection.execute(insert(attempts).values(**row, outcome=outcome, code=code))
    (way,) = (await traced(site, digest))["deliveries"]
    assert [(one["outcome"], one["code"]) for one in way["attempts"]] == [
        ("retry", "503"), ("delivered", "204"),
    ]  # fmt: skip


async def test_an_archived_message_is_traced_alike(site: Site, digest: Digest) -> None:
    before = await traced(site, digest)
    clock = site.house.clock
    assert isinstance(clock, SetClock)
    async with site.house.write() as unit:
        await unit.connection.execute(update(deliveries).values(status="delivered"))
    clock.instant += timedelta(days=10)
    assert await archive.move_finished(site.house, 7) > 0
    after = await traced(site, digest)
    assert (before.pop("archived"), after.pop("archived")) == (False, True)
    for trail in (before, after):
        for way in trail["deliveries"]:
            way.pop("status")
    assert after == before


async def test_what_was_written_after_the_message_is_marked(site: Site, digest: Digest) -> None:
    one = found_in(await traced(site, digest))[0]
    entity, record_id = one["records"][0]["entity"], one["records"][0]["record_id"]
    table = next(table for table in changesets.metadata.tables.values() if table.info.get("entity") == entity)
    async with site.house.write() as unit:
        later = await made.row(
            unit, changesets, source="import", recorded_at=unit.now + timedelta(hours=1), whole=False
        )
        (key,) = table.primary_key
        await unit.connection.execute(update(table).where(key == record_id).values(changeset_id=later))
    told = {one["changeset_id"]: one["later"] for one in (await traced(site, digest))["changesets"]}
    assert told[later] is True
    assert sum(told.values()) == 1


async def test_a_finding_whose_record_is_gone_says_so(site: Site, digest: Digest) -> None:
    one = found_in(await traced(site, digest))[0]
    async with site.house.write() as unit:
        gone = update(findings).where(findings.c.finding_id == one["finding_id"]).values(subject_id=10**9)
        await unit.connection.execute(gone)
    told = next(
        found for found in found_in(await traced(site, digest)) if found["finding_id"] == one["finding_id"]
    )
    assert told["silent"] == "这条记录已不在库中"
    assert (told["reason"], told["records"]) == (None, [])
    assert told["sources"]


async def test_a_rule_that_no_longer_fits_says_so_and_keeps_its_law(site: Site, digest: Digest) -> None:
    one = next(
        found
        for found in found_in(await traced(site, digest))
        if found["rule"] in ("elder-visits", "old-age-allowance")
    )
    async with site.house.write() as unit:
        text = rule_versions.c.document
        misspelt = update(rule_versions).where(rule_versions.c.rule == one["rule"])
        await unit.connection.execute(misspelt.values(document=func.replace(text, "birth_date", "birth_dat")))
    told = next(
        found for found in found_in(await traced(site, digest)) if found["finding_id"] == one["finding_id"]
    )
    assert told["silent"].startswith("规则与现在的字段或参数不再相配")
    assert (told["verdict"], told["conditions"], told["records"]) == (None, [], [])
    assert told["sources"] == one["sources"]


async def test_a_message_is_found_by_the_id_it_carried_and_by_no_other(site: Site, digest: Digest) -> None:
    token = await site.token_of(Role.AUDITOR)
    async with site.house.read() as unit:
        made_at = select(notifications.c.created_at).where(
            notifications.c.notification_id == digest.notification_id
        )
        created_at = await unit.connection.scalar(made_at)
        assert created_at is not None
        carried = message_id(unit.vault.key_id, digest.delivery_id, created_at)
        older = message_id(unit.vault.key_id, digest.delivery_id, created_at - timedelta(days=1))
        other = message_id("00000000", digest.delivery_id, created_at)
    found = await site("GET", f"/api/v1/trace/{carried}", token)
    assert (found.status, found.json["notification_id"]) == (200, digest.notification_id)
    for wrong in (older, other, carried.upper() + "-1", f"0{digest.delivery_id}", "9" * 30, "abc", "%00"):
        assert (await site("GET", f"/api/v1/trace/{wrong}", token)).status == 404


async def test_a_trail_takes_as_many_statements_however_many_tasks_it_has(site: Site, digest: Digest) -> None:
    """More only for another rule or another kind of record, which have statements of their own."""
    async with site.house.write() as unit:
        with statements(unit) as few:
            trail = await tracing.trace(unit, str(digest.delivery_id))
        rule = max(
            Counter(one.rule for found in trail.findings.values() for one in found).items(),
            key=lambda item: item[1],
        )[0]
        alike = select(findings.c.task_id).where(findings.c.rule == rule, findings.c.task_id.is_not(None))
        everyone = (
            select(literal(digest.notification_id), tasks.c.task_id)
            .where(tasks.c.task_id.in_(alike))
            .where(tasks.c.task_id.not_in([task.task_id for task in trail.tasks]))
        )
        await unit.connection.execute(
            insert(notification_tasks).from_select(["notification_id", "task_id"], everyone)
        )
        with statements(unit) as many:
            longer = await tracing.trace(unit, str(digest.delivery_id))
    versions = {one.version.version_id for one in longer.grounds.values()}
    before = {one.version.version_id for one in trail.grounds.values()}
    assert len(longer.grounds) > 2 * len(trail.grounds)
    assert len(many) <= len(few) + 8 * (len(versions) - len(before)) + 4


async def test_a_task_of_another_area_is_left_out(site: Site, digest: Digest) -> None:
    community = digest.division[:12]
    trail = await traced(site, digest, Role.SUPERVISOR, division=community)
    moved = trail["tasks"][0]["task_id"]
    async with site.house.write() as unit:
        away = update(tasks).where(tasks.c.task_id == moved).values(division_code="330102009001")
        await unit.connection.execute(away)
    left = await traced(site, digest, Role.SUPERVISOR, division=community)
    assert {task["task_id"] for task in trail["tasks"]} - {task["task_id"] for task in left["tasks"]} == {
        moved
    }


async def test_a_message_from_before_its_tasks_were_noted_is_traced_without_them(
    site: Site, digest: Digest
) -> None:
    async with site.house.write() as unit:
        await unit.connection.execute(delete(notification_tasks))
    trail = await traced(site, digest)
    assert (trail["tasks"], trail["changesets"]) == ([], [])
    assert trail["deliveries"]
