"""`zhitui stub-channels` as somebody uses it who rehearses: started as a program, its settings copied, its doors knocked at."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from click.testing import CliRunner

from connectors.channels import registry
from connectors.channels.message import Message, Uncertain
from connectors.stub.accounts import ACCOUNTS
from connectors.stub.app import PROVIDERS
from connectors.stub.faults import KINDS
from service.cli import zhitui
from service.cli.stub_channels import words
from service.clock import SystemClock

PATIENCE = 60.0  # seconds; a start takes about one
VARIABLES = {"count": "3", "code": "a1b2c3"}
ELSEWHERE = {"console", "webhook", "email", "apprise"}
"""Channels whose other side is the operator's own."""


@asynccontextmanager
async def stand_ins(*options: str) -> AsyncIterator[Process]:
    """The program, ended as Ctrl-C ends it."""
    command = (sys.executable, "-m", "service", "stub-channels", "--port", "0", *options)
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, env=dict(os.environ))
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        _, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, errors) == (0, b"")


async def read_until(process: Process, last: str) -> str:
    """Standard output up to a line that begins so."""
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or not lines[-1].startswith(last):
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
        assert line, "the program ended"
        lines.append(line.decode())
    return "".join(lines)


async def test_messages_go_to_every_stand_in_and_the_doors_show_them_and_make_mishaps() -> None:
    async with stand_ins("--json") as process, ClientSession() as session:
        told = json.loads(await read_until(process, "}"))
        doors, channels = told["doors"], told["channels"]
        for name, account in channels.items():
            await send(name, account["config"], account["to"], "今天 3 户")
        log = await (await session.get(doors["log"])).json()
        fault = {"provider": "dingtalk", "action": "asyncsend_v2", "kind": "reset"}
        made = [
            await session.post(doors["faults"], json=fault),
            await session.post(doors["readers"], json={"read_after": 300}),
        ]
        with pytest.raises(Uncertain):
            await send("dingtalk", channels["dingtalk"]["config"], "wang.min", "今天 4 户")
        refused = [
            await session.post(doors["faults"], data=body)
            for body in ("no JSON", "[]", '{"provider": "pigeon"}', '{"provider": "dingtalk", "kind": "x"}')
        ]
        said = [(answer.status, await answer.text()) for answer in refused]
    assert {one["provider"] for one in log["arrivals"]} == {one["provider"] for one in channels.values()}
    assert len(log["arrivals"]) == len(channels) == len(ACCOUNTS)
    assert [answer.status for answer in made] == [204, 204]
    assert [status for status, _ in said] == [400] * 4
    assert "dingtalk" in said[2][1]
    assert "timeout" in said[3][1]


def test_what_is_printed_can_be_copied_line_by_line() -> None:
    printed = words("http://127.0.0.1:1")
    settings = [json.loads(line) for line in printed.splitlines() if line.startswith("  {")]
    assert settings == [account.settings("http://127.0.0.1:1") for account in ACCOUNTS.values()]
    fault, readers = (json.loads(body) for body in re.findall(r"curl -d '(.+)' http", printed))
    assert fault["kind"] in KINDS
    assert readers == {"read_after": 300}


def test_the_page_on_rehearsing_explains_every_mishap() -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to.md").read_text(encoding="utf-8")
    told = page.split("| kind | what happens |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE) == list(KINDS)


def test_a_port_that_is_taken_is_said_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = ["stub-channels", "--port", str(taken.getsockname()[1])]
        result = CliRunner().invoke(zhitui, command, env={"ZHITUI_HOME": str(tmp_path)})
    assert result.exit_code == 1
    assert "--port" in result.stderr


def test_every_channel_of_a_provider_has_an_account_at_a_stand_in() -> None:
    assert set(ACCOUNTS) == set(registry.CHANNELS) - ELSEWHERE
    assert {account.provider for account in ACCOUNTS.values()} == {make.name for make in PROVIDERS}  # type: ignore[attr-defined]


async def send(name: str, settings: dict[str, Any], to: str, text: str) -> None:
    message = Message(
        "ntf-1", to, "智推", text, "https://zhitui.example/l/1", None, "tasks.digest", variables=VARIABLES
    )
    async with registry.open_session(name, settings) as session:
        await registry.build(name, settings, session=session, clock=SystemClock()).send(message)
