"""What every page looks like at the width of a phone and of a desk: readable, reachable, and photographed on demand.

`make screenshots` sets SCREENSHOTS to a folder; then every page is kept there as a picture.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from pages.conftest import ON_SQLITE, PASSWORD, Doors, busiest
from pages.test_pages_forms import asked_of, colleague_at
from playwright.async_api import Browser, Page

from service.access import accounts, sign_in_codes

PHONE = 390
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
    """Every page there is, one after another, by the way a worker takes; found by what they are, in whatever language."""
    url, (account_id, login) = doors.url, await busiest(doors.house)
    await page.goto(f"{url}/sign-in")
    yield "sign-in"
    await page.locator("#login").fill(login)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("button.main").click()
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


@ON_SQLITE
@pytest.mark.parametrize(("width", "language"), [(390, "zh-CN"), (1280, "zh-CN"), (390, "en")])
async def test_every_page_can_be_read_and_reached(
    doors: Doors, chromium: Browser, width: int, language: str
) -> None:
    """No page is wider than the screen, in large type neither, and in either language; everything one taps is large enough,
    has a name, and on a phone comes in the order it is read. There axe-core finds nothing besides, contrast included."""
    context = await chromium.new_context(viewport={"width": width, "height": 844}, locale=language)
    context.set_default_timeout(15_000)
    page = await context.new_page()
    faults: dict[str, Any] = {}
    seen = []
    async for name in open_pages(page, doors):
        seen.append(name)
        found = await _faults(page)
        if width == PHONE and language == "zh-CN":
            found["axe"] = await _axe(page)
        await _photograph(page, f"{name}-{language}-{width}")
        await page.evaluate("document.documentElement.classList.add('large')")
        found |= {f"large, {kind}": fault for kind, fault in (await _faults(page)).items()}
        if width == PHONE:
            await _photograph(page, f"{name}-{language}-{width}-large")
        await page.evaluate("document.documentElement.classList.remove('large')")
        faults |= {f"{name}: {kind}": fault for kind, fault in found.items() if fault}
    await context.close()
    assert faults == {}
    assert len(seen) == 17


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
    page = await chromium.new_page(locale="zh-CN")
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
        if name.startswith("facts"):
            await page.locator(".send").evaluate("(bar) => { bar.style.position = 'static' }")
            await page.locator("fieldset > details[open]").first.screenshot(
                path=f"{folder}/{name}-folded-out.png"
            )
