"""The measuring of the made-up city runs, at a size that says nothing about speed."""

from __future__ import annotations

import asyncio
import platform

import pytest

from bench.city import Wishes, facts, measure
from bench.city_days import ALL, EQUAL, SIX
from bench.city_work import EDITS
from bench.figures import Figures, exponents, show_growth
from bench.handwritten import RULES

RESIDENTS = 1_000


def test_a_small_city_is_measured_from_its_first_scan_to_the_lists_of_the_day(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parts = ("creation", "tasks", "equal", "preview")
    figures = asyncio.run(measure(RESIDENTS, Wishes(["sqlite"], parts, rounds=1, rules=RULES)))[0]
    told = capsys.readouterr().out
    assert {
        f"{SIX}: findings by hand",
        f"{SIX}: first scan",
        f"{ALL}: delta, {EQUAL[0]:,} changes within a day",
        f"{ALL}: delta before tasks, {EQUAL[1]:,} changes and a day: tasks and lists",
        "longest write of somebody else during a first scan",
        "longest write of somebody else during gathering and planning",
        "whom the slowest edited rule would find",
        "peak memory in MB",
    } <= set(figures.values)
    assert all(value >= 0 for value in figures.values.values())
    assert "peak memory in MB" in told


def test_an_edit_is_measured_of_every_reference_rule() -> None:
    assert set(EDITS) == set(RULES)


def test_the_facts_of_the_machine_name_no_machine() -> None:
    assert "processors" in facts()
    assert platform.node() not in facts()


def test_what_grows_with_the_city_has_the_exponent_one_and_what_does_not_zero(
    capsys: pytest.CaptureFixture[str],
) -> None:
    cities = [
        Figures("sqlite", size, {"full": size * 3e-6, "delta": 0.2, "square": size**2 * 1e-9})
        for size in (1_000, 10_000, 100_000)
    ]
    assert exponents(cities) == pytest.approx({"full": 1, "delta": 0, "square": 2}, abs=1e-9)
    show_growth(cities)
    told = {line.split()[0]: line.split()[-2:] for line in capsys.readouterr().out.splitlines() if line}
    assert told["full"] == ["1.00", "100.00"]
    assert told["delta"] == ["0.00", "1.00"]


@pytest.mark.parametrize(("value", "told"), [(299.0, "reached"), (301.0, "not reached")])
def test_a_goal_is_said_to_be_reached_or_not(
    value: float, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Figures("sqlite", 1, {"memory": value}).hold("memory", 300)
    assert f"(goal: at most 300, {told})" in capsys.readouterr().out
