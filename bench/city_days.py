"""One made-up city in one database, day after day: first scans, deltas, and what has to be the same after them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import timedelta

from bench import city_work, creating
from bench.apart import Apart
from bench.bystander import beside
from bench.day_changes import change
from bench.figures import Figures
from bench.places import TODAY
from bench.scanning import Scanned, load_rules, scanned, verdicts_alone
from service.access.unit import House

EQUAL = (1_000, 10_000)
"""Numbers of changes that are the same in a city of any size."""
FASTER = {"sqlite": 25, "postgresql": 10}
"""RULES §6: how many times as fast as a full scan a delta is to be after a day that changed one resident in a hundred."""
CREATING_GOAL = 1.3
"""RULES §6: how many times as long as hand-written statements a first scan may take."""
MEMORY_GOAL = 300
"""Issue 4: MB that the scanning process may take at most, in a city of any size."""
SIX, ALL = "six rules", "all rules"


class CityDays:
    """`process` does what is measured; this one changes records and looks at what became of them."""

    def __init__(self, process: Apart, house: House, residents: int) -> None:
        self.process = process
        self.house = house
        self.residents = residents
        self.day = TODAY
        self.figures = Figures(house.database.dialect, residents)

    async def creation(self, rounds: int) -> None:
        """First scans and hand-written statements in turn; what both wrote has to be the same."""
        hand: list[tuple[float, float]] = []
        first, second = list[Scanned](), list[Scanned]()
        for _ in range(rounds):
            await creating.forget_everything(self.house)
            *taken, _count = await creating.by_hand(self.process, self.day)
            wanted = await creating.found(self.house)
            await creating.forget_everything(self.house)
            first.append(await scanned(self.process, self.day))
            if await creating.found(self.house) != wanted:
                raise SystemExit("the first scan found otherwise than the hand-written statements")
            second.append(await scanned(self.process, self.day, whole=True))
            _unchanged(second[-1])
            hand.append((taken[0], taken[1]))
        self._say(f"{SIX}: findings by hand", *_median(hand), f"{wanted[0]:,} findings")
        self._say(f"{SIX}: first scan", *_median(_times(first)), f"{first[-1].total('unknown'):,} undecided")
        self._say(f"{SIX}: second full scan", *_median(_times(second)))
        self._compare(
            "creating findings", f"{SIX}: first scan", f"{SIX}: findings by hand", CREATING_GOAL, faster=False
        )

    async def first(self, rules: Sequence[str] | None) -> None:
        """A first scan by all shipped rules, or some; on SQLite once before with somebody else writing meanwhile."""
        in_force = await load_rules(self.house, rules)
        await creating.forget_everything(self.house)
        if self.house.database.dialect == "sqlite":
            with beside(self.house, self.figures, "a first scan", city_work.WAIT_GOAL):
                await scanned(self.process, self.day)
            await creating.forget_everything(self.house)
        done = await scanned(self.process, self.day)
        self._say(
            f"{ALL}: first scan", done.seconds, done.processor,
            f"{in_force} rules, {done.total('opened'):,} findings, {done.total('unknown'):,} undecided; {done.memory:.0f} MB",
        )  # fmt: skip
        for rule in done.slowest(5):
            print(f"    {rule.rule:40}{rule.milliseconds:>8,} ms, {rule.opened:,} opened")

    async def again(self) -> None:
        """Judging everybody alone, and a full scan that finds everything as it was."""
        alone = await verdicts_alone(self.process, self.day)
        self.figures.say(f"{ALL}: verdicts alone", sum(alone.values()))
        again = await scanned(self.process, self.day, whole=True)
        _unchanged(again)
        self._say(f"{ALL}: second full scan", again.seconds, again.processor)

    async def deltas(self, rules: str, shares: Sequence[float]) -> None:
        """Days that changed more and more, with a full scan after each, which must find nothing left to change."""
        for share in shares:
            self.day += timedelta(days=1)
            count = await change(self.house, round(self.residents * share), self.day)
            name = f"{rules}: delta, {share:.1%} changed and a day"
            await self._delta(name, count)
            full = await scanned(self.process, self.day, whole=True)
            _unchanged(full)
            self._say(f"{name}: full scan", full.seconds, full.processor)
            goal = FASTER[self.figures.dialect] if share == 0.01 else None
            self._compare(name, name, f"{name}: full scan", goal, faster=True)

    async def equal(self) -> None:
        """The same number of changes in a city of any size, within a day and over one; and nothing at all."""
        for count in EQUAL:
            changed = await change(self.house, count, self.day)
            await self._delta(f"{ALL}: delta, {count:,} changes within a day", changed)
        quiet = await scanned(self.process, self.day)
        self._say(f"{ALL}: delta, nothing changed", quiet.seconds, quiet.processor)
        self.day += timedelta(days=1)
        await self._delta(f"{ALL}: delta, a day gone", 0)
        self.day += timedelta(days=1)
        changed = await change(self.house, EQUAL[-1], self.day)
        await self._delta(f"{ALL}: delta, {EQUAL[-1]:,} changes and a day", changed)
        _unchanged(await scanned(self.process, self.day, whole=True))

    async def tasks(self) -> None:
        """Tasks and lists for everything found, and again after a day that changed something."""
        await city_work.tasks(self.process, self.house, self.day, self.figures)
        self.day += timedelta(days=1)
        changed = await change(self.house, EQUAL[-1], self.day)
        name = f"{ALL}: delta before tasks, {EQUAL[-1]:,} changes and a day"
        await self._delta(name, changed)
        await city_work.follow(self.process, self.day, self.figures, name)

    async def previews(self) -> None:
        """What edited rules would find."""
        await city_work.previews(self.process, self.day, self.figures)

    def end(self) -> None:
        """Tell the memory of the process that did it all."""
        self.figures.note("peak memory in MB", self.process.memory)
        self.figures.hold("peak memory in MB", MEMORY_GOAL)

    def _say(self, name: str, seconds: float, processor: float, besides: str = "") -> None:
        self.figures.note(f"{name}: processor", processor)
        self.figures.say(name, seconds, f"{processor * 1000:,.0f} ms of processor; {besides}")

    def _compare(self, name: str, ours: str, other: str, goal: float | None, *, faster: bool) -> None:
        """By the clock and, where others use the machine too more to be trusted, by the processor's time."""
        self.figures.compare(name, ours, other, goal, faster=faster)
        by_processor = f"{ours}: processor", f"{other}: processor"
        self.figures.compare(f"{name}, of processor", *by_processor, goal, faster=faster)

    async def _delta(self, name: str, changed: int) -> Scanned:
        done = await scanned(self.process, self.day)
        moved = " ".join(f"{count:,} {what}" for what, count in done.changed.items())
        self._say(
            name, done.seconds, done.processor,
            f"{changed:,} changes, {done.total('candidates'):,} candidates; {moved}; {done.judged('full')} rules full; "
            f"{done.memory:.0f} MB; took in {done.beginning * 1000:.0f} ms",
        )  # fmt: skip
        for rule in done.slowest(4):
            print(
                f"    {rule.rule:40}{rule.milliseconds:>8,} ms  {rule.mode} {rule.why_full or ''} "
                f"{rule.candidates or 0:,} candidates, {rule.opened + rule.resolved + rule.withdrawn + rule.updated:,} changed"
            )
        return done


def _times(done: Sequence[Scanned]) -> list[tuple[float, float]]:
    return [(one.seconds, one.processor) for one in done]


def _median(times: Sequence[tuple[float, float]]) -> tuple[float, float]:
    seconds, processor = zip(*times, strict=True)
    return statistics.median(seconds), statistics.median(processor)


def _unchanged(full: Scanned) -> None:
    """A full scan right after a delta has nothing to do, or the delta was wrong."""
    for rule in full.rules:
        changed = {what: getattr(rule, what) for what in full.changed}
        if any(changed.values()):
            raise SystemExit(f"{rule.rule}: the full scan after it still found {changed}")
