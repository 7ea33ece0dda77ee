"""Back from records to the subjects of a rule: whom changes touch, and whom the days move.

The ways a rule reads along form a tree with the subject at its root. Records found at the end of a way lead back hop by
hop, those of one place together, so that each hop is one step of the statement however many conditions share it: back
over a to-one hop to the rows whose key column names the record, back over a to-many hop to the key the row itself has.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias, assert_never

from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, select, union, union_all

from rules.catalogue import Catalogue, Relation
from rules.check import CheckedRule
from rules.dependencies import Path, dependencies
from rules.moment import Moment
from rules.regions import Region
from rules.sql.choose import Dialect
from rules.sql.sources import TYPES, Source, bind
from rules.sql.verdicts import inside
from rules.windows import EVERYONE, Everyone, Range, Values, Window, windows

NEW, DELETED = "*", "-"
"""What the ledger has in place of a field for a record that is new, and for one that is gone."""
Cells: TypeAlias = Callable[[FromClause], ColumnElement[bool]]


class Ledger(Protocol):
    """The changes a rule is to look at, as statements that a larger one can hold."""

    def records(self, entity: str, fields: Collection[str]) -> Select[Any]:
        """The keys of the records of an entity with a change in one of the fields, `*` and `-` among them."""

    def parents(self, entity: str, column: str) -> Select[Any]:
        """The keys that a key column of an entity held before its changes, without NULL."""


@dataclass(frozen=True)
class Found:
    """Records at the end of one way: by statements of their keys, and by what their own cells have to be."""

    keys: tuple[Select[Any], ...] = ()
    cells: tuple[Cells, ...] = ()


def touched(rule: CheckedRule, catalogue: Catalogue, ledger: Ledger) -> Select[Any]:
    """The keys (`subject_id`, each once) of the subjects whose answer changes may have changed.

    All that read something changed now, or belonged to a changed or deleted row before, are among them; so are new
    and deleted subjects themselves. Others may be.
    """
    found: dict[Path, Found] = {}
    for each in dependencies(rule):
        changed = ledger.records(each.entity, sorted(each.fields | {NEW, DELETED}))
        found[each.path] = _and_keys(found.get(each.path), changed)
        if each.path and each.path[-1].many:
            before = ledger.parents(each.entity, each.path[-1].remote.name)
            found[each.path[:-1]] = _and_keys(found.get(each.path[:-1]), before)
    return _subjects(rule, catalogue, found)


def crossing(
    rule: CheckedRule,
    catalogue: Catalogue,
    then: Moment,
    now: Moment,
    *,
    dialect: Dialect,
    within: Region | None = None,
) -> Select[Any] | Everyone | None:
    """The keys (`subject_id`, each once) of the subjects whose verdict or grade the days alone may have changed.

    None where nothing depends on the day, EVERYONE where the rule has to be asked in full (see `windows`). `within`
    limits them to a region, in which both moments hold.
    """
    crossed = windows(rule, then, now)
    if crossed is EVERYONE:
        return EVERYONE
    if not crossed:
        return None
    found = {path: Found(cells=tuple(map(_cells, each))) for path, each in crossed.items()}
    statement = _subjects(rule, catalogue, found)
    if within is None or within == Region():
        return statement
    subject = rule.document.subject
    source = Source.of(catalogue, subject, subject, set())
    where = and_(*inside(rule, within, {subject: source}, dialect))
    key = source.key(())
    return select(key.label("subject_id")).select_from(source.clause).where(where, key.in_(statement))


def _and_keys(found: Found | None, more: Select[Any]) -> Found:
    known = found or Found()
    return replace(known, keys=(*known.keys, more))


def _subjects(rule: CheckedRule, catalogue: Catalogue, found: Mapping[Path, Found]) -> Select[Any]:
    entity = catalogue[rule.document.subject]
    first, *others = _keys((), entity.table, found)
    (key,) = (union(first, *others) if others else first.distinct()).subquery("reached").c
    return select(key.label("subject_id"))


def _keys(path: Path, table: FromClause, found: Mapping[Path, Found]) -> list[Select[Any]]:
    """Statements of the keys of the records at the end of a way, those that lead back to them included."""
    here = found.get(path, Found())
    of_cells = (_chosen(table, cells) for cells in here.cells)
    return [*here.keys, *of_cells, *_back(path, found)]


def _back(path: Path, found: Mapping[Path, Found]) -> Iterator[Select[Any]]:
    for hop in _hops(path, found):
        beyond = (*path, hop)
        if hop.many:
            yield from _to_holders(beyond, hop, found)
        else:
            near = hop.local.table.alias()
            keys = _keys(beyond, hop.remote.table, found)
            yield select(_key(near)).where(near.c[hop.local.name].in_(union_all(*keys)))


def _to_holders(path: Path, hop: Relation, found: Mapping[Path, Found]) -> Iterator[Select[Any]]:
    """The holders of rows: what rows chosen by their own cells say at once, and the others looked up by their keys."""
    here, table = found.get(path, Found()), hop.remote.table
    for cells in here.cells:
        yield _held(table.alias(), hop, cells)
    if keys := [*here.keys, *_back(path, found)]:
        yield _held(table.alias(), hop, lambda far: _key(far).in_(union_all(*keys)))


def _held(far: FromClause, hop: Relation, cells: Cells) -> Select[Any]:
    holder = far.c[hop.remote.name]
    chosen = select(holder).where(cells(far))
    return chosen.where(holder.is_not(None)) if hop.nullable else chosen


def _chosen(table: FromClause, cells: Cells) -> Select[Any]:
    alias = table.alias()
    return select(_key(alias)).where(cells(alias))


def _hops(path: Path, found: Iterable[Path]) -> Iterable[Relation]:
    """The next hops of all longer ways."""
    length = len(path)
    return dict.fromkeys(other[length] for other in found if len(other) > length and other[:length] == path)


def _key(table: FromClause) -> ColumnElement[Any]:
    (key,) = table.primary_key
    return table.c[key.name]


def _cells(window: Window) -> Cells:
    """The condition of a window, one look into an index of its column where there is one."""
    match window:
        case Range(field, low, high, high_within):

            def between(table: FromClause) -> ColumnElement[bool]:
                cell = field.cell(table)
                upper = cell <= bind(high) if high_within else cell < bind(high)
                if low is None:
                    return upper
                return and_(cell > bind(low) if high_within else cell >= bind(low), upper)

            return between
        case Values(field, values):
            listed = bindparam(None, sorted(values, key=repr), TYPES[field.kind], expanding=True)
            return lambda table: field.cell(table).in_(listed)
        case _:
            assert_never(window)
