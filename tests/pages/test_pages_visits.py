"""A worker's day on the pages, without a line of JavaScript: the list, a visit, what came of it, and once only."""

from __future__ import annotations

import asyncio
import re
from html import unescape

import pytest
from mornings import TODAY
from pages.conftest import ON_SQLITE, Browser, Doors, Shown, busiest
from sqlalchemy import func, select

from service.access.accounts import by_id
from service.pages.search import found, initials
from service.tables import audit, findings, outcomes, residents, tasks
from service.tables.tasks import OUTCOME
from service.work import tasks as behaviour


async def listed(doors: Doors) -> list[behaviour.Task]:
    """What the busiest worker has to do today."""
    account_id, _ = await busiest(doors.house)
    async with doors.house.read() as unit:
        account = await by_id(unit, account_id)
        assert account is not None
    async with doors.house.read(account.actor) as unit:
        return await behaviour.page(unit, on=TODAY, limit=200)


def visits_of(page: Shown) -> list[int]:
    return [int(number) for number in re.findall(r'<li data-task="(\d+)"', page.text)]


async def form_of(browser: Browser, task: behaviour.Task, outcome: str = "done") -> dict[str, str]:
    """The form of a visit, filled in with one outcome for everything."""
    page = await browser.get(f"/visits/{task.task_id}")
    chosen = {f"outcome-{finding.finding_id}": outcome for finding in task.findings if finding.live}
    assert all(f'name="{name}"' in page.text for name in chosen)
    return {"csrf": page.hidden("csrf"), "key": page.hidden("key"), **chosen}


async def written(doors: Doors) -> list[tuple[int, str]]:
    async with doors.house.read() as unit:
        rows = await unit.connection.execute(select(outcomes.c.finding_id, outcomes.c.outcome))
        return [(row.finding_id, row.outcome) for row in rows]


async def test_the_list_says_whom_where_how_urgent_by_when_and_why(doors: Doors) -> None:
    page = await (await doors.worker()).get("/today")
    wanted = await listed(doors)
    assert sorted(visits_of(page)) == sorted(task.task_id for task in wanted)
    text = unescape(page.text)
    for task in wanted:
        assert task.target.name in text
        assert (task.findings[0].reason or "").split("\n")[0] in text
    assert f"还有 <strong>{len(wanted)}</strong> 户" in text
    assert {"‼", "紧急"} <= set(re.findall("‼|紧急", text))
    places = re.findall(r"<h2>(.+?)</h2>", text)
    assert len(places) == len(set(places)), "who lives in one building stands together"


async def test_a_visit_is_finished_with_one_form_and_the_list_says_so(doors: Doors) -> None:
    worker = await doors.worker()
    task = (await listed(doors))[0]
    sent = await worker.post(f"/visits/{task.task_id}/outcomes", await form_of(worker, task))
    assert (sent.status, sent.headers["Location"]) == (303, f"/today?finished={task.task_id}")
    after = await worker.get(sent.headers["Location"])
    assert f"已登记：{task.target.name}" in after.text
    assert task.task_id not in visits_of(after)
    assert "今天办过的 1 户" in after.text
    assert task.target.name in (await worker.get("/done")).text
    assert sorted(await written(doors)) == sorted((f.finding_id, "done") for f in task.findings)


async def test_a_form_sent_three_times_at_once_and_once_more_later_is_written_once(doors: Doors) -> None:
    worker = await doors.worker()
    task = (await listed(doors))[0]
    form = await form_of(worker, task)
    path = f"/visits/{task.task_id}/outcomes"
    sent = await asyncio.gather(*(worker.post(path, form) for _ in range(3)))
    sent.append(await worker.post(path, {**form, "csrf": await worker.csrf()}))
    assert {(answer.status, answer.headers["Location"]) for answer in sent} == {
        (303, f"/today?finished={task.task_id}")
    }
    assert len(await written(doors)) == len(task.findings)
    other = {name: "declined" if name.startswith("outcome-") else value for name, value in form.items()}
    assert (await worker.post(path, other)).status == 422
    fresh = {**form, "key": "another"}
    assert (await worker.post(path, fresh)).status == 409


@ON_SQLITE
async def test_a_script_is_answered_in_json_and_a_refusal_too(doors: Doors) -> None:
    worker = await doors.worker()
    task = (await listed(doors))[0]
    path = f"/visits/{task.task_id}/outcomes"
    form = await form_of(worker, task)
    empty = {name: value for name, value in form.items() if not name.startswith("outcome-")}
    assert (await worker.post(path, empty, Accept="application/json")).status == 422
    sent = await worker.post(path, form, Accept="application/json")
    assert (sent.status, sent.text) == (200, f'{{"to": "/today?finished={task.task_id}"}}')


@ON_SQLITE
async def test_a_form_without_a_result_comes_back_with_what_is_missing_and_keeps_the_note(
    doors: Doors,
) -> None:
    worker = await doors.worker()
    task = (await listed(doors))[0]
    number = task.findings[0].finding_id
    form = {**await form_of(worker, task, ""), f"note-{number}": "门铃坏了"}
    answer = await worker.post(f"/visits/{task.task_id}/outcomes", form)
    assert answer.status == 422
    assert "还没有选结果" in answer.text
    assert "门铃坏了" in answer.text
    assert await written(doors) == []


async def test_later_takes_the_next_working_day_offered_and_no_day_gone_by(doors: Doors) -> None:
    worker = await doors.worker()
    task = (await listed(doors))[0]
    path = f"/visits/{task.task_id}"
    page = await worker.get(path)
    offered = re.search(r'name="later-on-\d+" type="date" value="([\d-]+)"', page.text)
    assert offered is not None
    assert offered[1] == "2026-11-24"
    form = await form_of(worker, task, "later")
    days = {f"later-on-{finding.finding_id}": TODAY.isoformat() for finding in task.findings}
    assert (await worker.post(f"{path}/outcomes", {**form, **days})).status == 422
    assert (await worker.post(f"{path}/outcomes", {**form, **dict.fromkeys(days, "morgen")})).status == 422
    later = dict.fromkeys(days, offered[1])
    assert (await worker.post(f"{path}/outcomes", {**form, **later})).status == 303
    assert task.task_id not in visits_of(await worker.get("/today"))
    async with doors.house.read() as unit:
        kept = await unit.connection.scalar(
            select(findings.c.visit_from).where(findings.c.finding_id == task.findings[0].finding_id)
        )
    assert str(kept) == offered[1]


async def test_everything_that_is_due_at_a_door_is_done_with_one_button(doors: Doors) -> None:
    worker = await doors.worker()
    task = max(await listed(doors), key=lambda one: len(one.findings))
    due = [one.finding_id for one in task.findings if one.visit_from is None or one.visit_from <= TODAY]
    assert 1 < len(due) < len(task.findings)
    page = await worker.get(f"/visits/{task.task_id}")
    assert f"{len(due)} 件全部已办结" in page.text
    form = {"csrf": page.hidden("csrf"), "key": page.hidden("key"), "due": page.hidden("due"), "all": "done"}
    assert (await worker.post(f"/visits/{task.task_id}/outcomes", form)).status == 303
    assert sorted(await written(doors)) == [(number, "done") for number in sorted(due)]


async def test_what_nobody_has_to_come_for_yet_is_folded_and_can_be_settled(doors: Doors) -> None:
    worker = await doors.worker()
    task = max(await listed(doors), key=lambda one: len(one.findings))
    early = next(one for one in task.findings if one.visit_from is not None and one.visit_from > TODAY)
    page = await worker.get(f"/visits/{task.task_id}")
    folded = page.text.partition("还没到上门的日子")[2].partition("提交结果")[0]
    assert f'name="outcome-{early.finding_id}"' in folded
    form = {"csrf": page.hidden("csrf"), "key": page.hidden("key"), f"outcome-{early.finding_id}": "done"}
    assert (await worker.post(f"/visits/{task.task_id}/outcomes", form)).status == 303
    assert await written(doors) == [(early.finding_id, "done")]


async def test_one_of_several_may_be_reported_and_the_rest_stays(doors: Doors) -> None:
    worker = await doors.worker()
    task = max(await listed(doors), key=lambda one: len(one.findings))
    first, second = [finding.finding_id for finding in task.findings][:2]
    form = await form_of(worker, task)
    only = {name: value for name, value in form.items() if name in ("csrf", "key", f"outcome-{first}")}
    sent = await worker.post(f"/visits/{task.task_id}/outcomes", only)
    assert "还有没办的事" in (await worker.get(sent.headers["Location"])).text
    page = await worker.get(f"/visits/{task.task_id}")
    assert f'name="outcome-{second}"' in page.text
    assert f'name="outcome-{first}"' not in page.text


@ON_SQLITE
async def test_every_outcome_can_be_chosen_by_its_word(doors: Doors) -> None:
    page = await (await doors.worker()).get(f"/visits/{(await listed(doors))[0].task_id}")
    for value, words in OUTCOME.items():
        assert re.search(rf'value="{value}"><span>{re.escape(words)}</span>', page.text)


async def test_the_number_is_masked_until_one_audited_tap(doors: Doors) -> None:
    worker = await doors.worker()
    task = next(task for task in await listed(doors) if task.target.phone)
    page = await worker.get(f"/visits/{task.task_id}")
    assert task.target.phone is not None
    assert task.target.phone in page.text
    assert "tel:" not in page.text
    shown = await worker.post(f"/visits/{task.task_id}/phone", {"csrf": page.hidden("csrf")})
    number = re.search(r'href="tel:(\d+)"', shown.text)
    assert number is not None
    async with doors.house.read() as unit:
        looked = await unit.connection.scalar(
            select(func.count()).select_from(audit).where(audit.c.action == "reveal")
        )
    assert looked == 1
    assert "tel:" not in (await worker.get(f"/visits/{task.task_id}")).text


async def test_the_why_page_tells_every_clause_and_the_law(doors: Doors) -> None:
    page = await (await doors.worker()).get(f"/visits/{(await listed(doors))[0].task_id}/why")
    assert "✓ 成立" in page.text
    assert re.search("依据：《.+》", page.text)


@ON_SQLITE
async def test_what_people_are_called_is_text_and_never_part_of_the_page(doors: Doors) -> None:
    async with doors.house.write() as unit:
        await unit.connection.execute(residents.update().values(name='<b>"阿&婆"</b>'))
    worker = await doors.worker()
    household = next(task for task in await listed(doors) if task.target.kind != "enterprise")
    for path in ("/today", f"/visits/{household.task_id}", f"/visits/{household.task_id}/why"):
        page = await worker.get(path)
        assert '<b>"' not in page.text
        assert "&lt;b&gt;" in page.text


@ON_SQLITE
@pytest.mark.parametrize("by", ["name", "initials", "address"])
async def test_a_visit_is_found_by_name_initials_and_address(doors: Doors, by: str) -> None:
    worker = await doors.worker()
    wanted = (await listed(doors))[-1]
    query = {
        "name": wanted.target.name[:3],
        "initials": initials(wanted.target.name).split()[0].upper(),
        "address": wanted.target.address[4:],
    }[by]
    page = await worker.post("/today", {"csrf": await worker.csrf(), "q": query})
    assert wanted.task_id in visits_of(page)
    assert f"找到 {len(visits_of(page))} 户" in page.text
    assert "Location" not in page.headers
    none = await worker.post("/today", {"csrf": await worker.csrf(), "q": "没有这个人"})
    assert visits_of(none) == []


def test_a_name_is_found_by_any_reading_of_its_characters() -> None:
    assert found("sd", "单丹", "")
    assert found("dd", "单丹", "")
    assert found("JXX 涌泉", "金秀香", "湖滨街道涌泉里")
    assert not found("jxy", "金秀香", "湖滨街道涌泉里")
    assert found("", "金秀香", "")


async def test_the_list_and_its_visits_come_at_once_for_a_phone_without_signal(doors: Doors) -> None:
    worker = await doors.worker()
    answer = await worker.get("/today/visits", Accept="application/json")
    for task in await listed(doors):
        assert f'"/visits/{task.task_id}"' in answer.text
    assert '"/today"' in answer.text


async def test_a_day_off_shows_the_next_list(doors: Doors) -> None:
    account_id, _ = await busiest(doors.house)
    worker = await doors.worker()
    async with doors.house.write() as unit:
        await unit.connection.execute(
            tasks.update()
            .where(tasks.c.account_id == account_id, tasks.c.planned_on == TODAY)
            .values(planned_on=TODAY.replace(day=30))
        )
    page = await worker.get("/today")
    assert "11月" in page.text
    assert "下一个有安排的日子" in page.text
    assert visits_of(page)


@ON_SQLITE
async def test_pages_and_files_are_compressed_and_files_kept_for_good(doors: Doors) -> None:
    worker = await doors.worker()
    page = await worker.get("/today")
    assert page.headers["Content-Encoding"] in ("gzip", "deflate")
    for file in re.findall(r'"(/static/[^"]+\.(?:css|js))"', page.text):
        answer = await worker.get(file)
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]
