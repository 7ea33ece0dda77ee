"""The `given` of an example put into a real database as rows, apart from how the interpreter is handed it."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import Column, Connection, Numeric, Text, insert

from rules import CheckedRule
from rules.catalogue import Catalogue, Entity

Record = dict[str, Any]
_serial = count(1)


def file(connection: Connection, catalogue: Catalogue, rule: CheckedRule, given: Mapping[str, Any]) -> int:
    """Insert the records of an example, each with what its table insists on; the key of the subject."""
    subject = catalogue[rule.document.subject]
    record: Record = {}
    for name, value in given.items():
        *way, last = _steps(catalogue, rule, name) or [""]
        place = record
        for step in way:
            place = place.setdefault(step, {})
        if last and (value is None or isinstance(value, list)):
            place[last] = value
        else:
            (place.setdefault(last, {}) if last else place).update(value)
    return _insert(connection, catalogue, subject, record)


def _steps(catalogue: Catalogue, rule: CheckedRule, name: str) -> list[str]:
    """The relations from the subject to what an example calls `name`: a path, a relation or an entity."""
    first, *rest = name.split(".")
    if first == rule.document.subject:
        return rest
    if rest:
        return [first, *rest]
    ways = {path[:length] for path, _ in rule.reads for length in range(1, len(path) + 1)}
    (found,) = {way for way in ways if name in (way[-1], _entity(catalogue, rule, way).name)}
    return list(found)


def _entity(catalogue: Catalogue, rule: CheckedRule, way: tuple[str, ...]) -> Entity:
    entity = catalogue[rule.document.subject]
    for step in way:
        entity = catalogue.target(entity.relations[step])
    return entity


def _insert(connection: Connection, catalogue: Catalogue, entity: Entity, record: Record, **row: Any) -> int:
    """Insert a record after the parents it has or must have and before its own rows."""
    for relation in entity.relations.values():
        column = relation.local.name
        if relation.many or column in row:
            continue
        parent = record.get(relation.name, None if relation.nullable else {})
        if parent is not None:
            row[column] = _insert(connection, catalogue, catalogue.target(relation), parent)
    for column in entity.table.columns:
        if column.name in record:
            row[column.name] = _stored(column, record[column.name])
        elif column.name not in row and _insisted(column):
            row[column.name] = f"{entity.name}-{next(_serial)}"
    (key,) = connection.execute(insert(entity.table).values(row)).inserted_primary_key or (0,)
    for relation in entity.relations.values():
        for item in record.get(relation.name, ()) if relation.many else ():
            _insert(connection, catalogue, catalogue.target(relation), item, **{relation.remote.name: key})
    return int(key)


def _stored(column: Column[Any], value: Any) -> Any:
    return Decimal(str(value)) if isinstance(column.type, Numeric) and value is not None else value


def _insisted(column: Column[Any]) -> bool:
    """A number or name that no example cares for; several cards of one kind need different numbers."""
    needed = not column.nullable and column.server_default is None
    return isinstance(column.type, Text) and (needed or column.name == "number")
