"""What the generator makes: the records of one community as an office holds them, and what was planted in them.

Fields are named as in the record tables; holders are referred to by identity number or credit code, as in files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from service.demo.places import Place


@dataclass(slots=True)
class Resident:
    """A person as recorded; None is an empty cell. Codes as in service.tables.codes."""

    id_number: str
    name: str
    sex: str
    birth_date: date
    hukou_code: str
    live_code: str
    grid_code: str
    address: str
    household: str
    relation: str
    marital: str
    live_since: date
    phone: str | None = None
    lives_alone: bool | None = None
    care_level: int | None = None
    death_on: date | None = None


@dataclass(slots=True)
class Household:
    """A household: its number, its head, where it lives, its income in yuan per person and month, its aid.

    `special_family`: parents who lost their only child or whose only child is disabled.
    """

    number: str
    head_id: str
    live_code: str
    income_pc_month: int | None = None
    aid_type: str = "none"
    special_family: bool | None = False


@dataclass(slots=True)
class Enterprise:
    """A company, a self-employed person's business or a private non-profit body. `trade` is a word of shapes.TRADES."""

    uscc: str
    name: str
    kind: str
    trade: str
    industry: str
    site_code: str
    grid_code: str
    address: str
    contact_name: str
    phone: str
    established_on: date
    status: str


@dataclass(slots=True)
class Employment:
    """Who works where. `surveyed`: known from the survey of food shops, not from the employments file."""

    uscc: str
    id_number: str
    name: str
    post: str
    handles_food: bool | None
    started_on: date
    ended_on: date | None
    surveyed: bool


@dataclass(slots=True)
class Certificate:
    """A certificate of a person or an enterprise. `surveyed` as for Employment."""

    kind: str
    holder: str
    number: str
    issued_on: date
    valid_to: date | None
    endorsed_on: date | None = None
    surveyed: bool = False


@dataclass(slots=True)
class Disability:
    """A disability card; its number is the identity number, the kind and the grade."""

    id_number: str
    kind: str
    grade: int
    issued_on: date
    valid_to: date

    @property
    def number(self) -> str:
        return f"{self.id_number}{self.kind}{self.grade}"


@dataclass(slots=True)
class Enrolment:
    """A policy someone draws, or drew, or was offered."""

    policy: str
    id_number: str
    state: str
    started_on: date | None
    ended_on: date | None


@dataclass(slots=True)
class ServiceEvent:
    """Something done for a resident on a day."""

    id_number: str
    kind: str
    happened_on: date


@dataclass(frozen=True, slots=True)
class Planted:
    """One thing put into the records on purpose.

    `key` names the record: an identity number, or `uscc/identity number` of an employment. `fact` is what else there is
    to know: the true birth date, the index of the community with the second row, the number of the health certificate.
    """

    kind: str
    key: str
    fact: str = ""


@dataclass(slots=True)
class Community:
    """All records of one community. `repeated` are residents entered a second time, in this community's file."""

    place: Place
    residents: list[Resident] = field(default_factory=list)
    repeated: list[Resident] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    enterprises: list[Enterprise] = field(default_factory=list)
    employments: list[Employment] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    disabilities: list[Disability] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)
    service_events: list[ServiceEvent] = field(default_factory=list)
    spoiled: dict[str, str] = field(default_factory=dict)
    planted: list[Planted] = field(default_factory=list)
