"""One rule led through days to come: whom each day moves, what it makes of them, and what it cannot tell.

A day is told as a scan of it would find it: by today's records, the version and the parameter values of that day, and
what people have settled. Only those the days move are judged, as a delta would (`candidates.days_come`); everyone only
where the days change what the rule asks, or the rule begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import func, select, union

from rules import CannotEvaluate, CheckedRule, RuleErrors
from rules.regions import Region
from rules.windows import EVERYONE, Move, joined
from service.access.unit import Unit
from service.engine.ahead import Ahead
from service.engine.candidates import Moved, come, days_move
from service.engine.judging import judge
from service.engine.progress import Progress
from service.engine.rule_scan import must_be_full
from service.engine.rulebook import Basis, Version
from service.engine.scratch import candidates, clear, put

STRETCHES = (30, 5)
"""Days that are looked at together before they are one by one: most rules move nobody for weeks in a small place."""
BUSY = 2
"""Subjects a day from which on hardly a day will move nobody, so that each is looked at by itself."""
ONE_DAY = timedelta(days=1)


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
    lasts = _lasts(days)
    for day, version in days.items():
        if version is None or not version.effective(day):
            await path.leave()
            continue
        try:
            judged = await path.go(version, day, lasts[day])
        except (CannotEvaluate, RuleErrors) as error:
            done = replace(done, error=done.error or f"{day} 起不能推算：{error}")
            continue
        done = done.plus(judged)
    return done


def _lasts(days: Mapping[date, Version | None]) -> dict[date, date]:
    """Of each day, up to which one the same version is in force without a break."""
    lasts: dict[date, date] = {}
    for day, version in reversed(list(days.items())):
        following = days.get(day + ONE_DAY)
        goes_on = version is not None and following == version and version.effective(day + ONE_DAY)
        lasts[day] = lasts[day + ONE_DAY] if goes_on else day
    return lasts


@dataclass
class _Path:
    """Where a rule stands: the last day it was judged on, by which version.

    Days that move nobody are found many at a time: `idle_until` says up to which day nobody is moved, `probed` up to
    which one stretches of each length are known to move somebody.
    """

    unit: Unit
    ground: Basis
    ahead: Ahead
    known: Progress | None
    started: bool = False
    inside: bool = True
    idle_until: date = date.min
    probed: dict[int, date] = field(default_factory=dict)
    moved: dict[date, Moved | None] = field(default_factory=dict)

    async def leave(self) -> None:
        """A day on which the rule is not in force."""
        if self.inside:
            await self.ahead.withdraw()
        self.inside, self.known = False, None

    async def go(self, version: Version, day: date, last: date) -> int | None:
        """Judge a day; returns of how many, None for everyone. Up to `last` the version stays the same."""
        rule = self.ground.checked(version)
        whom = await self._whom(version, rule, day, last)
        if whom != 0:
            among = None if whom is None else select(candidates.c.subject_id)
            judged = await judge(self.unit, self.ground, rule, day, among, reasons=False)
            await self.ahead.step(judged, day, everyone=whom is None)
        if whom:
            await clear(self.unit, candidates)
        self.inside = self.started = True
        self.known = Progress(rule.document.rule, 0, version.version_id, day, "")
        return whom

    async def _whom(self, version: Version, rule: CheckedRule, day: date, last: date) -> int | None:
        """Fill the candidates and count them; None for everyone."""
        known = self.known
        if known is None or known.version_id != version.version_id:
            return None
        if not self.started and must_be_full(self.ground, version, rule, known, day):
            return None
        if await self._idle(rule, known.as_of, day, last):
            return 0
        moved = self._moves(rule, known.as_of, day)
        if moved is None:
            return None
        them = union(*come(self.unit, self.ground, rule, moved, known.as_of, day)).subquery()
        return await put(self.unit, candidates, select(*them.c))

    async def _idle(self, rule: CheckedRule, then: date, day: date, last: date) -> bool:
        """Whether nobody is moved on this day, nor on others that are looked at together with it."""
        if day <= self.idle_until:
            return True
        for length in STRETCHES:
            upto = min(day + timedelta(days=length - 1), last)
            if upto == day or self.probed.get(length, date.min) >= day:
                continue
            self.probed[length] = upto
            days = (upto - then).days
            moved = await self._number(rule, then, upto, BUSY * days)
            if moved == 0:
                self.idle_until = upto
                return True
            if moved is None or moved == BUSY * days:
                self.probed = dict.fromkeys(STRETCHES, upto)
                return False
        return False

    async def _number(self, rule: CheckedRule, then: date, upto: date, most: int) -> int | None:
        """How many the days up to one may move, `most` at the most; None where that cannot be asked of all at once."""
        days = [then + timedelta(days=number) for number in range((upto - then).days + 1)]
        try:
            moved = [self._moves(rule, one, other) for one, other in pairwise(days)]
        except CannotEvaluate:
            return None
        if None in moved:
            return None
        together: dict[Region, tuple[Move, ...]] = {}
        for region in moved[0] or ():
            moves = joined(each[region] for each in moved if each is not None)
            if moves is EVERYONE:
                return None
            together[region] = moves
        them = union(*come(self.unit, self.ground, rule, together, then, upto)).subquery()
        some = select(*them.c).limit(most).subquery()
        return int((await self.unit.connection.execute(select(func.count()).select_from(some))).scalar_one())

    def _moves(self, rule: CheckedRule, then: date, day: date) -> Moved | None:
        """What moves between the last day that was judged and another; reckoned once."""
        if then != day - ONE_DAY:
            return days_move(self.ground, rule, then, day)
        if day not in self.moved:
            self.moved[day] = days_move(self.ground, rule, then, day)
        return self.moved[day]
