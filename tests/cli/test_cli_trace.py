"""A message traced on the command line, as an auditor reads it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result
from push.push_rigs import an_account, queue

from service.access.keys import open_vault
from service.access.unit import House
from service.api.examples import ANSWERS
from service.api.trace import TrailView
from service.cli.trace import trail_lines
from service.clock import SHANGHAI, SystemClock
from service.settings import Settings
from service.tables.database import Database

Run = Callable[..., Result]


async def _a_message(home: Path) -> None:
    settings = Settings(home=home)
    house = House(Database(settings.database_url), SystemClock(settings.zone), open_vault(settings))
    await queue(house, await an_account(house, webhook="https://example.org/hook"))
    await house.database.close()


def test_a_trail_reads_from_the_message_down_to_the_changeset() -> None:
    lines = list(trail_lines(TrailView.model_validate(ANSWERS["trace_message"]), SHANGHAI))
    starts = [line.strip()[:4].strip() for line in lines]
    assert starts == ["消息 4", "投递 5", "第 1", "任务 1", "发现 3", "依据：关", "居民 2", "变更批次"]
    assert "给 wangge-057-01，2026-11-23 08:30" in lines[0]
    assert lines[4].strip().startswith("发现 31：特殊困难老人探访（elder-visits 第 1 版）")
    assert lines[6].strip() == "居民 29：出生日期（导入 2026-11-23（居民），变更批次 3）"


def test_a_message_without_noted_tasks_says_so_and_json_has_the_ways(run: Run, tmp_path: Path) -> None:
    asyncio.run(_a_message(tmp_path))
    said = run("trace", "1")
    assert said.exit_code == 0, said.output
    assert "没有记下这条消息说的是哪些任务" in said.output
    assert "投递 1 webhook 待发送" in said.output
    (way,) = json.loads(run("trace", "1", "--json").output)["deliveries"]
    assert (way["channel"], way["status"], way["attempts"]) == ("webhook", "ready", [])
    assert "example.org" not in run("trace", "1", "--json").output


def test_an_unknown_delivery_is_refused(run: Run) -> None:
    refused = run("trace", "7")
    assert refused.exit_code == 1
    assert "not_found" in refused.output
