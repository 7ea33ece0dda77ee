"""Says in Chinese what is wrong with each field. The value itself is never repeated: it may be private."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

MOST_FAULTS = 20
NAME = 40

MESSAGES = {
    "missing": "必填",
    "extra_forbidden": "未定义的字段",
    "int_parsing": "应为整数", "int_type": "应为整数", "int_from_float": "应为整数", "int_parsing_size": "数字过大",
    "float_parsing": "应为数字", "float_type": "应为数字", "finite_number": "应为有限的数字",
    "decimal_parsing": "应为数字", "decimal_type": "应为数字",
    "decimal_max_digits": "最多 {max_digits} 位数字", "decimal_max_places": "最多 {decimal_places} 位小数",
    "bool_parsing": "应为 true 或 false", "bool_type": "应为 true 或 false",
    "string_type": "应为文本", "string_too_short": "至少 {min_length} 个字符", "string_too_long": "最多 {max_length} 个字符",
    "string_pattern_mismatch": "格式不正确",
    "list_type": "应为列表", "too_short": "至少 {min_length} 项", "too_long": "最多 {max_length} 项",
    "dict_type": "应为对象", "model_type": "应为对象", "model_attributes_type": "应为对象",
    "enum": "只能是 {expected} 之一", "literal_error": "只能是 {expected} 之一",
    "date_type": "应为日期，如 2026-11-23", "date_parsing": "应为日期，如 2026-11-23",
    "date_from_datetime_parsing": "应为日期，如 2026-11-23", "date_from_datetime_inexact": "应为日期，如 2026-11-23",
    "datetime_type": "应为时间，如 2026-11-23T08:30:00+08:00", "datetime_parsing": "应为时间，如 2026-11-23T08:30:00+08:00",
    "datetime_from_date_parsing": "应为时间，如 2026-11-23T08:30:00+08:00",
    "timezone_aware": "时间须带时区",
    "greater_than": "应大于 {gt}", "greater_than_equal": "应不小于 {ge}",
    "less_than": "应小于 {lt}", "less_than_equal": "应不大于 {le}",
    "none_required": "应为空",
    "value_error": "{error}", "assertion_error": "{error}",
}  # fmt: skip


def faults_of(error: ValidationError) -> list[dict[str, str]]:
    """`[{"field": "findings.0.outcome", "message": "必填"}, …]`, twenty at most."""
    found = error.errors(include_url=False, include_input=False)[:MOST_FAULTS]
    return [
        {"field": _place(fault["loc"]), "message": _message(fault["type"], fault.get("ctx", {}))}
        for fault in found
    ]


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part)[:NAME] for part in location)


def _message(kind: str, context: dict[str, Any]) -> str:
    return MESSAGES.get(kind, "填写不正确").format_map(context)
