"""Conditions in plain Chinese: what a rule asks, and what a record's cells say."""

from datetime import date
from typing import assert_never

from rules.catalogue import Field
from rules.fold import fold
from rules.interpret import ORDERS
from rules.kinds import Kind, Value
from rules.meaning import (
    OPPOSITE,
    Age,
    And,
    Anniversary,
    Choice,
    Column,
    Compare,
    Constant,
    Count,
    Edge,
    Empty,
    Exists,
    Formula,
    Items,
    Length,
    Not,
    Or,
    Parameter,
    Plus,
    Record,
    Recorded,
    Rows,
    Said,
    Shift,
    Term,
    TextTest,
    Today,
    Truth,
    Within,
    Year,
    bare,
)
from rules.moment import Moment
from rules.terms import constant

DATES = {"==": "是", "!=": "不是", "<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"}
NUMBERS = {"==": "等于", "!=": "不等于", "<": "少于", "<=": "不多于", ">": "多于", ">=": "不少于"}
AGES = {"==": "正好", "!=": "不是", "<": "未满", "<=": "不超过", ">": "超过", ">=": "年满"}
TEXTS = {"==": "为", "!=": "不为", "<": "排在前于", "<=": "不后于", ">": "排在后于", ">=": "不前于"}
UNITS = {"days": "天", "weeks": "周", "months": "个月", "years": "年", "working_days": "个工作日"}
EDGES = {"start_of_month": "当月第一天", "start_of_year": "当年第一天", "end_of_month": "当月最后一天"}
YEARS = {"==": "在", "!=": "不在", "<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"}
NEAR_YEARS = {-2: "前年", -1: "去年", 1: "明年", 2: "后年"}
PARTS = {"startsWith": "以{}开头", "endsWith": "以{}结尾", "contains": "包含{}"}


def phrase(formula: Formula, moment: Moment | None = None, *, negated: bool = False) -> str:
    """Say a condition in Chinese; with a moment, dates and parameters are said as their values."""
    match formula:
        case Said(inner):
            return phrase(inner, moment, negated=negated)
        case Not(item):
            return phrase(item, moment, negated=not negated)
        case And(items):
            return _several("或" if negated else "且", items, moment, negated)
        case Or(items):
            return _several("且" if negated else "或", items, moment, negated)
        case Truth(value):
            return "总是成立" if value != negated else "从不成立"
        case Compare(sign, left, right):
            return _compare(OPPOSITE[sign] if negated else sign, left, right, moment)
        case Within(item, choices):
            found = _list(item, choices, moment)
            return f"{term(item, moment)}{'不' if negated else ''}在{found}之中"
        case Empty(item):
            return _empty(item, negated)
        case TextTest(function, text, part):
            found = PARTS[function].format(term(part, moment))
            return f"{term(text, moment)}{'不' if negated else ''}{found}"
        case Anniversary(start, first, last):
            window = f"{term(first, moment)}至{term(last, moment)}"
            return f"{term(start, moment)}的周年日{'不' if negated else ''}在{window}之间"
        case Exists(rows):
            return _exists(rows, moment, negated)
        case Recorded(column):
            return f"{'未登记' if negated else '已登记'}{term(column, moment)}"
        case _:
            assert_never(formula)


def _several(word: str, items: tuple[Formula, ...], moment: Moment | None, negated: bool) -> str:
    parts = [phrase(item, moment, negated=negated) for item in items]
    mixed = [isinstance(_turned(item), And | Or) for item in items]
    said = [f"（{part}）" if inner else part for part, inner in zip(parts, mixed, strict=True)]
    return f"，{word}".join(said)


def _turned(formula: Formula) -> Formula:
    inner = bare(formula)
    return _turned(inner.item) if isinstance(inner, Not) else inner


def _compare(sign: str, left: Term, right: Term, moment: Moment | None) -> str:
    match left, right:
        case (Age(Column(_, field)), _) if "出生" in field.label:
            owner = _owner(left.birth.record) if isinstance(left.birth, Column) else ""
            return f"{owner}{AGES[sign]} {term(right, moment)} 周岁"
        case (Year(day), _) if not constant(left):
            return f"{term(day, moment)}{YEARS[sign]}{_spaced(_year(right, moment))}"
        case (Column(_, field), Constant(bool() as value)):
            return f"{'' if value == (sign == '==') else '非'}“{_named(left)}”"
        case (Column(_, field), Constant(int() as bound)) if field.codes and sign not in ("==", "!="):
            chosen = [label for code, label in field.codes.items() if ORDERS[sign](int(code), bound)]
            return f"{_named(left)}为{'、'.join(chosen)}{'之一' if len(chosen) > 1 else ''}"
        case (Column(_, field), Constant(value)) if field.codes and value is not None:
            return f"{_named(left)}{TEXTS[sign]}{say(value, field)}"
        case (Column(_, field), Constant(value)) if value is not None:
            return f"{_named(left)}{_words(left.kind)[sign]}{_spaced(say(value, field))}"
        case (Count(rows), Constant(int() as number)):
            return f"{_rows(rows, moment)}{NUMBERS[sign]} {number} 条"
        case _:
            return f"{term(left, moment)}{_words(left.kind)[sign]}{_spaced(term(right, moment))}"


def _year(item: Term, moment: Moment | None) -> str:
    """A year as people call it: 今年, 去年, 2025 年."""
    match item:
        case Year(Today()) if moment is None:
            return "今年"
        case Plus(Year(Today()), sign, Constant(int() as count)) if moment is None:
            side = "后" if sign * count > 0 else "前"
            return NEAR_YEARS.get(sign * count, f"今年之{side}第 {abs(count)} 年")
        case _:
            return f"{term(item, moment)} 年"


def _named(item: Term) -> str:
    return term(item, None)


def _words(kind: Kind) -> dict[str, str]:
    if kind is Kind.DATE:
        return DATES
    return NUMBERS if kind in (Kind.INT, Kind.DECIMAL) else TEXTS


def _spaced(text: str) -> str:
    """A space between Chinese and a number or Latin letter, as printers set it."""
    return f" {text}" if text[:1].isascii() else text


def _list(item: Term, choices: Term, moment: Moment | None) -> str:
    field = item.field if isinstance(item, Column) else None
    match choices:
        case Items(items):
            said = [
                say(one.value, field) if isinstance(one, Constant) else term(one, moment) for one in items
            ]
            return "“" + "、".join(said) + "”"
        case _:
            return term(choices, moment)


def _empty(item: Column | Record, negated: bool) -> str:
    match item:
        case Column(record, field) if field.missing == "unknown":
            return f"{'已登记' if negated else '未登记'}{_owner(record)}{field.label}"
        case Column(record, field):
            return f"{'有' if negated else '没有'}{_owner(record)}{field.label}"
        case Record():
            return f"{'有' if negated else '没有'}{_owner(item).removesuffix('的')}"


def _exists(rows: Rows, moment: Moment | None, negated: bool) -> str:
    inner = bare(rows.predicate)
    if isinstance(inner, Not):
        every = "不是每条" if not negated else "每条"
        owner = _owner(rows.record)
        return f"{owner}{rows.relation.label}{every}都符合“{phrase(inner.item, moment)}”"
    return f"{'没有' if negated else '有'}{_rows(rows, moment)}"


def _rows(rows: Rows, moment: Moment | None) -> str:
    name = f"{_owner(rows.record)}{rows.relation.label}"
    if bare(rows.predicate) == Truth(True):
        return name
    return f"符合“{phrase(rows.predicate, moment)}”的{name}"


def _owner(record: Record) -> str:
    return "".join(f"{hop.label}的" for hop in record.path)


def term(item: Term, moment: Moment | None) -> str:
    """Say a value in Chinese."""
    if moment is not None and constant(item):
        return say(fold(item, moment), None)
    match item:
        case Constant(value):
            return say(value, None)
        case Today():
            return "今天"
        case Parameter(_, label):
            return f"〔{label}〕"
        case Column(record, field):
            return f"{_owner(record)}{field.label}"
        case Count(rows):
            return f"{_rows(rows, moment)}的条数"
        case Length(text):
            return f"{term(text, moment)}的字数"
        case Age(birth):
            return f"{term(birth, moment)}至今的整年数"
        case Year(Today()):
            return "今年"
        case Year(inner):
            return f"{term(inner, moment)}所在年份"
        case Edge(function, inner):
            return f"{term(inner, moment)}{EDGES[function]}"
        case Shift(inner, sign, count, unit):
            where = "之后" if sign > 0 else "之前"
            return f"{term(inner, moment)}{where} {term(count, moment)} {UNITS[unit]}"
        case Plus(left, sign, right):
            return f"{term(left, moment)}{'加' if sign > 0 else '减'} {term(right, moment)}"
        case Items(items):
            return "“" + "、".join(term(one, moment) for one in items) + "”"
        case Choice(test, yes, no):
            return f"{phrase(test, moment)}时为 {term(yes, moment)}，否则为 {term(no, moment)}"
        case _:
            assert_never(item)


def say(value: Value, field: Field | None) -> str:
    """Say a cell: codes by their meaning, numbers with their unit, an empty cell as what it means."""
    match value:
        case None:
            return "空" if field is not None and field.missing == "none" else "未登记"
        case bool():
            return "是" if value else "否"
        case date():
            return value.isoformat()
        case tuple():
            return "、".join(say(item, field) for item in value)
        case _ if field is not None and (meaning := field.meaning(value)) is not None:
            return meaning
        case _:
            return f"{value} {field.unit}".rstrip() if field is not None else str(value)
