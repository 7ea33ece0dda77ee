"""How streams are sent, whatever they tell: refusals before they begin, an end after, and no more memory than one frame."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from api import probes
from api.conftest import Site
from api.event_streams import until

from service.access.permissions import Role
from service.api import streaming
from service.api.timeouts import LIMIT, lift_limit, limit_seconds
from service.errors import TimedOut

PATH = "/api/v1/probe/stream"
ENDED = ["the stream has ended"]


async def test_what_is_refused_before_the_first_frame_is_answered_as_ever(probed: Site) -> None:
    answer = await probed("GET", PATH + "?fail_after=0", await probed.token_of(Role.WORKER))
    assert (answer.status, answer.json["code"]) == (409, "conflict")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert probes.told == ENDED


async def test_what_fails_later_ends_the_stream_with_whole_frames(
    probed: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await probed("GET", PATH + "?fail_after=2", await probed.token_of(Role.WORKER))
    assert answer.status == 200
    frames = answer.body.split(b"\n\n")
    assert [frame.split(b"\n")[:2] for frame in frames[:-1]] == [
        [b"id: 0", b"event: visit"], [b"id: 1", b"event: visit"],
    ]  # fmt: skip
    assert json.loads(frames[1].split(b"data: ")[1])["total"] == 1
    assert frames[-1] == b""
    assert probes.told == ENDED
    assert "stream failed" in capsys.readouterr().out


async def test_the_time_of_a_request_ends_where_its_stream_begins() -> None:
    async def begin(request: web.Request) -> web.StreamResponse:
        if request.path == PATH:
            lift_limit(request)
            assert request[LIMIT].when() is None
            return web.Response()
        return await asyncio.Event().wait()  # type: ignore[return-value]

    limited = limit_seconds(0.01)
    assert (await limited(make_mocked_request("GET", PATH), begin)).status == 200
    with pytest.raises(TimedOut):
        await limited(make_mocked_request("GET", "/api/v1/tasks"), begin)


async def test_a_client_that_goes_ends_its_stream(probed: Site) -> None:
    headers = {"Authorization": f"Bearer {await probed.token_of(Role.WORKER)}"}
    async with probed.session.get(probed.url + PATH, headers=headers) as response:
        await response.content.readline()
        response.close()
    await until(lambda: probes.told == ENDED)


async def test_a_client_that_takes_nothing_more_is_let_go(
    probed: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "READ_WITHIN", 0.05)
    headers = {"Authorization": f"Bearer {await probed.token_of(Role.WORKER)}"}
    async with probed.session.get(probed.url + PATH, headers=headers) as response:
        transport = response.connection and response.connection.transport
        assert transport is not None
        transport.pause_reading()  # type: ignore[attr-defined]
        await until(lambda: probes.told == ENDED)
        transport.resume_reading()  # type: ignore[attr-defined]
        with pytest.raises(aiohttp.ClientError):  # cut off, so that nobody takes it for whole
            while await response.content.readany():
                pass
