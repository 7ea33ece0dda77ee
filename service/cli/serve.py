"""Serving: the API, the morning clock and the sender, in one process."""

from __future__ import annotations

import asyncio
import errno
import signal

import click
import structlog

from service import clockwork, jobs
from service.access.unit import House
from service.app import build_app, listening
from service.cli.shell import opened, refuse, run
from service.logs import trace_of
from service.settings import Settings

log = structlog.get_logger(__name__)


@click.command("serve")
@click.pass_obj
@run
async def serve_command(settings: Settings) -> None:
    """启动服务，直到收到停止信号。"""
    async with opened(settings) as house:
        try:
            await serve(settings, house)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
                raise
            refuse(
                f"不能在 {settings.host}:{settings.port} 上提供服务（已被占用或不允许），请改 ZHITUI_PORT 或 ZHITUI_HOST。",
                "port",
            )


async def serve(settings: Settings, house: House) -> None:
    """Serve until SIGINT or SIGTERM; a morning that was missed is caught up first thing.

    If the sender ends by itself the service stops with an error: it must not look well while nobody is told anything.
    """
    stop = _stop_signal()
    app = build_app(settings, house)
    async with (
        jobs.open_sender(house, settings) as sender,
        listening(app, settings.host, settings.port) as url,
    ):
        turn = asyncio.Lock()
        clock = clockwork.start_clock(house, settings, turn)
        sending = asyncio.create_task(sender.run(stop))
        sending.add_done_callback(lambda _ended: stop.set())
        catching_up = asyncio.create_task(_catch_up(house, settings, turn))
        click.echo(f"智推已启动：{url}（接口文档 {url}/docs，按 Ctrl-C 停止）")
        try:
            await stop.wait()
        finally:
            clock.shutdown(wait=False)
            catching_up.cancel()
            await asyncio.gather(catching_up, return_exceptions=True)
            await sending
    click.echo("已停止。")


async def _catch_up(house: House, settings: Settings, turn: asyncio.Lock) -> None:
    try:
        async with turn:
            await clockwork.catch_up(house, settings)
    except (
        Exception
    ) as error:  # the service can work without it; the round is noted as failed and the clock tries again
        log.error("catching_up_failed", **trace_of(error))


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
