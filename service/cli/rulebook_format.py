"""`zhitui rules fmt`: expressions in their one canonical layout."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import click

from rules import RuleError, RuleErrors, read_text
from rules.files.rewriting import rewrite
from rules.reading.formatting import layout
from service.cli.shell import REFUSED

STDIN = "-"
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
NO_RULES = "parameters.yaml"


@click.command("fmt")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--write", is_flag=True, help="把规则文件改写成规范写法（其余内容一字不动）。")
@click.option("--check", is_flag=True, help="只检查：有需要改动的就列出来，退出码为 1。")
def fmt_command(sources: tuple[str, ...], write: bool, check: bool) -> None:
    """把条件排成规范写法：SOURCE 是规则文件、文件夹、一个条件，或 -（从标准输入读一个条件）。"""
    if write and check:
        raise click.UsageError("--write 和 --check 只能选一个。")
    files = [file for source in sources for file in _files(source)]
    if write and len(files) < len(sources):
        raise click.UsageError("--write 只能用于规则文件；单个条件会直接显示出来。")
    pieces = [source for source in sources if not _is_file(source)]
    try:
        laid = [_expression(piece) for piece in pieces]
        formatted = [(file, *_formatted(file)) for file in files]
    except RuleErrors as errors:
        _refuse(errors.errors)
    changed = [(file, after) for file, before, after in formatted if before != after]
    if check:
        _report(changed, [before for before, after in laid if before.strip() != after])
    elif write:
        _write(changed, len(files))
    else:
        for text in [*(after for _, after in laid), *(after.rstrip("\n") for _, _, after in formatted)]:
            click.echo(text)


def _is_file(source: str) -> bool:
    """A path is what exists, or what is called like a rule file; anything else is a condition."""
    return source != STDIN and (source.endswith((".yaml", ".yml")) or os.path.exists(source[:4096]))


def _files(source: str) -> Iterator[Path]:
    path = Path(source)
    if not _is_file(source):
        return
    if not path.exists():
        raise click.UsageError(f"没有这个文件：{source}")
    for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
        if file.name != NO_RULES:
            yield file


def _expression(source: str) -> tuple[str, str]:
    text = sys.stdin.read() if source == STDIN else source
    return text, layout(text)


def _formatted(file: Path) -> tuple[str, str]:
    """The text of a rule file as it is and as it should be."""
    try:
        before = read_text(file)
        return before, rewrite(before, file=file.name)
    except RuleErrors as errors:
        raise RuleErrors(error.within(file=file.name) for error in errors.errors) from errors


def _refuse(errors: tuple[RuleError, ...]) -> NoReturn:
    for error in errors:
        click.echo(f"✗ {error}", err=True)
    click.echo(f"{len(errors)} 处错误，什么都没有改动。", err=True)
    raise SystemExit(REFUSED)


def _report(changed: list[tuple[Path, str]], expressions: list[str]) -> None:
    for file, _ in changed:
        click.echo(f"{file}：还不是规范写法")
    for _ in expressions:
        click.echo("这个条件还不是规范写法")
    if changed or expressions:
        raise SystemExit(REFUSED)


def _write(changed: list[tuple[Path, str]], total: int) -> None:
    for file, after in changed:
        _replace(file, after)
        click.echo(f"{file}：已改写")
    click.echo(f"{total} 个文件，改写 {len(changed)} 个。")


def _replace(file: Path, text: str) -> None:
    """Put a new text in a file's place in one step, with its permissions and its byte order mark if it had one."""
    mark = BOM if file.read_bytes().startswith(BOM.encode()) else ""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as new:
            new.write((mark + text).encode())
        shutil.copymode(file, name)
        os.replace(name, file)
    except BaseException:  # whatever stopped it, an interrupt too, leaves no half file behind
        os.unlink(name)
        raise
