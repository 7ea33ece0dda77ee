"""Templates into answers: everything escaped, nothing from another host, no script or style inside a page."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.access.permissions import Permission
from service.pages.assets import VERSION
from service.pages.menu import home_of, menu_of
from service.pages.visitor import Visitor
from service.tables.codes import GRADE

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    # Not no-referrer: with that a browser sends a form without saying from which origin (Fetch, "Origin" header).
    "Referrer-Policy": "same-origin",
    "Vary": "Cookie",
}
MARK = {"urgent": "‼", "important": "!", "normal": "·", "low": "○"}
"""A grade is told by its word and its mark, never by colour alone."""
WEEKDAYS = "一二三四五六日"


def day_words(day: date) -> str:
    """`11月23日（周一）`."""
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def due_words(due: date | None, today: date) -> str:
    """By when, as it is said: `已逾期，应在11月20日前`, `今天到期`, `11月30日前`."""
    if due is None:
        return ""
    if due < today:
        return f"已逾期，应在{due.month}月{due.day}日前"
    return "今天到期" if due == today else f"{due.month}月{due.day}日前"


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    extensions=["jinja2.ext.i18n"],
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
_ENVIRONMENT.globals.update(version=VERSION, grades=GRADE, marks=MARK, permissions=Permission)
_ENVIRONMENT.filters.update(day=day_words, due=due_words)


def page(visitor: Visitor, template: str, *, status: int = 200, **context: Any) -> web.Response:
    """The answer that shows `template`."""
    answer = web.Response(
        text=html(visitor, template, **context), status=status, content_type="text/html", headers=HEADERS
    )
    answer.enable_compression()
    return answer


def html(visitor: Visitor, template: str, **context: Any) -> str:
    """The text of `template` for this visitor."""
    session = visitor.session
    return _ENVIRONMENT.get_template(template).render(
        context,
        session=session,
        csrf=session.csrf() if session else "",
        menu=menu_of(visitor.actor),
        may=visitor.actor.may,
        home=home_of(visitor.actor) if session else "/",
        path=visitor.raw.path,
    )


def plain_page(template: str, *, status: int = 200, **context: Any) -> web.Response:
    """A page that says the same to everybody."""
    text = _ENVIRONMENT.get_template(template).render(
        context, session=None, csrf="", menu=(), home="/", path=""
    )
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


def to(path: str) -> web.Response:
    """Lead on to another page, after a form was taken."""
    return web.Response(status=303, headers={"Location": path, **HEADERS})
