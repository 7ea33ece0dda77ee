"""The examples of a rule, run through the interpreter against records made of what each gives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rules.catalogue import Catalogue, Entity, Field, Relation
from rules.check import CheckedRule
from rules.checking.names import nearest
from rules.errors import CannotEvaluate, RuleError, RuleErrors
from rules.files.documents import Example
from rules.files.misfits import bad_example, example_failed
from rules.files.parameters import Parameters
from rules.files.workdays import weekday
from rules.kinds import Kind, Value, kind_of
from rules.moment import Moment
from rules.wording.explain import Judgement, judge

HOW = {
    Kind.INT: "请写整数，不加引号",
    Kind.DECIMAL: "请写数字，不加引号",
    Kind.TEXT: '代码和编号请加引号，如 "30"',
    Kind.BOOL: "请写 true 或 false",
    Kind.DATE: "请写日期，如 2026-07-01",
}
"""How a fact of each kind is given."""

Path = tuple[str, ...]


@dataclass(frozen=True)
class ExampleResult:
    """One example: what it gave, and what is wrong with it; no errors means it passed."""

    name: str
    judgement: Judgement | None
    errors: tuple[RuleError, ...]

    @property
    def passed(self) -> bool:
        """It gave what it expects."""
        return not self.errors


def run_examples(
    rule: CheckedRule, catalogue: Catalogue, parameters: Parameters | None = None
) -> list[ExampleResult]:
    """Run every example; parameters an example does not give have the values stated for its day, verified or not."""
    return [_run(rule, example, catalogue, parameters) for example in rule.document.examples]


def _run(
    rule: CheckedRule, example: Example, catalogue: Catalogue, parameters: Parameters | None
) -> ExampleResult:
    try:
        record = record_of(rule, catalogue, example)
        judgement = judge(rule, record, moment_of(example, parameters))
    except RuleErrors as errors:
        return ExampleResult(example.name, None, errors.errors)
    except CannotEvaluate as error:
        return ExampleResult(example.name, None, (bad_example(example.name, str(error)),))
    return ExampleResult(example.name, judgement, tuple(_misses(example, judgement)))


def record_of(rule: CheckedRule, catalogue: Catalogue, example: Example) -> dict[str, Any]:
    """The subject's record an example gives; RuleErrors with every fact the catalogue does not have."""
    maker = _Maker(rule, catalogue, example.name)
    record = maker.record(example.given)
    if maker.errors:
        raise RuleErrors(maker.errors)
    return record


def moment_of(example: Example, parameters: Parameters | None) -> Moment:
    """The day of an example, with the values it gives and the ones stated for that day."""
    known = {} if parameters is None else parameters.stated(example.today)
    own = {name: _exact(value) for name, value in example.parameters.items()}
    return Moment(example.today, {**known, **own}, weekday)


def _exact(value: Any) -> Any:
    """A parameter's value as the language sees it: YAML reads `0.6` as a float, which it has not."""
    if isinstance(value, list):
        return tuple(map(_exact, value))
    return Decimal(str(value)) if isinstance(value, float) else value


def _misses(example: Example, judgement: Judgement) -> Iterator[RuleError]:
    if judgement.verdict != example.expect:
        yield example_failed(example.name, example.expect, f"{judgement.verdict}（{judgement.reason}）")
    elif example.grade is not None and judgement.grade != example.grade:
        yield example_failed(example.name, example.grade, judgement.grade)


class _Maker:
    """Makes the subject's record out of `given`, noting every fact the catalogue does not have."""

    def __init__(self, rule: CheckedRule, catalogue: Catalogue, name: str) -> None:
        self.subject = rule.document.subject
        self.catalogue = catalogue
        self.name = name
        self.errors: list[RuleError] = []
        self.paths = self._known({path for path, _ in rule.reads})

    def record(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The subject's record; parents that always exist are there even when nothing is said of them."""
        record: dict[str, Any] = {}
        for name, value in given.items():
            path = self._path(name)
            if path is not None:
                self._put(record, path, value)
        for path in sorted(self.paths, key=len):
            self._certain(record, path)
        return record

    def _known(self, read: set[Path]) -> dict[Path, Entity]:
        """Every path the rule reads along, and those on the way, with the entity each leads to."""
        prefixes = {path[:length] for path in read for length in range(len(path) + 1)}
        return {path: self._entity(path) for path in prefixes | {()}}

    def _entity(self, path: Path) -> Entity:
        entity = self.catalogue[self.subject]
        for name in path:
            entity = self.catalogue.target(entity.relations[name])
        return entity

    def _path(self, name: str) -> Path | None:
        steps = tuple(name.split("."))
        steps = steps[1:] if steps[0] == self.subject else steps
        if steps in self.paths:
            return steps
        named = [path for path, entity in self.paths.items() if path and name in (path[-1], entity.name)]
        if len(named) == 1:
            return named[0]
        known = [self.subject, *(".".join(path) for path in self.paths if path)]
        self._wrong(
            f"“{name}”{'有几种意思，请写全路径' if named else '与这条规则无关'}，可写：{'、'.join(known)}"
        )
        return None

    def _put(self, record: dict[str, Any], path: Path, value: Any) -> None:
        entity = self.catalogue[self.subject]
        for name in path[:-1]:
            relation = entity.relations[name]
            if relation.many:
                self._wrong(f"“{'.'.join(path)}”请写在“{name}”的每一条里面")
                return
            record = record.setdefault(name, {})
            entity = self.catalogue.target(relation)
        if not path:
            record.update(self._cells(entity, value))
        elif record.get(path[-1]):
            record[path[-1]].update(self._cells(self._entity(path), value))
        else:
            record[path[-1]] = self._related(entity.relations[path[-1]], value)

    def _related(self, relation: Relation, value: Any) -> Any:
        target = self.catalogue.target(relation)
        if not relation.many:
            return None if value is None else self._cells(target, value)
        if not isinstance(value, list):
            self._wrong(f"“{relation.name}”应是列表")
            return []
        return [self._cells(target, item) for item in value]

    def _cells(self, entity: Entity, given: Any) -> dict[str, Any]:
        if not isinstance(given, dict):
            self._wrong(f"“{entity.label}”应是“字段: 值”的形式")
            return {}
        return {name: self._member(entity, name, value) for name, value in given.items()}

    def _member(self, entity: Entity, name: str, value: Any) -> Any:
        if name in entity.relations:
            return self._related(entity.relations[name], value)
        if name not in entity.fields:
            near = nearest(str(name), [*entity.fields, *entity.relations])
            self._wrong(f"“{entity.label}”没有字段“{name}”" + (f"，是不是 {near}" if near else ""))
            return None
        return self._cell(entity.fields[name], value)

    def _cell(self, field: Field, value: Any) -> Value:
        known = Decimal(str(value)) if field.kind is Kind.DECIMAL and _plain_number(value) else value
        if known is not None and (isinstance(known, dict | list | float) or kind_of(known) is not field.kind):
            self._wrong(f"“{field.label}”（{field.name}）的值 {value!r} 不对，{HOW[field.kind]}")
            return None
        if known is not None and field.codes and field.meaning(known) is None:
            self._wrong(f"“{field.label}”没有代码“{known}”")
        return known

    def _certain(self, record: dict[str, Any], path: Path) -> None:
        """Make the parents that are never absent."""
        entity = self.catalogue[self.subject]
        for name in path:
            relation = entity.relations[name]
            if relation.many or (relation.nullable and name not in record):
                return
            record = record.setdefault(name, {})
            if record is None:
                return
            entity = self.catalogue.target(relation)

    def _wrong(self, what: str) -> None:
        self.errors.append(bad_example(self.name, what))


def _plain_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
