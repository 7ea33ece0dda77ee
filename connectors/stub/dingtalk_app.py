"""One organisation with one app at DingTalk, whichever interface it is called through: tokens, rates and the monthly quota.

The quota belongs to the organisation, so calls of both interfaces count towards one.
"""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

from connectors.channels.limits import Limits
from connectors.stub.provider import Stage
from connectors.stub.tokens import Tokens

APP_KEY = "stub-app"
APP_SECRET = "stub-app-secret"  # noqa: S105 — known to everybody: it opens nothing but this stand-in
MONTH = 10_000  # metered calls of a standard edition
QPS = 20  # of each interface
_ZONE = ZoneInfo("Asia/Shanghai")
_LONGEST_MONTH = 31 * 86_400


class App:
    """What the app may still call. `limits` is what its account has bought, `usual` what all have."""

    def __init__(self, stage: Stage, name: str, usual: Limits) -> None:
        self._stage = stage
        self._name = name
        self.limits = stage.limits.get(name, usual)
        self.tokens = Tokens(stage.clock)

    def over(self, action: str) -> Literal["rate", "quota"] | None:
        """What this call of `action` goes beyond; counts it if nothing."""
        windows = self._stage.windows
        if any(
            not windows.admit((self._name, action, rate.seconds), rate.most, rate.seconds)
            for rate in self.limits.calls
        ):
            return "rate"
        month = self._stage.clock.now().astimezone(_ZONE).strftime("%Y-%m")
        if self.limits.month and not windows.admit(("dingtalk", month), self.limits.month, _LONGEST_MONTH):
            return "quota"
        return None
