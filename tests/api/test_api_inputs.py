"""What cannot be read is refused with its place and without repeating it."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import pytest
from api.conftest import Site
from yarl import URL

from service.access.permissions import Role

SURVEY = {"name": "x", "on": "2026-11-23", "income": "12.50", "count": 1, "kind": "a"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def site(probed: Site) -> Site:
    return probed


@pytest.fixture
async def token(site: Site) -> str:
    return await site.token_of(Role.WORKER)


async def test_a_good_body_is_read(site: Site, token: str) -> None:
    answer = await site("POST", "/api/v1/probe/surveys", token, json=SURVEY)
    assert (answer.status, answer.json) == (200, {"number": "x", "total": 1})


@pytest.mark.parametrize(
    ("body", "status", "code", "said"),
    [
        ('{"name": "陈"}'.encode("gb18030"), 400, "not_utf8", "第 11 个字节"),
        (b"\xff\xfe{}", 400, "not_utf8", "第 1 个字节"),
        (b'{"name": ', 400, "bad_request", "第 1 行第 9 列"),
        (b'{\n"name": x}', 400, "bad_request", "第 2 行第 9 列"),
        (b"", 400, "bad_request", "第 1 行第 0 列"),
        (b"[" * 10_000, 400, "bad_request", "嵌套过深"),
        (b'{"name":' * 2_000, 400, "bad_request", "嵌套过深"),
        (b"[]", 422, "invalid_input", ""),
        (b"x" * 30_000, 413, "too_large", ""),
    ],
    ids=["gb18030", "utf-16", "cut off", "second line", "empty", "deep list", "deep object", "list", "huge"],
)
async def test_a_bad_body_is_refused(
    site: Site, token: str, body: bytes, status: int, code: str, said: str
) -> None:
    answer = await site("POST", "/api/v1/probe/surveys", token, data=body, headers=JSON)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert said in answer.json["detail"]


async def test_a_huge_body_without_a_length_is_refused_too(site: Site, token: str) -> None:
    async def stream():  # type: ignore[no-untyped-def]
        for _ in range(40):
            yield b"x" * 1000

    answer = await site("POST", "/api/v1/probe/surveys", token, data=stream(), headers=JSON)
    assert (answer.status, answer.json["code"]) == (413, "too_large")


async def test_a_huge_body_is_refused_before_it_is_sent(site: Site, token: str) -> None:
    address = URL(site.url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(
        b"POST /api/v1/probe/surveys HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 1000000000\r\nAuthorization: Bearer " + token.encode() + b"\r\n\r\n{"
    )
    assert await reader.readline() == b"HTTP/1.1 413 Request Entity Too Large\r\n"
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", ""]
)
async def test_another_content_type_is_refused(site: Site, token: str, kind: str) -> None:
    answer = await site("POST", "/api/v1/probe/surveys", token, data=b"{}", headers={"Content-Type": kind})
    assert (answer.status, answer.json["code"]) == (415, "wrong_content_type")


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"name": None}, "name", "应为文本"),
        ({"on": "2026-02-30"}, "on", "应为日期，如 2026-11-23"),
        ({"income": "NaN"}, "income", "应为有限的数字"),
        ({"income": "x"}, "income", "应为数字"),
        ({"count": 2**63}, "count", "应不大于 9223372036854775807"),
        ({"count": 0}, "count", "应不小于 1"),
        ({"kind": "c"}, "kind", "只能是 'a' or 'b' 之一"),
        ({"extra": 1}, "extra", "未定义的字段"),
    ],
)
async def test_a_wrong_field_is_named_in_chinese(
    site: Site, token: str, change: dict[str, object], field: str, message: str
) -> None:
    answer = await site("POST", "/api/v1/probe/surveys", token, json={**SURVEY, **change})
    assert (answer.status, answer.json["code"]) == (422, "invalid_input")
    assert answer.json["errors"] == [{"field": field, "message": message}]


async def test_a_missing_field_is_named(site: Site, token: str) -> None:
    answer = await site("POST", "/api/v1/probe/surveys", token, json={})
    assert {fault["field"] for fault in answer.json["errors"]} == set(SURVEY)
    assert {fault["message"] for fault in answer.json["errors"]} == {"必填"}


@pytest.mark.parametrize("text", ["a\0b", "\0"])
async def test_a_nul_in_text_never_reaches_the_database(probed_on_either: Site, text: str) -> None:
    site, token = probed_on_either, await probed_on_either.token_of(Role.WORKER)
    answer = await site("POST", "/api/v1/probe/visits", token, json={"number": text})
    assert (answer.status, answer.json["code"]) == (422, "invalid_input")
    answer = await site("GET", f"/api/v1/probe/visits?tag={quote(text)}", token)
    assert (answer.status, answer.json["code"]) == (422, "invalid_input")
    answer = await site("GET", f"/api/v1/probe/numbers/1/{quote(text)}", token)
    assert answer.status in (400, 404)


async def test_a_backslash_before_u0000_is_only_text(site: Site, token: str) -> None:
    answer = await site("POST", "/api/v1/probe/visits", token, json={"number": "\\u0000"})
    assert (answer.status, answer.json["number"]) == (201, "\\u0000")


async def test_a_byte_order_mark_does_no_harm(site: Site, token: str) -> None:
    body = "\ufeff".encode() + b'{"number": "bom"}'
    assert (await site("POST", "/api/v1/probe/visits", token, data=body, headers=JSON)).status == 201


@pytest.mark.parametrize("number", ["0", "-1", "abc", "1.5", str(2**63), "9" * 5000, "１"])
async def test_a_number_that_cannot_be_a_key_finds_nothing(site: Site, token: str, number: str) -> None:
    answer = await site("GET", f"/api/v1/probe/numbers/{quote(number)}/x", token)
    assert (answer.status, answer.json["code"]) == (404, "not_found")


async def test_the_largest_key_is_read(site: Site, token: str) -> None:
    answer = await site("GET", f"/api/v1/probe/numbers/{2**63 - 1}/{quote('张/伟', safe='')}", token)
    assert answer.json == {"number": "张/伟", "total": 2**63 - 1}


async def test_query_parameters_are_read_by_type(site: Site, token: str) -> None:
    answer = await site("GET", "/api/v1/probe/visits?state=open&on=2026-11-23&tag=a&tag=b&limit=7", token)
    assert answer.json == {"after": None, "limit": 7, "state": "open", "on": "2026-11-23", "tag": ["a", "b"]}


async def test_an_unknown_parameter_names_those_there_are(site: Site, token: str) -> None:
    answer = await site("GET", "/api/v1/probe/visits?sate=open", token)
    assert (answer.status, answer.json["code"]) == (400, "unknown_parameter")
    assert answer.json["detail"] == "未定义的查询参数“sate”。可用的参数：after、limit、on、state、tag。"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=gone", "state"), ("on=yesterday", "on"), ("limit=0", "limit"), ("limit=201", "limit"), ("limit=x", "limit"),
        ("after=-1", "after"), (f"after={2**63}", "after"), ("after=", "after"), ("limit=1&limit=2", "limit"),
    ],
)  # fmt: skip
async def test_a_wrong_parameter_is_named(site: Site, token: str, query: str, field: str) -> None:
    answer = await site("GET", f"/api/v1/probe/visits?{query}", token)
    assert (answer.status, answer.json["code"]) == (422, "invalid_input")
    assert [fault["field"] for fault in answer.json["errors"]] == [field]


async def test_pages_meet_without_gap_or_overlap(site: Site, token: str) -> None:
    seen, after = [], ""
    while after is not None:
        answer = await site("GET", f"/api/v1/probe/pages?limit=2{after and f'&after={after}'}", token)
        seen += [item["total"] for item in answer.json["items"]]
        after = answer.json["next"]
    assert seen == [1, 2, 3, 4, 5]


async def test_long_work_is_accepted_with_a_place_to_ask(site: Site, token: str) -> None:
    answer = await site("POST", "/api/v1/probe/rounds", token)
    assert (answer.status, answer.headers["Location"]) == (202, "/api/v1/probe/rounds/1")


async def test_head_answers_like_get_without_a_body(site: Site, token: str) -> None:
    answer = await site("HEAD", "/api/v1/me", token)
    assert (answer.status, answer.body) == (200, b"")


async def test_a_get_cannot_write(site: Site, token: str) -> None:
    assert (await site("GET", "/api/v1/probe/writing-get", token)).status == 500


async def test_many_readers_at_once_are_all_answered(probed_on_either: Site) -> None:
    site, token = probed_on_either, await probed_on_either.token_of(Role.WORKER)
    answers = await asyncio.gather(*(site("GET", "/api/v1/me", token) for _ in range(60)))
    assert {answer.status for answer in answers} == {200}
