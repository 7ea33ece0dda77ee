"""What whoever supervises sees and does: numbers that are true, lists behind them, hand-over, decisions; and nothing of others."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from access.people import PASSWORD
from made_databases import copied
from mornings import TODAY, open_morning
from pages.areas import CHIEF, HERE, OTHER_CHIEF, STREET_CHIEF, THERE, colleague, held
from pages.conftest import ON_SQLITE, Browser, Doors, Shown, busiest, served
from sqlalchemy import event, insert, select, update

from service.access import accounts, staff
from service.access.permissions import Permission, Role
from service.access.unit import House
from service.app import PAGES
from service.tables import accounts as accounts_table
from service.tables import escalations, findings, forecasts, posts, returns, task_events, tasks
from service.tables.tasks import OPEN_STATES
from service.work import overview as behaviour

SUNDAY = TODAY + timedelta(days=6)
ROUTES = [route for routes in PAGES for route in routes.listed]
SUPERVISORS_OWN = [
    route for route in ROUTES if route.permission in (Permission.SUPERVISE, Permission.STAFF, Permission.RETURNS)
]  # fmt: skip


@pytest.fixture(scope="session")
def mixed_url(
    small_street_url: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The street some days later: with more visits, of which some are overdue, begun, told on, or nobody's."""
    url = copied(small_street_url, request, tmp_path_factory.mktemp("mixed"))
    asyncio.run(_mix(url))
    return url


@pytest.fixture
def mixed_copy_url(mixed_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return copied(mixed_url, request, tmp_path)


@pytest.fixture
async def mixed(mixed_copy_url: str, tmp_path: Path) -> AsyncIterator[Doors]:
    """The pages of that street."""
    house = open_morning(mixed_copy_url)
    async with served(house, tmp_path) as doors:
        yield doors
    await house.database.close()


async def _mix(url: str) -> None:
    house = open_morning(url)
    await multiply(house, range(1, 9))
    async with house.write() as unit:
        rows = (
            await unit.connection.execute(select(tasks).order_by(tasks.c.division_code, tasks.c.task_id))
        ).all()
        for number, row in enumerate(rows):
            due = TODAY + timedelta(days=(number * 5) % 17 - 6)
            values: dict[str, Any] = {"due_on": due}
            if number % 7 == 0:
                values |= {"state": "started", "planned_on": TODAY}
            if number % 9 == 0:
                values |= {"account_id": None, "state": "waiting", "planned_on": None}
            mine = tasks.c.task_id == row.task_id
            await unit.connection.execute(update(tasks).where(mine).values(values))
            of_it = findings.c.task_id == row.task_id
            await unit.connection.execute(update(findings).where(of_it).values(due_on=due))
            for step, every in (("supervisor", 4), ("street", 8)):
                if number % every == 0:
                    told = {"task_id": row.task_id, "step": step, "on_day": TODAY}
                    await unit.connection.execute(insert(escalations).values(told))
    await house.database.close()


async def multiply(house: House, times: range) -> None:
    """As many visits again, each with its findings, to others who are in no table: numbers need no names."""
    async with house.write() as unit:
        for table, keys in (
            (tasks, ("task_id", "target_id")),
            (findings, ("finding_id", "subject_id", "task_id")),
        ):
            rows = (await unit.connection.execute(select(table))).all()
            more = [
                {
                    **row._mapping,
                    **{key: 10_000 * time + row._mapping[key] for key in keys if row._mapping[key]},
                }
                for time in times
                for row in rows
            ]
            await unit.connection.execute(insert(table), more)


async def everything(house: House) -> tuple[list[Any], list[Any], dict[int, set[str]]]:
    """Open tasks, live findings and steps, as the tables hold them."""
    async with house.read() as unit:
        all_tasks = (await unit.connection.execute(select(tasks))).all()
        all_findings = (await unit.connection.execute(select(findings))).all()
        steps: dict[int, set[str]] = {}
        for row in await unit.connection.execute(select(escalations)):
            steps.setdefault(row.task_id, set()).add(row.step)
    open_tasks = [row for row in all_tasks if row.state in OPEN_STATES]
    live = [
        row for row in all_findings if row.cleared_on is None and row.outcome is None and row.held is None
    ]
    return open_tasks, live, steps


def tally(open_tasks: list[Any], steps: dict[int, set[str]]) -> behaviour.Tally:
    """The numbers again, counted one task after the other."""
    count = Counter[str]()
    for row in open_tasks:
        told = steps.get(row.task_id, set())
        count["open"] += 1
        count["overdue"] += row.due_on is not None and row.due_on < TODAY
        count["due_today"] += row.due_on == TODAY
        count["due_this_week"] += row.due_on is not None and TODAY <= row.due_on <= SUNDAY
        count["started"] += row.state == "started"
        count["street"] += "street" in told
        count["supervisor"] += told == {"supervisor"}
        count["unassigned"] += row.account_id is None
    return behaviour.Tally(**count)


def tiles(page: Shown) -> dict[str, int]:
    """Where each number of the overview leads, and the number."""
    return {
        unescape(to): int(number)
        for to, number in re.findall(r'<a class="tile[^"]*" href="([^"]*)"><strong>(\d+)</strong>', page.text)
    }


def table(page: Shown, heading: str) -> dict[str, tuple[int, int]]:
    """The rows of a table of the overview: where its name leads → open and overdue."""
    part = page.text.split(f'id="{heading}"')[1].split("</table>")[0]
    rows = re.findall(
        r'<th scope="row"><a href="([^"]*)">.*?</th><td>(\d+)</td><td>(?:<a [^>]*>)?(\d+)', part, re.DOTALL
    )
    return {unescape(to): (int(open_), int(late)) for to, open_, late in rows}


def total_of(page: Shown) -> int:
    (found,) = re.findall(r"共 (\d+) 户", page.text)
    return int(found)


def listed(page: Shown) -> list[int]:
    return [int(number) for number in re.findall(r'name="task-(\d+)"', page.text)]


@pytest.mark.parametrize(("login", "area"), [(CHIEF, HERE), (STREET_CHIEF, HERE[:9])])
async def test_every_number_of_the_overview_is_what_a_count_of_the_tables_gives(
    mixed: Doors, login: str, area: str
) -> None:
    open_tasks, live, steps = await everything(mixed.house)
    open_tasks = [row for row in open_tasks if row.division_code.startswith(area)]
    page = await (await mixed().sign_in(login)).get("/overview")
    wanted = tally(open_tasks, steps)
    numbers = tiles(page)
    assert numbers.pop("/objections") == 0
    assert list(numbers.values()) == [getattr(wanted, name) for name in behaviour.Tally.__dataclass_fields__]
    assert min(numbers.values()) > 0, "a number that is nothing proves nothing"
    keys = {row.task_id for row in open_tasks}
    visits: dict[str, set[int]] = {}
    late: dict[str, set[int]] = {}
    for row in live:
        if row.task_id in keys:
            visits.setdefault(row.rule, set()).add(row.task_id)
            if row.due_on is not None and row.due_on < TODAY:
                late.setdefault(row.rule, set()).add(row.task_id)
    assert table(page, "by-rule") == {
        f"/overview/tasks?rule={rule}": (len(those), len(late.get(rule, ())))
        for rule, those in visits.items()
    }
    digits = 18 if area == HERE else 12
    places = Counter(row.division_code[:digits] for row in open_tasks)
    overdue = Counter(row.division_code[:digits] for row in open_tasks if row.due_on < TODAY)
    assert table(page, "by-place") == {
        f"/overview/tasks?place={place}": (count, overdue[place]) for place, count in places.items()
    }


@pytest.mark.parametrize("login", [CHIEF, STREET_CHIEF])
async def test_every_number_leads_to_a_list_of_as_many(mixed: Doors, login: str) -> None:
    chief = await mixed().sign_in(login)
    page = await chief.get("/overview")
    lists = {to: number for to, number in tiles(page).items() if to.startswith("/overview/tasks")}
    for heading in ("by-rule", "by-place"):
        for to, (open_, late) in table(page, heading).items():
            lists[to] = open_
            if late:
                lists[f"{to}&due=overdue"] = late
    for to, number in lists.items():
        found = await chief.get(to + ("&" if "?" in to else "?") + "many=yes")
        assert (total_of(found), len(listed(found))) == (number, min(number, 200)), to
    assert {unescape(to) for to in re.findall(r'href="(/overview/tasks\?[^"]*)"', page.text)} <= set(lists)
    assert len(lists) > 12
    nobodys = tiles(page)["/unassigned"]
    assert (await chief.get("/unassigned")).text.count('<a class="visit"') == nobodys > 0


@ON_SQLITE
@pytest.mark.parametrize("login", [CHIEF, STREET_CHIEF])
async def test_no_worker_is_named_or_counted_on_the_overview(mixed: Doors, login: str) -> None:
    async with mixed.house.read() as unit:
        team = (
            await unit.connection.execute(select(accounts_table).where(accounts_table.c.role == "worker"))
        ).all()
    page = await (await mixed().sign_in(login)).get("/overview")
    text = page.text.partition("<main")[2].partition("</main>")[0]
    assert len(team) >= 6
    for worker in team:
        assert worker.name not in text
        assert worker.login not in text
        assert not re.search(rf"account[^\"]*{worker.account_id}\b", text)
    assert {unescape(one) for one in re.findall(r'<th scope="col">(.*?)</th>', text)} <= {
        "规则", "未办结", "逾期", "网格", "区划",
    }  # fmt: skip


@ON_SQLITE
async def test_the_overview_asks_as_often_however_much_there_is(mixed: Doors) -> None:
    chief = await mixed().sign_in(STREET_CHIEF)
    asked: list[str] = []
    engine = mixed.house.database._readers.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    await chief.get("/overview")
    some = len(asked)
    before, _, _ = await everything(mixed.house)
    await multiply(mixed.house, range(100, 101))
    asked.clear()
    page = await chief.get("/overview")
    assert tiles(page)["/overview/tasks"] == 2 * len(before)
    assert len(asked) == some <= 9  # one of them for the session


@ON_SQLITE
async def test_a_list_is_turned_page_by_page_without_losing_or_repeating_a_visit(mixed: Doors) -> None:
    chief = await mixed().sign_in(STREET_CHIEF)
    page, seen = await chief.get("/overview/tasks"), []
    total = total_of(page)
    while True:
        seen += listed(page)
        further = re.search(r'href="([^"]*)">下一页', page.text)
        if further is None:
            break
        page = await chief.get(unescape(further[1]))
    assert len(seen) == len(set(seen)) == total > 100


@ON_SQLITE
async def test_a_list_that_no_page_leads_to_is_refused(mixed: Doors) -> None:
    chief = await mixed().sign_in(CHIEF)
    for query in ("rule=" + "x" * 65, "rule=A", "place=x", "place=1", "due=tomorrow", "only=mine"):
        assert (await chief.get(f"/overview/tasks?{query}")).status == 422, query
    assert total_of(await chief.get("/overview/tasks?rule=no-such-rule")) == 0
    assert total_of(await chief.get(f"/overview/tasks?place={THERE}001")) == 0


async def holders(doors: Doors, keys: list[int]) -> list[int | None]:
    async with doors.house.read() as unit:
        found = await unit.connection.execute(
            select(tasks.c.account_id).where(tasks.c.task_id.in_(keys)).order_by(tasks.c.task_id)
        )
        return list(found.scalars())


def form_of(page: Shown, keys: list[int], account: int | str, note: str = "", **more: str) -> dict[str, str]:
    ticked = {f"task-{key}": "yes" for key in keys}
    return (
        {"csrf": page.hidden("csrf"), "key": page.hidden("key"), "account": str(account), "note": note}
        | ticked
        | more
    )


async def test_many_visits_are_handed_over_with_one_form_once(mixed: Doors) -> None:
    chief, new = await mixed().sign_in(CHIEF), await colleague(mixed)
    page = await chief.get("/overview/tasks?due=overdue")
    keys = sorted(listed(page))[:3]
    form = form_of(page, keys, new, "王姐请假，拜托了", due="overdue")
    sent = await asyncio.gather(*(chief.post("/overview/tasks", form) for _ in range(2)))
    sent.append(await chief.post("/overview/tasks", form))
    assert {(one.status, one.headers["Location"]) for one in sent} == {
        (303, "/overview/tasks?due=overdue&handed=3")
    }
    assert await holders(mixed, keys) == [new] * 3
    async with mixed.house.read() as unit:
        told = await unit.connection.execute(
            select(task_events).where(task_events.c.kind == "handed_over", task_events.c.to_id == new)
        )
        assert [row.detail["note"] for row in told] == ["王姐请假，拜托了"] * 3
    assert "已移交 3 户" in (await chief.get(sent[0].headers["Location"])).text
    again = await chief.post("/overview/tasks", {**form, "note": "改一下"})
    assert again.status == 422
    assert "已经提交过" in again.text


@ON_SQLITE
async def test_one_button_hands_over_all_the_page_shows_and_nothing_that_came_since(mixed: Doors) -> None:
    chief, new = await mixed().sign_in(CHIEF), await colleague(mixed)
    page = await chief.get("/overview/tasks")
    keys = sorted(listed(page))
    form = {**form_of(page, keys[:1], new), "all": "yes", "shown": page.hidden("shown")}
    await chief.post("/overview/tasks", form)
    assert set(await holders(mixed, keys)) == {new}


async def test_a_hand_over_that_cannot_be_made_moves_nothing_and_keeps_what_was_chosen(mixed: Doors) -> None:
    chief, new = await mixed().sign_in(CHIEF), await colleague(mixed)
    far = await colleague(mixed, "yuan", THERE)
    async with mixed.house.read() as unit:
        elsewhere = await unit.connection.scalar(
            select(tasks.c.task_id).where(tasks.c.division_code.startswith(THERE)).limit(1)
        )
    page = await chief.get("/overview/tasks")
    keys = sorted(listed(page))[:2]
    before = await holders(mixed, keys)
    for form, status, words in (
        (form_of(page, keys, far, "说明一下"), 422, "只能交给今天在岗"),
        (form_of(page, keys, "", "说明一下"), 422, "还没有选交给谁"),
        (form_of(page, keys, new, "电话 19900001234"), 422, "请不要写证件号"),
        (form_of(page, keys, new, "长" * 201), 422, "最多 200 个字"),
        (form_of(page, [*keys, elsewhere], new, "说明一下"), 404, "不在您的管理范围内"),
        (form_of(page, [], new, "说明一下"), 422, "还没有选任务"),
        (
            {**form_of(page, [], new), "all": "yes", "shown": " ".join(map(str, range(1, 202)))},
            422,
            "最多移交 200 户",
        ),
    ):
        answer = await chief.post("/overview/tasks", form)
        assert answer.status == status, words
        assert words in answer.text
        chosen = {int(key) for key in re.findall(r'name="task-(\d+)" value="yes" checked', answer.text)}
        assert chosen == {key for key in keys if f"task-{key}" in form}
        assert form["note"] in answer.text or len(form["note"]) > 200
    assert await holders(mixed, keys) == before
    async with mixed.house.read() as unit:
        assert (
            await unit.connection.scalar(select(tasks.c.account_id).where(tasks.c.task_id == elsewhere))
            != new
        )


@ON_SQLITE
async def test_only_who_is_on_duty_in_the_area_is_offered_for_a_hand_over(mixed: Doors) -> None:
    await colleague(mixed)
    ill = await colleague(mixed, "bing")
    far = await colleague(mixed, "yuan", THERE)
    async with mixed.house.write() as unit:
        await staff.note_absence(unit, ill, TODAY, TODAY)
    page = await (await mixed().sign_in(CHIEF)).get("/overview/tasks")
    offered = {int(key) for key in re.findall(r'<option value="(\d+)">', page.text.split('id="account"')[1])}
    async with mixed.house.read() as unit:
        here = await unit.connection.execute(
            select(accounts_table.c.account_id).where(
                accounts_table.c.division_code == HERE, accounts_table.c.role == "worker"
            )
        )
        assert offered == set(here.scalars()) - {ill}
    assert far not in offered


@ON_SQLITE
async def test_workers_see_none_of_the_pages_of_those_who_supervise(doors: Doors) -> None:
    worker = await doors.worker()
    csrf = await worker.csrf()
    for route in [*SUPERVISORS_OWN, *(route for route in ROUTES if route.path == "/forecast")]:
        path = re.sub(r"\{\w+\}", "1", route.path)
        answer = await (worker.get(path) if route.method == "GET" else worker.post(path, {"csrf": csrf}))
        assert answer.status == 403, path
        assert "没有这项权限" in answer.text
    assert len(SUPERVISORS_OWN) >= 13
    menu = (await worker.get("/today")).text.split("<nav")[1].split("</nav>")[0]
    assert re.findall(r'href="([^"]*)"', menu) == ["/today", "/done", "/codes"]


async def test_another_communitys_supervisor_sees_and_moves_nothing_of_this_one(mixed: Doors) -> None:
    open_tasks, _, steps = await everything(mixed.house)
    theirs = [row for row in open_tasks if row.division_code.startswith(THERE)]
    other = await mixed().sign_in(OTHER_CHIEF)
    page = await other.get("/overview")
    assert list(tiles(page).values())[:8] == [
        getattr(tally(theirs, steps), name) for name in behaviour.Tally.__dataclass_fields__
    ]
    assert HERE not in page.text
    lists = await other.get("/overview/tasks?many=yes")
    assert sorted(listed(lists)) == sorted(row.task_id for row in theirs)
    assert total_of(await other.get(f"/overview/tasks?place={HERE}")) == 0
    assert (await other.get(f"/staff?community={HERE}")).status == 404
    assert HERE not in (await other.get("/staff")).text
    own, foreign = await busiest(mixed.house), await colleague(mixed)
    csrf = await other.csrf()
    for path, form in (
        ("/staff/absences", {"account": str(foreign), "to": "2026-11-30", "key": "a"}),
        ("/staff/posts", {"account": str(foreign), "place": HERE + "001", "key": "b"}),
        ("/staff/posts/1/end", {"key": "c"}),
    ):
        post = (await first_post(mixed, HERE)) if "end" in path else 0
        answer = await other.post(
            path.replace("/1/", f"/{post}/"), {"csrf": csrf, "community": THERE, **form}
        )
        assert answer.status == 404, path
    assert own


async def first_post(doors: Doors, place: str) -> int:
    async with doors.house.read() as unit:
        found = await unit.connection.scalar(
            select(posts.c.post_id).where(posts.c.division_code.startswith(place)).limit(1)
        )
    assert found is not None
    return int(found)


async def visits_of(doors: Doors, account_id: int) -> int:
    async with doors.house.read() as unit:
        rows = await unit.connection.execute(
            select(tasks.c.task_id).where(tasks.c.account_id == account_id, tasks.c.state.in_(OPEN_STATES))
        )
        return len(rows.all())


async def settled(doors: Doors, account_id: int, left: bool) -> None:
    """Wait until somebody has visits, or none."""
    async with asyncio.timeout(20):
        while bool(await visits_of(doors, account_id)) == left:
            await asyncio.sleep(0.05)


async def worker_of(doors: Doors, place: str) -> tuple[int, str]:
    async with doors.house.read() as unit:
        row = (
            await unit.connection.execute(
                select(accounts_table.c.account_id, accounts_table.c.name)
                .where(accounts_table.c.role == "worker", accounts_table.c.division_code == place)
                .order_by(accounts_table.c.account_id)
            )
        ).first()
    assert row is not None
    return row.account_id, row.name


async def test_an_absence_is_entered_its_visits_go_to_the_deputy_and_it_is_ended(doors: Doors) -> None:
    new = await colleague(doors)
    holder, name = await worker_of(doors, HERE)
    chief = await doors().sign_in(CHIEF)

    async def send(path: str, **form: str) -> Shown:
        page = await chief.get("/staff")
        hidden = {field: page.hidden(field) for field in ("csrf", "key", "community")}
        return await chief.post(path, hidden | form)

    page = await chief.get("/staff")
    assert "没有人登记离岗" in page.text
    sent = await send("/staff/posts", place=HERE + "001", account=str(new), role="deputy")
    assert sent.headers["Location"] == f"/staff?community={HERE}&done=post"
    assert await visits_of(doors, holder) > 0
    sent = await send("/staff/absences", account=str(holder), to="2026-11-27")
    assert sent.status == 303, sent.text
    page = await chief.get(sent.headers["Location"])
    text = unescape(page.text)
    assert "今天不在岗" in text
    assert "转给替补新同事" in text
    assert "替补都不在岗" not in text.split('id="posts"')[1]
    duty = text.split('id="duty"')[1].split("</section>")[0]
    assert name not in duty
    assert "新同事" in duty
    await settled(doors, holder, left=True)
    assert await visits_of(doors, new) > 0
    clash = await send("/staff/absences", account=str(holder), to="2026-11-25")
    assert clash.status == 409
    assert "已经登记过离岗" in clash.text
    assert f'value="{holder}" selected' in clash.text
    (absence,) = re.findall(r"/staff/absences/(\d+)/end", page.text)
    ended = await send(f"/staff/absences/{absence}/end")
    assert ended.headers["Location"].endswith("done=back")
    assert "没有人登记离岗" in (await chief.get("/staff")).text


async def test_a_grid_without_anybody_is_told_with_the_days_and_a_post_mends_it(doors: Doors) -> None:
    new = await colleague(doors)
    holder, _ = await worker_of(doors, HERE)
    chief = await doors().sign_in(CHIEF)
    page = await chief.get("/staff")
    hidden = {field: page.hidden(field) for field in ("csrf", "key", "community")}
    await chief.post(
        "/staff/absences", hidden | {"account": str(holder), "from": "2026-11-26", "to": "2026-11-30"}
    )
    text = (await chief.get("/staff")).text
    assert "11月26日（周四） 至 11月30日（周一）：责任人和替补都不在岗" in text
    assert "没有责任人" not in text.split('id="posts"')[1]
    (post,) = re.findall(r"/staff/posts/(\d+)/end", text)
    page = await chief.get("/staff")
    hidden = {field: page.hidden(field) for field in ("csrf", "key", "community")}
    await chief.post(f"/staff/posts/{post}/end", hidden)
    page = await chief.get("/staff")
    assert "没有责任人" in page.text.split('id="posts"')[1]
    street = await (await doors().sign_in(STREET_CHIEF)).get("/staff")
    (row,) = re.findall(rf"community={HERE}.*?</tr>", street.text, re.DOTALL)
    assert re.findall(r"<td[^>]*>(\d+)</td>", row) == ["2", "0", "1", "1", "1"]
    hidden = {field: page.hidden(field) for field in ("csrf", "key", "community")}
    await chief.post("/staff/posts", hidden | {"place": HERE + "001", "account": str(new)})
    assert "没有责任人" not in (await chief.get("/staff")).text.split('id="posts"')[1]


@ON_SQLITE
@pytest.mark.parametrize(
    ("path", "form", "words"),
    [
        ("/staff/absences", {"to": "2026-11-30"}, "请选择谁离岗"),
        ("/staff/absences", {"account": "7"}, "到哪天为止"),
        ("/staff/absences", {"account": "7", "to": "30.11."}, "日期请写成"),
        ("/staff/absences", {"account": "7", "from": "2026-12-01", "to": "2026-11-30"}, "不能早于起始日期"),
        ("/staff/posts", {"account": "7", "place": "x"}, "请选择哪个网格"),
        ("/staff/posts", {"place": HERE + "001"}, "请选择由谁负责"),
        ("/staff/posts", {"account": "7", "place": THERE + "001"}, "范围"),
    ],
)
async def test_what_is_wrong_with_a_form_of_duty_is_said_on_the_page(
    doors: Doors, path: str, form: dict[str, str], words: str
) -> None:
    holder, _ = await worker_of(doors, HERE)
    chief = await doors().sign_in(CHIEF)
    page = await chief.get("/staff")
    hidden = {field: page.hidden(field) for field in ("csrf", "key", "community")}
    if "account" in form:
        form = form | {"account": str(holder)}
    answer = await chief.post(path, hidden | form)
    assert answer.status in (404, 422)
    assert words in answer.text
    assert "没有人登记离岗" in (await chief.get("/staff")).text


async def test_what_nobody_is_responsible_for_is_told_with_the_reason_and_what_to_do(doors: Doors) -> None:
    holder, _ = await worker_of(doors, HERE)
    chief = await doors().sign_in(CHIEF)
    assert "每项任务都有人负责" in (await chief.get("/unassigned")).text
    page = await chief.get("/staff")
    hidden = {field: page.hidden(field) for field in ("csrf", "key", "community")}
    before = await visits_of(doors, holder)
    await chief.post("/staff/absences", hidden | {"account": str(holder), "to": "2026-11-27"})
    await settled(doors, holder, left=True)
    page = await chief.get("/unassigned")
    assert page.text.count('<a class="visit"') == before > 0
    assert "社区工作者都不在岗" in page.text
    assert "登记回岗" in page.text
    new = await colleague(doors)
    assert "下次排班分派" in (await chief.get("/unassigned")).text
    lists = await chief.get("/overview/tasks?only=unassigned")
    await chief.post("/overview/tasks", form_of(lists, listed(lists), new))
    assert "每项任务都有人负责" in (await chief.get("/unassigned")).text


async def expected(house: House, area: str = "", rule: str = "") -> Counter[date]:
    async with house.read() as unit:
        rows = (await unit.connection.execute(select(forecasts))).all()
    days = Counter[date]()
    for row in rows:
        if row.division_code.startswith(area) and (not rule or row.rule == rule):
            days[row.day] += row.expected
    return days


def by_day(page: Shown) -> list[tuple[int, str]]:
    part = page.text.split('id="by-day"')[1].split("</table>")[0]
    rows = re.findall(r'<th scope="row">.*?</th><td>(\d+)</td>(?:<td>(.*?)</td>)?', part, re.DOTALL)
    return [(int(number), room) for number, room in rows]


async def test_the_forecast_is_that_of_the_scans_with_what_those_on_duty_can_do(doors: Doors) -> None:
    days = [TODAY + timedelta(days=count) for count in range(1, 31)]
    for login, area, team in ((CHIEF, HERE, 1), (STREET_CHIEF, HERE[:9], 6)):
        chief = await doors().sign_in(login)
        page = await chief.get("/forecast")
        wanted = await expected(doors.house, area)
        assert [number for number, _ in by_day(page)] == [wanted[day] for day in days]
        rooms = [room for _, room in by_day(page)]
        assert rooms == [str(team * 12) if day.weekday() < 5 else "休息" for day in days]
        rules = re.findall(r'href="/forecast\?rule=([a-z-]+)"', page.text)
        assert rules
        for rule in rules:
            of_rule = await expected(doors.house, area, rule)
            one = await chief.get(f"/forecast?rule={rule}")
            assert [number for number, _ in by_day(one)] == [of_rule[day] for day in days]
        assert page.text.count('<rect class="all" x=') == 30
    assert sum((await expected(doors.house)).values()) > 0


@ON_SQLITE
async def test_a_department_begins_with_what_was_returned_to_it_and_sees_its_own_forecast(
    doors: Doors,
) -> None:
    async with doors.house.write() as unit:
        await accounts.add(unit, login="bumen", name="部门", role=Role.DEPARTMENT, department="民政局")
        rows = await unit.connection.execute(select(forecasts.c.rule).distinct())
        assert len(rows.all()) > 1
    bureau = await doors().sign_in("bumen")
    assert (await bureau.get("/home")).headers["Location"] == "/returns"
    page = await bureau.get("/forecast")
    assert {room for _, room in by_day(page)} == {""}
    menu = page.text.split("<nav")[1].split("</nav>")[0]
    assert re.findall(r'href="([^"]*)"', menu) == ["/returns", "/forecast", "/codes"]
    assert (await bureau.get("/overview")).status == 403
    assert (await bureau.get("/forecast?rule=B%C3%A4d")).status == 422
    assert "没有推算过" in (await bureau.get("/forecast?rule=no-such-rule")).text


@pytest.mark.parametrize(("decision", "outcome"), [("upheld", "not_eligible"), ("rejected", None)])
async def test_an_objection_is_decided_once_by_who_supervises_there(
    doors: Doors, decision: str, outcome: str | None
) -> None:
    finding_id, _ = await held(doors, "objection")
    chief, other = await doors().sign_in(CHIEF), await doors().sign_in(OTHER_CHIEF)
    assert '/objections"><strong>1</strong>' in (await chief.get("/overview")).text
    assert "老人上月已搬走" not in (await other.get("/objections")).text
    page = await chief.get("/objections")
    assert "老人上月已搬走" in page.text
    (path,) = re.findall(r'action="(/objections/\d+)"', page.text)
    form = {
        "csrf": page.hidden("csrf"),
        "key": page.hidden("key"),
        "note": "已电话核实",
        "decision": decision,
    }
    assert (await other.post(path, {**form, "csrf": await other.csrf()})).status == 404
    wrong = await chief.post(path, {**form, "note": "电话 19900001234"})
    assert wrong.status == 422
    assert "电话 19900001234" in wrong.text
    assert "请不要写证件号" in wrong.text
    for _ in range(2):
        assert (await chief.post(path, form)).headers["Location"] == f"/objections?done={decision}"
    assert "没有等您裁定的异议" in (await chief.get("/objections")).text
    late = await chief.post(path, {**form, "key": "another"})
    assert late.status == 409
    async with doors.house.read() as unit:
        row = (
            await unit.connection.execute(select(findings).where(findings.c.finding_id == finding_id))
        ).one()
    assert (row.held, row.outcome) == (None, outcome)


@pytest.mark.parametrize(("said", "outcome"), [("done", "done"), ("back", None)])
async def test_a_department_answers_what_was_returned_to_it_once(
    doors: Doors, said: str, outcome: str | None
) -> None:
    finding_id, department = await held(doors, "department")
    async with doors.house.write() as unit:
        await unit.connection.execute(update(returns).values(due_on=TODAY - timedelta(days=1)))
        await accounts.add(unit, login="bumen", name="部门", role=Role.DEPARTMENT, department=department)
        await accounts.add(unit, login="lingju", name="别的部门", role=Role.DEPARTMENT, department="公安局")
    bureau, other = await doors().sign_in("bumen"), await doors().sign_in("lingju")
    assert (
        "等部门答复的有 1 件，其中超过部门期限的 1 件"
        in (await (await doors().sign_in(CHIEF)).get("/overview")).text
    )
    page = await bureau.get("/returns?overdue=yes")
    assert "要查档案" in page.text
    assert "要查档案" not in (await other.get("/returns")).text
    (path,) = re.findall(r'action="(/returns/\d+)"', page.text)
    form = {"csrf": page.hidden("csrf"), "key": page.hidden("key"), "reason": "", "answer": said}
    if said == "back":
        refused = await bureau.post(path, form)
        assert (refused.status, "须写明理由" in refused.text) == (422, True)
        form["reason"] = "属社区职责"
    assert (await other.post(path, {**form, "csrf": await other.csrf()})).status == 404
    for _ in range(2):
        assert (await bureau.post(path, form)).headers["Location"] == f"/returns?done={said}"
    assert "没有等答复的事项" in (await bureau.get("/returns")).text
    async with doors.house.read() as unit:
        row = (
            await unit.connection.execute(select(findings).where(findings.c.finding_id == finding_id))
        ).one()
    assert (row.held, row.outcome) == (None, outcome)


@ON_SQLITE
async def test_everybody_begins_with_the_own_page(doors: Doors) -> None:
    for login, home in (
        (CHIEF, "/overview"),
        (STREET_CHIEF, "/overview"),
        ((await busiest(doors.house))[1], "/today"),
    ):
        browser = doors()
        entered = await browser.post("/sign-in", {"login": login, "password": PASSWORD, "next": ""})
        assert entered.headers["Location"] == home
        assert (await browser.get("/home")).headers["Location"] == home
    chief = await doors().sign_in(CHIEF)
    assert (await chief.get("/today")).headers["Location"] == "/overview"
    page = await chief.get("/overview")
    menu = page.text.split("<nav")[1].split("</nav>")[0]
    offered = re.findall(r'href="([^"]*)"', menu)
    assert offered == [
        "/overview", "/overview/tasks", "/unassigned", "/objections", "/staff", "/forecast", "/codes",
    ]  # fmt: skip
    for path in offered:
        assert (await chief.get(path)).status == 200, path
        signed_out = await doors().get(path)
        assert signed_out.headers["Location"].endswith(path.replace("/", "%2F")) or path in unescape(
            signed_out.headers["Location"]
        )


@ON_SQLITE
async def test_a_visit_is_open_to_who_supervises_without_what_only_its_worker_may(mixed: Doors) -> None:
    chief = await mixed().sign_in(CHIEF)
    task = listed(await chief.get("/overview/tasks"))[0]
    page = await chief.get(f"/visits/{task}")
    assert page.status == 200
    assert "显示完整号码" not in page.text
    assert 'href="/overview/tasks">' in page.text
    assert "提交结果" not in page.text


@ON_SQLITE
async def test_no_page_of_a_supervisor_has_what_the_policy_forbids_or_an_address_that_tells_of_anybody(
    mixed: Doors,
) -> None:
    await held(mixed, "objection")
    chief: Browser = await mixed().sign_in(CHIEF)
    links: set[str] = set()
    for path in ("/overview", "/overview/tasks", "/unassigned", "/objections", "/staff", "/forecast"):
        page = await chief.get(path)
        assert not re.search(r"<script>|<style|\sstyle=|\son\w+=|https?://", page.text), path
        links |= set(re.findall(r'(?:href|src|action)="([^"]*)"', page.text))
    assert all(re.fullmatch(r"[a-z0-9/.#?=&;-]+", link) for link in links), links
