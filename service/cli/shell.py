"""What every command shares: settings, an open house, one JSON document or readable lines, and exit codes.

Exit codes: 0 done; 1 refused, nothing was changed; 2 wrong usage; 3 done in part (rows rejected, a file refused, a
rule failed, a message not delivered).
"""

from __future__ import annotations

import asyncio
import functools
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any, ParamSpec

import click
from pydantic import ValidationError
from pydantic_core import to_jsonable_python
from pydantic_settings import SettingsError

from connectors.channels.message import ChannelError
from rules import CannotEvaluate, RuleErrors
from service.access.keys import open_vault
from service.access.unit import House
from service.api.faults import faults_of
from service.cli.phrases import speak_chinese
from service.clock import SetClock, SystemClock
from service.errors import NotReady, Problem
from service.logs import configure
from service.settings import Settings
from service.tables.database import Database
from service.tables.schema import is_current

try:
    import uvloop
except ImportError:  # not made for every platform; the standard loop does the same, slower
    uvloop = None  # type: ignore[assignment]

P = ParamSpec("P")
LOOP = uvloop.new_event_loop if uvloop else None
"""Makes the event loop of a command; None for the standard one."""
REFUSED, IN_PART = 1, 3


class Day(click.ParamType[date]):
    """A civil day, YYYY-MM-DD."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}”不是日期，请写成 2026-11-23 的形式。", param, ctx)


speak_chinese()


@click.group()
@click.version_option(package_name="zhitui")
@click.pass_context
def zhitui(context: click.Context) -> None:
    """智推：把该办的事、带着理由、每天一次推送给社区工作者。"""
    try:
        context.obj = Settings()
    except ValidationError as error:
        lines = "\n".join(f"  ZHITUI_{one['field'].upper()}：{one['message']}" for one in faults_of(error))
        raise click.UsageError(f"环境变量设置有误，请对照 docs/settings.md 更正：\n{lines}") from error
    except SettingsError as error:
        raise click.UsageError(
            "ZHITUI_CHANNEL_CONFIG 不是有效的 JSON，请对照 docs/settings.md 更正。"
        ) from error
    configure(context.obj.log_level, SystemClock().now)


def as_json(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option `--json`: one document on standard output."""
    return click.option("--json", "json_", is_flag=True, help="输出一个 JSON 文档。")(command)


def run(command: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an async command; a refusal is one sentence on standard error and exit code 1."""

    @functools.wraps(command)
    def start(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with asyncio.Runner(loop_factory=LOOP) as runner:
                runner.run(command(*args, **kwargs))
        except Problem as error:
            refuse(error.detail, error.code, error.extra.get("errors", ()))
        except RuleErrors as found:
            refuse(
                "规则文件有误，没有任何改动：\n" + "\n".join(f"  {error}" for error in found.errors), "rules"
            )
        except CannotEvaluate as error:
            refuse(str(error), "rules")
        except ChannelError as error:
            refuse(str(error), "channel")
        except BrokenPipeError:  # whoever read the output has seen enough
            sys.stderr.close()
            sys.exit(REFUSED)
        except OSError as error:
            refuse(f"{error.strerror or type(error).__name__}：{error.filename or ''}", "system")

    return start


def refuse(message: str, code: str, details: Iterable[Mapping[str, str]] = ()) -> None:
    """Say why nothing was done, field by field where there are fields, and end."""
    click.echo(f"错误（{code}）：{message}", err=True)
    for detail in details:
        click.echo(f"  {detail['field']}：{detail['message']}", err=True)
    sys.exit(REFUSED)


@asynccontextmanager
async def opened(settings: Settings, *, on: date | None = None, ready: bool = True) -> AsyncIterator[House]:
    """The house of this installation; with `on`, its clock stands at half past eight of that day.

    NotReady when there is no key, or when the tables are older than the program.
    """
    clock = SystemClock(settings.zone) if on is None else SetClock.at(on, 8, 30, settings.zone)
    vault = open_vault(settings)
    database = Database(settings.database_url, session_seconds=settings.scan_seconds)
    try:
        if ready and not await is_current(database):
            raise NotReady("数据表还没有建立，或不是当前版本，请运行 zhitui init（只补建和升级，不删数据）。")
        yield House(database, clock, vault)
    finally:
        await database.close()


def standing_on(house: House, on: date) -> House:
    """The same house with its clock at half past eight of `on`."""
    return replace(house, clock=SetClock.at(on, 8, 30, house.clock.zone))


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(to_jsonable_python(document), ensure_ascii=False, indent=2))


class Bar:
    """A progress bar on standard error, in a terminal only."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()

    def __call__(self, what: str, done: int, total: int) -> None:
        if not self.shown or not total:
            return
        filled = round(24 * done / total)
        end = "\n" if done >= total else ""
        click.echo(
            f"\r\x1b[K[{'█' * filled}{'·' * (24 - filled)}] {done}/{total} {what}{end}", nl=False, err=True
        )


class Counter:
    """Rows read so far on standard error, in a terminal only, where the total is not known."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.shown = sys.stderr.isatty()

    def rows(self, count: int) -> None:
        if self.shown:
            click.echo(f"\r\x1b[K{self.what}：已读 {count} 行", nl=False, err=True)

    def end(self) -> None:
        if self.shown:
            click.echo("\r\x1b[K", nl=False, err=True)
