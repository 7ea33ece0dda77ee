"""Somebody of every role in a street after its first morning, and what there is for each to ask about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from api.conftest import Site
from mornings import TODAY
from sqlalchemy import Column, func, select

from service.access import accounts, tokens
from service.access.permissions import Role
from service.access.unit import House, Unit
from service.push import links
from service.tables import (
    absences,
    enterprises,
    findings,
    objections,
    parameters,
    posts,
    residents,
    returns,
    rule_versions,
    scans,
    tasks,
)
from service.tables import accounts as accounts_table

A_DAY = timedelta(days=1)
MOST = 8
Known = dict[str, Sequence[int | str]]


@dataclass
class Parties:
    """Account and token of each role, and values that exist by the name of a parameter."""

    accounts: dict[Role, int] = field(default_factory=dict)
    tokens: dict[Role, str] = field(default_factory=dict)
    leaving: dict[Role, str] = field(default_factory=dict)
    known: Known = field(default_factory=dict)


async def gather(site: Site) -> Parties:
    """The busiest worker with a day as it gets on (a matter returned, an objection made), and everybody else."""
    parties = Parties()
    async with site.house.write() as unit:
        parties.accounts = await _accounts(unit)
        for role, account_id in parties.accounts.items():
            parties.tokens[role] = await _token(unit, account_id)
            parties.leaving[role] = await _token(unit, account_id)
    await _get_on(site, parties)
    parties.known = await _known(site.house, parties)
    return parties


async def _accounts(unit: Unit) -> dict[Role, int]:
    a = accounts_table.c
    # The last of each role: of the supervisors that is the one of the whole street.
    found = await unit.connection.execute(select(a.role, func.max(a.account_id)).group_by(a.role))
    by_role = {Role(role): account_id for role, account_id in found}
    busiest = select(tasks.c.account_id).where(tasks.c.planned_on == TODAY).group_by(tasks.c.account_id)
    by_role[Role.WORKER] = await unit.connection.scalar(
        busiest.order_by(func.count().desc(), tasks.c.account_id)
    )
    department = await unit.connection.scalar(
        select(rule_versions.c.department)
        .join(findings, findings.c.version_id == rule_versions.c.version_id)
        .join(tasks, tasks.c.task_id == findings.c.task_id)
        .where(tasks.c.account_id == by_role[Role.WORKER])
        .order_by(findings.c.finding_id)
    )
    for role in Role:
        if role not in by_role:
            more = {"department": department} if role is Role.DEPARTMENT else {}
            by_role[role] = await accounts.add(unit, login=role.value, name="李伟", role=role, **more)
    return by_role


async def _token(unit: Unit, account_id: int) -> str:
    return (await tokens.issue(unit, account_id, note="test", lifetime=A_DAY)).text


async def _get_on(site: Site, parties: Parties) -> None:
    """What only people do, done once, so that there is something to answer, to decide and to take back."""
    worker, supervisor = parties.tokens[Role.WORKER], parties.tokens[Role.SUPERVISOR]
    listed = await site("GET", "/api/v1/tasks", worker)
    (first, of), (second, _) = [
        (one["finding_id"], task["task_id"]) for task in listed.json["items"] for one in task["findings"]
    ][:2]
    answers = {"outcomes": [{"finding_id": first, "outcome": "needs_department"}]}
    away = {"account_id": parties.accounts[Role.WORKER], "from": "2026-12-07", "to": "2026-12-08"}
    shoes = {"entity": "resident", "name": "shoe_size", "label": "鞋码", "kind": "int"}
    done = [
        await site("POST", f"/api/v1/tasks/{of}/outcomes", worker, json=answers),
        await site("POST", f"/api/v1/findings/{second}/objection", worker, json={"reason": "已经搬走"}),
        await site("POST", "/api/v1/absences", supervisor, json=away),
        await site("POST", "/api/v1/fields", parties.tokens[Role.SYSTEM_ADMIN], json=shoes),
    ]
    assert all(answer.status < 300 for answer in done), [answer.json for answer in done]


async def _known(house: House, parties: Parties) -> Known:
    worker = parties.accounts[Role.WORKER]
    async with house.read() as unit:

        async def some(column: Column[int], *where: object) -> list[int]:
            chosen = select(column).where(*where).order_by(column).limit(MOST)  # type: ignore[arg-type]
            return list((await unit.connection.execute(chosen)).scalars())

        own = await some(tasks.c.task_id, tasks.c.account_id == worker)
        of_contact = select(accounts_table.c.enterprise_id).where(
            accounts_table.c.account_id == parties.accounts[Role.ENTERPRISE]
        )
        return {
            "task_id": own,
            "finding_id": await some(findings.c.finding_id, findings.c.task_id.in_(own)),
            "objection_id": await some(objections.c.objection_id),
            "return_id": await some(returns.c.return_id),
            "resident_id": await some(residents.c.resident_id),
            "account_id": [worker, *await some(accounts_table.c.account_id)],
            "post_id": await some(posts.c.post_id),
            "absence_id": await some(absences.c.absence_id),
            "parameter_id": await some(parameters.c.parameter_id),
            "scan_id": await some(scans.c.scan_id),
            "uscc": await some(
                enterprises.c.uscc, enterprises.c.enterprise_id == of_contact.scalar_subquery()
            ),
            "rule": await some(rule_versions.c.rule, rule_versions.c.state == "active"),
            "entity": ["resident"],
            "name": ["shoe_size", "health.notice_days"],
            "code": ["conflict", "not_found"],
            "file": ["docs.js", "swagger-ui.css"],
            "token": [links.make(unit.vault, "", worker, TODAY, unit.now + A_DAY).removeprefix("/l/")],
            "division_code": ["330102003057001", "330102003057"],
        }
