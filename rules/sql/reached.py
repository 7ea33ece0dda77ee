"""Back from records to the subjects of a rule: whom changes touch, and whom the days move.

The ways a rule reads along form a tree with the subject at its root. Records found at the end of a way lead back hop by
hop, those of one place together, so that each hop is one step of the statement however many conditions share it: back
over a to-one hop to the rows whose key column names the record, back over a to-many hop to the key the row itself has.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Protocol, TypeAlias, assert_never

from sqlalchemy import Alias, ColumnElement, FromClause, Select, and_, bindparam, select, union, union_all

from rules.catalogue import Catalogue, Relation
from rules.check import CheckedRule
from rules.dependencies import Path, dependencies
from rules.guards import Guard
from rules.moment import Moment
from rules.regions import Region
from rules.sql.absorb import absorb
from rules.sql.choose import Dialect, Shape, ranges_within
from rules.sql.emit import emit
from rules.sql.forms import either, every
from rules.sql.lower import possible
from rules.sql.sources import TYPES, Source, bind
from rules.sql.verdicts import inside
from rules.windows import EVERYONE, Everyone, Move, Range, Values, Window, windows

NEW, DELETED = "*", "-"
"""What the ledger has in place of a field for a record that is new, and for one that is gone."""
Cells: TypeAlias = Callable[[FromClause], ColumnElement[bool]]


class Ledger(Protocol):
    """The changes a rule is to look at, as statements that a larger one can hold."""

    def records(self, entity: str, fields: Collection[str]) -> Select[Any]:
        """The keys of the records of an entity with a change in one of the fields, `*` and `-` among them."""

    def parents(self, entity: str, column: str) -> Select[Any]:
        """The keys that a key column of an entity held before its changes, without NULL."""


class Aliases:
    """Aliases of tables for one statement, no two the same.

    SQLAlchemy copies every column for an alias, which is most of the work of making a statement; so aliases are made
    once and serve in all statements.
    """

    def __init__(self) -> None:
        self._used: Counter[FromClause] = Counter()

    def of(self, table: FromClause) -> FromClause:
        """An alias that this statement does not use yet; of an alias, one of its table."""
        itself = table.element if isinstance(table, Alias) else table
        self._used[itself] += 1
        return _alias(itself, self._used[itself])


@lru_cache(maxsize=4096)
def _alias(table: FromClause, _number: int) -> FromClause:
    return table.alias()


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
    return _subjects(rule, catalogue, found, {})


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
    moves = windows(rule, then, now)
    if moves is EVERYONE:
        return EVERYONE
    return crossed(rule, catalogue, moves, dialect=dialect, within=within) if moves else None


def crossed(
    rule: CheckedRule,
    catalogue: Catalogue,
    moves: Iterable[Move],
    *,
    dialect: Dialect,
    within: Region | None = None,
) -> Select[Any]:
    """The keys (`subject_id`, each once) of the subjects with a cell in one of the windows, of which there is one at least."""
    alike: dict[tuple[Guard, ...], list[Move]] = {}
    for move in moves:
        alike.setdefault(move.guards, []).append(move)
    groups = [
        _subjects(rule, catalogue, _of_moves(each), _guarded(guards, catalogue, dialect), dialect)
        for guards, each in alike.items()
    ]
    statement = groups[0] if len(groups) == 1 else select(union(*groups).subquery("crossed").c.subject_id)
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


def _of_moves(moves: Iterable[Move]) -> dict[Path, Found]:
    found: dict[Path, Found] = {}
    for move in moves:
        known = found.get(move.path, Found())
        found[move.path] = replace(known, cells=(*known.cells, _cells(move.window)))
    return found


def _guarded(guards: Iterable[Guard], catalogue: Catalogue, dialect: Dialect) -> dict[Path, Cells]:
    """What the records at the end of a way have to be."""
    of: dict[Path, list[Guard]] = {}
    for guard in guards:
        of.setdefault(guard.path, []).append(guard)
    return {path: _possible(each, catalogue, dialect) for path, each in of.items()}


def _possible(guards: list[Guard], catalogue: Catalogue, dialect: Dialect) -> Cells:
    form = absorb(every(either(map(possible, guard.formulas)) for guard in guards))
    # Rows are found by their window or their key, not by what guards them.
    shape = Shape(dialect, scanned=frozenset(ranges_within(form)) if dialect == "sqlite" else frozenset())

    def condition(table: FromClause) -> ColumnElement[bool]:
        return emit(form, {guards[0].variable: Source(catalogue, table, set(), table)}, shape)

    return condition


def _subjects(
    rule: CheckedRule,
    catalogue: Catalogue,
    found: Mapping[Path, Found],
    guarded: Mapping[Path, Cells],
    dialect: Dialect | None = None,
) -> Select[Any]:
    table = catalogue[rule.document.subject].table
    aliases = Aliases()
    first, *others = _Ways(found, guarded, dialect, aliases).keys((), table)
    if () not in guarded or (() in found and len(found) == 1):
        (key,) = (union(first, *others) if others else first.distinct()).subquery("reached").c
        return select(key.label("subject_id"))
    subject = aliases.of(table)
    # Without DISTINCT, for which SQLite would read all rows in the order of another index.
    keys = union(first, *others) if others else first
    return select(_key(subject).label("subject_id")).where(_key(subject).in_(keys), guarded[()](subject))


@dataclass(frozen=True)
class _Ways:
    """What was found at the end of each way, and what the records passed on the way back have to be."""

    found: Mapping[Path, Found]
    guarded: Mapping[Path, Cells]
    dialect: Dialect | None
    aliases: Aliases

    def keys(self, path: Path, table: FromClause) -> list[Select[Any]]:
        """Statements of the keys of the records at the end of a way, those that lead back to them included."""
        here = self.found.get(path, Found())
        of_cells = (self._chosen(table, self._within(path, cells)) for cells in here.cells)
        return [*here.keys, *of_cells, *self._back(path)]

    def _at(self, path: Path, cells: Cells) -> Cells:
        kept = self.guarded.get(path)
        return cells if kept is None else lambda table: and_(cells(table), kept(table))

    def _within(self, path: Path, cells: Cells) -> Cells:
        """Rows chosen by a window. SQLite takes its index for sure only where nothing else is asked beside it."""
        if self.dialect != "sqlite" or path not in self.guarded:
            return self._at(path, cells)
        return self._at(path, lambda table: _key(table).in_(self._chosen(table, cells)))

    def _back(self, path: Path) -> Iterator[Select[Any]]:
        for hop in _hops(path, self.found):
            beyond = (*path, hop)
            if hop.many:
                yield from self._to_holders(beyond, hop)
            else:
                keys = self.keys(beyond, hop.remote.table)
                yield self._chosen(hop.local.table, self._at(path, _leading(hop, keys)))

    def _chosen(self, table: FromClause, cells: Cells) -> Select[Any]:
        alias = self.aliases.of(table)
        return select(_key(alias)).where(cells(alias))

    def _to_holders(self, path: Path, hop: Relation) -> Iterator[Select[Any]]:
        """The holders of rows: what rows chosen by their own cells say at once, and the others looked up by their keys."""
        here, table = self.found.get(path, Found()), hop.remote.table
        for cells in here.cells:
            yield _held(self.aliases.of(table), hop, self._within(path, cells))
        if keys := [*here.keys, *self._back(path)]:
            yield _held(
                self.aliases.of(table), hop, self._at(path, lambda far: _key(far).in_(union_all(*keys)))
            )


def _leading(hop: Relation, keys: list[Select[Any]]) -> Cells:
    return lambda near: near.c[hop.local.name].in_(union_all(*keys))


def _held(far: FromClause, hop: Relation, cells: Cells) -> Select[Any]:
    holder = far.c[hop.remote.name]
    chosen = select(holder).where(cells(far))
    return chosen.where(holder.is_not(None)) if hop.nullable else chosen


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
