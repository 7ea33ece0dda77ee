"""What is to be done at one door, heading by heading: a shop with three people to send is told once what to say to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from service.work.tasks import Finding, Task


@dataclass(frozen=True)
class Thing:
    """One heading of a visit, and the findings under it."""

    heading: str
    findings: list[Finding]

    @property
    def first(self) -> Finding:
        return self.findings[0]

    @property
    def count(self) -> int:
        return len(self.findings)


def due_things(task: Task, today: date) -> list[Thing]:
    """What is to be done on the day the visit is planned for, or today where that is later."""
    return _things(task, _due(task, today))


def coming_things(task: Task, today: date) -> list[Thing]:
    """What may be settled already, though nobody has to come for it yet; under the rule's title, for a heading counts all."""
    due = _due(task, today)
    coming = [finding for finding in task.findings if finding.live and finding not in due]
    return _things(task, [finding._replace(heading=finding.title) for finding in coming])


def _due(task: Task, today: date) -> list[Finding]:
    """All of it where nothing is due yet: somebody looks ahead."""
    day = task.day_of(today)
    live = [finding for finding in task.findings if finding.live]
    return [one for one in live if not one.coming(day)] or live


def _things(task: Task, findings: Iterable[Finding]) -> list[Thing]:
    """By heading; that of a shop need not say again which shop."""
    things: dict[str, Thing] = {}
    for finding in findings:
        heading = (finding.heading or finding.title).removeprefix(f"{task.target.name}：")
        things.setdefault(heading, Thing(heading, [])).findings.append(finding)
    return list(things.values())
