"""The brake of a channel: on while its settings are wrong, so that no message is spent on them."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from connectors.channels.contract import Channel
from connectors.channels.message import ChannelError, Misconfigured
from service.clock import Clock

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Pause:
    """The channel cannot send anything until an operator acts; it is probed again at `until`."""

    until: datetime
    reason: str


class Brake:
    """Whether one channel may send. `pause` puts it on; a probe that succeeds after the pause takes it off."""

    def __init__(self, name: str, channel: Channel, clock: Clock, pause: timedelta) -> None:
        self.pause: Pause | None = None
        self._name = name
        self._channel = channel
        self._clock = clock
        self._length = pause

    def put_on(self, error: Misconfigured) -> None:
        """Hold the channel back for the length of a pause; the first time loudly."""
        until = self._clock.now() + self._length
        if self.pause is None:
            log.error(
                "channel_paused",
                channel=self._name,
                field=error.field,
                reason=error.reason,
                until=until.isoformat(),
            )
        self.pause = Pause(until, error.reason)

    async def off(self) -> bool:
        """Whether the channel may send now; probes it when its pause is over."""
        if self.pause is not None and self._clock.now() >= self.pause.until:
            await self._probe()
        return self.pause is None

    async def _probe(self) -> None:
        try:
            await self._channel.probe()
        except Misconfigured as error:
            self.put_on(error)
        except ChannelError as error:
            self.put_on(Misconfigured("probe", error.reason, code=error.code))
        except Exception as error:  # any bug of a channel: this one stays paused and the others go on
            log_bug(self._name, error)
            self.put_on(Misconfigured("probe", "渠道程序出错"))
        else:
            log.info("channel_resumed", channel=self._name)
            self.pause = None


def log_bug(channel: str, error: BaseException, **where: int) -> None:
    """Say where a channel broke. Its words are left out: they may hold addresses."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("channel_bug", channel=channel, error=type(error).__name__, frames=frames, **where)
