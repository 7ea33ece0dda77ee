"""The rules, parameters and working days in force, read from the database; each rule version is checked once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select

from rules import Catalogue, CheckedRule, Moment, Parameters, check, load
from rules.parameters import Defined
from service.access import fields
from service.access.unit import Unit
from service.calendar import WorkingDays
from service.errors import NotFound
from service.tables import calendar_days, parameters, rule_versions

REMEMBERED = 256
_checked: dict[tuple[str, Catalogue, frozenset[Any]], CheckedRule] = {}


@dataclass(frozen=True)
class Version:
    """One immutable version of a rule, as stored."""

    version_id: int
    rule: str
    version: int
    title: str
    department: str
    document: str
    state: str
    effective_from: date
    effective_to: date | None

    def effective(self, day: date) -> bool:
        """Whether the rule holds on `day`."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


@dataclass(frozen=True)
class Basis:
    """What every verdict rests on besides the record: the fields there are, parameters and working days."""

    catalogue: Catalogue
    parameters: Parameters
    calendar: WorkingDays

    def moment(self, as_of: date) -> Moment:
        """The day a rule is judged on, with the verified parameter values in force."""
        return Moment(as_of, self.parameters.at(as_of), self.calendar.after)

    def checked(self, version: Version) -> CheckedRule:
        """The checked rule; RuleErrors when it no longer fits the catalogue or the parameters."""
        key = (version.document, self.catalogue, frozenset(self.parameters.terms().values()))
        if key not in _checked:
            if len(_checked) >= REMEMBERED:
                _checked.clear()
            _checked[key] = check(load(version.document, file=version.rule), self.catalogue, self.parameters)
        return _checked[key]


async def active(unit: Unit) -> list[Version]:
    """The active version of every rule, by rule id."""
    return await _versions(unit, rule_versions.c.state == "active")


async def active_rule(unit: Unit, rule: str) -> Version:
    """The active version of one rule; NotFound when there is none."""
    found = await _versions(unit, (rule_versions.c.state == "active") & (rule_versions.c.rule == rule))
    if not found:
        raise NotFound("没有这条生效的规则，请先查看规则列表中的编号。")
    return found[0]


async def versions(unit: Unit, version_ids: set[int]) -> dict[int, Version]:
    """Versions by id, whatever their state."""
    found = await _versions(unit, rule_versions.c.version_id.in_(version_ids))
    return {version.version_id: version for version in found}


async def basis(unit: Unit) -> Basis:
    """Fields, parameters and working days as they stand."""
    return Basis(await fields.catalogue(unit), await _parameters(unit), await working_days(unit))


async def working_days(unit: Unit) -> WorkingDays:
    """The working calendar with what administrators set over it."""
    rows = await unit.connection.execute(select(calendar_days.c.day, calendar_days.c.kind))
    return WorkingDays({row.day: row.kind == "work" for row in rows})


async def _parameters(unit: Unit) -> Parameters:
    rows = await unit.connection.execute(
        select(parameters).order_by(parameters.c.name, parameters.c.effective_from)
    )
    defined: dict[str, dict[str, Any]] = {}
    for row in rows:
        entry = defined.setdefault(
            row.name, {"label": row.label, "kind": row.kind, "unit": row.unit or "", "values": []}
        )
        entry["values"].append(
            {
                "from": row.effective_from,
                "to": row.effective_to,
                "division": row.division_code,
                "value": row.value,
                "source": row.source,
            }
        )
    return Parameters({name: Defined.model_validate(entry, strict=False) for name, entry in defined.items()})


async def _versions(unit: Unit, which: ColumnElement[bool]) -> list[Version]:
    columns = [rule_versions.c[name] for name in Version.__dataclass_fields__]
    rows = await unit.connection.execute(select(*columns).where(which).order_by(rule_versions.c.rule))
    return [Version(*row) for row in rows]
