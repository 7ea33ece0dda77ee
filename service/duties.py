"""Posts and absences as the interface, the pages and the command line change them: with what they mean for the visits.

Each leaves the visits concerned to be brought in step, in the same transaction; the caller starts `settling.settle_touched`
once that is committed. Whoever is killed before is followed by the next that settles.
"""

from __future__ import annotations

from datetime import date

from service.access import staff
from service.access.staff import Absence, Post
from service.access.unit import Unit
from service.tables import tasks
from service.work import pending


async def give_post(
    unit: Unit, account_id: int, division_code: str, role: str, from_on: date, to_on: date | None = None
) -> Post:
    """As `staff.give_post`; the visits there follow."""
    post = await staff.give_post(unit, account_id, division_code, role, from_on, to_on)
    await pending.queue_tasks(unit, tasks.c.division_code == post.division_code)
    return post


async def end_post(unit: Unit, post_id: int) -> Post:
    """As `staff.end_post`; the visits there go to others."""
    post = await staff.end_post(unit, post_id)
    await pending.queue_tasks(unit, tasks.c.division_code == post.division_code)
    return post


async def note_absence(unit: Unit, account_id: int, from_on: date, to_on: date) -> Absence:
    """As `staff.note_absence`; where it has begun, the visits go to others."""
    absence = await staff.note_absence(unit, account_id, from_on, to_on)
    await pending.queue_tasks(unit, tasks.c.account_id == account_id)
    return absence
