"""Names to things: records, fields and relations of the catalogue, and the nearest name to a wrong one."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from rules.catalogue import Catalogue, Entity, Field, Relation
from rules.checking import mistakes
from rules.checking.functions import EDGES, USAGE
from rules.errors import RuleError
from rules.kinds import Kind
from rules.meaning import Column, Formula, Parameter, Record, Term
from rules.reading.parser import RESERVED
from rules.reading.syntax import Name, Node, Select, Span

AGES = ("年龄", "周岁", "岁数")


@dataclass(frozen=True)
class Variable:
    """What a name in scope stands for: a record of `entity`, reached from the subject along `path`."""

    entity: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class Many:
    """A to-many relation of a record, not yet asked about."""

    record: Record
    relation: Relation


@dataclass(frozen=True)
class Context:
    """What one expression is checked against, and what the check collects on its way."""

    catalogue: Catalogue
    parameters: Mapping[str, Parameter] | None
    scope: Mapping[str, Variable]
    condition: Callable[["Context", Node], Formula | None]
    term: Callable[["Context", Node], Term | None]
    errors: list[RuleError] = field(default_factory=list)
    reads: set[tuple[tuple[str, ...], str]] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def entity(self, thing: Record) -> Entity:
        """The entity of a record."""
        return self.catalogue[thing.entity]

    def path(self, thing: Record) -> tuple[str, ...]:
        """The relation names from the subject to a record."""
        return (*self.scope[thing.variable].path, *(hop.name for hop in thing.path))

    def read(self, thing: Record, name: str) -> None:
        """Note that the expression reads a field."""
        self.reads.add((self.path(thing), name))

    def inside(self, name: str, variable: Variable) -> "Context":
        """The context of a predicate over rows: one more variable, the same collections."""
        return replace(self, scope={**self.scope, name: variable})


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like a wrong one, if any is like it."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.65)
    return found[0] if found else None


def written_path(node: Node) -> list[str]:
    """The names of a path as it was written; empty when it is none."""
    match node:
        case Name(name):
            return [name]
        case Select(target, member):
            return [*written_path(target), member]
        case _:
            return []


def reach(context: Context, node: Name | Select) -> Record | Column | Many | None:
    """Follow a path such as `employment.enterprise.industry`; None when an error was noted."""
    match node:
        case Name(name, span):
            return _begin(context, name, span)
        case Select(target=(Name() | Select()) as target):
            start = reach(context, target)
            return None if start is None else _step(context, start, node)
        case _:
            context.errors.append(mistakes.not_a_value(node.target.span, "result"))
            return None


def _begin(context: Context, name: str, span: Span) -> Record | None:
    variable = context.scope.get(name)
    if variable is not None:
        return Record(name, (), variable.entity)
    if name not in RESERVED:  # of those the parser has said why
        context.errors.append(_lost(context, name, span))
    return None


def _lost(context: Context, name: str, span: Span) -> RuleError:
    path = labelled(context, name)
    if path is not None:
        return mistakes.chinese_label(span, name, path)
    near = nearest(name, [*context.scope, "today"])
    return mistakes.unknown_name(span, name, near or _member_called(context, name))


def _step(context: Context, start: Record | Column | Many, node: Select) -> Record | Column | Many | None:
    if isinstance(start, Many):
        path = ".".join(written_path(node.target))
        context.errors.append(mistakes.many_rows(node.span, start.relation.label, path))
        return None
    if isinstance(start, Column):
        context.errors.append(_no_part(start, node))
        return None
    return _member(context, start, node)


def _no_part(column: Column, node: Select) -> RuleError:
    """A field has no parts; `d.year` may mean a function."""
    if node.member in USAGE:
        call = f"{node.member}({'.'.join(written_path(node.target))})"
        known = call if column.kind is Kind.DATE and node.member in ("age", "year", *EDGES) else None
        return mistakes.wrong_arguments(node.span, node.member, USAGE[node.member], known)
    return mistakes.unknown_field(node.at, column.field.label, node.member, None)


def _member(context: Context, record: Record, node: Select) -> Record | Column | Many | None:
    entity = context.entity(record)
    if node.member in entity.relations:
        relation = entity.relations[node.member]
        if relation.many:
            return Many(record, relation)
        return Record(record.variable, (*record.path, relation), relation.target)
    if node.member in entity.fields:
        context.read(record, node.member)
        return Column(record, entity.fields[node.member])
    context.errors.append(_no_member(entity, node))
    return None


def _no_member(entity: Entity, node: Select) -> RuleError:
    if node.member in AGES and "birth_date" in entity.fields:
        written = ".".join(written_path(node.target))
        return mistakes.chinese_label(node.span, node.member, f"age({written}.birth_date)")
    known = {item.label: item.name for item in _members(entity)}
    if node.member in known:
        return mistakes.chinese_label(node.at, node.member, known[node.member])
    return mistakes.unknown_field(node.at, entity.label, node.member, nearest(node.member, known.values()))


def _members(entity: Entity) -> Iterator[Field | Relation]:
    yield from entity.fields.values()
    yield from entity.relations.values()


def labelled(context: Context, label: str) -> str | None:
    """The expression a Chinese label stands for: a field, a relation, a code, or 年龄 for an age."""
    if label in AGES:
        births = (path for path, name, kind in _paths(context) if name == "birth_date" and kind is Kind.DATE)
        return next((f"age({path})" for path in births), None)
    return next(_labelled(context, label), None)


def _labelled(context: Context, label: str) -> Iterator[str]:
    for path, entity in _records(context):
        if entity.label == label:
            yield path
        for item in _members(entity):
            if item.label == label:
                yield f"{path}.{item.name}"
        for known in entity.fields.values():
            yield from (f'"{code}"' for code, meaning in known.codes.items() if meaning == label)


def _member_called(context: Context, name: str) -> str | None:
    """The field or relation with the nearest name, as a path; of several the first."""
    paths: dict[str, str] = {}
    for path, entity in _records(context):
        for member in _members(entity):
            paths.setdefault(member.name, f"{path}.{member.name}")
    near = nearest(name, paths)
    return paths[near] if near else None


def _paths(context: Context) -> Iterator[tuple[str, str, Kind]]:
    for path, entity in _records(context):
        for known in entity.fields.values():
            yield f"{path}.{known.name}", known.name, known.kind


def _records(context: Context) -> Iterator[tuple[str, Entity]]:
    """The records in scope and, after them, those one to-one hop away."""
    for name, variable in context.scope.items():
        yield name, context.catalogue[variable.entity]
    for name, variable in context.scope.items():
        for relation in context.catalogue[variable.entity].relations.values():
            if not relation.many:
                yield f"{name}.{relation.name}", context.catalogue.target(relation)
