"""One installation in a folder of its own, with its tables made, and commands run in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli import zhitui


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    def command(*words: str) -> Result:
        env = {"ZHITUI_HOME": str(tmp_path), "ZHITUI_LOG_LEVEL": "error"}
        return CliRunner().invoke(zhitui, list(words), env=env)

    assert command("init").exit_code == 0
    return command
