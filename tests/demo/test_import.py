"""The street's files through the product's own importer: nothing is refused but what was spoiled on purpose."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import ColumnElement, Table, func, select

from service.access.actors import SYSTEM
from service.access.unit import House
from service.demo.files import DemoFile
from service.demo.records import Community
from service.demo.street import Street
from service.records.importing import import_file
from service.tables import certificates, import_errors, residents, service_events


async def count(house: House, table: Table, *conditions: ColumnElement[bool]) -> int:
    async with house.read() as unit:
        statement = select(func.count()).select_from(table).where(*conditions)
        return int((await unit.connection.execute(statement)).scalar_one())


async def test_everything_loads_but_the_spoiled_rows(
    sqlite_house: House, street: Street, communities: list[Community], files: list[DemoFile]
) -> None:
    bad = 0
    for file in files:
        report = await import_file(sqlite_house, file.path, file.kind, actor=SYSTEM, synthetic=True)
        assert not report.ignored, file.path.name
        bad += report.bad
    truth = street.truth
    assert bad == len(truth.spoiled)
    async with sqlite_house.read() as unit:
        rows = await unit.connection.execute(select(import_errors.c.code, import_errors.c.severity))
        issues = Counter((code, severity) for code, severity in rows)
    spoiled = Counter(truth.spoiled.values())
    assert {code: number for (code, severity), number in issues.items() if severity == "error"} == {
        "identity_check": spoiled["wrong_check_digit"],
        "digits_lost": spoiled["typed_as_number"],
        "date_impossible": spoiled["impossible_date"],
    }
    assert {code for code, severity in issues if severity == "warning"} == {
        "birth_date_differs",
        "duplicate_differs",
    }

    living = [person for community in communities for person in community.residents]
    outside = {
        job.id_number for community in communities for job in community.employments if job.surveyed
    } - {person.id_number for person in living}  # fmt: skip
    assert await count(sqlite_house, residents) == len(living) - len(truth.spoiled) + len(outside)
    assert await count(sqlite_house, residents, residents.c.synthetic.is_(False)) == 0
    assert await count(sqlite_house, certificates) == sum(
        len(community.certificates) for community in communities
    )
    assert await count(sqlite_house, certificates, certificates.c.endorsed_on.is_not(None)) == sum(
        one.endorsed_on is not None for community in communities for one in community.certificates
    )
    assert await count(sqlite_house, service_events) == sum(
        len(community.service_events) for community in communities
    )
