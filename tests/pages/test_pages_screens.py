"""What every page looks like at the width of a phone and of a desk: readable, reachable, and photographed on demand.

`make screenshots` sets SCREENSHOTS to a folder; then every page is kept there as a picture.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from morning.conftest import TODAY
from pages.areas import CHIEF, HERE, STREET_CHIEF, colleague, held
from pages.conftest import ON_SQLITE, PASSWORD, Doors, busiest
from playwright.async_api import Browser, Page
from sqlalchemy import select, update

from service.access import accounts, passwords, sign_in_codes, staff
from service.access.permissions import Role
from service.tables import accounts as accounts_table
from service.tables import findings, tasks

WIDTHS = (390, 1280)
LEAST_TAP = 44  # CSS pixels, WCAG 2.2 §2.5.5

SMALL = """(least) => [...document.querySelectorAll('a, button, input, select, textarea, summary')].filter((one) => {
  const box = (one.closest('label') || one).getBoundingClientRect();
  if (one.type === 'hidden' || !box.width || !one.checkVisibility() || one.classList.contains('skip')) return false;
  const inText = one.matches('p a:not(.button, .back)');
  return !inText && (box.width < least || box.height < least);
}).map((one) => one.outerHTML.slice(0, 120))"""
UNNAMED = """() => [...document.querySelectorAll('a, button, input, select, textarea, summary')].filter((one) =>
  one.type !== 'hidden' && !(one.labels && one.labels.length) && !one.textContent.trim() && !one.getAttribute('aria-label'),
).map((one) => one.outerHTML.slice(0, 120))"""
WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
ORDER = """() => [...document.querySelectorAll('main a, main button, main input:not([type=hidden]), main select')]
  .filter((one) => one.checkVisibility() && !one.closest('.send'))
  .map((one) => Math.round((one.closest('label') || one).getBoundingClientRect().top + scrollY))"""


async def open_pages(page: Page, doors: Doors) -> AsyncIterator[str]:
    """Every page there is, one after another, by the way a worker takes."""
    url, (account_id, login) = doors.url, await busiest(doors.house)
    await page.goto(f"{url}/sign-in")
    yield "sign-in"
    await page.get_by_label("登录名").fill(login)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await page.locator("li[data-task]").first.wait_for()
    yield "today"
    await page.get_by_label("找一户").fill("湖滨")
    await page.get_by_role("button", name="查找").click()
    await page.get_by_text("看全部").wait_for()
    yield "today-searched"
    await page.goto(f"{url}/today")
    shops = page.locator("li[data-task]", has_text="健康证")
    await shops.first.click()
    await page.get_by_role("button", name="提交结果").wait_for()
    yield "visit"
    await page.locator("label.choice", has_text="稍后再办").first.click()
    await page.get_by_text("写备注").first.click()
    yield "visit-chosen"
    address = page.url
    await page.get_by_role("button", name="显示完整号码").click()
    await page.locator('a[href^="tel:"]').wait_for()
    yield "phone"
    await page.get_by_text("判断依据和法规").click()
    await page.get_by_text("回到这一户").wait_for()
    yield "why"
    await page.goto(address)
    await page.locator("label.choice", has_text=re.compile("^已办结$")).first.click()
    await page.get_by_role("button", name="提交结果").click()
    await page.locator(".said").wait_for()
    await page.locator("details summary").click()
    yield "today-done"
    await page.goto(f"{url}/done")
    yield "done"
    await page.goto(f"{url}/codes")
    yield "codes"
    await page.get_by_role("button", name="生成登录码").click()
    await page.locator("svg").wait_for()
    yield "code"
    await page.goto(f"{url}/enter/{await code_for(doors, account_id)}")
    yield "enter"
    await page.goto(f"{url}/visits/987654321")
    yield "refusal"
    await page.goto(f"{url}/offline")
    yield "offline"


async def open_supervisor_pages(page: Page, doors: Doors) -> AsyncIterator[str]:
    """Every page of whoever supervises a community, then those of the street, then the department's."""
    url = doors.url
    await _happen(doors)
    await _enter(page, doors, CHIEF)
    await page.locator(".tiles").wait_for()
    yield "overview"
    await page.get_by_role("link", name=re.compile("户未办结")).click()
    await page.locator("li.ticked").first.wait_for()
    await page.locator("label.tick").first.click()
    await page.get_by_text("筛选").click()
    yield "area-tasks"
    await page.get_by_role("button", name="移交打勾的").click()
    await page.locator(".fault").wait_for()
    yield "area-tasks-fault"
    await page.get_by_label("交给谁").select_option(label="新同事")
    await page.get_by_role("button", name="移交打勾的").click()
    await page.locator(".said").wait_for()
    yield "area-tasks-handed"
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
    await page.get_by_text("看全部规则").wait_for()
    yield "forecast-rule"
    await _enter(page, doors, STREET_CHIEF)
    await page.locator(".tiles").wait_for()
    yield "overview-street"
    await page.goto(f"{url}/staff")
    yield "staff-street"
    await _enter(page, doors, "bumen")
    await page.get_by_text("要查档案").wait_for()
    yield "returns"


async def _happen(doors: Doors) -> None:
    """A colleague without a grid, somebody away, visits that are late or nobody's, an objection, a return."""
    await colleague(doors)
    await held(doors, "objection")
    _, department = await held(doors, "department")
    async with doors.house.write() as unit:
        await accounts.add(unit, login="bumen", name="部门干部", role=Role.DEPARTMENT, department=department)
        mine = select(accounts_table.c.account_id).where(
            accounts_table.c.division_code == HERE, accounts_table.c.role == "worker"
        )
        worker = await unit.connection.scalar(mine.order_by(accounts_table.c.account_id))
        assert worker is not None
        await staff.note_absence(unit, worker, TODAY, TODAY + timedelta(days=4))
        keys = select(tasks.c.task_id).where(tasks.c.division_code.startswith(HERE)).order_by(tasks.c.task_id)
        first, *_, last = (await unit.connection.execute(keys)).scalars().all()
        late = update(tasks).where(tasks.c.task_id == first).values(due_on=TODAY - timedelta(days=3))
        await unit.connection.execute(late)
        await unit.connection.execute(update(tasks).where(tasks.c.task_id == last).values(account_id=None))
        of_first = findings.c.task_id == first
        await unit.connection.execute(
            update(findings).where(of_first).values(due_on=TODAY - timedelta(days=3))
        )
        digest = await passwords.digest(PASSWORD)
        await unit.connection.execute(
            update(accounts_table).where(accounts_table.c.login == "bumen").values(password_hash=digest)
        )


async def _enter(page: Page, doors: Doors, login: str) -> None:
    await page.context.clear_cookies()
    await page.goto(f"{doors.url}/sign-in")
    await page.get_by_label("登录名").fill(login)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()


async def code_for(doors: Doors, account_id: int) -> str:
    """A sign-in code that the account shows for itself."""
    async with doors.house.read() as unit:
        account = await accounts.by_id(unit, account_id)
    assert account is not None
    async with doors.house.write(account.actor) as unit:
        return (await sign_in_codes.issue(unit, account_id)).text


@ON_SQLITE
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("pages", "many"), [(open_pages, 14), (open_supervisor_pages, 12)], ids=["worker", "supervisor"]
)
async def test_every_page_can_be_read_and_reached(
    doors: Doors, chromium: Browser, width: int, pages: Callable[[Page, Doors], AsyncIterator[str]], many: int
) -> None:
    """No page is wider than the screen, in large type neither; everything one taps is large enough, has a name, and on a
    phone comes in the order it is read. There axe-core finds nothing besides, contrast included."""
    context = await chromium.new_context(viewport={"width": width, "height": 844}, locale="zh-CN")
    context.set_default_timeout(15_000)
    page = await context.new_page()
    faults: dict[str, Any] = {}
    seen = []
    async for name in pages(page, doors):
        seen.append(name)
        found = await _faults(page)
        if width == min(WIDTHS):
            found["axe"] = await _axe(page)
        await _photograph(page, f"{name}-{width}")
        await page.evaluate("document.documentElement.classList.add('large')")
        found |= {f"large, {kind}": fault for kind, fault in (await _faults(page)).items()}
        await page.evaluate("document.documentElement.classList.remove('large')")
        faults |= {f"{name}: {kind}": fault for kind, fault in found.items() if fault}
    await context.close()
    assert faults == {}
    assert len(seen) == many


async def test_the_checks_see_what_they_are_meant_to_see(chromium: Browser) -> None:
    page = await chromium.new_page(viewport={"width": 390, "height": 844})
    await page.set_content(
        "<main><button style='position:absolute;top:90px'></button><a href=x style='color:#ddd'>read me</a>"
        "<p style='width:600px'>x</p></main>"
    )
    found = await _faults(page)
    assert len(found["small"]) == 2
    assert len(found["unnamed"]) == 1
    assert found["too wide by"] > 100
    assert found["order"]
    assert any("contrast" in fault for fault in await _axe(page))
    await page.close()


@ON_SQLITE
async def test_the_list_is_printed_without_what_paper_cannot_do(doors: Doors, chromium: Browser) -> None:
    page = await chromium.new_page()
    await page.goto(f"{doors.url}/sign-in")
    await page.get_by_label("登录名").fill((await busiest(doors.house))[1])
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await page.locator("li[data-task]").first.wait_for()
    await page.emulate_media(media="print")
    assert await page.locator("form:visible, nav:visible, footer:visible, details:visible").count() == 0
    rows, phones = page.locator("li[data-task]"), page.locator(".paper:visible", has_text="电话")
    assert await phones.count() == await rows.count() > 0
    await _photograph(page, "today-print")
    await page.close()


async def _faults(page: Page) -> dict[str, Any]:
    """What is too small, without a name, too wide, or out of order."""
    tops = await page.evaluate(ORDER)
    narrow = (page.viewport_size or {"width": 0})["width"] < 600
    return {
        "small": await page.evaluate(SMALL, LEAST_TAP),
        "unnamed": await page.evaluate(UNNAMED),
        "too wide by": await page.evaluate(WIDE),
        "order": tops if narrow and tops != sorted(tops) else [],
    }


async def _axe(page: Page) -> list[str]:
    """What axe-core finds by its WCAG rules; the page's own policy lets it in through the debugger alone."""
    results = await Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    return [
        f"{fault['id']}: {fault['help']}: {[node['html'][:100] for node in fault['nodes'][:2]]}"
        for fault in results.response["violations"]
    ]


async def _photograph(page: Page, name: str) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240
        await page.screenshot(path=f"{folder}/{name}.png", full_page=True)
        await page.evaluate("scrollTo(0, 0)")
        await page.screenshot(path=f"{folder}/{name}-top.png")
