"""Random histories of a whole house: records, rules, parameters, the calendar, days that pass, and what workers say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import made
from engine.made_rules import DAY_ONE, DAYS, DUTY, Author
from records.record_files import id_number
from records.record_histories import DECLARED, FORMS, TABLES, History, declare_fields
from sqlalchemy import delete, insert, select, update

from rules import Entity, RuleErrors, load
from rules.files.documents import Cited
from rules.kinds import Kind
from service import jobs
from service.access import accounts as registry
from service.access import fields
from service.access.unit import Unit
from service.answering import answer
from service.clock import SetClock
from service.engine import parameter_edits
from service.engine.activations import activate, keep
from service.engine.parameter_edits import Correction, Described, Entry
from service.engine.parameters import of_name
from service.engine.rulebook import active, basis, every
from service.errors import Conflict, InvalidInput
from service.records import declaring, merge
from service.settings import Settings
from service.settling import plan_day, settle_touched
from service.tables import (
    calendar_days,
    duty_items,
    findings,
    rule_activations,
    rule_versions,
    tasks,
)
from service.tables.tasks import OPEN, OUTCOME
from service.work import tasks as reading
from service.work.outcomes import Answer
from service.work.pending import LIVE

SOURCE = Cited(law="某法", article="第一条", date=DAY_ONE, verified_on=DAY_ONE)
PEOPLE = tuple(id_number(serial) for serial in range(11, 19))
RULES = [f"rule-{number}" for number in range(1, 9)]
PARAMETERS: dict[str, tuple[Described, tuple[Any, ...]]] = {
    "notice": (Described("提前天数", "int", "天"), (0, 1, 7, 30)),
    "industries": (Described("餐饮行业", "list"), (["6210"], ["A1", "B2"])),
    "limit": (Described("低保标准", "decimal", "元"), (10.5, 200, 100)),
    "since": (Described("起始日期", "date"), (date(2026, 11, 1), date(2027, 1, 1))),
    "town": (Described("镇街编码", "text"), ("3301", "330102003057")),
    "ages": (Described("关注年龄", "list"), ([60, 80],)),
}
DIVISIONS = ("", "", "330102003057", "330102003050", "330102")
STEPS = (1, 1, 1, 2, 3, 7, 38, 39, 98)
"""Days between two scans: the next one, a weekend, over New Year, to 1 March."""
NEAR = (-31, -30, -8, -7, -2, -1, 0, 1, 2, 3, 7, 8, 30, 31)
"""How far from the day of an edit most days of records lie."""
RARE_STEPS = (365, 463, 730)
"""A year, and to and over 29 February 2028."""


@dataclass
class Life(History):
    """Takes random steps on one house; `seen` counts what a run has really done."""

    people: Sequence[str] = PEOPLE
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def settings(self) -> Settings:
        return Settings(home=self.folder, spread=0, daily_cap=3)

    @property
    def today(self) -> date:
        return self.house.clock.today()

    def note(self, what: str) -> None:
        self.steps.append(what)
        self.seen[what.split(" ")[0]] += 1

    def value(self, entity: Entity, name: str) -> Any:
        """Days are such as rules and the days that pass have to do with."""
        if entity.fields[name].kind is Kind.DATE and self.rng.random() < 0.8:
            days = [*DAYS, *(self.today + timedelta(days=days) for days in NEAR)]
            past = [day for day in days if day <= self.today]  # most columns of a file take no other
            return self.rng.choice(past if self.rng.random() < 0.6 else days)
        return super().value(entity, name)

    async def begin(self) -> None:
        """People and places, those who visit them, parameters and the duty of every rule."""
        await declare_fields(self.house)
        async with self.house.write() as unit:
            duty = {"duty": DUTY, "name": "某事项", "kind": "main", "department": "民政局", "basis": "某法"}
            await unit.connection.execute(insert(duty_items).values(duty))
            for number, community in enumerate((made.COMMUNITY, made.OTHER_COMMUNITY)):
                worker = await made.worker(unit, f"w{number}", division_code=community)
                await made.post(unit, worker, f"{community}001")
            await made.worker(unit, "w2", division_code="330102")
            for name, (described, values) in PARAMETERS.items():
                entry = Entry(name, values[0], date(2026, 1, 1), source=SOURCE, described=described)
                await parameter_edits.put(unit, entry)
        for form in [*["households", "residents"] * 2, *FORMS, *FORMS]:
            await self.step(form)

    async def begin_rules(self) -> None:
        """The first few rules."""
        for name in RULES[:-1]:
            await self.publish(name)

    async def anything(self) -> None:
        """One or several things that happen between two scans."""
        for _ in range(self.rng.choice([1, 1, 2, 3, 6])):
            ways = [
                *[self.edit] * 10, *[self.wait] * 6, *[self.answer] * 5, *[self.change_parameter] * 3, self.change_calendar, self.change_fields,
                *[self.publish] * 2, self.take_back, self.retire, self.load_in_bulk, self.scan_one, self.plan,
            ]  # fmt: skip
            await self.rng.choice(ways)()

    async def edit(self) -> None:
        """A few changes of the records, by one of the ways there are."""
        ways = [*["correct"] * 5, "serve", *["remove"] * 3, *[self.rng.choice(FORMS)] * 3]
        what = self.rng.choice(ways)
        for _ in range(self.rng.choice([1, 2, 3])):
            await self.step(what)
            self.seen[what] += 1

    async def _pick(self, unit: Unit, name: str) -> tuple[str, int] | None:
        """Any record, and not only one of the newest."""
        keys = list((await unit.connection.execute(select(TABLES[name].primary))).scalars())
        return (name, self.rng.choice(sorted(keys))) if keys else None

    async def load_in_bulk(self) -> None:
        """An import that tells only that it was made: as of very many new records."""
        before, merge.BULK = merge.BULK, 1
        try:
            await self.step(self.rng.choice(FORMS))
        finally:
            merge.BULK = before
        self.note("bulk")

    async def publish(self, name: str = "") -> None:
        """A new rule, or another version of one."""
        name = name or self.rng.choice(RULES)
        async with self.house.write() as unit:
            known = await fields.catalogue(unit)
            text = Author(self.rng, known).document(name, (await basis(unit)).parameters, self.today)
            await keep(unit, load(text, file=name), text, ready=True)
        document = load(text, file=name)
        self.note(
            f"publish {name} {document.subject}: {document.applies} ∧ {document.when} {dict(document.grades)}"
            f" → {document.visit}, again {document.again}, {document.unknown}, {document.effective}"
        )

    async def take_back(self) -> None:
        """An older version of a rule again in force."""
        async with self.house.write() as unit:
            old = [version for version in await every(unit) if version.state != "active"]
            if not old:
                return
            version = self.rng.choice(old)
            try:
                await activate(unit, version.rule, version.version)
            except (InvalidInput, RuleErrors):
                return  # it asks for what there is no more
        self.note(f"take_back {version.rule} {version.version}")

    async def retire(self) -> None:
        """A rule out of use."""
        async with self.house.write() as unit:
            known = await active(unit)
            if not known:
                return
            version = self.rng.choice(known)
            a = rule_activations.c
            mine = rule_versions.c.version_id == version.version_id
            await unit.connection.execute(update(rule_versions).where(mine).values(state="retired"))
            ended = update(rule_activations).where(a.rule == version.rule, a.to_on.is_(None))
            await unit.connection.execute(ended.values(to_on=self.today))
        self.note(f"retire {version.rule}")

    async def change_parameter(self) -> None:
        """A value entered, from today or a later day on, for everywhere or a division; or one corrected or ended."""
        name = self.rng.choice(["notice", "notice", "notice", *PARAMETERS])
        value = self.rng.choice(PARAMETERS[name][1])
        start = self.today + timedelta(days=self.rng.choice([-30, 0, 1, 1, 2, 40]))
        how = self.rng.choice(["put", "put", "correct", "end"])
        async with self.house.write() as unit:
            known = await of_name(unit, name)
            one = self.rng.choice(known)
            try:
                match how:
                    case "put":
                        division = self.rng.choice(DIVISIONS)
                        await parameter_edits.put(
                            unit, Entry(name, value, start, division=division, source=SOURCE)
                        )
                    case "correct":
                        given = Correction(value, one.effective_to, SOURCE)
                        await parameter_edits.correct(unit, one.parameter_id, one.version, given)
                    case _:
                        await parameter_edits.end(unit, one.parameter_id, one.version, start)
            except (Conflict, InvalidInput):
                return  # two values would claim one day
        self.note(f"parameter {how} {name} {value} {start}")

    async def change_calendar(self) -> None:
        """A day soon made a day off, or one worked on; or as it ever was."""
        day = self.today + timedelta(days=self.rng.choice([0, 1, 2, 3, 4, 5]))
        kind = self.rng.choice(["work", "rest", None])
        async with self.house.write() as unit:
            await unit.connection.execute(delete(calendar_days).where(calendar_days.c.day == day))
            if kind:
                await unit.connection.execute(insert(calendar_days).values(day=day, kind=kind, note="调整"))
        self.note(f"calendar {day} {kind}")

    async def change_fields(self) -> None:
        """A declared field taken out of use, taken up again, or with another meaning of what is missing."""
        field = self.rng.choice(DECLARED)
        meaning = self.rng.choice(["none", "unknown", "retired"])
        async with self.house.write() as unit:
            try:
                if meaning == "retired":
                    await declaring.retire(unit, field.entity, field.name)
                else:
                    await declaring.declare(unit, replace(field, missing=meaning))
            except (Conflict, InvalidInput):
                return  # records hold values that would be lost
        self.note(f"field {field.entity}.{field.name} {meaning}")

    async def wait(self) -> None:
        """One day passes, or several."""
        days = self.rng.choice([*STEPS, self.rng.choice(RARE_STEPS)])
        assert isinstance(self.house.clock, SetClock)
        self.house.clock.instant += timedelta(days=days)
        self.note(f"days {days}")

    async def answer(self) -> None:
        """What a worker says of some findings of a task, with what the records learn from it."""
        async with self.house.read() as unit:
            held = select(tasks.c.task_id, tasks.c.account_id).where(OPEN, tasks.c.account_id.is_not(None))
            rows = (await unit.connection.execute(held.order_by(tasks.c.task_id))).all()
            if not rows:
                return
            row = self.rng.choice(rows)
            account = await registry.by_id(unit, row.account_id)
        assert account is not None
        try:
            async with self.house.write(account.actor) as unit:
                live = select(findings.c.finding_id).where(findings.c.task_id == row.task_id, LIVE)
                ids = list((await unit.connection.execute(live.order_by(findings.c.finding_id))).scalars())
                some = self.rng.sample(ids, self.rng.randint(1, len(ids)))
                if self.rng.random() < 0.3:
                    await reading.start(unit, row.task_id)
                said = [self._said(finding) for finding in some]
                await answer(unit, row.task_id, said)
        except InvalidInput:  # a day too late to put something off to: nothing was written
            self.note("answer refused")
            return
        for each in said:
            self.note(f"answer {each.outcome}")
            self.seen[each.outcome] += 1

    def _said(self, finding_id: int) -> Answer:
        outcome = self.rng.choice(list(OUTCOME))
        dated = outcome == "later" or self.rng.random() < 0.2
        later = self.today + timedelta(days=self.rng.choice(STEPS)) if dated else None
        return Answer(finding_id, outcome, revisit_on=later)

    async def scan(self, only_rule: str | None = None) -> None:
        await jobs.scan_once(self.house, self.today, only_rule=only_rule)

    async def scan_one(self) -> None:
        """A scan of one rule, which leaves what it took in to the others."""
        async with self.house.read() as unit:
            known = await active(unit)
        if known:
            version = self.rng.choice(known)
            await self.scan(version.rule)
            self.note(f"one {version.rule}")

    async def settle(self) -> None:
        await settle_touched(self.house, self.settings)

    async def plan(self) -> None:
        """The lists of a working morning."""
        await plan_day(self.house, self.settings)
        self.note("plan")
