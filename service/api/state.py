"""What one running application holds, under a typed key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiohttp import web

from service.access.actors import Actor
from service.access.throttle import Throttle
from service.access.unit import House
from service.api.feed import Feed
from service.logs import trace_of
from service.settings import Settings

log = structlog.get_logger(__name__)


@dataclass
class Background:
    """Work that outlives its request (202). Failures are logged; on shutdown it is given time, then cancelled."""

    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, name: str, work: Coroutine[Any, Any, object]) -> None:
        """Run `work` beside the requests. Record its progress in the database: the process may end at any moment."""
        task = asyncio.create_task(self._watch(name, work), name=name)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def finish(self, seconds: float) -> None:
        """Wait for what is running, and cancel what is left after `seconds`."""
        if not self.tasks:
            return
        _, left = await asyncio.wait(self.tasks, timeout=seconds)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _watch(self, name: str, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Exception as error:  # nobody awaits this task: the log is the only place left to say it
            log.error("background work failed", work=name, **trace_of(error))


@dataclass(frozen=True)
class AppState:
    """Opened once by the composition root. `run_scan` finishes a scan that was begun, tasks and lists included."""

    settings: Settings
    house: House
    sign_in_throttle: Throttle
    run_scan: Callable[[int], Coroutine[Any, Any, object]]
    feed: Feed
    background: Background = field(default_factory=Background)


STATE = web.AppKey("state", AppState)
REQUEST_ID = web.RequestKey("request_id", str)
ACTOR = web.RequestKey("actor", Actor)
