"""The SQL of the reference rules and of every construct, per database and form, as text that is reviewed as a diff.

`ZHITUI_GOLDEN=write` writes the files anew; look at what changed before committing it.
"""

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from shipped import PACK
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql, sqlite

from rules import CheckedRule, Moment, check_pack, verdicts
from rules.catalogue import Catalogue
from rules.files.workdays import weekday
from rules.sql.choose import Population
from service.tables.catalogue import CATALOGUE
from tests.rules import world
from tests.rules.making import rule

TODAY = date(2026, 11, 23)
FOLDER = Path(__file__).parent / "golden" / "sql"
COMPILERS = {"sqlite": sqlite.dialect(), "postgresql": postgresql.asyncpg.dialect()}

RULES = check_pack(PACK, CATALOGUE)
REFERENCE = (
    "health-certificate-food", "old-age-allowance", "elder-visits", "severe-disability-nursing",
    "residence-permit-endorsement", "food-licence-renewal",
)  # fmt: skip
OLD = [{"birth_date": date(1940, 1, 1)}] * 3 + [{"birth_date": date(2000, 1, 1)}] * 7


def _population(subject: str, subjects: int) -> Population:
    """So many subjects, three in ten of them old, and a million rows of everything else."""
    return Population(subject, dict.fromkeys(CATALOGUE.entities, 1_000_000) | {subject: subjects}, OLD)


FORMS: dict[str, tuple[str, str, int | None, Any]] = {
    "sqlite.full": ("sqlite", "full", None, None),
    "sqlite.full.many": ("sqlite", "full", 1_000_000, None),
    "sqlite.full.few-subjects": ("sqlite", "full", 1_000, None),
    "sqlite.few": ("sqlite", "few", None, [7, 8, 9]),
    "sqlite.one": ("sqlite", "one", None, 7),
    "postgresql.full": ("postgresql", "full", None, None),
    "postgresql.few": ("postgresql", "few", None, [7, 8, 9]),
    "postgresql.one": ("postgresql", "one", None, 7),
}
"""Name of a form → dialect, mode, number of subjects where it is known, the subjects asked about."""

CONSTRUCTS = [
    'resident.certificates.exists(c, c.kind == "RESIDENCE")',
    '!resident.certificates.exists(c, c.kind == "RESIDENCE" && c.valid_to >= today)',
    "resident.certificates.all(c, c.valid_to >= today)",
    "resident.certificates.exists_one(c, c.valid_to >= today)",
    "resident.certificates.filter(c, c.valid_to < today).size() > 1",
    "resident.certificates.exists(c, c.valid_to < resident.birth_date)",
    "resident.household.members.exists(m, m.certificates.exists(c, c.valid_to < today))",
    "resident.lives_alone || resident.certificates.exists(c, c.points == null)",
    'resident.certificates.exists(c, c.kind == "RESIDENCE")'
    ' && !resident.certificates.exists(c, c.kind == "RESIDENCE" && c.valid_to >= today)',
    'resident.certificates.exists(c, c.kind == "RESIDENCE")'
    ' && resident.certificates.exists(d, d.valid_to >= today && d.kind == "RESIDENCE")',
    "age(resident.birth_date) >= 80",
    "!(age(resident.birth_date) >= 80)",
    "year(resident.birth_date) == 1946",
    "anniversary_in(resident.birth_date, today, today + days(60))",
    "!anniversary_in(resident.birth_date, today, today + days(60))",
    'resident.hukou_code.startsWith("3301")',
    'resident.name.endsWith("a") && !resident.name.contains("b")',
    "resident.name.size() > 2",
    'resident.name < "a"',
    "resident.care_level in [2, 4]",
    "!(resident.care_level in [2, 4])",
    "resident.hukou_code != resident.live_code",
    "resident.household.income < 1138.51",
    "resident.household == null",
    "resident.death_on == null && !resident.veteran",
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", REFERENCE)
def test_the_sql_of_a_reference_rule_is_the_reviewed_one(name: str, form: str) -> None:
    moment = Moment(TODAY, PACK.parameters.at(TODAY, "330102003057"), weekday)
    _reviewed(f"{name}.{form}", _text(RULES[name], CATALOGUE, moment, form))


@pytest.mark.parametrize("form", FORMS)
def test_the_sql_of_every_construct_is_the_reviewed_one(form: str) -> None:
    texts = [
        f"-- {condition}\n{_text(rule(condition), world.CATALOGUE, world.moment(), form)}"
        for condition in CONSTRUCTS
    ]
    _reviewed(f"constructs.{form}", "\n".join(texts))


def test_no_golden_file_is_left_over() -> None:
    wanted = {f"{name}.{form}.sql" for name in (*REFERENCE, "constructs") for form in FORMS}
    assert {path.name for path in FOLDER.iterdir()} == wanted


def _text(checked: CheckedRule, catalogue: Catalogue, moment: Moment, form: str) -> str:
    dialect, mode, subjects, among = FORMS[form]
    population = None if subjects is None else _population(checked.document.subject, subjects)
    statement: Select[Any] = verdicts(
        checked, catalogue, moment, dialect=dialect, mode=mode, among=among, population=population
    )
    compiled = statement.compile(dialect=COMPILERS[dialect], compile_kwargs={"render_postcompile": True})
    lines = [line.rstrip() for line in str(compiled).splitlines()]
    values = [f"-- {key} = {value}" for key, value in compiled.params.items()]
    return "\n".join([*lines, *values]) + "\n"


def _reviewed(name: str, text: str) -> None:
    path = FOLDER / f"{name}.sql"
    if os.environ.get("ZHITUI_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text
