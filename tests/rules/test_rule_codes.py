"""Code tables at rule check: what is in them passes, what is not is refused with the nearest there is."""

from __future__ import annotations

import pytest

from rules.catalogue import Field
from rules.checking.expressions import check_condition
from rules.kinds import Kind
from service.tables.catalogue import CATALOGUE

CODED = [
    (entity.name, field)
    for entity in CATALOGUE.entities.values()
    for field in entity.fields.values()
    if field.codes
]


def errors(subject: str, condition: str) -> list[tuple[str, str | None]]:
    found = check_condition(condition, CATALOGUE, subject, {})
    return [(error.code, error.suggestion) for error in found.errors]


def quoted(field: Field, code: str) -> str:
    return f'"{code}"' if field.kind is Kind.TEXT else code


@pytest.mark.parametrize(("entity", "field"), CODED, ids=lambda item: getattr(item, "name", item))
def test_a_rule_may_name_every_code_of_a_field_and_no_other(entity: str, field: Field) -> None:
    path = f"{entity}.{field.name}"
    listed = ", ".join(quoted(field, code) for code in field.codes)
    assert errors(entity, f"{path} in [{listed}]") == []
    strange = quoted(field, "99" if field.kind is Kind.INT else "9x9")
    for condition in (f"{path} == {strange}", f"{path} != {strange}", f"{path} in [{listed}, {strange}]"):
        assert [code for code, _ in errors(entity, condition)] == ["unknown_code"], condition


@pytest.mark.parametrize(
    ("entity", "field"),
    [(entity, field) for entity, field in CODED if field.kind is Kind.TEXT],
    ids=lambda item: getattr(item, "name", item),
)
def test_a_chinese_name_is_answered_with_its_code(entity: str, field: Field) -> None:
    for code, name in field.codes.items():
        assert errors(entity, f'{entity}.{field.name} == "{name}"') == [("unknown_code", f'"{code}"')]


def test_an_industry_is_known_by_the_division_it_begins_with() -> None:
    for condition in (
        '== "6210"',
        '== "62"',
        'in ["6110", "6220"]',
        '.startsWith("62")',
        '.startsWith("621")',
    ):
        assert errors("enterprise", f"enterprise.industry {condition}") == []
    assert errors("enterprise", 'enterprise.industry.startsWith("6")') == []
    for condition in ('== "9910"', '.startsWith("99")', '== "00"', '.startsWith("991")'):
        ((code, suggestion),) = errors("enterprise", f"enterprise.industry {condition}")
        assert code == "unknown_code", condition
        assert suggestion is None or suggestion.strip('"') in CATALOGUE["enterprise"].fields["industry"].codes


def test_a_slip_in_a_code_is_answered_with_the_nearest() -> None:
    assert errors("certificate", 'certificate.kind == "HEALTH_FOD"') == [("unknown_code", '"HEALTH_FOOD"')]
    assert errors("enrolment", 'enrolment.policy == "high_age"') == [("unknown_code", '"HIGH_AGE"')]
