"""Signing in with login and password or by a scanned code, showing such a code, the size of type, and signing out."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from service.access import sessions, sign_in_codes
from service.access import sign_in as doors
from service.access.permissions import Permission
from service.errors import InvalidInput, NotSignedIn
from service.pages.languages import CHINESE, COOKIE, LANGUAGES
from service.pages.menu import home_of
from service.pages.pictures import qr_code
from service.pages.refusals import BACK, NEXT
from service.pages.rendering import page, to
from service.pages.routing import Routes
from service.pages.visitor import Visitor

routes = Routes()

KEPT_FOR = timedelta(days=365)
"""How long a browser keeps the language that was chosen on it."""


@routes.get("/sign-in", permission=Permission.PUBLIC)
async def show_sign_in(visitor: Visitor) -> web.Response:
    """Login and password."""
    return page(visitor, "sign_in.html", next=_next(visitor.raw.query.get("next", "")), login="", fault="")


@routes.post("/sign-in", permission=Permission.PUBLIC)
async def take_sign_in(visitor: Visitor) -> web.Response:
    """Open a session for a right pair; say once more what is wanted for a wrong one."""
    login, password = visitor.form.get("login", ""), visitor.form.get("password", "")
    wanted = _next(visitor.form.get("next", ""))
    try:
        token = await _enter(visitor, login, password)
    except NotSignedIn as refused:
        return page(visitor, "sign_in.html", status=422, next=wanted, login=login[:64], fault=refused.detail)
    return _with_cookie(visitor, to(wanted or await _home(visitor, token)), token)


@routes.post("/sign-out", permission=Permission.SIGNED_IN)
async def take_sign_out(visitor: Visitor) -> web.Response:
    """End this session."""
    async with visitor.unit() as unit:
        await sessions.revoke(unit, visitor.signed_in)
    answer = to("/sign-in")
    answer.del_cookie(visitor.site.cookie, path="/", secure=visitor.site.secure)
    return answer


@routes.get("/session", permission=Permission.SIGNED_IN)
async def show_session(visitor: Visitor) -> web.Response:
    """For the outbox of a page that was kept without signal: whose session this is, and what a form brings along."""
    return web.json_response({"account": visitor.actor.account_id, "csrf": visitor.signed_in.csrf()})


@routes.post("/type-size", permission=Permission.SIGNED_IN)
async def take_type_size(visitor: Visitor) -> web.Response:
    """Switch between ordinary and large type for this session."""
    size: sessions.TypeSize = "large" if visitor.form.get("size") == "large" else "normal"
    async with visitor.unit() as unit:
        await sessions.set_type_size(unit, visitor.signed_in, size)
    return to(_back(visitor))


@routes.post("/language", permission=Permission.PUBLIC)
async def take_language(visitor: Visitor) -> web.Response:
    """Keep the language this browser wants to read; nobody has to be signed in for it."""
    answer = to(_back(visitor))
    wanted = LANGUAGES.get(visitor.form.get("language", ""), CHINESE)
    _set_cookie(visitor, answer, COOKIE, wanted.tag, KEPT_FOR)
    return answer


@routes.get("/codes", permission=Permission.SIGNED_IN)
async def show_codes(visitor: Visitor) -> web.Response:
    """For whom a sign-in code may be shown."""
    async with visitor.reading() as unit:
        return page(visitor, "codes.html", colleagues=await sign_in_codes.colleagues(unit))


@routes.post("/codes", permission=Permission.SIGNED_IN)
async def take_code(visitor: Visitor) -> web.Response:
    """Show a sign-in code for one account."""
    chosen = visitor.form.get("account", "")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
        raise InvalidInput("请选择供谁登录。")
    async with visitor.unit() as unit:
        code = await sign_in_codes.issue(unit, int(chosen))
    address = f"{visitor.site.origin(visitor.raw)}/enter/{code.text}"
    return page(
        visitor,
        "code.html",
        name=code.name,
        picture=qr_code(address),
        minutes=sign_in_codes.LIFE.seconds // 60,
    )


@routes.get("/enter/{code}", permission=Permission.PUBLIC)
async def show_code(visitor: Visitor) -> web.Response:
    """Ask the phone that scanned a code whether it is the right one. Opening uses nothing up: previews open links too."""
    code = visitor.raw.match_info["code"]
    async with visitor.reading() as unit:
        return page(visitor, "enter.html", name=await sign_in_codes.whose(unit, code))


@routes.post("/enter/{code}", permission=Permission.PUBLIC)
async def take_entry(visitor: Visitor) -> web.Response:
    """Sign this phone in by its code."""
    async with visitor.unit() as unit:
        token = await sign_in_codes.redeem(unit, visitor.raw.match_info["code"])
    return _with_cookie(visitor, to(await _home(visitor, token)), token)


async def _enter(visitor: Visitor, login: str, password: str) -> str:
    throttle, source = visitor.site.throttle, visitor.raw.remote or "unknown"
    throttle.take(source)
    if not 1 <= len(login) <= 64 or not 1 <= len(password) <= 128:
        raise NotSignedIn("登录名或密码不正确。")
    token = await doors.enter(visitor.site.house, login, password)
    throttle.give_back(source)
    return token


async def _home(visitor: Visitor, token: str) -> str:
    """Where whoever has just been let in begins."""
    async with visitor.site.house.read() as unit:
        return home_of((await sessions.find(unit, token)).actor)


def _next(wanted: str) -> str:
    return wanted if NEXT.fullmatch(wanted) else ""


def _back(visitor: Visitor) -> str:
    wanted = visitor.form.get("back", "")
    return wanted if BACK.fullmatch(wanted) else "/home"


def _with_cookie(visitor: Visitor, answer: web.Response, token: str) -> web.Response:
    _set_cookie(visitor, answer, visitor.site.cookie, token, sessions.LONGEST)
    return answer


def _set_cookie(visitor: Visitor, answer: web.Response, name: str, value: str, life: timedelta) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=round(life.total_seconds()),
        path="/",
        httponly=True,
        secure=visitor.site.secure,
        samesite="Lax",
    )
