"""Who holds which grid, who is away, and which tasks nobody holds."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from service import duties
from service.access import staff
from service.access.permissions import Permission
from service.api.models import Body, Created, Day, Id, Page, PageQuery, View
from service.api.request import Request
from service.api.routing import API, Routes
from service.errors import Conflict, InvalidInput, NotFound
from service.settling import settle_touched
from service.work import unassigned
from service.work.unassigned import WORDS, Reason

routes = Routes()
CODE = r"^\d{2,18}$"


class StaffQuery(PageQuery):
    on: Day | None = Field(None, description="哪一天谁不在，默认今天")


class MemberView(View):
    account_id: int
    login: str
    name: str
    division_code: str | None
    away_until: date | None = Field(description="那天不在岗的，到哪天为止；在岗为空")


class PostsQuery(PageQuery):
    on: Day | None = Field(None, description="只看这一天有效的")
    account_id: Id | None = Field(None, description="只看这个人的")
    division: str | None = Field(None, pattern=CODE, description="只看编码以此开头的网格和社区")


class PostBody(Body):
    account_id: Id
    division_code: str = Field(pattern=CODE, description="网格或社区的编码，在这个人的管理范围之内")
    role: Literal["main", "deputy"] = Field("main", description="main 责任人，deputy 替补")
    from_: Day | None = Field(None, alias="from", description="从哪天起，默认今天")
    to: Day | None = Field(None, description="到哪天为止（含）")


class PostView(View):
    post_id: int
    account_id: int
    name: str
    division_code: str
    role: Literal["main", "deputy"]
    from_on: date
    to_on: date | None


class AbsencesQuery(PageQuery):
    on: Day | None = Field(None, description="只看这一天不在岗的")
    account_id: Id | None = Field(None, description="只看这个人的")


class AbsenceBody(Body):
    account_id: Id
    from_: Day = Field(alias="from", description="第一天")
    to: Day = Field(description="最后一天")


class AbsenceView(View):
    absence_id: int
    account_id: int
    name: str
    from_on: date
    to_on: date


class UnassignedView(View):
    task_id: int
    division_code: str
    division_name: str | None
    grade: str
    due_on: date | None
    opened_on: date
    reason: Reason = Field(description="、".join(f"{reason} {words}" for reason, words in WORDS.items()))


@routes.get("/staff", permission=Permission.STAFF)
async def list_staff(request: Request, query: StaffQuery) -> Page[MemberView]:
    """List the workers of the own area, and who is away on a day."""
    async with request.reading() as unit:
        found = await staff.members(
            unit, query.on or unit.today, after=query.after or 0, limit=query.limit + 1
        )
    views = [MemberView.model_validate(one) for one in found]
    return Page.of(views, limit=query.limit, key=lambda one: one.account_id)


@routes.get("/posts", permission=Permission.STAFF)
async def list_posts(request: Request, query: PostsQuery) -> Page[PostView]:
    """List who is responsible, or deputy, for which grid and from when to when."""
    async with request.reading() as unit:
        given = query.model_dump(exclude={"limit"})
        found = await staff.posts_page(unit, **given, limit=query.limit + 1)
    views = [PostView.model_validate(one) for one in found]
    return Page.of(views, limit=query.limit, key=lambda one: one.post_id)


@routes.post(
    "/posts", permission=Permission.STAFF, idempotent=True, refuses=(NotFound, Conflict, InvalidInput)
)
async def give_post(request: Request, body: PostBody) -> Created[PostView]:
    """Let a worker hold a grid or community, or be deputy there; tasks there follow at once."""
    async with request.unit() as unit:
        from_on = body.from_ or unit.today
        post = await duties.give_post(unit, body.account_id, body.division_code, body.role, from_on, body.to)
    _follow(request)
    return Created(f"{API}/posts/{post.post_id}", PostView.model_validate(post))


@routes.delete("/posts/{post_id}", permission=Permission.STAFF)
async def end_post(request: Request, post_id: int) -> None:
    """End a post as of yesterday, or take it out if it has not begun; tasks there go to others at once."""
    async with request.unit() as unit:
        await duties.end_post(unit, post_id)
    _follow(request)


@routes.get("/absences", permission=Permission.STAFF)
async def list_absences(request: Request, query: AbsencesQuery) -> Page[AbsenceView]:
    """List who is away when; with `on`, who is away that day."""
    async with request.reading() as unit:
        given = query.model_dump(exclude={"limit"})
        found = await staff.absences_page(unit, **given, limit=query.limit + 1)
    views = [AbsenceView.model_validate(one) for one in found]
    return Page.of(views, limit=query.limit, key=lambda one: one.absence_id)


@routes.post(
    "/absences", permission=Permission.STAFF, idempotent=True, refuses=(NotFound, Conflict, InvalidInput)
)
async def note_absence(request: Request, body: AbsenceBody) -> Created[AbsenceView]:
    """Note that somebody is away; for days that have begun the tasks go to others at once. Why is not asked."""
    async with request.unit() as unit:
        absence = await duties.note_absence(unit, body.account_id, body.from_, body.to)
    _follow(request)
    return Created(f"{API}/absences/{absence.absence_id}", AbsenceView.model_validate(absence))


@routes.delete("/absences/{absence_id}", permission=Permission.STAFF)
async def end_absence(request: Request, absence_id: int) -> None:
    """Somebody is back from today on, or does not go away after all; the own grid's tasks come back with the next plan."""
    async with request.unit() as unit:
        await staff.end_absence(unit, absence_id)


@routes.get("/unassigned", permission=Permission.STAFF)
async def list_unassigned(request: Request, query: PageQuery) -> Page[UnassignedView]:
    """List the open tasks of the own area that nobody holds, and why."""
    async with request.reading() as unit:
        found = await unassigned.page(unit, unit.today, after=query.after, limit=query.limit + 1)
    views = [UnassignedView.model_validate(one) for one in found]
    return Page.of(views, limit=query.limit, key=lambda one: one.task_id)


def _follow(request: Request) -> None:
    """Give what was queued to whoever is on duty now, once it is committed; who is killed before is followed by the next."""
    state = request.app_state
    request.after_commit(lambda: state.background.start("staff", settle_touched(state.house, state.settings)))
