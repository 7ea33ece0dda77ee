"""The pages in English: every word of them, for whoever asks for it, and what stays Chinese marked as such."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request
from mornings import TODAY
from pages.areas import CHIEF, HERE, OTHER_CHIEF, STREET_CHIEF, busy
from pages.conftest import ON_SQLITE, Browser, Doors, Shown, busiest
from sqlalchemy import delete, select, update

from service.pages.gathering import gathered, kept, untranslated
from service.pages.languages import COOKIE, LANGUAGES, TRANSLATIONS, language_of
from service.tables import absences, accounts, forecasts, posts, tasks

CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
FILLED_IN = re.compile(r"%\(\w+\)s|\{\w+\}|</?\w+>")
CATALOGUES = sorted(TRANSLATIONS.glob("*.po"))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_every_word_of_the_pages_is_translated_and_no_other(path: Path) -> None:
    catalogue = kept(path)
    wanted = {message.id for message in gathered()}
    assert {message.id for message in catalogue} == wanted, "run make translations"
    assert untranslated(catalogue) == []
    assert len(wanted) > 100


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_fills_in_what_the_words_do_and_adds_no_markup_of_its_own(path: Path) -> None:
    for message in kept(path):
        if not message.id:
            continue
        there, here = str(message.id), str(message.string)
        assert sorted(FILLED_IN.findall(here)) == sorted(FILLED_IN.findall(there)), there
        assert not set('"<>&') & (set(FILLED_IN.sub("", here))), there
        assert not CHINESE.search(here), there


def test_there_is_a_catalogue_for_each_language_but_the_one_that_is_written() -> None:
    assert {path.stem for path in CATALOGUES} == set(LANGUAGES) - {"zh-CN"}


def test_a_word_nobody_translated_would_be_seen() -> None:
    catalogue = kept(CATALOGUES[0])
    catalogue.add("还没有翻译")
    assert untranslated(catalogue) == ["还没有翻译"]
    assert FILLED_IN.findall("%(n)s {name} <b>x</b>") == ["%(n)s", "{name}", "<b>", "</b>"]


@pytest.mark.parametrize(
    ("chosen", "accepted", "wanted"),
    [
        ("", "", "zh-CN"),
        ("", "en", "en"),
        ("", "en-GB,en;q=0.9", "en"),
        ("", "fr, en;q=0.3, zh;q=0.2", "en"),
        ("", "en;q=0.4, zh-TW;q=0.8", "zh-CN"),
        ("", "en;q=0, de", "zh-CN"),
        ("", "*", "zh-CN"),
        ("", ";;q=, en;q=9,, \u4e2d\u6587", "zh-CN"),
        ("en", "zh-CN", "en"),
        ("zh-CN", "en", "zh-CN"),
        ("klingon", "en", "en"),
    ],
)
def test_the_language_is_what_was_chosen_else_what_the_browser_asks_for_else_chinese(
    chosen: str, accepted: str, wanted: str
) -> None:
    headers = {"Accept-Language": accepted, "Cookie": f"{COOKIE}={chosen}"}
    assert language_of(make_mocked_request("GET", "/", headers=headers)).tag == wanted


def test_days_are_said_in_the_language() -> None:
    chinese, english = LANGUAGES["zh-CN"], LANGUAGES["en"]
    day = date(2026, 11, 23)
    assert (chinese.day(day), english.day(day)) == ("11月23日（周一）", "Mon 23 Nov")
    said = [
        (chinese.due(due, day), english.due(due, day))
        for due in (None, day, date(2026, 11, 20), date(2026, 12, 1))
    ]
    assert said == [
        ("", ""), ("今天到期", "due today"), ("已逾期，应在11月20日前", "overdue since 20 Nov"), ("12月1日前", "due by 1 Dec"),
    ]  # fmt: skip


async def in_english(browser: Browser) -> Browser:
    """Somebody whose browser asks for English."""
    browser.session.headers["Accept-Language"] = "en"
    return browser


@ON_SQLITE
async def test_the_language_is_changed_in_the_footer_before_signing_in_too(doors: Doors) -> None:
    browser = doors()
    assert '<html lang="zh-CN"' in (await browser.get("/sign-in")).text
    form = {"back": "/sign-in", "language": "en"}
    assert (await browser.post("/language", form, Sec_Fetch_Site="cross-site")).status == 403
    answer = await browser.post("/language", form)
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
    page = await browser.get("/sign-in")
    assert '<html lang="en"' in page.text
    assert "<h1>Sign in</h1>" in page.text
    assert "Accept-Language" in page.headers["Vary"]
    for wanted in ("//evil.example", "https://evil.example/", "/visits/1/phone"):
        answer = await browser.post("/language", {"back": wanted, "language": "zh-CN"})
        assert answer.headers["Location"] == "/home"
    assert '<html lang="zh-CN"' in (await browser.get("/sign-in")).text


@ON_SQLITE
async def test_on_an_english_page_all_that_is_chinese_is_marked_so(doors: Doors) -> None:
    worker = await in_english(await doors.worker())
    stranger = await in_english(doors())
    account_id, _ = await busiest(doors.house)
    async with doors.house.read() as unit:
        mine = select(tasks.c.task_id).where(tasks.c.account_id == account_id, tasks.c.planned_on == TODAY)
        first, second = (await unit.connection.execute(mine.limit(2))).scalars()
    page = await worker.get(f"/visits/{first}")
    outcome = dict.fromkeys(re.findall(r'name="(outcome-\d+)"', page.text), "done")
    form = {"csrf": page.hidden("csrf"), "key": page.hidden("key"), **outcome}
    fault = await worker.post(f"/visits/{second}/outcomes", {"csrf": form["csrf"], "key": "nothing"})
    assert fault.status == 422
    sent = await worker.post(f"/visits/{first}/outcomes", form)
    shown = [
        page,
        fault,
        await worker.get(sent.headers["Location"]),
        *[
            await worker.get(path)
            for path in ("/today", "/done", "/codes", f"/visits/{second}", f"/visits/{first}")
        ],
        await worker.get(f"/visits/{second}/why"),
        await worker.post(f"/visits/{second}/phone", {"csrf": form["csrf"]}),
        await worker.post("/codes", {"csrf": form["csrf"], "account": str(account_id)}),
        await worker.get("/visits/987654321"),
        await stranger.get("/sign-in"),
        await stranger.get("/offline"),
        await stranger.post("/sign-in", {"login": "nobody", "password": "nothing"}),
    ]
    look(shown)


@ON_SQLITE
async def test_on_an_english_page_of_a_supervisor_all_that_is_chinese_is_marked_so(doors: Doors) -> None:
    await busy(doors)
    chief, street, bureau = [
        await in_english(await doors().sign_in(login)) for login in (CHIEF, STREET_CHIEF, "bumen")
    ]
    csrf = await chief.csrf()
    overview = await chief.get("/overview")
    of_rules = re.findall(r'href="(/overview/tasks\?rule=[a-z0-9-]+)"', overview.text)
    listed = await chief.get("/overview/tasks?only=unassigned")
    forecast = await chief.get("/forecast")
    paths = ("/unassigned", "/objections?done=upheld", "/objections?done=rejected", "/staff", "/overview/tasks",
        of_rules[0], "/overview/tasks?handed=2", re.findall(r'href="(/forecast\?rule=[a-z-]+)"', forecast.text)[0],
        "/forecast?rule=no-such-rule", re.findall(r'href="(/visits/\d+)"', listed.text)[0],
        *[f"/staff?done={done}" for done in ("away", "back", "post", "ended")])  # fmt: skip
    forms = ("/overview/tasks", "/staff/absences", "/staff/posts", "/objections/1")
    shown = [
        overview,
        listed,
        forecast,
        *[await chief.get(path) for path in paths],
        *[await chief.post(path, {"csrf": csrf, "key": path, "community": HERE}) for path in forms],
        *[await street.get(path) for path in ("/overview", "/staff", "/overview/tasks")],
        *[await bureau.get(f"/returns{query}") for query in ("", "?overdue=yes", "?done=back", "?done=done")],
        await bureau.get("/forecast"),
        await bureau.post("/returns/1", {"csrf": await bureau.csrf(), "key": "k", "answer": "back"}),
    ]
    look(shown)
    assert [answer.status for answer in shown].count(422) == len(forms) + 1


@ON_SQLITE
async def test_an_english_page_that_has_nothing_to_show_says_so_in_english(doors: Doors) -> None:
    async with doors.house.write() as unit:
        for table in (absences, posts, forecasts):
            await unit.connection.execute(delete(table))
        await unit.connection.execute(update(tasks).values(state="closed"))
        of_workers = accounts.c.role == "worker"
        await unit.connection.execute(update(accounts).where(of_workers).values(disabled_at=unit.now))
    chief = await in_english(await doors().sign_in(OTHER_CHIEF))
    paths = ("/overview", "/overview/tasks", "/unassigned", "/objections", "/staff", "/forecast")
    look([await chief.get(path) for path in paths])


def look(shown: list[Shown]) -> None:
    """Every page is in English, and what of it is not says so."""
    for answer in shown:
        assert '<html lang="en"' in answer.text
        assert unmarked(answer.text) == []


@ON_SQLITE
async def test_the_pages_for_a_phone_without_signal_are_in_its_language(doors: Doors) -> None:
    worker = await in_english(await doors.worker())
    answer = await worker.get("/today/visits", Accept="application/json")
    assert "There is no network now" in answer.text
    assert "现在没有网络" not in answer.text


class Unmarked(HTMLParser):
    """Collects Chinese text and attributes outside what is marked as Chinese."""

    UNSEEN = ("data-search", "data-name", "value")
    EMPTY = ("meta", "link", "input", "br", "rect", "path", "line")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str | None] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag not in self.EMPTY:
            self.open.append(given.get("lang"))
        for name, value in given.items():
            if name not in self.UNSEEN and value and CHINESE.search(value):
                self.found.append(f"{name}={value}")

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.EMPTY:
            self.open.pop()

    def handle_data(self, text: str) -> None:
        lang = next((one for one in reversed(self.open) if one), "")
        if CHINESE.search(text) and lang != "zh-CN":
            self.found.append(text.strip())


def unmarked(html: str) -> list[str]:
    """What somebody who has the page read aloud in English would not understand."""
    parser = Unmarked()
    parser.feed(html)
    return parser.found


def test_the_look_for_unmarked_chinese_sees_it() -> None:
    html = '<html lang="en"><p>x</p><input placeholder="名"><p lang="zh-CN">好<b>好</b></p><p>不好</p></html>'
    assert unmarked(html) == ["placeholder=名", "不好"]
