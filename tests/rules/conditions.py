"""Conditions made up at random out of everything the language has."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from rules.catalogue import Entity, Field
from rules.kinds import Kind
from tests.rules import world

EDGES = [date(2024, 2, 29), date(2026, 2, 28), date(2026, 3, 1), date(2026, 12, 31), date(2027, 1, 1)]
ORDERS = ["==", "!=", "<", "<=", ">", ">="]
DAYS = [
    "today", "today + days(30)", "today - weeks(2)", "today - years(80)", "today - months(9)",
    "today + working_days(3)", "start_of_month(today)", "end_of_month(today)", "start_of_year(today)",
    'date("1946-11-23")', 'date("1944-02-29")', 'today + days(param("notice"))',
]  # fmt: skip
MOVED = [
    "{}", "{}", "{} + days(31)", "{} - weeks(1)", "start_of_month({})", "end_of_month({} + days(1))",
    "start_of_year({})",
]  # fmt: skip
YEARS = ["1946", "2026", "year(today)", "year(today) - 1", "2025.5", "0", "10000"]
AGES = ["-1", "0", "1", "18", "60", "80", "79.5", "100", "3000"]
NUMBERS = ["-1", "0", "1", "2", "80", "1.5", "4"]
PARTS = ['""', '"a"', '"%"', '"_"', '"湖滨"', '"3301"', '"\\\\"', '"\'"', '"😀"']

Choose = Callable[[Sequence[str]], str]
Scope = tuple[tuple[str, str], ...]


class Maker:
    """Makes one condition; every choice is `choose`'s."""

    def __init__(self, choose: Choose) -> None:
        self.choose = choose

    def condition(self, scope: Scope, depth: int) -> str:
        """A condition about the records in scope."""
        shape = self.choose(
            ["field", "field", "pair", "absent", "rows", "not", "and", "or", "if"][: 9 if depth else 4]
        )
        match shape:
            case "not":
                return f"!({self.condition(scope, depth - 1)})"
            case "and" | "or":
                sign = {"and": "&&", "or": "||"}[shape]
                return f"({self.condition(scope, depth - 1)} {sign} {self.condition(scope, depth - 1)})"
            case "if":
                branches = [self.condition(scope, 0) for _ in range(3)]
                return "({} ? {} : {})".format(*branches)
            case "rows":
                return self.rows(scope, depth)
            case "absent":
                hops = [path for path, _ in paths(scope) if "." in path]
                return f"{self.choose(hops)} {self.choose(['==', '!='])} null"
            case "pair":
                return self.pair(scope)
            case _:
                path, field = self.field(scope)
                return self.test(path, field)

    def field(self, scope: Scope) -> tuple[str, Field]:
        known = dict(paths(scope))
        path = self.choose([name for name, entity in known.items() if entity.fields])
        name = self.choose(list(known[path].fields))
        return f"{path}.{name}", known[path].fields[name]

    def pair(self, scope: Scope) -> str:
        path, field = self.field(scope)
        like = [
            f"{other}.{name}"
            for other, entity in paths(scope)
            for name, known in entity.fields.items()
            if known.kind is field.kind and not known.encrypted
        ]
        if field.encrypted or field.kind is Kind.BOOL:
            return self.test(path, field)
        return f"{path} {self.choose(ORDERS)} {self.choose(like)}"

    def test(self, path: str, field: Field) -> str:
        if field.encrypted or self.choose(["value", "value", "value", "empty"]) == "empty":
            return f"{path} {self.choose(['==', '!='])} null"
        match field.kind:
            case Kind.DATE:
                return self.date(path)
            case Kind.BOOL:
                return self.choose([path, f"!{path}", f"{path} == false", f"{path} != true"])
            case Kind.TEXT if field.codes:
                return f'{path} {self.choose(ORDERS)} "{self.choose(list(field.codes))}"'
            case Kind.TEXT:
                return self.text(path)
            case _:
                numbers = list(field.codes) or NUMBERS
                return self.choose(
                    [
                        f"{path} {self.choose(ORDERS)} {self.choose(numbers)}",
                        f"{path} - {self.choose(NUMBERS)} {self.choose(ORDERS)} {self.choose(NUMBERS)}",
                        f"{path} in [{self.choose(numbers)}, {self.choose(numbers)}]",
                    ]
                )

    def date(self, path: str) -> str:
        moved = self.choose(MOVED).format(path)
        return self.choose(
            [
                f"{moved} {self.choose(ORDERS)} {self.choose(DAYS)}",
                f"age({moved}) {self.choose(ORDERS)} {self.choose(AGES)}",
                f"year({moved}) {self.choose(ORDERS)} {self.choose(YEARS)}",
                f"{moved} in [{self.choose(DAYS)}, {self.choose(DAYS)}]",
                f"anniversary_in({path}, {self.choose(DAYS)}, {self.choose(DAYS)})",
            ]
        )

    def text(self, path: str) -> str:
        return self.choose(
            [
                f"{path}.{self.choose(['startsWith', 'endsWith', 'contains'])}({self.choose(PARTS)})",
                f"{path} {self.choose(ORDERS)} {self.choose(PARTS)}",
                f"{path}.size() {self.choose(ORDERS)} {self.choose(NUMBERS)}",
                f"{path} in [{self.choose(PARTS)}, {self.choose(PARTS)}]",
            ]
        )

    def rows(self, scope: Scope, depth: int) -> str:
        targets = {
            f"{path}.{relation.name}": relation.target
            for path, entity in paths(scope)
            for relation in entity.relations.values()
            if relation.many
        }
        path = self.choose(list(targets))
        name = f"x{len(scope)}"
        inner = self.condition(((name, targets[path]), *scope), min(depth - 1, 1) if len(scope) < 3 else 0)
        size = f"{self.choose(ORDERS)} {self.choose(NUMBERS)}"
        asked = self.choose(["exists", "exists", "all", "exists_one", "filter", "size"])
        if asked == "size":
            return f"{path}.size() {size}"
        call = f"{path}.{asked}({name}, {inner})"
        return f"{call}.size() {size}" if asked == "filter" else call


def paths(scope: Scope) -> Iterator[tuple[str, Entity]]:
    """Every record that can be named: the variables, and two to-one hops from each."""
    for name, entity in scope:
        yield from _hops(name, world.CATALOGUE[entity], 2)


def _hops(path: str, entity: Entity, left: int) -> Iterator[tuple[str, Entity]]:
    yield path, entity
    for hop in entity.relations.values():
        if left and not hop.many:
            yield from _hops(f"{path}.{hop.name}", world.CATALOGUE.target(hop), left - 1)
