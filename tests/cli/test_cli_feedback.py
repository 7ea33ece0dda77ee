"""Quality and burden on the command line, as a department reads them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import made
from answered import answer, visit
from click.testing import Result

from service.access.keys import open_vault
from service.access.unit import House
from service.cli.feedback import table
from service.clock import SystemClock
from service.settings import Settings
from service.tables.database import Database

Run = Callable[..., Result]


async def _visits(home: Path) -> None:
    """Twenty visits by five people, half of which were for nothing because of the birth date."""
    settings = Settings(home=home)
    house = House(Database(settings.database_url), SystemClock(settings.zone), open_vault(settings))
    async with house.write() as unit:
        version = await made.rule_version(unit)
        for number in range(5):
            worker = await made.worker(unit, f"w{number}")
            for outcome, field in (("done", None), ("not_eligible", "birth_date")) * 2:
                task = await visit(unit, worker)
                told = {"worker": worker, "on": unit.today, "wrong_field": field}
                await answer(unit, task, version, outcome, **told)
    await house.database.close()


def test_rules_are_told_in_a_table_and_one_with_its_conditions(run: Run, tmp_path: Path) -> None:
    asyncio.run(_visits(tmp_path))
    lines = run("quality").output.splitlines()
    assert lines[1].split() == ["⚠", "测试规则", "20", "10", "10", "50%", "50%", "0", "0", "—", "0%"]
    one = run("quality", "test-rule").output
    assert "信息有误 birth_date 10 次" in one
    assert "其中读到它的条件：年满 80 周岁（10 次）" in one
    assert "准确率低于 70%" in one
    assert json.loads(run("quality", "test-rule", "--json").output)["measured"]["precision"] == 0.5
    assert "准确率 50%（20 次走访）" in run("rules", "list").output
    assert json.loads(run("rules", "list", "--json").output)[0]["flagged"] is True
    assert run("quality", "no-such-rule").exit_code == 1


def test_a_months_burden_is_told_and_says_what_it_is_not(run: Run, tmp_path: Path) -> None:
    assert "没有登记过走访结果" in run("burden").output
    asyncio.run(_visits(tmp_path))
    told = run("burden").output
    assert told.splitlines()[2].split() == ["民政局", "20", "400", "10", "0"]
    assert "不是任何人的实际用时" in told
    assert json.loads(run("burden", "--by", "community", "--json").output)["items"][0]["visits"] == 20
    assert run("burden", "--month", "2026-13").exit_code == 1


def test_columns_stand_in_line_though_chinese_is_twice_as_wide() -> None:
    lines = list(table(("规则", "走访"), [("高龄津贴", "5"), ("a", "1234")]))
    assert lines == ["  规则      走访", "  高龄津贴     5", "  a         1234"]
