"""Which visits of an area a list shows: read from its address, and written into one. It names rules and places only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args
from urllib.parse import urlencode

from service.access.actors import Actor
from service.errors import InvalidInput
from service.pages.typed import CODE, RULE
from service.work.overview import Due, Only, Wanted, digits_below

LIST = "/overview/tasks"
FIELDS = ("rule", "place", "due", "only")
WRONG = "地址里的筛选条件不对，请从“概况”重新进入。"


def address(**more: str | int | None) -> str:
    """Where a list is found; what is empty is left out."""
    said = urlencode({name: value for name, value in more.items() if value})
    return f"{LIST}?{said}" if said else LIST


def said_of(given: Mapping[str, str]) -> dict[str, str]:
    """What an address or a form says of the list; what is empty is left out."""
    return {name: given[name] for name in FIELDS if given.get(name)}


def wanted_of(actor: Actor, said: Mapping[str, str]) -> Wanted:
    """The visits that are asked for; InvalidInput for what no page of ours writes.

    A place is a grid where the actor's own area is a community, else whatever lies below it.
    """
    rule, place, due, only = (said.get(name) for name in FIELDS)
    right = (
        (rule is None or RULE.fullmatch(rule))
        and (place is None or CODE.fullmatch(place))
        and due in (None, *get_args(Due))
        and only in (None, *get_args(Only))
    )
    if not right:
        raise InvalidInput(WRONG)
    exact = digits_below(actor.division) is None
    return Wanted(
        rule=rule,
        division=None if exact else place,
        grid=place if exact else None,
        due=due,  # type: ignore[arg-type]
        only=only,  # type: ignore[arg-type]
    )
