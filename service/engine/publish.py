"""Bringing a rule pack into force: every file checked, every example run, then new versions in one transaction.

Nothing is published while anything is wrong: a rule that does not check, an example that is not met, a parameter that
nobody verified, a duty that is not on the duty list (facts/domain §5.3). All of it is told at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import delete, func, insert, select, update

from rules import (
    Catalogue,
    CheckedRule,
    ExampleResult,
    Parameters,
    RuleDocument,
    check,
    check_pack,
    load,
    load_pack,
    read_text,
    run_examples,
    unverified,
)
from service.access import audit, fields
from service.access.unit import Unit
from service.errors import InvalidInput
from service.tables import duty_items, parameters, rule_versions
from service.tables.catalogue import CATALOGUE
from service.tables.upsert import upsert

PARAMETER_KEY = ("name", "division_code", "effective_from")
DUTIES = "duties.yml"
"""The duty list beside a pack. Not `.yaml`, because every such file of a pack is a rule or the parameters."""


class Duty(BaseModel):
    """One item of the duty list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    duty: str
    name: str
    kind: str
    department: str
    basis: str
    valid_to: date | None = None


@dataclass(frozen=True)
class Published:
    """What a publication changed: rule id → "new", "updated" or "unchanged", and counts of the rest.

    `local` of the parameter values are for a division only; scans of this version use the general values.
    """

    rules: Mapping[str, str]
    parameters: int
    local: int
    duties: int


async def publish(unit: Unit, folder: Path, only: Collection[str] | None = None) -> Published:
    """Publish every rule, parameter and duty of a pack folder, or nothing; with `only`, those rules and
    the parameters they use.

    RuleErrors with everything wrong in the files; InvalidInput naming each rule without a verified parameter or a
    valid duty.
    """
    pack = load_pack(folder, only)
    checked = check_pack(pack, await fields.catalogue(unit))
    duties = _read_duties(folder / DUTIES)
    await _write_duties(unit, duties)
    await _refuse_unready(unit, checked, pack.parameters)
    known = pack.parameters if only is None else _used(checked, pack.parameters)
    values = await _write_parameters(unit, known)
    texts = {document.rule: read_text(folder / file) for file, document in pack.documents.items()}
    states = {
        rule.document.rule: await _write_rule(unit, rule.document, texts[rule.document.rule])
        for rule in checked.values()
    }
    await audit.record(unit, "rules.publish", "pack", folder.name, detail={"rules": states})
    local = sum(bool(dated.division) for defined in known.defined.values() for dated in defined.values)
    return Published(states, values, local, len(duties))


def _used(checked: Mapping[str, CheckedRule], known: Parameters) -> Parameters:
    used = frozenset().union(*(rule.parameters for rule in checked.values()))
    return Parameters({name: item for name, item in known.defined.items() if name in used})


@dataclass(frozen=True)
class Examined:
    """A rule that checks, with what its examples gave."""

    rule: CheckedRule
    examples: list[ExampleResult]


def examine(
    text: str, known: Parameters, file: str = "rule.yaml", catalogue: Catalogue = CATALOGUE
) -> Examined:
    """Check one document and run its examples without keeping it; RuleErrors with everything wrong."""
    rule = check(load(text, file=file), catalogue, known)
    return Examined(rule, run_examples(rule, catalogue, known))


async def _refuse_unready(unit: Unit, checked: Mapping[str, CheckedRule], known: Parameters) -> None:
    rows = await unit.connection.execute(select(duty_items.c.duty, duty_items.c.kind, duty_items.c.valid_to))
    listed = {row.duty: row for row in rows}
    wrong = [line for rule in checked.values() for line in _unready(rule, known, listed, unit.today)]
    if wrong:
        raise InvalidInput("；".join(wrong) + "。请补齐后再发布。")


def _unready(rule: CheckedRule, known: Parameters, listed: Mapping[str, Any], today: date) -> Iterator[str]:
    document = rule.document
    for error in unverified(rule, known.at(max(today, document.effective.from_))):
        yield f"规则 {document.rule}：{error.chinese}"
    item = listed.get(document.duty)
    if item is None:
        yield f"规则 {document.rule}：履职清单里没有 {document.duty}"
    elif item.kind == "withdrawn" or (item.valid_to is not None and item.valid_to < today):
        yield f"规则 {document.rule}：履职清单事项 {document.duty} 已收回或已到期"


def _read_duties(path: Path) -> list[Duty]:
    if not path.exists():
        return []
    try:
        return [Duty.model_validate(item) for item in yaml.safe_load(read_text(path))["duties"]]
    except (ValidationError, yaml.YAMLError, KeyError, TypeError) as error:
        raise InvalidInput(f"{path.name} 不是有效的履职清单，请对照规则库中的样例更正。") from error


async def _write_duties(unit: Unit, duties: list[Duty]) -> None:
    rows = [duty.model_dump() for duty in duties]
    if rows:
        changed = [name for name in rows[0] if name != "duty"]
        await unit.connection.execute(upsert(unit.dialect, duty_items, ["duty"], changed), rows)


async def _write_parameters(unit: Unit, known: Parameters) -> int:
    rows = [
        {
            "name": name,
            "label": defined.label,
            "kind": defined.kind,
            "unit": defined.unit,
            "division_code": dated.division,
            "effective_from": dated.from_,
            "effective_to": dated.to,
            "value": _plain(dated.value),
            "source": dated.source.model_dump(mode="json") if dated.source else None,
            "actor_id": unit.actor.account_id,
            "recorded_at": unit.now,
        }
        for name, defined in known.defined.items()
        for dated in defined.values
    ]
    await _end_parameters(unit, known, {tuple(row[name] for name in PARAMETER_KEY) for row in rows})
    if rows:
        changed = [name for name in rows[0] if name not in PARAMETER_KEY]
        await unit.connection.execute(upsert(unit.dialect, parameters, PARAMETER_KEY, changed), rows)
    return len(rows)


async def _end_parameters(unit: Unit, known: Parameters, kept: set[tuple[Any, ...]]) -> None:
    """Delete the values a pack no longer has of the parameters it defines, so that loading the former pack takes a
    change back."""
    columns = [parameters.c[name] for name in ("parameter_id", *PARAMETER_KEY)]
    rows = await unit.connection.execute(select(*columns).where(parameters.c.name.in_(list(known.defined))))
    gone = [
        (row[0], f"{row.name} {row.division_code} {row.effective_from}")
        for row in rows
        if tuple(row[1:]) not in kept
    ]
    if gone:
        await unit.connection.execute(
            delete(parameters).where(parameters.c.parameter_id.in_([key for key, _ in gone]))
        )
        await audit.record(
            unit, "parameters.delete", "pack", "values", detail={"values": [told for _, told in gone]}
        )


async def _write_rule(unit: Unit, document: RuleDocument, text: str) -> str:
    """Make a new active version unless the active one says the same."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    mine = rule_versions.c.rule == document.rule
    active = (
        await unit.connection.execute(
            select(rule_versions.c.digest).where(mine, rule_versions.c.state == "active")
        )
    ).scalar()
    if active == digest:
        return "unchanged"
    last = (
        await unit.connection.execute(select(func.max(rule_versions.c.version)).where(mine))
    ).scalar() or 0
    await unit.connection.execute(
        update(rule_versions).where(mine, rule_versions.c.state == "active").values(state="retired")
    )
    await unit.connection.execute(
        insert(rule_versions).values(
            rule=document.rule,
            version=last + 1,
            title=document.title,
            department=document.department,
            advice=document.task.advice,
            document=text,
            digest=digest,
            state="active",
            effective_from=document.effective.from_,
            effective_to=document.effective.to,
            actor_id=unit.actor.account_id,
            recorded_at=unit.now,
        )
    )
    return "updated" if last else "new"


def _plain(value: Any) -> Any:
    """A value as JSON keeps it; dates as text, which the parameter's kind turns back."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
