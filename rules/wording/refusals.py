"""Why a record does not match: of the conditions that fail the one nearest to holding, and when it will."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from rules.check import CheckedRule
from rules.holding import Holding
from rules.interpret import Scope, test
from rules.meaning import Formula, Or, bare
from rules.moment import Moment
from rules.wording.reasons import denied
from rules.wording.turns import first_day, turning_days
from rules.wording.values import spaced
from rules.wording.words import phrase

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


@dataclass(frozen=True)
class Refused:
    """What keeps a record from matching, of how many things, and from when it will match if only the day changes."""

    nearest: Nearest
    failing: int
    matches_from: date | None


def refused(rule: CheckedRule, clauses: tuple[Formula, ...], scope: Scope, holds: Holding) -> Refused:
    """Of the failing clauses the one that holds soonest, otherwise the first; for a record that does not match."""
    until = rule.document.effective.to
    failing = [place for place, clause in enumerate(clauses) if holds(clause, scope) is False]
    turns = {place: turning_days(clauses[place], scope, holds.moment, until) for place in failing}
    days = {place: first_day((clauses[place],), turns[place], scope, holds.moment) for place in failing}
    place = min(failing, key=lambda at: (days[at] is None, days[at] or date.max, at))
    closest = Nearest(place, _fact(clauses[place], days[place], scope, holds), days[place])
    first = [clauses[at] for at in failing]
    others = [clause for at, clause in enumerate(clauses) if at not in turns]
    return Refused(closest, len(failing), _matches_from(first, others, days, turns, scope, holds, until))


def _fact(clause: Formula, day: date | None, scope: Scope, holds: Holding) -> str:
    """The fact behind a failing clause; of alternatives that of the one which holds on the day."""
    turning = clause if day is None else _turning(clause, replace(holds.moment, as_of=day), scope)
    told = max(denied(turning, scope, holds), default=None, key=lambda one: one.weight)
    if told is None and turning is not clause:
        return f"“{phrase(turning, holds.moment)}”不成立"
    return spaced(told.text) if told else ""


def _turning(clause: Formula, then: Moment, scope: Scope) -> Formula:
    match bare(clause):
        case Or(items):
            return next((_turning(item, then, scope) for item in items if test(item, then)(scope)), clause)
        case _:
            return clause


def _matches_from(
    failing: list[Formula],
    others: list[Formula],
    days: Mapping[int, date | None],
    turns: Mapping[int, set[date]],
    scope: Scope,
    holds: Holding,
    until: date | None,
) -> date | None:
    """The first day on which all hold: not before each of the failing has held for once."""
    known = [day for day in days.values() if day is not None]
    if len(known) < len(days):
        return None
    start = max(known)
    found = {start}.union(*turns.values())
    found.update(day for clause in others for day in turning_days(clause, scope, holds.moment, until))
    later = {day for day in found if day >= start}
    return first_day((*failing, *others), later, scope, holds.moment)


def refusal(found: Refused, chinese: str) -> str:
    """One line: what does not hold, the fact, how many more, and from when it will match."""
    fact = found.nearest.fact
    what = fact or f"“{chinese}”不成立"
    if fact and len(chinese) <= SHORT and not fact.startswith(("还差", "“")):
        what = f"“{chinese}”不成立，{fact}"
    more = f"；另有 {found.failing - 1} 项不成立" if found.failing > 1 else ""
    then = f"；{found.matches_from} 起符合" if found.matches_from else ""
    return f"不符合：{what}{more}{then}"
