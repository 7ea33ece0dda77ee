"""Help and refusals of the command line are Chinese, whatever the terminal's language is."""

import inspect
import re
from types import ModuleType

import pytest
from click import core, decorators, exceptions, formatting, parser, types
from click.testing import CliRunner

from service.cli import zhitui
from service.cli.phrases import CHINESE

MODULES = (core, decorators, exceptions, formatting, parser, types)
PHRASES = re.compile(r'"((?:[^"\\\n]|\\.)+)"')


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("scan --as-of 2026-13-01", "“2026-13-01”不是日期"),
        ("scan --no-such", "没有 --no-such 这个选项。"),
        ("scna", "没有 scna 这个命令。"),
        ("import nothing.csv --as residents", "没有这个文件：nothing.csv"),
        ("rules load nothing", "没有这个文件夹：nothing"),
        ("rules check", "缺少参数"),
        ("parameters set a.b 1 --from 2026-01-01 --mark X", "没有 X 这一种；可选：'V', 'S', 'M'。"),
        ("parameters set a.b 1", "缺少选项"),
        ("fields declare resident.shoe --label", "--label 后面要写一个值。"),
        ("rules activate elder-visits one", "“one”不是整数。"),
        ("scan nothing", "多了一个参数：nothing"),
    ],
)
def test_a_command_that_cannot_be_understood_is_refused_in_chinese(words: str, said: str) -> None:
    result = CliRunner().invoke(zhitui, words.split())
    assert result.exit_code == 2
    assert said in result.stderr
    assert not re.search(r"Usage|Error|Try |Invalid|Missing|No such|not ", result.stderr)


@pytest.mark.parametrize(
    "words", ["--help", "rules --help", "parameters set --help", "fields declare --help"]
)
def test_help_has_chinese_headings(words: str) -> None:
    shown = CliRunner().invoke(zhitui, words.split()).stdout
    assert "用法：" in shown
    assert "选项:" in shown
    assert not re.search(r"Usage|Options|Commands|Show |required", shown)


def test_every_phrase_is_one_that_click_says() -> None:
    known = {phrase for module in MODULES for phrase in _texts(module)}
    assert set(CHINESE) - known == set()


def test_a_phrase_keeps_the_holes_it_is_filled_by() -> None:
    holes = re.compile(r"{(\w+)")
    assert [
        click for click, ours in CHINESE.items() if set(holes.findall(ours)) - set(holes.findall(click))
    ] == []


def _texts(module: ModuleType) -> set[str]:
    return {text.encode().decode("unicode_escape") for text in PHRASES.findall(inspect.getsource(module))}
