"""The account a stand-in keeps for each channel: settings to copy, and an address to try. One line a channel.

`{url}` stands for the address of all stand-ins. Everybody knows these secrets; they open nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.stub import dingtalk, dingtalk_app, dingtalk_robot, zheding


@dataclass(frozen=True, slots=True)
class Account:
    """Settings of a channel in front of its stand-in, whom one can send to, and the stand-in's name."""

    config: Mapping[str, Any]
    to: str
    provider: str

    def settings(self, url: str) -> dict[str, Any]:
        """The settings with the stand-ins at `url`."""
        filled = {
            key: value.replace("{url}", url) if isinstance(value, str) else value
            for key, value in self.config.items()
        }
        return {**filled, "allow_private": True}

    def address(self, url: str) -> str:
        """Whom one can send to, with the stand-ins at `url`."""
        return self.to.replace("{url}", url)


_APP = {"app_key": dingtalk_app.APP_KEY, "app_secret": dingtalk_app.APP_SECRET}
_ROBOT = {"access_token": dingtalk_robot.TOKEN, "secret": dingtalk_robot.SECRET}
_ZHEDING = {"app_key": zheding.APP_KEY, "app_secret": zheding.APP_SECRET, "tenant_id": zheding.TENANT}

ACCOUNTS: Mapping[str, Account] = {
    "dingtalk": Account(
        {**_APP, "agent_id": dingtalk.AGENT, "base_url": "{url}/dingtalk"}, "wang.min", "dingtalk"
    ),
    "dingtalk_todo": Account({**_APP, "base_url": "{url}/dingtalk_todo"}, "union1", "dingtalk_todo"),
    "dingtalk_robot": Account(
        {**_ROBOT, "base_url": "{url}/dingtalk_robot"}, dingtalk_robot.GROUP, "dingtalk_robot"
    ),
    "zheding": Account({**_ZHEDING, "base_url": "{url}/zheding"}, "21001", "zheding"),
}
