"""The account a stand-in keeps for each channel: settings to copy, and an address to try. One line a channel.

`{url}` stands for the address of all stand-ins. Everybody knows these secrets; they open nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.stub import (
    dingtalk,
    dingtalk_app,
    dingtalk_robot,
    feishu,
    feishu_robot,
    sms_aliyun,
    sms_tencent,
    webpush,
    wecom,
    wecom_robot,
    zheding,
)


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
_WECOM = {"corp_id": wecom.CORP, "agent_id": wecom.AGENT, "secret": wecom.SECRET}
_FEISHU = {"app_id": feishu.APP, "app_secret": feishu.SECRET}
_FEISHU_ROBOT = {"token": feishu_robot.TOKEN, "secret": feishu_robot.SECRET}
_SMS_ALIYUN = {"access_key_id": sms_aliyun.KEY_ID, "access_key_secret": sms_aliyun.SECRET}
_SMS_TENCENT = {
    "secret_id": sms_tencent.SECRET_ID,
    "secret_key": sms_tencent.SECRET_KEY,
    "app_id": sms_tencent.APP,
}
_NUMBER = "13800000001"


def _templates(sign: str, code: str) -> dict[str, Any]:
    variables = [{"name": "count", "longest": 4}, {"name": "code", "longest": 8}]
    return {"templates": {"tasks.digest": {"sign": sign, "code": code, "variables": variables}}}


ACCOUNTS: Mapping[str, Account] = {
    "dingtalk": Account(
        {**_APP, "agent_id": dingtalk.AGENT, "base_url": "{url}/dingtalk"}, "wang.min", "dingtalk"
    ),
    "dingtalk_todo": Account({**_APP, "base_url": "{url}/dingtalk_todo"}, "union1", "dingtalk_todo"),
    "dingtalk_robot": Account(
        {**_ROBOT, "base_url": "{url}/dingtalk_robot"}, dingtalk_robot.GROUP, "dingtalk_robot"
    ),
    "zheding": Account({**_ZHEDING, "base_url": "{url}/zheding"}, "21001", "zheding"),
    "wecom": Account({**_WECOM, "base_url": "{url}/wecom"}, "ZhangSan", "wecom"),
    "wecom_robot": Account(
        {"key": wecom_robot.KEY, "base_url": "{url}/wecom_robot"}, wecom_robot.GROUP, "wecom_robot"
    ),
    "feishu": Account({**_FEISHU, "base_url": "{url}/feishu"}, "ou_zhangsan", "feishu"),
    "feishu_robot": Account(
        {**_FEISHU_ROBOT, "base_url": "{url}/feishu_robot"}, feishu_robot.GROUP, "feishu_robot"
    ),
    "sms_aliyun": Account(
        {**_SMS_ALIYUN, **_templates(sms_aliyun.SIGN, "SMS_100"), "base_url": "{url}/sms_aliyun"},
        _NUMBER,
        "sms_aliyun",
    ),
    "sms_tencent": Account(
        {**_SMS_TENCENT, **_templates(sms_tencent.SIGN, "1001"), "base_url": "{url}/sms_tencent"},
        _NUMBER,
        "sms_tencent",
    ),
    "webpush": Account(
        {"private_key": webpush.PRIVATE_KEY, "contact": "mailto:it@zhitui.example"},
        webpush.subscription(f"{{url}}/webpush/push/{webpush.BROWSER}"),
        "webpush",
    ),
}
