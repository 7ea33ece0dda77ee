"""What Apprise reaches: handed over at best, and never more certain than that."""

from __future__ import annotations

import asyncio
import sys

import pytest
from channel_rigs import JsonReceiver, StandingClock, a_message, apprise_rig

from connectors.channels import registry
from connectors.channels.message import Misconfigured, Rejected, Uncertain


async def test_a_refusal_is_uncertain_for_apprise_does_not_say_why() -> None:
    async with apprise_rig() as rig:
        assert rig.refuse is not None
        rig.refuse()
        with pytest.raises(Uncertain):
            await rig.channel.send(a_message(rig.to))


async def test_a_service_that_does_not_answer_holds_up_nobody() -> None:
    class Silent(JsonReceiver):
        async def answer(self, request):  # type: ignore[no-untyped-def]
            answer = await super().answer(request)
            await release.wait()
            return answer

    release, receiver = asyncio.Event(), Silent()
    settings = {"services": ["json"], "timeout": 0.3}
    async with receiver.serving(), registry.open_session("apprise", settings) as session:
        channel = registry.build("apprise", settings, session=session, clock=StandingClock())
        with pytest.raises(Uncertain, match="超时"):
            await channel.send(a_message(receiver.url.replace("http", "json", 1)))
        release.set()
    assert len(receiver.arrivals) == 1


@pytest.mark.parametrize("to", ["ntfy://topic", "json", "json://", "dingtalk://token", "", "unheard://x"])
async def test_an_address_of_another_service_is_refused(to: str) -> None:
    async with apprise_rig() as rig:
        with pytest.raises(Rejected):
            await rig.channel.send(a_message(to))
        assert not rig.arrivals


@pytest.mark.parametrize(("service", "words"), [("dingtalk", "自己的渠道"), ("unheard", "没有服务")])
async def test_a_service_that_apprise_lacks_or_we_know_better_is_named(service: str, words: str) -> None:
    async with apprise_rig(services=["json", service]) as rig:
        with pytest.raises(Misconfigured, match=words) as caught:
            await rig.channel.probe()
        assert caught.value.field == "services"


async def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(Misconfigured, match="附加依赖 apprise"):
        async with apprise_rig():
            pass
