"""Reads path, query and body by a contract. Whatever does not fit is refused before the handler runs."""

from __future__ import annotations

import re
from typing import Any, get_origin

from aiohttp import web
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from service.api.contract import Contract
from service.api.faults import faults_of
from service.api.models import Seen
from service.api.state import STATE
from service.errors import (
    BadRequest,
    InvalidInput,
    NotFound,
    NotUtf8,
    Outdated,
    TooLarge,
    UnknownParameter,
    VersionMissing,
    WrongContentType,
)

ETAG = re.compile(r'"([1-9][0-9]{0,9})"')
TAGS = re.compile(r'(W/)?("[\x21\x23-\x7e]*")')
POSITION = re.compile(r"line (\d+) column (\d+)")
NUL = "\0"


async def read_inputs(contract: Contract, raw: web.Request, body: bytes) -> dict[str, Any]:
    """The handler's arguments but for the request."""
    arguments = _path(contract, raw)
    if contract.query is not None:
        arguments["query"] = _query(contract.query, raw)
    elif raw.query:
        raise _unknown(next(iter(raw.query)), [])
    if contract.body is not None:
        arguments["body"] = _body(contract.body, body)
    if contract.versioned:
        arguments["version"] = _version(raw)
    if contract.conditional:
        arguments["seen"] = _seen(raw)
    return arguments


async def read_body(contract: Contract, raw: web.Request) -> bytes:
    """The bytes of the body, as far as the contract wants one; at most `max_body` of them."""
    if contract.body is None:
        return b""
    if raw.content_type != "application/json" or (raw.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise WrongContentType()
    if (raw.content_length or 0) > raw.app[STATE].settings.max_body:
        raise TooLarge()  # said before the client has sent it all
    try:
        return await raw.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise TooLarge() from error


def _path(contract: Contract, raw: web.Request) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for name, adapter in contract.parameters.items():
        text = raw.match_info[name]
        if NUL in text:
            raise NotFound()
        try:
            arguments[name] = adapter.validate_strings(text)
        except ValidationError as error:
            raise NotFound() from error  # no such thing can exist
    return arguments


def _version(raw: web.Request) -> int:
    """The version If-Match names, as an ETag gave it; any other text names one that is not stored."""
    given = raw.headers.get("If-Match")
    if given is None:
        raise VersionMissing()
    found = ETAG.fullmatch(given.strip())
    if found is None:
        raise Outdated()
    return int(found[1])


def _seen(raw: web.Request) -> Seen:
    """The ETags of If-Match; `*` stands for whatever there is, and a weak one for none."""
    if "If-Match" not in raw.headers:
        return Seen()
    given = ", ".join(raw.headers.getall("If-Match"))
    if given.strip() == "*":
        return Seen()
    return Seen(frozenset(tag for weak, tag in TAGS.findall(given) if not weak))


def has_seen(raw: web.Request, etag: str) -> bool:
    """Whether the client has what is to be answered already, as If-None-Match says."""
    given = ", ".join(raw.headers.getall("If-None-Match", []))
    return given.strip() == "*" or etag in (tag for _weak, tag in TAGS.findall(given))


def _query(model: type[BaseModel], raw: web.Request) -> BaseModel:
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    values: dict[str, Any] = {}
    for name in raw.query:
        if name not in fields:
            raise _unknown(name, list(fields))
        given = raw.query.getall(name)
        many = get_origin(fields[name].annotation) in (list, tuple, set, frozenset)
        if len(given) > 1 and not many:
            raise InvalidInput(errors=[{"field": name, "message": "只能填写一次"}])
        if any(NUL in text for text in given):
            raise InvalidInput(errors=[{"field": name, "message": "不能含有空字符"}])
        values[name] = given if many else given[0]
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidInput(errors=faults_of(error)) from error


def _unknown(name: str, known: list[str]) -> UnknownParameter:
    allowed = f"可用的参数：{'、'.join(sorted(known))}。" if known else "这个地址不接受查询参数。"
    shown = name[:40]
    return UnknownParameter(
        f"未定义的查询参数“{shown}”。{allowed}", errors=[{"field": shown, "message": "未定义的查询参数"}]
    )


def _body(model: type[BaseModel], body: bytes) -> BaseModel:
    text = _text(body)
    try:
        value = model.model_validate_json(text)
    except ValidationError as error:
        raise _refused(error) from error
    if "\\u0000" in text and _holds_nul(from_json(text)):
        raise InvalidInput("文本不能含有空字符（\\u0000）。")
    return value


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotUtf8(
            f"请求正文不是 UTF-8 编码（第 {error.start + 1} 个字节起无法解读），请转换编码后重新提交。"
        ) from error


def _refused(error: ValidationError) -> BadRequest:
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] != "json_invalid":
        return InvalidInput(errors=faults_of(error))
    told = str(first.get("ctx", {}).get("error", ""))
    found = POSITION.search(told)
    where = f"（第 {found[1]} 行第 {found[2]} 列）" if found else ""
    if "recursion" in told:
        return BadRequest(f"请求正文的 JSON 嵌套过深{where}。")
    return BadRequest(f"请求正文不是有效的 JSON{where}，请检查后重新提交。")


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return NUL in value
    if isinstance(value, dict):
        return any(_holds_nul(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(_holds_nul(part) for part in value)
