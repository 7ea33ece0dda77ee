"""Who gets to see pages, by which door, and what no form from elsewhere can do."""

from __future__ import annotations

import asyncio
import re

import pytest
import segno
from access.people import PASSWORD
from mornings import TODAY
from pages.conftest import ON_SQLITE, Doors, busiest
from sqlalchemy import func, select
from yarl import URL

from service.access import accounts, sessions, sign_in_codes
from service.access.permissions import Permission
from service.app import PAGES
from service.clock import SetClock
from service.pages.pictures import qr_code
from service.pages.rendering import POLICY
from service.pages.routing import Route
from service.tables import audit, tasks
from service.tables import sessions as sessions_table

ROUTES = [route for routes in PAGES for route in routes.listed]
GUARDED = [route for route in ROUTES if route.permission is not Permission.PUBLIC]


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


def filled(route: Route) -> str:
    return re.sub(r"\{\w+\}", "987654321", route.path)


async def test_every_page_leads_whoever_is_signed_out_to_the_sign_in_page(doors: Doors) -> None:
    stranger = doors()
    for route in GUARDED:
        call = stranger.get(filled(route)) if route.method == "GET" else stranger.post(filled(route), {})
        answer = await call
        assert (answer.status, answer.headers["Location"].partition("?")[0]) == (303, "/sign-in"), named(
            route
        )
    assert len(GUARDED) >= 12


@ON_SQLITE
async def test_a_program_is_told_so_and_not_led_anywhere(doors: Doors) -> None:
    answer = await doors().get("/session", Accept="application/json")
    assert answer.status == 401
    assert answer.headers["Content-Type"].startswith("application/problem+json")


@ON_SQLITE
async def test_whoever_signs_in_comes_back_to_the_page_that_was_asked_for_and_to_no_other_host(
    doors: Doors,
) -> None:
    login = (await busiest(doors.house))[1]
    browser = doors()
    asked = await browser.get("/visits/3")
    page = await browser.get(asked.headers["Location"])
    assert page.hidden("next") == "/visits/3"
    for wanted, led in (
        ("/visits/3", "/visits/3"),
        ("//evil.example", "/today"),
        ("https://evil.example/", "/today"),
    ):
        answer = await browser.post("/sign-in", {"login": login, "password": PASSWORD, "next": wanted})
        assert answer.headers["Location"] == led


async def test_a_wrong_password_is_told_on_the_page_and_opens_nothing(doors: Doors) -> None:
    browser = doors()
    answer = await browser.post("/sign-in", {"login": "jiedao", "password": "wrong"})
    assert answer.status == 422
    assert "登录名或密码不正确" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert (await browser.get("/today")).status == 303


@ON_SQLITE
async def test_the_cookie_is_kept_from_scripts_and_other_sites(doors: Doors) -> None:
    login = (await busiest(doors.house))[1]
    answer = await doors().post("/sign-in", {"login": login, "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    token = cookie.partition("=")[2].partition(";")[0]
    async with doors.house.read() as unit:
        kept = (await unit.connection.execute(select(sessions_table.c.digest))).scalars().all()
    assert token not in kept


async def test_signing_out_ends_the_session_on_the_server(doors: Doors) -> None:
    worker = await doors.worker()
    cookie = next(iter(worker.session.cookie_jar))
    again = doors()
    again.session.cookie_jar.update_cookies({cookie.key: cookie.value}, URL(doors.url))
    assert (await again.get("/today")).status == 200
    await worker.post("/sign-out", {"csrf": await worker.csrf()})
    assert (await again.get("/today")).status == 303


async def test_a_session_ends_when_unused_when_old_and_with_its_account(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.access.uses.TOGETHER", 0)
    clock = doors.house.clock
    assert isinstance(clock, SetClock)
    account_id, login = await busiest(doors.house)
    idle = await doors().sign_in(login)
    clock.advance(hours=15, minutes=59)
    assert (await idle.get("/codes")).status == 200
    await _noted(doors)  # and this use counts
    clock.advance(hours=15, minutes=59)
    assert (await idle.get("/codes")).status == 200
    await _noted(doors)
    clock.advance(hours=16, minutes=1)
    assert (await idle.get("/codes")).status == 303
    busy = await doors().sign_in(login)
    for _ in range(sessions.LONGEST.days * 2):
        assert (await busy.get("/codes")).status == 200
        await _noted(doors)
        clock.advance(hours=12)
    assert (await busy.get("/codes")).status == 303
    last = await doors().sign_in(login)
    async with doors.house.write() as unit:
        await accounts.disable(unit, account_id)
    assert (await last.get("/codes")).status == 303


async def _noted(doors: Doors) -> None:
    """Until it is known that somebody has just used a session; it is written after the answer."""
    latest = select(func.max(sessions_table.c.used_at))
    while True:
        async with doors.house.read() as unit:
            used = await unit.connection.scalar(latest)
        if used is not None and used > doors.house.clock.now() - sessions.NOTED_EVERY:
            return
        await asyncio.sleep(0.01)


@ON_SQLITE
async def test_a_form_from_elsewhere_or_without_its_token_is_refused(doors: Doors) -> None:
    worker = await doors.worker()
    csrf = await worker.csrf()
    other = await doors.worker()
    form = {"csrf": csrf, "size": "large"}
    refused = [
        await worker.post("/type-size", form, Sec_Fetch_Site="cross-site"),
        await worker.post("/type-size", form, Sec_Fetch_Site="same-site"),
        await worker("POST", "/type-size", data=form, headers={"Origin": "https://evil.example"}),
        await worker("POST", "/type-size", data=form, headers={"Origin": "null"}),
        await worker("POST", "/type-size", data=form),
        await worker.post("/type-size", {"size": "large"}),
        await worker.post("/type-size", {**form, "csrf": csrf[:-4] + "AAA="}),
        await worker.post("/type-size", {**form, "csrf": "é"}),
        await other.post("/type-size", form),
    ]
    assert {answer.status for answer in refused} == {403}
    assert 'class="large"' not in (await worker.get("/today")).text
    ours = await worker("POST", "/type-size", data=form, headers={"Origin": worker.url})
    assert ours.status == 303
    assert 'class="large"' in (await worker.get("/today")).text


@ON_SQLITE
async def test_every_form_of_the_pages_checks_where_it_comes_from(doors: Doors) -> None:
    worker = await doors.worker()
    csrf = await worker.csrf()
    for route in (route for route in ROUTES if route.method == "POST"):
        answer = await worker.post(filled(route), {"csrf": csrf}, Sec_Fetch_Site="cross-site")
        assert answer.status == 403, named(route)


@ON_SQLITE
async def test_every_page_forbids_what_it_does_not_need(doors: Doors) -> None:
    worker = await doors.worker()
    task = await _task(doors)
    for path in (
        "/sign-in",
        "/today",
        "/done",
        "/codes",
        f"/visits/{task}",
        f"/visits/{task}/why",
        "/offline",
        "/visits/9",
    ):
        answer = await worker.get(path)
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["Cache-Control"] == "no-store"
        assert not re.search(r"<script>|<style|\sstyle=|\son\w+=|https?://", answer.text), path
    assert "unsafe" not in POLICY


@ON_SQLITE
async def test_no_address_on_any_page_says_anything_about_anybody(doors: Doors) -> None:
    worker = await doors.worker()
    task = await _task(doors)
    links: set[str] = set()
    for path in ("/today", "/done", f"/visits/{task}", f"/visits/{task}/why"):
        links |= set(re.findall(r'(?:href|src|action)="([^"]*)"', (await worker.get(path)).text))
    assert len(links) > 8
    assert all(re.fullmatch(r"[a-z0-9/.#-]+", link) for link in links), links


async def test_another_ones_visit_cannot_be_told_from_one_that_does_not_exist(doors: Doors) -> None:
    account_id, login = await busiest(doors.house)
    async with doors.house.read() as unit:
        theirs = await unit.connection.scalar(
            select(tasks.c.task_id).where(tasks.c.account_id != account_id).limit(1)
        )
    worker = await doors().sign_in(login)
    csrf = await worker.csrf()
    for number in (theirs, 99999999, "x", "9" * 30, "١"):
        answers = [
            await worker.get(f"/visits/{number}"),
            await worker.get(f"/visits/{number}/why"),
            await worker.post(f"/visits/{number}/phone", {"csrf": csrf}),
            await worker.post(f"/visits/{number}/outcomes", {"csrf": csrf, "key": "k", "outcome-1": "done"}),
        ]
        assert {answer.status for answer in answers} == {404}
        assert len({re.sub(r"[0-9a-f-]{36}", "", answer.text) for answer in answers}) == 1


@ON_SQLITE
async def test_a_role_without_visits_is_told_so(doors: Doors) -> None:
    auditor = await doors().sign_in("shenji")
    answer = await auditor.get("/today")
    assert answer.status == 403
    assert "没有这项权限" in answer.text


async def test_a_scanned_code_signs_in_once_for_two_minutes_and_is_audited(doors: Doors) -> None:
    clock = doors.house.clock
    assert isinstance(clock, SetClock)
    account_id, login = await busiest(doors.house)
    worker = await doors().sign_in(login)
    shown = await worker.post("/codes", {"csrf": await worker.csrf(), "account": str(account_id)})
    assert "<svg" in shown.text
    phone = doors()
    async with doors.house.write(await _actor(doors, account_id)) as unit:
        code = await sign_in_codes.issue(unit, account_id)
        late = await sign_in_codes.issue(unit, account_id)
    path = f"/enter/{code.text}"
    assert "账号登录" in (await phone.get(path)).text
    assert (await phone.get(path)).status == 200  # looking uses nothing up
    assert (await phone.get("/today")).status == 303
    assert (await phone.post(path, {}, Sec_Fetch_Site="cross-site")).status == 403
    assert (await phone.post(path, {})).headers["Location"] == "/today"
    assert (await phone.get("/today")).status == 200
    assert (await doors().post(path, {})).status == 404
    clock.advance(minutes=2)
    assert (await doors().get(f"/enter/{late.text}")).status == 404
    assert (await doors().post(f"/enter/{late.text}", {})).status == 404
    async with doors.house.read() as unit:
        told = (await unit.connection.execute(select(audit).order_by(audit.c.audit_id))).all()
    actions = [(row.action, row.object_id) for row in told]
    assert actions.count(("sign_in_code.issue", str(account_id))) == 3
    assert told[-1].action == "sign_in"
    assert told[-1].detail == {"by": "code", "issued_by": account_id}
    assert code.text not in str(told)


async def test_codes_are_issued_for_workers_of_the_own_area_only(doors: Doors) -> None:
    async def offered(login: str) -> list[str]:
        page = await (await doors().sign_in(login)).get("/codes")
        return re.findall(r"<option[^>]*>[^<]*（([\w-]+)）", page.text)

    assert await offered("wangge-057-01") == ["wangge-057-01"]
    community = await offered("shequ-057")
    assert community
    assert all(login.startswith("wangge-057") for login in community)
    assert set(await offered("jiedao")) > set(community)
    for other in ("shenji", "xitong", "guize", "qiye"):
        assert await offered(other) == []
    supervisor = await doors().sign_in("shequ-057")
    async with doors.house.read() as unit:
        foreign = await accounts.by_login(unit, "wangge-058-01")
        own = await accounts.by_login(unit, "shequ-057")
    assert foreign is not None
    assert own is not None
    for account in (foreign, own):
        form = {"csrf": await supervisor.csrf(), "account": str(account.account_id)}
        assert (await supervisor.post("/codes", form)).status == 404


async def _task(doors: Doors) -> int:
    account_id, _ = await busiest(doors.house)
    async with doors.house.read() as unit:
        found = await unit.connection.scalar(
            select(tasks.c.task_id).where(tasks.c.account_id == account_id, tasks.c.planned_on == TODAY)
        )
    assert found is not None
    return int(found)


async def _actor(doors: Doors, account_id: int):  # type: ignore[no-untyped-def]
    async with doors.house.read() as unit:
        account = await accounts.by_id(unit, account_id)
    assert account is not None
    return account.actor


@ON_SQLITE
@pytest.mark.parametrize("path", ["/nope", "/visits", "/static/x/nope.js"])
async def test_an_address_that_leads_nowhere_says_so_in_chinese(doors: Doors, path: str) -> None:
    answer = await doors().get(path)
    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "没有" in answer.text


def test_the_picture_of_a_code_says_what_was_put_into_it() -> None:
    """Dark modules of the path are those of the library, row by row, inside the quiet zone."""
    text = "https://zhitui.example.cn/enter/" + "x" * 43
    picture, matrix = qr_code(text), segno.make(text, error="m", micro=False).matrix
    drawn = {
        (int(x) + step, int(y))
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", picture.path)
        for step in range(int(length))
    }
    wanted = {(x + 4, y + 4) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}
    assert drawn == wanted
    assert picture.size == len(matrix) + 8
