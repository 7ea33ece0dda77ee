"""Entering, correcting, ending and verifying a parameter value: each refused whole or done and audited.

`version` counts the edits of one value, so that two people cannot overwrite each other unseen. A scan reads the values
when it begins, so a change is seen by the next one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pydantic import ValidationError
from sqlalchemy import insert, update

from rules.divisions import prefix_of
from rules.files.documents import Cited
from rules.files.parameters import NAME, Dated, KindName, Raw, overlapping, unfit
from service.access.actors import code_range
from service.access.turns import take_editors_turn
from service.access.unit import Unit
from service.engine.pack_parameters import name_of, note, told
from service.engine.parameters import LONGEST_NAME, Stored, Value, get, no_such, row_of, stored
from service.engine.rulebook import dated_of
from service.errors import Conflict, InvalidInput, NotAllowed, Outdated
from service.tables import parameters


@dataclass(frozen=True)
class Described:
    """What a parameter is called and of which kind: asked of whoever enters the first value of a new one."""

    label: str
    kind: KindName
    unit: str = ""


@dataclass(frozen=True)
class Entry:
    """A value to be entered: from a day on, for everywhere (`division` empty) or for one division."""

    name: str
    value: Raw
    from_: date
    to: date | None = None
    division: str = ""
    source: Cited | None = None
    described: Described | None = None


@dataclass(frozen=True)
class Correction:
    """What a value is to be instead."""

    value: Raw
    to: date | None
    source: Cited | None


async def put(unit: Unit, entry: Entry) -> Value:
    """Enter a value; an empty one of the same day and division is filled in.

    NotFound for an unknown name that is not described, Conflict where that day has a value already or is claimed by
    another one, InvalidInput for a value that does not fit, NotAllowed outside the actor's division.
    """
    entry = replace(entry, division=prefix_of(entry.division))
    _within_scope(unit, entry.division)
    _refuse_source(unit, entry.source)
    await take_editors_turn(unit)
    rows = await stored(unit, parameters.c.name == entry.name)
    described = _described(entry, rows)
    _refuse_unfit(described.kind, entry.value, entry.from_, entry.to)
    same = next((row for row in rows if _place(row) == (entry.division, entry.from_)), None)
    if same is not None and same["value"] is not None:
        raise Conflict(f"{name_of(same)} 已有值，请修改那一个（编号 {same['parameter_id']}）。")
    if same is not None:
        filled = Correction(entry.value, entry.to, entry.source)
        return await correct(unit, same["parameter_id"], same["version"], filled)
    row = {
        "name": entry.name,
        "label": described.label,
        "kind": described.kind,
        "unit": described.unit,
        "division_code": entry.division,
        "effective_from": entry.from_,
        "effective_to": entry.to,
        "value": plain(entry.value),
        "source": _cited(entry.source),
        "origin": "house",
        "actor_id": unit.actor.account_id,
        "recorded_at": unit.now,
    }
    _refuse_overlap([row, *rows])
    added = await unit.connection.execute(insert(parameters).values(row).returning(parameters.c.parameter_id))
    parameter_id = int(added.scalar_one())
    await note(unit, "set", {**row, "parameter_id": parameter_id}, old=None, new=told(row))
    return await get(unit, parameter_id)


async def correct(unit: Unit, parameter_id: int, version: int, given: Correction) -> Value:
    """Correct a value in place; Outdated when `version` is not the one stored. Other refusals as for `put`."""
    row = await _taken(unit, parameter_id)
    _refuse_source(unit, given.source)
    _refuse_unfit(row["kind"], given.value, row["effective_from"], given.to)
    changed = {"value": plain(given.value), "effective_to": given.to, "source": _cited(given.source)}
    return await _change(unit, "edit", row, version, changed)


async def end(unit: Unit, parameter_id: int, version: int, last: date) -> Value:
    """Let `last` be the last day a value is in force; refusals as for `correct`."""
    row = await _taken(unit, parameter_id)
    _refuse_unfit(row["kind"], dated_of(row).value, row["effective_from"], last)
    return await _change(unit, "end", row, version, {"effective_to": last})


async def verify(unit: Unit, parameter_id: int, version: int, source: Cited) -> Value:
    """Say where a value stands and when somebody read it; Conflict for an empty value, Outdated as for `correct`."""
    row = await _taken(unit, parameter_id)
    _refuse_source(unit, source)
    if not source.verified:
        raise _wrong("verified_on", "核实须写明核实日期，且不能是凭记忆（M）")
    if row["value"] is None:
        raise Conflict("这一项还没有值，请先登记数值，再登记出处。")
    return await _change(unit, "verify", row, version, {"source": _cited(source)})


def read_value(kind: KindName, given: Any) -> Raw:
    """A value as JSON gives it, a date out of its text; InvalidInput for one of another kind."""
    if kind == "date" and isinstance(given, str):
        try:
            given = date.fromisoformat(given)
        except ValueError as error:
            raise _wrong("value", f"“{given[:40]}”不是日期，请写成 2026-11-23 的形式") from error
    if isinstance(given, list) and any(isinstance(item, bool) for item in given):
        raise _wrong("value", "列表里只能全是数字，或全是文字")
    try:
        value = Dated.model_validate({"from": date.min, "value": given}).value
    except ValidationError as error:
        raise _wrong("value", "应为数字、文字、日期，或它们的列表") from error
    _refuse_unfit(kind, value, date.min, None)
    return value


def plain(value: Raw) -> Any:
    """A value as JSON keeps it."""
    return value.isoformat() if isinstance(value, date) else value


async def _taken(unit: Unit, parameter_id: int) -> Stored:
    """The row as it stands once nobody else is changing any."""
    await take_editors_turn(unit)
    return await row_of(unit, parameter_id)


async def _change(unit: Unit, action: str, row: Stored, version: int, changed: Mapping[str, Any]) -> Value:
    _within_scope(unit, row["division_code"])
    if row["version"] != version:
        raise Outdated()
    p, after = parameters.c, {**row, **changed}
    others = await stored(unit, p.name == row["name"], p.parameter_id != row["parameter_id"])
    _refuse_overlap([after, *others])
    stamp = {
        "origin": "house",
        "version": version + 1,
        "actor_id": unit.actor.account_id,
        "recorded_at": unit.now,
    }
    mine = p.parameter_id == row["parameter_id"]
    await unit.connection.execute(update(parameters).where(mine).values(**changed, **stamp))
    await note(unit, action, row, old=told(row), new=told(after))
    return await get(unit, row["parameter_id"])


def _place(row: Stored) -> tuple[str, date]:
    return row["division_code"], row["effective_from"]


def _described(entry: Entry, rows: Sequence[Stored]) -> Described:
    if rows:
        known = Described(rows[0]["label"], rows[0]["kind"], rows[0]["unit"] or "")
        if entry.described is not None and entry.described.kind != known.kind:
            raise _wrong("kind", f"这个参数的类型是 {known.kind}，不能改成 {entry.described.kind}")
        return known
    if entry.described is None:
        raise no_such(entry.name, "登记新参数时请同时写明名称和类型")
    if not re.fullmatch(NAME, entry.name) or len(entry.name) > LONGEST_NAME:
        raise _wrong("name", f"参数名须为小写英文字母、数字、点和下划线，最长 {LONGEST_NAME} 个字符")
    _refuse_texts({"label": entry.described.label, "unit": entry.described.unit})
    return entry.described


def _refuse_unfit(kind: KindName, value: Raw, first: date, last: date | None) -> None:
    why = unfit(kind, value)
    if why is not None:
        raise _wrong("value", why[0])
    if last is not None and last < first:
        raise _wrong("to", f"失效日期 {last} 早于生效日期 {first}")


def _refuse_source(unit: Unit, source: Cited | None) -> None:
    if source is None:
        return
    _refuse_texts({name: getattr(source, name) for name in ("law", "article", "url", "note")})
    if source.verified_on is not None and source.verified_on > unit.today:
        raise _wrong("verified_on", f"核实日期 {source.verified_on} 还没有到")


def _refuse_texts(texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        why = unfit("text", text)
        if why is not None:
            raise _wrong(name, why[0])


def _refuse_overlap(rows: Sequence[Mapping[str, Any]]) -> None:
    """The first of `rows` is the new one."""
    for pair in overlapping([dated_of(row) for row in rows]):
        if 0 in pair:
            other = rows[pair[0] or pair[1]]
            raise Conflict(f"与 {name_of(other)} 的值重叠：同一天只能有一个值，请先终止前一个，或改日期。")


def _within_scope(unit: Unit, division: str) -> None:
    scope = unit.actor.division
    if unit.actor.everywhere or not scope:
        return
    low, high = code_range(prefix_of(scope))
    if not low <= division < high:
        raise NotAllowed("这个区划不在您的管理范围内，只能登记本区划及以下的值。")


def _cited(source: Cited | None) -> dict[str, Any] | None:
    return None if source is None else source.model_dump(mode="json")


def _wrong(field: str, message: str) -> InvalidInput:
    return InvalidInput(f"{message}。", errors=[{"field": field, "message": message}])
