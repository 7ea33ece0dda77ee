"""`zhitui rules fmt`: conditions in their one layout, printed, checked or written in place."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rules import load
from service.cli import zhitui
from tests.rules.making import document_text

Run = Callable[..., Result]
UNTIDY = "resident.lives_alone&&resident.veteran"
TIDY = "resident.lives_alone && resident.veteran"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def command(*words: str | Path, given: str | bytes | None = None) -> Result:
        env = {"ZHITUI_HOME": str(tmp_path / "home"), "ZHITUI_LOG_LEVEL": "error"}
        return CliRunner().invoke(zhitui, ["rules", "fmt", *map(str, words)], input=given, env=env)

    return command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a-rule.yaml"
    path.write_text("# kept\n" + document_text(UNTIDY).lstrip(), "utf-8")
    return path


def test_a_condition_is_printed_in_its_layout(run: Run) -> None:
    assert run(UNTIDY).stdout == f"{TIDY}\n"
    assert run("-", given=f"{UNTIDY} // why\n").stdout == (
        "resident.lives_alone\n  // why\n  && resident.veteran\n"
    )


def test_a_condition_that_cannot_be_read_is_refused_with_its_place(run: Run) -> None:
    result = run("a = b")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "single_equals 2-3" in result.stderr


def test_a_file_is_printed_and_left_alone(run: Run, file: Path) -> None:
    before = file.read_text("utf-8")
    result = run(file)
    assert result.exit_code == 0
    assert result.stdout == before.replace(UNTIDY, TIDY)
    assert file.read_text("utf-8") == before


def test_writing_changes_the_expressions_and_nothing_else(run: Run, file: Path) -> None:
    before = file.read_bytes()
    file.write_bytes("\ufeff".encode() + before)
    file.chmod(0o640)
    assert run(file, "--write").exit_code == 0
    assert file.read_bytes() == "\ufeff".encode() + before.replace(UNTIDY.encode(), TIDY.encode())
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert load(file.read_text("utf-8-sig"), file=file.name).when == TIDY


def test_checking_tells_the_files_that_would_change_and_touches_none(run: Run, file: Path) -> None:
    before = file.read_bytes()
    first = run(file.parent, "--check")
    assert first.exit_code == 1
    assert file.name in first.stdout
    assert file.read_bytes() == before
    run(file.parent, "--write")
    again = run(file.parent, "--check")
    assert (again.exit_code, again.stdout) == (0, "")
    assert run(UNTIDY, "--check").exit_code == 1
    assert run(TIDY, "--check").exit_code == 0


def test_with_one_bad_file_none_is_written(run: Run, file: Path) -> None:
    other = file.with_name("b-rule.yaml")
    other.write_text(document_text("a = b"), "utf-8")
    before = file.read_bytes()
    result = run(file.parent, "--write")
    assert result.exit_code == 1
    assert "b-rule.yaml" in result.stderr
    assert file.read_bytes() == before


def test_parameters_are_no_rule(run: Run, file: Path) -> None:
    file.with_name("parameters.yaml").write_text("parameters: {}\n", "utf-8")
    assert run(file.parent, "--write").stdout.splitlines()[-1] == "1 个文件，改写 1 个。"


@pytest.mark.parametrize(
    "words", [("no-such-rule.yaml",), (TIDY, "--write"), ("-", "--write"), ("--write", "--check", "a")]
)
def test_what_makes_no_sense_is_a_usage_error(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words, given="a").exit_code == 2


def test_a_file_that_is_not_utf8_is_refused(run: Run, file: Path) -> None:
    file.write_bytes(b"when: \xb0\xa1\n")
    result = run(file)
    assert result.exit_code == 1
    assert "not_utf8" in result.stderr
