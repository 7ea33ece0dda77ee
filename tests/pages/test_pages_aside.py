"""What phones fetch for later lets the page go first that somebody waits for."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
from mornings import settings_in
from pages.conftest import Browser, busiest

from service.access.unit import House
from service.app import build_app, listening
from service.pages.routing import ASIDE, ASIDE_AT_ONCE


async def test_the_list_is_answered_while_the_visits_wait_for_their_turn(
    street_house: House, tmp_path: Path
) -> None:
    app = build_app(settings_in(tmp_path), street_house)
    jar = aiohttp.CookieJar(unsafe=True)
    async with listening(app, "127.0.0.1", 0) as url, aiohttp.ClientSession(cookie_jar=jar) as session:
        worker = await Browser(session, url, street_house).sign_in((await busiest(street_house))[1])
        for _ in range(ASIDE_AT_ONCE):
            await app[ASIDE].acquire()
        later = asyncio.create_task(worker.get("/today/visits"))
        assert (await worker.get("/today")).status == 200
        assert not later.done()
        app[ASIDE].release()
        assert (await later).status == 200
