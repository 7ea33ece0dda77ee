"""Serving: the API and the sender, and in one process of a database the clocks and the scans."""

from __future__ import annotations

import asyncio
import errno
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import click

from service import clockwork, sending
from service.access.unit import House
from service.app import build_app, listening
from service.cli.shell import opened, refuse, run
from service.settings import Settings


@click.command("serve")
@click.pass_obj
@run
async def serve_command(settings: Settings) -> None:
    """启动服务，直到收到停止信号。"""
    async with opened(settings) as house:
        with saying_when_taken(f"{settings.host}:{settings.port}", "请改 ZHITUI_PORT 或 ZHITUI_HOST"):
            await serve(settings, house)


@contextmanager
def saying_when_taken(place: str, remedy: str) -> Iterator[None]:
    """Refuse, with what to do about it, where `place` cannot be listened on."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
            raise
        refuse(f"不能在 {place} 上提供服务（已被占用或不允许），{remedy}。", "port")


async def serve(settings: Settings, house: House) -> None:
    """Serve until SIGINT or SIGTERM; whoever leads first catches up with a morning that was missed.

    If the sender ends by itself the service stops with an error: it must not look well while nobody is told anything.
    """
    stop = stop_signal()
    app = build_app(settings, house)
    async with sending.open_sender(house, settings):
        pass  # a wrong setting is told before anything is served
    async with listening(app, settings.host, settings.port) as url:
        sends = asyncio.create_task(sending.keep_sending(house, settings, stop))
        sends.add_done_callback(lambda _ended: stop.set())
        leading = asyncio.create_task(clockwork.lead(house, settings))
        click.echo(f"智推已启动：{url}（接口文档 {url}/docs，按 Ctrl-C 停止）")
        try:
            await stop.wait()
        finally:
            leading.cancel()
            await asyncio.gather(leading, return_exceptions=True)
            await sends
    click.echo("已停止。")


def stop_signal() -> asyncio.Event:
    """Set at SIGINT and SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
