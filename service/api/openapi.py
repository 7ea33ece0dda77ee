"""Writes the OpenAPI 3.1 document from the contracts: what is served is what is described."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from service.access.permissions import Permission
from service.api.contract import Contract
from service.api.models import Tagged, Versioned
from service.api.problems import MEDIA_TYPE, ProblemView

Json = dict[str, Any]
COMPONENTS = "#/components/schemas/"
VERSION = "0.1.0"


def document(contracts: Iterable[Contract]) -> Json:
    """The whole document. Every `$ref` in it resolves within it."""
    contracts = list(contracts)
    schemas = Schemas(contracts)
    paths: Json = {}
    for contract in contracts:
        paths.setdefault(contract.path, {})[contract.method.lower()] = _operation(contract, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "智推 Zhitui",
            "version": VERSION,
            "summary": "从居民和企业记录里找出该办的事，推送给负责的社区工作者，并说明理由",
            "description": "每个出错回复都是 application/problem+json，`code` 的含义见 docs/errors.md。",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(contract.tag for contract in contracts)],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


class Schemas:
    """The JSON schemas of all models; query models are taken apart into parameters and not listed."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        self.refs, self.components = _generate(_wanted(contracts))
        self._queries = {
            contract.query: self.components.pop(self._name(contract.query, "validation"), {})
            for contract in contracts
            if contract.query is not None
        }

    def ref(self, model: type[BaseModel], mode: JsonSchemaMode) -> Json:
        """The `$ref` object of a model."""
        return self.refs[model, mode]

    def query(self, model: type[BaseModel]) -> Json:
        """The object schema of a query model."""
        schema: Json = self._queries[model]
        return schema

    def _name(self, model: type[BaseModel], mode: JsonSchemaMode) -> str:
        return str(self.refs[model, mode]["$ref"]).removeprefix(COMPONENTS)


def _wanted(contracts: Iterable[Contract]) -> list[tuple[type[BaseModel], JsonSchemaMode]]:
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(ProblemView, "serialization"): None}
    for contract in contracts:
        for model in (contract.query, contract.body):
            if model is not None:
                wanted[model, "validation"] = None
        if contract.view is not None:
            wanted[contract.view, "serialization"] = None
    return list(wanted)


def _generate(
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]],
) -> tuple[dict[tuple[type[BaseModel], JsonSchemaMode], Json], Json]:
    refs, defined = models_json_schema(wanted, ref_template=COMPONENTS + "{model}")
    return refs, defined.get("$defs", {})  # type: ignore[return-value]


def _operation(contract: Contract, schemas: Schemas) -> Json:
    operation: Json = {
        "operationId": contract.name,
        "tags": [contract.tag],
        "summary": contract.summary,
        "description": contract.description,
        "parameters": _parameters(contract, schemas),
        "responses": _responses(contract, schemas),
        "security": [] if contract.permission is Permission.PUBLIC else [{"token": []}],
        "x-permission": contract.permission.value,
    }
    if contract.body is not None:
        content = {"application/json": {"schema": schemas.ref(contract.body, "validation")}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(contract: Contract, schemas: Schemas) -> list[Json]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": adapter.json_schema()}
        for name, adapter in contract.parameters.items()
    ]
    if contract.query is not None:
        found += _query_parameters(schemas.query(contract.query))
    if contract.idempotent:
        described = "同一个键重复提交只生效一次，并返回第一次的答复"
        schema = {"type": "string", "minLength": 1, "maxLength": 200}
        found.append({"name": "Idempotency-Key", "in": "header", "description": described, "schema": schema})
    if contract.versioned:
        described = "读取时得到的 ETag；已被别人改过则不改动，答复 412"
        schema = {"type": "string"}
        found.append(
            {"name": "If-Match", "in": "header", "required": True, "description": described, "schema": schema}
        )
    return found + _optional_headers(contract)


def _optional_headers(contract: Contract) -> list[Json]:
    """The headers a client may send beside what it asks for."""
    told = {
        "If-Match": (contract.conditional, "读取时得到的 ETag；之后已有变化则不改动，答复 412；不带则不检查"),
        "If-None-Match": (contract.tagged, "手上那一份的 ETag；没有变化则答复 304，没有正文"),
        "Last-Event-ID": (contract.stream, "收到的最后一个编号，从那里接着发；不带则从现在开始"),
    }
    return [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": described,
            "schema": {"type": "string"},
        }
        for name, (honoured, described) in told.items()
        if honoured
    ]


def _query_parameters(model: Json) -> list[Json]:
    required = model.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": schema.get("description", schema.get("title", "")),
            "schema": schema,
        }
        for name, schema in model.get("properties", {}).items()
    ]


def _responses(contract: Contract, schemas: Schemas) -> Json:
    problem = {MEDIA_TYPE: {"schema": schemas.ref(ProblemView, "serialization")}}
    responses: Json = {str(contract.status): _success(contract, schemas)}
    if contract.tagged:
        responses["304"] = {"description": "没有变化"}
    for status, described in _refusals(contract):
        responses[str(status)] = {"description": described, "content": problem}
    responses["default"] = {"description": "其他错误", "content": problem}
    return responses


def _success(contract: Contract, schemas: Schemas) -> Json:
    answer: Json = {"description": "成功"}
    if contract.stream and contract.view is not None:
        data = schemas.ref(contract.view, "serialization")
        answer["content"] = {"text/event-stream": {"schema": {"type": "string"}, "x-event-data": data}}
    elif contract.view is not None:
        answer["content"] = {"application/json": {"schema": schemas.ref(contract.view, "serialization")}}
    headers = {}
    if contract.status in (201, 202):
        headers["Location"] = {"description": "结果的地址", "schema": {"type": "string"}}
    if contract.view is not None and issubclass(contract.view, Versioned | Tagged):
        headers["ETag"] = {"description": "这一份的标记，用于 If-Match", "schema": {"type": "string"}}
    return answer | ({"headers": headers} if headers else {})


def _refusals(contract: Contract) -> list[tuple[int, str]]:
    found = []
    if contract.body is not None or contract.query is not None:
        found.append((400, "请求无法读取"))
    if contract.permission is not Permission.PUBLIC:
        found += [(401, "未登录"), (403, "没有权限")]
    if contract.parameters:
        found.append((404, "没有找到，或不在管理范围内"))
    if contract.versioned:
        found += [(412, "已被别人改过"), (428, "没有带 If-Match")]
    if contract.conditional:
        found.append((412, "读取以后已有变化"))
    if contract.stream:
        found += [(410, "不能从这个位置接着发"), (429, "同时打开的连接太多")]
    if contract.body is not None:
        found += [(413, "内容过大"), (415, "正文不是 JSON")]
    if contract.body is not None or contract.query is not None:
        found.append((422, "字段填写不正确"))
    return found
