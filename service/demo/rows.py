"""Records as rows under the headers the importer knows.

A row holds text, numbers, booleans, dates and None; codes stand as in service.tables.codes. How an office would
write them down is the business of writing.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Literal

from service.demo.records import (
    Certificate,
    Community,
    Disability,
    Employment,
    Enrolment,
    Enterprise,
    Household,
    Resident,
    ServiceEvent,
)
from service.demo.street import Street

Plain = str | int | float | bool | date | None
Kind = Literal[
    "divisions", "residents", "households", "enterprises", "survey", "employments", "certificates", "disabilities",
    "enrolments", "service_events",
]  # fmt: skip

HEADERS: dict[Kind, tuple[str, ...]] = {
    "divisions": ("编码", "名称", "级别", "上级编码"),
    "residents": (
        "身份证号", "姓名", "性别", "出生日期", "户籍地编码", "居住地编码", "网格编码", "住址", "联系电话", "户号", "与户主关系", "婚姻状况",
        "独居", "失能等级", "居住起始日期", "死亡日期",
    ),
    "households": ("户号", "户主身份证号", "居住地编码", "人均月收入", "救助类型", "计划生育特殊家庭"),
    "enterprises": (
        "统一社会信用代码", "企业名称", "主体类型", "行业代码", "经营地编码", "网格编码", "经营地址", "联系人", "联系电话", "成立日期", "状态",
    ),
    "survey": (
        "企业名称", "统一社会信用代码", "行业代码", "经营地编码", "员工姓名", "身份证号", "岗位", "接触直接入口食品", "健康证号", "健康证有效期至",
    ),
    "employments": ("统一社会信用代码", "身份证号", "岗位", "接触直接入口食品", "入职日期", "离职日期"),
    "certificates": ("证件类型", "持有人证件号", "证号", "发证日期", "有效期至", "最近签注日期"),
    "disabilities": ("身份证号", "残疾证号", "残疾类别", "残疾等级", "发证日期", "有效期至"),
    "enrolments": ("政策代码", "持有人证件号", "状态", "开始日期", "结束日期"),
    "service_events": ("身份证号", "服务类型", "服务日期"),
}  # fmt: skip
"""The importer's headers. 最近签注日期 and 计划生育特殊家庭 are there because shipped rules read them."""


def plain_rows(street: Street, kind: Kind) -> Iterator[tuple[Plain, ...]]:
    """All good rows of a kind under HEADERS[kind], one community in memory at a time.

    Repeated and unreadable rows are left out: for loading a street of any size by other means than files.
    """
    if kind == "divisions":
        yield from street.divisions()
        return
    for community in street.communities():
        yield from rows_of(community, kind)


def rows_of(community: Community, kind: Kind) -> Iterator[tuple[Plain, ...]]:
    """The good rows of one community."""
    yield from _ROWS[kind](community)


def resident_row(person: Resident) -> tuple[Plain, ...]:
    return (
        person.id_number, person.name, person.sex, person.birth_date, person.hukou_code, person.live_code,
        person.grid_code, person.address, person.phone, person.household, person.relation, person.marital,
        person.lives_alone, person.care_level, person.live_since, person.death_on,
    )  # fmt: skip


def _residents(community: Community) -> Iterator[tuple[Plain, ...]]:
    return (
        resident_row(person) for person in community.residents if person.id_number not in community.spoiled
    )


def _survey(community: Community) -> Iterator[tuple[Plain, ...]]:
    """Every employee of every food shop, with the health certificate that was shown."""
    shops = {shop.uscc: shop for shop in community.enterprises}
    shown = {one.holder: one for one in community.certificates if one.surveyed}
    for job in community.employments:
        if job.surveyed:
            yield _survey_row(shops[job.uscc], job, shown.get(job.id_number))


def _survey_row(shop: Enterprise, job: Employment, certificate: Certificate | None) -> tuple[Plain, ...]:
    return (
        shop.name, shop.uscc, shop.industry, shop.site_code, job.name, job.id_number, job.post, job.handles_food,
        certificate.number if certificate else None, certificate.valid_to if certificate else None,
    )  # fmt: skip


def _household_row(home: Household) -> tuple[Plain, ...]:
    return home.number, home.head_id, home.live_code, home.income_pc_month, home.aid_type, home.special_family


def _enterprise_row(shop: Enterprise) -> tuple[Plain, ...]:
    return (
        shop.uscc, shop.name, shop.kind, shop.industry, shop.site_code, shop.grid_code, shop.address, shop.contact_name,
        shop.phone, shop.established_on, shop.status,
    )  # fmt: skip


def _employment_row(job: Employment) -> tuple[Plain, ...]:
    return job.uscc, job.id_number, job.post, job.handles_food, job.started_on, job.ended_on


def _certificate_row(one: Certificate) -> tuple[Plain, ...]:
    return one.kind, one.holder, one.number, one.issued_on, one.valid_to, one.endorsed_on


def _disability_row(card: Disability) -> tuple[Plain, ...]:
    return card.id_number, card.number, card.kind, str(card.grade), card.issued_on, card.valid_to


def _enrolment_row(one: Enrolment) -> tuple[Plain, ...]:
    return one.policy, one.id_number, one.state, one.started_on, one.ended_on


def _service_event_row(event: ServiceEvent) -> tuple[Plain, ...]:
    return event.id_number, event.kind, event.happened_on


_ROWS: dict[Kind, Callable[[Community], Iterator[tuple[Plain, ...]]]] = {
    "residents": _residents,
    "households": lambda community: map(_household_row, community.households),
    "enterprises": lambda community: map(_enterprise_row, community.enterprises),
    "survey": _survey,
    "employments": lambda community: (
        _employment_row(job) for job in community.employments if not job.surveyed
    ),
    "certificates": lambda community: (
        _certificate_row(one) for one in community.certificates if not one.surveyed
    ),
    "disabilities": lambda community: map(_disability_row, community.disabilities),
    "enrolments": lambda community: map(_enrolment_row, community.enrolments),
    "service_events": lambda community: map(_service_event_row, community.service_events),
}
