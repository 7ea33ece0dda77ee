"""Templates into answers: everything escaped, nothing from another host, no script or style inside a page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from service.access.permissions import Permission
from service.pages.assets import VERSION
from service.pages.languages import CHINESE, LANGUAGES, Language, language_of
from service.pages.menu import home_of, menu_of
from service.pages.once import new_key
from service.pages.visitor import Visitor
from service.tables.codes import GRADE
from service.tables.tasks import LATER_REASON, OUTCOME
from service.work import unassigned

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    # Not no-referrer: with that a browser sends a form without saying from which origin (Fetch, "Origin" header).
    "Referrer-Policy": "same-origin",
    "Vary": "Cookie, Accept-Language",
}
MARK = {"urgent": "‼", "important": "!", "normal": "·", "low": "○"}
"""A grade is told by its word and its mark, never by colour alone."""
CODES: Mapping[str, Mapping[Any, str]] = {
    "grades": GRADE, "outcomes": OUTCOME, "reasons": LATER_REASON, "lacks": unassigned.WORDS,
}  # fmt: skip
"""Code tables whose words pages show, by the name templates know them under."""


def _environment(language: Language) -> Environment:
    """Templates in one language. `{{ zh }}` in a tag and the filter `chinese` mark what stays Chinese, for whoever has a
    page in another language read aloud."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(language.words, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update({name: language.table(codes) for name, codes in CODES.items()})
    environment.globals.update(
        version=VERSION,
        marks=MARK,
        permissions=Permission,
        new_key=new_key,
        language=language,
        languages=LANGUAGES,
    )
    environment.globals["zh"] = "" if language is CHINESE else Markup(' lang="zh-CN"')
    environment.filters.update(day=language.day, due=language.due, time=_time)
    environment.filters["chinese"] = _unchanged if language is CHINESE else _marked
    return environment


def _time(at: datetime) -> str:
    """`09:05`, on the clock of whoever made `at`."""
    return at.strftime("%H:%M")


def _unchanged(text: str) -> str:
    return text


def _marked(text: str) -> Markup:
    """Chinese inside a sentence of another language."""
    return Markup('<span lang="zh-CN">{}</span>').format(text)


_ENVIRONMENTS = {tag: _environment(language) for tag, language in LANGUAGES.items()}


def page(visitor: Visitor, template: str, *, status: int = 200, **context: Any) -> web.Response:
    """The answer that shows `template`."""
    answer = web.Response(
        text=html(visitor, template, **context), status=status, content_type="text/html", headers=HEADERS
    )
    answer.enable_compression()
    return answer


def html(visitor: Visitor, template: str, **context: Any) -> str:
    """The text of `template` for this visitor, in the visitor's language."""
    session = visitor.session
    return _render(
        visitor.raw,
        template,
        context,
        session=session,
        csrf=session.csrf() if session else "",
        menu=menu_of(visitor.actor),
        may=visitor.actor.may,
        home=home_of(visitor.actor) if session else "/",
        path=visitor.raw.path,
        notice=visitor.raw.query.get("said", ""),
    )


def plain_page(raw: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    """A page that says the same to everybody, each in the own language."""
    text = plain_html(raw, template, **context)
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


def plain_html(raw: web.Request, template: str, **context: Any) -> str:
    """The text of such a page."""
    return _render(raw, template, context, session=None, csrf="", menu=(), home="/", path="", notice="")


def _render(raw: web.Request, template: str, context: dict[str, Any], **known: Any) -> str:
    return _ENVIRONMENTS[language_of(raw).tag].get_template(template).render(context, **known)


def to(path: str) -> web.Response:
    """Lead on to another page, after a form was taken."""
    return web.Response(status=303, headers={"Location": path, **HEADERS})
