"""Which refusals a route can give: those the layer gives by the contract, and those its handler declares."""

from __future__ import annotations

from collections.abc import Iterator

from service.access.permissions import Permission
from service.api.contract import Contract
from service.errors import (
    BadRequest,
    CannotResume,
    InvalidInput,
    KeyReused,
    NotAllowed,
    NotFound,
    NotSignedIn,
    NotUtf8,
    Outdated,
    Problem,
    TimedOut,
    TooLarge,
    TooMany,
    Unavailable,
    UnknownParameter,
    VersionMissing,
    WrongContentType,
)


def refusals(contract: Contract) -> dict[int, list[type[Problem]]]:
    """By status, in rising order. What is not foreseen (500) is no part of it."""
    found: dict[int, dict[type[Problem], None]] = {}
    for kind in (*_of_layer(contract), *contract.refuses):
        found.setdefault(kind.status, {})[kind] = None
    return {status: list(found[status]) for status in sorted(found)}


def _of_layer(contract: Contract) -> Iterator[type[Problem]]:
    yield UnknownParameter  # a route without a query refuses every parameter
    if contract.permission is not Permission.PUBLIC:
        yield from (NotSignedIn, NotAllowed)
    if contract.parameters:
        yield NotFound
    if contract.query is not None:
        yield InvalidInput
    if contract.body is not None:
        yield from (BadRequest, NotUtf8, TooLarge, WrongContentType, InvalidInput)
    if contract.idempotent:
        yield from (BadRequest, KeyReused)
    if contract.versioned:
        yield from (Outdated, VersionMissing)
    if contract.conditional:
        yield Outdated
    if contract.stream:
        yield from (BadRequest, CannotResume, TooMany)
    yield from (Unavailable, TimedOut)
