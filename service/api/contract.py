"""Reads a handler's signature into a contract: what it takes from path, query and body, and what it answers.

The contract is the one truth of a route: requests are read by it and the OpenAPI document is written from it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from aiohttp import web
from pydantic import BaseModel, TypeAdapter

from service.access.permissions import Permission
from service.api.models import Accepted, Created, Id, Redirect, Stream, Tagged
from service.errors import Problem

Handler = Callable[..., Awaitable[Any]]
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class BrokenContract(TypeError):
    """A handler that cannot be registered; raised when the module is imported, never in a request."""


@dataclass(frozen=True)
class Contract:
    """Everything there is to know of one route. `view` is None for 204 and for files, and of a `stream` each event's.

    A `versioned` one needs If-Match, a `conditional` one honours it where it is sent. `refuses` are the refusals that
    only the handler can give: what the layer says by itself, before and around it, is known from the rest.
    `media_types` are those of a file.
    """

    method: str
    path: str
    permission: Permission
    handler: Handler
    parameters: Mapping[str, TypeAdapter[Any]]
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    view: type[BaseModel] | None
    status: int
    file: bool
    stream: bool
    idempotent: bool
    versioned: bool
    conditional: bool
    refuses: tuple[type[Problem], ...]
    media_types: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.handler.__name__

    @property
    def tagged(self) -> bool:
        """Whether a GET answers If-None-Match."""
        return self.method == "GET" and self.view is not None and issubclass(self.view, Tagged)

    @property
    def tag(self) -> str:
        """The noun: the first fixed part of the path behind the version; "pages" for what is no part of the API."""
        first = self.path.removeprefix("/api/v1").strip("/").split("/")[0]
        return first if self.path.startswith("/api/v1") or first == "health" else "pages"

    @property
    def summary(self) -> str:
        return (self.handler.__doc__ or "").strip().split("\n")[0]

    @property
    def description(self) -> str:
        return inspect.cleandoc(self.handler.__doc__ or "").partition("\n")[2].strip()


def contract_of(
    method: str,
    path: str,
    handler: Handler,
    *,
    permission: Permission,
    idempotent: bool = False,
    refuses: tuple[type[Problem], ...] = (),
) -> Contract:
    """The contract of `handler`; BrokenContract says what it lacks."""
    if not isinstance(permission, Permission):
        raise BrokenContract(f"{_named(handler)} declares no permission")
    if not handler.__doc__:
        raise BrokenContract(f"{_named(handler)} has no docstring to summarise it")
    if idempotent and (method != "POST" or permission is Permission.PUBLIC):
        raise BrokenContract(f"{_named(handler)}: only a POST of a signed-in account can be idempotent")
    hints = get_type_hints(handler, include_extras=True)
    view, status, file, media_types = _answer(handler, hints)
    given = inspect.signature(handler).parameters
    return Contract(
        method, path, permission, handler,
        parameters=_parameters(handler, path, hints),
        query=_model(handler, "query", hints),
        body=_model(handler, "body", hints),
        view=view, status=status, file=file, stream=get_origin(hints["return"]) is Stream,
        idempotent=idempotent, versioned="version" in given, conditional="seen" in given,
        refuses=refuses, media_types=media_types,
    )  # fmt: skip


def _parameters(handler: Handler, path: str, hints: Mapping[str, Any]) -> dict[str, TypeAdapter[Any]]:
    wanted = [
        name
        for name in inspect.signature(handler).parameters
        if name not in ("request", "query", "body", "version", "seen")
    ]
    given = PLACEHOLDER.findall(path)
    if sorted(wanted) != sorted(given):
        raise BrokenContract(f"{_named(handler)} takes {wanted}, but its path gives {given}")
    missing = [name for name in ("request", *given) if name not in hints]
    if missing:
        raise BrokenContract(f"{_named(handler)}: {missing} have no type")
    return {name: TypeAdapter(_bounded(hints[name])) for name in given}


def _bounded(hint: Any) -> Any:
    return Id if hint is int else hint


def _model(handler: Handler, name: str, hints: Mapping[str, Any]) -> type[BaseModel] | None:
    if name not in inspect.signature(handler).parameters:
        return None
    hint = hints.get(name)
    if not (isinstance(hint, type) and issubclass(hint, BaseModel)):
        raise BrokenContract(f"{_named(handler)}: {name} is not a pydantic model")
    if hint.model_config.get("extra") != "forbid":
        raise BrokenContract(f"{_named(handler)}: {hint.__name__} lets unknown keys pass")
    return hint


def _answer(
    handler: Handler, hints: Mapping[str, Any]
) -> tuple[type[BaseModel] | None, int, bool, tuple[str, ...]]:
    """View, status, whether it is a file, and what kind of one."""
    if "return" not in hints:
        raise BrokenContract(f"{_named(handler)} does not say what it answers")
    hint, *told = get_args(hints["return"]) if get_origin(hints["return"]) is Annotated else [hints["return"]]
    if hint is type(None):
        return None, 204, False, ()
    if hint is Redirect:
        return None, Redirect.status, False, ()
    origin = get_origin(hint)
    if origin in (Accepted, Created):
        return get_args(hint)[0], origin.status, False, ()
    if origin is Stream:
        return get_args(hint)[0], 200, False, ()
    if isinstance(hint, type) and issubclass(hint, web.StreamResponse):
        return None, 200, True, _media_types(handler, told)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint, 200, False, ()
    raise BrokenContract(f"{_named(handler)} answers {hint!r}, which is no view")


def _media_types(handler: Handler, told: list[Any]) -> tuple[str, ...]:
    kinds = tuple(one for one in told if isinstance(one, str))
    if not kinds:
        raise BrokenContract(f"{_named(handler)} does not say which media types it answers")
    return kinds


def _named(handler: Handler) -> str:
    return f"{handler.__module__}.{handler.__qualname__}"
