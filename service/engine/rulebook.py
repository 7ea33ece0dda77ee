"""The rules, parameters and working days in force on a day, read from the database; each version is checked once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, or_, select, true

from rules import CannotEvaluate, Catalogue, CheckedRule, Moment, Parameters, check, load, question
from rules.files.parameters import Dated, Defined
from rules.moment import Given
from rules.regions import Valued, place_of, regions, where_read
from service.access import fields
from service.access.unit import Unit
from service.calendar import WorkingDays
from service.errors import NotFound
from service.tables import calendar_days, parameters, rule_activations, rule_versions

log = structlog.get_logger(__name__)

REMEMBERED = 256
_checked: dict[tuple[str, Catalogue, frozenset[Any]], CheckedRule] = {}
_read: list[tuple[Sequence[Row[Any]], Parameters]] = []
"""The parameters last read, with their rows as they were: fitting them to their kinds takes longer than reading."""


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
    _asked: dict[date, dict[int, tuple[CheckedRule, str]]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """Digests made already, each with its rule, so that nobody else comes by its identity."""

    @cached_property
    def _terms(self) -> frozenset[Any]:
        """What parameters there are, as far as it decides whether a rule fits."""
        return frozenset(self.parameters.terms().values())

    def moment(self, as_of: date, values: Mapping[str, Given] | None = None) -> Moment:
        """A day with these parameter values; without them with those in force where no division has its own."""
        return Moment(as_of, self.parameters.at(as_of) if values is None else values, self.calendar.after)

    def moment_for(self, rule: CheckedRule, record: Mapping[str, Any], as_of: date) -> Moment:
        """The day one subject is judged on, with the values of its own division; `record` has what `reads` names."""
        return self.moment(as_of, self.parameters.at(as_of, place_of(rule, record), rule.parameters))

    def reads(self, rule: CheckedRule) -> frozenset[tuple[tuple[str, ...], str]]:
        """What judging a subject takes from the records: what the rule reads, and where the subject is placed."""
        return rule.reads | where_read(rule)

    def regions(self, rule: CheckedRule, as_of: date) -> list[Valued]:
        """Where a rule is judged by which values; one region unless a division overrides a parameter it uses.

        CannotEvaluate, naming parameters and day, when every region lacks one.
        """
        found = regions(rule, self.parameters, as_of)
        if all(part.missing for part in found):
            raise self._without(found, as_of)
        return found

    def _without(self, found: list[Valued], as_of: date) -> CannotEvaluate:
        missing = sorted({name for part in found for name in part.missing})
        chinese = "、".join(f"“{self.parameters.defined[name].label}”（{name}）" for name in missing)
        english = ", ".join(missing)
        return CannotEvaluate(
            f"参数{chinese}在 {as_of} 没有经过核实的值，请登记后再扫描。",
            f"No verified value of {english} on {as_of}.",
        )

    def question(self, rule: CheckedRule, as_of: date) -> str:
        """A digest of all that decides how the rule answers on a day; the same as long as it would answer alike."""
        known = self._asked.get(as_of, {}).get(id(rule))
        if known is None:
            digest = question(rule, self.regions(rule, as_of), as_of, self.calendar.after)
            known = self._asked.setdefault(as_of, {})[id(rule)] = (rule, digest)
        return known[1]

    def checked(self, version: Version) -> CheckedRule:
        """The checked rule; RuleErrors when it no longer fits the catalogue or the parameters."""
        key = (version.document, self.catalogue, self._terms)
        if key not in _checked:
            if len(_checked) >= REMEMBERED:
                _checked.clear()
            _checked[key] = check(load(version.document, file=version.rule), self.catalogue, self.parameters)
        return _checked[key]


async def active(unit: Unit) -> list[Version]:
    """The active version of every rule, by rule id."""
    return await _versions(unit, rule_versions.c.state == "active")


async def in_force(unit: Unit, day: date) -> list[Version]:
    """The version of every rule that is in force on a day, by rule id; on a day to come the active ones.

    Before a rule was first activated its first version counts, where its `effective` period covers the day: a rule
    is often entered after the day its law took effect. A version that is active without any record of an activation
    has been so always.
    """
    a = rule_activations.c
    rows = await unit.connection.execute(
        select(a.rule, a.version_id, a.from_on, a.to_on)
        .where(or_(a.to_on.is_(None), a.from_on < a.to_on))  # what was replaced the same day held on none
        .order_by(a.rule, a.from_on, a.activation_id)
    )
    held, first, known = {}, {}, set()
    for row in rows:
        if row.from_on <= day and (row.to_on is None or day < row.to_on):
            held[row.rule] = row.version_id
        if row.rule not in known and day < row.from_on:
            first[row.rule] = row.version_id
        known.add(row.rule)
    found = await versions(unit, {*held.values(), *first.values()})
    before = [found[key] for key in first.values() if found[key].effective(day)]
    unrecorded = [version for version in await active(unit) if version.rule not in known]
    chosen = [found[key] for key in held.values()] + before + unrecorded
    return sorted(chosen, key=lambda version: version.rule)


async def rule_in_force(unit: Unit, rule: str, day: date) -> Version:
    """The version of one rule in force on a day; NotFound when there is none."""
    for version in await in_force(unit, day):
        if version.rule == rule:
            return version
    raise NotFound("没有这条生效的规则，请先查看规则列表中的编号。")


async def every(unit: Unit) -> list[Version]:
    """Every version there is, by rule id and number."""
    return sorted(await _versions(unit, true()), key=lambda version: (version.rule, version.version))


async def current(unit: Unit) -> list[Version]:
    """What is in force, and of each rule the newest version that was stored after it and waits, by rule id."""
    v = rule_versions.c
    stored = await _versions(unit, v.state.in_(("active", "checked")))
    in_use = {version.rule: version.version for version in stored if version.state == "active"}
    newest = {
        version.rule: version.version for version in sorted(stored, key=lambda version: version.version)
    }
    return [
        version for version in stored if version.version in (in_use.get(version.rule), newest[version.rule])
    ]


async def versions(unit: Unit, version_ids: set[int]) -> dict[int, Version]:
    """Versions by id, whatever their state."""
    found = await _versions(unit, rule_versions.c.version_id.in_(version_ids))
    return {version.version_id: version for version in found}


async def checked_rules(unit: Unit, version_ids: set[int]) -> tuple[Basis, dict[int, CheckedRule]]:
    """What every verdict rests on, and these versions ready to judge by it."""
    ground = await basis(unit)
    return ground, {
        key: ground.checked(version) for key, version in (await versions(unit, version_ids)).items()
    }


async def basis(unit: Unit) -> Basis:
    """Fields, parameters and working days as they stand."""
    return Basis(await fields.catalogue(unit), await _parameters(unit), await working_days(unit))


async def working_days(unit: Unit) -> WorkingDays:
    """The working calendar with what administrators set over it."""
    rows = await unit.connection.execute(select(calendar_days.c.day, calendar_days.c.kind))
    return WorkingDays({row.day: row.kind == "work" for row in rows})


async def _parameters(unit: Unit) -> Parameters:
    statement = select(parameters).order_by(parameters.c.name, parameters.c.effective_from)
    rows = (await unit.connection.execute(statement)).all()
    for before, known in _read:
        if before == rows:
            return known
    _read[:] = [(rows, _parameters_of([dict(row._mapping) for row in rows]))]
    return _read[0][1]


def _parameters_of(rows: list[dict[str, Any]]) -> Parameters:
    defined: dict[str, Defined] = {}
    values: dict[str, list[Dated]] = {}
    for row in rows:
        name = row["name"]
        defined.setdefault(name, Defined(label=row["label"], kind=row["kind"], unit=row["unit"] or ""))
        dated = _readable(row)
        if dated is not None:
            values.setdefault(name, []).append(dated)
    return Parameters(
        {
            name: item.model_copy(update={"values": tuple(values.get(name, ()))})
            for name, item in defined.items()
        }
    )


def _readable(row: Mapping[str, Any]) -> Dated | None:
    """A stored value; None, and a line in the log, for one that cannot be read: it counts as empty."""
    try:
        return dated_of(row)
    except ValueError as error:
        log.error("parameter_unreadable", parameter_id=row["parameter_id"], error=type(error).__name__)
        return None


def dated_of(row: Mapping[str, Any]) -> Dated:
    """A row of `parameters` as rules see it; ValueError where it is none. JSON keeps dates as text."""
    value = row["value"]
    return Dated.model_validate(
        {
            "from": row["effective_from"],
            "to": row["effective_to"],
            "division": row["division_code"],
            "value": date.fromisoformat(value) if row["kind"] == "date" and isinstance(value, str) else value,
            "source": row["source"],
        }
    )


async def _versions(unit: Unit, which: ColumnElement[bool]) -> list[Version]:
    columns = [rule_versions.c[name] for name in Version.__dataclass_fields__]
    rows = await unit.connection.execute(select(*columns).where(which).order_by(rule_versions.c.rule))
    return [Version(*row) for row in rows]
