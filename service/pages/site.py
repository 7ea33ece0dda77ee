"""What the pages of one running application hold, under a typed key."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from service.access.actors import Actor
from service.access.throttle import Throttle
from service.access.unit import House
from service.access.uses import Uses
from service.settings import Settings


@dataclass(frozen=True)
class Site:
    """Opened once by the composition root. `know` tells the request log who asks, `start` runs named work beside the
    requests."""

    settings: Settings
    house: House
    throttle: Throttle
    know: Callable[[web.Request, Actor], None]
    start: Callable[[str, Coroutine[Any, Any, object]], None]

    @property
    def secure(self) -> bool:
        """Whether users reach the service over https, so that the cookie never travels in the clear."""
        return urlsplit(self.settings.base_url).scheme == "https"

    @property
    def cookie(self) -> str:
        """The name of the session cookie; browsers hold a `__Host-` one to this very host, path / and https."""
        return "__Host-zhitui" if self.secure else "zhitui"

    def origin(self, raw: web.Request) -> str:
        """How users reach the service: the setting where there is one, else what this browser typed."""
        return self.settings.base_url.rstrip("/") or f"http://{raw.host}"


SITE = web.AppKey("site", Site)
USES = web.AppKey("uses", Uses)
