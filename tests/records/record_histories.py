"""Random histories of records: files of every form, corrections, services and removals, over few people and shops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from records.record_files import TODAY, id_number, uscc, write_csv
from sqlalchemy import select

from rules import Catalogue, Entity, Extension
from rules.kinds import Kind as ValueKind
from service.access import fields
from service.access.actors import SYSTEM
from service.access.unit import House, Unit
from service.errors import Conflict
from service.records.changesets import correct, open_changeset, record_service
from service.records.corrected import read_corrected
from service.records.declaring import declare
from service.records.entities import ENTITIES
from service.records.extensions import form_with
from service.records.form import Kind
from service.records.importing import import_file
from service.records.kinds import KINDS
from service.records.removing import remove
from service.tables import changes, changesets

PEOPLE = [id_number(serial) for serial in (11, 12, 13, 14, 15, 16)]
SHOPS = [uscc(serial) for serial in (1, 2, 3)]
HOUSEHOLDS = ["H1", "H2", "H3"]
PLACES = ["330102003057", "330102003050"]
GRIDS = [f"{place}{number}" for place in PLACES for number in ("001", "002")]
DAYS = [TODAY - timedelta(days=days) for days in (1, 20, 400)]
DECLARED = [
    Extension("resident", "shoe_size", "鞋码", ValueKind.INT, "unknown"),
    Extension("resident", "hearing_aid", "配有助听器", ValueKind.BOOL, "none"),
    Extension("enterprise", "floor_area", "营业面积", ValueKind.DECIMAL, "unknown"),
    Extension("employment", "trained_on", "培训日期", ValueKind.DATE, "none"),
    Extension("certificate", "remark", "备注", ValueKind.TEXT, "none"),
]
CORRECTED = ("resident", "resident", "household", "enterprise", "employment", "certificate", "enrolment")
FORMS = [name for name in KINDS if name != "divisions"]
TABLES = {entity.name: entity for entity in ENTITIES.values() if entity.tracked}
Change = tuple[str, int, str, int | None]
"""Entity, key of the record, field, old key of a reference: a row of `changes`."""
Rows = dict[tuple[str, int], dict[str, Any]]
"""(entity, key) → field → what tells its value."""


async def declare_fields(house: House) -> None:
    async with house.write() as unit:
        for extension in DECLARED:
            await declare(unit, extension)


async def snapshot(house: House) -> Rows:
    """Every record there is, its declared fields beside the others and ciphertexts by what tells them apart."""
    found: Rows = {}
    async with house.read() as unit:
        for name, entity in TABLES.items():
            rows = await unit.connection.execute(select(entity.table))
            for row in rows.mappings():
                found[name, row[entity.primary.name]] = _facts(entity.table, dict(row))
    return found


def _facts(table: Any, row: dict[str, Any]) -> dict[str, Any]:
    declared = row.pop("extra") or {}
    known = {name: value for name, value in row.items() if not name.endswith("_index")}
    told = {name: row.get(f"{name}_index", value) for name, value in known.items()}
    return {name: value for name, value in {**told, **declared}.items() if value is not None}


def difference(before: Rows, after: Rows) -> set[Change]:
    """What the ledger has to say of the way from one snapshot to the next."""
    wanted: set[Change] = set()
    for entity, key in before.keys() | after.keys():
        old, new = before.get((entity, key)), after.get((entity, key))
        references = {reference.column for reference in TABLES[entity].references}
        if old is None:
            wanted.add((entity, key, "*", None))
        elif new is None:
            wanted.add((entity, key, "-", None))
            wanted |= {(entity, key, name, old[name]) for name in references & old.keys()}
        else:
            differing = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
            wanted |= {
                (entity, key, name, old.get(name) if name in references else None)
                for name in differing - {"changeset_id"}
            }
    return wanted


async def told_since(house: House, changeset_id: int) -> set[Change]:
    """The rows of the changesets after this one."""
    c = changes.c
    async with house.read() as unit:
        rows = await unit.connection.execute(
            select(c.entity, c.record_id, c.field, c.old_reference).where(c.changeset_id > changeset_id)
        )
        listed = [tuple(row) for row in rows]
    assert len(listed) == len(set(listed)), "nothing is told twice"
    return set(listed)


async def newest(house: House) -> int:
    async with house.read() as unit:
        found = select(changesets.c.changeset_id).order_by(changesets.c.changeset_id.desc()).limit(1)
        return (await unit.connection.execute(found)).scalar() or 0


@dataclass
class History:
    """Takes random steps on one house. `blank`: the share of empty cells."""

    house: House
    folder: Path
    rng: Random
    blank: float = 0.4
    people: Sequence[str] = tuple(PEOPLE)
    steps: list[str] = field(default_factory=list)
    doomed: Iterator[str] = field(default_factory=lambda: cycle(TABLES))

    async def step(self, what: str) -> None:
        self.steps.append(what)
        if what in KINDS:
            await self._import(what)
        else:
            await {"correct": self._correct, "serve": self._serve, "remove": self._remove}[what]()

    async def _import(self, kind: str) -> None:
        async with self.house.read() as unit:
            known = await fields.catalogue(unit)
        form = form_with(KINDS[kind], known)
        header, rows = self._rows(form, known)
        path = write_csv(self.folder / f"{len(self.steps)}.csv", header, rows)
        await import_file(self.house, path, kind, actor=SYSTEM)

    def _rows(self, form: Kind, known: Catalogue) -> tuple[list[str], list[list[str]]]:
        columns = [column for column in form.columns if self.rng.random() < 0.7 or column.required]
        people = self.rng.sample(self.people, 4)
        rows = [
            [self._cell(form, column.field, person, known, column.required) for column in columns]
            for person in people
        ]
        return [column.header for column in columns], rows

    def _cell(self, form: Kind, name: str, person: str, known: Catalogue, required: bool) -> str:
        match name:
            case "identity":
                return person
            case "holder":
                return person if self.rng.random() < 0.6 else self.rng.choice(SHOPS)
            case "uscc":
                return self.rng.choice(SHOPS)
            case "household_number":
                return self.rng.choice(HOUSEHOLDS)
            case "name":
                return f"陈{person[-3:]}"
            case "number" if form.name == "households":
                return self.rng.choice(HOUSEHOLDS)
        if not required and self.rng.random() < self.blank:
            return ""
        return str(self.value(*_filled(form, name, known)))

    def value(self, entity: Entity, name: str) -> Any:
        """One of few values a field can have, as a clerk writes it."""
        found = entity.fields[name]
        if name in ("live_code", "hukou_code", "site_code"):
            return self.rng.choice(PLACES)
        if name == "grid_code":
            return self.rng.choice(GRIDS)
        if name == "phone":
            return self.rng.choice(["13800000001", "13900000002"])
        if name.endswith("_year"):
            return self.rng.choice([2024, 2025])
        if name in ("essential_spend_ratio", "layoff_rate"):
            return self.rng.choice(["0.25", "0.5"])
        if found.codes:
            return self.rng.choice(list(found.codes)[:3])
        match found.kind:
            case ValueKind.DATE:
                return self.rng.choice(DAYS)
            case ValueKind.BOOL:
                return self.rng.choice(["是", "否"])
            case ValueKind.INT:
                return self.rng.choice([1, 2])
            case ValueKind.DECIMAL:
                return self.rng.choice(["10.5", "200"])
            case _:
                return self.rng.choice(["A1", "B2"])

    async def _correct(self) -> None:
        async with self.house.write() as unit:
            picked = await self._pick(unit, self.rng.choice(CORRECTED))
            if picked is None:
                return
            entity = (await fields.catalogue(unit))[picked[0]]
            names = [name for name in entity.fields if name not in ("id_number", "id_type", "uscc", "number")]
            some = self.rng.sample(names, min(3, len(names)))
            values = {name: self._found(entity, name) for name in some}
            # A record may be the same as another now: then nothing of it is written.
            with suppress(Conflict):
                async with unit.connection.begin_nested():
                    await correct(unit, entity.name, picked[1], values, observed_on=TODAY)

    def _found(self, entity: Entity, name: str) -> Any:
        """What a visit says of a field, taken back now and then."""
        if entity.fields[name].nullable and self.rng.random() < self.blank:
            return None
        found = self.value(entity, name)
        read_corrected(entity, name, found)
        return found

    async def _serve(self) -> None:
        async with self.house.write() as unit:
            found = (await unit.connection.execute(select(TABLES["resident"].primary))).scalars().all()
            some = self.rng.sample(list(found), min(2, len(found)))
            await record_service(unit, some, "VISIT", self.rng.choice(DAYS))

    async def _remove(self) -> None:
        async with self.house.write() as unit:
            picked = await self._pick(unit, next(self.doomed))
            if picked is None:
                return
            try:
                await remove(unit, await open_changeset(unit, "admin"), picked[0], [picked[1]])
            except Conflict:
                assert picked[0] == "household", "only a household can be lived in"

    async def _pick(self, unit: Unit, name: str) -> tuple[str, int] | None:
        """One of the two newest records: the key of the newest is what a careless database gives again."""
        key = TABLES[name].primary
        keys = list((await unit.connection.execute(select(key).order_by(key.desc()).limit(2))).scalars())
        return (name, self.rng.choice(keys)) if keys else None


def _filled(form: Kind, name: str, known: Catalogue) -> tuple[Entity, str]:
    """The field of a record that a field of the form fills."""
    for part in form.parts:
        for column, source in part.fields.items():
            entity = known[ENTITIES[part.entity].name]
            if source == name and column in entity.fields:
                return entity, column
        for source, added in part.added.items():
            if source == name:
                return known[ENTITIES[part.entity].name], added.name
    raise LookupError(f"{form.name}: {name} fills no field; give it values")
