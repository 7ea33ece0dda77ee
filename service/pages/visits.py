"""One visit: who, where, why and what to do; the number to call; and what came of it."""

from __future__ import annotations

from aiohttp import web

from service import visits
from service.access.permissions import Permission
from service.engine import rulebook
from service.engine.explain import Explanation, explain_finding
from service.errors import Conflict, InvalidInput, NotFound
from service.pages.once import first_time
from service.pages.rendering import page, to
from service.pages.routing import Routes
from service.pages.visit_form import answers_of, visit_context
from service.pages.visitor import Visitor
from service.work import tasks

routes = Routes()


@routes.get("/visits/{task_id}", permission=Permission.WORK)
async def show_visit(visitor: Visitor) -> web.Response:
    """Everything to be done at one door."""
    return await _visit(visitor)


@routes.post("/visits/{task_id}/phone", permission=Permission.REVEAL)
async def show_phone(visitor: Visitor) -> web.Response:
    """The same page with the number in full; the look is audited."""
    async with visitor.unit() as unit:
        phone = await visits.reveal_phone(unit, visitor.number("task_id"))
    return await _visit(visitor, phone=phone.number)


@routes.get("/visits/{task_id}/why", permission=Permission.WORK)
async def show_why(visitor: Visitor) -> web.Response:
    """Every clause of every rule behind a visit, with the facts it rests on and the law."""
    async with visitor.reading() as unit:
        task = await tasks.get(unit, visitor.number("task_id"))
        told: list[tuple[tasks.Finding, Explanation | None]] = []
        for finding in task.findings:
            try:
                told.append((finding, await explain_finding(unit, finding.finding_id)))
            except (NotFound, Conflict):  # its record or a parameter is gone since
                told.append((finding, None))
    return page(visitor, "why.html", task=task, told=told)


@routes.post("/visits/{task_id}/outcomes", permission=Permission.WORK)
async def take_outcomes(visitor: Visitor) -> web.Response:
    """Write what came of the visit, once however often the form is sent, and go back to the list."""
    task_id = visitor.number("task_id")
    try:
        await _settle_once(visitor, task_id)
    except InvalidInput as fault:
        if visitor.wants_json:
            raise
        return await _visit(visitor, fault=fault.detail)
    if visitor.wants_json:
        return web.json_response({"finished": task_id})
    return to(f"/today?finished={task_id}")


async def _settle_once(visitor: Visitor, task_id: int) -> None:
    """Claim the form's key, settle, and keep that it was answered, all in one transaction."""
    async with visitor.unit() as unit:
        if not await first_time(visitor, unit):
            return
        await tasks.get(unit, task_id)  # whoever may not see it is told nothing about the form either
        days = visitor.site.settings.return_days
        await visits.settle(unit, task_id, answers_of(visitor.form), department_days=days)


async def _visit(visitor: Visitor, *, fault: str = "", phone: str = "") -> web.Response:
    async with visitor.reading() as unit:
        task = (await visits.worded(unit, [await tasks.get(unit, visitor.number("task_id"))]))[0]
        following = (await rulebook.working_days(unit)).after(unit.today, 1)
        asked = await visits.asked_of(unit, [task])
        context = visit_context(task, unit.today, following, asked, visitor.form, fault, phone)
    return page(visitor, "visit.html", status=422 if fault else 200, **context)
