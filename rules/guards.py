"""What else has to be possible of a record for a cell of it, or of what hangs on it, to matter.

In a conjunction a condition whose neighbour is false decides nothing: the leaf whose answer turns with the day moves
nobody whose other conditions are out of reach on both days. So each window carries the neighbours it met on the way down
from the root, those that one record can answer by its own cells.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace

from rules.dependencies import Path, of_rows
from rules.meaning import Column, Formula, Record, Rows


@dataclass(frozen=True)
class Guard:
    """Of the record a variable stands for, at the end of a way: one of the formulas, in normal form, is not false."""

    variable: str
    path: Path
    formulas: tuple[Formula, ...]


@dataclass(frozen=True)
class Place:
    """Where in a tree somebody stands: what its variables stand for, and what guards it.

    `chains` gives for a variable those its rows hang on, itself the last: a row is led back along them alone.
    """

    scope: Mapping[str, Path]
    chains: Mapping[str, tuple[str, ...]]
    guards: tuple[Guard, ...] = field(default=())

    @classmethod
    def root(cls, subject: str) -> "Place":
        """The root of a rule's condition."""
        return cls({subject: ()}, {subject: (subject,)})

    def among(self, rows: Rows) -> "Place":
        """Within the predicate of rows."""
        _, scope = of_rows(rows, self.scope)
        chain = (*self.chains[rows.record.variable], rows.variable)
        return replace(self, scope=scope, chains={**self.chains, rows.variable: chain})

    def beside(self, neighbours: list[tuple[Formula, Formula]]) -> "Place":
        """Beside conditions of one conjunction, each as it is on either day."""
        more = [
            Guard(variable, self.scope[variable], tuple(dict.fromkeys(pair)))
            for pair in neighbours
            if (variable := _asked_alone(pair)) is not None
        ]
        return replace(self, guards=tuple(dict.fromkeys((*self.guards, *more)))) if more else self

    def guarding(self, record: Record) -> tuple[Guard, ...]:
        """The guards on the way back from a record. Another row of the same relation guards nothing here."""
        chain = self.chains[record.variable]
        return tuple(guard for guard in self.guards if guard.variable in chain)


def _asked_alone(part: object) -> str | None:
    """The variable of the one record whose own cells a formula reads."""
    records = set(_records(part))
    if len(records) != 1:
        return None
    (record,) = records
    return None if record is None or record.path else record.variable


def _records(part: object) -> Iterator[Record | None]:
    """The records a part of a tree speaks of; None for rows."""
    match part:
        case Column(record):
            yield record
        case Record():
            yield part
        case Rows():
            yield None
        case tuple():
            for item in part:
                yield from _records(item)
        case _ if is_dataclass(part):
            for item in fields(part):
                yield from _records(getattr(part, item.name))
        case _:
            return
