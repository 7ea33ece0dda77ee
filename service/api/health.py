"""For those who watch the process: is it alive, can it work."""

from __future__ import annotations

from typing import Literal

from service.access.permissions import Permission
from service.access.readiness import MESSAGES, failed_check
from service.api.models import View
from service.api.request import Request
from service.api.routing import Routes
from service.errors import Unavailable

routes = Routes(prefix="")


class HealthView(View):
    status: Literal["ok"] = "ok"


@routes.get("/health/live", permission=Permission.PUBLIC)
async def show_live(request: Request) -> HealthView:
    """The process runs and answers; nothing else is asked."""
    return HealthView()


@routes.get("/health/ready", permission=Permission.PUBLIC)
async def show_ready(request: Request) -> HealthView:
    """The database answers, its tables are there and the key opens them; 503 names the check that fails."""
    failed = await failed_check(request.house)
    if failed is not None:
        raise Unavailable(MESSAGES[failed], errors=[{"field": failed, "message": MESSAGES[failed]}])
    return HealthView()
