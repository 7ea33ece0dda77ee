"""One visit: who, where, why and what to do; the number to call; and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from service import visits
from service.access.permissions import Permission
from service.access.unit import Unit
from service.engine.explain import Explanation, explain_finding
from service.errors import Conflict, InvalidInput, NotFound, Problem
from service.pages.fact_form import facts_of
from service.pages.once import first_time
from service.pages.rendering import page, to
from service.pages.routing import Routes
from service.pages.typed import key_of, note_of
from service.pages.visit_form import NOTHING_CHOSEN, answers_of, known_of, visit_context
from service.pages.visitor import Visitor
from service.work import tasks

routes = Routes()

LONGEST_OBJECTION = 200
NO_FINDING = "请选择对哪件事有异议。"


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
    """Write what came of the visit and which facts it corrected, and go back to the list; with facts alone, to the visit."""
    task_id = visitor.number("task_id")

    async def settle(unit: Unit) -> str:
        await tasks.get(unit, task_id)  # whoever may not see it is told nothing about the form either
        answers, facts = answers_of(visitor.form), facts_of(visitor.form)
        if answers:
            days = visitor.site.settings.return_days
            await visits.settle(unit, task_id, answers, facts, department_days=days)
            return f"/today?finished={task_id}"
        if not facts:
            raise InvalidInput(NOTHING_CHOSEN)
        await visits.correct(unit, task_id, facts)
        return f"/visits/{task_id}?said=facts"

    return await _taken(visitor, settle, again=f"/today?finished={task_id}")


@routes.post("/visits/{task_id}/undo", permission=Permission.WORK)
async def take_undo(visitor: Visitor) -> web.Response:
    """Take back one's own last answers, and go to the visit that is open again."""
    task_id = visitor.number("task_id")

    async def undo(unit: Unit) -> str:
        return f"/visits/{(await visits.undo(unit, task_id)).task_id}?said=undone"

    return await _taken(visitor, undo, again=f"/visits/{task_id}?said=undone")


@routes.post("/visits/{task_id}/objection", permission=Permission.OBJECT)
async def take_objection(visitor: Visitor) -> web.Response:
    """Note that somebody objects to one of the findings."""
    task_id = visitor.number("task_id")
    path = f"/visits/{task_id}?said=objection"

    async def note(unit: Unit) -> str:
        task = await tasks.get(unit, task_id)
        finding_id = key_of(visitor.form, "finding", NO_FINDING)
        if finding_id not in [finding.finding_id for finding in task.findings]:
            raise InvalidInput(NO_FINDING)
        await visits.object_to(unit, finding_id, note_of(visitor.form, "objection", LONGEST_OBJECTION) or "")
        return path

    return await _taken(visitor, note, again=path)


@routes.post("/visits/{task_id}/objection/withdrawal", permission=Permission.OBJECT)
async def take_withdrawal(visitor: Visitor) -> web.Response:
    """Take back the objection one noted oneself."""
    path = f"/visits/{visitor.number('task_id')}?said=withdrawn"

    async def withdraw(unit: Unit) -> str:
        await visits.take_back_objection(unit, key_of(visitor.form, "finding", NO_FINDING))
        return path

    return await _taken(visitor, withdraw, again=path)


async def _taken(visitor: Visitor, act: Callable[[Unit], Awaitable[str]], again: str) -> web.Response:
    """Carry out a form of the visit and go where `act` says, or `again` where it was carried out before.

    A fault is said on the page of the visit, with what was filled in. A script goes by itself, and is told a fault as one.
    """
    try:
        async with visitor.unit() as unit:
            path = await act(unit) if await first_time(visitor, unit) else again
    except (InvalidInput, Conflict) as fault:
        if visitor.wants_json:
            raise
        return await _visit(visitor, fault=fault)
    return web.json_response({"to": path}) if visitor.wants_json else to(path)


async def _visit(visitor: Visitor, *, fault: Problem | None = None, phone: str = "") -> web.Response:
    async with visitor.reading() as unit:
        found = await visits.worded(unit, [await tasks.get(unit, visitor.number("task_id"))])
        context = visit_context(found[0], await known_of(unit, found), visitor.form, phone)
    told = {"fault": fault.detail if fault else ""}
    return page(visitor, "visit.html", status=fault.status if fault else 200, **context, **told)
