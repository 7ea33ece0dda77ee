"""What outcomes say of a rule: whether it was right, how often a visit was for nothing, and how old findings are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CONFIRMS = frozenset({"done", "accepted", "declined"})
"""Outcomes of somebody who really was owed it; also of whoever was told and does not want it."""
REFUTES = frozenset({"already_has", "not_eligible", "moved", "died"})
"""Outcomes of a visit that was for nothing: the rule, or the record it read, was wrong."""
SILENT = frozenset({"not_found", "needs_department"})
"""Outcomes of a visit that do not tell whether the rule was right. "later" is no outcome of a finding yet."""
GROUP = 5
"""Shares of fewer visits are not told: they would tell of single households rather than of the rule."""
ENOUGH = 20
"""A rule is flagged only by so many telling visits: of fewer, one more or less moves the share by over five points."""


@dataclass(frozen=True)
class Measured:
    """What came of the visits. `precision` = confirmed ÷ (confirmed + refuted), `waste` = refuted ÷ visited, 0 to 1.

    Shares are None for fewer than `GROUP` visits.
    """

    visited: int
    confirmed: int
    refuted: int
    silent: int
    precision: float | None
    waste: float | None

    @classmethod
    def of(cls, counted: Mapping[str, int]) -> Measured:
        """From how often there was each outcome."""
        confirmed, refuted, silent = (
            sum(counted.get(outcome, 0) for outcome in some) for some in (CONFIRMS, REFUTES, SILENT)
        )
        visited, telling = confirmed + refuted + silent, confirmed + refuted
        return cls(
            visited,
            confirmed,
            refuted,
            silent,
            confirmed / telling if telling >= GROUP else None,
            refuted / visited if visited >= GROUP else None,
        )

    @property
    def telling(self) -> int:
        """Visits that tell whether the rule was right."""
        return self.confirmed + self.refuted


@dataclass(frozen=True)
class Age:
    """How old findings are, in days from the day they were found: the middle one, nine in ten, the oldest."""

    findings: int
    middle: int | None
    nine_in_ten: int | None
    oldest: int | None

    @classmethod
    def of(cls, days: Mapping[int, int]) -> Age:
        """From how many findings there are of each age."""
        total = sum(days.values())
        if not total:
            return cls(0, None, None, None)
        return cls(total, _at(days, total, 50), _at(days, total, 90), max(days))


def _at(days: Mapping[int, int], total: int, percent: int) -> int:
    """The smallest age that so many percent of the findings do not exceed."""
    seen = 0
    for age in sorted(days):
        seen += days[age]
        if seen * 100 >= total * percent:
            return age
    raise ValueError("no findings")
