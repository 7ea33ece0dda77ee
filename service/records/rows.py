"""From a file's rows to rows ready for the bulk load: read, normalised, completed, sealed. Runs in a worker thread."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from connectors.sources.cells import Cell
from connectors.sources.tabular import Sheet, sheets
from service.access.actors import prefix_of
from service.access.keys import Vault
from service.access.masks import mask_id_number
from service.errors import FileRefused
from service.records.columns import Column
from service.records.form import Kind
from service.records.identity import Identity, is_identity, person_index
from service.records.issues import Noted, Wrong
from service.records.ledger import Ledger
from service.records.normalise import Reader
from service.records.staging import Stage, sequence_of

BATCH = 2_000
"""Rows that are in memory at once, per part of the form."""

Values = dict[str, Any]
Batch = list[list[tuple[Any, ...]]]
"""For each stage the rows to load."""

_LEVELS = {2: "province", 4: "city", 6: "county", 9: "street", 12: "community"}


class Taken(NamedTuple):
    """A column of the sheet that the form knows."""

    position: int
    column: Column
    read: Reader


@dataclass
class RowReader:
    """Reads one file as one kind of form. `flat`: the driver wants plain values (SQLite) instead of dates and decimals."""

    kind: Kind
    stages: Sequence[Stage]
    vault: Vault
    today: date
    flat: bool
    ledger: Ledger

    def batches(self, path: Path) -> Generator[Batch, None, None]:
        """Every good row once, in the order of the file. Raises SourceError, FileRefused, OSError."""
        for sheet in sheets(
            path, self.kind.known, skipped=lambda without: self.ledger.skipped.append(without.sheet)
        ):
            yield from self._of_sheet(sheet)

    def _of_sheet(self, sheet: Sheet) -> Iterator[Batch]:
        taken = self._taken(sheet)
        number = self.ledger.open_sheet(sheet.name)
        batch: Batch = [[] for _ in self.stages]
        held = 0
        carried = _Carrying(self.kind, taken)
        for row, cells in sheet.rows:
            self.ledger.read += 1
            held += 1
            self._add(batch, sequence_of(number, row), taken, carried.filled(cells), len(sheet.header))
            if held == BATCH:
                yield batch
                batch, held = [[] for _ in self.stages], 0
        yield batch

    def _taken(self, sheet: Sheet) -> list[Taken]:
        """The known columns; of two that mean the same the first. FileRefused when a required one is missing."""
        taken: dict[str, Taken] = {}
        for position, name in enumerate(sheet.header):
            column = self.kind.by_name.get(name.lower())
            if column is None or column.field in taken:
                if name:
                    self.ledger.ignored.append(name)
                continue
            taken[column.field] = Taken(position, column, column.reader(self.today))
        missing = [c.header for c in self.kind.columns if c.required and c.field not in taken]
        if missing:
            raise FileRefused(
                f"“{sheet.name}”缺少必需的列：{'、'.join(missing)}。请补上这些列，或确认数据种类选对了（{self.kind.label}）。",
                reason="missing_column",
            )
        return list(taken.values())

    def _add(
        self, batch: Batch, sequence: int, taken: Sequence[Taken], cells: Sequence[Cell], width: int
    ) -> None:
        values = self._values(sequence, taken, cells)
        if len(cells) > width:
            self.ledger.refuse(sequence, "row_too_long", header="")
        self._refuse_wrong_order(sequence, values)
        self._complete(sequence, values)
        if sequence in self.ledger.refused:
            return
        for rows, load in zip(batch, self._loaders, strict=True):
            row = load(sequence, values)
            if row is not None:
                rows.append(row)

    def _values(self, sequence: int, taken: Sequence[Taken], cells: Sequence[Cell]) -> Values:
        values: Values = {}
        for position, column, read in taken:
            cell = cells[position]
            try:
                value = None if cell is None else read(cell)
            except Wrong as wrong:
                self._refuse(sequence, wrong.code, column, cell, **wrong.details)
                continue
            if value.__class__ is Noted:
                self._warn(sequence, value.code, column, cell)
                value = value.value
            if value is not None:
                values[column.field] = value
            elif column.required:
                self._refuse(sequence, "required_missing", column, None)
        return values

    def _refuse_wrong_order(self, sequence: int, values: Values) -> None:
        for earlier, later in self.kind.orders:
            if earlier in values and later in values and values[later] < values[earlier]:
                column = self.kind.column_of(later)
                self._refuse(
                    sequence, "date_order", column, values[later], other=self.kind.header_of(earlier)
                )

    def _complete(self, sequence: int, values: Values) -> None:
        """Add what follows from the row's own values."""
        person = values.get("identity") or values.get("holder")
        if isinstance(person, Identity):
            values["shown"] = mask_id_number(person.number)
            values["person_index"] = values["holder"] = person_index(self.vault, person.number)
            self._complete_person(sequence, values, person)
        elif person is not None:
            values["shown"] = person
        match self.kind.name:
            case "divisions":
                _complete_division(values)
            case "certificates" | "survey":
                _complete_certificate(values, person)
            case "residents" | "households":
                self._hide_number_of_household(values)

    def _complete_person(self, sequence: int, values: Values, person: Identity) -> None:
        values["id_number"], values["id_type"] = person.number, person.id_type
        if person.warning == "identity_ends_000":
            self.ledger.doubtful.append((sequence, values["shown"]))
        elif person.warning:
            self._warn(sequence, person.warning, self.kind.column_of("identity"), person.number)
        values["derived_birth_date"], values["derived_sex"] = person.birth_date, person.sex
        if person.birth_date not in (None, values.get("birth_date", person.birth_date)):
            self._warn(
                sequence, "birth_date_differs", self.kind.column_of("birth_date"), values["birth_date"]
            )
        if person.sex is not None and values.get("sex", person.sex) not in (person.sex, "0", "9"):
            self._warn(sequence, "sex_differs", self.kind.column_of("sex"), values["sex"])

    def _hide_number_of_household(self, values: Values) -> None:
        """Some offices number a household by its head's identity number, which is kept in clear nowhere."""
        field = "number" if self.kind.name == "households" else "household_number"
        number = values.get(field)
        if number is not None and is_identity(number):
            values[field] = f"ID-{person_index(self.vault, number)[:24]}"

    @cached_property
    def _loaders(self) -> list[Callable[[int, Values], tuple[Any, ...] | None]]:
        return [_loader(stage, self.vault, self.flat) for stage in self.stages]

    def _refuse(self, sequence: int, code: str, column: Column, cell: Any, **details: Any) -> None:
        self.ledger.refuse(
            sequence, code, header=column.header, value=cell, privacy=column.privacy, **details
        )

    def _warn(self, sequence: int, code: str, column: Column, cell: Any) -> None:
        self.ledger.warn(sequence, code, header=column.header, value=cell, privacy=column.privacy)


def _complete_division(values: Values) -> None:
    if "code" in values:
        values["prefix"] = prefix_of(values["code"])
        values.setdefault("level", _LEVELS.get(len(values["prefix"]), "grid"))


def _complete_certificate(values: Values, person: Any) -> None:
    """A permit's number may be, or hold, its holder's identity number, which is kept in clear nowhere."""
    values["certificate_kind"] = "HEALTH_FOOD"
    number = values.setdefault("number", "")
    if isinstance(person, Identity):
        values["number"] = number.replace(person.number, values["shown"])


class _Carrying:
    """Fills what a merged cell leaves blank in the rows below it, as long as the first two carried cells are blank."""

    def __init__(self, kind: Kind, taken: Sequence[Taken]) -> None:
        at = {t.column.field: t.position for t in taken}
        self._positions = [at[field] for field in kind.carried if field in at]
        self._above: list[Cell] | None = None

    def filled(self, cells: list[Cell]) -> list[Cell]:
        if not self._positions:
            return cells
        if self._above is not None and all(cells[p] is None for p in self._positions[:2]):
            for position in self._positions:
                if cells[position] is None:
                    cells[position] = self._above[position]
        self._above = cells
        return cells


def _loader(stage: Stage, vault: Vault, flat: bool) -> Callable[[int, Values], tuple[Any, ...] | None]:
    """Makes a stage's row of a form's values, or None where the form's row has no such part."""
    when = stage.part.when
    fields = [column.field for column in stage.loaded]
    sealed = [
        (at, c.sealed, c.as_index) for at, c in enumerate(stage.loaded, start=1) if c.sealed is not None
    ]
    dates = stage.dates if flat else ()
    amounts = stage.amounts if flat else ()

    def load(sequence: int, values: Values) -> tuple[Any, ...] | None:
        get = values.get
        if when and not any(map(get, when)):
            return None
        row: list[Any] = [sequence, *map(get, fields)]
        for at, name, as_index in sealed:
            if row[at] is not None:
                row[at] = vault.index(name, row[at]) if as_index else vault.seal(name, row[at])
        for at in dates:
            if row[at] is not None:
                row[at] = row[at].isoformat()
        for at in amounts:
            if row[at] is not None:
                row[at] = float(row[at])
        return tuple(row)

    return load
