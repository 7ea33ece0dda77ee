"""Prints one line a message: for the demonstration and for development without the outside world."""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from typing import ClassVar, Literal, TextIO

from aiohttp import ClientSession

from connectors.channels.contract import ChannelConfig, Clock, RetrySafety
from connectors.channels.message import Message, Receipt, Retryable


class ConsoleConfig(ChannelConfig):
    """Where the lines go."""

    stream: Literal["stdout", "stderr"] = "stdout"


class ConsoleChannel:
    """Delivers by printing: whoever watches the stream has the message. The line carries the id."""

    name: ClassVar[str] = "console"
    retry_safety: ClassVar[RetrySafety] = "safe"
    safe_within: ClassVar[timedelta | None] = None

    def __init__(
        self, config: ConsoleConfig, session: ClientSession, clock: Clock, stream: TextIO | None = None
    ) -> None:
        self._config = config
        self.limits = config.limits
        self._clock = clock
        self._given = stream

    async def send(self, message: Message) -> Receipt:
        """Print and flush one line. Raises `Retryable` when the stream is closed or full."""
        begun = time.perf_counter()
        instant = self._clock.now().astimezone().isoformat(timespec="seconds")
        parts = [instant, message.id, message.to, message.subject, message.text, message.link or ""]
        self._write(" | ".join(_one_line(part) for part in parts if part) + "\n")
        return Receipt("delivered", message.id, None, (time.perf_counter() - begun) * 1000)

    async def probe(self) -> None:
        """Raises `Retryable` when nothing can be written."""
        self._write("")

    def _write(self, text: str) -> None:
        try:
            self._stream().write(text)
            self._stream().flush()
        except (OSError, ValueError) as error:
            raise Retryable("输出流已关闭或无法写入") from error

    def _stream(self) -> TextIO:
        """The stream as it is now, so that a redirection made after start is followed."""
        if self._given is not None:
            return self._given
        return sys.stdout if self._config.stream == "stdout" else sys.stderr


def _one_line(text: str) -> str:
    """Fold breaks and drop control characters, which could rewrite a terminal."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())
