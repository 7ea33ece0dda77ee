"""Writes the made-up street as the files its offices would hand in, in the order in which they must be imported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from service.demo import places
from service.demo.dice import dice
from service.demo.places import Place
from service.demo.records import Community, Resident
from service.demo.rows import Kind, Plain, resident_row, rows_of
from service.demo.street import Street
from service.demo.writing import CsvTable, Style, Table, WorkbookTable


class DemoFile(NamedTuple):
    """A file and what it holds: the `KIND` of `zhitui import FILE --as KIND`."""

    path: Path
    kind: Kind


@dataclass(frozen=True)
class _Plan:
    """How one file is written. `encoding` "xlsx" means a workbook with `title` above its header."""

    name: str
    kind: Kind
    encoding: str
    style: Style
    title: str = ""


# Residents: each community's clerk has other habits.
_CLERKS = (
    ("utf-8-sig", Style(0, labels=True)), ("gb18030", Style(1, labels=True)), ("xlsx", Style(0, labels=True)),
    ("gb18030", Style(2, labels=False)), ("xlsx", Style(1, labels=True)), ("utf-8-sig", Style(4, labels=False)),
)  # fmt: skip
_DIVISIONS = _Plan("01-区划.csv", "divisions", "utf-8", Style(4, labels=False))
_WHOLE = (
    _Plan("03-家庭.csv", "households", "gb18030", Style(4, labels=True)),
    _Plan("04-企业.csv", "enterprises", "utf-8-sig", Style(3, labels=True)),
    _Plan("06-从业人员.csv", "employments", "gb18030", Style(0, labels=True)),
    _Plan("07-证件.csv", "certificates", "utf-8-sig", Style(1, labels=True)),
    _Plan("08-残疾人.xlsx", "disabilities", "xlsx", Style(0, labels=True), "湖滨街道持证残疾人名册"),
    _Plan("09-政策享受.csv", "enrolments", "gb18030", Style(2, labels=True)),
    _Plan("10-服务记录.csv", "service_events", "utf-8", Style(4, labels=False)),
)
_LOST_DIGITS = (
    "3.30199E+17"  # what a spreadsheet leaves in a CSV file of an identity number it took for a number
)


def write_files(street: Street, folder: Path) -> list[DemoFile]:
    """Write all files into the existing `folder` and return them in the order of import; names sort the same way.

    One community is in memory at a time. Raises OSError as it comes.
    """
    folder = Path(folder)
    plans = [
        _DIVISIONS,
        *_WHOLE,
        *(_residents_plan(place) for place in places.PLACES),
        *map(_survey_plan, places.PLACES),
    ]
    _write(street, folder, _DIVISIONS, street.divisions())
    with ExitStack() as stack:
        whole = {plan.kind: stack.enter_context(closing(_open(street, folder, plan))) for plan in _WHOLE}
        for community in street.communities():
            _write(street, folder, _residents_plan(community.place), _register(street, community))
            _write(street, folder, _survey_plan(community.place), rows_of(community, "survey"))
            for kind, table in whole.items():
                _fill(table, rows_of(community, kind))
    return [DemoFile(folder / plan.name, plan.kind) for plan in sorted(plans, key=lambda plan: plan.name)]


def _residents_plan(place: Place) -> _Plan:
    encoding, style = _CLERKS[place.index]
    ending = "xlsx" if encoding == "xlsx" else "csv"
    name = f"02-居民-{place.index + 1}-{place.name}.{ending}"
    return _Plan(name, "residents", encoding, style, f"{place.name}居民信息登记表")


def _survey_plan(place: Place) -> _Plan:
    name = f"05-摸排表-{place.index + 1}-{place.name}.xlsx"
    return _Plan(
        name, "survey", "xlsx", Style(place.index % 4, labels=True), f"{place.name}餐饮单位从业人员摸排表"
    )


def _register(street: Street, community: Community) -> Iterator[tuple[Plain, ...]]:
    """The community's residents as its clerk typed them: second rows somewhere among them, unreadable ones in place."""
    rng = dice(street.seed, community.place.code, "register")
    after: dict[int, list[Resident]] = {}
    for person in community.repeated:
        after.setdefault(rng.randrange(len(community.residents)), []).append(person)
    workbook = _CLERKS[community.place.index][0] == "xlsx"
    for place, person in enumerate(community.residents):
        yield _spoiled_row(person, community.spoiled.get(person.id_number), workbook)
        yield from map(resident_row, after.get(place, ()))


def _spoiled_row(person: Resident, spoiled: str | None, workbook: bool) -> tuple[Plain, ...]:
    row = resident_row(person)
    number = person.id_number
    match spoiled:
        case "wrong_check_digit":
            return (number[:17] + ("5" if number[17] != "5" else "6"), *row[1:])
        case "typed_as_number":
            return (float(number[:15] + "000") if workbook else _LOST_DIGITS, *row[1:])
        case "impossible_date":
            return (*row[:3], f"{person.birth_date.year}.2.30", *row[4:])
    return row


def _write(street: Street, folder: Path, plan: _Plan, rows: Iterable[tuple[Plain, ...]]) -> None:
    with closing(_open(street, folder, plan)) as table:
        _fill(table, rows)


def _open(street: Street, folder: Path, plan: _Plan) -> Table:
    rng = dice(street.seed, plan.name)
    if plan.encoding == "xlsx":
        return WorkbookTable(folder / plan.name, plan.kind, plan.title, plan.style, rng, street.today)
    return CsvTable(folder / plan.name, plan.kind, plan.encoding, plan.style, rng)


def _fill(table: Table, rows: Iterable[tuple[Plain, ...]]) -> None:
    for row in rows:
        table.write(row)
