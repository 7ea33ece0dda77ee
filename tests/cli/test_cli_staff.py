"""Posts, absences and tasks without anybody, on the command line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import made
from access.people import DONGPO, GRID, add_account, settle
from click.testing import Result
from planned import gather_all

from service.access.keys import open_vault
from service.access.permissions import Role
from service.access.unit import House
from service.clock import SystemClock
from service.settings import Settings
from service.tables.database import Database

Run = Callable[..., Result]


async def _one_task(home: Path) -> date:
    """A worker without a post, and a task in the grid; returns today."""
    settings = Settings(home=home)
    house = House(Database(settings.database_url), SystemClock(settings.zone), open_vault(settings))
    await settle(house)
    async with house.write() as unit:
        await made.finding(unit, await made.rule_version(unit), 1)
        await gather_all(unit)
        today = unit.today
    await add_account(house, Role.WORKER, login="li", division=DONGPO)
    await house.database.close()
    return today


def test_a_task_follows_who_holds_the_grid_and_who_is_away(run: Run, tmp_path: Path) -> None:
    assert run("staff", "posts").output == "没有登记岗位。\n"
    assert run("staff", "absences").output == "没有登记离岗。\n"
    today = asyncio.run(_one_task(tmp_path))
    assert "有人在岗，下次排班分派" in run("staff", "unassigned").output
    assert run("staff", "post", "li", GRID).output == "已登记岗位 1。\n"
    assert run("staff", "unassigned").output == "每项任务都有人负责。\n"
    assert run("staff", "posts").output == f"1：{GRID} 责任人 李伟，{today} 起\n"
    later = today + timedelta(days=20)  # over any holidays
    assert run("staff", "away", "li", "--to", str(later)).output == "已登记离岗 1。\n"
    assert run("staff", "absences", "--on", str(later)).output == f"1：李伟 {today} 至 {later}\n"
    (task,) = json.loads(run("staff", "unassigned", "--json").output)
    assert task["reason"] == "away"
    assert run("staff", "back", "1").exit_code == 0
    assert run("staff", "end-post", "1").exit_code == 0
    assert json.loads(run("staff", "posts", "--json").output) == []


def test_who_does_not_exist_has_no_post_and_is_not_away(run: Run) -> None:
    assert run("staff", "post", "nobody", GRID).exit_code == 1
    assert run("staff", "away", "nobody", "--to", "2026-11-30").exit_code == 1
    assert run("staff", "end-post", "7").exit_code == 1
    assert run("staff", "back", "7").exit_code == 1
