"""A pack's parameter values taken into the house: what was entered here is kept, and said, unless told otherwise.

A pack states only its own values. One it no longer states goes, so that loading the former pack takes a change back;
one that was entered in the house stays, and where the pack says otherwise of the same day and division, that is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update

from rules import Parameters
from rules.files.parameters import Dated, Defined, KindName, overlapping, unfit
from service.access import audit
from service.access.unit import Unit
from service.engine.rulebook import dated_of
from service.errors import InvalidInput
from service.tables import parameters

OBJECT = "parameter"
TOLD = ("effective_to", "value", "source")
"""What of a value may change; name, division and first day say which value it is."""
UNDATED = date(1900, 1, 1)
"""First day of the empty row that keeps the name, label and kind of a parameter a pack states no value of."""
Key = tuple[str, str, date]


@dataclass(frozen=True)
class Taken:
    """How many values a pack states, how many of them for one division, and which the house has otherwise."""

    values: int
    local: int
    kept: list[str]


async def take(unit: Unit, known: Parameters, *, overwrite: bool = False) -> Taken:
    """Bring the values of a pack into the house, each change audited with what was there before.

    With `overwrite` the pack's word goes before what was entered in the house for the same day and division.
    InvalidInput where a pack's value and one of the house claim the same day, or a value does not fit a new kind.
    """
    stated = {_key(row): row for name, item in known.defined.items() for row in _rows(name, item)}
    p = parameters.c
    found = await unit.connection.execute(select(parameters).where(p.name.in_(list(known.defined))))
    present = {_key(row): row for row in map(dict, found.mappings())}
    kept: list[str] = []
    for key, row in present.items():
        if key not in stated and row["origin"] == "pack":
            await _drop(unit, row)
    for key, values in stated.items():
        if key not in present:
            await _add(unit, values)
        elif any(_plain(values[name]) != _plain(present[key][name]) for name in TOLD):
            if present[key]["origin"] == "pack" or (overwrite and values["value"] is not None):
                await _replace(unit, present[key], values)
            elif values["value"] is not None:  # an empty value of a pack asks the house to enter one
                kept.append(name_of(present[key]))
    await _describe(unit, known)
    await _refuse_contradictions(unit, known)
    local = sum(bool(values["division_code"]) for values in stated.values())
    return Taken(sum(len(item.values) for item in known.defined.values()), local, kept)


def name_of(row: Mapping[str, Any]) -> str:
    """A value as people are told of it: parameter, division, first day."""
    return f"{row['name']}（{row['division_code'] or '通用'}，自 {row['effective_from']}）"


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit log keeps of a value."""
    return {name: _plain(row[name]) for name in TOLD}


async def note(unit: Unit, action: str, row: Mapping[str, Any], **changed: Any) -> None:
    """Audit a change of one value, with `old` and `new`."""
    which = {
        "parameter_id": row["parameter_id"],
        "division": row["division_code"],
        "from": row["effective_from"].isoformat(),
    }
    await audit.record(unit, f"parameters.{action}", OBJECT, row["name"], detail=which | changed)


def _key(row: Mapping[str, Any]) -> Key:
    return row["name"], row["division_code"], row["effective_from"]


def _rows(name: str, defined: Defined) -> Iterator[dict[str, Any]]:
    empty = Dated(**{"from": UNDATED}, value=None)
    for dated in defined.values or (empty,):
        yield {
            "name": name,
            "label": defined.label,
            "kind": defined.kind,
            "unit": defined.unit,
            "division_code": dated.division,
            "effective_from": dated.from_,
            "effective_to": dated.to,
            "value": _plain(dated.value),
            "source": dated.source.model_dump(mode="json") if dated.source else None,
            "origin": "pack",
        }


async def _add(unit: Unit, values: Mapping[str, Any]) -> None:
    stamp = {"actor_id": unit.actor.account_id, "recorded_at": unit.now}
    added = await unit.connection.execute(
        insert(parameters).values(**values, **stamp).returning(parameters.c.parameter_id)
    )
    await note(unit, "load", {**values, "parameter_id": added.scalar_one()}, old=None, new=told(values))


async def _replace(unit: Unit, row: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    stamp = {"actor_id": unit.actor.account_id, "recorded_at": unit.now, "version": row["version"] + 1}
    mine = parameters.c.parameter_id == row["parameter_id"]
    await unit.connection.execute(update(parameters).where(mine).values(**values, **stamp))
    await note(unit, "load", row, old=told(row), new=told(values))


async def _drop(unit: Unit, row: Mapping[str, Any]) -> None:
    await unit.connection.execute(delete(parameters).where(parameters.c.parameter_id == row["parameter_id"]))
    await note(unit, "drop", row, old=told(row), new=None)


async def _describe(unit: Unit, known: Parameters) -> None:
    """Label, unit and kind are the pack's, also of what the house entered."""
    p = parameters.c
    for name, item in known.defined.items():
        new = {"label": item.label, "unit": item.unit, "kind": item.kind}
        other = (p.label != item.label) | (p.kind != item.kind) | p.unit.is_distinct_from(item.unit)
        await unit.connection.execute(update(parameters).where(p.name == name, other).values(**new))


async def _refuse_contradictions(unit: Unit, known: Parameters) -> None:
    rows = await unit.connection.execute(select(parameters).where(parameters.c.name.in_(list(known.defined))))
    by_name: dict[str, list[dict[str, Any]]] = {}
    for row in rows.mappings():
        by_name.setdefault(row["name"], []).append(dict(row))
    wrong = [
        line for name, found in by_name.items() for line in _contradictions(known.defined[name].kind, found)
    ]
    if wrong:
        raise InvalidInput("；".join(wrong) + "。请先修改或终止本地登记的值，再装载。")


def _contradictions(kind: KindName, rows: list[dict[str, Any]]) -> Iterator[str]:
    values: list[Dated] = []
    for row in rows:
        try:
            values.append(dated_of(row))
        except ValueError:  # of the kind it had before the pack changed it
            values.append(Dated.model_validate({"from": row["effective_from"], "value": str(row["value"])}))
        if unfit(kind, values[-1].value):
            yield f"本地登记的 {name_of(row)} 与规则包里的类型 {kind} 不符"
    for earlier, later in overlapping(values):
        yield f"{name_of(rows[earlier])} 与 {name_of(rows[later])} 重叠"


def _plain(value: Any) -> Any:
    """A value as JSON keeps it; dates as text, which the parameter's kind turns back."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
