"""Single conditions in Chinese: a comparison, membership, an empty cell, a text, a yearly return; and the values in them."""

from typing import assert_never

from rules.catalogue import Field
from rules.checking.terms import constant
from rules.fold import fold
from rules.interpret import ORDERS
from rules.kinds import Kind
from rules.meaning import (
    OPPOSITE,
    Age,
    Anniversary,
    Choice,
    Column,
    Constant,
    Count,
    Edge,
    Items,
    Length,
    Parameter,
    Plus,
    Record,
    Shift,
    Term,
    TextTest,
    Today,
    Year,
)
from rules.wording import rows as relations
from rules.wording import spells
from rules.wording.values import listed, quoted, say
from rules.wording.voices import Voice, nearest

COUNTS = {"==": "等于", "!=": "不等于", "<": "少于", "<=": "不多于", ">": "多于", ">=": "不少于"}
MEASURES = {"==": "等于", "!=": "不等于", "<": "低于", "<=": "不高于", ">": "高于", ">=": "不低于"}
TEXTS = {"==": "是", "!=": "不是", "<": "排在前于", "<=": "不后于", ">": "排在后于", ">=": "不前于"}
IN_YEARS = {
    "==": "在{}", "!=": "不在{}", "<": "在{}以前", "<=": "在{}或以前", ">": "在{}以后", ">=": "在{}或以后",
}  # fmt: skip
YEARS = {"==": "是", "!=": "不是", "<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"}
PARTS = {"startsWith": "以{}开头", "endsWith": "以{}结尾", "contains": "包含{}"}


def compare(sign: str, left: Term, right: Term, voice: Voice, negated: bool) -> str:
    """A comparison, or its opposite."""
    said = _compare(OPPOSITE[sign] if negated else sign, left, right, voice)
    return said + (_unless(left, right) if negated and sign not in ("==", "!=") else "")


def anniversary(formula: Anniversary, voice: Voice, negated: bool) -> str:
    """A yearly return within a window."""
    window = f"在{spells.day(formula.first, voice)}至{spells.day(formula.last, voice)}之间"
    turn = "不" if negated else ""
    if constant(formula.date):
        return f"{spells.yearly_day(formula.date, voice)}{turn}{window}"
    return f"{_dated(formula.date, voice)}{window}{turn}满周年"


def _unless(left: Term, right: Term) -> str:
    """The opposite of an order holds of an empty cell too, where empty is a fact."""
    empty = [side.field for side in (left, right) if isinstance(side, Column)]
    return "".join(
        f"（{one.absent or '没有'}的也算）" for one in empty if one.missing == "none" and one.nullable
    )


def _compare(sign: str, left: Term, right: Term, voice: Voice) -> str:
    match left, right:
        case Count(rows), _:
            return relations.counted(sign, rows, right, spells.plain(right, voice), voice)
        case Age(Column(_, field) as birth), _ if spells.born(field):
            return _owner(birth, voice, "") + spells.aged(sign, right, voice)
        case Age(birth), _ if not constant(birth):
            span = spells.amount(right, "年", voice)
            return _dated(birth, voice, stem=True) + spells.LASTED[sign].format(span)
        case Year(day), _ if not constant(left):
            return _dated(day, voice, stem=True) + IN_YEARS[sign].format(spells.year(right, voice))
        case Year(), _:
            return f"{spells.year(left, voice)}{YEARS[sign]}{spells.year(right, voice)}"
        case Column(), _:
            return _column(sign, left, right, voice)
        case ((Shift() | Edge()), _) if not constant(left):
            return f"{_dated(left, voice)}{spells.DATES[sign]}{term(right, voice)}"
        case _:
            return f"{term(left, voice)}{_signs(left.kind)[sign]}{term(right, voice)}"


def _column(sign: str, left: Column, right: Term, voice: Voice) -> str:
    field, own = left.field, _owner(left, voice, "")
    match right:
        case Constant(bool() as value):
            return own + affirmed(field, value == (sign == "=="))
        case Constant(value) if field.codes and value is not None:
            return _coded(sign, left, value, voice)
        case Column() as other:
            return f"{term(left, voice)}{_pair(sign, field)}{term(other, voice)}"
        case Year() | Plus(Year()):
            return f"{term(left, voice)}{YEARS[sign]}{spells.year(right, voice)}"
        case Constant(int() as number) if field.label.endswith(("年度", "年份")):
            return f"{term(left, voice)}{YEARS[sign]} {number} 年"
        case _ if field.kind is Kind.DATE:
            said = spells.against(sign, field, right, voice)
            return own + said if said else f"{term(left, voice)}{spells.DATES[sign]}{term(right, voice)}"
        case _ if field.kind in (Kind.INT, Kind.DECIMAL):
            return f"{term(left, voice)}{_signs(field.kind)[sign]}{spells.amount(right, field.unit, voice)}"
        case _:
            return f"{term(left, voice)}{TEXTS[sign]}{term(right, voice)}"


def affirmed(field: Field, value: bool) -> str:
    """A yes-or-no as people say it."""
    if value:
        return field.present or field.label
    return field.absent or f"不是“{field.label}”"


def _pair(sign: str, field: Field) -> str:
    if sign in ("==", "!="):
        return "等于" if sign == "==" else "不同于"
    return {Kind.DATE: spells.DATES, Kind.TEXT: TEXTS}.get(field.kind, MEASURES)[sign]


def _coded(sign: str, left: Column, value: object, voice: Voice) -> str:
    field, label = left.field, term(left, voice)
    if sign in ("==", "!="):
        return f"{label}{TEXTS[sign]}{field.meaning(value) or quoted(str(value))}"
    if not isinstance(value, int):
        return f"{label}{TEXTS[sign]}{field.meaning(value) or quoted(str(value))}"
    chosen = [name for code, name in field.codes.items() if ORDERS[sign](int(code), value)]
    return label + _among(chosen, voice, False) if chosen else f"{label}{COUNTS[sign]} {value}"


def _among(names: list[str], voice: Voice, negated: bool) -> str:
    if len(names) == 1:
        return f"{'不是' if negated else '是'}{names[0]}"
    told = f"{'、'.join(names)}之一" if voice.tight else listed(names)
    return f"{'不是' if negated else '是'}{told}"


def within(item: Term, choices: Term, voice: Voice, negated: bool) -> str:
    label = _dated(item, voice) if item.kind is Kind.DATE else term(item, voice)
    if isinstance(item, Year) and not constant(item):
        label = f"{_dated(item.date, voice, stem=True)}的年份"
    match choices:
        case Items(items):
            if not items:
                return f"{label}{'不' if negated else ''}在空列表之中"
            said = [_choice_of(item, one, voice) for one in items]
            return label + _among(said, voice, negated)
        case _:
            name = label.removesuffix("代码")
            return f"{name}{'不' if negated else ''}在{_list(item, choices, voice)}之中"


def _choice_of(item: Term, one: Term, voice: Voice) -> str:
    if isinstance(item, Year):
        return spells.year(one, voice)
    if isinstance(item, Column) and isinstance(one, Constant) and (item.field.codes or item.field.unit):
        return say(one.value, item.field)
    return term(one, voice)


def _list(item: Term, choices: Term, voice: Voice) -> str:
    """A list parameter by its label, and the names of its codes where its value is known."""
    values = voice.moment.parameters if voice.moment is not None else voice.parameters
    if not isinstance(choices, Parameter) or not isinstance(item, Column) or choices.name not in values:
        return term(choices, voice)
    given = values[choices.name]
    named = [say(one, item.field) for one in given] if isinstance(given, list | tuple) else []
    return f"〔{choices.label}：{'、'.join(named)}〕"


def empty(item: Column | Record, voice: Voice, empty: bool) -> str:
    match item:
        case Column(_, field) if field.kind is not Kind.BOOL and (field.absent if empty else field.present):
            return _owner(item, voice, "") + (field.absent if empty else field.present)
        case Column(_, field) if field.kind is Kind.BOOL:
            return f"{'未登记' if empty else '已登记'}{_owner(item, voice, '')}是否{field.label}"
        case Column(_, field) if field.missing == "unknown":
            return f"{'未登记' if empty else '已登记'}{term(item, voice)}"
        case Column():
            return f"{'没有' if empty else '有'}{term(item, voice)}"
        case Record(_, path):
            return f"{'未登记' if empty else '已登记'}{voice.owner(item, nearest(item, path[-1]))}"


def text(test: TextTest, voice: Voice, negated: bool) -> str:
    turn = "不" if negated else ""
    match test:
        case TextTest("startsWith", Column(_, field) as column, part) if field.part == "place":
            inside = term(part, voice)
            return f"{term(column, voice).removesuffix('编码')}{turn}在{inside}范围内"
        case TextTest("startsWith", Column(_, field) as column, Constant(str() as code)) if (
            field.codes and field.meaning(code)
        ):
            kin = code != code[: field.code_length or len(code)]
            more = f"中编码以{quoted(code)}开头的一类" if kin else ""
            return f"{term(column, voice).removesuffix('代码')}{turn}属于{field.meaning(code)}{more}"
        case TextTest(function, text, part):
            return f"{term(text, voice)}{turn}{PARTS[function].format(term(part, voice))}"


def _signs(kind: Kind) -> dict[str, str]:
    match kind:
        case Kind.DATE:
            return spells.DATES
        case Kind.INT:
            return COUNTS
        case Kind.DECIMAL:
            return MEASURES
        case _:
            return TEXTS


def _owner(column: Column, voice: Voice, between: str) -> str:
    own = voice.owner(column.record, nearest(column.record, column))
    return own + between if own else ""


def _dated(item: Term, voice: Voice, *, stem: bool = False) -> str:
    """A date field, moved or not, with its owner."""
    inner = item
    while isinstance(inner, Shift | Edge):
        inner = inner.date
    if not isinstance(inner, Column):
        return spells.day(item, voice)
    name = spells.stem(inner.field) if stem else inner.field.label
    return spells.moved(item, voice, _owner(inner, voice, "的" if name else "") + name)


def term(item: Term, voice: Voice) -> str:
    """Say a value in Chinese."""
    if voice.moment is not None and constant(item) and item.kind in (Kind.INT, Kind.DECIMAL, Kind.BOOL):
        return say(fold(item, voice.moment))
    match item:
        case Column(_, field):
            return _owner(item, voice, "的") + field.label
        case Count(rows):
            told = relations.describe(rows, voice)
            return f"{told.owner}{told.since}{told.which}{told.noun}{told.meaning}的数量"
        case Length(text):
            return f"{term(text, voice)}的字数"
        case Items(items):
            return listed([term(one, voice) for one in items]) if items else "空列表"
        case Choice(test, yes, no):
            return f"{voice.phrase(test, voice, False)}时为{term(yes, voice)}，否则为{term(no, voice)}"
        case Shift() | Edge() if not constant(item):
            return _dated(item, voice)
        case Age(birth) if not constant(birth):
            return f"{_dated(birth, voice)}至今的整年数"
        case Year(day) if not constant(day):
            return f"{_dated(day, voice)}的年份"
        case Plus(left, sign, right) if not constant(left):
            unit = left.field.unit if isinstance(left, Column) else ""
            more = spells.amount(right, unit, voice)
            return f"{term(left, voice)}{'加' if sign > 0 else '减'} {more}"
        case Constant() | Today() | Parameter() | Age() | Year() | Edge() | Shift() | Plus():
            return spells.plain(item, voice)
        case _:
            assert_never(item)
