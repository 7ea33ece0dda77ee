"""The robots of groups: keys, signatures with known answers, and limits that are answered with an error."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from channel_rigs import StandingClock, a_message, stub_rig

from connectors.channels import dingtalk_robot, feishu_robot
from connectors.channels.feishu_robot import _refusal as feishu_refusal
from connectors.channels.message import ChannelError, Misconfigured, Rejected, Retryable, Throttled
from connectors.channels.wecom_robot import _refusal as wecom_refusal

ROBOTS = ("dingtalk_robot", "wecom_robot", "feishu_robot")


@pytest.mark.parametrize("name", ROBOTS)
async def test_what_the_limits_allow_arrives_and_one_more_holds_the_account_back(name: str) -> None:
    async with stub_rig(name)() as rig:
        assert rig.stage is not None
        most = min(rate.most for rate in rig.channel.limits.calls)
        for number in range(most):
            await rig.channel.send(a_message(rig.to, id=f"ntf-{number}"))
        with pytest.raises(Throttled) as caught:
            await rig.channel.send(a_message(rig.to))
        assert caught.value.after
        assert len(rig.stage.ledger.arrivals) == most
        rig.wait(seconds=caught.value.after)
        await rig.channel.send(a_message(rig.to))


@pytest.mark.parametrize("name", ROBOTS)
async def test_a_message_fits_into_the_room_of_its_robot(name: str) -> None:
    items = tuple(f"第 {number} 组到期提醒：{number} 户" for number in range(700))
    async with stub_rig(name)() as rig:
        await rig.channel.send(a_message(rig.to, items=items))
        assert "项，请打开链接查看" in rig.arrivals[0].whole


@pytest.mark.parametrize(
    ("name", "change", "field"),
    [
        ("dingtalk_robot", {"access_token": "other"}, "access_token"),
        ("dingtalk_robot", {"secret": "SECother"}, "secret"),
        ("wecom_robot", {"key": "other"}, "key"),
        ("feishu_robot", {"token": "other"}, "token"),
        ("feishu_robot", {"secret": "other"}, "secret"),
    ],
)
async def test_a_wrong_key_is_named_before_anything_is_posted(
    name: str, change: dict[str, Any], field: str
) -> None:
    async with stub_rig(name, **change)() as rig:
        with pytest.raises(Misconfigured) as caught:
            await rig.channel.probe()
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("code", "kind"),
    [(93000, Misconfigured), (45009, Throttled), (45033, Throttled), (-1, Retryable), (40058, Rejected)],
)
def test_every_code_of_wecom_means_what_the_page_says(code: int, kind: type[ChannelError]) -> None:
    assert type(wecom_refusal(code)) is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (19001, Misconfigured), (19021, Misconfigured), (19022, Misconfigured), (19024, Misconfigured),
        (11232, Throttled), (9499, Rejected),
    ],
)  # fmt: skip
def test_every_code_of_feishu_means_what_the_page_says(code: int, kind: type[ChannelError]) -> None:
    assert type(feishu_refusal(code)) is kind


def test_signatures_are_those_the_providers_compute() -> None:
    assert dingtalk_robot.sign("SECtest", "1700000000000") == "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g="
    assert feishu_robot.sign("SECtest", "1700000000") == "G7XpBpG8NgG02fJOAhX6FRAObIljmFoxVReo8I62pEk="


@pytest.mark.parametrize("name", ["dingtalk_robot", "feishu_robot"])
async def test_a_clock_that_is_an_hour_off_is_found_out(name: str) -> None:
    async with stub_rig(name)() as rig:
        assert rig.stage is not None
        channel = rig.channel
        rig.stage.clock = StandingClock(rig.stage.clock.now() + timedelta(minutes=61))
        with pytest.raises(Misconfigured) as caught:
            await channel.send(a_message(rig.to))
        assert caught.value.field == "secret"
        assert not rig.stage.ledger.arrivals
