"""The ways through all pages: a worker's, and that of those who supervise. Found by what they are, in whatever language."""

from __future__ import annotations

from collections.abc import AsyncIterator

from access.people import PASSWORD
from pages.areas import CHIEF, STREET_CHIEF, busy
from pages.conftest import Doors, busiest
from pages.test_pages_forms import asked_of, colleague_at
from playwright.async_api import Page

from service.access import accounts, sign_in_codes


async def worker_pages(page: Page, doors: Doors) -> AsyncIterator[str]:
    """Every page a worker sees, and those for everybody, one after another."""
    url, (account_id, login) = doors.url, await busiest(doors.house)
    await page.goto(f"{url}/sign-in")
    yield "sign-in"
    await enter(page, doors, login)
    await page.locator("li[data-task]").first.wait_for()
    yield "today"
    await page.locator("#q").fill("湖滨")
    await page.locator(".search button").click()
    await page.locator("#found a").wait_for()
    yield "today-searched"
    await page.goto(f"{url}/today")
    shops = page.locator("li[data-task]", has_text="健康证")
    await shops.first.click()
    await page.locator(".send .main").wait_for()
    yield "visit"
    await page.locator("label.choice", has=page.locator('[value="later"]')).first.click()
    for folded in await page.locator("details.more:visible > summary").all():
        await folded.click()
    yield "visit-chosen"
    address = page.url
    await page.locator("form.phone button").click()
    await page.locator('a[href^="tel:"]').wait_for()
    yield "phone"
    await page.locator('a[href$="/why"]').click()
    await page.locator(".clauses").first.wait_for()
    yield "why"
    await colleague_at(doors, int(address.rpartition("/")[2]))
    await page.goto(f"{address}/handover")
    await page.locator("#account").wait_for()
    yield "handover"
    await page.goto(f"{url}/visits/{await asked_alone(doors, login)}")
    for folded in await page.locator("details.more:visible > summary").all():
        await folded.click()
    await page.locator('input[type="radio"][value="是"]').first.wait_for(state="attached")
    yield "facts"
    await page.goto(address)
    await page.locator("label.choice", has=page.locator('[value="needs_department"]')).first.click()
    await page.locator(".send .main").click()
    await page.locator(".said .undo").wait_for()
    await page.locator("details summary").click()
    yield "today-done"
    await page.goto(address)
    yield "visit-held"
    await page.goto(f"{url}/done")
    yield "done"
    await page.goto(f"{url}/codes")
    yield "codes"
    await page.locator("button.main").click()
    await page.locator("svg").wait_for()
    yield "code"
    await page.goto(f"{url}/enter/{await code_for(doors, account_id)}")
    yield "enter"
    await page.goto(f"{url}/visits/987654321")
    yield "refusal"
    await page.goto(f"{url}/offline")
    yield "offline"


async def asked_alone(doors: Doors, login: str) -> int:
    """A visit of today, where somebody may be asked whether they live alone."""
    worker = await doors().sign_in(login)
    return (await asked_of(doors, worker))[0].task_id


async def code_for(doors: Doors, account_id: int) -> str:
    """A sign-in code that the account shows for itself."""
    async with doors.house.read() as unit:
        account = await accounts.by_id(unit, account_id)
    assert account is not None
    async with doors.house.write(account.actor) as unit:
        return (await sign_in_codes.issue(unit, account_id)).text


async def supervisor_pages(page: Page, doors: Doors) -> AsyncIterator[str]:
    """Every page of whoever supervises a community, then those of the street, then the department's."""
    url = doors.url
    await busy(doors)
    await enter(page, doors, CHIEF)
    await page.locator(".tiles").wait_for()
    yield "overview"
    await page.locator('a.tile[href="/overview/tasks"]').click()
    await page.locator("li.ticked").first.wait_for()
    await page.locator("label.tick").first.click()
    await page.locator("details.more > summary").click()
    yield "area-tasks"
    await page.locator(".both button.main").click()
    await page.locator(".fault").wait_for()
    yield "area-tasks-fault"
    await page.locator("#account").select_option(label="新同事")
    await page.locator(".both button.main").click()
    await page.locator(".said").wait_for()
    yield "area-tasks-handed"
    await page.locator("a.visit").first.click()
    await page.locator(".ways").wait_for()
    yield "visit-supervised"
    await page.goto(f"{url}/unassigned")
    yield "unassigned"
    await page.goto(f"{url}/objections")
    yield "objections"
    await page.goto(f"{url}/staff")
    for summary in await page.locator("summary").all():
        await summary.click()
    yield "staff"
    await page.goto(f"{url}/forecast")
    yield "forecast"
    await page.locator('a[href^="/forecast?rule="]').first.click()
    await page.locator("main a.back").wait_for()
    yield "forecast-rule"
    await enter(page, doors, STREET_CHIEF)
    await page.locator(".tiles").wait_for()
    yield "overview-street"
    await page.goto(f"{url}/staff")
    yield "staff-street"
    await enter(page, doors, "bumen")
    await page.get_by_text("要查档案").wait_for()
    yield "returns"


async def enter(page: Page, doors: Doors, login: str) -> None:
    """Sign in by the page, as nobody's successor."""
    await page.context.clear_cookies()
    await page.goto(f"{doors.url}/sign-in")
    await page.locator("#login").fill(login)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("button.main").click()
