"""Whom a change reaches: nobody whose answer it changed is ever left out."""

from collections import Counter
from collections.abc import Collection, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Select, String, Table, insert, select

from rules import CheckedRule, Relation, dependencies, touched
from tests.rules import world
from tests.rules.conditions import Maker
from tests.rules.conftest import Run, asking, fill
from tests.rules.effort import effort
from tests.rules.making import rule
from tests.rules.town import REFUSED, Answers, Town, interpreted

Chances = st.randoms(use_true_random=False)
Line = tuple[str, int, str, int | None]
"""A row of the ledger: entity, record, field or * or -, what a key column held before."""
ENTITIES = {entity.table.name: entity for entity in world.CATALOGUE.entities.values()}
ledger = Table(
    "ledger",
    MetaData(),
    Column("entity", String),
    Column("record_id", Integer),
    Column("field", String),
    Column("old_reference", Integer),
)


class Book:
    """The ledger as rules ask it."""

    def records(self, entity: str, fields: Collection[str]) -> Select[Any]:
        c = ledger.c
        return select(c.record_id).where(c.entity == entity, c.field.in_(list(fields)))

    def parents(self, entity: str, column: str) -> Select[Any]:
        c = ledger.c
        of_column = (c.entity == entity, c.field == column, c.old_reference.is_not(None))
        return select(c.old_reference).where(*of_column)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """A database with a ledger."""
    found: Run = request.getfixturevalue(f"{request.param}_run".replace("postgresql", "postgres"))
    found(ledger.create)
    yield found
    found(ledger.drop)


class Editor:
    """Changes records at random, and writes down what."""

    def __init__(self, chance: Random, rows: world.Rows) -> None:
        self.chance = chance
        self.rows = {name: [dict(row) for row in table] for name, table in rows.items()}
        self.others = world.population(Random(chance.getrandbits(16)), 8)
        self.lines: list[Line] = []

    def edit(self) -> None:
        """A cell or a key of a record made another, most often; or a new record, or one and its rows gone."""
        name = self.chance.choice([name for name, rows in self.rows.items() if rows])
        match self.chance.choice(["cell"] * 4 + ["new", "gone"]):
            case "cell":
                self._change(name, self.chance.choice(self.rows[name]))
            case "new":
                self._add(name)
            case _:
                self._remove(name, self.chance.choice(self.rows[name]))

    def _change(self, name: str, row: dict[str, Any]) -> None:
        entity, other = ENTITIES[name], self._like(name)
        columns = [column.name for column in entity.table.columns if not column.primary_key]
        changed = self.chance.sample(columns, self.chance.choice([1, 1, 2]))
        before = {field.name: field.unpack(_extra(row)) for field in entity.fields.values() if field.extra}
        for column in changed:
            if column != "extra" and row[column] != other[column]:
                link = entity.table.c[column].foreign_keys
                self._note(entity.name, row, column, row[column] if link else None)
            row[column] = other[column]
        for field in entity.fields.values():
            if field.extra and field.unpack(_extra(row)) != before[field.name]:
                self._note(entity.name, row, field.name)

    def _add(self, name: str) -> None:
        row = self._like(name)
        if any(row[column.name] is None and not column.nullable for column in ENTITIES[name].table.columns):
            return  # nobody is left whom it could belong to
        row[ENTITIES[name].key.name] = 1 + max(row[ENTITIES[name].key.name] for row in self.rows[name])
        self.rows[name].append(row)
        self._note(ENTITIES[name].name, row, "*")

    def _remove(self, name: str, row: dict[str, Any]) -> None:
        """A record and, before it, the rows that cannot be without it."""
        entity = ENTITIES[name]
        key = row[entity.key.name]
        for relation in entity.relations.values():
            for other in list(self.rows[relation.remote.table.name]) if relation.many else []:
                if other[relation.remote.name] == key:
                    self._remove(relation.remote.table.name, other)
        for column in entity.table.columns:
            if column.foreign_keys and row[column.name] is not None:
                self._note(entity.name, row, column.name, row[column.name])
        self.rows[name] = [other for other in self.rows[name] if other is not row]
        self._note(entity.name, row, "-")

    def _like(self, name: str) -> dict[str, Any]:
        """A row such as might be there, whose parents are."""
        row: dict[str, Any] = dict(self.chance.choice(self.others[name]))
        for column in ENTITIES[name].table.columns:
            for foreign in column.foreign_keys:
                parents = self.rows[foreign.column.table.name]
                if row[column.name] is not None or not column.nullable:
                    there = [parent[foreign.column.name] for parent in parents]
                    row[column.name] = self.chance.choice(there) if there else None
        return row

    def _note(self, entity: str, row: dict[str, Any], field: str, old: int | None = None) -> None:
        key = row[world.CATALOGUE[entity].key.name]
        self.lines.append((entity, key, field, old))


def _extra(row: dict[str, Any]) -> Any:
    stored = row.get("extra")
    return stored if isinstance(stored, dict) else None


def _reached(run: Run, checked: CheckedRule) -> set[int]:
    keys = [row.subject_id for row in asking(run)(touched(checked, world.CATALOGUE, Book()))]
    assert len(keys) == len(set(keys)), "a subject twice"
    return set(keys)


def _write(run: Run, lines: Collection[Line]) -> None:
    run(lambda connection: connection.execute(ledger.delete()))
    rows = [dict(zip(ledger.c.keys(), line, strict=True)) for line in lines]
    run(lambda connection: connection.execute(insert(ledger), rows))


def _differing(before: Answers, after: Answers) -> set[int]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def test_whoever_a_change_moves_is_reached(run: Run, request: pytest.FixtureRequest) -> None:
    seen: Counter[str] = Counter()
    tries = 45 if "sqlite" in request.node.name else 12

    @effort(tries)
    @given(chance=Chances)
    def each(chance: Random) -> None:
        rows = world.population(chance, people=chance.randint(3, 8))
        editor = Editor(chance, rows)
        for _ in range(chance.choice([1, 2, 4, 6])):
            editor.edit()
        if not editor.lines:
            return
        note(str(editor.lines))
        run(lambda connection: fill(connection, editor.rows))
        _write(run, editor.lines)
        before, after = (Town(world.nest(known)) for known in (rows, editor.rows))
        for _ in range(5):
            _asked(Maker(chance).rule(depth=2), before, after)

    def _asked(checked: CheckedRule, before: Town, after: Town) -> None:
        note(f"{checked.document.applies}  ∧  {checked.document.when}  {checked.document.grades}")
        answers = [interpreted(town, checked, world.moment()) for town in (before, after)]
        if REFUSED in answers:
            return
        moved, found = _differing(answers[0], answers[1]), _reached(run, checked)
        assert moved <= found, sorted(moved - found)
        there = after.records[checked.document.subject].keys()
        seen["moved"] += bool(moved)
        seen["narrow"] += bool(moved) and not there <= found
        seen["nobody"] += not found

    each()
    print(seen)
    assert min(seen[kind] for kind in ("moved", "narrow", "nobody")) >= tries / 4, seen


def _read(checked: CheckedRule) -> dict[str, set[str]]:
    return {".".join(hop.name for hop in each.path): set(each.fields) for each in dependencies(checked)}


def test_a_rule_depends_on_what_it_reads_and_on_the_keys_that_lead_there() -> None:
    checked = rule(
        "employment.resident.certificates.exists(c, c.valid_to < today && c.resident.household.size > 2)",
        subject="employment",
        applies="employment.ended_on == null",
    )
    assert _read(checked) == {
        "": {"ended_on", "person_id", "shop_id"},
        "resident": {"live_code"},
        "resident.certificates": {"valid_to", "person_id"},
        "resident.certificates.resident": {"home_id"},
        "resident.certificates.resident.household": {"size"},
    }


def test_grade_due_date_visit_and_the_existence_of_rows_count_and_what_is_asked_for_does_not() -> None:
    checked = rule(
        "resident.certificates.size() > 1",
        grades={"urgent": "resident.veteran"},
        due="resident.arrived_on",
        visit="resident.household",
    )
    assert _read(checked) == {
        "": {"veteran", "arrived_on", "home_id", "live_code"},
        "certificates": {"person_id"},
    }


def test_a_predicate_reads_the_records_around_it() -> None:
    checked = rule("resident.certificates.exists(c, c.employment.papers.exists(p, p.points > resident.pets))")
    assert _read(checked) == {
        "": {"pets", "live_code"},
        "certificates": {"person_id", "job_id"},
        "certificates.employment.papers": {"job_id", "points"},
    }


def test_a_subject_that_is_gone_is_reached_and_so_is_a_new_one(run: Run) -> None:
    run(lambda connection: fill(connection, world.town(seed=1, people=5)))
    checked = rule("resident.veteran")
    _write(run, [("resident", 77, "-", None), ("resident", 3, "*", None), ("household", 1, "*", None)])
    assert _reached(run, checked) == {3, 77}


def test_a_change_that_the_rule_does_not_read_reaches_nobody(run: Run) -> None:
    run(lambda connection: fill(connection, world.town(seed=1, people=5)))
    checked = rule("resident.certificates.exists(c, c.valid_to < today)")
    _write(run, [("certificate", key, "points", None) for key in range(1, 11)])
    assert _reached(run, checked) == set()
    _write(run, [("certificate", key, "valid_to", None) for key in range(1, 11)])
    assert _reached(run, checked) != set()


def test_the_old_holder_of_a_row_is_reached_also_where_the_row_is_gone(run: Run) -> None:
    run(lambda connection: fill(connection, world.town(seed=1, people=5)))
    checked = rule("resident.certificates.exists(c, c.valid_to < today)")
    _write(run, [("certificate", 1000, "person_id", 4), ("certificate", 1000, "-", None)])
    assert _reached(run, checked) == {4}


def test_each_hop_is_walked_back_once(run: Run) -> None:
    path: tuple[Relation, ...] = next(
        each.path
        for each in dependencies(rule("resident.household.members.exists(m, m.certificates.size() > 1)"))
        if len(each.path) == 3
    )
    checked = rule(
        "resident.household.members.exists(m, m.certificates.exists(c, c.points > 1)"
        " || m.employments.exists(e, e.handles_food) || m.lives_alone)"
    )
    text = str(touched(checked, world.CATALOGUE, Book()))
    assert [hop.name for hop in path] == ["household", "members", "certificates"]
    assert text.count(f"FROM {path[1].remote.table.name} AS") == 2  # to the home, and from the home
    assert text.count(f"FROM {path[2].remote.table.name} AS") == 1
