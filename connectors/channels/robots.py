"""What the robots of groups have in common: one post to one group, answered with a code and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from yarl import URL

from connectors.channels.calls import Caller
from connectors.channels.message import ChannelError, Misconfigured, Receipt, Retryable


@dataclass(frozen=True, slots=True)
class Robot:
    """Posts for one channel. `code` names the result in an answer, `refusal` says what a result other than 0 means."""

    caller: Caller
    code: str
    refusal: Callable[[int], ChannelError]

    async def post(self, url: URL, body: Mapping[str, Any]) -> Receipt:
        """`accepted`: the group has it, whether anybody sees it is not told."""
        begun = time.perf_counter()
        code = (await self.caller.send("POST", url, json=body)).code(self.code)
        if code:
            raise self.refusal(code)
        return Receipt("accepted", None, "0", (time.perf_counter() - begun) * 1000)

    async def knock(self, url: URL, body: Mapping[str, Any]) -> None:
        """A post without a message is refused after key and signature were checked, and shown to nobody."""
        refusal = self.refusal((await self.caller.ask("POST", url, json=body)).code(self.code))
        if isinstance(refusal, Misconfigured | Retryable):
            raise refusal
