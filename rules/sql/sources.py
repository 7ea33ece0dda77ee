"""The FROM of a statement: a record's table under an alias, with the parents its columns have asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    FromClause,
    Numeric,
    String,
    UnaryExpression,
    literal,
)
from sqlalchemy.sql.operators import custom_op
from sqlalchemy.types import TypeEngine

from rules.catalogue import Catalogue, Relation
from rules.kinds import Kind, Scalar, kind_of
from rules.meaning import Column, Record
from rules.sql.forms import Related

TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.INT: BigInteger(),
    Kind.DECIMAL: Numeric(),
    Kind.TEXT: String(),
    Kind.BOOL: Boolean(),
    Kind.DATE: Date(),
}


@dataclass
class Source:
    """One FROM: a record's table under an alias, and the to-one joins its columns have asked for."""

    catalogue: Catalogue
    alias: FromClause
    taken: set[str]
    clause: FromClause
    joined: dict[tuple[Relation, ...], FromClause] = field(default_factory=dict)
    grouped: dict[Related, ColumnElement[int]] = field(default_factory=dict)
    leads: bool = False

    @classmethod
    def of(
        cls, catalogue: Catalogue, entity: str, name: str, taken: set[str], *, leads: bool = False
    ) -> "Source":
        """A source of one table, under a name nobody else has; one that leads is read before its parents on SQLite."""
        alias = catalogue[entity].table.alias(unique(name, taken))
        return cls(catalogue, alias, taken, alias, leads=leads)

    def at(self, path: tuple[Relation, ...]) -> FromClause:
        """The table at the end of a path of to-one hops, joined when first asked for."""
        if not path:
            return self.alias
        if path not in self.joined:
            self._join(path)
        return self.joined[path]

    def _join(self, path: tuple[Relation, ...]) -> None:
        near, hop = self.at(path[:-1]), path[-1]
        name = "_".join(step.name for step in path)
        far = self.catalogue.target(hop).table.alias(unique(name, self.taken))
        self.joined[path] = far
        local = near.c[hop.local.name]
        on = (unindexed(local) if self.leads else local) == far.c[hop.remote.name]
        self.clause = self.clause.join(far, on, isouter=any(step.nullable for step in path))

    def key(self, path: tuple[Relation, ...]) -> ColumnElement[Any]:
        """The key of the record at the end of a path: its own, or the foreign key that leads to it."""
        if path:
            return self.at(path[:-1]).c[path[-1].local.name]
        (key,) = self.alias.primary_key
        return self.alias.c[key.name]

    def everything(self) -> tuple[FromClause, ...]:
        """Every table of this FROM."""
        return (self.alias, *self.joined.values())


Scope: TypeAlias = Mapping[str, Source]


def unique(name: str, taken: set[str]) -> str:
    """The name, numbered where it is taken; taken from then on."""
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name}_{number}"
    taken.add(unique)
    return unique


def bind(value: Scalar) -> ColumnElement[Any]:
    """A bound parameter of the value's own type, wide enough for any of its kind."""
    return literal(value, TYPES[kind_of(value)])


def unindexed(cell: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same value, by which SQLite looks nothing up in an index."""
    return UnaryExpression(cell, operator=custom_op("+"), type_=cell.type)


def key(record: Record, scope: Scope) -> ColumnElement[Any]:
    """The key of a record, NULL where a hop is absent."""
    return scope[record.variable].key(record.path)


def column(item: Column, scope: Scope) -> ColumnElement[Any]:
    """The column of a field, its record joined where needed."""
    return item.field.cell(scope[item.record.variable].at(item.record.path))
