"""docs/cli.md has a heading for every command, with the arguments and options that command really takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from doc_pages import sections, text

from service.cli import zhitui
from service.cli.shell import IN_PART, REFUSED

PAGE = sections("docs/cli.md")


def tree(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below `command` by how it is called, groups included."""
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield f"{path} {name}", child
            yield from tree(child, f"{path} {name}")


COMMANDS = dict(tree(zhitui, "zhitui"))


def options(command: click.Command) -> set[str]:
    taken = (parameter for parameter in command.params if isinstance(parameter, click.Option))
    return {flag for option in taken for flag in (*option.opts, *option.secondary_opts)}


def usage(path: str) -> str:
    """The first block under a heading: how the command is called."""
    found = re.search(r"^```console\n(.*?)^```$", PAGE[path], re.MULTILINE | re.DOTALL)
    assert found, f"{path} does not show how it is called"
    return found[1]


def test_every_command_has_its_heading_and_no_heading_is_left_over() -> None:
    assert set(PAGE) == set(COMMANDS)


@pytest.mark.parametrize("path", COMMANDS)
def test_the_options_listed_are_the_ones_it_takes(path: str) -> None:
    rows = re.findall(r"^\| (`--.+?) \|", PAGE[path], re.MULTILINE)
    told = {flag for row in rows for flag in re.findall(r"--[a-z-]+", row)}
    assert told == options(COMMANDS[path])


@pytest.mark.parametrize("path", COMMANDS)
def test_the_usage_names_every_argument(path: str) -> None:
    shown = usage(path)
    assert f"$ {path}" in shown
    arguments = [item for item in COMMANDS[path].params if isinstance(item, click.Argument)]
    assert all((item.name or "").upper().removesuffix("S") in shown for item in arguments)


@pytest.mark.parametrize(
    "path", [path for path, item in COMMANDS.items() if not isinstance(item, click.Group)]
)
def test_every_command_says_what_its_exit_codes_are(path: str) -> None:
    assert re.search(r"^Exit codes: .*\b0\b", PAGE[path], re.MULTILINE)


def test_the_table_of_exit_codes_has_the_real_numbers() -> None:
    told = dict(re.findall(r"^\| (\d) \| (.+?) \|", text("docs/cli.md"), re.MULTILINE))
    assert set(told) == {"0", str(REFUSED), str(click.UsageError.exit_code), str(IN_PART)}
    assert "in part" in told[str(IN_PART)]
