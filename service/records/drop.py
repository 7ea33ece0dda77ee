"""The drop folder: files that another system or a clerk leaves to be imported by themselves."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from service.access.actors import SYSTEM
from service.access.unit import House
from service.errors import Problem, Unavailable
from service.logs import trace_of
from service.records.importing import import_file
from service.records.kinds import KINDS
from service.records.reports import ImportReport

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Refused:
    """A file of the drop folder that was not imported, and why."""

    file_name: str
    reason: str


async def import_drop_folder(house: House, folder: Path) -> tuple[list[ImportReport], list[Refused]]:
    """Import every file of the drop folder whose name begins with a kind; move it to done/ or failed/.

    Any other file stays and is told of; names that end in .part or begin with a dot are still being written. A busy
    database or a full disk is no fault of the file: it stays where it is, and the round fails.
    """
    reports: list[ImportReport] = []
    refused = await asyncio.to_thread(_unnamed_files, folder)
    for path, kind in await asyncio.to_thread(_waiting_files, folder):
        try:
            reports.append(await import_file(house, path, kind, actor=SYSTEM))
        except (Unavailable, OSError):
            raise
        except DBAPIError as error:
            if not isinstance(error, IntegrityError | DataError):
                raise
            await _refuse(refused, path, folder, error)
        except Exception as error:  # one file, whatever is wrong with it, must not cost everybody's morning
            await _refuse(refused, path, folder, error)
        else:
            await asyncio.to_thread(_move, path, folder / "done")
    return reports, refused


async def _refuse(refused: list[Refused], path: Path, folder: Path, error: Exception) -> None:
    log.error("import_failed", **trace_of(error))
    reason = error.detail if isinstance(error, Problem) else "读取时出现意外错误，请联系运维人员。"
    refused.append(Refused(path.name, reason))
    await asyncio.to_thread(_move, path, folder / "failed")


def _waiting_files(folder: Path) -> list[tuple[Path, str]]:
    """Files in the order of KINDS (places and people before what refers to them), then by name."""
    if not folder.is_dir():
        return []
    order = {kind: number for number, kind in enumerate(KINDS)}
    files = [path for path in folder.iterdir() if path.is_file() and not _being_written(path.name)]
    named = [(path, kind) for path in files if (kind := _kind_of(path.name))]
    return sorted(named, key=lambda pair: (order[pair[1]], pair[0].name))


def _unnamed_files(folder: Path) -> list[Refused]:
    """Files nobody will ever import, because their names say nothing."""
    if not folder.is_dir():
        return []
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    reason = f"文件名须以数据种类开头（{'、'.join(KINDS)}），如 residents-2026.xlsx；请改名。"
    return [Refused(name, reason) for name in names if not _being_written(name) and _kind_of(name) is None]


def _being_written(name: str) -> bool:
    return name.startswith(".") or name.endswith(".part")


def _kind_of(name: str) -> str | None:
    stem = name.lower().split(".")[0]
    return next((kind for kind in KINDS if stem == kind or stem.startswith(f"{kind}-")), None)


def _move(path: Path, folder: Path) -> None:
    """Move without replacing: a file of the same name gets a number."""
    folder.mkdir(exist_ok=True)
    goal, number = folder / path.name, 1
    while goal.exists():
        number += 1
        goal = folder / f"{path.stem}-{number}{path.suffix}"
    with suppress(FileNotFoundError):  # another process has moved it
        path.replace(goal)
