"""What a rule costs: told with its SQL, its plan and its time, and with the index that is missing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from shipped import PACK
from sizes import settle
from sqlalchemy import text

from rules import LIBRARY, check_pack
from rules.sql.choose import How, Why
from service.access.unit import House
from service.calendar import WorkingDays
from service.cli import zhitui
from service.cli.rulebook_cost import HOW, WHY, cost_lines
from service.engine.cost import Cost, cost
from service.engine.estimates import population, row_counts
from service.engine.rulebook import Basis
from service.tables.catalogue import CATALOGUE
from service.tables.database import Database

TODAY = date(2026, 11, 23)
RESIDENTS = 6_000

RULES = check_pack(PACK, CATALOGUE)
BASIS = Basis(CATALOGUE, PACK.parameters, WorkingDays())
DISABLED = RULES["severe-disability-nursing"]
LEADING = ("ix_enrolments_resident_id", "uq_enrolments_resident_policy")


@pytest.fixture
async def database(settled: str) -> AsyncIterator[Database]:
    """An open database with a small city in it."""
    database = Database(settled)
    yield database
    await database.close()


@pytest.fixture
def settled(database_url: str) -> str:
    settle([database_url], TODAY, RESIDENTS)
    return database_url


async def _cost(house: House, *statements: str) -> Cost:
    """What the nursing rule costs after these statements, which are rolled back with everything else."""
    async with house.read() as unit:
        for statement in statements:
            await unit.connection.execute(text(statement))
        return await cost(unit, BASIS, DISABLED, TODAY)


async def test_a_cost_counts_who_matches_and_tells_the_plan_and_the_time(house: House) -> None:
    found = await _cost(house)
    assert found.matched > 0
    assert found.milliseconds > 0
    assert found.subjects == RESIDENTS
    assert any("enrolments" in line or " e" in line for line in found.plan)
    assert "'DISAB_NURSING'" in found.sql  # values in place, for reading
    assert (found.indexes, found.read_again) == ([], [])


async def test_the_advice_names_the_table_and_the_columns_of_the_index_that_is_missing(house: House) -> None:
    found = await _cost(house, *(f"DROP INDEX {name}" for name in LEADING))
    (missing,) = found.indexes
    assert missing.table == "enrolments"
    assert missing.rows == RESIDENTS * 3 // 10
    statement = "CREATE INDEX ix_enrolments_resident_id_policy ON enrolments (resident_id, policy);"
    assert missing.statement == statement
    lines = "\n".join(cost_lines(found))
    assert statement in lines
    assert "没有以 resident_id 开头的索引" in lines
    again = await _cost(house, *(f"DROP INDEX {name}" for name in LEADING), statement.rstrip(";"))
    assert again.indexes == []


async def test_every_form_and_every_reason_has_its_words(house: House) -> None:
    assert set(HOW) == set(How.__args__)
    assert set(WHY) == set(Why.__args__)
    async with house.read() as unit:
        for rule in RULES.values():
            if not rule.parameters - PACK.parameters.at(TODAY).keys():
                assert list(cost_lines(await cost(unit, BASIS, rule, TODAY)))


async def test_sizes_come_from_the_statistics_and_from_counting_where_there_are_none(house: House) -> None:
    async with house.read() as unit:
        by_statistics = await row_counts(unit, CATALOGUE)
        known = await population(unit, CATALOGUE, "resident")
        forget = (
            "DELETE FROM sqlite_stat1" if unit.dialect == "sqlite" else "UPDATE pg_class SET reltuples = -1"
        )
        await unit.connection.execute(text(forget))
        counted = await row_counts(unit, CATALOGUE)
    assert by_statistics == counted
    assert counted["resident"] == RESIDENTS
    assert (known is None) == (house.database.dialect == "postgresql")
    assert known is None or len(known.sample) > 100


@pytest.fixture
def installation(tmp_path: Path) -> dict[str, str]:
    """The environment of an installation with the shipped rules."""
    environment = {"ZHITUI_HOME": str(tmp_path / "home"), "ZHITUI_LOG_LEVEL": "error"}
    for words in (["init"], ["rules", "load", "--only", DISABLED.document.rule]):
        assert CliRunner().invoke(zhitui, words, env=environment).exit_code == 0
    return environment


def _ask(environment: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(zhitui, ["rules", "cost", *words], env=environment)


def test_the_command_tells_a_rule_in_force_and_a_rule_in_a_file(
    installation: dict[str, str], tmp_path: Path
) -> None:
    file = LIBRARY / "severe-disability-nursing.yaml"
    told = _ask(installation, DISABLED.document.rule, "--as-of", "2026-11-23")
    assert told.exit_code == 0
    assert "数据库的计划" in told.stdout
    document = json.loads(_ask(installation, str(file), "--as-of", "2026-11-23", "--json").stdout)
    assert document["rule"] == DISABLED.document.rule
    assert {"sql", "plan", "forms", "milliseconds", "indexes", "matched", "unknown"} <= document.keys()
    broken = tmp_path / "broken.yaml"
    broken.write_text(file.read_text("utf-8").replace("resident.death_on", "resident.dead_on"), "utf-8")
    refused = _ask(installation, str(broken))
    assert refused.exit_code == 1
    assert "dead_on" in refused.stderr
    assert _ask(installation, "no-such-rule").exit_code == 1
