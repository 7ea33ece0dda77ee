"""Every form goes in, and goes in only once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from record_files import COMMUNITY, id_number, uscc, write_csv, write_xlsx
from sqlalchemy import Table, func, select

from service.access.actors import SYSTEM
from service.access.unit import House
from service.records.identity import person_index
from service.records.importing import import_file
from service.records.kinds import KINDS
from service.records.reports import ImportReport
from service.tables import (
    certificates,
    changes,
    changesets,
    disabilities,
    divisions,
    employments,
    enrolments,
    enterprises,
    households,
    import_errors,
    imports,
    residents,
    service_events,
)

RESIDENTS = [
    "身份证号", "姓名", "性别", "出生日期", "户籍地编码", "居住地编码", "网格编码", "住址", "联系电话", "户号", "与户主关系",
    "婚姻状况", "独居", "失能等级", "居住起始日期", "死亡日期",
]  # fmt: skip
ENTERPRISES = [
    "统一社会信用代码",
    "企业名称",
    "主体类型",
    "行业代码",
    "经营地编码",
    "网格编码",
    "经营地址",
    "联系人",
    "联系电话",
    "成立日期",
    "状态",
]
EMPLOYMENTS = ["统一社会信用代码", "身份证号", "岗位", "接触直接入口食品", "入职日期", "离职日期"]
CERTIFICATES = ["证件类型", "持有人证件号", "证号", "发证日期", "有效期至"]
ENROLMENTS = ["政策代码", "持有人证件号", "状态", "开始日期", "结束日期"]
DISABILITIES = ["身份证号", "残疾证号", "残疾类别", "残疾等级", "发证日期", "有效期至"]
HOUSEHOLDS = ["户号", "户主身份证号", "居住地编码", "人均月收入", "救助类型"]
DIVISIONS = ["编码", "名称", "级别", "上级编码"]
SERVICES = ["身份证号", "服务类型", "服务日期"]
SURVEY = [
    "企业名称",
    "统一社会信用代码",
    "行业代码",
    "经营地编码",
    "员工姓名",
    "身份证号",
    "岗位",
    "接触直接入口食品",
    "健康证号",
    "健康证有效期至",
]

CHEN, LIN = id_number(11), id_number(12, date(1990, 7, 1))
SHOP = uscc(1)
CHEN_ROW = [
    CHEN, "陈大文", "男", "1939.3.5", COMMUNITY, COMMUNITY, f"{COMMUNITY}001", "东坡路1号", "13800000001", "H1", "户主",
    "丧偶", "是", "2", "1990年1月1日", "",
]  # fmt: skip
LIN_ROW = [
    LIN,
    "林小",
    "",
    "",
    "330122",
    COMMUNITY,
    "",
    "东坡路1号",
    "",
    "H1",
    "女",
    "已婚",
    "否",
    "",
    "",
    "",
]
PLACES = [
    ["330102003000", "湖滨街道", "街道", ""],
    [COMMUNITY, "东坡路社区", "社区", "330102003000"],
    [f"{COMMUNITY}001", "第一网格", "", COMMUNITY],
    ["330122000000", "桐庐县", "区县", ""],
]


async def load(
    house: House, path: Path, kind: str, header: list[str], rows: list[list[Any]], **options: Any
) -> ImportReport:
    return await import_file(
        house, write_csv(path / f"{kind}.csv", header, rows), kind, actor=SYSTEM, **options
    )


async def count(house: House, table: Table) -> int:
    async with house.read() as unit:
        return int((await unit.connection.execute(select(func.count()).select_from(table))).scalar_one())


async def only(house: House, table: Table) -> dict[str, Any]:
    async with house.read() as unit:
        return dict((await unit.connection.execute(select(table))).mappings().one())


async def person(house: House, number: str) -> dict[str, Any]:
    async with house.read() as unit:
        wanted = residents.c.id_number_index == person_index(unit.vault, number)
        return dict((await unit.connection.execute(select(residents).where(wanted))).mappings().one())


async def base(house: House, path: Path) -> None:
    """Places, two people of one household and a shop."""
    await load(house, path, "divisions", DIVISIONS, PLACES)
    await load(house, path, "residents", RESIDENTS, [CHEN_ROW, LIN_ROW])
    await load(
        house,
        path,
        "enterprises",
        ENTERPRISES,
        [[SHOP, "东坡路面馆", "个体户", "6210", COMMUNITY, "", "", "陈", "", "", "在业"]],
    )


async def test_residents_arrive_whole_with_what_their_number_tells(house: House, tmp_path: Path) -> None:
    await load(house, tmp_path, "divisions", DIVISIONS, PLACES)
    report = await load(house, tmp_path, "residents", RESIDENTS, [CHEN_ROW, LIN_ROW])
    assert (report.read, report.good, report.bad, report.issues) == (2, 2, 0, ())
    assert report.tallies["resident"].created == 2
    assert report.tallies["household"].created == 1
    chen, lin = await person(house, CHEN), await person(house, LIN)
    assert house.vault.open("residents.id_number", chen["id_number"]) == CHEN
    assert house.vault.open("residents.phone", chen["phone"]) == "13800000001"
    assert (chen["name"], chen["sex"], chen["birth_date"], chen["marital"]) == (
        "陈大文",
        "1",
        date(1939, 3, 5),
        "30",
    )
    assert (chen["lives_alone"], chen["care_level"], chen["live_since"]) == (True, 2, date(1990, 1, 1))
    assert (lin["sex"], lin["birth_date"], lin["hukou_code"], lin["relation"]) == (
        "2",
        date(1990, 7, 1),
        "330122000000",
        "3",
    )
    assert lin["household_id"] == chen["household_id"] is not None
    household = await only(house, households)
    assert (household["number"], household["live_code"]) == ("H1", COMMUNITY)


async def test_every_form_loads_and_loading_it_again_changes_nothing(house: House, tmp_path: Path) -> None:
    await base(house, tmp_path)
    forms: dict[str, tuple[list[str], list[list[Any]]]] = {
        "divisions": (DIVISIONS, PLACES),
        "residents": (RESIDENTS, [CHEN_ROW, LIN_ROW]),
        "households": (HOUSEHOLDS, [["H1", CHEN, COMMUNITY, "1,080.50", "低保户"]]),
        "enterprises": (
            ENTERPRISES,
            [[SHOP, "东坡路面馆", "个体户", "6210", COMMUNITY, "", "", "陈", "", "2020/1/1", "在业"]],
        ),
        "employments": (EMPLOYMENTS, [[SHOP, LIN, "厨师", "是", "2024.3.5", ""]]),
        "certificates": (
            CERTIFICATES,
            [["健康证", LIN, "JK-1", "2025.12.1", "2026.12.1"], ["食品经营许可", SHOP, "JY1", "", "长期"]],
        ),
        "enrolments": (
            ENROLMENTS,
            [["高龄津贴", CHEN, "发放中", "2019-03-01", ""], ["CARE_SUBSIDY", CHEN, "停发", "", ""]],
        ),
        "disabilities": (DISABILITIES, [[CHEN, f"{CHEN}42", "肢体", "二级", "2020.1.1", "2030.1.1"]]),
        "service_events": (SERVICES, [[CHEN, "探访", "2026.11.1"], [CHEN, "体检", "2026.5.1"]]),
        "pregnancies": (
            ["孕妇身份证号", "预产期", "建册日期", "分娩日期"],
            [[LIN, "2027-03-01", "2026年9月1日", ""], [LIN, "2024-01-05", "", "2024-01-02"]],
        ),
        "equipment": (
            ["社会信用代码", "设备类别", "设备注册代码", "检验日期", "下次检验日期"],
            [[SHOP, "自动扶梯", "3110-001", "2026.1.5", "2027.1.31"]],
        ),
        "survey": (
            SURVEY,
            [["东坡路面馆", SHOP, "6210", COMMUNITY, "林小", LIN, "厨师", "是", "JK-1", "2026.12.1"]],
        ),
    }
    assert set(forms) == set(KINDS)
    for kind, (header, rows) in forms.items():
        first = await load(house, tmp_path, kind, header, rows)
        assert (first.bad, first.good) == (0, len(rows)), (kind, first.issues)
        before = await count(house, changes)
        again = await load(house, tmp_path, kind, header, rows)
        assert (again.created, again.updated) == (0, 0), kind
        assert again.unchanged == first.created + first.updated + first.unchanged > 0
        assert await count(house, changes) == before
    household = await only(house, households)
    assert (household["aid_type"], float(household["income_pc_month"])) == ("dibao", 1080.5)
    assert household["head_id"] == (await person(house, CHEN))["resident_id"]
    employment = await only(house, employments)
    assert (employment["post"], employment["handles_food"], employment["started_on"]) == (
        "厨师",
        True,
        date(2024, 3, 5),
    )
    assert (await only(house, disabilities))["grade"] == 2
    tables = (certificates, enrolments, service_events, divisions, enterprises)
    assert [await count(house, table) for table in tables] == [2, 2, 2, 4, 1]


async def test_a_survey_makes_the_shop_its_people_their_work_and_their_certificates(
    house: House, tmp_path: Path
) -> None:
    rows = [
        ["东坡路面馆", SHOP, "6210", COMMUNITY, "陈大文", CHEN, "厨师", "是", "JK-1", "2026.12.1"],
        ["", "", "", "", "林小", LIN, "会计", "否", "", ""],
    ]
    report = await load(house, tmp_path, "survey", SURVEY, rows)
    assert {name: tally.created for name, tally in report.tallies.items()} == {
        "enterprise": 1, "resident": 2, "employment": 2, "certificate": 1,
    }  # fmt: skip
    shop, certificate = await only(house, enterprises), await only(house, certificates)
    assert (shop["name"], shop["industry"], shop["site_code"]) == ("东坡路面馆", "6210", COMMUNITY)
    chen = await person(house, CHEN)
    assert (certificate["kind"], certificate["resident_id"], certificate["valid_to"]) == (
        "HEALTH_FOOD", chen["resident_id"], date(2026, 12, 1),
    )  # fmt: skip
    assert chen["live_code"] is None


async def test_an_empty_cell_never_overwrites_and_only_what_differs_is_written(
    house: House, tmp_path: Path
) -> None:
    await base(house, tmp_path)
    household_before = (await person(house, CHEN))["household_id"]
    moved = ["", "", "", "", "", "", "", "东坡路2号", "13800000002", "H2", "", "", "", "", "", ""]
    report = await load(house, tmp_path, "residents", RESIDENTS, [[CHEN, "陈大文", *moved[2:]], LIN_ROW])
    assert report.tallies["resident"].updated == 1
    assert report.tallies["resident"].unchanged == 1
    chen = await person(house, CHEN)
    assert (chen["care_level"], chen["address"], chen["marital"]) == (2, "东坡路2号", "30")
    assert house.vault.open("residents.phone", chen["phone"]) == "13800000002"
    async with house.read() as unit:
        mine = changes.c.changeset_id == report.changeset_id
        rows = (
            (await unit.connection.execute(select(changes).where(mine).order_by(changes.c.field)))
            .mappings()
            .all()
        )
    assert {(row["entity"], row["field"]): row["old_reference"] for row in rows} == {
        ("household", "*"): None,
        ("resident", "address"): None,
        ("resident", "household_id"): household_before,
        ("resident", "phone"): None,
    }
    assert chen["changeset_id"] == report.changeset_id
    assert (await person(house, LIN))["changeset_id"] != report.changeset_id


async def test_created_records_are_recorded_with_a_star(house: House, tmp_path: Path) -> None:
    report = await load(house, tmp_path, "residents", RESIDENTS, [CHEN_ROW, LIN_ROW])
    async with house.read() as unit:
        rows = (
            await unit.connection.execute(select(changes.c.entity, changes.c.record_id, changes.c.field))
        ).all()
        source = (await unit.connection.execute(select(changesets.c.source))).scalar_one()
    people = [(await person(house, number))["resident_id"] for number in (CHEN, LIN)]
    household = (await only(house, households))["household_id"]
    expected = {("resident", people[0], "*"), ("resident", people[1], "*"), ("household", household, "*")}
    assert {tuple(row) for row in rows} == expected
    assert (source, report.changeset_id is not None) == ("import", True)


async def test_a_dry_run_tells_everything_and_writes_no_record(house: House, tmp_path: Path) -> None:
    bad = [CHEN[:17] + ("0" if CHEN[17] != "0" else "1"), *CHEN_ROW[1:]]
    report = await load(house, tmp_path, "residents", RESIDENTS, [CHEN_ROW, LIN_ROW, bad], dry_run=True)
    assert (report.good, report.bad, report.tallies["resident"].created) == (2, 1, 2)
    assert [await count(house, table) for table in (residents, households, changes, changesets)] == [
        0,
        0,
        0,
        0,
    ]
    row = await only(house, imports)
    assert (row["state"], row["dry_run"], row["created"], row["changeset_id"]) == ("done", True, 3, None)
    assert await count(house, import_errors) == len(report.issues) > 0
    real = await load(house, tmp_path, "residents", RESIDENTS, [CHEN_ROW, LIN_ROW, bad])
    assert (real.tallies, real.issues) == (report.tallies, report.issues)


async def test_a_csv_in_gb18030_and_a_workbook_with_dates_and_numbers_say_the_same(
    house: House, tmp_path: Path
) -> None:
    text = write_csv(tmp_path / "a.csv", RESIDENTS, [CHEN_ROW], encoding="gb18030")
    await import_file(house, text, "residents", actor=SYSTEM)
    cells = [*CHEN_ROW]
    cells[3], cells[8], cells[13], cells[4] = 14309, 13800000001, 2, int(COMMUNITY)
    book = write_xlsx(tmp_path / "a.xlsx", RESIDENTS, [cells])
    report = await import_file(house, book, "residents", actor=SYSTEM)
    assert report.tallies["resident"].unchanged == 1, report.issues


async def test_the_divisions_of_the_statistics_office_are_read_as_published(
    house: House, tmp_path: Path
) -> None:
    rows = [
        ["330000000000", "浙江省", "province", ""],
        ["330100000000", "杭州市", "city", "330000000000"],
        [COMMUNITY, "东坡路社区", "community", "330102003000"],
    ]
    report = await load(house, tmp_path, "divisions", ["code", "name", "level", "parent_code"], rows)
    assert (report.created, [issue.code for issue in report.issues]) == (3, ["parent_unknown"])
    async with house.read() as unit:
        prefixes = (
            (await unit.connection.execute(select(divisions.c.prefix).order_by(divisions.c.prefix)))
            .scalars()
            .all()
        )
    assert prefixes == ["33", "3301", COMMUNITY]


async def test_one_row_twice_is_one_record(house: House, tmp_path: Path) -> None:
    report = await load(house, tmp_path, "residents", RESIDENTS, [CHEN_ROW, CHEN_ROW])
    assert (report.good, report.tallies["resident"].created, report.tallies["resident"].duplicates) == (
        2,
        1,
        1,
    )
    assert not [issue for issue in report.issues if issue.code == "duplicate_differs"]


async def test_of_two_differing_rows_the_later_wins_where_it_says_something(
    house: House, tmp_path: Path
) -> None:
    later = [CHEN, "陈大文", "", "", "", "", "", "东坡路9号", *[""] * 8]
    report = await load(house, tmp_path, "residents", RESIDENTS, [CHEN_ROW, later])
    chen = await person(house, CHEN)
    assert (chen["address"], chen["care_level"]) == ("东坡路9号", 2)
    assert [(i.row, "2" in i.advice) for i in report.issues if i.code == "duplicate_differs"] == [(3, True)]


async def test_a_lower_form_of_the_same_number_is_the_same_person(house: House, tmp_path: Path) -> None:
    await load(house, tmp_path, "residents", RESIDENTS, [CHEN_ROW])
    legacy = CHEN[:6] + CHEN[8:17]
    report = await load(house, tmp_path, "residents", RESIDENTS, [[legacy, *CHEN_ROW[1:]]])
    assert report.tallies["resident"].unchanged == 1


async def test_people_made_up_for_a_demonstration_are_marked(house: House, tmp_path: Path) -> None:
    await load(house, tmp_path, "residents", RESIDENTS, [CHEN_ROW], synthetic=True)
    await load(house, tmp_path, "residents", RESIDENTS, [LIN_ROW])
    assert [(await person(house, number))["synthetic"] for number in (CHEN, LIN)] == [True, False]


async def test_progress_is_told_up_to_the_last_row(house: House, tmp_path: Path) -> None:
    told: list[int] = []
    await load(house, tmp_path, "residents", RESIDENTS, [CHEN_ROW, LIN_ROW], progress=told.append)
    assert told[-1] == 2


async def test_header_names_of_other_offices_are_understood(house: House, tmp_path: Path) -> None:
    report = await load(
        house,
        tmp_path,
        "residents",
        ["＊公民身份号码（必填）", "居民 姓名", "手机号", "备注"],
        [[CHEN, "陈大文", "13800000001", "无"]],
    )
    assert (report.good, report.ignored) == (1, ("备注",))
    assert house.vault.open("residents.phone", (await person(house, CHEN))["phone"]) == "13800000001"


@pytest.mark.parametrize("kind", list(KINDS))
def test_no_header_of_a_form_means_two_things(kind: str) -> None:
    from connectors.sources.headers import normalise

    form = KINDS[kind]
    names = [
        name for column in form.columns for name in {normalise(n) for n in (column.header, *column.names)}
    ]
    assert sorted(names) == sorted(set(names))


async def test_the_facts_of_school_work_and_insurance_are_read_as_offices_write_them(
    house: House, tmp_path: Path
) -> None:
    await base(house, tmp_path)
    told = {
        "身份证号": LIN, "姓名": "林小", "空巢留守情况": "留守老人", "是否有劳动能力": "否", "生活来源": "无", "在读": "是",
        "医保类型": "城乡居民医保", "缴费年度": "2027年度", "累计缴费月数": "14个月", "失业时间": "2026.9.1",
        "非因本人意愿中断就业": "是", "失业登记时间": "2026-09-15", "有无赡养抚养扶养人": "无",
    }  # fmt: skip
    report = await load(house, tmp_path, "residents", list(told), [list(told.values())])
    assert (report.bad, report.ignored) == (0, ())
    lin = await person(house, LIN)
    assert {name: lin[name] for name in ("elder_situation", "can_work", "has_income", "has_supporter")} == {
        "elder_situation": "left_behind", "can_work": False, "has_income": False, "has_supporter": False,
    }  # fmt: skip
    assert (lin["in_school"], lin["medical_insurance"], lin["medical_paid_year"]) == (True, "resident", 2027)
    assert (lin["unemployment_months"], lin["unemployed_involuntary"]) == (14, True)
    assert (lin["unemployed_on"], lin["unemployment_registered_on"]) == (
        date(2026, 9, 1),
        date(2026, 9, 15),
    )
    header = ["户号", "刚性支出占比", "近12个月医疗自付"]
    await load(house, tmp_path, "households", header, [["H1", "62.5%", "51,000元"]])
    household = await only(house, households)
    assert (float(household["essential_spend_ratio"]), float(household["med_self_pay_12m"])) == (
        0.625,
        51000.0,
    )
    header = [*ENTERPRISES[:2], "企业规模", "是否公众聚集场所", "失业保险缴费月数", "裁员率", "行业代码"]
    row = [SHOP, "东坡路面馆", "微型", "否", "24个月", "5.5%", "餐饮业"]
    await load(house, tmp_path, "enterprises", header, [row])
    shop = await only(house, enterprises)
    assert (shop["size"], shop["public_venue"], shop["unemployment_paid_months"]) == ("micro", False, 24)
    assert (float(shop["layoff_rate"]), shop["industry"]) == (0.055, "62")


async def test_an_industry_nobody_listed_is_told_with_its_row(house: House, tmp_path: Path) -> None:
    header = ["统一社会信用代码", "企业名称", "行业代码"]
    rows = [[SHOP, "东坡路面馆", "9910"], [SHOP, "东坡路面馆", "F5212"]]
    report = await load(house, tmp_path, "enterprises", header, rows)
    assert [(i.row, i.column, i.value, i.code) for i in report.issues] == [
        (2, "行业代码", "9910", "industry_unknown")
    ]
    assert (await only(house, enterprises))["industry"] == "5212"
