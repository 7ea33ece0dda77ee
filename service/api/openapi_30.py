"""The same document in OpenAPI 3.0, for readers that know no 3.1: the packaged Swagger UI is one of them."""

from __future__ import annotations

from typing import Any

NULL = {"type": "null"}


def as_30(document: dict[str, Any]) -> dict[str, Any]:
    """A copy of a 3.1 document that says the same in 3.0.3 words."""
    older: dict[str, Any] = _older(document)
    older["openapi"] = "3.0.3"
    older["info"].pop("summary", None)
    older["info"]["license"].pop("identifier", None)
    return older


def _older(value: Any) -> Any:
    if isinstance(value, list):
        return [_older(part) for part in value]
    if not isinstance(value, dict):
        return value
    return _schema({name: _older(part) for name, part in value.items()})


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    if isinstance(schema.get("anyOf"), list) and NULL in schema["anyOf"]:
        schema = _nullable(schema)
    if "const" in schema:
        schema["enum"] = [schema.pop("const")]
    for bound in ("Minimum", "Maximum"):
        limit = schema.get(f"exclusive{bound}")
        if isinstance(limit, int | float) and not isinstance(limit, bool):
            schema[bound.lower()] = limit
            schema[f"exclusive{bound}"] = True
    return schema


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """`anyOf: [X, null]` is `X, nullable`; a `$ref` must stand alone in 3.0, so it goes into allOf."""
    rest = {name: part for name, part in schema.items() if name != "anyOf"}
    kinds = [kind for kind in schema["anyOf"] if kind != NULL]
    if len(kinds) > 1:
        return {**rest, "anyOf": kinds, "nullable": True}
    only = {"allOf": kinds} if "$ref" in kinds[0] else kinds[0]
    return {**only, **rest, "nullable": True}
