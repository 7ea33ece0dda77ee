"""Declaring fields over HTTP, and looking up what a rule may mention and what codes mean."""

from __future__ import annotations

from typing import Any

import made
import pytest
from api.conftest import Answer, Site
from sqlalchemy import select, update

from service.access.permissions import Role
from service.tables import audit, rule_versions

SHOES = {"entity": "resident", "name": "shoe_size", "label": "鞋码", "kind": "int", "unit": "码"}
PATH = "/api/v1/fields"


@pytest.fixture
def site(probed_on_either: Site) -> Site:
    return probed_on_either


async def declare(site: Site, token: str, **different: Any) -> Answer:
    return await site("POST", PATH, token, json=SHOES | different)


async def test_an_administrator_declares_changes_and_retires_a_field(site: Site) -> None:
    token = await site.token_of(Role.SYSTEM_ADMIN)
    states = [(await declare(site, token, **more)).json["state"] for more in ({}, {}, {"label": "鞋号"})]
    assert states == ["new", "unchanged", "changed"]
    answer = await site("GET", f"{PATH}?entity=resident", token)
    (listed,) = answer.json["items"]
    assert listed | SHOES | {"label": "鞋号"} == listed
    assert (listed["codes"], listed["missing"], listed["retired_at"]) == ({}, "unknown", None)
    assert (await site("GET", f"{PATH}?entity=enterprise", token)).json == {"items": []}
    gone = [await site("DELETE", f"{PATH}/resident/shoe_size", token) for _ in range(2)]
    assert [answer.status for answer in gone] == [204, 204]
    assert (await site("GET", PATH, token)).json["items"][0]["retired_at"]
    assert (await site("DELETE", f"{PATH}/resident/birth_date", token)).status == 404
    async with site.house.read() as unit:
        told = await unit.connection.execute(
            select(audit.c.action, audit.c.object_id, audit.c.actor_id)
            .where(audit.c.object_kind == "field")
            .order_by(audit.c.audit_id)
        )
        assert [(row.action, row.object_id, row.actor_id in site.tokens) for row in told] == [
            ("fields.declare", "resident.shoe_size", True),
            ("fields.declare", "resident.shoe_size", True),
            ("fields.retire", "resident.shoe_size", True),
        ]


async def test_every_fault_comes_with_its_field(site: Site) -> None:
    token = await site.token_of(Role.SYSTEM_ADMIN)
    answer = await declare(site, token, name="birth_date", label="身份证号", codes={"一": "甲"})
    assert (answer.status, answer.json["code"]) == (422, "invalid_input")
    assert {fault["field"] for fault in answer.json["errors"]} == {"name", "label", "codes", "unit"}
    assert (await declare(site, token, kind="number")).json["errors"][0]["field"] == "kind"


async def test_nothing_is_changed_while_a_rule_reads_the_field(site: Site) -> None:
    token = await site.token_of(Role.SYSTEM_ADMIN)
    await declare(site, token)
    async with site.house.write() as unit:
        await made.rule_version(unit)
        reading = made.RULE.format(rule="test-rule", again="never", done="").replace(
            "age(resident.birth_date) >= 80", "resident.shoe_size >= 45"
        )
        await unit.connection.execute(update(rule_versions).values(document=reading))
    answer = await site("DELETE", f"{PATH}/resident/shoe_size", token)
    assert (answer.status, answer.json["code"]) == (409, "conflict")
    assert "test-rule" in answer.json["detail"]
    assert (await site("GET", PATH, token)).json["items"][0]["retired_at"] is None
    assert (await declare(site, token, kind="text", unit="")).status == 409


@pytest.mark.parametrize("role", [Role.RULE_EDITOR, Role.WORKER, Role.AUDITOR])
async def test_only_an_administrator_may_decide_what_is_recorded(site: Site, role: Role) -> None:
    token = await site.token_of(role)
    assert (await declare(site, token)).status == 403
    assert (await site("DELETE", f"{PATH}/resident/shoe_size", token)).status == 403
    assert (await site("GET", PATH, token)).status == 200


async def test_a_rule_editor_sees_all_that_a_rule_may_mention(site: Site) -> None:
    await declare(site, await site.token_of(Role.SYSTEM_ADMIN), sensitivity="sensitive", missing="none")
    token = await site.token_of(Role.RULE_EDITOR)
    everything = (await site("GET", "/api/v1/catalogue", token)).json["items"]
    assert {"resident", "household", "enterprise", "pregnancy", "equipment"} <= {
        e["name"] for e in everything
    }
    (resident,) = (await site("GET", "/api/v1/catalogue?entity=resident", token)).json["items"]
    known = {field["name"]: field for field in resident["fields"]}
    shoes, phone, marital = (known[name] for name in ("shoe_size", "phone", "marital"))
    assert (shoes["declared"], shoes["missing"], shoes["sensitivity"], shoes["unit"], shoes["kind_label"]) == (
        True, "none", "sensitive", "码", "整数",
    )  # fmt: skip
    assert (phone["encrypted"], phone["declared"], marital["codes"]["20"]) == (True, False, "已婚")
    assert {"name": "certificates", "label": "证件", "target": "certificate", "many": True} in resident[
        "relations"
    ]
    assert (await site("GET", "/api/v1/catalogue?entity=person", token)).status == 422


async def test_anybody_signed_in_looks_up_codes(site: Site) -> None:
    await declare(site, await site.token_of(Role.SYSTEM_ADMIN), codes={"1": "小", "2": "大"}, unit="")
    token = await site.token_of(Role.ENTERPRISE)
    (industry,) = (await site("GET", "/api/v1/codes?table=enterprise.industry", token)).json["items"]
    assert (industry["code_length"], len(industry["codes"])) == (2, 97)
    assert {"code": "62", "name": "餐饮业"} in industry["codes"]
    tables = {item["table"]: item for item in (await site("GET", "/api/v1/codes", token)).json["items"]}
    assert tables["resident.shoe_size"]["codes"] == [{"code": "1", "name": "小"}, {"code": "2", "name": "大"}]
    assert "resident.marital" in (await site("GET", "/api/v1/codes?table=x", token)).json["detail"]
    assert (await site("GET", "/api/v1/codes")).status == 401
