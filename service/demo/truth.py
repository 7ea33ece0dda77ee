"""What a perfect scan of the made-up street finds: computed straight from the records, one person after another.

Nothing here comes from the rule engine: obligations.py says in plain Python what each shipped rule means, so that the
two can be held against each other. Each is asked twice, of the records and of what is really so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from service.demo.obligations import RULES, Facts
from service.demo.records import Community, Employment, Planted, Resident


def _by_rule() -> dict[str, set[str]]:
    return {rule: set() for rule in RULES}


@dataclass
class Truth:
    """The truth table of a street.

    `planted`: kind → what was planted. `spoiled`: identity number of a resident whose row cannot be loaded → kind.
    `owed`: rule → keys of those who match by the records; a scan must find exactly them. `false_alarms`: those of them
    who in truth do not, because they died, moved, left the job or were born on another day. `missed`: those who match
    in truth only. Keys are as obligations.py gives them.
    """

    planted: dict[str, list[Planted]] = field(default_factory=lambda: defaultdict(list))
    spoiled: dict[str, str] = field(default_factory=dict)
    owed: dict[str, set[str]] = field(default_factory=_by_rule)
    false_alarms: dict[str, set[str]] = field(default_factory=_by_rule)
    missed: dict[str, set[str]] = field(default_factory=_by_rule)


def find_truth(communities: Iterable[Community], today: date) -> Truth:
    """The truth of all `communities` as of `today`; they may be generated while it is found."""
    truth = Truth()
    for community in communities:
        _add(truth, community, today)
    return truth


def _add(truth: Truth, community: Community, today: date) -> None:
    for planted in community.planted:
        truth.planted[planted.kind].append(planted)
    truth.spoiled.update(community.spoiled)
    recorded = Facts.of(community, community.residents, community.employments, today)
    real = Facts.of(community, _really_here(community), _really_employed(community), today)
    for rule, owed_in in RULES.items():
        by_record, in_truth = set(owed_in(recorded)), set(owed_in(real))
        truth.owed[rule] |= by_record
        truth.false_alarms[rule] |= by_record - in_truth
        truth.missed[rule] |= in_truth - by_record


def _planted(community: Community, *kinds: str) -> dict[str, str]:
    return {planted.key: planted.fact for planted in community.planted if planted.kind in kinds}


def _really_here(community: Community) -> list[Resident]:
    """Everybody who is alive and lives here, with the birth date they really have."""
    gone = _planted(community, "dead_unmarked", "moved")
    born = _planted(community, "wrong_birth")
    return [
        replace(person, birth_date=date.fromisoformat(born[person.id_number]))
        if person.id_number in born
        else person
        for person in community.residents
        if person.id_number not in gone
    ]


def _really_employed(community: Community) -> list[Employment]:
    """Employments of the living that have not ended without anybody writing it down."""
    left = _planted(community, "stale_employment")
    gone = _planted(community, "dead_unmarked")
    return [
        job for job in community.employments
        if f"{job.uscc}/{job.id_number}" not in left and job.id_number not in gone
    ]  # fmt: skip
