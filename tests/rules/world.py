"""A small town of hostile records, declared with the same `info` contract as the product's own tables."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    null,
)

from rules import Catalogue, Entity, Extension, Moment, read
from rules.files.workdays import weekday
from rules.kinds import Kind

TODAY = date(2026, 11, 23)
KINDS = {"HEALTH_FOOD": "健康证", "RESIDENCE": "居住证", "FOOD_LICENCE": "食品经营许可证"}
metadata = MetaData()


def _fact(name: str, kind: Any, label: str, missing: str, **info: Any) -> Column[Any]:
    options = {option: info.pop(option) for option in ("nullable", "index") if option in info}
    return Column(
        name, kind, info={"label": label, "missing": missing, "sensitivity": "internal", **info}, **options
    )


def _added() -> Column[Any]:
    return Column("extra", JSON)


def _link(column: str, target: str, nullable: bool, **relation: str) -> Column[Any]:
    return Column(
        column, Integer, ForeignKey(target), index=True, nullable=nullable, info={"relation": relation}
    )


households = Table(
    "homes",
    metadata,
    Column("home_id", Integer, primary_key=True),
    _fact("income", Numeric(12, 2), "人均月收入", "unknown", index=True, unit="元"),
    _fact("size", Integer, "人口数", "none", index=True, unit="人"),
    _fact("aid", Text, "救助类型", "unknown", codes={"none": "无", "dibao": "低保"}),
    _fact("review_on", Date, "复核日期", "none", index=True),
    _fact("ratio", Numeric(8, 4), "刚性支出比", "none"),
    _added(),
    info={"entity": "household", "label": "家庭"},
)
residents = Table(
    "people",
    metadata,
    Column("person_id", Integer, primary_key=True),
    _fact("name", Text, "姓名", "unknown", index=True, nullable=False),
    _fact("birth_date", Date, "出生日期", "unknown", index=True, part="birth"),
    _fact("death_on", Date, "死亡日期", "none", index=True, present="已死亡", absent="在世"),
    _fact("live_code", Text, "居住地编码", "unknown", index=True),
    _fact("hukou_code", Text, "户籍地编码", "unknown"),
    _fact("nickname", Text, "别名", "none"),
    _fact("lives_alone", Boolean, "独居", "unknown", index=True, present="独居", absent="不独居"),
    _fact("veteran", Boolean, "退役军人", "none"),
    _fact("care_level", Integer, "失能等级", "unknown", codes={"0": "完好", "2": "中度", "4": "完全"}),
    _fact("phone", Text, "联系电话", "unknown", encrypted=True),
    _link(
        "home_id",
        "homes.home_id",
        True,
        name="household",
        label="所在家庭",
        inverse="members",
        inverse_label="家庭成员",
    ),
    _added(),
    info={"entity": "resident", "label": "居民", "place": "live_code"},
)
enterprises = Table(
    "shops",
    metadata,
    Column("shop_id", Integer, primary_key=True),
    _fact("name", Text, "企业名称", "unknown", nullable=False),
    _fact("industry", Text, "行业代码", "unknown", index=True),
    _added(),
    info={"entity": "enterprise", "label": "企业", "place": "industry"},
)
employments = Table(
    "jobs",
    metadata,
    Column("job_id", Integer, primary_key=True),
    _link(
        "person_id",
        "people.person_id",
        False,
        name="resident",
        label="从业人员",
        inverse="employments",
        inverse_label="从业记录",
    ),
    _link(
        "shop_id",
        "shops.shop_id",
        False,
        name="enterprise",
        label="用人单位",
        inverse="employments",
        inverse_label="从业人员",
    ),
    _fact("handles_food", Boolean, "接触直接入口食品", "unknown"),
    _fact("ended_on", Date, "离职日期", "none", index=True, present="已离职", absent="在职"),
    _added(),
    info={"entity": "employment", "label": "从业记录", "place": "resident.live_code"},
)
certificates = Table(
    "papers",
    metadata,
    Column("paper_id", Integer, primary_key=True),
    _fact("kind", Text, "证件类型", "unknown", codes=KINDS, nullable=False),
    _link(
        "person_id",
        "people.person_id",
        True,
        name="resident",
        label="持证人",
        inverse="certificates",
        inverse_label="证件",
    ),
    _link(
        "shop_id",
        "shops.shop_id",
        True,
        name="enterprise",
        label="持证单位",
        inverse="certificates",
        inverse_label="证照",
    ),
    _link(
        "job_id",
        "jobs.job_id",
        True,
        name="employment",
        label="所属岗位",
        inverse="papers",
        inverse_label="岗位证件",
    ),
    _fact("issued_on", Date, "发证日期", "unknown"),
    _fact("valid_to", Date, "有效期至", "unknown", index=True, part="end"),
    _fact("endorsed_on", Date, "签注日期", "none"),
    _fact("points", Integer, "分数", "none"),
    _added(),
    info={"entity": "certificate", "label": "证件"},
)
service_events = Table(
    "visits",
    metadata,
    Column("visit_id", Integer, primary_key=True),
    _link(
        "person_id",
        "people.person_id",
        False,
        name="resident",
        label="服务对象",
        inverse="service_events",
        inverse_label="服务记录",
    ),
    _fact("kind", Text, "服务类型", "unknown", codes={"VISIT": "探访", "CHECKUP": "体检"}, nullable=False),
    _fact("happened_on", Date, "服务日期", "unknown", nullable=False, part="event"),
    info={"entity": "service_event", "label": "服务记录"},
)
STOVES = (("GAS", "燃气"), ("WOOD", "柴火"))
EXTENSIONS = [
    Extension("resident", "siblings", "兄弟姐妹", Kind.INT, "unknown"),
    Extension("resident", "pets", "宠物", Kind.INT, "none"),
    Extension("resident", "fund", "公积金", Kind.DECIMAL, "unknown", unit="元"),
    Extension("resident", "bonus", "奖金", Kind.DECIMAL, "none", unit="元"),
    Extension("resident", "dialect", "方言", Kind.TEXT, "unknown"),
    Extension("resident", "remark", "备注", Kind.TEXT, "none"),
    Extension("resident", "vegetarian", "素食", Kind.BOOL, "unknown"),
    Extension("resident", "volunteer", "志愿者", Kind.BOOL, "none"),
    Extension("resident", "arrived_on", "迁入日期", Kind.DATE, "unknown"),
    Extension("resident", "trained_on", "培训日期", Kind.DATE, "none"),
    Extension("household", "stove", "灶具", Kind.TEXT, "unknown", codes=STOVES),
    Extension("household", "inspected_on", "查验日期", Kind.DATE, "none"),
    Extension("enterprise", "area", "面积", Kind.DECIMAL, "unknown", unit="平方米"),
    Extension("employment", "shift", "班次", Kind.INT, "none", codes=(("1", "白班"), ("2", "夜班"))),
    Extension("certificate", "copies", "份数", Kind.INT, "none"),
    Extension("certificate", "scanned", "已扫描", Kind.BOOL, "unknown"),
]
"""Fields an administrator declared: of every kind, with either meaning of missing."""
CATALOGUE = read(metadata.sorted_tables, EXTENSIONS)

TEXTS = [
    "",
    "a",
    "A",
    "%",
    "_",
    "a_b",
    "a%b",
    "O'Neil",
    "\\",
    "湖滨",
    "湖滨街道",
    "330102",
    "330102003",
    "6210",
    "6220",
    "😀",
    "z\n",
    " ",
    "a ",
    '"',
    "\\n",
    "\t\x01\x7f",
    "é",
    "e\u0301",
    "\ufffd",
    "𠮷野家",
    "湖" * 3000 + "b",
    "%_\\'" * 500,
]
DATES = [
    TODAY,
    *(TODAY + timedelta(days=n) for n in (-366, -365, -90, -31, -30, -1, 1, 29, 30, 31, 365)),
    *(date(year, 2, 29) for year in (1940, 1944, 1948, 2000, 2024)),
    *(date(year, 11, day) for year in (1926, 1946, 1966, 2008) for day in (22, 23, 24)),
    *(date(2026, month, day) for month, day in ((1, 1), (2, 28), (3, 1), (10, 31), (11, 1), (12, 31))),
    *(date(year, month, day) for year in (1944, 1946, 2024) for month, day in ((2, 28), (3, 1), (12, 31))),
    *(date(year, 1, 1) for year in (1900, 1947, 2024, 2027)),
    *[date(9999, 12, 31)] * 3,  # permits without end are common
]
NAMED_TWICE = ("live_code", "hukou_code", "nickname", "remark")  # compared with each other, so often the same
NUMBERS = [-1, 0, 1, 2, 4, 10**9, 2**31 - 1, -(2**31)]
DECIMALS = {
    "income": [
        Decimal(text)
        for text in ("0", "-0.01", "0.01", "1138.50", "1138.51", "12.10", "99999.99", "9999999999.99")
    ],
    "ratio": [Decimal(text) for text in ("0", "0.3", "0.3333", "0.6", "-0.0001", "12.1", "9999.9999")],
}
PARAMETERS: dict[str, Any] = {
    "notice": 30,
    "industries": ["6210", "6220"],
    "limit": Decimal("1138.50"),
    "since": date(1946, 11, 23),
    "town": "3301",
    "ages": [60, 80, Decimal("82.5")],
}
HARD_DAYS = [
    TODAY,
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2024, 3, 1),
    date(2025, 2, 28),
    date(2026, 3, 1),
    date(2026, 12, 31),
    date(2027, 1, 1),
]
"""An ordinary Monday, then both sides of every edge of the calendar, in leap and common years."""
Rows = dict[str, list[dict[str, Any]]]


def moment(as_of: date = TODAY, **parameters: Any) -> Moment:
    """A moment with the parameters most tests use."""
    return Moment(as_of, PARAMETERS | parameters, weekday)


Cell: TypeAlias = Column[Any] | Extension
Value: TypeAlias = Callable[[Cell], Any]


def town(seed: int, people: int = 150) -> Rows:
    """A population in which every value of every pool occurs, now and then an empty cell, and rows twice."""
    chance = random.Random(seed)  # the same town in every run
    decks: dict[str, list[Any]] = {}

    def deal(cell: Cell) -> Any:
        deck = decks.setdefault(repr(cell), [])
        if not deck:
            deck += chance.sample(_pool(cell), len(_pool(cell)))
        return deck.pop()

    return _rows(people, chance, deal)


def population(chance: random.Random, people: int) -> Rows:
    """A little population drawn from `chance` alone, so that a failing one shrinks."""
    return _rows(people, chance, lambda column: chance.choice(_pool(column)))


def _rows(people: int, chance: random.Random, value: Value) -> Rows:
    counts = {
        "homes": max(1, people // 2),
        "people": people,
        "shops": max(1, people // 2),
        "jobs": people,
        "papers": 2 * people,
        "visits": people,
    }
    rows = {
        table.name: [_row(table, key, counts, chance, value) for key in range(1, counts[table.name] + 1)]
        for table in metadata.sorted_tables
    }
    for table in (certificates, employments, service_events):
        _repeat(rows[table.name], table)
    return rows


def _repeat(rows: list[dict[str, Any]], table: Table) -> None:
    """Every tenth row says the same as the one before it."""
    (key,) = (column.name for column in table.primary_key)
    for index in range(9, len(rows), 10):
        rows[index] = rows[index - 1] | {key: rows[index][key]}


def _row(
    table: Table,
    key: int,
    counts: dict[str, int],
    chance: random.Random,
    value: Value,
) -> dict[str, Any]:
    return {column.name: _cell(column, key, counts, chance, value) for column in table.columns}


def _cell(
    column: Column[Any],
    key: int,
    counts: dict[str, int],
    chance: random.Random,
    value: Value,
) -> Any:
    if column.primary_key:
        return key
    if column.name == "extra":
        return _extra(column, chance, value)
    if column.nullable and chance.randrange(10) < 3:
        return None
    if column.foreign_keys:
        (foreign,) = column.foreign_keys
        return chance.randint(1, max(1, counts[foreign.column.table.name] * 2 // 3))
    return value(column)


def _extra(column: Column[Any], chance: random.Random, value: Value) -> Any:
    """Nothing at all, a JSON null, or an object some of whose keys are absent or null."""
    absent = chance.randrange(10)
    if absent < 2:
        return null() if absent else JSON.NULL
    cells: dict[str, Any] = {}
    for extension in EXTENSIONS:
        if CATALOGUE[extension.entity].table is column.table:
            missing = chance.randrange(10)
            if missing:
                cells[extension.name] = None if missing == 1 else value(extension)
    return cells


def _pool(cell: Cell) -> list[Any]:
    if isinstance(cell, Extension):
        return _added_pool(cell)
    codes = cell.info.get("codes")
    match cell.type:
        case Boolean():
            return [True, False]
        case Date():
            return DATES[:17] if cell.name in ("death_on", "ended_on") else DATES
        case Integer():
            return [int(code) for code in codes] if codes else NUMBERS
        case Numeric():
            return DECIMALS[cell.name]
        case _:
            return list(codes) if codes else TEXTS[:14] if cell.name in NAMED_TWICE else TEXTS


def _added_pool(extension: Extension) -> list[Any]:
    """Values of a declared field as JSON keeps them."""
    codes = [code for code, _ in extension.codes]
    match extension.kind:
        case Kind.BOOL:
            return [True, False]
        case Kind.DATE:
            return [day.isoformat() for day in DATES]
        case Kind.INT:
            return [int(code) for code in codes] or [*NUMBERS, 2**53 + 1, -(2**62)]
        case Kind.DECIMAL:
            return [str(number) for number in DECIMALS["income"] + DECIMALS["ratio"]]
        case _:
            return codes or (TEXTS[:14] if extension.name in NAMED_TWICE else TEXTS)


class Cells(dict[str, Any]):
    """A record among records that lead back to it: too much to print."""

    def __repr__(self) -> str:
        return "a record"


def nest(rows: Rows, catalogue: Catalogue = CATALOGUE) -> dict[str, dict[int, dict[str, Any]]]:
    """The rows as the interpreter sees them: every record with its parents and its rows, by entity and key."""
    records = {
        name: {row[entity.key.name]: Cells(row | _unpacked(entity, row)) for row in rows[entity.table.name]}
        for name, entity in catalogue.entities.items()
    }
    for name, entity in catalogue.entities.items():
        for relation in entity.relations.values():
            for record in records[name].values():
                others = records[relation.target]
                if relation.many:
                    mine = record[entity.key.name]
                    record[relation.name] = [
                        other for other in others.values() if other[relation.remote.name] == mine
                    ]
                else:
                    record[relation.name] = others.get(record[relation.local.name])
    return records


def _unpacked(entity: Entity, row: dict[str, Any]) -> dict[str, Any]:
    """The declared fields of a row, which JSON keeps in its own way."""
    stored = row.get("extra")
    kept = stored if isinstance(stored, dict) else None
    return {field.name: field.unpack(kept) for field in entity.fields.values() if field.extra}
