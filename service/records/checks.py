"""What only the whole file, or the file beside the database, can tell: set-based questions to the staged rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Integer, Select, and_, cast, delete, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.access.masks import mask_name
from service.records.entities import Reference
from service.records.form import Kind
from service.records.ledger import Ledger
from service.records.staging import Stage
from service.tables import divisions

_UNKNOWN_CODES = 200
"""So many different unknown division codes are listed per column."""
_CHUNK = 500


async def refuse_two_persons(
    connection: AsyncConnection, kind: Kind, stages: Sequence[Stage], ledger: Ledger
) -> None:
    """Rows of one identity number with different names go, each told the other's row."""
    stage = next((stage for stage in stages if stage.entity.name == "resident"), None)
    if stage is None:
        return
    s = stage.table.c
    torn = select(s.id_number_index).group_by(s.id_number_index).having(func.min(s.name) != func.max(s.name))
    rows = (
        select(s.id_number_index, s.seq, s.name)
        .where(s.id_number_index.in_(torn))
        .order_by(s.id_number_index, s.seq)
    )
    group: list[tuple[int, str]] = []
    current = None
    for index, sequence, name in (await connection.execute(rows)).all():
        if index != current:
            _refuse_group(kind, group, ledger)
            current, group = index, []
        group.append((sequence, name))
    _refuse_group(kind, group, ledger)
    await remove(connection, stages, ledger.refused)


async def settle_doubtful(
    connection: AsyncConnection, kind: Kind, stages: Sequence[Stage], ledger: Ledger
) -> None:
    """Numbers that end in 000 and yet check: one in eleven of those a spreadsheet cut off does.

    In a file where others were cut off they are refused as well, elsewhere they are only pointed out.
    """
    if not ledger.doubtful:
        return
    header = kind.header_of("identity")
    for sequence, shown in ledger.doubtful:
        if ledger.digits_lost:
            ledger.refuse(sequence, "digits_lost", header=header, value=shown, privacy="masked")
        else:
            ledger.warn(sequence, "identity_ends_000", header=header, value=shown, privacy="masked")
    if ledger.digits_lost:
        await remove(connection, stages, (sequence for sequence, _ in ledger.doubtful))


async def refuse_unresolved(
    connection: AsyncConnection, kind: Kind, stages: Sequence[Stage], stage: Stage, ledger: Ledger
) -> None:
    """Rows go that refer to a person or an enterprise nobody has imported."""
    before = len(ledger.refused)
    for condition, reference in _unresolved(stage):
        s = stage.table.c
        rows = select(s.seq, s.shown, s[reference.by]).where(condition)
        async for sequence, shown, sought in _streamed(connection, rows):
            code = _code_of(reference, sought, stage)
            header = kind.header_of(_FIELD_OF.get(reference.by, reference.by))
            ledger.refuse(sequence, code, header=header, value=shown, privacy="masked")
    if len(ledger.refused) > before:
        await remove(connection, stages, ledger.refused)


async def warn_of_unknown_divisions(
    connection: AsyncConnection, kind: Kind, stage: Stage, ledger: Ledger
) -> None:
    """Codes that no division has, each once per column, with the number of rows."""
    for name in stage.entity.divisions:
        if name in stage.table.c:
            field = stage.part.fields[name]
            await _warn_of_codes(connection, kind, stage, name, field, "division_unknown", ledger)


async def warn_of_unknown_parents(
    connection: AsyncConnection, kind: Kind, stage: Stage, ledger: Ledger
) -> None:
    """Divisions whose superior is neither known nor in the file; asked after the merge."""
    if stage.entity.name == "division":
        await _warn_of_codes(connection, kind, stage, "parent_code", "parent_code", "parent_unknown", ledger)


async def warn_of_renamed(connection: AsyncConnection, kind: Kind, stage: Stage, ledger: Ledger) -> None:
    """People whom the database knows by another name; asked when the changed rows are marked."""
    if stage.entity.name != "resident":
        return
    s, t = stage.table.c, stage.entity.table.c
    rows = select(s.seq, s.name).where(s.changed, s.record_id == t.resident_id, s.name != t.name)
    async for sequence, name in _streamed(connection, rows):
        ledger.warn(sequence, "name_differs", header=kind.header_of("name"), value=name, privacy="name")


async def fold_duplicates(connection: AsyncConnection, kind: Kind, stage: Stage, ledger: Ledger) -> int:
    """Leave one row per record: the last, completed from the earlier ones. Gives the number of rows folded away."""
    s = stage.table.c
    key = [s[name] for name in stage.entity.key]
    repeated = select(func.max(s.seq).label("last")).group_by(*key).having(func.count() > 1)
    if (await connection.execute(repeated.limit(1))).first() is None:
        return 0
    if not stage.part.creates_only:
        await _warn_of_differing(connection, kind, stage, ledger)
    await connection.execute(_completed(stage, repeated))
    last = select(func.max(s.seq)).group_by(*key)
    result = await connection.execute(delete(stage.table).where(s.seq.not_in(last)))
    return int(result.rowcount)


async def remove(connection: AsyncConnection, stages: Sequence[Stage], sequences: Iterable[int]) -> None:
    """Take rows out of every stage."""
    doomed = sorted(sequences)
    for start in range(0, len(doomed), _CHUNK):
        chunk = doomed[start : start + _CHUNK]
        for stage in stages:
            await connection.execute(delete(stage.table).where(stage.table.c.seq.in_(chunk)))


_FIELD_OF = {"person_index": "identity", "head_index": "identity"}


def _refuse_group(kind: Kind, group: Sequence[tuple[int, str]], ledger: Ledger) -> None:
    for sequence, name in group:
        others = ledger.rows_of([other for other, _ in group if other != sequence])
        header = kind.header_of("name")
        ledger.refuse(
            sequence,
            "two_persons_one_number",
            header=header,
            value=mask_name(name),
            privacy="code",
            rows=others,
        )


def _unresolved(stage: Stage) -> list[tuple[ColumnElement[bool], Reference]]:
    s = stage.table.c
    needed = [r for r in stage.entity.references if r.missing is not None and r.column in s]
    if stage.entity.holder:
        return [(and_(*(s[r.column].is_(None) for r in needed)), needed[0])]
    return [(and_(s[r.by].is_not(None), s[r.column].is_(None)), r) for r in needed]


def _code_of(reference: Reference, sought: str, stage: Stage) -> str:
    """A holder is a person's blind index (64 characters) or a code (18)."""
    if stage.entity.holder:
        return "resident_unknown" if len(sought) == 64 else "enterprise_unknown"
    return reference.missing or ""


async def _warn_of_codes(
    connection: AsyncConnection, kind: Kind, stage: Stage, name: str, field: str, code: str, ledger: Ledger
) -> None:
    s = stage.table.c
    known = select(divisions.c.code).where(divisions.c.code == s[name]).exists()
    rows = (
        select(s[name], func.min(s.seq), func.count())
        .where(s[name].is_not(None), not_(known))
        .group_by(s[name])
        .order_by(func.min(s.seq))
        .limit(_UNKNOWN_CODES)
    )
    for value, sequence, count in (await connection.execute(rows)).all():
        ledger.warn(sequence, code, header=kind.header_of(field), value=value, privacy="code", count=count)


async def _warn_of_differing(connection: AsyncConnection, kind: Kind, stage: Stage, ledger: Ledger) -> None:
    s = stage.table.c
    key = [s[name] for name in stage.entity.key]
    contents = [_comparable(s[name]) for name in stage.contents if not _is_sealed(stage, name)]
    differing = or_(*(func.min(content) != func.max(content) for content in contents))
    first, last = func.min(s.seq), func.max(s.seq)
    header = kind.header_of(next(f for f in ("identity", "uscc", "holder", "number", "code") if kind.has(f)))
    async for earlier, later in _streamed(connection, select(first, last).group_by(*key).having(differing)):
        ledger.warn(later, "duplicate_differs", header=header, rows=ledger.rows_of([earlier]))


def _completed(stage: Stage, repeated: Select[Any]) -> Any:
    s, other = stage.table.c, stage.table.alias("other")
    same = and_(*(other.c[name] == s[name] for name in stage.entity.key))

    def latest(name: str) -> Any:
        found = (
            select(other.c[name])
            .where(same, other.c[name].is_not(None))
            .order_by(other.c.seq.desc())
            .limit(1)
        )
        return func.coalesce(s[name], found.correlate(stage.table).scalar_subquery())

    open_facts = [name for name in stage.contents if name not in stage.entity.key]
    values = {name: latest(name) for name in open_facts}
    return stage.table.update().where(s.seq.in_(repeated)).values(values or {"changed": s.changed})


def _comparable(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """PostgreSQL knows no smallest boolean."""
    return cast(column, Integer) if isinstance(column.type, Boolean) else column


def _is_sealed(stage: Stage, name: str) -> bool:
    """Ciphertexts of equal values differ; their indexes are compared instead."""
    stored = stage.entity.table.c.get(name)
    return stored is not None and bool(stored.info.get("encrypted"))


async def _streamed(connection: AsyncConnection, statement: Select[Any]) -> AsyncIterator[Any]:
    async with connection.stream(statement) as result:
        async for row in result:
            yield row
