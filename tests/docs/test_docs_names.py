"""No page names a command, an option, a setting, a file or a thing that does not exist."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import click
import pytest
from doc_pages import ROOT, blocks, code, name, pages, text
from shipped import PACK

from service.cli import zhitui
from service.settings import Settings
from service.tables import metadata

SETTINGS = {f"ZHITUI_{field.upper()}" for field in Settings.model_fields}
OUTSIDE = {"ZHITUI_NEW_PASSWORD": "service/cli/accounts.py", "ZHITUI_DATABASE_PASSWORD": "compose.yaml"}
"""Variables that are no settings, with the file that reads them."""
CALL = re.compile(r"(?:^|[\s(\"';|&/])zhitui ([a-z][^\n`'\";|&)。，：]*)", re.MULTILINE)
TERM = re.compile(r"^\| ([^|]+) \| ([^|]+) \| `([^`]+)` \|", re.MULTILINE)
EVERY_PAGE = pytest.mark.parametrize("page", pages(), ids=name)


def fault(call: str) -> str | None:
    """What is wrong with a command line after the word zhitui."""
    command: click.Command = zhitui
    words = call.split()
    while words and isinstance(command, click.Group):
        word = words.pop(0)
        if word not in command.commands:
            return f"there is no command {word}"
        command = command.commands[word]
    known = {flag for option in command.params for flag in (*option.opts, *option.secondary_opts)} | {
        "--help"
    }
    flags = {flag for word in words for flag in re.findall(r"^\[?(--[a-z-]+)", word)}
    return f"{command.name} has no {flags - known}" if flags - known else None


@EVERY_PAGE
def test_every_command_line_of_a_page_can_be_typed(page: Path) -> None:
    calls = CALL.findall(code(page).replace("\\\n", " "))
    assert not {call: fault(call) for call in calls if fault(call)}


def test_the_check_of_command_lines_sees_them_and_their_faults() -> None:
    assert CALL.findall("$ zhitui rules check a\nZHITUI_HOME=x zhitui serve") == ["rules check a", "serve"]
    assert fault("rules check a") is None
    assert fault("fly away")
    assert fault("rules fly")
    assert fault("scan --fast")
    assert sum(len(CALL.findall(code(page))) for page in pages()) > 50


@EVERY_PAGE
def test_every_setting_a_page_names_exists(page: Path) -> None:
    named = set(re.findall(r"\bZHITUI_[A-Z_]*[A-Z]", text(page)))
    assert named <= SETTINGS | OUTSIDE.keys()


@pytest.mark.parametrize(("variable", "reader"), OUTSIDE.items())
def test_the_variables_that_are_no_settings_are_read_where_we_say(variable: str, reader: str) -> None:
    assert variable in text(reader)


def test_the_products_own_messages_name_commands_and_settings_that_exist() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "service").rglob("*.py")]
    calls = [
        call for source in sources for call in re.findall(r"请(?:先)?(?:运行|用) zhitui ([a-z -]+)", source)
    ]
    assert calls
    assert not {call: fault(call) for call in calls if fault(call)}
    named = {found for source in sources for found in re.findall(r"\bZHITUI_[A-Z_]*[A-Z]", source)}
    assert named <= SETTINGS | OUTSIDE.keys()


def test_the_tour_leads_through_files_that_exist_in_the_order_they_are_best_read() -> None:
    tour = text("README.md").split("## The fifteen-minute tour")[1].split("\n## ")[0]
    stops = re.findall(r"^\d+\. \[`([^`]+)`\]\(([^)]+)\)", tour, re.MULTILINE)
    assert [shown for shown, _ in stops] == [target for _, target in stops]
    assert all((ROOT / target).is_file() for _, target in stops)
    order = [
        "schema.sql", "rules/library/", "rules/__init__.py", "service/app.py", "service/api/tasks.py",
        "service/work/tasks.py", "service/engine/scan.py", "service/jobs.py", "connectors/channels/console.py",
        "pyproject.toml",
    ]  # fmt: skip
    assert len(stops) == len(order)
    assert all(shown.startswith(wanted) for (shown, _), wanted in zip(stops, order, strict=True))


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len(text("README.md").splitlines()) < 150


@EVERY_PAGE
def test_every_rule_a_command_line_names_is_in_the_shipped_library(page: Path) -> None:
    named = re.findall(r"zhitui explain ([a-z][a-z-]+)|--rule ([a-z][a-z-]+)", code(page))
    assert {rule for pair in named for rule in pair if rule} <= {
        document.rule for document in PACK.documents.values()
    }


GLOSSARY = TERM.findall(text("docs/glossary.md"))


def test_the_glossary_has_one_chinese_and_one_english_word_for_each_thing() -> None:
    assert len(GLOSSARY) >= 40
    for words in zip(*GLOSSARY, strict=True):
        assert len(set(words)) == len(words)


@pytest.mark.parametrize("term", [found for _, _, found in GLOSSARY])
def test_a_term_of_the_glossary_is_a_table_a_column_or_a_module(term: str) -> None:
    table, _, column = term.partition(".")
    known = metadata.tables.get(table)
    if "/" in term:
        assert (ROOT / term).exists()
    else:
        assert known is not None
        assert not column or column in known.columns


def test_the_chinese_word_of_a_table_is_the_label_it_has_in_the_schema() -> None:
    wrong = {
        term: (word, label)
        for word, _, term in GLOSSARY
        if term in metadata.tables and (label := metadata.tables[term].info["label"]) != word
    }
    assert not wrong


def test_every_direct_dependency_is_told_with_its_reason_and_no_other() -> None:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    wanted = {re.split(r"[\[><=; ]", line)[0] for lines in groups.values() for line in lines}
    told = dict(re.findall(r"^- `([^`]+)`: (.+)$", text("docs/dependencies.md"), re.MULTILINE))
    assert set(told) == wanted
    assert all(len(reason) >= 15 for reason in told.values())


def test_the_changelog_begins_with_the_present_version_or_what_is_not_yet_released() -> None:
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    headings = re.findall(
        r"^## \[(.+?)\] - (Unreleased|\d{4}-\d\d-\d\d)$", text("CHANGELOG.md"), re.MULTILINE
    )
    assert headings[0][0] == version
    dates = [day for _, day in headings if day != "Unreleased"]
    assert all(newer >= older for newer, older in pairwise(dates))


@EVERY_PAGE
def test_python_in_a_page_is_python(page: Path) -> None:
    for number, block in enumerate(blocks(page, "python")):
        compile(block, f"{name(page)}[{number}]", "exec")


@EVERY_PAGE
def test_every_target_of_make_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)", code(page))) <= targets
