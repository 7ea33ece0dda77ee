"""One column of an import form: its header, its synonyms, the field it fills and how its cells are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.sources.cells import Cell
from service.records import wordings
from service.records.dates import read_date, read_expiry
from service.records.identity import Identity, check_uscc, identify
from service.records.issues import Privacy, Wrong
from service.records.normalise import (
    Reader,
    read_amount,
    read_any_division,
    read_code,
    read_count,
    read_division,
    read_grid,
    read_identity,
    read_industry,
    read_months,
    read_number_text,
    read_phone,
    read_ratio,
    read_text,
    read_uscc,
    read_year,
    read_yes_no,
)
from service.records.text import compact
from service.tables import codes

Making = Callable[[date], Reader]
"""Makes the reader of one import, which may have to know what day it is."""


@dataclass(frozen=True)
class Column:
    """`names` are further headers, beside `header`, that mean this field. `required`: each row must fill it."""

    header: str
    field: str
    reader: Making
    names: tuple[str, ...] = ()
    required: bool = False
    privacy: Privacy = "open"


def column(
    header: str,
    field: str,
    reader: Making,
    names: str = "",
    *,
    required: bool = False,
    privacy: Privacy = "open",
) -> Column:
    """`names` separated by spaces."""
    return Column(header, field, reader, tuple(names.split()), required, privacy)


def always(reader: Reader) -> Making:
    return lambda _today: reader


def text(limit: int) -> Making:
    return always(read_text(limit))


def number_text(limit: int) -> Making:
    return always(read_number_text(limit))


def past_day(today: date) -> Reader:
    """A date that cannot lie ahead: of a birth, a death, a service."""

    def read(cell: Cell) -> date | None:
        day = read_date(cell)
        if day is not None and day > today:
            raise Wrong("date_in_future")
        return day

    return read


def holder(today: date) -> Reader:
    """An identity number or a unified social credit code: whose certificate it is."""

    def read(cell: Cell) -> Identity | str | None:
        written = compact(cell)
        if not written:
            return None
        if len(written) == 18 and not written[:17].isdigit():
            return check_uscc(written)
        try:
            return identify(written, today)
        except Wrong as wrong:
            return _uscc_or(written, wrong)

    return read


def _uscc_or(written: str, wrong: Wrong) -> str:
    """A code of digits only looks like an identity number; what fails as both is told as the latter."""
    try:
        return check_uscc(written)
    except Wrong:
        raise wrong from None


def _code(table: str, *, number: bool = False) -> Making:
    synonyms: Any = getattr(wordings, table)
    return always(read_code(getattr(codes, table), synonyms, number=number))


identity: Making = read_identity
uscc = always(read_uscc)
division = always(read_division)
grid = always(read_grid)
any_division = always(read_any_division)
industry = always(read_industry)
yes_no = always(read_yes_no)
phone = always(read_phone)
amount = always(read_amount)
count = always(read_count)
months = always(read_months)
year = always(read_year)
ratio = always(read_ratio)
day = always(read_date)
expiry = always(read_expiry)
sex = _code("SEX")
marital = _code("MARITAL")
family = _code("FAMILY")
care_level = _code("CARE_LEVEL", number=True)
disability_kind = _code("DISABILITY_KIND")
disability_grade = _code("DISABILITY_GRADE", number=True)
aid_type = _code("AID_TYPE")
elder_situation = _code("ELDER_SITUATION")
medical_insurance = _code("MEDICAL_INSURANCE")
enterprise_kind = _code("ENTERPRISE_KIND")
enterprise_size = _code("ENTERPRISE_SIZE")
enterprise_status = _code("ENTERPRISE_STATUS")
equipment_kind = _code("EQUIPMENT_KIND")
certificate_kind = _code("CERTIFICATE_KIND")
certificate_status = _code("CERTIFICATE_STATUS")
policy = _code("POLICY")
enrolment_state = _code("ENROLMENT_STATE")
service_kind = _code("SERVICE_KIND")
division_level = _code("DIVISION_LEVEL")
