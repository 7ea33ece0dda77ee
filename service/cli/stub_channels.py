"""The providers' stand-ins on this machine, to rehearse a day without anything reaching anybody."""

from __future__ import annotations

import json
from typing import Any

import click

from connectors.stub.accounts import ACCOUNTS
from connectors.stub.app import build_stub
from connectors.stub.faults import KINDS
from connectors.stub.provider import Stage
from service.app import listening
from service.cli.serve import saying_when_taken, stop_signal
from service.cli.shell import as_json, print_json, run
from service.clock import SystemClock

HOST = "127.0.0.1"  # the secrets are known to everybody, so nobody else may reach them
PORT = 8899


@click.command("stub-channels")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, help=f"端口，默认 {PORT}；0 表示任选一个空闲的。"
)
@as_json
@run
async def stub_channels_command(port: int, json_: bool) -> None:
    """在本机启动各服务商的替身，供演练；消息不会离开本机。"""
    stop = stop_signal()
    with saying_when_taken(f"{HOST}:{port}", "请用 --port 换一个端口"):
        async with listening(build_stub(Stage(SystemClock())), HOST, port) as url:
            if json_:
                print_json(_described(url))
            else:
                click.echo(words(url))
            await stop.wait()


def _described(url: str) -> dict[str, Any]:
    channels = {
        name: {"config": account.settings(url), "to": account.address(url), "provider": account.provider}
        for name, account in ACCOUNTS.items()
    }
    doors = {name: f"{url}/__{name}" for name in ("log", "faults", "readers")}
    return {"url": url, "channels": channels, "doors": doors}


def words(url: str) -> str:
    """What is printed at the start: settings and calls to copy."""
    accounts = [
        f"{name}（地址如 {account.address(url)}）\n  {json.dumps(account.settings(url), ensure_ascii=False)}"
        for name, account in ACCOUNTS.items()
    ]
    fault = '{"provider": "dingtalk", "action": "asyncsend_v2", "kind": "timeout"}'
    return "\n".join(
        [
            f"替身已启动：{url}（只在本机，按 Ctrl-C 停止；收到的都在内存里，停止即清空）",
            "",
            "各渠道的设置，复制即可用：",
            *accounts,
            "",
            f"谁真正收到了什么：  curl {url}/__log",
            f"制造一次故障：      curl -d '{fault}' {url}/__faults",
            f"  kind 可以是 {'、'.join(KINDS)}",
            f"清除未发生的故障：  curl -X DELETE {url}/__faults",
            f"收件人五分钟后读：  curl -d '{{\"read_after\": 300}}' {url}/__readers",
        ]
    )
