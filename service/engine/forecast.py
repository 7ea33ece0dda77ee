"""What is to be expected: how many findings each rule will open in the next days, grid by grid, if no record changes.

It is told from the newest scan on (see `ahead_days`). Each rule is read in one snapshot and written in short
transactions; one that fails is told and stops no other. What was made from a scan of the same day is kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, delete, func, insert, literal, select

from service.access.actors import SYSTEM, Actor
from service.access.unit import House, Session, Unit
from service.engine.ahead_days import Walked, walk
from service.engine.progress import Progress, progress
from service.engine.rule_scan import since
from service.engine.rulebook import Basis, Version, basis, in_force
from service.engine.scan import Report, ends_all, reason_of
from service.engine.scratch import expected_ahead
from service.errors import Conflict, NotFound
from service.logs import trace_of
from service.tables import forecast_rules, forecasts, scans
from service.tables.upsert import upsert

log = structlog.get_logger(__name__)
DAYS = 30
"""How many days are looked ahead; the further, the more records will have changed by then."""
CHUNK = 10_000
"""Rows written in one transaction: on SQLite about a tenth of a second, in which nobody else can write."""
Piece = tuple[date | None, date | None, bool]
"""Days written together: after the first and up to the second, None for no bound; and whether they are the last."""


@dataclass(frozen=True)
class Base:
    """The scan that is looked ahead from, and its day."""

    scan_id: int
    as_of: date


@dataclass(frozen=True)
class _Ground:
    """What all rules of a forecast stand on: `days` has, in order, the versions in force on each, by rule."""

    base: Base
    basis: Basis
    progress: Mapping[str, Progress]
    days: Mapping[date, Mapping[str, Version]]

    @property
    def rules(self) -> list[str]:
        """Every rule that is in force on some day."""
        return sorted({rule for versions in self.days.values() for rule in versions})

    def known(self, rule: str) -> Progress | None:
        """How far the rule has come, where that is as far as the scan; else the next scan judges everyone."""
        known = self.progress.get(rule)
        return known if known is not None and known.as_of == self.base.as_of else None


async def bring_up(
    house: House,
    *,
    only_rule: str | None = None,
    anew: bool = False,
    report: Report | None = None,
    actor: Actor = SYSTEM,
) -> list[str]:
    """Look ahead from the newest scan for every rule without a forecast from a scan of that day; returns which.

    `anew` for all of them. Conflict while nothing was ever scanned, NotFound for a rule that is not in force.
    """
    async with house.read(actor) as unit:
        ground = await _ground(unit)
        wanted = _wanted(ground, only_rule, set() if anew else await _fresh(unit, ground.base))
    async with house.session(actor) as session:
        for number, rule in enumerate(wanted):
            if report:
                report(rule, number, len(wanted))
            await _look_ahead(session, ground, rule)
    if report:
        report("", len(wanted), len(wanted))
    async with house.write(actor) as unit:
        await _forget_others(unit, ground.rules)
    return wanted


async def newest_scan(unit: Unit) -> Base | None:
    """The newest scan of all rules that was brought to its end.

    One of a day to come counts only where there is no other: a demonstration made on a day off scans the next working day.
    """
    s = scans.c
    ended = and_(s.state.in_(("done", "incomplete")), s.only_rule.is_(None))
    ahead = s.as_of > unit.today
    newest = (
        select(s.scan_id, s.as_of).where(ended).order_by(ahead, s.as_of.desc(), s.scan_id.desc()).limit(1)
    )
    row = (await unit.connection.execute(newest)).first()
    return None if row is None else Base(row.scan_id, row.as_of)


async def _ground(unit: Unit) -> _Ground:
    base = await newest_scan(unit)
    if base is None:
        raise Conflict("还没有扫描过，无从推算，请先运行 zhitui scan。")
    days = {}
    for number in range(1, DAYS + 1):
        day = base.as_of + timedelta(days=number)
        days[day] = {version.rule: version for version in await in_force(unit, day)}
    return _Ground(base, await basis(unit), await progress(unit), days)


def _wanted(ground: _Ground, only_rule: str | None, fresh: set[str]) -> list[str]:
    if only_rule is not None and only_rule not in ground.rules:
        raise NotFound("没有这条生效的规则，请先查看规则列表中的编号。")
    rules = ground.rules if only_rule is None else [only_rule]
    return [rule for rule in rules if rule not in fresh]


async def _fresh(unit: Unit, base: Base) -> set[str]:
    f = forecast_rules.c
    made = select(f.rule).join(scans, scans.c.scan_id == f.scan_id)
    rows = await unit.connection.execute(made.where(scans.c.as_of == base.as_of, f.made_at.is_not(None)))
    return set(rows.scalars())


async def _look_ahead(session: Session, ground: _Ground, rule: str) -> None:
    started = time.perf_counter()
    try:
        async with session.read() as unit:
            days = {day: versions.get(rule) for day, versions in ground.days.items()}
            walked = await walk(unit, ground.basis, rule, days, ground.known(rule))
            pieces = list(_pieces(await _rows(unit)))
    except Exception as error:  # whatever is wrong with one rule must not stop the others
        if ends_all(error):
            raise
        log.error("forecast_of_rule_failed", rule=rule, **trace_of(error))
        walked, pieces = Walked(error=reason_of(error)), []
    await _write(session, ground.base, rule, walked, pieces, started)


async def _rows(unit: Unit) -> Sequence[tuple[date, int]]:
    day = expected_ahead.c.day
    rows = await unit.connection.execute(select(day, func.count()).group_by(day).order_by(day))
    return [(row[0], row[1]) for row in rows]


def _pieces(rows: Sequence[tuple[date, int]]) -> Iterator[Piece]:
    """Whole days, as many together as `CHUNK` rows have room for."""
    after, last, size = None, None, 0
    for day, count in rows:
        if size and size + count > CHUNK:
            yield after, last, False
            after, size = last, 0
        last, size = day, size + count
    yield after, None, True


async def _write(
    session: Session, base: Base, rule: str, walked: Walked, pieces: Sequence[Piece], started: float
) -> None:
    """Put the new rows in the place of the old ones; only the last transaction says when they were made."""
    for number, (after, upto, last) in enumerate(pieces or [(None, None, True)]):
        if number:
            await session.house.database.give_way()
        async with session.write() as unit:
            made_at = unit.now if last else None
            head = {**vars(walked), "rule": rule, "scan_id": base.scan_id, "made_at": made_at}
            # First, so that of two who write the same rule's rows one waits for the other.
            await _put_head(unit, head | {"milliseconds": since(started)})
            f = forecasts.c
            await unit.connection.execute(
                delete(forecasts).where(f.rule == rule, _within(f.day, after, upto))
            )
            if pieces:
                e = expected_ahead.c
                rows = select(literal(rule), e.day, e.division_code, e.expected)
                columns = ["rule", "day", "division_code", "expected"]
                chosen = rows.where(_within(e.day, after, upto))
                await unit.connection.execute(insert(forecasts).from_select(columns, chosen))


async def _put_head(unit: Unit, head: Mapping[str, Any]) -> None:
    changed = [name for name in head if name != "rule"]
    await unit.connection.execute(upsert(unit.dialect, forecast_rules, ["rule"], changed), [dict(head)])


def _within(day: ColumnElement[date], after: date | None, upto: date | None) -> ColumnElement[bool]:
    bounds = [] if after is None else [day > after]
    return and_(day.is_not(None), *bounds, *([] if upto is None else [day <= upto]))


async def _forget_others(unit: Unit, rules: Sequence[str]) -> None:
    """What is kept of rules that are in force on none of the days."""
    for table in (forecasts, forecast_rules):
        await unit.connection.execute(delete(table).where(table.c.rule.not_in(list(rules))))
