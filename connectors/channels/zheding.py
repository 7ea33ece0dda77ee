"""Work notices of 浙政钉, the government DingTalk of Zhejiang: one card to up to 1,000 accounts in one call.

`bizMsgId` tells a repeat; nothing public tells afterwards whether a notice arrived or was read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from aiohttp import ClientSession
from pydantic import Field, SecretStr

from connectors.channels.calls import Caller
from connectors.channels.contract import Clock, RetrySafety
from connectors.channels.dingtalk_cards import CardChannel, CardConfig
from connectors.channels.limits import Limits, Rate
from connectors.channels.message import Message
from connectors.channels.zheding_gateway import DUPLICATE, Gateway, content, duplicated, refusal, succeeded

ACCOUNT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ZhedingConfig(CardConfig):
    """One app of one tenant. The test platform is https://openplatform.dg-work.cn."""

    app_key: str = Field(min_length=1)
    app_secret: SecretStr
    tenant_id: int = Field(ge=1)
    base_url: str = Field("https://openplatform-pro.ding.zj.gov.cn", description="or the test platform")
    timeout: float = Field(15.0, gt=0, le=60)
    allow_private: bool = False
    limits: Limits = Limits(person=(Rate(most=100, seconds=86_400),), same_text=86_400, together=1000)


class ZhedingChannel(CardChannel):
    """Sends to accountIds.

    What travelled together may travel in other company the second time, under another `bizMsgId`: then only the rule that
    equal contents reach a person once a day tells the repeat, as with DingTalk, and for as long.
    """

    name: ClassVar[str] = "zheding"
    retry_safety: ClassVar[RetrySafety] = "safe"
    safe_within: ClassVar[timedelta | None] = timedelta(hours=4)

    def __init__(self, config: ZhedingConfig, session: ClientSession, clock: Clock) -> None:
        super().__init__(config, ACCOUNT_ID)
        self._tenant = config.tenant_id
        caller = Caller(session, config.timeout, "base_url")
        self._gateway = Gateway(caller, config.base_url, config.app_key, config.app_secret, clock)

    async def probe(self) -> None:
        """A new token shows that key and secret are good; whether the interface is subscribed shows with the first notice."""
        await self._gateway.renew()

    async def _post(self, messages: Sequence[Message], card: str) -> tuple[str | None, str]:
        """A duplicate was taken on before: nobody gets it twice, and everybody in the call has it."""
        parameters = {
            "receiverIds": ",".join(message.to for message in messages),
            "tenantId": str(self._tenant),
            "bizMsgId": business_id([message.id for message in messages]),
            "msg": card,
        }
        answer = await self._gateway.send("/message/workNotification", parameters)
        if duplicated(answer):
            return None, DUPLICATE
        if not succeeded(answer):
            raise refusal(answer)
        number = content(answer).get("msgId")
        return None if number is None else str(number), "0"


def business_id(ids: Sequence[str]) -> str:
    """The id of a message alone; of several a digest of all their ids, so that other company is another call."""
    if len(ids) == 1:
        return ids[0]
    return f"g-{hashlib.sha256(' '.join(sorted(ids)).encode()).hexdigest()[:32]}"
