"""Every route there is: nobody without a token, nobody without the permission, nothing undeclared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from aiohttp import web
from api.conftest import Site

from service.access.permissions import GRANTED, Permission, Role
from service.api.contract import BrokenContract, Contract
from service.api.models import View
from service.api.request import Request
from service.api.routing import Routes, mount
from service.app import NOUNS, PAGES, build_app
from service.settings import Settings

CONTRACTS = [contract for routes in NOUNS for contract in routes.contracts]
GUARDED = [contract for contract in CONTRACTS if contract.permission is not Permission.PUBLIC]


def named(contract: Contract) -> str:
    return f"{contract.method} {contract.path}"


def filled(contract: Contract) -> str:
    """A path that reaches the handler and finds nothing."""
    return re.sub(r"\{\w+\}", "987654321", contract.path)


def ending(contract: Contract) -> str:
    """The same of an answer that ends."""
    return filled(contract) + ("?follow=false" if contract.stream else "")


@pytest.mark.parametrize("contract", GUARDED, ids=named)
async def test_nobody_gets_in_without_a_token(site: Site, contract: Contract) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer zt_wrong"},
        {"Authorization": "Basic eDp5"},
        {"Authorization": "Bearer "},
    ):
        answer = await site(contract.method, filled(contract), headers=headers)
        assert (answer.status, answer.json["code"]) == (401, "not_signed_in")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("contract", GUARDED, ids=named)
async def test_a_role_gets_in_exactly_where_it_is_granted(site: Site, contract: Contract) -> None:
    admitted = set()
    for role in Role:
        answer = await site(contract.method, ending(contract), await site.token_of(role))
        assert answer.status != 401
        if answer.status == 403:
            assert answer.json["code"] == "not_allowed"
        else:
            assert answer.status < 500, answer.json
            admitted.add(role)
    assert admitted == {role for role in Role if contract.permission in GRANTED[role]}
    assert admitted


@pytest.mark.parametrize(
    "contract",
    [contract for contract in GUARDED if contract.permission is not Permission.SIGNED_IN],
    ids=named,
)
async def test_a_narrowed_token_gets_in_nowhere_else(site: Site, contract: Contract) -> None:
    role = next(role for role in Role if contract.permission in GRANTED[role])
    token = await site.token_of(role, only=[Permission.SIGNED_IN])
    assert (await site(contract.method, filled(contract), token)).status == 403


@pytest.mark.parametrize("contract", CONTRACTS, ids=named)
async def test_no_route_accepts_an_unknown_parameter(site: Site, contract: Contract) -> None:
    role = next(role for role in Role if contract.permission in GRANTED[role])
    token = None if contract.permission is Permission.PUBLIC else await site.token_of(role)
    options = {"json": {}} if contract.body is not None else {}
    answer = await site(contract.method, filled(contract) + "?surprise=1", token, **options)
    if "{" in contract.path and answer.status == 404:
        return  # such a thing cannot exist, whatever is asked of it
    assert (answer.status, answer.json["code"]) == (400, "unknown_parameter")
    assert answer.json["errors"] == [{"field": "surprise", "message": "未定义的查询参数"}]


NOT_IDEMPOTENT = {
    "sign_out": "ends the token it is sent with; sent again it is refused, and nothing is done twice",
    "check_rule": "keeps nothing",
    "reveal_phone": "every look is audited as one, and the number must not be kept to be given out again",
    "reveal_resident": "as reveal_phone",
    "reveal_enterprise": "as reveal_phone",
}
"""POST routes without an Idempotency-Key, each with its reason; public ones have no account to keep an answer for."""


def test_every_post_that_writes_honours_an_idempotency_key_or_says_why_not() -> None:
    posts = [one for one in CONTRACTS if one.method == "POST" and one.permission is not Permission.PUBLIC]
    assert {one.name for one in posts if not one.idempotent} == set(NOT_IDEMPOTENT)
    assert len(posts) > 15


BOUNDED = {
    "list_colleagues": "who is on duty where one visit lies",
    "list_rules": "the rules in force, of which a city has some dozens",
    "list_fields": "at most forty in use of each kind of record",
    "show_catalogue": "the tables' own columns and the declared fields",
    "list_codes": "the code tables of these",
    "show_burden": "departments, or communities of the own area; groups of a month",
}
"""Lists that come whole, each with what bounds it."""


def test_every_list_comes_in_pages_or_says_what_bounds_it() -> None:
    lists = [one for one in CONTRACTS if one.view is not None and "items" in one.view.model_fields]
    paged = {one.name for one in lists if one.query and {"after", "limit"} <= set(one.query.model_fields)}
    assert {one.name for one in lists} - paged == set(BOUNDED)
    assert all("next" in one.view.model_fields for one in lists if one.name in paged and one.view)
    assert len(paged) >= 10


def test_no_page_is_found_by_counting_from_the_first_row() -> None:
    sources = (Path(__file__).parents[2] / "service").rglob("*.py")
    assert not [path.name for path in sources if re.search(r"\.offset\(|\bOFFSET\b", path.read_text("utf-8"))]


def test_nothing_is_served_that_declares_no_permission(sqlite_house: object) -> None:
    app = build_app(Settings(), sqlite_house)  # type: ignore[arg-type]
    served = {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource}
    pages = [route for routes in PAGES for route in routes.listed]
    assert all(isinstance(route.permission, Permission) for route in pages)
    declared = {(one.method, one.path) for one in (*CONTRACTS, *pages)}
    assert served - {("HEAD", path) for _, path in declared} == declared
    assert declared


class Thing(View):
    number: int


async def undeclared(request: Request) -> Thing:
    """No permission."""
    return Thing(number=1)


async def wordless(request: Request) -> Thing:
    return Thing(number=1)


async def unanswering(request: Request):  # type: ignore[no-untyped-def]
    """No answer type."""


async def odd(request: Request) -> dict[str, int]:
    """An answer that is no view."""
    return {}


async def surplus(request: Request, task_id: int) -> Thing:
    """A parameter the path does not give."""
    return Thing(number=task_id)


async def lax(request: Request, body: Thing) -> Thing:
    """A body that lets unknown keys pass."""
    return body


@pytest.mark.parametrize("handler", [wordless, unanswering, odd, surplus, lax])
def test_a_handler_without_a_whole_contract_does_not_register(handler: object) -> None:
    with pytest.raises(BrokenContract, match=handler.__name__):  # type: ignore[attr-defined]
        Routes().post("/things", permission=Permission.WORK)(handler)  # type: ignore[type-var]


def test_a_route_without_a_permission_does_not_register() -> None:
    with pytest.raises(TypeError):
        Routes().get("/things")(undeclared)  # type: ignore[call-arg]
    with pytest.raises(BrokenContract, match="declares no permission"):
        Routes().get("/things", permission=None)(undeclared)  # type: ignore[arg-type]
    with pytest.raises(BrokenContract, match="declares no permission"):
        Routes().get("/things", permission="work")(undeclared)  # type: ignore[arg-type]


def test_only_a_post_of_somebody_can_be_idempotent() -> None:
    with pytest.raises(BrokenContract):
        Routes().post("/things", permission=Permission.PUBLIC, idempotent=True)(undeclared)


def test_two_handlers_of_one_name_do_not_mount() -> None:
    routes = Routes()
    for number in (1, 2):
        routes.get(f"/things{number}", permission=Permission.PUBLIC)(undeclared)
    with pytest.raises(BrokenContract, match="undeclared"):
        mount(web.Application(), [routes])


async def test_a_revoked_token_is_out(site: Site) -> None:
    token = await site.token_of(Role.AUDITOR)
    assert (await site("GET", "/api/v1/me", token)).status == 200
    assert (await site("POST", "/api/v1/sign-out", token)).status == 204
    assert (await site("GET", "/api/v1/me", token)).status == 401
