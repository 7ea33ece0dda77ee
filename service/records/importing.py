"""A file becomes records: read in a thread, staged, checked, merged, in one transaction or not at all."""

from __future__ import annotations

import asyncio
import errno
import hashlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text, update

from connectors.sources.errors import SourceError
from rules import Extension
from service.access import fields
from service.access.actors import Actor
from service.access.unit import House, Unit
from service.errors import Conflict, FileRefused, Problem, StorageFull, Unavailable
from service.records import checks, merge, staging
from service.records.ahead import ahead
from service.records.changesets import open_changeset, take_turn
from service.records.extensions import form_with
from service.records.form import Kind
from service.records.kinds import kind_of
from service.records.ledger import Ledger
from service.records.merge import Tally
from service.records.reports import SHOWN, ImportReport
from service.records.rows import Batch, RowReader
from service.records.staging import Stage
from service.tables import import_errors, imports

Progress = Callable[[int], None]
"""Told the number of rows read so far, now and then."""

ABANDONED = timedelta(hours=6)
"""An import that has been running for longer is taken for dead; the longest measured took minutes."""

_WORTH_ANALYSING = 1_000
_ERRORS_AT_ONCE = 1_000


async def import_file(
    house: House,
    path: Path,
    kind: str,
    *,
    actor: Actor,
    dry_run: bool = False,
    progress: Progress | None = None,
    synthetic: bool = False,
) -> ImportReport:
    """Import a CSV, XLSX, XLS or ODS file as the form `kind`.

    Good rows load, bad ones are listed; importing the same file again changes nothing. A dry run does everything, then
    takes the records back and keeps the report. `synthetic` marks new residents and enterprises as made up.
    Raises InvalidInput for an unknown kind, FileRefused for a file that cannot be read or lacks columns, DatabaseBusy,
    StorageFull: then no record is written, and where possible the import is kept as failed.
    """
    work = _Work(house, path, kind_of(kind), actor, dry_run, progress or (lambda _rows: None), synthetic)
    digest = await _digest(path)
    import_id = await work.begin(digest)
    try:
        return await work.run(import_id)
    except BaseException as error:  # whatever ends it, a cancelled request included, has to be on record
        problem = _problem_of(error)
        await work.fail(import_id, problem)
        if problem is None or problem is error:
            raise
        raise problem from error


async def close_abandoned(unit: Unit) -> int:
    """Mark imports failed whose process ended without a word; none of their records were written."""
    ended = await unit.connection.execute(
        update(imports)
        .where(imports.c.state == "running", imports.c.started_at < unit.now - ABANDONED)
        .values(state="failed", finished_at=unit.now, error="进程中断，没有写入任何记录，请重新导入。")
    )
    return ended.rowcount


class _Undone(Exception):
    """Raised to roll a dry run back."""


@dataclass
class _Work:
    house: House
    path: Path
    kind: Kind
    actor: Actor
    dry_run: bool
    progress: Progress
    synthetic: bool
    ledger: Ledger = field(default_factory=Ledger)
    declared: tuple[Extension, ...] = ()

    async def begin(self, digest: str) -> int:
        """The row of this import, seen by others while it runs; from here on the form has the declared fields."""
        row = {
            "kind": self.kind.name, "file_name": self.path.name, "digest": digest, "dry_run": self.dry_run,
            "state": "running", "actor_id": self.actor.account_id, "started_at": self.house.clock.now(),
        }  # fmt: skip
        async with self.house.write(self.actor) as unit:
            self.declared = await fields.declared(unit)
            self.kind = form_with(self.kind, fields.catalogue_with(self.declared))
            await close_abandoned(unit)
            result = await unit.connection.execute(insert(imports).values(row).returning(imports.c.import_id))
            return int(result.scalar_one())

    async def run(self, import_id: int) -> ImportReport:
        stages = staging.stages_of(self.kind)
        reader = RowReader(
            self.kind,
            stages,
            self.house.vault,
            self.house.clock.today(),
            self.house.database.dialect == "sqlite",
            self.ledger,
        )
        async with ahead(reader.batches(self.path)) as batches:
            first = await anext(batches)  # a file that cannot be read never takes the write lock
            report = await self._merged(import_id, stages, first, batches)
        if report.created + report.updated >= _WORTH_ANALYSING and not self.dry_run:
            await self._refresh_statistics(stages)
        return report

    async def _merged(
        self, import_id: int, stages: Sequence[Stage], first: Batch, batches: AsyncGenerator[Batch, None]
    ) -> ImportReport:
        report: ImportReport | None = None
        try:
            async with self.house.write(self.actor) as unit:
                await self._load(unit, stages, first, batches)
                changeset_id = await open_changeset(unit, "import", note=self.kind.name)
                report = self._report(import_id, await self._merge(unit, stages, changeset_id), changeset_id)
                await staging.drop(unit.connection, stages)
                if self.dry_run:
                    raise _Undone
                await self._finish(unit, report)
        except _Undone:
            assert report is not None
            async with self.house.write(self.actor) as unit:
                await self._finish(unit, report)
        return report

    async def _load(
        self, unit: Unit, stages: Sequence[Stage], first: Batch, batches: AsyncGenerator[Batch, None]
    ) -> None:
        await staging.create(unit.connection, stages)
        await self._load_batch(unit, stages, first)
        async for batch in batches:
            await self._load_batch(unit, stages, batch)
        await staging.settle(unit.connection, stages)

    async def _load_batch(self, unit: Unit, stages: Sequence[Stage], batch: Batch) -> None:
        for stage, rows in zip(stages, batch, strict=True):
            await staging.load(unit.connection, stage, rows)
        self.progress(self.ledger.read)

    async def _merge(self, unit: Unit, stages: Sequence[Stage], changeset_id: int) -> Mapping[str, Tally]:
        await take_turn(unit)
        if await fields.declared(unit) != self.declared:
            raise Conflict("导入期间有人改动了扩展字段，没有写入任何记录，请重新导入。")
        await checks.settle_doubtful(unit.connection, self.kind, stages, self.ledger)
        await checks.refuse_two_persons(unit.connection, self.kind, stages, self.ledger)
        tallies = {}
        for stage in stages:
            tallies[stage.entity.name] = await self._merge_stage(unit, stages, stage, changeset_id)
        return tallies

    async def _merge_stage(
        self, unit: Unit, stages: Sequence[Stage], stage: Stage, changeset_id: int
    ) -> Tally:
        connection = unit.connection
        await merge.resolve(connection, stage)
        await checks.refuse_unresolved(connection, self.kind, stages, stage, self.ledger)
        duplicates = await checks.fold_duplicates(connection, self.kind, stage, self.ledger)
        await checks.warn_of_unknown_divisions(connection, self.kind, stage, self.ledger)
        await merge.recognise(connection, stage)
        await merge.fill_derived(connection, stage)
        await merge.respect_corrections(connection, stage)
        updated = await merge.mark_changed(connection, stage)
        await checks.warn_of_renamed(connection, self.kind, stage, self.ledger)
        created = await merge.create_new(connection, stage, changeset_id, synthetic=self.synthetic)
        if updated:
            await merge.update_changed(connection, stage, changeset_id)
        await checks.warn_of_unknown_parents(connection, self.kind, stage, self.ledger)
        total = await staging.size(connection, stage)
        return Tally(created, updated, total - created - updated, duplicates)

    def _report(self, import_id: int, tallies: Mapping[str, Tally], changeset_id: int) -> ImportReport:
        ledger = self.ledger
        issues = len(ledger.issues) + ledger.dropped
        return ImportReport(
            import_id, self.kind.name, self.path.name, self.dry_run,
            read=ledger.read, good=ledger.good, bad=len(ledger.refused), warnings=ledger.warnings, tallies=tallies,
            issues=tuple(sorted(ledger.issues, key=lambda issue: (issue.sheet, issue.row))[:SHOWN]), more_issues=max(issues - SHOWN, 0),
            ignored=tuple(dict.fromkeys(ledger.ignored)), skipped=tuple(ledger.skipped),
            changeset_id=None if self.dry_run else changeset_id,
        )  # fmt: skip

    async def _finish(self, unit: Unit, report: ImportReport) -> None:
        """Keep the figures and the issues."""
        for start in range(0, len(self.ledger.issues), _ERRORS_AT_ONCE):
            chunk = self.ledger.issues[start : start + _ERRORS_AT_ONCE]
            await unit.connection.execute(
                insert(import_errors), [_error_row(report.import_id, issue) for issue in chunk]
            )
        await self._close(
            unit, report.import_id, state="done", read=report.read, good=report.good, bad=report.bad, created=report.created,
            updated=report.updated, unchanged=report.unchanged, changeset_id=report.changeset_id,
        )  # fmt: skip

    async def fail(self, import_id: int, problem: Problem | None) -> None:
        """Keep why it failed; a database that is full or locked may refuse that, too."""
        detail = problem.detail if problem is not None else "导入被中断，没有写入任何记录，请重新导入。"
        with suppress(Unavailable):
            async with self.house.write(self.actor) as unit:
                await self._close(unit, import_id, state="failed", read=self.ledger.read, error=detail)

    async def _close(self, unit: Unit, import_id: int, **values: Any) -> None:
        values["finished_at"] = self.house.clock.now()
        await unit.connection.execute(update(imports).where(imports.c.import_id == import_id).values(values))

    async def _refresh_statistics(self, stages: Sequence[Stage]) -> None:
        """Tell the planner about a big import. The records are safe already, so a busy database is no failure."""
        with suppress(Unavailable):
            async with self.house.write(self.actor) as unit:
                if unit.dialect == "sqlite":
                    await unit.connection.execute(text("PRAGMA analysis_limit=1000"))
                for stage in stages:
                    await unit.connection.execute(text(f"ANALYZE {stage.entity.table.name}"))


def _error_row(import_id: int, issue: Any) -> dict[str, Any]:
    row = issue._asdict()
    return {"import_id": import_id, "row_number": row.pop("row"), "column_name": row.pop("column"), **row}


async def _digest(path: Path) -> str:
    try:
        return await asyncio.to_thread(_sha256, path)
    except OSError as error:
        raise FileRefused("文件打不开，请检查路径和读取权限。", reason="unreadable") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _problem_of(error: BaseException) -> Problem | None:
    """What to tell of an error that is not the program's own fault."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, SourceError):
        return FileRefused(str(error), reason=error.code)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull()
    return None
