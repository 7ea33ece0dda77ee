"""What a day changes in the made-up city, written as an import writes it: one changeset, every change in the ledger.

The changes are spread over the tables and fields that the six reference rules read, in shares chosen for a day of a
city, and over records from everywhere in it. The work grows with the changes and not with the city.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import text

from bench.made_city import STRIDES
from service.access.unit import House, Unit
from service.records.changesets import open_changeset

SPARE = 1.5
"""So many more records are looked at than their share of fitting ones calls for."""


@dataclass(frozen=True)
class Kind:
    """One sort of change: `share` of all changes; the records `fitting` a condition on `t`, which are `common` among all.

    `sets` gives new values by column, as SQL per dialect where they differ; a `made` record is told by its table and its
    columns with their values instead.
    """

    name: str
    share: float
    entity: str
    table: str
    fitting: str
    common: float
    sets: dict[str, str] = field(default_factory=dict)
    made: tuple[str, str, dict[str, str]] | None = None

    @property
    def key(self) -> str:
        return f"{self.entity}_id"


ELDER = "t.birth_date <= '{sixty}' AND t.death_on IS NULL"
KINDS = (
    Kind("elder visited", 0.25, "resident", "residents", ELDER, 0.25,
         made=("service_event", "service_events", {"resident_id": "t.resident_id", "kind": "'VISIT'", "happened_on": "'{day}'"})),
    Kind("health certificate renewed", 0.12, "employment", "employments", "t.handles_food AND t.ended_on IS NULL", 0.06,
         made=("certificate", "certificates", {
             "resident_id": "t.resident_id", "kind": "'HEALTH_FOOD'", "number": "'N{changeset}-' || t.employment_id",
             "issued_on": "'{day}'", "valid_to": "'{next_year}'", "status": "'valid'"})),
    Kind("residence permit endorsed", 0.12, "certificate", "certificates", "t.kind = 'RESIDENCE'", 0.2,
         {"endorsed_on": "'{day}'"}),
    Kind("moved within the city", 0.12, "resident", "residents", "t.death_on IS NULL", 0.9,
         {"grid_code": "substr(t.grid_code, 1, 12) || '{grid}'", "address": "t.address || '甲'"}),
    Kind("benefit ended", 0.06, "enrolment", "enrolments",
         "t.policy IN ('HIGH_AGE', 'DISAB_NURSING') AND t.ended_on IS NULL AND t.state <> 'stopped'", 0.08,
         {"state": "'stopped'", "ended_on": "'{day}'"}),
    Kind("moved away", 0.05, "resident", "residents", "t.moved_out_on IS NULL", 0.9, {"moved_out_on": "'{day}'"}),
    Kind("care level assessed", 0.05, "resident", "residents", ELDER, 0.25, {"care_level": "(coalesce(t.care_level, 0) + 1) % 5"}),
    Kind("birth date corrected", 0.04, "resident", "residents", "t.birth_date IS NOT NULL", 0.95, {"birth_date": "{month_earlier}"}),
    Kind("other household", 0.04, "resident", "residents", "t.household_id > 1", 0.95,
         {"household_id": "t.household_id / 2", "address": "t.address || '乙'"}),
    Kind("employment ended", 0.04, "employment", "employments", "t.ended_on IS NULL", 0.4, {"ended_on": "'{day}'"}),
    Kind("died", 0.03, "resident", "residents", "t.death_on IS NULL", 0.95, {"death_on": "'{day}'"}),
    Kind("lives alone or no longer", 0.03, "resident", "residents", "t.lives_alone IS NOT NULL", 0.85, {"lives_alone": "NOT t.lives_alone"}),
    Kind("disability graded anew", 0.02, "disability", "disabilities", "t.grade >= 1", 1.0, {"grade": "5 - t.grade"}),
    Kind("food licence renewed", 0.02, "certificate", "certificates", "t.kind = 'FOOD_LICENCE'", 0.03, {"valid_to": "'{in_five_years}'"}),
    Kind("bereaved family recorded", 0.005, "household", "households", "NOT t.special_family", 0.9, {"special_family": "true"}),
    Kind("shop closed", 0.005, "enterprise", "enterprises", "t.status = 'open'", 0.9, {"status": "'closed'"}),
)  # fmt: skip
REFERENCES = ("household_id",)


async def change(house: House, count: int, day: date, source: Literal["import", "feed"] = "import") -> int:
    """Write about `count` changed records of a day in one transaction; gives how many there were."""
    async with house.write() as unit:
        changeset = await open_changeset(unit, source)
        await _run(unit, "CREATE TEMPORARY TABLE IF NOT EXISTS picked (place INTEGER, id BIGINT)")
        await _run(unit, "CREATE TEMPORARY TABLE IF NOT EXISTS chosen (id BIGINT PRIMARY KEY)")
        words = _words(unit, changeset, day)
        changed = 0
        for number, kind in enumerate(KINDS):
            changed += await _apply(unit, kind, round(count * kind.share), number, words)
        await _run(unit, "ANALYZE changes")
        await _run(unit, "ANALYZE changesets")
    return changed


def _words(unit: Unit, changeset: int, day: date) -> dict[str, str]:
    lite = unit.dialect == "sqlite"
    return {
        "changeset": str(changeset),
        "day": day.isoformat(),
        "next_year": (day + timedelta(days=364)).isoformat(),
        "in_five_years": (day + timedelta(days=1_825)).isoformat(),
        "sixty": day.replace(year=day.year - 60).isoformat(),
        "grid": f"{changeset % 19 + 1:03d}",
        "month_earlier": "date(t.birth_date, '-31 days')" if lite else "t.birth_date - 31",
    }


async def _apply(unit: Unit, kind: Kind, wanted: int, number: int, words: dict[str, str]) -> int:
    chosen = await _choose(unit, kind, wanted, number, words)
    of_them = f"{kind.table} t JOIN chosen ON chosen.id = t.{kind.key}"
    if kind.made:
        await _make(unit, kind, of_them, words)
    else:
        await _change(unit, kind, of_them, words)
    return chosen


async def _choose(unit: Unit, kind: Kind, wanted: int, number: int, words: dict[str, str]) -> int:
    """Fill `chosen` with records that fit and that this changeset has not changed yet."""
    await _run(unit, "DELETE FROM picked")
    await _run(unit, "DELETE FROM chosen")
    last = await _number(unit, f"SELECT coalesce(max({kind.key}), 0) FROM {kind.table}")
    looked = min(last, int(wanted / kind.common * SPARE) + 1)
    stride = STRIDES[number % len(STRIDES)]
    start = int(words["changeset"]) * 1_000_003 + number * 10_007
    numbered = f"SELECT place, (place * CAST({stride} AS BIGINT) + {start}) % {last} + 1 FROM"
    if unit.dialect == "sqlite":
        counting = f"WITH RECURSIVE n(place) AS (SELECT 0 UNION ALL SELECT place + 1 FROM n WHERE place < {looked - 1})"
        await _run(unit, f"INSERT INTO picked {counting} {numbered} n")
    else:
        await _run(unit, f"INSERT INTO picked {numbered} generate_series(0, {looked - 1}) place")
    fitting = f"{kind.fitting.format(**words)} AND coalesce(t.changeset_id, 0) <> {words['changeset']}"
    found = f"SELECT id FROM picked CROSS JOIN {kind.table} t WHERE t.{kind.key} = id AND {fitting}"
    return await _run(unit, f"INSERT INTO chosen {found} ORDER BY place LIMIT {wanted}")


async def _change(unit: Unit, kind: Kind, of_them: str, words: dict[str, str]) -> None:
    for name in kind.sets:
        old = f"t.{name}" if name in REFERENCES else "CAST(NULL AS BIGINT)"
        row = f"{words['changeset']}, '{kind.entity}', t.{kind.key}, '{name}', {old}"
        await _note(unit, f"SELECT {row} FROM {of_them}")
    changeset = f"changeset_id = {words['changeset']}"
    values = ", ".join(f"{name} = {value.format(**words)}" for name, value in kind.sets.items())
    them = f"t.{kind.key} IN (SELECT id FROM chosen)"
    await _run(unit, f"UPDATE {kind.table} AS t SET {values}, {changeset} WHERE {them}")


async def _make(unit: Unit, kind: Kind, of_them: str, words: dict[str, str]) -> None:
    assert kind.made is not None
    entity, table, values = kind.made
    before = await _number(unit, f"SELECT coalesce(max({entity}_id), 0) FROM {table}")
    cells = ", ".join(value.format(**words) for value in values.values())
    rows = f"SELECT {cells}, {words['changeset']} FROM {of_them} WHERE true ON CONFLICT DO NOTHING"
    await _run(unit, f"INSERT INTO {table} ({', '.join(values)}, changeset_id) {rows}")
    row = f"{words['changeset']}, '{entity}', {entity}_id, '*', CAST(NULL AS BIGINT)"
    await _note(unit, f"SELECT {row} FROM {table} WHERE {entity}_id > {before}")


async def _note(unit: Unit, rows: str) -> None:
    await _run(unit, f"INSERT INTO changes (changeset_id, entity, record_id, field, old_reference) {rows}")


async def _run(unit: Unit, statement: str) -> int:
    return (await unit.connection.execute(text(statement.replace(":", "\\:")))).rowcount


async def _number(unit: Unit, statement: str) -> int:
    return int((await unit.connection.execute(text(statement))).scalar_one())
