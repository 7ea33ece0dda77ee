"""Parameters on the command line: from an empty value to a rule in force, and every change told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.cli import zhitui

Run = Callable[..., Result]
RULE = "special-work-certificate"
NAME = "special_work.notice_days"
CITED = ("--law", "某办法", "--article", "第三条", "--date", "2026-07", "--verified-on", "2026-11-20")


def _installed(home: Path) -> Run:
    """Runs a command of one installation with its tables made and one rule loaded, which waits for its parameter."""
    env = {"ZHITUI_HOME": str(home), "ZHITUI_LOG_LEVEL": "error"}

    def command(*words: str) -> Result:
        return CliRunner().invoke(zhitui, list(words), env=env)

    assert command("init").exit_code == 0
    loaded = command("rules", "load", "--only", RULE)
    assert loaded.exit_code == 0, loaded.output
    assert f"{RULE}：暂不生效" in loaded.stdout
    assert NAME in loaded.stdout
    return command


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return _installed(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same installation for many tests, each of which leaves alone what the others look at."""
    return _installed(tmp_path_factory.mktemp("home"))


def document(result: Result) -> Any:
    """The one JSON document on standard output."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_value_entered_with_its_source_brings_the_waiting_rule_into_force(run: Run) -> None:
    shown = document(run("parameters", "show", NAME, "--json"))
    assert [(use["rule"], use["state"]) for use in shown["used_by"]] == [(RULE, "checked")]
    assert "待登记" in run("parameters", "show", NAME).stdout
    unverified = run("parameters", "set", NAME, "30", "--from", "2026-01-01")
    assert unverified.exit_code == 0, unverified.output
    assert "没有核实" in unverified.stdout
    assert run("rules", "activate", RULE, "1").exit_code == 1
    entered = document(run("parameters", "set", NAME, "60", "--from", "2026-01-01", *CITED, "--json"))
    assert (entered["value"], entered["verified"], entered["version"]) == (60, True, 3)
    activated = run("rules", "activate", RULE, "1")
    assert activated.exit_code == 0, activated.output
    again = run("rules", "load", "--only", RULE)
    assert f"{RULE}：未变" in again.stdout
    assert "保留" not in again.stdout, "the pack leaves this value to the house"
    scanned = document(run("scan", "--json"))
    assert [(rule["rule"], rule["state"]) for rule in scanned["rules"]] == [(RULE, "done")]


def test_values_are_listed_ended_and_their_history_told(run: Run) -> None:
    for words in (
        (NAME, "60", "--from", "2026-01-01", *CITED),
        (NAME, "90", "--from", "2026-06-01", *CITED),
        (NAME, "30", "--from", "2026-01-01", "--division", "330102000000", *CITED),
    ):
        result = run("parameters", "set", *words)
        assert result.exit_code == 0, result.output
    listed = document(run("parameters", "list", "--on", "2026-11-23", "--name", NAME, "--json"))
    assert [(value["division"], value["value"]) for value in listed] == [("", 90), ("330102", 30)]
    ended = run(
        "parameters", "end", NAME, "--from", "2026-01-01", "--to", "2026-10-31", "--division", "330102"
    )
    assert "至 2026-10-31" in ended.stdout
    listed = document(run("parameters", "list", "--on", "2026-11-23", "--division", "330102", "--json"))
    assert listed == []
    history = document(run("parameters", "history", NAME, "--json"))
    assert [change["action"] for change in history] == ["end", "set", "set", "edit", "load"]
    lines = run("parameters", "history", NAME).stdout.splitlines()
    assert "系统 终止 330102，自 2026-01-01：截止 不限 → 2026-10-31" in lines[0]
    assert "待登记 → 60" in lines[3]


@pytest.mark.parametrize(
    ("name", "kind", "text", "value"),
    [
        ("new.amount", "decimal", "12.5", 12.5),
        ("new.codes", "list", '["62", "61"]', ["62", "61"]),
        ("new.day", "date", "2026-05-01", "2026-05-01"),
        ("new.prefix", "text", "3301", "3301"),
    ],
)
def test_a_parameter_of_each_kind_may_be_made(
    shared: Run, name: str, kind: str, text: str, value: Any
) -> None:
    words = ("--from", "2026-01-01", "--label", "新参数", "--kind", kind, *CITED)
    assert document(shared("parameters", "set", name, text, *words, "--json"))["value"] == value
    assert document(shared("parameters", "list", "--name", name, "--json"))[0]["verified"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("set", NAME, "abc", "--from", "2026-01-01"), 1, "不是整数"),
        (("set", NAME, "9" * 300, "--from", "2026-01-01"), 1, "64 位"),
        (("set", NAME, "1", "--from", "2026-02-30"), 2, "2026-02-30"),
        (("set", NAME, "1", "--from", "2026-02-01", "--to", "2026-01-01"), 1, "早于"),
        (("set", NAME, "1", "--from", "2026-01-01", "--law", "某办法"), 2, "--article"),
        (("set", NAME, "1", "--from", "2026-01-01", "--verified-on", "2026-01-01"), 2, "--law"),
        (("set", "no.such", "1", "--from", "2026-01-01"), 1, "没有叫 no.such 的参数"),
        (("set", "No", "1", "--from", "2026-01-01", "--label", "x", "--kind", "int"), 1, "小写英文字母"),
        (("set", "new.one", "x" * 2000, "--from", "2026-01-01", "--label", "x", "--kind", "text"), 1, "1000"),
        (("set", "new.one", "0.12345678901234567", "--from", "2026-01-01", "--label", "x", "--kind", "decimal"), 1, "15"),
        (("set", "new.one", "\udcff", "--from", "2026-01-01", "--label", "x", "--kind", "text"), 1, "残缺字符"),
        (("end", NAME, "--from", "2020-01-01", "--to", "2020-02-01"), 1, "没有自 2020-01-01 起的值"),
        (("show", "no.such"), 1, "没有叫 no.such 的参数"),
        (("history", "no.such"), 1, "没有叫 no.such 的参数"),
    ],
)  # fmt: skip
def test_a_refusal_says_why_and_changes_nothing(
    shared: Run, words: tuple[str, ...], code: int, said: str
) -> None:
    before = shared("parameters", "list", "--json").stdout
    refused = shared("parameters", *words)
    assert refused.exit_code == code, refused.output
    assert said in refused.stderr
    assert "Traceback" not in refused.output
    assert shared("parameters", "list", "--json").stdout == before


def test_a_value_for_everywhere_names_the_divisions_that_go_on_with_their_own(run: Run) -> None:
    mine = run("parameters", "set", NAME, "30", "--from", "2026-01-01", "--division", "330102", *CITED)
    assert "另有值" not in mine.stdout
    everywhere = run("parameters", "set", NAME, "60", "--from", "2026-06-01", *CITED)
    assert everywhere.exit_code == 0, everywhere.output
    assert "区划 330102 另有值（30天）" in everywhere.stdout


def test_a_rule_that_waits_or_has_run_out_is_listed_as_such(run: Run) -> None:
    assert "没有规则" in run("rules", "list").stdout
    assert "待补齐" in run("rules", "list", "--all").stdout
    assert run("rules", "load", "--only", "job-stability-refund").exit_code == 0
    assert "已于 2025-12-31 到期" in run("rules", "list").stdout
