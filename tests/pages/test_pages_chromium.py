"""A worker's phone, in a real Chromium: three taps, no signal, and a server that was restarted in between."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from access.people import PASSWORD
from made_databases import KEY
from mornings import TODAY, settings_in
from pages.conftest import ON_SQLITE, Doors, busiest
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from service.access.keys import Vault
from service.access.unit import House
from service.app import build_app, listening
from service.clock import SetClock
from service.tables import learned_facts, outcomes
from service.tables.database import Database

pytestmark = ON_SQLITE
PHONE = {"width": 390, "height": 844}
AT_ONCE = "Math.random = () => 0"
"""Pages are kept a little apart from one another at half past eight; a test need not wait for its turn."""


@asynccontextmanager
async def phone(chromium: Browser, language: str = "zh-CN") -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(viewport=PHONE, has_touch=True, locale=language)
    await context.add_init_script(AT_ONCE)
    context.set_default_timeout(15_000)
    yield context
    await context.close()


async def sign_in(page: Page, url: str, login: str) -> None:
    await page.goto(f"{url}/today")
    await page.locator("#login").fill(login)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("button.main").tap()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("11月23日|23 Nov"))


async def choose(page: Page, words: str) -> None:
    """Tap an outcome of the first finding."""
    await page.locator("label.choice", has_text=re.compile(f"^{words}$")).first.tap()


async def written(house: House) -> list[str]:
    async with house.read() as unit:
        return list((await unit.connection.execute(select(outcomes.c.outcome))).scalars())


async def eventually(look: Callable[[], Awaitable[object]]) -> None:
    """Wait until `look` sees something."""
    async with asyncio.timeout(20):
        while not await look():
            await asyncio.sleep(0.05)


async def test_a_visit_is_finished_in_three_taps(doors: Doors, chromium: Browser) -> None:
    async with phone(chromium) as context:
        page = await context.new_page()
        await sign_in(page, doors.url, (await busiest(doors.house))[1])
        row = page.locator("li[data-task]").filter(has_not_text="健康证").first
        number = await row.get_attribute("data-task")
        await row.tap()  # one
        await choose(page, "已办结")  # two
        await page.get_by_role("button", name="提交结果").tap()  # three
        await expect(page.locator(".said")).to_contain_text("已登记")
        await expect(page.locator(f'li[data-task="{number}"]')).to_have_count(0)
    assert "done" in await written(doors.house)


async def test_the_same_works_without_javascript(doors: Doors, chromium: Browser) -> None:
    context = await chromium.new_context(
        viewport=PHONE, has_touch=True, java_script_enabled=False, locale="zh-CN"
    )
    page = await context.new_page()
    await sign_in(page, doors.url, (await busiest(doors.house))[1])
    await page.locator("li[data-task]").first.tap()
    await choose(page, "已办结")
    await page.get_by_role("button", name="提交结果").tap()
    await expect(page.locator(".said")).to_contain_text("已登记")
    await context.close()
    assert await written(doors.house) == ["done"]


async def test_without_signal_the_list_opens_and_an_outcome_waits_until_a_restarted_server_has_it_once(
    street_url: str, chromium: Browser, tmp_path: Path
) -> None:
    clock = SetClock.at(TODAY, 8, 30)
    async with AsyncExitStack() as stack, phone(chromium) as context:
        house = House(Database(street_url), clock, Vault(KEY))
        first = await stack.enter_async_context(AsyncExitStack())
        url = await first.enter_async_context(
            listening(build_app(settings_in(tmp_path), house), "127.0.0.1", 0)
        )
        port = int(url.rpartition(":")[2])
        page = await context.new_page()
        await sign_in(page, url, (await busiest(house))[1])
        await page.locator('body[data-kept="yes"]').wait_for()

        await context.set_offline(True)
        await page.goto(f"{url}/codes")  # never opened, so not kept
        await expect(page.get_by_role("heading", level=1)).to_have_text("现在没有网络")
        await page.get_by_text("打开已保存的清单").tap()
        await page.locator("li[data-task]").first.wait_for()
        await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("11月23日")
        row = page.locator("li[data-task]", has_text="探访老人").first
        number = await row.get_attribute("data-task")
        await row.tap()
        await expect(page.get_by_role("button", name="显示完整号码")).to_be_disabled()
        await choose(page, "稍后再办")
        await page.get_by_label("为什么今天办不了").first.select_option("nobody_home")
        await page.get_by_text("更正信息").first.tap()
        alone = page.locator('fieldset fieldset:has([name$="resident.lives_alone"])').first
        before = await alone.locator("legend").text_content() or ""
        await choose(page, "否" if "：是" in before else "是")
        await page.locator('[name$="resident.phone"]').first.fill("19900005678")
        await page.get_by_role("button", name="提交结果").tap()
        await expect(page.locator(f'li[data-task="{number}"] .waiting')).to_have_text("等待提交")
        await expect(page.locator("#outbox")).to_contain_text("1 户的结果存在手机里")
        await page.reload()
        await expect(page.locator(f'li[data-task="{number}"] .waiting')).to_have_text("等待提交")
        assert await written(house) == []

        await first.aclose()
        await house.database.close()
        house = House(Database(street_url), clock, Vault(KEY))
        stack.push_async_callback(house.database.close)
        await stack.enter_async_context(listening(build_app(settings_in(tmp_path), house), "127.0.0.1", port))
        await context.set_offline(False)
        await eventually(lambda: written(house))
        await expect(page.locator("#outbox")).to_be_hidden()
        await page.reload()
        await expect(page.locator("#outbox")).to_be_hidden()
        assert await written(house) == ["later"]
        async with house.read() as unit:
            assert (await unit.connection.execute(select(outcomes.c.reason))).scalars().all() == [
                "nobody_home"
            ]
            changed = (await unit.connection.execute(select(learned_facts.c.field))).scalars().all()
        assert sorted(changed) == ["lives_alone", "phone"], "each fact once"


async def test_what_one_worker_kept_is_neither_shown_to_the_next_nor_sent_for_them(
    doors: Doors, chromium: Browser
) -> None:
    login = (await busiest(doors.house))[1]
    other = "wangge-058-01" if "058" not in login else "wangge-050-01"
    async with phone(chromium, "en") as context:
        page = await context.new_page()
        await sign_in(page, doors.url, login)
        await page.locator('body[data-kept="yes"]').wait_for()
        # Nothing arrives: what the phone does not know to have arrived stays in the outbox.
        await context.route("**/outcomes", lambda route: route.abort())
        await page.locator("li[data-task]").first.tap()
        await choose(page, "Done")
        await page.get_by_role("button", name="Send results").tap()
        await expect(page.locator("#outbox")).to_contain_text("Visits whose results wait on this phone: 1.")
        await context.set_offline(True)
        await page.goto(f"{doors.url}/codes")
        await expect(page.get_by_role("heading", level=1)).to_have_text("There is no network now")
        await page.get_by_role("link", name="Open the kept list").tap()
        await context.set_offline(False)
        await page.get_by_role("button", name="Sign out").tap()
        await page.get_by_label("Login").wait_for()
        await eventually(lambda: page.evaluate("caches.has('pages').then((kept) => !kept)"))
        await sign_in(page, doors.url, other)
        await expect(page.locator("#outbox")).to_contain_text("results of a colleague")
        await context.unroute("**/outcomes")
        await page.reload()
        await expect(page.locator("#outbox")).to_contain_text("results of a colleague")
        assert await written(doors.house) == []
        await page.get_by_role("button", name="Sign out").tap()
        await page.get_by_label("Login").wait_for()
        await sign_in(page, doors.url, login)
        await eventually(lambda: written(doors.house))
    assert await written(doors.house) == ["done"]


async def test_an_outcome_that_is_refused_is_said_and_not_kept(doors: Doors, chromium: Browser) -> None:
    async with phone(chromium) as context:
        page = await context.new_page()
        await sign_in(page, doors.url, (await busiest(doors.house))[1])
        await page.locator("li[data-task]").first.tap()
        await page.get_by_role("button", name="提交结果").tap()
        await expect(page.get_by_role("alert")).to_contain_text("还没有选结果")
        await choose(page, "已办结")
        await page.get_by_role("button", name="提交结果").tap()
        await expect(page.locator(".said")).to_contain_text("已登记")
        await expect(page.locator("#outbox")).to_be_hidden()


async def test_a_phone_that_keeps_nothing_sends_as_if_there_were_no_script(
    doors: Doors, chromium: Browser
) -> None:
    async with phone(chromium) as context:
        await context.add_init_script("indexedDB.open = () => { throw new Error('no room') }")
        page = await context.new_page()
        await sign_in(page, doors.url, (await busiest(doors.house))[1])
        await page.locator("li[data-task]", has_text="健康证").first.tap()
        await page.get_by_role("button", name="件全部已办结").tap()
        await expect(page.locator(".said")).to_contain_text("已登记")
    kept = await written(doors.house)
    assert len(kept) > 1
    assert set(kept) == {"done"}


async def test_the_list_narrows_while_one_types(doors: Doors, chromium: Browser) -> None:
    async with phone(chromium) as context:
        page = await context.new_page()
        await sign_in(page, doors.url, (await busiest(doors.house))[1])
        rows = page.locator("li[data-task]")
        name = await rows.last.locator(".who").evaluate("(who) => who.firstChild.textContent")
        await page.get_by_label("找一户").fill(name)
        await expect(page.locator("#found")).to_contain_text("找到")
        await expect(rows.last).to_be_visible()
        assert await rows.locator("visible=true").count() < await rows.count()


async def test_the_first_page_is_small_and_asks_for_little(doors: Doors, chromium: Browser) -> None:
    """At most 60 KB as they travel, and six requests, for a browser that has nothing yet."""
    context = await chromium.new_context(viewport=PHONE, service_workers="block", locale="zh-CN")
    page = await context.new_page()
    await sign_in_keyboard(page, doors.url, (await busiest(doors.house))[1])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    tools = await context.new_cdp_session(page)
    await tools.send("Network.enable")
    await tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[int] = []
    tools.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    await page.reload(wait_until="networkidle")
    await context.close()
    assert 3 <= len(asked) <= 6, asked
    assert 2_000 < sum(sizes) <= 60_000
    assert all(url.startswith(doors.url) for url in asked)


async def sign_in_keyboard(page: Page, url: str, login: str) -> None:
    """Without touching anything: the keyboard alone."""
    await page.goto(f"{url}/sign-in")
    await page.keyboard.press("Tab")
    for _ in range(10):
        if await page.evaluate("document.activeElement.id") == "login":
            break
        await page.keyboard.press("Tab")
    await page.keyboard.type(login)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("11月23日")


async def test_the_pages_can_be_installed(doors: Doors, chromium: Browser) -> None:
    context = await chromium.new_context(viewport=PHONE)
    page = await context.new_page()
    await page.goto(f"{doors.url}/sign-in")
    tools = await context.new_cdp_session(page)
    told = await tools.send("Page.getAppManifest")
    assert told["errors"] == []
    assert '"start_url": "/today"' in told["data"]
    icons = re.findall(r'"src": "([^"]+)"', told["data"])
    for icon in icons:
        answer = await page.request.get(doors.url + icon)
        assert answer.ok
        assert (await answer.body()).startswith(b"\x89PNG")
    assert len(icons) == 2
    hindrances = (await tools.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    assert [one["errorId"] for one in hindrances if one["errorId"] != "in-incognito"] == []
    await context.close()
