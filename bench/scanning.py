"""Scans of a made-up city as users run them: by a process that runs on from day to day."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from bench.apart import Apart, processor_seconds
from rules import LIBRARY
from service.access.unit import House
from service.engine import publish, rulebook, scan
from service.engine.judging import judge
from service.engine.scan import RuleResult
from service.tables import rule_versions


@dataclass(frozen=True)
class Scanned:
    """Seconds of beginning (taking the changes in), of running, and of processor for both; most memory so far in MB, and
    what was done per rule.
    """

    beginning: float
    running: float
    processor: float
    memory: float
    rules: list[RuleResult]

    @property
    def seconds(self) -> float:
        return self.beginning + self.running

    def total(self, name: str) -> int:
        """A count summed over the rules."""
        return sum(getattr(rule, name) or 0 for rule in self.rules)

    def judged(self, mode: str) -> int:
        """How many rules were judged in this mode."""
        return sum(rule.mode == mode for rule in self.rules)

    @property
    def changed(self) -> dict[str, int]:
        """What became of findings."""
        return {what: self.total(what) for what in ("opened", "resolved", "withdrawn", "updated")}

    def slowest(self, count: int) -> list[RuleResult]:
        """The rules that took longest."""
        return sorted(self.rules, key=lambda rule: -rule.milliseconds)[:count]


async def load_rules(house: House, only: Sequence[str] | None = None) -> int:
    """Publish the shipped rules, or some; gives how many are in force."""
    async with house.write() as unit:
        await publish.publish(unit, LIBRARY, only)
        active = select(rule_versions.c.version_id).where(rule_versions.c.state == "active")
        return len((await unit.connection.execute(active)).all())


async def scanned(process: Apart, day: date, *, whole: bool = False) -> Scanned:
    """Begin a scan of `day` there and run it to its end; ends the run where a rule fails."""
    beginning, running, processor, rules = await process.run(scan_there, day, whole)
    failed = [f"{rule.rule}: {rule.error}" for rule in rules if rule.state != "done"]
    if failed:
        raise SystemExit("\n".join(failed))
    return Scanned(beginning, running, processor, process.memory, rules)


async def scan_there(house: House, whole: bool) -> tuple[float, float, float, list[RuleResult]]:
    """Seconds of beginning and running, of processor for both, and the rules' results."""
    before = await processor_seconds(house)
    started = time.perf_counter()
    async with house.write() as unit:
        scan_id = await scan.begin(unit, as_of=unit.today, whole=whole)
    begun = time.perf_counter()
    done = await scan.run(house, scan_id)
    ended = time.perf_counter()
    return begun - started, ended - begun, await processor_seconds(house) - before, done.rules


async def verdicts_alone(process: Apart, day: date) -> dict[str, float]:
    """Seconds of judging everyone by each rule in force, nothing compared and nothing written."""
    return await process.run(judge_there, day)


async def judge_there(house: House) -> dict[str, float]:
    """Rule → seconds."""
    taken, day = {}, house.clock.today()
    async with house.session() as session, session.read() as unit:
        ground = await rulebook.basis(unit)
        for version in await rulebook.in_force(unit, day):
            if version.effective(day):
                started = time.perf_counter()
                await judge(unit, ground, ground.checked(version), day)
                taken[version.rule] = time.perf_counter() - started
    return taken
