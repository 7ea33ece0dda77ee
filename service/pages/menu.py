"""What the menu offers whom, and where each begins. Words stand in the template, the order here."""

from __future__ import annotations

from service.access.actors import Actor
from service.access.permissions import Permission, Role

ENTRIES = (
    ("/today", Permission.WORK),
    ("/done", Permission.WORK),
    ("/overview", Permission.SUPERVISE),
    ("/overview/tasks", Permission.SUPERVISE),
    ("/unassigned", Permission.SUPERVISE),
    ("/objections", Permission.SUPERVISE),
    ("/staff", Permission.STAFF),
    ("/returns", Permission.RETURNS),
    ("/forecast", Permission.FORECAST),
    ("/codes", Permission.SIGNED_IN),
)
ONLY_WORKERS = ("/today", "/done")
"""Pages about the own visits; only workers have any."""
NOT_WORKERS = ("/forecast",)


def menu_of(actor: Actor) -> list[str]:
    """The pages an actor may choose from, in the order of the menu."""
    hidden = NOT_WORKERS if actor.role is Role.WORKER else ONLY_WORKERS
    return [path for path, permission in ENTRIES if actor.may(permission) and path not in hidden]


def home_of(actor: Actor) -> str:
    """The page an actor begins with."""
    return menu_of(actor)[0]
