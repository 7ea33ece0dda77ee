"""The forecast on the command line: made where there is none, printed as a supervisor reads it, and as JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import made
from click.testing import Result

from service.access.keys import open_vault
from service.access.unit import House
from service.calendar import WorkingDays
from service.cli.forecast import Told, forecast_lines
from service.clock import SystemClock
from service.engine.forecasts import Group, Made, Untold
from service.settings import Settings
from service.tables.database import Database

Run = Callable[..., Result]


async def _eighty_in(home: Path, days: int) -> None:
    """One rule, and one person who turns eighty in so many days."""
    settings = Settings(home=home)
    house = House(Database(settings.database_url), SystemClock(settings.zone), open_vault(settings))
    async with house.write() as unit:
        await made.rule_version(unit)
        born = unit.today + timedelta(days=days)
        await made.resident(unit, birth_date=born.replace(year=born.year - 80))
    await house.database.close()


def test_a_forecast_is_made_where_there_is_none_and_told_in_numbers(run: Run, tmp_path: Path) -> None:
    refused = run("forecast")
    assert (refused.exit_code, "zhitui scan" in refused.output) == (1, True)
    asyncio.run(_eighty_in(tmp_path, 12))
    assert run("scan").exit_code == 0
    printed = run("forecast")
    assert printed.exit_code == 0, printed.output
    assert "新增 1 件" in printed.stdout
    assert "测试规则（test-rule）" in printed.stdout
    assert made.GRID in printed.stdout
    told = json.loads(run("forecast", "--days", "11", "--json").stdout)
    assert (told["total"], told["days"]) == (0, [])
    told = json.loads(run("forecast", "--division", made.COMMUNITY, "--anew", "--json").stdout)
    assert [(day["expected"]) for day in told["days"]] == [1]
    assert json.loads(run("forecast", "--division", made.OTHER_COMMUNITY, "--json").stdout)["total"] == 0
    assert run("forecast", "--division", "湖滨").exit_code == 1
    assert run("forecast", "--days", "31").exit_code == 2
    assert run("forecast", "--rule", "no-such-rule").exit_code == 1


def test_what_is_printed_says_of_which_day_it_is_and_marks_days_off() -> None:
    origin = Made(
        7, date(2026, 11, 26), datetime(2026, 11, 26, tzinfo=UTC), [Untold("food", "健康证", "缺值。")]
    )
    days = [Group("2026-11-27", None, 3), Group("2026-11-28", None, 2)]
    told = Told(origin, date(2026, 12, 26), 5, days, [Group("old-age", "高龄津贴", 5)], [Group("", None, 5)])
    lines = list(forecast_lines(told, WorkingDays()))
    assert "2026-11-26 的扫描 7" in lines[0]
    assert [line.strip() for line in lines[2:4]] == ["3  11月27日 周五", "2  11月28日 周六 休"]
    assert "下一个工作日" in lines[4]
    assert any("没有登记网格和社区" in line for line in lines)
    assert "健康证（food）没有推算出来：缺值。" in lines[-1]
