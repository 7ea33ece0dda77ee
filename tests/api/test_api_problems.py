"""Every refusal is one shape, says what to do, and gives nothing away; the log tells the rest without names."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator

import aiohttp
import pytest
import structlog
from api import probes
from api.conftest import Serve, Site

from service import logs
from service.access.permissions import Role
from service.access.unit import House
from service.clock import SetClock

MEMBERS = {"type", "title", "status", "detail", "code", "errors", "instance"}


@pytest.fixture
def log(clock: SetClock) -> Iterator[io.StringIO]:
    """What would be on stderr."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("info", clock.now, stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def site(probed: Site) -> Site:
    return probed


def lines(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", 404, "not_found"),
        ("GET", "/../../etc/passwd", 404, "not_found"),
        ("GET", "/docs/..%2Frouting.py", 404, "not_found"),
        ("DELETE", "/api/v1/me", 405, "method_not_allowed"),
        ("GET", "/api/v1/sign-in", 405, "method_not_allowed"),
        ("GET", "/api/v1/me", 401, "not_signed_in"),
        ("GET", "/api/v1/probe/crash", 500, "problem"),
    ],
)
async def test_every_refusal_has_the_same_shape(
    site: Site, method: str, path: str, status: int, code: str
) -> None:
    answer = await site(method, path)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(answer.json) == MEMBERS
    assert (answer.json["status"], answer.json["code"]) == (status, code)
    assert re.search(r"[\u4e00-\u9fff].*[。]$", answer.json["detail"])
    assert answer.json["instance"] == f"urn:uuid:{answer.headers['X-Request-ID']}"
    meaning = await site("GET", answer.json["type"])
    assert (meaning.status, meaning.json["code"]) == (200, code)


async def test_a_request_that_takes_too_long_is_given_up(sqlite_house: House, serve: Serve) -> None:
    site = await serve(sqlite_house, nouns=[probes.routes], request_seconds=0.05)
    answer = await site("GET", "/api/v1/probe/slow")
    assert (answer.status, answer.json["code"]) == (503, "timed_out")


async def test_a_wrong_method_is_told_the_right_ones(site: Site) -> None:
    answer = await site("DELETE", "/api/v1/me")
    assert answer.headers["Allow"] == "GET, HEAD"


async def test_an_unforeseen_error_tells_the_client_nothing(site: Site, log: io.StringIO) -> None:
    answer = await site("GET", "/api/v1/probe/crash")
    assert answer.status == 500
    for secret in ("陈阿婆", "19900000001", "secret", "RuntimeError", "/srv", ".py"):
        assert secret not in answer.body.decode()
        assert secret not in str(answer.headers)


async def test_an_unforeseen_error_is_logged_by_type_and_place_only(site: Site, log: io.StringIO) -> None:
    answer = await site("GET", "/api/v1/probe/crash")
    [told] = [line for line in lines(log) if line["event"] == "request failed"]
    assert told["error"] == "builtins.RuntimeError"
    assert told["request_id"] == answer.headers["X-Request-ID"]
    assert re.fullmatch(r"tests/api/probes\.py:\d+ in crash", str(told["frames"][-1]))  # type: ignore[index]
    assert "陈阿婆" not in log.getvalue()
    assert "19900000001" not in log.getvalue()


async def test_an_error_in_sql_leaks_neither_statement_nor_value(
    probed_on_either: Site, log: io.StringIO
) -> None:
    site = probed_on_either
    answer = await site("GET", "/api/v1/probe/bad-sql", await site.token_of(Role.WORKER))
    assert answer.status in (500, 503)
    for secret in ("nowhere", "SELECT", "19900000001", "sqlite", "asyncpg"):
        assert secret not in answer.body.decode()
    assert "19900000001" not in log.getvalue()
    assert "nowhere" not in log.getvalue()
    assert any("error" in line for line in lines(log))


async def test_a_request_is_logged_by_its_template_and_account(site: Site, log: io.StringIO) -> None:
    token = await site.token_of(Role.WORKER)
    await site("GET", "/api/v1/probe/numbers/77/chenapo", token)
    await site("GET", "/api/v1/nowhere/chenapo?phone=19900000001")
    known, unknown = [line for line in lines(log) if line["event"] == "request"]
    assert known["route"] == "/api/v1/probe/numbers/{number}/{name}"
    assert (known["method"], known["status"], known["level"]) == ("GET", 200, "info")
    assert known["account_id"] == next(iter(site.tokens))
    assert isinstance(known["ms"], float)
    assert (unknown["route"], unknown["account_id"]) == ("unmatched", None)
    for secret in (token, "chenapo", "19900000001", "77/"):
        assert secret not in log.getvalue()


async def test_a_cancelled_request_is_not_answered_as_an_error(site: Site, log: io.StringIO) -> None:
    with pytest.raises(aiohttp.ClientError):
        await site("GET", "/api/v1/probe/cancelled")
    assert "request failed" not in log.getvalue()


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/docs/swagger-ui.css", "/openapi.json", "/health/live", "/api/v1/me", "/nope"]
)
async def test_every_answer_carries_the_security_headers(site: Site, path: str) -> None:
    headers = (await site("GET", path)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Server"] == "zhitui"


async def test_answers_about_people_are_not_kept_by_caches(site: Site) -> None:
    answer = await site("GET", "/api/v1/me", await site.token_of(Role.WORKER))
    assert answer.headers["Cache-Control"] == "no-store"


async def test_every_request_has_a_number_of_its_own(site: Site) -> None:
    numbers = {(await site("GET", "/health/live")).headers["X-Request-ID"] for _ in range(5)}
    assert len(numbers) == 5
