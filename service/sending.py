"""Sending over the channels of this installation: at once for a command, and for ever beside the service."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import structlog

from connectors.channels.contract import Channel
from connectors.channels.message import Misconfigured
from service.access.unit import House
from service.calendar import WorkingDays
from service.engine import rulebook
from service.push import accounts, overview
from service.push.deliveries import Waiting, waiting
from service.push.overview import ChannelView
from service.push.quiet import QuietHours
from service.push.rounds import OUTAGES, Tally
from service.push.sender import Sender
from service.settings import Settings

log = structlog.get_logger(__name__)
ACCOUNTS_LOOK = 3.0
"""Seconds after which a running sender has noticed that an account of a channel was added, changed or disabled."""


@asynccontextmanager
async def open_sender(house: House, settings: Settings) -> AsyncIterator[Sender]:
    """A sender over the console, the configured channel and every account; Misconfigured when a setting is wrong.

    An account that cannot be opened is told of in the log, and what waits for it is reported as not served.
    """
    async with house.read() as unit:
        calendar = await rulebook.working_days(unit)
        kept = await accounts.enabled(unit)
        known = {one.name for one in await accounts.all_accounts(unit)}
    set_: accounts.Configs = {"console": ("console", {})}
    if settings.channel not in known:
        set_[settings.channel] = (settings.channel, settings.channel_config)
    async with AsyncExitStack() as stack:
        channels: dict[str, Channel] = {}
        for name, (kind, config) in set_.items():
            channels[name] = await stack.enter_async_context(accounts.opened(house, kind, config))
        for name, (kind, config) in kept.items():
            try:
                channels[name] = await stack.enter_async_context(accounts.opened(house, kind, config))
            except Misconfigured as error:
                log.error("channel_unusable", channel=name, field=error.field, reason=error.reason)
        quiet = quiet_hours(settings, calendar)
        yield Sender(house, channels, quiet=quiet, cap=settings.person_cap or None)


async def keep_sending(house: House, settings: Settings, stop: asyncio.Event) -> None:
    """Send until `stop` is set, over the accounts there are: a sender makes room for another when they have changed."""
    while not stop.is_set():
        async with house.read() as unit:
            seen = await accounts.version(unit)
        over = asyncio.Event()
        watching = asyncio.create_task(_watch_accounts(house, seen, stop, over))
        try:
            async with open_sender(house, settings) as sender:
                await sender.run(over)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def _watch_accounts(house: House, seen: object, stop: asyncio.Event, over: asyncio.Event) -> None:
    """Set `over` when `stop` is set or accounts of channels are not as they were seen."""
    now: object = seen
    while now == seen and not stop.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(ACCOUNTS_LOOK):
                await stop.wait()
        with suppress(*OUTAGES):
            async with house.read() as unit:
                now = await accounts.version(unit)
    over.set()


async def send_due(house: House, settings: Settings) -> tuple[Tally, Waiting]:
    """Send everything that is due now; what came of it, and what is still to come."""
    async with open_sender(house, settings) as sender:
        tally = await sender.drain()
    async with house.read() as unit:
        return tally, await waiting(unit)


async def ask_providers(house: House, settings: Settings) -> Counter[str]:
    """Ask every provider that can be asked what became of what it accepted; how many deliveries became what."""
    async with open_sender(house, settings) as sender:
        return await sender.look_after()


async def channels_overview(house: House, settings: Settings) -> list[ChannelView]:
    """How the channels and accounts of this installation stand."""
    async with open_sender(house, settings) as sender, house.read() as unit:
        own = {"console": "console", settings.channel: settings.channel}
        return await overview.overview(unit, own, sender.limits)


def quiet_hours(settings: Settings, calendar: WorkingDays) -> QuietHours:
    """When nothing is sent: in the evening and at night, and on days off."""
    return QuietHours(
        settings.quiet_from, settings.quiet_to, settings.zone, lambda day: not calendar.is_working(day)
    )
