"""Somebody of every role in a street after its first morning, and what there is for each to ask about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from access.people import PASSWORD
from api.conftest import Site
from mornings import TODAY
from sqlalchemy import Column, ColumnElement, func, select

from service.access import accounts, tokens
from service.access.permissions import Role
from service.access.unit import House, Unit
from service.push import links
from service.tables import (
    absences,
    deliveries,
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
LOGIN = "wangge-057-01"
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
    busiest = select(tasks.c.account_id).where(tasks.c.planned_on == TODAY).group_by(tasks.c.account_id)
    ranked = busiest.order_by(func.count().desc(), tasks.c.account_id)
    by_role[Role.WORKER] = (await unit.connection.execute(ranked)).scalars().first() or 0
    department = await unit.connection.scalar(
        select(rule_versions.c.department).where(rule_versions.c.rule == "elder-visits")
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
        (one["finding_id"], task["task_id"])
        for task in listed.json["items"]
        for one in task["findings"]
        if one["rule"] == "elder-visits"
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
    """What there is; the lists of tasks and findings, and of accounts and grids, are in step."""
    async with house.read() as unit:

        async def some(column: Column[Any], *where: ColumnElement[bool]) -> list[Any]:
            chosen = select(column).where(*where).order_by(column).limit(MOST)
            return list((await unit.connection.execute(chosen)).scalars())

        visits = (
            select(tasks.c.task_id, func.min(findings.c.finding_id))
            .join(findings, findings.c.task_id == tasks.c.task_id)
            .where(findings.c.rule == "elder-visits", findings.c.outcome.is_(None), findings.c.held.is_(None))
            .where(tasks.c.state == "planned", tasks.c.account_id == parties.accounts[Role.WORKER])
            .group_by(tasks.c.task_id)
            .order_by(tasks.c.task_id)
        )
        own = (await unit.connection.execute(visits.limit(MOST))).all()
        # Not the worker's own: whoever is away or loses the grid loses the visits to be made here.
        others = posts.c.account_id != parties.accounts[Role.WORKER]
        holding = select(posts.c.account_id, posts.c.division_code).where(posts.c.role == "main", others)
        held = (await unit.connection.execute(holding.order_by(posts.c.post_id).limit(MOST))).all()
        contact = accounts_table.c.account_id == parties.accounts[Role.ENTERPRISE]
        enterprise = select(accounts_table.c.enterprise_id).where(contact).scalar_subquery()
        link = links.make(unit.vault, "", parties.accounts[Role.WORKER], TODAY, unit.now + A_DAY)
        return {
            "task_id": [row[0] for row in own],
            "finding_id": [row[1] for row in own],
            "account_id": [row[0] for row in held],
            "division_code": [row[1] for row in held],
            "objection_id": await some(objections.c.objection_id),
            "return_id": await some(returns.c.return_id),
            "resident_id": await some(residents.c.resident_id, residents.c.phone.is_not(None)),
            "post_id": await some(posts.c.post_id, others),
            "absence_id": await some(absences.c.absence_id),
            "parameter_id": await some(parameters.c.parameter_id, parameters.c.value.is_not(None)),
            "scan_id": await some(scans.c.scan_id),
            "message": [str(key) for key in await some(deliveries.c.delivery_id)],
            "uscc": await some(enterprises.c.uscc, enterprises.c.enterprise_id == enterprise),
            "rule": await some(rule_versions.c.rule, rule_versions.c.state == "active"),
            "login": [LOGIN],
            "password": [PASSWORD],
            "entity": ["resident"],
            "name": ["shoe_size", "health.notice_days"],
            "code": ["conflict", "not_found"],
            "file": ["docs.js", "swagger-ui.css"],
            "token": [link.removeprefix("/l/")],
        }
