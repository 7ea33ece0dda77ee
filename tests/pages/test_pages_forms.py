"""The rest of a worker's forms, without a line of JavaScript: facts, reasons, taking back, handing over, objections."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
from mornings import TODAY
from pages.conftest import ON_SQLITE, Browser, Doors, Shown, busiest
from pages.test_pages_visits import form_of, listed, visits_of, written
from sqlalchemy import insert, select, update

from service.access import accounts
from service.clock import SetClock
from service.pages.fact_form import facts_of
from service.tables import accounts as accounts_table
from service.tables import escalations, findings, objections, outcomes, residents, returns, tasks
from service.tables.tasks import LATER_REASON
from service.work import tasks as behaviour

LIVES_ALONE = re.compile(r'name="(fact-(\d+)-resident\.lives_alone)"')


async def asked_of(doors: Doors, worker: Browser) -> tuple[behaviour.Task, Shown, int]:
    """A visit of today where somebody may be asked whether they live alone: its page, and the finding."""
    for task in await listed(doors):
        page = await worker.get(f"/visits/{task.task_id}")
        if found := LIVES_ALONE.search(page.text):
            return task, page, int(found[2])
    raise AssertionError("nobody on the list is asked whether they live alone")


def hidden(page: Shown) -> dict[str, str]:
    return {"csrf": page.hidden("csrf"), "key": page.hidden("key")}


def form_at(page: Shown, action: str) -> dict[str, str]:
    """The hidden fields of the form that is sent to an address."""
    form = page.text.partition(f'action="{action}"')[2].partition("</form>")[0]
    return {
        name: unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    }


async def person_of(doors: Doors, finding_id: int) -> tuple[int, bool | None, str]:
    """Whom a finding is about, whether they live alone, and their number in full."""
    async with doors.house.read() as unit:
        row = (
            await unit.connection.execute(
                select(residents.c.resident_id, residents.c.lives_alone, residents.c.phone)
                .join(findings, findings.c.subject_id == residents.c.resident_id)
                .where(findings.c.finding_id == finding_id)
            )
        ).one()
        return row.resident_id, row.lives_alone, unit.vault.open("residents.phone", row.phone)


async def test_facts_are_corrected_together_with_the_result_and_the_number_is_never_shown(
    doors: Doors,
) -> None:
    worker = await doors.worker()
    task, page, finding = await asked_of(doors, worker)
    _, alone, before = await person_of(doors, finding)
    assert before not in page.text
    facts = {
        f"fact-{finding}-resident.lives_alone": "否" if alone else "是",
        f"fact-{finding}-resident.phone": "19900005678",
        f"fact-{finding}-resident.care_level": "",
    }
    sent = await worker.post(f"/visits/{task.task_id}/outcomes", {**hidden(page), f"outcome-{finding}": "later",
        f"later-on-{finding}": "2026-11-24", **facts})  # fmt: skip
    assert sent.headers["Location"] == f"/today?finished={task.task_id}"
    _, now, number = await person_of(doors, finding)
    assert (now, number) == (not alone, "19900005678")
    again = await worker.get(f"/visits/{task.task_id}")
    assert "19900005678" not in again.text
    assert "199****5678" in again.text


@ON_SQLITE
async def test_facts_alone_are_taken_once_and_can_be_taken_back(doors: Doors) -> None:
    worker = await doors.worker()
    task, page, finding = await asked_of(doors, worker)
    person, alone, _ = await person_of(doors, finding)
    path = f"/visits/{task.task_id}"
    form = {**hidden(page), f"fact-{finding}-resident.lives_alone": "否" if alone else "是"}
    first = await worker.post(f"{path}/outcomes", form)
    assert first.headers["Location"] == f"{path}?said=facts"
    assert (await worker.post(f"{path}/outcomes", form)).status == 303
    assert (await person_of(doors, finding))[1] is not alone
    assert await written(doors) == []
    told = await worker.get(first.headers["Location"])
    assert "信息已更正" in told.text
    undone = await worker.post(f"{path}/undo", form_at(told, f"{path}/undo"))
    assert undone.headers["Location"] == f"{path}?said=undone"
    assert (await person_of(doors, finding))[:2] == (person, alone)


@ON_SQLITE
async def test_a_fact_that_cannot_be_read_is_said_and_all_but_what_is_private_is_kept(doors: Doors) -> None:
    worker = await doors.worker()
    task, page, finding = await asked_of(doors, worker)
    chosen = {
        f"outcome-{finding}": "done",
        f"fact-{finding}-resident.lives_alone": "是",
        f"fact-{finding}-resident.phone": "13700",
    }
    answer = await worker.post(f"/visits/{task.task_id}/outcomes", {**hidden(page), **chosen})
    assert answer.status == 422
    assert 'class="fault"' in answer.text
    assert "13700" not in answer.text
    assert "这一项没有保留" in answer.text
    assert re.search(rf'name="fact-{finding}-resident.lives_alone" value="是" checked', answer.text)
    assert re.search(rf'name="outcome-{finding}" value="done" checked', answer.text)
    assert await written(doors) == []
    more = {f"fact-{finding}-resident.sex": "1", **hidden(page)}
    assert "可以更正的信息" in (await worker.post(f"/visits/{task.task_id}/outcomes", more)).text


def test_only_fields_that_are_filled_in_are_facts() -> None:
    form = {
        "fact-3-resident.phone": " 1 ",
        "fact-3-x.y": "",
        "fact-x-a.b": "1",
        "fact-": "1",
        "note-3": "1",
        "fact-9": "2",
    }
    assert facts_of(form) == {3: {"resident.phone": "1"}, 9: {"": "2"}}


@ON_SQLITE
async def test_later_takes_a_reason_and_the_look_back_says_both(doors: Doors) -> None:
    worker = await doors.worker()
    task = (await listed(doors))[0]
    form = await form_of(worker, task, "later")
    more = {f"reason-{finding.finding_id}": "nobody_home" for finding in task.findings}
    days = {f"later-on-{finding.finding_id}": "2026-11-25" for finding in task.findings}
    path = f"/visits/{task.task_id}/outcomes"
    unknown = dict.fromkeys(more, "bored")
    assert (await worker.post(path, {**form, **days, **unknown})).status == 422
    assert (await worker.post(path, {**form, **days, **more})).status == 303
    async with doors.house.read() as unit:
        reasons = (await unit.connection.execute(select(outcomes.c.reason))).scalars().all()
    assert set(reasons) == {"nobody_home"}
    done = await worker.get("/done")
    assert f"稍后再办，改到11月25日（周三）（{LATER_REASON['nobody_home']}）" in done.text


@ON_SQLITE
async def test_the_day_offered_for_later_is_one_that_is_taken(doors: Doors) -> None:
    worker = await doors.worker()
    tomorrow = TODAY + timedelta(days=1)
    async with doors.house.write() as unit:
        await unit.connection.execute(update(findings).values(due_on=tomorrow))
    clock = doors.house.clock
    assert isinstance(clock, SetClock)
    task = (await listed(doors))[0]
    page = await worker.get(f"/visits/{task.task_id}")
    assert "最晚 11月24日" in page.text
    assert set(re.findall(r'name="later-on-\d+" type="date" value="([\d-]+)"', page.text)) == {
        tomorrow.isoformat()
    }


@ON_SQLITE
async def test_what_was_put_off_too_often_is_said_on_the_page_with_what_was_chosen(doors: Doors) -> None:
    worker = await doors.worker()
    task = (await listed(doors))[0]
    finding = task.findings[0].finding_id
    async with doors.house.write() as unit:
        row = {"finding_id": finding, "task_id": task.task_id, "outcome": "later", "reason": "other",
            "revisit_on": date(2026, 11, 2), "account_id": 1, "at": unit.now - timedelta(days=30)}  # fmt: skip
        await unit.connection.execute(insert(outcomes), [row] * 3)
    page = await worker.get(f"/visits/{task.task_id}")
    form = {f"outcome-{finding}": "later", f"later-on-{finding}": "2026-11-24", f"note-{finding}": "门锁着"}
    answer = await worker.post(f"/visits/{task.task_id}/outcomes", {**hidden(page), **form})
    assert answer.status == 409
    assert "已经推迟 3 次" in answer.text
    assert "门锁着" in answer.text


async def test_a_report_is_taken_back_within_ten_minutes_and_the_day_says_so(doors: Doors) -> None:
    worker = await doors.worker()
    task = (await listed(doors))[0]
    path = f"/visits/{task.task_id}"
    sent = await worker.post(f"{path}/outcomes", await form_of(worker, task))
    told = await worker.get(sent.headers["Location"])
    assert "08:40 前可以撤销" in told.text
    assert 'class="undo"' in (await worker.get("/done")).text
    form = form_at(told, f"{path}/undo")
    for _ in range(2):
        answer = await worker.post(f"{path}/undo", form)
        assert (answer.status, answer.headers["Location"]) == (303, f"{path}?said=undone")
    page = await worker.get(answer.headers["Location"])
    assert "已撤销，请按实际情况重新登记" in page.text
    today = await worker.get("/today")
    assert task.task_id in visits_of(today)
    assert "今天办过 <strong>0</strong> 户" in today.text
    done = await worker.get("/done")
    assert "<strong>已撤销</strong>" in done.text
    assert "<strong>0</strong> 户" in done.text
    assert 'class="undo"' not in done.text
    await worker.post(f"{path}/outcomes", await form_of(worker, task, "not_found"))
    assert "<strong>1</strong> 户" in (await worker.get("/done")).text


@ON_SQLITE
async def test_after_ten_minutes_nothing_is_offered_and_nothing_taken_back(doors: Doors) -> None:
    clock = doors.house.clock
    assert isinstance(clock, SetClock)
    worker = await doors.worker()
    task = (await listed(doors))[0]
    path = f"/visits/{task.task_id}"
    sent = await worker.post(f"{path}/outcomes", await form_of(worker, task))
    form = form_at(await worker.get(sent.headers["Location"]), f"{path}/undo")
    clock.advance(minutes=10, seconds=1)
    for page in (await worker.get("/done"), await worker.get("/today"), await worker.get(path)):
        assert 'class="undo"' not in page.text
    answer = await worker.post(f"{path}/undo", form)
    assert answer.status == 409
    assert "超过十分钟" in answer.text
    assert len(await written(doors)) == len(task.findings)


async def colleague_at(doors: Doors, task_id: int) -> accounts.Account:
    """A colleague who now works where a visit lies."""
    account_id, _ = await busiest(doors.house)
    async with doors.house.write() as unit:
        c = tasks.c
        place = await unit.connection.scalar(select(c.division_code).where(c.task_id == task_id))
        other = await unit.connection.scalar(select(c.account_id).where(c.account_id != account_id).limit(1))
        assert other is not None
        theirs = accounts_table.c.account_id == other
        await unit.connection.execute(update(accounts_table).where(theirs).values(division_code=place))
        colleague = await accounts.by_id(unit, other)
    assert colleague is not None
    return colleague


async def test_a_visit_is_handed_to_a_colleague_on_duty_with_a_note(doors: Doors) -> None:
    worker = await doors.worker()
    task = (await listed(doors))[0]
    path = f"/visits/{task.task_id}/handover"
    assert "没有别的同事在岗" in (await worker.get(path)).text
    colleague = await colleague_at(doors, task.task_id)
    page = await worker.get(path)
    offered = re.findall(r'<option value="(\d+)"', page.text)
    assert offered == [str(colleague.account_id)]
    form = {**form_at(page, path), "account": offered[0], "note": "老人听力不好，请大声些"}
    wrong = await worker.post(path, {**form, "note": "打 13812345678"})
    assert wrong.status == 422
    assert "请不要写证件号、电话" in wrong.text
    assert f'<option value="{offered[0]}" selected' in wrong.text
    assert (await worker.post(path, {**form, "account": ""})).status == 422
    for _ in range(2):
        sent = await worker.post(path, form)
        assert (sent.status, sent.headers["Location"]) == (303, "/today?said=handed_over")
    today = await worker.get(sent.headers["Location"])
    assert "已转给同事" in today.text
    assert task.task_id not in visits_of(today)
    assert (await worker.get(f"/visits/{task.task_id}")).status == 404
    theirs = await (await doors().sign_in(colleague.login)).get(f"/visits/{task.task_id}")
    assert "老人听力不好，请大声些" in theirs.text


@ON_SQLITE
async def test_an_objection_takes_the_matter_off_the_list_and_is_told_plainly(doors: Doors) -> None:
    worker = await doors.worker()
    task = max(await listed(doors), key=lambda one: len(one.findings))
    finding = task.findings[0]
    path = f"/visits/{task.task_id}"
    form = form_at(await worker.get(path), f"{path}/objection") | {"finding": str(finding.finding_id)}
    empty = await worker.post(f"{path}/objection", {**form, "objection": " "})
    assert (empty.status, "请写明异议内容" in empty.text) == (422, True)
    wrong = {**form, "finding": "987654321", "objection": "已经搬走三年"}
    kept = await worker.post(f"{path}/objection", wrong)
    assert (kept.status, "已经搬走三年" in kept.text) == (422, True)
    for _ in range(2):
        sent = await worker.post(f"{path}/objection", {**form, "objection": "已经搬走三年"})
        assert sent.headers["Location"] == f"{path}?said=objection"
    page = await worker.get(sent.headers["Location"])
    assert "有异议，等社区负责人裁定" in page.text
    assert f'name="outcome-{finding.finding_id}"' not in page.text
    async with doors.house.read() as unit:
        noted = (await unit.connection.execute(select(objections.c.finding_id, objections.c.reason))).all()
    assert [tuple(row) for row in noted] == [(finding.finding_id, "已经搬走三年")]
    assert "登记了异议" in (await worker.get("/done")).text


async def test_what_lies_with_a_department_is_told_with_the_day_of_its_answer(doors: Doors) -> None:
    worker = await doors.worker()
    task = max(await listed(doors), key=lambda one: len(one.findings))
    finding = task.findings[0]
    page = await worker.get(f"/visits/{task.task_id}")
    form = {**hidden(page), f"outcome-{finding.finding_id}": "needs_department"}
    assert (await worker.post(f"/visits/{task.task_id}/outcomes", form)).status == 303
    async with doors.house.read() as unit:
        due = await unit.connection.scalar(select(returns.c.due_on))
    assert due is not None
    shown = await worker.get(f"/visits/{task.task_id}")
    assert f"已转{finding.department}，应在{due.month}月{due.day}日" in shown.text
    assert f"需部门处理，已转{finding.department}" in (await worker.get("/done")).text


async def test_a_visit_nobody_made_in_time_says_who_was_told(doors: Doors) -> None:
    worker = await doors.worker()
    task = (await listed(doors))[0]
    path = f"/visits/{task.task_id}"
    for step, words in (("supervisor", "已提醒社区负责人。"), ("street", "已提醒社区负责人和街道。")):
        assert words not in (await worker.get(path)).text
        async with doors.house.write() as unit:
            row = {"task_id": task.task_id, "step": step, "on_day": TODAY}
            await unit.connection.execute(insert(escalations).values(row))
        assert words in (await worker.get(path)).text
    today = await worker.get("/today")
    assert today.text.count("超时未办，已提醒") == 1


@ON_SQLITE
@pytest.mark.parametrize("form", ["undo", "handover", "objection"])
async def test_another_ones_visit_takes_no_form(doors: Doors, form: str) -> None:
    account_id, _ = await busiest(doors.house)
    async with doors.house.read() as unit:
        theirs = await unit.connection.scalar(
            select(tasks.c.task_id).where(tasks.c.account_id != account_id).limit(1)
        )
    worker = await doors.worker()
    csrf = await worker.csrf()
    for number in (theirs, 99999999):
        sent = {"csrf": csrf, "key": "k", "account": "1", "finding": "1", "objection": "x"}
        assert (await worker.post(f"/visits/{number}/{form}", sent)).status == 404
