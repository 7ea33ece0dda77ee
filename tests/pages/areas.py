"""What happens in an area of the small street that its supervisor has to see to."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from access.people import PASSWORD
from mornings import TODAY
from pages.conftest import Doors
from sqlalchemy import select, update

from service.access import accounts, passwords, staff
from service.access.permissions import Role
from service.answering import answer
from service.tables import accounts as accounts_table
from service.tables import findings, rule_versions, tasks
from service.tables.tasks import OPEN
from service.work import objections
from service.work.outcomes import Answer
from service.work.pending import LIVE

HERE, THERE = "330102003050", "330102003057"
CHIEF, OTHER_CHIEF, STREET_CHIEF = "shequ-050", "shequ-057", "jiedao"


async def colleague(doors: Doors, login: str = "xin", division: str = HERE) -> int:
    """Another worker on duty."""
    async with doors.house.write() as unit:
        return await accounts.add(unit, login=login, name="新同事", role=Role.WORKER, division=division)


async def held(doors: Doors, how: Literal["objection", "department"]) -> tuple[int, str]:
    """A finding of HERE that its worker noted an objection to, or returned to its department: itself, its department."""
    async with doors.house.read() as unit:
        row = (
            await unit.connection.execute(
                select(findings.c.finding_id, tasks.c.task_id, tasks.c.account_id, rule_versions.c.department)
                .join(tasks, tasks.c.task_id == findings.c.task_id)
                .join(rule_versions, rule_versions.c.version_id == findings.c.version_id)
                .where(tasks.c.division_code.startswith(HERE), OPEN, LIVE, tasks.c.account_id.is_not(None))
                .order_by(findings.c.finding_id)
            )
        ).first()
        assert row is not None
        account = await accounts.by_id(unit, row.account_id)
    assert account is not None
    async with doors.house.write(account.actor) as unit:
        if how == "objection":
            await objections.object_to(unit, row.finding_id, "老人上月已搬走")
        else:
            await answer(unit, row.task_id, [Answer(row.finding_id, "needs_department", note="要查档案")])
    return row.finding_id, row.department


async def busy(doors: Doors) -> None:
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
