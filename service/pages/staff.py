"""Who is on duty where in the coming two weeks, and entering and ending absences and posts. Duty, not work, is shown here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from service import duties
from service.access import staff
from service.access.permissions import Permission
from service.access.staff import Absence
from service.access.unit import Unit
from service.engine import rulebook
from service.errors import Conflict, InvalidInput, NotFound, Problem
from service.pages.once import first_time
from service.pages.rendering import page, to
from service.pages.routing import Routes
from service.pages.typed import CODE, day_of, key_of
from service.pages.visitor import Visitor
from service.settling import settle_touched
from service.work import rota
from service.work.assign import COMMUNITY_DIGITS
from service.work.rota import Person, Rota, Seat

routes = Routes()

DAYS = 14
"""Today and the days after it that are looked at."""
DONE = ("away", "back", "post", "ended")
"""What a page may say was just entered or ended."""
Form = Mapping[str, str]


@dataclass(frozen=True)
class Cover:
    """A grid somebody is responsible for, and who is deputy there."""

    place: str
    deputies: list[str]


@dataclass(frozen=True)
class Leave:
    """One absence, and what becomes of the grids meanwhile."""

    person: Person
    absence: Absence
    now: bool
    covers: list[Cover]


@routes.get("/staff", permission=Permission.STAFF)
async def show_staff(visitor: Visitor) -> web.Response:
    """The communities of a larger area, or one community in full."""
    done = visitor.raw.query.get("done", "")
    return await _shown(visitor, visitor.raw.query, done=done if done in DONE else "")


@routes.post("/staff/absences", permission=Permission.STAFF)
async def note_absence(visitor: Visitor) -> web.Response:
    """Note that somebody is away; for days that have begun the visits go to others at once."""
    return await _taken(visitor, "away")


@routes.post("/staff/absences/{absence_id}/end", permission=Permission.STAFF)
async def end_absence(visitor: Visitor) -> web.Response:
    """Somebody is back from today on, or does not go away after all."""
    return await _taken(visitor, "back")


@routes.post("/staff/posts", permission=Permission.STAFF)
async def give_post(visitor: Visitor) -> web.Response:
    """Let a worker hold a grid, or be deputy there; visits there follow at once."""
    return await _taken(visitor, "post")


@routes.post("/staff/posts/{post_id}/end", permission=Permission.STAFF)
async def end_post(visitor: Visitor) -> web.Response:
    """End a post from today on; visits there go to others at once."""
    return await _taken(visitor, "ended")


async def _taken(visitor: Visitor, what: str) -> web.Response:
    """Write what a form says, once, let the visits follow, and go back; a fault is shown where it was made."""
    try:
        async with visitor.unit() as unit:
            if await first_time(visitor, unit):
                await WRITES[what](unit, visitor)
    except (InvalidInput, Conflict, NotFound) as fault:
        return await _shown(visitor, visitor.form, fault=fault, at=what)
    visitor.site.start("staff", settle_touched(visitor.site.house, visitor.site.settings))
    return to(f"/staff?community={_community(visitor.form) or ''}&done={what}")


async def _note_absence(unit: Unit, visitor: Visitor) -> None:
    form = visitor.form
    account_id = key_of(form, "account", "请选择谁离岗。")
    from_on, to_on = day_of(form.get("from", "")), day_of(form.get("to", ""))
    if to_on is None:
        raise InvalidInput("请填写离岗到哪天为止。")
    await duties.note_absence(unit, account_id, from_on or unit.today, to_on)


async def _end_absence(unit: Unit, visitor: Visitor) -> None:
    await staff.end_absence(unit, visitor.number("absence_id"))


async def _give_post(unit: Unit, visitor: Visitor) -> None:
    form = visitor.form
    account_id, place = key_of(form, "account", "请选择由谁负责。"), form.get("place", "")
    if not CODE.fullmatch(place):
        raise InvalidInput("请选择哪个网格。")
    role = "deputy" if form.get("role") == "deputy" else "main"
    from_on, to_on = day_of(form.get("from", "")), day_of(form.get("to", ""))
    await duties.give_post(unit, account_id, place, role, from_on or unit.today, to_on)


async def _end_post(unit: Unit, visitor: Visitor) -> None:
    await duties.end_post(unit, visitor.number("post_id"))


WRITES = {"away": _note_absence, "back": _end_absence, "post": _give_post, "ended": _end_post}


async def _shown(
    visitor: Visitor, given: Form, *, fault: Problem | None = None, at: str = "", done: str = ""
) -> web.Response:
    async with visitor.reading() as unit:
        context = await _context(unit, given)
    told = {"fault": fault_words(fault) if fault else "", "at": at, "done": done}
    status = fault.status if fault else 200
    return page(visitor, "staff.html", status=status, form=visitor.form, **told, **context)


async def _context(unit: Unit, given: Form) -> dict[str, Any]:
    days = await coming_days(unit)
    communities = await rota.communities(unit, unit.today)
    chosen = _community(given) or (communities[0].code if len(communities) == 1 else None)
    whole = await rota.rota(unit, chosen, days) if chosen else None
    return {
        "today": unit.today,
        "last": days[-1],
        "communities": communities,
        "chosen": chosen,
        "rota": whole,
        "leaves": _leaves(whole, unit.today) if whole else [],
    }


async def coming_days(unit: Unit) -> list[date]:
    """Today, and what of the two weeks from it on are working days."""
    calendar = await rulebook.working_days(unit)
    later = [unit.today + timedelta(days=count) for count in range(1, DAYS)]
    return [unit.today, *(day for day in later if calendar.is_working(day))]


def fault_words(fault: Problem) -> str:
    """What is wrong, with the fields that are."""
    errors = fault.extra.get("errors", [])
    return "；".join([fault.detail, *(error["message"] for error in errors)])


def _community(given: Form) -> str | None:
    code = given.get("community", "")
    return code if len(code) == COMMUNITY_DIGITS and CODE.fullmatch(code) else None


def _leaves(whole: Rota, today: date) -> list[Leave]:
    """Who is away or will be, the earliest first."""
    found = [
        Leave(person, absence, absence.from_on <= today, _covers(person, absence, whole.seats))
        for person in whole.people
        for absence in person.absences
    ]
    return sorted(found, key=lambda one: (one.absence.from_on, one.absence.absence_id))


def _covers(person: Person, absence: Absence, seats: Sequence[Seat]) -> list[Cover]:
    own = [
        seat for seat in seats
        if any(post.role == "main" and post.account_id == person.account_id for post in seat.posts)
    ]  # fmt: skip
    return [
        Cover(seat.name, [post.name for post in seat.posts if post.role == "deputy" and _then(post, absence)])
        for seat in own
    ]


def _then(post: staff.Post, absence: Absence) -> bool:
    """Whether a post is held on the first day of an absence."""
    return post.from_on <= absence.from_on and (post.to_on is None or absence.from_on <= post.to_on)
