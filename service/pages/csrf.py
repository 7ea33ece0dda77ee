"""Every form is sent from a page of ours: the browser says from where, and the form brings what the session gave it."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from service.access.sessions import Session
from service.errors import NotAllowed
from service.pages.site import Site

ELSEWHERE = "这次提交不是从本系统的页面发出的，没有生效。请从页面里重新提交。"
STALE = "页面已过期，这次提交没有生效。请刷新页面后重新提交。"


def refuse_foreign(raw: web.Request, site: Site) -> None:
    """NotAllowed unless the browser says that the form stands on a page of this very origin.

    `Sec-Fetch-Site` where it is sent, which is over https and on the machine itself; `Origin` elsewhere.
    """
    said = raw.headers.get("Sec-Fetch-Site")
    if said is not None:
        ours = said == "same-origin"
    else:
        hosts = {raw.host, urlsplit(site.settings.base_url).netloc} - {""}
        ours = urlsplit(raw.headers.get("Origin", "")).netloc in hosts
    if not ours:
        raise NotAllowed(ELSEWHERE)


def refuse_forged(session: Session, csrf: str) -> None:
    """NotAllowed unless the form was made for this session."""
    if not session.honours(csrf):
        raise NotAllowed(STALE)
