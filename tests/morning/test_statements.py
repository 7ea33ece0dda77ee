"""What a list costs: as many statements for a dozen visits as for one, and none to make words that were written before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from morning.conftest import TODAY, Office
from sqlalchemy import Engine, event, or_, select, update

from service import visits
from service.access import accounts
from service.access.actors import Actor
from service.access.unit import House
from service.engine import wording
from service.tables import findings, tasks
from service.work import tasks as reading
from service.work.pending import LIVE

COUNT = re.compile(r"(\d+) ?(?:人|名|位|张|份)")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement of this process meanwhile, on whichever connection."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_a_list_of_any_length_takes_the_same_few_statements(office: Office) -> None:
    worker = await office.sign_in(await office.busiest())
    counted = {}
    for limit in (1, 5, 200):
        with statements() as seen:
            status, page = await worker("GET", f"/tasks?on={TODAY}&limit={limit}")
        assert status == 200
        kinds = {task["target"]["kind"] for task in page["items"]}
        counted[len(page["items"])] = len(seen) - len(kinds)
    assert len(counted) >= 2, "the lists differ in length"
    # Another kind may be fetched to tell that there is more.
    assert all(3 <= count <= 4 for count in counted.values()), counted


async def test_every_page_of_a_morning_is_worded_beforehand(morning: House) -> None:
    async with morning.read() as unit:
        for actor in await _workers(morning):
            mine = await reading.page(unit, on=TODAY, account_id=actor.account_id, limit=200)
            with statements() as seen:
                told = await visits.worded(unit, mine)
            assert seen == []
            assert [one.reason for task in told for one in task.findings if one.live and not one.reason] == []


async def test_what_is_to_come_is_worded_with_the_list_but_counted_apart(morning: House) -> None:
    due = or_(findings.c.visit_from.is_(None), findings.c.visit_from <= TODAY)
    async with morning.write() as unit:
        rows = await unit.connection.execute(
            select(findings.c.task_id, findings.c.finding_id, findings.c.version_id, findings.c.subject_id)
            .join(tasks, tasks.c.task_id == findings.c.task_id)
            .where(tasks.c.planned_on == TODAY, LIVE, due, findings.c.rule == "health-certificate-food")
            .order_by(findings.c.task_id, findings.c.finding_id)
        )
        by_task: dict[int, list[Any]] = {}
        for row in rows:
            by_task.setdefault(row.task_id, []).append(row)
        shop = max(by_task.values(), key=len)
        assert len(shop) > 1
        later = shop[0].finding_id
        await unit.connection.execute(
            update(findings)
            .where(findings.c.finding_id == later)
            .values(visit_from=TODAY + timedelta(days=9))
        )
        await wording.rewrite_words(unit, shop[0].task_id)
        task = await reading.get(unit, shop[0].task_id)
    assert [one.finding_id for one in task.findings if one.coming(TODAY)].count(later) == 1
    words = {one.finding_id: one.heading or "" for one in task.findings}
    assert COUNT.findall(words[later]) == ["1"]
    assert {COUNT.findall(words[row.finding_id])[0] for row in shop[1:]} == {str(len(shop) - 1)}


async def _workers(house: House) -> list[Actor]:
    async with house.read() as unit:
        ids = await unit.connection.execute(
            select(tasks.c.account_id).distinct().where(tasks.c.planned_on == TODAY)
        )
        found = [await accounts.by_id(unit, account_id) for account_id in ids.scalars()]
    return [account.actor for account in found if account is not None]
