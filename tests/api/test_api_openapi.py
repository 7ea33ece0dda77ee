"""The document describes what is served, and nothing in it points nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from api import probes
from api.conftest import Site

from service.access.permissions import Permission
from service.api.openapi import document
from service.api.openapi_30 import as_30
from service.api.start import FILES
from service.app import NOUNS

CONTRACTS = [contract for routes in (*NOUNS, probes.routes) for contract in routes.contracts]


@pytest.fixture(scope="module")
def newest() -> dict[str, Any]:
    return document(CONTRACTS)


@pytest.fixture(scope="module")
def older(newest: dict[str, Any]) -> dict[str, Any]:
    return as_30(newest)


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a document."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(part)


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


@pytest.mark.parametrize("which", ["newest", "older"])
def test_every_reference_resolves(which: str, request: pytest.FixtureRequest) -> None:
    described = request.getfixturevalue(which)
    refs = {part["$ref"] for part in parts(described) if isinstance(part.get("$ref"), str)}
    assert len(refs) > 10
    for ref in refs:
        found: Any = described
        for step in ref.removeprefix("#/").split("/"):
            found = found[step]
        assert found
        assert re.fullmatch(r"#/components/schemas/[A-Za-z0-9._-]+", ref)


def test_every_route_is_described_once(newest: dict[str, Any]) -> None:
    described = {(method, path) for path, method, _ in operations(newest)}
    assert described == {(contract.method, contract.path) for contract in CONTRACTS}
    names = [operation["operationId"] for *_, operation in operations(newest)]
    assert len(names) == len(set(names))
    assert all(operation["summary"] for *_, operation in operations(newest))


def test_every_operation_says_its_permission_and_whether_it_wants_a_token(newest: dict[str, Any]) -> None:
    for _, _, operation in operations(newest):
        permission = Permission(operation["x-permission"])
        assert operation["security"] == ([] if permission is Permission.PUBLIC else [{"token": []}])
        assert "application/problem+json" in operation["responses"]["default"]["content"]


def test_path_parameters_are_described_as_the_path_names_them(newest: dict[str, Any]) -> None:
    for path, _, operation in operations(newest):
        told = [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"]
        assert sorted(told) == sorted(re.findall(r"\{(\w+)\}", path))


def test_query_body_and_answers_are_described(newest: dict[str, Any]) -> None:
    visits = newest["paths"]["/api/v1/probe/visits"]
    query = {p["name"]: p for p in visits["get"]["parameters"]}
    assert set(query) == {"after", "limit", "state", "on", "tag"}
    assert query["limit"]["schema"]["maximum"] == 200
    assert query["limit"]["required"] is False
    assert visits["post"]["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Visit"
    }
    assert "Location" in visits["post"]["responses"]["201"]["headers"]
    assert [p["name"] for p in visits["post"]["parameters"]] == ["Idempotency-Key"]
    assert "VisitQuery" not in newest["components"]["schemas"]


def test_what_may_be_sent_along_is_described_with_what_comes_of_it(newest: dict[str, Any]) -> None:
    told = {
        operation["operationId"]: {
            one["name"]: one.get("required", False)
            for one in operation["parameters"]
            if one["in"] == "header"
        }
        for *_, operation in operations(newest)
    }
    assert told["start_task"] == {"Idempotency-Key": False, "If-Match": False}
    assert told["correct_parameter"] == {"If-Match": True}
    assert told["show_task"] == {"If-None-Match": False}
    assert told["follow_events"] == {"Last-Event-ID": False}
    answers = {(path, method): operation["responses"] for path, method, operation in operations(newest)}
    start, show = answers["/api/v1/tasks/{task_id}/start", "POST"], answers["/api/v1/tasks/{task_id}", "GET"]
    assert "412" in start
    assert "428" not in start
    assert "304" in show
    assert "ETag" in show["200"]["headers"]
    events = answers["/api/v1/events", "GET"]
    assert {"410", "429"} <= set(events)
    event = events["200"]["content"]["text/event-stream"]["schema"]["properties"]
    assert event["data"]["contentSchema"] == {"$ref": "#/components/schemas/HappeningView"}


def test_the_older_document_knows_no_newer_words(older: dict[str, Any], newest: dict[str, Any]) -> None:
    assert older["openapi"] == "3.0.3"
    assert any(part.get("type") == "null" for part in parts(newest))
    for part in parts(older):
        assert part.get("type") != "null"
        assert not (isinstance(part.get("const"), str) and "type" in part)
        assert not isinstance(part.get("exclusiveMinimum", False), int | float) or isinstance(
            part.get("exclusiveMinimum", False), bool
        )
    assert any(part.get("nullable") is True for part in parts(older))


async def test_the_document_and_its_reader_are_served_from_here(site: Site) -> None:
    served = await site("GET", "/openapi.json")
    assert (served.status, served.json["openapi"]) == (200, "3.1.0")
    assert (await site("GET", "/docs/openapi-3.0.json")).json["openapi"] == "3.0.3"
    start = await site("GET", "/")
    assert (start.status, start.headers["Location"]) == (302, "/home")
    page = (await site("GET", "/docs")).body.decode()
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(links) == 5
    for link in links:
        assert link.startswith("/"), "nothing comes from another server"
        assert (await site("GET", link)).status == 200
    assert not re.search(r"<script>|<style|style=|onload=", page)


@pytest.mark.parametrize("name", FILES)
async def test_the_files_of_the_page_have_their_types(site: Site, name: str) -> None:
    kinds = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "png": "image/png"}
    answer = await site("GET", f"/docs/{name}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == kinds[name.rpartition(".")[2]]
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert len(answer.body) > 200


async def test_no_other_file_is_served(site: Site) -> None:
    for name in ("index.html", "..%2f..%2fapp.py", "docs.html", "swagger-ui.js.map"):
        assert (await site("GET", f"/docs/{name}")).status == 404
