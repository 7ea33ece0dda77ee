"""Whole rules made up at random out of everything the language has: typed, of bounded depth, sure to check."""

import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import TypeVar

from rules import Catalogue, CheckedRule
from rules.catalogue import Entity, Field
from rules.kinds import Kind
from tests.rules import constants, making, world

ORDERS = ["==", "!=", "<", "<=", ">", ">="]
SUBJECTS = ["resident", "employment", "household", "enterprise"]
LEAVES = (
    ["date"] * 4 + ["number"] * 3 + ["text"] * 3 + ["flag"] * 3 + ["empty"] * 2 + ["pair"] * 2 + ["fixed"]
)
CHOICES = ["if", "chosen"]
NODES = ["rows"] * 6 + ["and"] * 3 + ["or"] * 3 + ["not"] * 3 + ["asserted"]
NESTED = 3

Item = TypeVar("Item")
Scope = tuple[tuple[str, str], ...]
"""Variable and entity of every record in scope, the innermost first."""


class Maker:
    """Makes rules about the records of a catalogue; every choice is `chance`'s."""

    def __init__(
        self, chance: Random, catalogue: Catalogue = world.CATALOGUE, pools: constants.Pools = constants.WORLD
    ) -> None:
        self.chance = chance
        self.catalogue = catalogue
        self.constants = constants.Maker(chance, pools)

    def choose(self, options: Sequence[Item]) -> Item:
        return self.chance.choice(options)

    def rule(self, subject: str | None = None, depth: int = 3) -> CheckedRule:
        """A checked rule with both conditions, grades, a visit and a due date."""
        subject = subject or self.choose(SUBJECTS)
        scope = ((subject, subject),)
        grades = self.choose([[], [], ["urgent"], ["important", "low"]])
        dated = [f"{subject}.{field.name}" for field in _of_kind(world.CATALOGUE[subject], Kind.DATE)]
        return making.rule(
            self.condition(scope, self.choose(range(1, depth + 1))),
            subject=subject,
            applies=self.choose(["true", "true", self.condition(scope, 1)]),
            grades={grade: self.condition(scope, 1) for grade in grades},
            visit=self.choose(VISITS[subject]),
            due=self.choose(["", *dated]),
        )

    def condition(self, scope: Scope, depth: int, *, plain: bool = False) -> str:
        """A condition about the records in scope; a plain one holds no `? :`."""
        shapes = [*LEAVES, *([] if plain else CHOICES), *(NODES * 2 if depth else [])]
        match self.choose(shapes):
            case "not":
                return f"!({self.condition(scope, depth - 1, plain=plain)})"
            case "and":
                return self.joined("&&", scope, depth - 1, plain)
            case "or":
                return self.joined("||", scope, depth - 1, plain)
            case "asserted":
                sign, value = self.choose(["==", "!="]), self.choose(["true", "false"])
                return f"({self.condition(scope, depth - 1, plain=plain)} && true) {sign} {value}"
            case "if":
                yes, no = (self.condition(scope, max(depth - 1, 0)) for _ in range(2))
                return f"({self.condition(scope, 0, plain=True)} ? {yes} : {no})"
            case "rows":
                return self.rows(scope, depth - 1, plain)
            case "chosen":
                return self.chosen(scope)
            case leaf:
                return str(getattr(self, leaf)(scope))

    def joined(self, sign: str, scope: Scope, depth: int, plain: bool) -> str:
        count = self.choose([2, 2, 3])
        return f"({f' {sign} '.join(self.condition(scope, depth, plain=plain) for _ in range(count))})"

    def rows(self, scope: Scope, depth: int, plain: bool) -> str:
        """A test of a relation of any record in scope; its predicate may mention all of them."""
        targets = [
            (f"{path}.{relation.name}", relation.target)
            for path, entity in paths(scope, self.catalogue)
            for relation in entity.relations.values()
            if relation.many
        ]
        path, target = self.choose(targets)
        name = f"x{len(scope)}"
        depth = min(depth, 1) if len(scope) < NESTED else 0
        inner = self.condition(((name, target), *scope), depth, plain=plain)
        size = f"{self.choose(ORDERS)} {self.choose(constants.SIZES)}"
        asked = self.choose(["exists", "exists", "all", "exists_one", "filter", "size"])
        if asked == "size":
            return f"{path}.size() {size}"
        call = f"{path}.{asked}({name}, {inner})"
        return f"{call}.size() {size}" if asked == "filter" else call

    def field(self, scope: Scope, kinds: Sequence[Kind]) -> tuple[str, Field] | None:
        """A readable field of one of the kinds, of any record in scope or up to two hops away."""
        known = [
            (path, entity) for path, entity in paths(scope, self.catalogue) if any(_of_kind(entity, *kinds))
        ]
        if not known:
            return None
        path, entity = self.choose(known)
        found = self.choose(list(_of_kind(entity, *kinds)))
        return f"{path}.{found.name}", found

    def empty(self, scope: Scope) -> str:
        """A field or record, protected fields included, asked for being there."""
        asked = [
            f"{path}.{name}"
            for path, entity in paths(scope, self.catalogue)
            for name in [*entity.fields, *(hop.name for hop in entity.relations.values() if not hop.many)]
        ]
        shape = self.choose(["{} == null", "{} != null", "null == {}", "has({})", "!has({})"])
        return shape.format(self.choose(asked))

    def fixed(self, scope: Scope) -> str:
        """A condition that mentions no record."""
        make = self.constants
        return self.choose(
            [
                "true",
                "false",
                f"{make.date()} {self.choose(ORDERS)} {make.date()}",
                f"{make.number()} {self.choose(ORDERS)} {make.number()}",
                f"{make.number()} in [{make.number()}, {make.number()}]",
                f"{make.text()} {self.choose(ORDERS)} {make.text()}",
            ]
        )

    def flag(self, scope: Scope) -> str:
        found = self.field(scope, [Kind.BOOL])
        if found is None:
            return self.empty(scope)
        shapes = ["{}", "!{}", "{} == true", "{} == false", "{} != true", "true == {}", "{} in [true]"]
        return self.choose(shapes).format(found[0])

    def pair(self, scope: Scope) -> str:
        """Two fields compared as they are."""
        kinds = self.choose([[Kind.DATE], [Kind.INT, Kind.DECIMAL], [Kind.TEXT], [Kind.BOOL]])
        one, other = self.field(scope, kinds), self.field(scope, kinds)
        if one is None or other is None:
            return self.empty(scope)
        return f"{one[0]} {self.choose(ORDERS[:2] if kinds == [Kind.BOOL] else ORDERS)} {other[0]}"

    def date(self, scope: Scope) -> str:
        found = self.field(scope, [Kind.DATE])
        if found is None:
            return self.empty(scope)
        moved, make = self.moved(found[0]), self.constants
        sides = [f"age({moved})", f"year({moved})", f"age({moved}) + 1", f"year({moved}) - 2000"]
        return self.choose(
            [
                self.compared(moved, make.date()),
                self.compared(moved, make.date()),
                f"{moved} in {make.listed(make.date)}",
                self.compared(self.choose(sides), make.years()),
                self.compared(self.choose(sides), make.years()),
                f"{self.choose(sides)} in {make.listed(make.years)}",
                f"anniversary_in({found[0]}, {make.date()}, {make.date()})",
                f"anniversary_in({found[0]}, today - days(30), today + days(30))",
            ]
        )

    def moved(self, path: str) -> str:
        """A date field, moved and taken to an edge, several times over."""
        for _ in range(self.choose([0, 0, 0, 1, 1, 2])):
            shape = self.choose(
                ["{} + days({n})", "{} - weeks({n})", "days({n}) + ({})", "{e}({})", "{e}({})"]
            )
            path = shape.format(path, n=self.choose(constants.STEPS), e=self.choose(constants.EDGES))
        return path

    def number(self, scope: Scope) -> str:
        found = self.field(scope, [Kind.INT, Kind.DECIMAL])
        if found is None:
            return self.empty(scope)
        path, field = found
        make = self.constants
        if field.codes:
            return self.coded(path, field)
        exact = field.kind is Kind.INT or not field.extra
        side = self.choose(["{}", "{}", "{} + {n}", "{} - {n}", "{n} + {}"]).format(
            path, n=make.number(exact)
        )
        if self.choose([True, True, False]):
            return self.compared(side, make.number(exact))
        return f"{side} in {make.listed(lambda: make.number(exact))}"

    def coded(self, path: str, field: Field) -> str:
        quoted = '"{}"' if field.kind is Kind.TEXT else "{}"
        codes = [quoted.format(code) for code in field.codes]
        if self.choose([True, True, False]):
            return self.compared(path, self.choose(codes))
        return f"{path} in [{', '.join(self.chance.sample(codes, self.choose(range(len(codes) + 1))))}]"

    def text(self, scope: Scope) -> str:
        found = self.field(scope, [Kind.TEXT])
        if found is None:
            return self.empty(scope)
        path, field = found
        make = self.constants
        if field.codes:
            part = json.dumps(self.choose([*field.codes, "D", "O", ""])[-2:])
            return self.choose(
                [self.coded(path, field), f"{path}.endsWith({part})", f"{path}.contains({part})"]
            )
        function = self.choose(["startsWith", "endsWith", "contains"])
        return self.choose(
            [
                f"{path}.{function}({make.text()})",
                f"{path}.{function}({make.text()})",
                self.compared(path, make.text()),
                f"{path} in {make.listed(make.text)}",
                f'{path} in param("industries")',
                self.compared(f"{path}.size()", self.choose(constants.SIZES)),
                f"{path}.size() + 1 in {make.listed(lambda: self.choose(constants.SIZES))}",
            ]
        )

    def chosen(self, scope: Scope) -> str:
        """A value that depends on a condition, on one side of a comparison or on both."""
        found = self.field(scope, [Kind.DATE]), self.field(scope, [Kind.DATE])
        test, make = self.condition(scope, 0, plain=True), self.constants
        if found[0] is None or found[1] is None:
            return f"({test} ? {make.number()} : {make.number()}) {self.choose(ORDERS)} {make.number()}"
        fixed = f"({test} ? {make.date()} : {make.date()})"
        either = f"({self.condition(scope, 0, plain=True)} ? {found[0][0]} : {self.moved(found[1][0])})"
        return self.choose(
            [
                self.compared(found[0][0], fixed),
                self.compared(either, make.date()),
                self.compared(either, fixed),
                self.compared(f"age({found[0][0]})", f"({test} ? {make.years()} : {make.years()})"),
            ]
        )

    def compared(self, one: str, other: str) -> str:
        sides = [one, other] if self.choose([True, True, True, False]) else [other, one]
        return f" {self.choose(ORDERS)} ".join(sides)


VISITS = {
    "resident": ["resident", "resident.household"],
    "employment": ["employment.enterprise", "employment.resident", "employment.resident.household"],
    "household": ["household"],
    "enterprise": ["enterprise"],
}


def _of_kind(entity: Entity, *kinds: Kind) -> Iterator[Field]:
    return (field for field in entity.fields.values() if field.kind in kinds and not field.encrypted)


def paths(scope: Scope, catalogue: Catalogue = world.CATALOGUE) -> Iterator[tuple[str, Entity]]:
    """Every record that can be named: the variables, and two to-one hops from each."""
    for name, entity in scope:
        yield from _hops(name, catalogue, catalogue[entity], 2)


def _hops(path: str, catalogue: Catalogue, entity: Entity, left: int) -> Iterator[tuple[str, Entity]]:
    yield path, entity
    for hop in entity.relations.values():
        if left and not hop.many:
            yield from _hops(f"{path}.{hop.name}", catalogue, catalogue.target(hop), left - 1)
