"""The forms that can be imported, by name.

docs/importing.md lists every header and synonym; a test holds it to the forms.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.errors import InvalidInput
from service.records.form import Kind
from service.records.forms_business import CERTIFICATES, EMPLOYMENTS, ENROLMENTS, ENTERPRISES, EQUIPMENT
from service.records.forms_people import (
    DISABILITIES,
    DIVISIONS,
    HOUSEHOLDS,
    PREGNANCIES,
    RESIDENTS,
    SERVICE_EVENTS,
)
from service.records.forms_survey import SURVEY

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        DIVISIONS, RESIDENTS, HOUSEHOLDS, ENTERPRISES, EMPLOYMENTS, CERTIFICATES, ENROLMENTS, DISABILITIES,
        SERVICE_EVENTS, PREGNANCIES, EQUIPMENT, SURVEY,
    )
}  # fmt: skip
"""In the order in which a folder of files has to be imported: what refers comes after what it refers to."""


def kind_of(name: str) -> Kind:
    """The form called `name`; InvalidInput lists the names there are."""
    if name not in KINDS:
        raise InvalidInput(f"没有这种数据：{name[:40]}。可选：{'、'.join(KINDS)}。")
    return KINDS[name]
