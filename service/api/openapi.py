"""Writes the OpenAPI 3.1 document from the contracts: what is served is what is described."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from service.access.horizon import WRITTEN
from service.access.permissions import Permission
from service.api import examples
from service.api.contract import Contract
from service.api.models import Tagged, Versioned
from service.api.problems import MEDIA_TYPE, ProblemView, problem_view
from service.api.refusals import refusals
from service.errors import Problem

Json = dict[str, Any]
COMPONENTS = "#/components/schemas/"
VERSION = "0.1.0"
ETAGS = r'^(\*|"[0-9a-f]{1,64}"(, "[0-9a-f]{1,64}"){0,9})$'
"""`*` or a few of the ETags that were given out (models.etag_of)."""
PLACE = f"^{WRITTEN.pattern}$"


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
        content = _json(schemas.ref(contract.body, "validation"), examples.BODIES.get(contract.name))
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(contract: Contract, schemas: Schemas) -> list[Json]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": adapter.json_schema()}
        | _example(examples.PLACES, name)
        for name, adapter in contract.parameters.items()
    ]
    if contract.query is not None:
        given = examples.QUERIES.get(contract.name, {})
        found += _query_parameters(schemas.query(contract.query), given)
    if contract.idempotent:
        described = "同一个键重复提交只生效一次，并返回第一次的答复"
        schema = {"type": "string", "pattern": r"^[\x21-\x7e]{1,200}$"}
        found.append({"name": "Idempotency-Key", "in": "header", "description": described, "schema": schema})
    if contract.versioned:
        described = "读取时得到的 ETag；已被别人改过则不改动，答复 412"
        schema = {"type": "string", "pattern": r'^"[1-9][0-9]{0,9}"$'}
        found.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "description": described,
                "schema": schema,
                "example": '"1"',
            }
        )
    return found + _optional_headers(contract)


def _optional_headers(contract: Contract) -> list[Json]:
    """The headers a client may send beside what it asks for."""
    told = {
        "If-Match": (
            contract.conditional,
            ETAGS,
            "读取时得到的 ETag；之后已有变化则不改动，答复 412；不带则不检查",
        ),
        "If-None-Match": (contract.tagged, "", "手上那一份的 ETag；没有变化则答复 304，没有正文"),
        "Last-Event-ID": (contract.stream, PLACE, "收到的最后一个编号，从那里接着发；不带则从现在开始"),
    }
    return [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": described,
            "schema": {"type": "string"} | ({"pattern": pattern} if pattern else {}),
        }
        for name, (honoured, pattern, described) in told.items()
        if honoured
    ]


def _example(given: Mapping[str, Any], name: str) -> Json:
    return {"example": given[name]} if name in given else {}


def _query_parameters(model: Json, given: Mapping[str, Any]) -> list[Json]:
    required = model.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": schema.get("description", schema.get("title", "")),
            "schema": schema,
        }
        | _example(given, name)
        for name, schema in model.get("properties", {}).items()
    ]


def _responses(contract: Contract, schemas: Schemas) -> Json:
    schema = schemas.ref(ProblemView, "serialization")
    responses: Json = {str(contract.status): _success(contract, schemas)}
    if contract.tagged:
        responses["304"] = {"description": "没有变化"}
    for status, kinds in refusals(contract).items():
        responses[str(status)] = _refusal(kinds, schema)
    responses["default"] = {"description": "其他错误", "content": {MEDIA_TYPE: {"schema": schema}}}
    return responses


def _json(schema: Json, example: Any) -> Json:
    return {"application/json": {"schema": schema} | ({} if example is None else {"example": example})}


def _refusal(kinds: Sequence[type[Problem]], schema: Json) -> Json:
    """One status with everything it may mean; each meaning is an example."""
    answer: Json = {
        "description": "\n\n".join(f"`{kind.code}`：{kind.words()}" for kind in kinds),
        "content": {
            MEDIA_TYPE: {"schema": schema, "examples": {kind.code: {"value": _shown(kind)} for kind in kinds}}
        },
    }
    if kinds[0].status == 429:
        answer["headers"] = {"Retry-After": {"description": "多少秒后再试", "schema": {"type": "integer"}}}
    return answer


def _shown(kind: type[Problem]) -> Json:
    instance = "urn:uuid:7fc4e06b-1a4a-4346-ab59-2751d09c9b06"
    return problem_view(kind(), instance).model_dump(mode="json")


def _event(data: Json) -> Json:
    """One event of a stream as its fields; OpenAPI 3.1 has no word of its own for a sequence of them."""
    text = {"type": "string"}
    held = text | {"contentMediaType": "application/json", "contentSchema": data}
    return {"type": "object", "properties": {"id": text, "event": text, "data": held}}


def _success(contract: Contract, schemas: Schemas) -> Json:
    answer: Json = {"description": "成功"}
    if contract.stream and contract.view is not None:
        data = schemas.ref(contract.view, "serialization")
        answer["content"] = {"text/event-stream": {"schema": _event(data)}}
    elif contract.view is not None:
        answer["content"] = _json(
            schemas.ref(contract.view, "serialization"), examples.ANSWERS.get(contract.name)
        )
    for media_type in contract.media_types:
        answer.setdefault("content", {})[media_type] = {}
    headers = {}
    if contract.status in (201, 202, 302):
        headers["Location"] = {"description": "结果的地址", "schema": {"type": "string"}}
    if contract.view is not None and issubclass(contract.view, Versioned | Tagged):
        headers["ETag"] = {"description": "这一份的标记，用于 If-Match", "schema": {"type": "string"}}
    return answer | ({"headers": headers} if headers else {})
