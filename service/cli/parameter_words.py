"""What the commands about parameters print: a value, its source, a change of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from rules.files.documents import Cited
from service.engine.pack_parameters import UNDATED
from service.engine.parameter_history import Change
from service.engine.parameters import Value

ACTION = {
    "set": "登记",
    "edit": "更正",
    "end": "终止",
    "verify": "核实",
    "load": "规则包装载",
    "drop": "规则包去掉",
}


def value_line(value: Value) -> str:
    """One value on one line."""
    until = f"至 {value.effective_to}" if value.effective_to else "起"
    amount = "（待登记）" if value.value is None else f"{_plainly(value.value)}{value.unit}"
    marks = "".join(_marks(value))
    since = "" if value.effective_from == UNDATED else f" {value.effective_from} {until}"
    return f"{value.name} {value.division or '通用'}{since}：{amount}{marks}"


def own_value(value: Value) -> str:
    """That a division goes on with its own value when the one above it changes."""
    amount = f"{_plainly(value.value)}{value.unit}"
    return (
        f"区划 {value.division} 另有值（{amount}），那里仍按它；要改那里，请加 --division {value.division}。"
    )


def _marks(value: Value) -> Iterator[str]:
    if not value.verified and value.value is not None:
        yield "，未核实，不使用"
    if value.origin == "house":
        yield "，本地登记"
    if value.version > 1:
        yield f"，第 {value.version} 版"


def _plainly(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def source_line(source: Cited) -> str:
    """Where a value stands, and who read it when."""
    read = f"{source.verified_on} 核实" if source.verified_on else "未核实"
    return f"{source.law} {source.article}（{source.date}），{read}" + (
        "，凭记忆" if source.mark == "M" else ""
    )


def change_line(change: Change, zone: ZoneInfo) -> str:
    """When, who, which value, and what it was and is."""
    when = change.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    which = f"{change.division or '通用'}，自 {change.effective_from}"
    return f"{when} {change.by or '系统'} {ACTION.get(change.action, change.action)} {which}：{_change_words(change)}"


def _change_words(change: Change) -> str:
    old, new = change.old or {}, change.new or {}
    told = []
    if old.get("value") != new.get("value") or change.old is None:
        told.append(f"{_amount(change.old)} → {_amount(change.new)}")
    if old.get("effective_to") != new.get("effective_to"):
        told.append(f"截止 {old.get('effective_to') or '不限'} → {new.get('effective_to') or '不限'}")
    if old.get("source") != new.get("source"):
        told.append(f"出处 {_law(old)} → {_law(new)}")
    return "；".join(told) or "没有变化"


def _amount(told: dict[str, Any] | None) -> str:
    if told is None:
        return "无"
    return "待登记" if told["value"] is None else _plainly(told["value"])


def _law(told: dict[str, Any]) -> str:
    source = told.get("source")
    return f"{source['law']} {source['article']}" if source else "无"
