"""One rule led through days to come: whom each day moves, what it makes of them, and what it cannot tell.

A day is told as a scan of it would find it: by today's records, the version and the parameter values of that day, and
what people have settled. Only those the days move are judged, as a delta would (`candidates.days_come`); everyone only
where the days change what the rule asks, or the rule begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select, union

from rules import CannotEvaluate, CheckedRule, RuleErrors
from service.access.unit import Unit
from service.engine.ahead import Ahead
from service.engine.candidates import days_come
from service.engine.judging import judge
from service.engine.progress import Progress
from service.engine.rule_scan import must_be_full
from service.engine.rulebook import Basis, Version
from service.engine.scratch import candidates, empty, put


@dataclass(frozen=True)
class Walked:
    """How many were judged one by one, on how many days everyone was, and from which day on the rule cannot be told."""

    judged: int = 0
    whole_days: int = 0
    error: str | None = None

    def plus(self, judged: int | None) -> Walked:
        """With one more day, on which so many were judged, or (None) everyone."""
        if judged is None:
            return replace(self, whole_days=self.whole_days + 1)
        return replace(self, judged=self.judged + judged)


async def walk(
    unit: Unit, ground: Basis, rule: str, days: Mapping[date, Version | None], known: Progress | None
) -> Walked:
    """Fill `expected_ahead`; `days` are in order, and each has the version that is in force then.

    `known` is how far scans have brought the rule, None where the next one judges everyone. A day that cannot be told
    (a parameter without a value) is passed over, and made up for by the next one that can, as scans do.
    """
    path = _Path(unit, ground, Ahead(unit, rule, min(days)), known)
    await path.ahead.begin()
    done = Walked()
    for day, version in days.items():
        if version is None or not version.effective(day):
            await path.leave()
            continue
        try:
            judged = await path.go(version, day)
        except (CannotEvaluate, RuleErrors) as error:
            done = replace(done, error=done.error or f"{day} 起不能推算：{error}")
            continue
        done = done.plus(judged)
    return done


@dataclass
class _Path:
    """Where a rule stands: the last day it was judged on, by which version."""

    unit: Unit
    ground: Basis
    ahead: Ahead
    known: Progress | None
    started: bool = False
    """Whether a day was judged, after which neither fields nor parameters can have been edited."""
    inside: bool = True

    async def leave(self) -> None:
        """A day on which the rule is not in force."""
        if self.inside:
            await self.ahead.withdraw()
        self.inside, self.known = False, None

    async def go(self, version: Version, day: date) -> int | None:
        """Judge a day; returns of how many, None for everyone."""
        rule = self.ground.checked(version)
        whom = await self._whom(version, rule, day)
        if whom != 0:
            among = None if whom is None else select(candidates.c.subject_id)
            judged = await judge(self.unit, self.ground, rule, day, among)
            await self.ahead.step(judged, day, everyone=whom is None)
        if whom:
            await empty(self.unit, candidates)
        self.inside = self.started = True
        self.known = Progress(rule.document.rule, 0, version.version_id, day, "")
        return whom

    async def _whom(self, version: Version, rule: CheckedRule, day: date) -> int | None:
        """Fill the candidates and count them; None for everyone."""
        known = self.known
        if known is None or known.version_id != version.version_id:
            return None
        if not self.started and must_be_full(self.ground, version, rule, known, day):
            return None
        come = days_come(self.unit, self.ground, rule, known.as_of, day)
        return None if come is None else await put(self.unit, candidates, select(union(*come).subquery()))
