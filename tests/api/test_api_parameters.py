"""Parameters over HTTP: entered, corrected, ended, verified, listed; by editors only, and every change kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from access.people import settle
from api.conftest import Answer, Serve, Site
from made import RULE, row
from sqlalchemy import select, update

from service.access.permissions import Role
from service.access.unit import House
from service.engine import rulebook
from service.tables import accounts, audit, rule_versions

PATH = "/api/v1/parameters"
SOURCE = {"law": "某办法", "article": "第三条", "date": "2026-07", "verified_on": "2026-11-20"}
VALUE = {
    "name": "high_age.from_age", "label": "起始年龄", "kind": "int", "unit": "周岁", "value": 80,
    "from": "2026-01-01", "source": SOURCE,
}  # fmt: skip


@pytest.fixture
async def editor(house: House, serve: Serve) -> tuple[Site, str]:
    await settle(house)
    site = await serve(house)
    return site, await site.token_of(Role.RULE_EDITOR)


async def entered(site: Site, token: str, **other: Any) -> Answer:
    answer = await site("POST", PATH, token, json={**VALUE, **other})
    assert answer.status == 201, answer.json
    return answer


async def test_a_value_is_entered_corrected_verified_and_ended_and_every_change_is_kept(
    editor: tuple[Site, str],
) -> None:
    site, token = editor
    first = await entered(site, token, source=None)
    assert (first.json["verified"], first.json["origin"]) == (False, "house")
    assert "没有核实" in first.json["warnings"][0]
    path = first.headers["Location"]
    verified = await site("POST", f"{path}/verify", token, json=SOURCE, headers={"If-Match": '"1"'})
    assert (verified.status, verified.json["verified"], verified.headers["ETag"]) == (200, True, '"2"')
    corrected = await site(
        "PUT", path, token, json={"value": 81, "source": SOURCE}, headers={"If-Match": '"2"'}
    )
    assert (corrected.json["value"], corrected.json["version"]) == (81, 3)
    ended = await site("POST", f"{path}/end", token, json={"to": "2026-12-31"}, headers={"If-Match": '"3"'})
    assert ended.json["effective_to"] == "2026-12-31"
    shown = await site("GET", path, token)
    assert shown.headers["ETag"] == '"4"'
    changes = shown.json["changes"]
    assert [change["action"] for change in changes] == ["end", "edit", "verify", "set"]
    assert {change["by"] for change in changes} == {"李伟"}
    assert [(change["old"] or {}).get("value") for change in changes] == [81, 80, 80, None]
    assert [change["new"]["value"] for change in changes] == [81, 81, 80, 80]
    async with site.house.read() as unit:
        kept = select(audit.c.audit_id).where(audit.c.object_kind == "parameter")
        assert len((await unit.connection.execute(kept)).all()) == 4
        known = (await rulebook.basis(unit)).parameters
    assert known.at(date(2026, 12, 31)) == {"high_age.from_age": 81}
    assert known.at(date(2027, 1, 1)) == {}


async def test_two_editors_cannot_overwrite_each_other_unseen(editor: tuple[Site, str]) -> None:
    site, token = editor
    path = (await entered(site, token)).headers["Location"]
    for given, status, code in (
        ({}, 428, "version_missing"),
        ({"If-Match": '"7"'}, 412, "outdated"),
        ({"If-Match": "*"}, 412, "outdated"),
        ({"If-Match": '"99999999999999999999"'}, 412, "outdated"),
    ):
        answer = await site("PUT", path, token, json={"value": 1}, headers=given)
        assert (answer.status, answer.json["code"]) == (status, code)
    assert (await site("GET", path, token)).json["value"] == 80


async def test_entering_twice_under_one_key_is_entering_once(editor: tuple[Site, str]) -> None:
    site, token = editor
    answers = [
        await site("POST", PATH, token, json=VALUE, headers={"Idempotency-Key": "k1"}) for _ in range(2)
    ]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].body == answers[1].body
    assert answers[1].headers["ETag"] == answers[0].headers["ETag"] == '"1"'
    assert len((await site("GET", PATH, token)).json["items"]) == 1


async def test_values_are_listed_by_name_division_and_day_page_by_page(editor: tuple[Site, str]) -> None:
    site, token = editor
    await entered(site, token)
    await entered(site, token, value=85, **{"from": "2026-06-01"})
    await entered(site, token, value=70, division="330102000000")
    await entered(site, token, value=60, **{"from": "2026-10-01", "source": {**SOURCE, "mark": "M"}})
    await entered(site, token, name="other.one", value=1)

    async def listed(query: str) -> list[tuple[str, str, Any]]:
        items = (await site("GET", f"{PATH}?{query}", token)).json["items"]
        return [(item["name"], item["division"], item["value"]) for item in items]

    age = "high_age.from_age"
    assert len(await listed("")) == 5
    assert await listed("name=other.one") == [("other.one", "", 1)]
    assert await listed("division=330102") == [(age, "330102", 70)]
    assert await listed(f"on=2026-11-23&name={age}") == [(age, "", 85), (age, "330102", 70)]
    assert await listed(f"on=2026-02-01&name={age}") == [(age, "", 80), (age, "330102", 70)]
    assert await listed("on=2025-12-31") == []
    seen, after = [], 0
    while after is not None:
        page = (await site("GET", f"{PATH}?limit=2&after={after}", token)).json
        seen += [item["parameter_id"] for item in page["items"]]
        after = page["next"]
    assert seen == sorted(set(seen))
    assert len(seen) == 5


async def test_a_parameter_tells_which_rules_use_it(editor: tuple[Site, str]) -> None:
    site, token = editor
    path = (await entered(site, token)).headers["Location"]
    text = RULE.format(rule="test-rule", again="never", done="").replace(
        ">= 80", '>= param("high_age.from_age")'
    )
    async with site.house.write() as unit:
        await row(
            unit, rule_versions, rule="test-rule", version=1, title="测试规则", department="民政局", advice="上门",
            document=text, digest="d", state="active", effective_from=date(2026, 1, 1), recorded_at=unit.now,
        )  # fmt: skip
    shown = (await site("GET", path, token)).json
    assert [(use["rule"], use["state"]) for use in shown["used_by"]] == [("test-rule", "active")]


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"value": "八十"}, 422, "value"),
        ({"value": 80.5}, 422, "value"),
        ({"value": True}, 422, "value"),
        ({"value": [80]}, 422, "value"),
        ({"value": 10**300}, 422, "value"),
        ({"from": "2026-02-30"}, 422, "from"),
        ({"to": "2025-12-31"}, 422, "to"),
        ({"division": "湖滨"}, 422, "division"),
        ({"kind": "whole"}, 422, "kind"),
        ({"source": {**SOURCE, "date": "2026-13"}}, 422, "source.date"),
        ({"source": {**SOURCE, "verified_on": "2026-11-24"}}, 422, "verified_on"),
        ({"name": "Nein"}, 422, "name"),
        ({"surprise": 1}, 422, "surprise"),
    ],
)
async def test_what_does_not_fit_is_refused_with_its_field_and_nothing_is_kept(
    site: Site, changed: dict[str, Any], status: int, field: str
) -> None:
    token = await site.token_of(Role.RULE_EDITOR)
    answer = await site("POST", PATH, token, json={**VALUE, **changed})
    assert answer.status == status, answer.json
    assert [fault["field"] for fault in answer.json["errors"]] == [field]
    assert (await site("GET", PATH, token)).json["items"] == []


async def test_two_values_cannot_claim_one_day(editor: tuple[Site, str]) -> None:
    site, token = editor
    await entered(site, token, to="2026-12-31")
    for start in ("2026-01-01", "2026-12-31"):
        answer = await site("POST", PATH, token, json={**VALUE, "from": start})
        assert (answer.status, answer.json["code"]) == (409, "conflict")
    await entered(site, token, **{"from": "2027-01-01"})
    await entered(site, token, division="3301")
    unknown = await site("POST", PATH, token, json={"name": "no.such", "value": 1, "from": "2026-01-01"})
    assert (unknown.status, unknown.json["code"]) == (404, "not_found")


async def test_an_account_with_a_division_enters_values_for_it_only(editor: tuple[Site, str]) -> None:
    site, token = editor
    path = (await entered(site, token)).headers["Location"]
    async with site.house.write() as unit:
        await unit.connection.execute(
            update(accounts).where(accounts.c.role == "rule_editor").values(division_code="330102000000")
        )
    for division, status in (("", 403), ("3301", 403), ("330103", 403), ("330102", 201), ("330102003", 201)):
        answer = await site("POST", PATH, token, json={**VALUE, "division": division, "from": "2026-03-01"})
        assert answer.status == status, answer.json
    assert (await site("PUT", path, token, json={"value": 1}, headers={"If-Match": '"1"'})).status == 403
    strange = await site("POST", PATH, token, json={**VALUE, "division": "330102009", "from": "2026-03-01"})
    assert "330102009" in strange.json["warnings"][0]
