"""Bringing a rule pack into force: every file checked, every example run, then new versions in one transaction.

Nothing is published while anything is wrong with the files: a rule that does not check, an example that is not met. A
rule whose parameter nobody verified, or whose duty is not on the duty list (facts/domain §5.3), is stored and waits,
with its reasons; the others come into force. All of it is told at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from rules import (
    Catalogue,
    CheckedRule,
    ExampleResult,
    Parameters,
    check_pack,
    load_and_check,
    load_pack,
    read_text,
    run_examples,
)
from service.access import audit, fields
from service.access.turns import take_editors_turn
from service.access.unit import Unit
from service.engine.activations import active_numbers, keep
from service.engine.pack_parameters import take
from service.engine.parameters import unknown_divisions
from service.engine.readiness import unready
from service.engine.rulebook import basis
from service.errors import InvalidInput
from service.tables import duty_items
from service.tables.catalogue import CATALOGUE
from service.tables.upsert import upsert

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
class Held:
    """Why a rule waits, in Chinese; `active` is the number of the version that stays in force meanwhile."""

    reasons: list[str]
    active: int | None


@dataclass(frozen=True)
class Published:
    """What a publication changed: rule id → "new", "updated", "unchanged" or "held", and why the held ones wait.

    Of the parameter values `local` are for a division only, and `kept` names those the house has otherwise.
    """

    rules: Mapping[str, str]
    held: Mapping[str, Held]
    parameters: int
    local: int
    kept: list[str]
    unknown_divisions: list[str]
    duties: int


async def publish(
    unit: Unit, folder: Path, only: Collection[str] | None = None, *, overwrite: bool = False
) -> Published:
    """Publish the parameters, duties and rules of a pack folder; with `only`, those rules and the parameters they use.

    Whatever is wrong with the files refuses everything. A rule that lacks a verified parameter or a valid duty is
    stored and held back, the version in force before stays so, and the others come into force. RuleErrors with
    everything wrong in the files; InvalidInput where a value contradicts one the house entered. With `overwrite` the
    pack's parameter values go before those entered in the house.
    """
    pack = load_pack(folder, only)
    await take_editors_turn(unit)
    checked = check_pack(pack, await fields.catalogue(unit))
    duties = _read_duties(folder / DUTIES)
    await _write_duties(unit, duties)
    stated = pack.parameters if only is None else _used(checked, pack.parameters)
    taken = await take(unit, stated, overwrite=overwrite)
    reasons = await unready(unit, list(checked.values()), (await basis(unit)).parameters)
    texts = {document.rule: read_text(folder / file) for file, document in pack.documents.items()}
    states = {
        name: await keep(unit, rule.document, texts[name], ready=name not in reasons)
        for name, rule in checked.items()
    }
    active = await active_numbers(unit)
    held = {name: Held(found, active.get(name)) for name, found in reasons.items()}
    await audit.record(unit, "rules.publish", "pack", folder.name, detail={"rules": states})
    strange = await unknown_divisions(unit, _divisions(stated))
    return Published(states, held, taken.values, taken.local, taken.kept, strange, len(duties))


def _divisions(known: Parameters) -> set[str]:
    return {dated.division for item in known.defined.values() for dated in item.values}


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
    rule = load_and_check(text, catalogue, known, file=file)
    return Examined(rule, run_examples(rule, catalogue, known))


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
