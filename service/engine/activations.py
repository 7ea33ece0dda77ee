"""Which version of a rule is in force: versions are immutable, one is active, and every change of that is kept.

A row of `rule_activations` says from which day a version was in force, and until which; so a past day can be judged by
the versions of that day, and rolling back is activating an older version.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Row, func, insert, select, update

from rules import RuleDocument
from service.access import audit
from service.access.turns import take_editors_turn
from service.access.unit import Unit
from service.engine.readiness import unready
from service.engine.rulebook import basis, versions
from service.errors import Conflict, InvalidInput, NotFound
from service.tables import rule_activations, rule_versions


async def keep(unit: Unit, document: RuleDocument, text: str, *, ready: bool) -> str:
    """Store a document as a version, unless there is one of the same text, and activate it when it is `ready`.

    Returns "new", "updated" or "unchanged", or "held" for what is stored and waits; what was active then stays so.
    """
    active = await _one(unit, document.rule, state="active")
    same = await _one(unit, document.rule, digest=_digest(text))
    if not ready:
        if same is None:
            await _insert(unit, document, text)
        return "held"
    if active is not None and same is not None and active.version_id == same.version_id:
        return "unchanged"
    await _switch(
        unit, document.rule, await _insert(unit, document, text) if same is None else same.version_id
    )
    return "new" if active is None else "updated"


async def activate(unit: Unit, rule: str, version: int) -> int | None:
    """Bring a stored version into force, as a rule to roll back, and return the number of the one it replaces.

    NotFound for no such version, Conflict when it is active already, InvalidInput with the reasons while a parameter or
    duty is missing, RuleErrors when it no longer fits the records or the parameters.
    """
    await take_editors_turn(unit)
    wanted = await _one(unit, rule, version=version)
    if wanted is None:
        raise NotFound(f"规则 {rule} 没有第 {version} 版，请先用 zhitui rules list --all 查看。")
    active = await _one(unit, rule, state="active")
    if active is not None and active.version_id == wanted.version_id:
        raise Conflict(f"规则 {rule} 第 {version} 版已经在执行。")
    ground = await basis(unit)
    stored = (await versions(unit, {wanted.version_id}))[wanted.version_id]
    reasons = await unready(unit, [ground.checked(stored)], ground.parameters)
    if reasons:
        raise InvalidInput(f"规则 {rule} 第 {version} 版还不能启用：{'；'.join(reasons[rule])}。")
    await _switch(unit, rule, wanted.version_id)
    before = None if active is None else int(active.version)
    await audit.record(unit, "rules.activate", "rule", rule, detail={"version": version, "before": before})
    return before


async def active_numbers(unit: Unit) -> dict[str, int]:
    """Rule id → number of its active version."""
    v = rule_versions.c
    rows = await unit.connection.execute(select(v.rule, v.version).where(v.state == "active"))
    return {row.rule: row.version for row in rows}


async def _switch(unit: Unit, rule: str, version_id: int) -> None:
    """Retire what is active and activate another version, from today on."""
    v, a = rule_versions.c, rule_activations.c
    retire = update(rule_versions).where(v.rule == rule, v.state == "active").values(state="retired")
    end = update(rule_activations).where(a.rule == rule, a.to_on.is_(None)).values(to_on=unit.today)
    start = insert(rule_activations).values(rule=rule, version_id=version_id, from_on=unit.today)
    begin = update(rule_versions).where(v.version_id == version_id).values(state="active")
    for statement in (retire, end, begin, start):
        await unit.connection.execute(statement)


async def _one(unit: Unit, rule: str, **wanted: object) -> Row[int, int] | None:
    """The newest version of a rule with these values."""
    v = rule_versions.c
    found = select(v.version_id, v.version).where(
        v.rule == rule, *(v[name] == value for name, value in wanted.items())
    )
    return (await unit.connection.execute(found.order_by(v.version.desc()).limit(1))).first()


async def _insert(unit: Unit, document: RuleDocument, text: str) -> int:
    newest = select(func.max(rule_versions.c.version)).where(rule_versions.c.rule == document.rule)
    added = await unit.connection.execute(
        insert(rule_versions)
        .values(
            rule=document.rule,
            version=((await unit.connection.execute(newest)).scalar() or 0) + 1,
            title=document.title,
            department=document.department,
            advice=document.task.advice,
            minutes=document.minutes,
            document=text,
            digest=_digest(text),
            state="checked",
            effective_from=document.effective.from_,
            effective_to=document.effective.to,
            actor_id=unit.actor.account_id,
            recorded_at=unit.now,
        )
        .returning(rule_versions.c.version_id)
    )
    return int(added.scalar_one())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
