"""Whether deltas have led where a full scan would: every rule asked of everyone, and nothing written.

Each rule is compared in one snapshot, with the day it was last scanned for, while nobody scans. What waits to be taken in,
or was taken in and is not yet judged, would look like a difference, so it is scanned first. Between two rules others may
scan, and nobody who reads or writes records waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import structlog
from sqlalchemy import select

from service.access.actors import SYSTEM, Actor
from service.access.unit import House, Unit
from service.engine import scan
from service.engine.comparing import Step, compare
from service.engine.judging import judge
from service.engine.progress import Progress, progress
from service.engine.rule_scan import episode_of
from service.engine.rulebook import Basis, Version, basis, in_force, versions
from service.engine.scan import behind
from service.engine.scratch import candidates, empty, woken
from service.tables import scans
from service.tables.alone import alone

log = structlog.get_logger(__name__)
TRIES = 5
"""How often a rule is tried again because somebody wrote meanwhile."""


@dataclass(frozen=True)
class Verification:
    """What a comparison of every rule found.

    `differences`: rule → step (see `comparing`) → number of subjects that a full scan would still have to take it for.
    `unverified`: rule → why it could not be compared.
    """

    as_of: date
    verified: int = 0
    differences: dict[str, dict[Step, int]] = field(default_factory=dict)
    unverified: dict[str, str] = field(default_factory=dict)

    @property
    def equal(self) -> bool:
        """Whether nothing differs, of all that could be compared."""
        return not self.differences


async def verify(house: House, actor: Actor = SYSTEM) -> Verification:
    """Scan what waits, then compare every rule's findings with what a full scan would make of them."""
    await _catch_up(house, actor)
    found = Verification(house.clock.today())
    async with house.read(actor) as unit:
        known = await progress(unit)
        wanted = {one.rule for one in await in_force(unit, unit.today) if one.effective(unit.today)}
    for rule in sorted(known.keys() | wanted):
        try:
            found = await _verify_rule(house, actor, rule, found)
        except Exception as error:  # one rule must not keep the others from being compared
            if scan.ends_all(error):
                raise
            found = _unverified(found, rule, scan.reason_of(error))
    for rule, steps in found.differences.items():
        log.error("scan_differs", rule=rule, **steps)
    return found


async def _verify_rule(house: House, actor: Actor, rule: str, found: Verification) -> Verification:
    for _ in range(TRIES):
        async with (
            alone(house.database, "scanning"),
            house.session(actor) as session,
            session.read() as unit,
        ):
            known = (await progress(unit)).get(rule)
            if known is None:
                return await _never_scanned(unit, rule, found)
            if not await behind(unit):
                return await _compared(unit, known, found)
        await _catch_up(house, actor)
    return _unverified(found, rule, "记录一直在变化，请在人少时再核对")


async def _never_scanned(unit: Unit, rule: str, found: Verification) -> Verification:
    """Nothing to compare: it went out of force meanwhile, or no scan of it has succeeded yet."""
    still = {one.rule for one in await in_force(unit, unit.today) if one.effective(unit.today)}
    return _unverified(found, rule, "还没有成功扫描过，请先查明原因") if rule in still else found


async def _compared(unit: Unit, known: Progress, found: Verification) -> Verification:
    version = (await versions(unit, {known.version_id}))[known.version_id]
    if await _behind(unit, known):
        return _unverified(found, known.rule, "上次扫描没有成功，请先查明原因再核对")
    differ = await _differences(unit, await basis(unit), version, known.as_of)
    differences = found.differences | ({known.rule: differ} if differ else {})
    return Verification(found.as_of, found.verified + 1, differences, found.unverified)


async def _behind(unit: Unit, known: Progress) -> bool:
    """Whether a later scan of all rules has not done this one."""
    later = select(scans.c.scan_id).where(
        scans.c.scan_id > known.scan_id,
        scans.c.only_rule.is_(None),
        scans.c.state.in_(("done", "incomplete")),
    )
    return (await unit.connection.execute(later.limit(1))).first() is not None


async def _differences(unit: Unit, ground: Basis, version: Version, as_of: date) -> dict[Step, int]:
    rule = ground.checked(version)
    await empty(unit, candidates, woken)
    judged = await judge(unit, ground, rule, as_of)
    return await compare(unit, episode_of(version, rule, ground.moment(as_of), as_of), judged, everyone=True)


async def _catch_up(house: House, actor: Actor) -> None:
    async with house.read(actor) as unit:
        cut_off = await scan.unfinished(unit)
    for scan_id in cut_off:
        await scan.run(house, scan_id, actor=actor)
    async with house.write(actor) as unit:
        scan_id = await scan.begin(unit, as_of=unit.today)
    await scan.run(house, scan_id, actor=actor)


def _unverified(found: Verification, rule: str, why: str) -> Verification:
    return Verification(found.as_of, found.verified, found.differences, found.unverified | {rule: why})
