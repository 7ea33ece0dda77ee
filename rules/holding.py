"""Conditions asked of records on one day, each compiled once however many records are asked."""

from rules.interpret import Row, Scope, Test, related, test
from rules.meaning import Formula, Rows
from rules.moment import Moment


class Holding:
    """What holds on a day. Formulas are known by identity: they are parts of one checked rule, which lives as long.

    `discreet` is for readers who may not know sensitive facts: reasons leave them out.
    """

    def __init__(self, moment: Moment, *, discreet: bool = False) -> None:
        self.moment = moment
        self.discreet = discreet
        self._tests: dict[int, tuple[Formula, Test]] = {}

    def __call__(self, formula: Formula, scope: Scope) -> bool | None:
        """Whether a condition holds of the records in scope; None when it cannot be decided."""
        known = self._tests.get(id(formula))
        if known is None:
            known = self._tests[id(formula)] = (formula, test(formula, self.moment))
        return known[1](scope)

    def rows(self, rows: Rows, tests: tuple[Formula, ...], row: Row, scope: Scope) -> list[Row]:
        """The rows of a relation of which all the conditions hold."""
        found = related(row, rows)
        return [
            item
            for item in found
            if all(self(each, {**scope, rows.variable: item}) is True for each in tests)
        ]
