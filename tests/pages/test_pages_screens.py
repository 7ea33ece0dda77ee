"""What every page looks like at the width of a phone and of a desk: readable, reachable, and photographed on demand.

`make screenshots` sets SCREENSHOTS to a folder; then every page is kept there as a picture.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from pages.conftest import ON_SQLITE, Doors, busiest
from pages.walks import enter, supervisor_pages, worker_pages
from playwright.async_api import Browser, Page

from tests.rules.effort import DEEP

PHONE, DESK, TALL = 390, 1280, 844
WALKS = {"worker": (worker_pages, 17), "supervisor": (supervisor_pages, 13)}
FOLDER = os.environ.get("SCREENSHOTS")
WHOLE = DEEP > 1 or FOLDER is not None
"""Whether English is looked at on a desk too, and by axe-core."""
LEAST_TAP = 44  # CSS pixels, WCAG 2.2 §2.5.5

FAULTS = """(least) => {
  const all = (what) => [...document.querySelectorAll(what)];
  const said = (some) => some.map((one) => one.outerHTML.slice(0, 120));
  const room = (one) => (one.closest('label') || one).getBoundingClientRect();
  const taps = all('a, button, input, select, textarea, summary').filter((one) => one.type !== 'hidden');
  const order = all('main a, main button, main input:not([type=hidden]), main select')
    .filter((one) => one.checkVisibility() && !one.closest('.send')).map((one) => Math.round(room(one).top + scrollY));
  return {
    small: said(taps.filter((one) => {
      const box = room(one);
      if (!box.width || !one.checkVisibility() || one.matches('.skip, p a:not(.button, .back)')) return false;
      return box.width < least || box.height < least;
    })),
    unnamed: said(taps.filter((one) =>
      !(one.labels && one.labels.length) && !one.textContent.trim() && !one.getAttribute('aria-label'))),
    'too wide by': document.documentElement.scrollWidth - document.documentElement.clientWidth,
    order: innerWidth < 600 && order.some((top, at) => at && top < order[at - 1]) ? order : [],
  };
}"""


@ON_SQLITE
@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("walk", WALKS)
async def test_every_page_can_be_read_and_reached(
    doors: Doors, chromium: Browser, walk: str, language: str
) -> None:
    """No page is wider than the screen, in large type neither, and in either language; everything one taps is large enough,
    has a name, and on a phone comes in the order it is read. There axe-core finds nothing besides, contrast included.
    A page is opened once, and looked at as it stands on a phone and on a desk."""
    pages, many = WALKS[walk]
    whole = WHOLE or language == "zh-CN"
    context = await chromium.new_context(
        viewport={"width": PHONE, "height": TALL}, locale=language, service_workers="block"
    )
    context.set_default_timeout(15_000)
    page = await context.new_page()
    faults: dict[str, Any] = {}
    seen = []
    async for name in pages(page, doors):
        seen.append(name)
        found = {"axe": await _axe(page)} if whole else {}
        for width in (DESK, PHONE) if whole else (PHONE,):
            await page.set_viewport_size({"width": width, "height": TALL})
            found |= await _looked_at(page, f"{name}-{language}-{width}")
        faults |= {f"{name}: {kind}": fault for kind, fault in found.items() if fault}
    await context.close()
    assert faults == {}
    assert len(seen) == many


async def _looked_at(page: Page, name: str) -> dict[str, Any]:
    """What is wrong with a page at one width, in ordinary and in large type, which is taken off again."""
    found = {f"{name}, {kind}": fault for kind, fault in (await _faults(page)).items()}
    await _photograph(page, name)
    await page.evaluate("document.documentElement.classList.add('large')")
    found |= {f"{name}, large, {kind}": fault for kind, fault in (await _faults(page)).items()}
    await _photograph(page, f"{name}-large")
    await page.evaluate("document.documentElement.classList.remove('large')")
    return found


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
    await enter(page, doors, (await busiest(doors.house))[1])
    await page.locator("li[data-task]").first.wait_for()
    await page.emulate_media(media="print")
    assert await page.locator("form:visible, nav:visible, footer:visible, details:visible").count() == 0
    rows, phones = page.locator("li[data-task]"), page.locator(".paper:visible", has_text="电话")
    assert await phones.count() == await rows.count() > 0
    await _photograph(page, "today-print")
    await page.close()


async def _faults(page: Page) -> dict[str, Any]:
    """What is too small, without a name, too wide, or on a phone out of order."""
    found: dict[str, Any] = await page.evaluate(FAULTS, LEAST_TAP)
    return found


async def _axe(page: Page) -> list[str]:
    """What axe-core finds by its WCAG rules; the page's own policy lets it in through the debugger alone."""
    tags = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
    results = await Axe().run(page, options={"runOnly": tags, "resultTypes": ["violations"]})
    return [
        f"{fault['id']}: {fault['help']}: {[node['html'][:100] for node in fault['nodes'][:2]]}"
        for fault in results.response["violations"]
    ]


async def _photograph(page: Page, name: str) -> None:
    if FOLDER:
        Path(FOLDER).mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240
        await page.screenshot(path=f"{FOLDER}/{name}.png", full_page=True)
        await page.evaluate("scrollTo(0, 0)")
        await page.screenshot(path=f"{FOLDER}/{name}-top.png")
        if name.startswith("facts"):
            await page.locator(".send").evaluate("(bar) => { bar.style.position = 'static' }")
            await page.locator("fieldset > details[open]").first.screenshot(
                path=f"{FOLDER}/{name}-folded-out.png"
            )
