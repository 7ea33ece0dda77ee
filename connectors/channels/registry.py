"""The channels there are, one line each, and how one is made from its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession
from pydantic import ValidationError

from connectors.channels import egress
from connectors.channels.apprise import AppriseChannel, AppriseConfig
from connectors.channels.console import ConsoleChannel, ConsoleConfig
from connectors.channels.contract import Channel, ChannelConfig, Clock, RetrySafety
from connectors.channels.dingtalk import DingtalkChannel, DingtalkConfig
from connectors.channels.dingtalk_robot import DingtalkRobotChannel, DingtalkRobotConfig
from connectors.channels.dingtalk_todo import DingtalkTodoChannel, DingtalkTodoConfig
from connectors.channels.email import EmailChannel, EmailConfig
from connectors.channels.feishu import FeishuChannel, FeishuConfig
from connectors.channels.feishu_robot import FeishuRobotChannel, FeishuRobotConfig
from connectors.channels.message import Misconfigured
from connectors.channels.sms_aliyun import SmsAliyunChannel, SmsAliyunConfig
from connectors.channels.sms_tencent import SmsTencentChannel, SmsTencentConfig
from connectors.channels.webhook import WebhookChannel, WebhookConfig
from connectors.channels.webpush import WebpushChannel, WebpushConfig
from connectors.channels.wecom import WecomChannel, WecomConfig
from connectors.channels.wecom_robot import WecomRobotChannel, WecomRobotConfig
from connectors.channels.zheding import ZhedingChannel, ZhedingConfig


@dataclass(frozen=True, slots=True)
class Entry:
    """One channel: the model of its settings and what makes it from them."""

    config: type[ChannelConfig]
    channel: Callable[[Any, ClientSession, Clock], Channel]
    retry_safety: RetrySafety

    @property
    def safe_within(self) -> timedelta | None:
        """How long a receiver of this channel remembers an id (`Channel.safe_within`)."""
        within: timedelta | None = getattr(self.channel, "safe_within", None)
        return within

    @property
    def asks(self) -> bool:
        """Whether it can be asked afterwards (`Asking`)."""
        return hasattr(self.channel, "asks_within")


CHANNELS: Mapping[str, Entry] = {
    "console": Entry(ConsoleConfig, ConsoleChannel, ConsoleChannel.retry_safety),
    "webhook": Entry(WebhookConfig, WebhookChannel, WebhookChannel.retry_safety),
    "email": Entry(EmailConfig, EmailChannel, EmailChannel.retry_safety),
    "wecom": Entry(WecomConfig, WecomChannel, WecomChannel.retry_safety),
    "wecom_robot": Entry(WecomRobotConfig, WecomRobotChannel, WecomRobotChannel.retry_safety),
    "feishu": Entry(FeishuConfig, FeishuChannel, FeishuChannel.retry_safety),
    "feishu_robot": Entry(FeishuRobotConfig, FeishuRobotChannel, FeishuRobotChannel.retry_safety),
    "sms_aliyun": Entry(SmsAliyunConfig, SmsAliyunChannel, SmsAliyunChannel.retry_safety),
    "sms_tencent": Entry(SmsTencentConfig, SmsTencentChannel, SmsTencentChannel.retry_safety),
    "webpush": Entry(WebpushConfig, WebpushChannel, WebpushChannel.retry_safety),
    "apprise": Entry(AppriseConfig, AppriseChannel, AppriseChannel.retry_safety),
    "dingtalk_robot": Entry(DingtalkRobotConfig, DingtalkRobotChannel, DingtalkRobotChannel.retry_safety),
    "dingtalk": Entry(DingtalkConfig, DingtalkChannel, DingtalkChannel.retry_safety),
    "dingtalk_todo": Entry(DingtalkTodoConfig, DingtalkTodoChannel, DingtalkTodoChannel.retry_safety),
    "zheding": Entry(ZhedingConfig, ZhedingChannel, ZhedingChannel.retry_safety),
}


FAULTS = {"missing": "必填", "extra_forbidden": "没有这个设置"}
"""What is wrong with a key, by pydantic's name for it."""


def build(
    name: str, config: Mapping[str, Any] | ChannelConfig, *, session: ClientSession, clock: Clock
) -> Channel:
    """The channel `name` with these settings; the caller owns `session`. Raises `Misconfigured`."""
    return _entry(name).channel(parse(name, config), session, clock)


def parse(name: str, config: Mapping[str, Any] | ChannelConfig) -> ChannelConfig:
    """Check settings. Raises `Misconfigured` naming the first wrong key, never its value."""
    model = _entry(name).config
    if isinstance(config, model):
        return config
    try:
        return model.model_validate(dict(config))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or name
        raise Misconfigured(field, FAULTS.get(first["type"], f"值不对（{first['msg']}）")) from None


def open_session(name: str, config: Mapping[str, Any] | ChannelConfig) -> ClientSession:
    """A session fit for these settings, closed by the caller: guarded unless they allow private targets."""
    return egress.open_session(allow_private=getattr(parse(name, config), "allow_private", False))


def _entry(name: str) -> Entry:
    try:
        return CHANNELS[name]
    except KeyError:
        raise Misconfigured("channel", f"没有名为 {name!r} 的通道，可用：{'、'.join(CHANNELS)}") from None
