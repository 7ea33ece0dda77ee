"""A made-up city of any size as bare table rows, for measuring; no file and no importer in between.

The proportions are those of the demo (`service/demo/shapes.py`, with their sources): households first, ages by role,
then what follows from them. A given number of residents and seed gives the same rows. Sealed fields hold text as long
as the real thing, because the width of a row is part of what a scan costs. Dates are ISO text, truth values 0 and 1,
which both databases take.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench import papers, people, shops
from bench.city import City, Row

COLUMNS = {
    "households": (
        "household_id", "number", "head_id", "live_code", "size", "income_pc_month", "assets_ok", "aid_type",
        "special_family",
    ),
    "residents": (
        "resident_id", "id_number", "id_number_index", "name", "sex", "birth_date", "death_on", "marital", "hukou_code",
        "live_code", "grid_code", "address", "live_since", "moved_out_on", "phone", "phone_index", "household_id",
        "relation", "lives_alone", "elder_situation", "care_level", "is_veteran",
    ),
    "enterprises": (
        "enterprise_id", "uscc", "name", "kind", "industry", "site_code", "grid_code", "address", "contact_name", "phone",
        "phone_index", "established_on", "status",
    ),
    "employments": (
        "employment_id", "resident_id", "enterprise_id", "post", "handles_food", "serves_public", "started_on", "ended_on",
    ),
    "certificates": (
        "certificate_id", "kind", "resident_id", "enterprise_id", "number", "issuer", "issued_on", "valid_to",
        "endorsed_on", "status",
    ),
    "disabilities": (
        "disability_id", "resident_id", "number", "number_index", "kind", "grade", "issued_on", "valid_to",
    ),
    "enrolments": (
        "enrolment_id", "policy", "resident_id", "state", "started_on", "ended_on", "amount", "revisit_on",
    ),
    "service_events": ("service_event_id", "resident_id", "kind", "happened_on"),
    "pregnancies": ("pregnancy_id", "resident_id", "due_on", "booklet_on"),
    "equipment": ("equipment_id", "enterprise_id", "kind", "number", "tested_on", "next_test_on"),
}  # fmt: skip


def tables(city: City) -> Iterator[tuple[str, Iterator[Row]]]:
    """Each table's name with its rows; take the rows of one before the next."""
    homes: list[Row] = []
    yield "residents", people.residents(city, homes)
    yield "households", iter(homes)
    yield "enterprises", shops.enterprises(city)
    yield "employments", shops.employments(city)
    yield "disabilities", people.disabilities(city)
    yield "certificates", papers.certificates(city)
    yield "enrolments", papers.enrolments(city)
    yield "service_events", papers.service_events(city)
    yield "pregnancies", people.pregnancies(city)
    yield "equipment", shops.equipment(city)
