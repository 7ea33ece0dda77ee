"""What the scans expect of the next thirty days, by day and by rule, beside how many visits those on duty can make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from service.access.permissions import Permission, Role
from service.access.unit import Unit
from service.engine import forecasts, rulebook
from service.engine.forecasts import Made, Wish
from service.errors import InvalidInput, NotAllowed, NotFound
from service.pages.charts import columns
from service.pages.rendering import page
from service.pages.routing import Routes
from service.pages.typed import RULE
from service.pages.visitor import Visitor
from service.work.overview import rule_titles
from service.work.rota import on_duty_by_day

routes = Routes()

AHEAD = 30
"""Days a forecast covers, from the day after its scan."""
MOST_NAMED = 3
"""Rules that are named beside a day."""


@dataclass(frozen=True)
class Day:
    """One day: what is expected, of which rules the most, and how many visits can be made; None where that is not the
    reader's to know."""

    day: date
    expected: int
    most: list[tuple[str, int]]
    room: int | None


@routes.get("/forecast", permission=Permission.FORECAST)
async def show_forecast(visitor: Visitor) -> web.Response:
    """Of the own area, or of a department its own rules. For who plans duty; a worker has the list of the day."""
    if visitor.actor.role is Role.WORKER:
        raise NotAllowed()
    rule = visitor.raw.query.get("rule") or None
    if rule is not None and not RULE.fullmatch(rule):
        raise InvalidInput("地址里的规则编号不对，请从“预测”重新进入。")
    async with visitor.reading() as unit:
        try:
            made = await forecasts.made(unit, rule)
        except NotFound as none_yet:
            return page(visitor, "forecast.html", made=None, why=none_yet.detail, rule=None)
        titles = await rule_titles(unit)
        days = await _days(unit, made, rule, titles, visitor.site.settings.daily_cap)
        by_rule = await forecasts.most(unit, "rule", Wish())
    return page(
        visitor,
        "forecast.html",
        made=made,
        rule=rule,
        title=titles.get(rule, rule) if rule else None,
        days=days,
        total=sum(day.expected for day in days),
        by_rule=by_rule,
        chart=columns([day.expected for day in days], [day.room for day in days]),
    )


async def _days(unit: Unit, made: Made, rule: str | None, titles: Mapping[str, str], cap: int) -> list[Day]:
    dates = [made.as_of + timedelta(days=count) for count in range(1, AHEAD + 1)]
    expected = await forecasts.by_day_and_rule(unit, Wish(rule))
    room = await _room(unit, dates, cap)
    return [
        Day(day, sum(of.values()), _most(of, titles), visits)
        for day, visits in zip(dates, room, strict=True)
        for of in [expected.get(day, {})]
    ]


async def _room(unit: Unit, dates: Sequence[date], cap: int) -> list[int | None]:
    """How many visits those on duty can make on each day, by the cap; none on days off."""
    if not unit.actor.may(Permission.STAFF):
        return [None] * len(dates)
    calendar = await rulebook.working_days(unit)
    on_duty = await on_duty_by_day(unit, dates)
    return [count * cap if calendar.is_working(day) else 0 for day, count in zip(dates, on_duty, strict=True)]


def _most(of: Mapping[str, int], titles: Mapping[str, str]) -> list[tuple[str, int]]:
    ranked = sorted(of.items(), key=lambda one: (-one[1], one[0]))
    return [(titles.get(rule) or rule, count) for rule, count in ranked[:MOST_NAMED]]
