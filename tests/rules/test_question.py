"""The digest of what a rule asks: steady while nothing changes, another one as soon as something that counts does."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from rules import CheckedRule, Extension, Region, check, load, question, read
from rules.files.workdays import weekday
from rules.kinds import Kind
from rules.regions import Valued
from tests.rules import making, world

WHEN = (
    'resident.birth_date <= today - working_days(3) && resident.pets < param("notice")'
    ' || resident.certificates.exists(c, c.kind == "RESIDENCE" && c.employment.ended_on == null)'
)


def _asked(
    checked: CheckedRule,
    *,
    values: Mapping[str, Any] = {"notice": 30},
    region: Region = Region(),  # noqa: B008 — frozen
    on: date = world.TODAY,
    working_day: Any = weekday,
) -> str:
    missing = tuple(sorted(checked.parameters - values.keys()))
    return question(checked, [Valued(region, values, missing)], on, working_day)


def _rule(when: str = WHEN, **document: Any) -> CheckedRule:
    checked = making.rule(when)
    return replace(checked, document=checked.document.model_copy(update=document))


def test_the_same_question_has_the_same_digest_however_often_it_is_checked() -> None:
    assert _asked(_rule()) == _asked(_rule())
    assert len(_asked(_rule())) == 64


def test_the_digest_is_the_same_in_another_process() -> None:
    script = "from tests.rules import test_question as asked; print(asked._asked(asked._rule()))"
    root = Path(__file__).parents[2]
    for seed in ("1", "2"):
        told = subprocess.run(
            [sys.executable, "-c", script],
            cwd=root, env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert told.stdout.strip() == _asked(_rule())


def _later_working_day(day: date, count: int) -> date:
    return weekday(day, count) + timedelta(1)


@pytest.mark.parametrize(
    "other",
    [
        {"values": {"notice": 31}},
        {"values": {}},
        {"region": Region("3301")},
        {"region": Region("", ("3301",))},
        {"on": world.TODAY + timedelta(1)},
        {"working_day": _later_working_day},
    ],
    ids=["value", "no value", "narrower", "with a gap", "day", "calendar"],
)
def test_another_value_region_day_or_calendar_is_another_question(other: dict[str, Any]) -> None:
    assert _asked(_rule(), **other) != _asked(_rule())


def test_the_calendar_is_no_matter_to_a_rule_that_counts_no_working_days() -> None:
    plain = _rule('resident.birth_date <= today - days(3) && resident.pets < param("notice")')
    assert _asked(plain, working_day=_later_working_day) == _asked(plain)


@pytest.mark.parametrize(
    "changed", [{"visit": "resident.household"}, {"unknown": "ask"}, {"again": "P1Y"}], ids=str
)
def test_another_document_is_another_question(changed: dict[str, Any]) -> None:
    assert _asked(_rule(**changed)) != _asked(_rule())


def test_a_field_declared_otherwise_is_another_question_and_one_not_read_is_none() -> None:
    asked = {
        name: _asked(_declared(Extension("resident", name, "宠物", Kind.INT, "none")))
        for name in ("pets", "rabbits")
    }
    assert asked["pets"] == asked["rabbits"] == _asked(_declared())
    assert _asked(_declared(Extension("resident", "pets", "宠物", Kind.INT, "unknown"))) != asked["pets"]
    assert _asked(_declared(Extension("resident", "pets", "宠物", Kind.DECIMAL, "none"))) != asked["pets"]


def _declared(*extensions: Extension) -> CheckedRule:
    """The rule over the town's fields, of which these are declared otherwise or besides."""
    names = {(each.entity, each.name) for each in extensions}
    others = [each for each in world.EXTENSIONS if (each.entity, each.name) not in names]
    catalogue = read(world.metadata.sorted_tables, [*others, *extensions])
    return check(load(making.document_text(WHEN), file="rule.yaml"), catalogue, making.PARAMETERS)


def test_regions_count_each_with_its_values() -> None:
    checked = _rule()
    general, town = Region("", ("3301",)), Region("3301")

    def asked(here: int, there: int) -> str:
        found = [Valued(general, {"notice": here}, ()), Valued(town, {"notice": there}, ())]
        return question(checked, found, world.TODAY, weekday)

    assert len({asked(1, 2), asked(2, 1), asked(1, 1)}) == 3
