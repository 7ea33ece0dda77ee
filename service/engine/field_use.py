"""Fields that rules read may not go, or become something else, while those rules are in use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import select

from rules import RuleErrors
from service.access.unit import Unit
from service.engine.rulebook import Basis, Version, basis, versions
from service.errors import Conflict
from service.tables import findings, rule_versions

IN_USE = ("checked", "shadow", "approved", "active")
_SHOWN = 5


@asynccontextmanager
async def rules_kept(unit: Unit) -> AsyncIterator[None]:
    """Around a change of the declared fields, in the transaction of it.

    Conflict, which rolls the change back, when a version in use checked before and does not afterwards. In use is also
    what open findings were made by, because their reasons are told from it.
    """
    used = await _in_use(unit)
    before = await _sound(unit, used)
    yield
    lost = before - await _sound(unit, used)
    if lost:
        titles = sorted({f"{used[key].title}（{used[key].rule}）" for key in lost})
        more = "等" if len(titles) > _SHOWN else ""
        raise Conflict(
            f"规则还在使用这个字段：{'、'.join(titles[:_SHOWN])}{more}。请先修改或停用这些规则，再作改动。"
        )


async def _in_use(unit: Unit) -> dict[int, Version]:
    stated = select(rule_versions.c.version_id).where(rule_versions.c.state.in_(IN_USE))
    told = select(findings.c.version_id).where(findings.c.cleared_on.is_(None)).distinct()
    return await versions(unit, set((await unit.connection.execute(stated.union(told))).scalars()))


async def _sound(unit: Unit, used: dict[int, Version]) -> set[int]:
    ground = await basis(unit)
    return await asyncio.to_thread(_checking, ground, used)


def _checking(ground: Basis, used: dict[int, Version]) -> set[int]:
    return {key for key, version in used.items() if _checks(ground, version)}


def _checks(ground: Basis, version: Version) -> bool:
    try:
        ground.checked(version)
    except RuleErrors:
        return False
    return True
