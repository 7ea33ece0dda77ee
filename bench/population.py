"""A made-up city of any size as bare table rows, for measuring; no file and no importer in between.

The proportions are those of the demo (`service/demo/shapes.py`, with their sources): households first, ages by role,
then what follows from them; what the other shipped rules read is given in shares that leave few people found. A given
number of residents and seed gives the same rows but for what is sealed, and every size the same proportions. Phone numbers are really sealed; other
sealed fields hold text as long as the real thing, because the width of a row is part of what a scan costs. Dates are ISO text, truth values 0 and 1,
which both databases take.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from bench import papers, people, shops
from bench.made_city import City, Row

COLUMNS = {
    "residents": (
        "resident_id", "id_number", "id_number_index", "name", "sex", "birth_date", "death_on", "marital", "hukou_code",
        "live_code", "grid_code", "address", "live_since", "registered_on", "moved_out_on", "phone", "phone_index",
        "household_id", "relation", "lives_alone", "elder_situation", "care_level", "care_assessed_on", "is_veteran",
        "can_work", "has_income", "has_supporter", "in_school", "unemployment_months", "unemployed_involuntary",
        "unemployment_registered_on",
    ),
    "households": (
        "household_id", "number", "head_id", "live_code", "size", "income_pc_month", "assets_ok", "aid_type",
        "aid_review_due", "special_family", "one_child_cert_on", "med_self_pay_12m",
    ),
    "enterprises": (
        "enterprise_id", "uscc", "name", "kind", "industry", "public_venue", "site_code", "grid_code", "address",
        "contact_name", "phone", "phone_index", "established_on", "annual_report_year", "status",
    ),
    "employments": (
        "employment_id", "resident_id", "enterprise_id", "post", "handles_food", "serves_public", "started_on", "ended_on",
    ),
    "disabilities": (
        "disability_id", "resident_id", "number", "number_index", "kind", "grade", "issued_on", "valid_to",
    ),
    "certificates": (
        "certificate_id", "kind", "resident_id", "enterprise_id", "number", "issuer", "issued_on", "valid_to",
        "endorsed_on", "status",
    ),
    "enrolments": (
        "enrolment_id", "policy", "resident_id", "state", "started_on", "ended_on", "amount", "last_confirmed_on",
        "revisit_on",
    ),
    "service_events": ("service_event_id", "resident_id", "kind", "happened_on"),
    "pregnancies": ("pregnancy_id", "resident_id", "due_on", "booklet_on"),
    "equipment": ("equipment_id", "enterprise_id", "kind", "number", "tested_on", "next_test_on"),
}  # fmt: skip
"""The columns of every table that is filled, by table."""


def chunks(city: City, size: int) -> Iterator[tuple[str, list[Row]]]:
    """(table, rows), up to about `size` rows a time; references hold when everything is there."""
    for rows in _by(size, people.residents(city)):
        yield "residents", rows
        yield "households", city.homes
        city.homes = []
    for table, made in (
        ("enterprises", shops.enterprises), ("employments", shops.employments), ("disabilities", people.disabilities),
        ("certificates", papers.certificates), ("enrolments", papers.enrolments),
        ("service_events", papers.service_events), ("pregnancies", people.pregnancies), ("equipment", shops.equipment),
    ):  # fmt: skip
        for rows in _by(size, made(city)):
            yield table, rows


def _by(size: int, rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while chunk := list(islice(left, size)):
        yield chunk
