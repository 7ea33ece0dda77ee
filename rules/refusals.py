"""Why a record does not match: of the conditions that fail the one nearest to holding, and when it will."""

from dataclasses import dataclass
from datetime import date

from rules.check import CheckedRule
from rules.holding import Holding
from rules.interpret import Scope
from rules.meaning import Formula
from rules.reasons import denied
from rules.turns import first_day
from rules.values import spaced

SHORT = 24
"""A condition of more characters than a phone's line is not repeated beside the fact that fails it."""


@dataclass(frozen=True)
class Nearest:
    """The failing condition that is nearest to holding: its place among the clauses, the fact, and the day.

    `from_day` is when this condition begins to hold if nothing but the day changes; None when time alone does not do.
    """

    clause: int
    fact: str
    from_day: date | None


def nearest(
    rule: CheckedRule, clauses: tuple[Formula, ...], scope: Scope, holds: Holding
) -> tuple[Nearest, int]:
    """The nearest failing clause and how many fail; the one that holds soonest, otherwise the first.

    Only for a record that does not match, of which some clause is false.
    """
    until = rule.document.effective.to
    failing = [place for place, clause in enumerate(clauses) if holds(clause, scope) is False]
    days = {place: first_day((clauses[place],), scope, holds.moment, until) for place in failing}
    place = min(failing, key=lambda at: (days[at] is None, days[at] or date.max, at))
    told = max(denied(clauses[place], scope, holds), default=None, key=lambda one: one.weight)
    return Nearest(place, spaced(told.text) if told else "", days[place]), len(failing)


def refusal(found: Nearest, failing: int, chinese: str, matches_from: date | None) -> str:
    """One line: what does not hold, the fact, how many more, and from when it will match."""
    what = found.fact or f"“{chinese}”不成立"
    if found.fact and len(chinese) <= SHORT and not found.fact.startswith("还差"):
        what = f"“{chinese}”不成立，{found.fact}"
    more = f"；另有 {failing - 1} 项不成立" if failing > 1 else ""
    then = f"；{matches_from} 起符合" if matches_from else ""
    return f"不符合：{what}{more}{then}"
