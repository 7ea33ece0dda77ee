"""The race against other people's rule engines, as far as it goes without installing them."""

from __future__ import annotations

import importlib.util
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made_databases import sqlite_with_tables
from shipped import PACK
from sizes import settle
from sqlalchemy.dialects import postgresql

from bench import handwritten
from bench.peers import records
from bench.peers.bounds import DAY, NAMES, number
from bench.peers.columns import Numpy
from bench.peers.ours import Ours
from bench.peers.race import DATABASES, MEASURE, ONE_BY_ONE, Entrant, Race, judgements, same
from bench.peers.records import Batch, Match
from bench.peers.table import markdown
from bench.places import KEY, TODAY
from rules import Moment, check_pack, verdicts
from service.access.keys import Vault
from service.access.unit import House
from service.calendar import WorkingDays
from service.clock import SetClock
from service.tables.catalogue import CATALOGUE
from service.tables.database import Database

ROOT = Path(__file__).parents[2]
RESIDENTS = 2_000

NOON = SetClock.at(TODAY, 12)
USED = {
    "health-certificate-food": {"TODAY", "NOTICE"},
    "old-age-allowance": {"TODAY", "EIGHTY", "NEARLY_EIGHTY"},
    "elder-visits": {"TODAY", "SIXTY", "GENERAL", "KEY", "HIGH"},
    "severe-disability-nursing": {"TODAY"},
    "residence-permit-endorsement": {"ENDORSED_SOON", "ENDORSED_LATE", "SOON_SINCE", "LATE_SINCE"},
    "food-licence-renewal": {"OPENS", "CLOSES"},
}
"""The days each rule compares with, by their names in the conditions that were written for the other engines."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with two thousand residents."""
    url = sqlite_with_tables(tmp_path_factory.mktemp("peers"))
    settle([url], TODAY, RESIDENTS)
    return Path(str(Database(url).url.database))


@pytest.fixture(scope="module")
def binds() -> dict[str, list[Any]]:
    """What the compiled rules compare with, by rule."""
    rules = check_pack(PACK, CATALOGUE)
    moment = Moment(TODAY, PACK.parameters.at(TODAY), WorkingDays().after)
    asked = {
        name: verdicts(rules[name], CATALOGUE, moment, dialect="postgresql") for name in handwritten.RULES
    }
    dialect = postgresql.dialect()
    return {name: list(each.compile(dialect=dialect).params.values()) for name, each in asked.items()}


@pytest.mark.parametrize("rule", handwritten.RULES)
def test_the_other_engines_compare_with_the_very_days_of_the_compiled_rules(
    rule: str, binds: dict[str, list[Any]]
) -> None:
    days = {number(value) for value in binds[rule] if isinstance(value, date)}
    assert days == {NAMES[name] for name in USED[rule]}


def test_the_seasons_of_the_other_engines_are_those_of_the_compiled_rule(binds: dict[str, list[Any]]) -> None:
    numbers = {value for value in binds["residence-permit-endorsement"] if isinstance(value, int)}
    assert {NAMES[f"{when}_{end}"] for when in ("SOON", "LATE") for end in ("FROM", "TO")} <= numbers


def test_every_day_the_other_engines_know_is_compared_with_by_some_rule() -> None:
    assert {name.upper() for name in DAY} <= set.union(*USED.values())


async def test_the_records_fetched_for_the_other_engines_are_everybody_once(city: Path) -> None:
    found: list[Batch] = list(records.batches(city, sparse=False))
    for kind, count in (
        ("residents", RESIDENTS),
        ("employments", RESIDENTS),
        ("enterprises", RESIDENTS // 10),
    ):
        keys = [record["id"] for batch in found for record in getattr(batch, kind)]
        assert len(keys) == len(set(keys)) == count


def test_records_without_their_empty_cells_say_the_same(city: Path) -> None:
    whole = next(records.batches(city, sparse=False)).residents
    sparse = next(records.batches(city, sparse=True)).residents
    assert whole != sparse
    filled = [{name: cell for name, cell in record.items() if cell is not None} for record in whole]
    assert [{**record, **_relations(one)} for record, one in zip(filled, sparse, strict=True)] == sparse


def _relations(record: records.Record) -> records.Record:
    """What of a record is itself records: their empty cells are left out too."""
    return {name: cell for name, cell in record.items() if isinstance(cell, list)}


def test_a_judgement_is_one_rule_asked_of_one_subject(city: Path) -> None:
    assert judgements(city) == 4 * RESIDENTS + RESIDENTS + RESIDENTS // 10


async def test_a_first_scan_keeps_the_matches_of_the_answer_alone(city: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{city}")
    ours = Ours(House(database, NOON, Vault(KEY)))
    await ours.publish()
    wanted = await ours.answer()
    assert len({rule for rule, _ in wanted}) > 2
    for _ in range(2):
        await ours.scan()
        assert await ours.found() == wanted
    await ours.forget()
    assert await ours.found() == set()
    await database.close()


@pytest.mark.skipif(
    importlib.util.find_spec("numpy") is None, reason="numpy comes with the extra `bench` alone"
)
async def test_whole_columns_give_the_matches_of_the_compiled_rules(city: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{city}")
    wanted = await Ours(House(database, NOON, Vault(KEY))).answer()
    await database.close()
    same("numpy", wanted, set(Numpy().found(city)))


WANTED: set[Match] = {("elder-visits", 1), ("elder-visits", 2)}


@pytest.mark.parametrize("found", [WANTED, None], ids=["the same", "judges nobody"])
def test_whoever_finds_the_same_or_judges_nobody_stays_in_the_race(found: set[Match] | None) -> None:
    same("somebody", WANTED, found)


def test_whoever_finds_otherwise_ends_the_race_and_is_told_by_how_much() -> None:
    with pytest.raises(SystemExit, match=r"somebody found otherwise") as ended:
        same("somebody", WANTED, {("elder-visits", 1), ("elder-visits", 3), ("old-age-allowance", 1)})
    assert "elder-visits: 1 too many, 1 missing" in str(ended.value)
    assert "old-age-allowance: 1 too many, 0 missing" in str(ended.value)


async def _nothing() -> set[Match]:
    return set()


def test_the_table_is_sorted_by_time_and_gives_ratios_to_the_answer_of_the_compiled_rules() -> None:
    measure = Entrant(MEASURE, "ours", _nothing, seconds=[2.0, 1.0, 9.0])
    slow = replace(measure, name="slow", note="theirs", version="1.2", seconds=[50.0])
    rows = list(markdown(Race(10, 1_000_000, {}, [slow, measure])))[2:]
    assert rows == [
        f"| {MEASURE} |  | 2.00 | 2.00 | 1.00 | ours |",
        "| slow | 1.2 | 50.0 | 50.0 | 25.0 | theirs |",
    ]


def _pinned() -> dict[str, str]:
    """Package → version of the extra `bench`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines: list[str] = project["optional-dependencies"]["bench"]
    return dict(line.split("==") for line in lines)


def _readme_rows() -> dict[str, str]:
    """Engine → version in the table of README.md."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").split("## How fast", 1)[1].split("\n## ", 1)[0]
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")
    ]
    return {row[0]: row[1] for row in rows[2:]}


def test_the_readme_tells_of_every_engine_with_the_version_that_make_peers_installs() -> None:
    pinned, rows = _pinned(), _readme_rows()
    engines = (*ONE_BY_ONE, Numpy)
    assert {engine.package for engine in engines} == set(pinned)
    told = {name: version for name, version in rows.items() if version}
    assert told == {engine.name: pinned[engine.package] for engine in engines}


def test_the_readme_tells_of_the_compiled_rules_on_both_databases() -> None:
    assert {f"Zhitui, the answer, {place}" for place in DATABASES.values()} <= set(_readme_rows())
