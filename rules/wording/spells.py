"""Days and spans of time as people say them: 30 天后, 年满 80 周岁, 30 天后仍未过期, 已满 6 个月."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from rules.catalogue import Field
from rules.checking.terms import constant
from rules.errors import CannotEvaluate
from rules.files.workdays import weekday
from rules.fold import fold
from rules.kinds import Kind
from rules.meaning import Age, Column, Constant, Edge, Parameter, Plus, Shift, Term, Today, Year
from rules.moment import Moment
from rules.wording.values import figure, say
from rules.wording.voices import Voice

DATES = {"==": "是", "!=": "不是", "<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"}
UNITS = {"days": "天", "weeks": "周", "months": "个月", "years": "年", "working_days": "个工作日"}
ENDS = ("有效期至", "到期日", "日期")
EDGES = {"start_of_month": "1 日", "start_of_year": "1 月 1 日", "end_of_month": "最后一天"}
NEAR_DAYS = {-1: "昨天", 1: "明天"}
NEAR_YEARS = {-2: "前年", -1: "去年", 0: "今年", 1: "明年", 2: "后年"}
AGED = {"==": "正好{}", "!=": "不是{}", "<": "未满{}", "<=": "不超过{}", ">": "超过{}", ">=": "年满{}"}
LASTED = {"==": "正好{}", "!=": "不是{}", "<": "不满{}", "<=": "不超过{}", ">": "超过{}", ">=": "已满{}"}
SINCE = {"<": "已超过{}", "<=": "已满{}", ">": "不满{}", ">=": "不超过{}", "==": "正好{}", "!=": "不是正好{}"}
BORDERS = {"<": "以前", "<=": "及以前", ">": "以后", ">=": "及以后"}
EXPIRY = {
    ">=": "未过期", "<": "已过期", ">": "今天以后才到期", "<=": "已到期", "==": "今天到期", "!=": "不是今天到期",
}  # fmt: skip
AHEAD = {
    ">=": "{}后仍未过期", "<": "不到{}就到期（或已过期）", ">": "{}内不到期", "<=": "{}内到期（或已过期）",
    "==": "正好{}后到期", "!=": "不是正好{}后到期",
}  # fmt: skip
PAST = {
    ">=": "过期不超过{}（或未过期）", "<": "过期超过{}", ">": "过期不满{}（或未过期）", "<=": "过期已满{}",
    "==": "正好过期{}", "!=": "不是正好过期{}",
}  # fmt: skip


def born(field: Field) -> bool:
    """Whether a date is a day of birth."""
    return field.part == "birth" or (field.kind is Kind.DATE and field.label.startswith("出生"))


def stem(field: Field) -> str:
    """What a date dates: 发证日期 → 发证, 有效期至 → nothing, for it is the record's own."""
    for ending in ENDS:
        if field.label.endswith(ending):
            return field.label.removesuffix(ending)
    return field.label


def parameter(item: Parameter, voice: Voice, unit: str = "") -> str:
    """A parameter by its value on a day, by label and value, or by its label alone."""
    own = item.unit or unit
    if voice.moment is not None and item.kind is not Kind.TEXT:
        return f"{say(fold(item, voice.moment))}{own}"
    given = voice.moment.parameters if voice.moment is not None else voice.parameters
    if item.name in given:
        value = fold(item, Moment(date.min, given, weekday))
        return f"〔{item.label} {value if isinstance(value, str) else say(value)}{own}〕"
    return f"〔{item.label}〕"


def amount(count: Term, unit: str, voice: Voice) -> str:
    """A number of something: 30 天, 〔提前天数 30 天〕."""
    match count:
        case Parameter():
            said = parameter(count, voice, unit)
            return said + unit if said.endswith(f"{count.label}〕") else said
        case Constant(int() | Decimal() as number):
            return f"{figure(number)}{unit}"
        case _ if voice.moment is not None and constant(count):
            return f"{say(fold(count, voice.moment))}{unit}"
        case Plus():
            return f"（{plain(count, voice)}）{unit}"
        case _:
            return f"{plain(count, voice)}{unit}"


def plain(item: Term, voice: Voice) -> str:
    """A constant that is no span of time."""
    match item:
        case Constant(value):
            return say(value)
        case Parameter():
            return parameter(item, voice)
        case Year(inner):
            return year(item, voice) if constant(item) else f"{day(inner, voice)}的年份"
        case Age(inner):
            return f"{day(inner, voice)}至今的整年数"
        case Plus(left, sign, right):
            return f"{plain(left, voice)}{'加' if sign > 0 else '减'}{plain(right, voice)}"
        case _:
            return day(item, voice)


def day(item: Term, voice: Voice) -> str:
    """A fixed day: 今天, 30 天后, 今年 8 月 31 日; with a moment also its date."""
    said = _day(item, voice)
    if voice.moment is None or isinstance(item, Constant | Parameter | Today) or _yearly(item, voice):
        return said
    return f"{said}（{fold(item, voice.moment)}）"


def _day(item: Term, voice: Voice) -> str:
    fixed = _yearly(item, voice)
    if fixed:
        return fixed
    match item:
        case Today():
            return "今天"
        case Constant(value):
            return say(value)
        case Parameter():
            return parameter(item, voice)
        case Shift(Today(), sign, Constant(int() as count), "days") if sign * count in NEAR_DAYS:
            return NEAR_DAYS[sign * count]
        case Shift(Today(), sign, count, unit):
            return f"{amount(count, UNITS[unit], voice)}{'后' if sign > 0 else '前'}"
        case Shift(inner, sign, count, unit):
            return f"{_day(inner, voice)}再往{'后' if sign > 0 else '前'}{amount(count, UNITS[unit], voice)}"
        case Edge(function, Today()):
            return f"{'今年' if function == 'start_of_year' else '本月'}{EDGES[function]}"
        case Edge("start_of_month" | "end_of_month" as function, Shift(Today(), sign, count, "months")):
            return f"{_months(sign, count, voice)}{EDGES[function]}"
        case Edge(function, inner):
            whole = "年" if function == "start_of_year" else "月"
            return f"{_day(inner, voice)}所在{whole}的{EDGES[function]}"
        case _:
            return plain(item, voice)


def _months(sign: int, count: Term, voice: Voice) -> str:
    match count:
        case Constant(1):
            return "下个月" if sign > 0 else "上个月"
        case _:
            return f"{amount(count, '个月', voice)}{'后' if sign > 0 else '前'}那个月的"


def _yearly(item: Term, voice: Voice) -> str:
    """A day that is the same in every year, such as six years before the first of September; "" for any other.

    Parameters it rests on follow with their values.
    """
    if isinstance(item, Constant | Today) or not _of_year(item):
        return ""
    parameters = voice.moment.parameters if voice.moment is not None else voice.parameters
    try:
        found = [fold(item, Moment(date(of, 6, 15), parameters, weekday)) for of in (2023, 2024, 2025)]
    except CannotEvaluate:
        return ""
    days = {(one.month, one.day, one.year - of) for one, of in zip(found, (2023, 2024, 2025), strict=True)
            if isinstance(one, date)}  # fmt: skip
    if len(days) != 1:
        return ""
    month, on, distance = days.pop()
    used = "" if voice.moment is not None else "".join(parameter(one, voice) for one in _counts(item))
    return f"{relative_year(distance)} {month} 月 {on} 日{used}"


def _of_year(item: Term) -> bool:
    match item:
        case Edge("start_of_year", Today()):
            return True
        case Shift(inner, _, count, "days" | "weeks" | "months" | "years"):
            return _of_year(inner) and not isinstance(count, Plus)
        case _:
            return False


def _counts(item: Term) -> Iterator[Parameter]:
    """The parameters a day is reckoned with."""
    if isinstance(item, Shift):
        yield from _counts(item.date)
        if isinstance(item.count, Parameter):
            yield item.count


def yearly_day(item: Term, voice: Voice) -> str:
    """A day of the year: 6 月 30 日 of whatever year it was given in."""
    parameters = voice.moment.parameters if voice.moment is not None else voice.parameters
    try:
        found = fold(item, voice.moment or Moment(date(2023, 6, 15), parameters, weekday))
    except CannotEvaluate:
        found = None
    if not isinstance(found, date) or not isinstance(item, Constant | Parameter):
        return f"{day(item, voice)}的周年"
    label = f"〔{item.label}〕" if isinstance(item, Parameter) and voice.moment is None else ""
    return f"每年 {found.month} 月 {found.day} 日{label}"


def relative_year(distance: int) -> str:
    """A year by its distance from this one."""
    if distance in NEAR_YEARS:
        return NEAR_YEARS[distance]
    return f"{abs(distance)} 年{'后' if distance > 0 else '前'}"


def year(item: Term, voice: Voice) -> str:
    """A fixed calendar year: 今年, 去年, 2025 年."""
    match item:
        case Year(Today()):
            said = relative_year(0)
        case Plus(Year(Today()), sign, Constant(int() as count)):
            said = relative_year(sign * count)
        case Constant(int() | Decimal() as number):
            return f"{figure(number)} 年"
        case _:
            return f"{plain(item, replace(voice, moment=None))}年"
    return said if voice.moment is None else f"{said}（{fold(item, voice.moment)} 年）"


def aged(sign: str, bound: Term, voice: Voice) -> str:
    """An age against a bound; beyond a whole number of years is having completed the next."""
    match sign, bound:
        case ((">" | "<="), Constant(int() as years)) if not isinstance(years, bool):
            return AGED[">=" if sign == ">" else "<"].format(f"{years + 1} 周岁")
        case _:
            return AGED[sign].format(amount(bound, "周岁", voice))


def against(sign: str, field: Field, bound: Term, voice: Voice) -> str | None:
    """A date field against a day counted from today, as people say it; None where there is no such way."""
    match bound:
        case Shift(inner, -1, count, "years") if born(field):
            said = _come_of_age(sign, inner, count, voice)
            if said is not None:
                return said
    match bound:
        case Today() if field.part == "end":
            return stem(field) + EXPIRY[sign]
        case Shift(Today(), direction, count, unit) if field.part == "end":
            span = amount(count, UNITS[unit], voice)
            return (
                stem(field)
                + (AHEAD if direction > 0 else PAST)[sign].format(span)
                + _border(sign, bound, voice)
            )
        case Shift(Today(), -1, count, unit) if field.label.endswith("日期"):
            span = amount(count, UNITS[unit], voice)
            return (stem(field) or "距今") + SINCE[sign].format(span) + _border(sign, bound, voice)
        case _:
            return None


def _border(sign: str, bound: Term, voice: Voice) -> str:
    """The day of the border, on a day."""
    if voice.moment is None or sign not in BORDERS:
        return ""
    return f"（{fold(bound, voice.moment)}{BORDERS[sign]}）"


def _come_of_age(sign: str, then: Term, years: Term, voice: Voice) -> str | None:
    """Born on or before the same day so many years earlier is having completed them by then."""
    if sign not in ("<=", ">"):
        return None
    said = aged(">=" if sign == "<=" else "<", years, voice)
    return said if isinstance(then, Today) else f"{day(then, voice)}{said}"


def event(sign: str, bound: Term, voice: Voice) -> str | None:
    """Since when something happened, said before the verb: 近 30 天内, 今年以来; None where there is no such way."""
    match sign, bound:
        case ">", Shift(Today(), -1, count, unit):
            return f"近{amount(count, UNITS[unit], voice)}内"
        case ">=", Shift(Today(), -1, count, unit):
            return f"{amount(count, UNITS[unit], voice)}前以来"
        case ">=", Edge("start_of_year", Today()):
            return "今年以来"
        case ">=", Edge("start_of_month", Today()):
            return "本月以来"
        case _:
            return None


def moved(item: Term, voice: Voice, column: str) -> str:
    """A date that is reckoned from a field: 发证日期后 30 天, 发证日期所在月的最后一天."""
    match item:
        case Column():
            return column
        case Shift(inner, sign, count, unit):
            where = "后" if sign > 0 else "前"
            return f"{moved(inner, voice, column)}{where}{amount(count, UNITS[unit], voice)}"
        case Edge(function, inner):
            whole = "年" if function == "start_of_year" else "月"
            return f"{moved(inner, voice, column)}所在{whole}的{EDGES[function]}"
        case _:
            raise TypeError(f"no date reckoned from a field: {item!r}")
