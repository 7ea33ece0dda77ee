"""Rules made up at random over the product's own records, as documents that can be published."""

from __future__ import annotations

import json
from datetime import date, timedelta
from random import Random
from typing import Any

from rules import Catalogue, Parameters, RuleErrors, load_and_check
from rules.catalogue import Field
from rules.kinds import Kind
from tests.rules.conditions import ORDERS, Maker, Scope, paths
from tests.rules.constants import NUMBERS, Pools

DAY_ONE = date(2026, 11, 23)
SUBJECTS = ("resident", "resident", "employment", "employment", "household", "enterprise")
VISITS = {
    "resident": ("resident", "resident.household", "resident.household"),
    "employment": ("employment.enterprise", "employment.resident", "employment.resident.household"),
    "household": ("household",),
    "enterprise": ("enterprise",),
}
DUES: tuple[dict[str, Any], ...] = ({"working_days": 3}, {"days": 30}, {"working_days": 0})
HELD: tuple[dict[str, Any], ...] = ({}, {}, {"enterprise": {"working_days": 2}})
DUTY = "SG-2026-001"
TEXTS = ["330102003057", "330102003050", "330102003057001", "3301", "A1", "B2", "", "陈"]
DAYS = [
    DAY_ONE + timedelta(days=days)
    for days in (-800, -400, -366, -31, -20, -1, 0, 1, 2, 7, 30, 39, 60, 365, 463)
]
"""Edges of the days that histories pass: the next ones, New Year, 1 March of a common and 29 February of a leap year."""
POOLS = Pools([f'date("{day}")' for day in DAYS], ["1", "2", "0", "10.5", "200", "0.5", *NUMBERS[:4]], TEXTS)
TRIES = 50


class Author(Maker):
    """Writes rules most of whose conditions are about days and about codes that records have."""

    def __init__(self, chance: Random, catalogue: Catalogue) -> None:
        super().__init__(chance, catalogue, POOLS)

    def text(self, scope: Scope) -> str:
        return self.date(scope) if self.choose([True, False]) else super().text(scope)

    def pair(self, scope: Scope) -> str:
        return self.date(scope)

    def fixed(self, scope: Scope) -> str:
        return self.near(scope)

    def date(self, scope: Scope) -> str:
        return self.near(scope) if self.choose([True, True, False]) else super().date(scope)

    def near(self, scope: Scope) -> str:
        """A day held against one a little way from today, such as passes soon."""
        found = self.field(scope, [Kind.DATE])
        if found is None:
            return self.empty(scope)
        moved = self.choose(
            ['days(param("notice"))', "days(0)", "days(1)", "days(7)", "days(30)", "months(1)"]
        )
        return f"{found[0]} {self.choose(ORDERS[2:])} today {self.choose(['+', '-'])} {moved}"

    def rows(self, scope: Scope, depth: int, plain: bool) -> str:
        """Most often whether there is any row, or one with a simple condition: so that each that comes or goes matters."""
        if self.choose([True, False, False]):
            return super().rows(scope, depth, plain)
        path, target = self.choose([
            (f"{path}.{relation.name}", relation.target)
            for path, entity in paths(scope, self.catalogue)
            for relation in entity.relations.values()
            if relation.many
        ])  # fmt: skip
        name = f"x{len(scope)}"
        inner = self.condition(((name, target),), 0, plain=True)
        shapes = [
            "{}.size() >= 1",
            "{}.size() < 2",
            "{}.exists({}, {})",
            "!{}.exists({}, {})",
            "{}.all({}, {})",
        ]
        return self.choose(shapes).format(path, name, inner)

    def coded(self, path: str, field: Field) -> str:
        """One of the codes that records have."""
        code = self.choose(list(field.codes)[:3])
        quoted = f'"{code}"' if field.kind is Kind.TEXT else code
        return f"{path} {self.choose(['==', '!=', '=='])} {quoted}"

    def document(self, name: str, known: Parameters, today: date) -> str:
        """A document that checks against the catalogue and these parameters, in JSON, which is YAML."""
        for _ in range(TRIES):
            text = json.dumps(self._written(name, today), ensure_ascii=False, default=str, indent=1)
            try:
                load_and_check(text, self.catalogue, known, file=name)
            except RuleErrors:
                continue
            return text
        raise AssertionError(f"no rule of {TRIES} checks")

    def _written(self, name: str, today: date) -> dict[str, Any]:
        subject = self.choose(SUBJECTS)
        scope: Scope = ((subject, subject),)
        graded = self.choose([[], ["urgent"], ["important", "low"]])
        dated = [
            f"{subject}.{each.name}"
            for each in self.catalogue[subject].fields.values()
            if each.kind is Kind.DATE
        ]
        due = self.choose([*DUES, *({"field": path} for path in dated[:2])])
        return {
            "rule": name,
            "title": name,
            "department": "民政局",
            "duty": DUTY,
            "legal_basis": "statutory_duty",
            "sources": [{"law": "某法", "article": "第一条", "date": DAY_ONE, "verified_on": DAY_ONE}],
            "effective": self._period(today),
            "subject": subject,
            "applies": self.choose(["true", "true", self.condition(scope, 1)]),
            "when": self.choose(
                [self.rows(scope, 0, False), *(self.condition(scope, depth) for depth in (0, 1, 2))]
            ),
            "grades": {grade: self.condition(scope, 0) for grade in graded},
            "visit": self.choose(VISITS[subject]),
            "first": self.choose(HELD),
            "due": due,
            "again": self.choose(["never", "P1D", "P30D", "P1Y"]),
            "unknown": self.choose(["count", "ask"]),
            "task": {"title": name, "advice": "去看看"},
            "examples": [
                {"name": told, "today": DAY_ONE, "given": {}, "expect": told} for told in ("match", "no")
            ],
        }

    def _period(self, today: date) -> dict[str, date]:
        """From the past and for good most often; else from or up to a day that is to come soon."""
        soon = today + timedelta(days=self.choose([1, 2, 5, 40]))
        begun = {"from": date(2026, 1, 1)}
        return self.choose([begun, begun, begun, {"from": soon}, begun | {"to": soon}])
