"""What a cell or a row has to say, as short as a phone wants it: 健康证（食品）还有 10 天到期（2026-12-03）."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from rules.catalogue import Field
from rules.dates import anniversary, completed_years
from rules.interpret import Row, Scope, find
from rules.kinds import Value
from rules.meaning import Column
from rules.wording.atoms import affirmed
from rules.wording.spells import born, stem
from rules.wording.values import say

CHOSEN, COMING, DATED, PAST, ROW, PLAIN, EMPTY = 6, 5, 4, 3, 2, 1, 0


class Told(NamedTuple):
    """Something to say and how much it matters."""

    weight: int
    text: str


def cell(column: Column, scope: Scope, today: date, name: str = "") -> Iterator[Told]:
    """The value of a field, and of an empty one that is a fact; never a private one. `name` is that of its row."""
    row, field = find(scope, column.record), column.field
    if row is None or field.sensitivity == "private" or field.encrypted:
        return
    value = row.get(field.name)
    if value is not None:
        yield _told(field, value, today, name)
    elif field.missing == "none" and field.absent:
        yield Told(PAST, name + field.absent)


def _told(field: Field, value: Value, today: date, name: str) -> Told:
    match value:
        case date() if born(field):
            return age(value, today)
        case date() if field.part == "end":
            return Told(DATED, name + expiry(stem(field), value, today))
        case date() if field.part == "event":
            return Told(DATED, f"上次{name}{_away(value, today)}")
        case date():
            weight = DATED if value > today else PAST
            return Told(weight, f"{name}{stem(field)}{_away(value, today)}")
        case bool():
            return Told(PLAIN, affirmed(field, value))
        case str() | int() if field.part == "mark" and name:
            return Told(ROW, name + say(value, field))
        case str() | int() if field.codes:
            return Told(PLAIN, _coded(field, say(value, field)))
        case str():
            return Told(EMPTY if field.part == "place" else PLAIN, f"{field.label} {value}")
        case _:
            return Told(ROW, f"{field.label} {say(value, field)}")


def expiry(what: str, end: date, today: date) -> str:
    """How long something is valid still, or is no more."""
    days = (end - today).days
    if days == 0:
        return f"{what}今天到期"
    return f"{what}还有 {days} 天到期（{end}）" if days > 0 else f"{what}已过期 {-days} 天（{end}）"


def _away(day: date, today: date) -> str:
    days = (day - today).days
    if days == 0:
        return "就在今天"
    return f"还有 {days} 天（{day}）" if days > 0 else f"已 {-days} 天（{day}）"


def _coded(field: Field, meaning: str) -> str:
    """The code's name alone where it says what it is of: 重度失能, not 失能等级重度失能."""
    pairs = (field.label[at : at + 2] for at in range(len(field.label) - 1))
    return meaning if any(pair in meaning for pair in pairs) else field.label.removesuffix("代码") + meaning


def age(birth: date, today: date) -> Told:
    """An age: in months before the first birthday."""
    years = completed_years(birth, today)
    if years or birth > today:
        return Told(DATED, f"{years} 周岁（{birth} 出生）")
    months = (today.year - birth.year) * 12 + today.month - birth.month - (today.day < birth.day)
    span = f"{months} 个月" if months else f"{(today - birth).days} 天"
    return Told(DATED, f"{span}大（{birth} 出生）")


def coming_of_age(birth: date, years: int, today: date) -> Told:
    """How far an age is still away: in days, beyond two years in years."""
    missing = (anniversary(birth, years) - today).days
    span = f"{missing} 天" if missing <= 2 * 366 else f"{years - completed_years(birth, today) - 1} 年多"
    return Told(COMING, f"还差 {span}满 {years} 周岁（{birth} 出生）")


def age_by(birth: date, years: int, day: date) -> Told:
    """An age that is reached by a fixed day, which tells more than the days until the birthday."""
    return Told(COMING, f"到 {day} 满 {years} 周岁（{birth} 出生）")


def anniversaries(start: date, first: date, last: date, today: date, field: Field, name: str) -> Told:
    """The yearly return of a date within a window, or the next one where there is none."""
    years = max(completed_years(start, last), 1)
    day = anniversary(start, years)
    if day < first:
        years, day = years + 1, anniversary(start, years + 1)
    away = (day - today).days
    since = f"（{start} {stem(field)}）"
    if away == 0:
        return Told(DATED, f"{name}今天满 {years} 年{since}")
    return Told(DATED, f"{name}{f'还有 {away} 天' if away > 0 else f'{-away} 天前'}满 {years} 年{since}")


def absent(field: Field, row: Row) -> str:
    """That a cell is empty, or what day it holds, as people say it."""
    value = row.get(field.name)
    if value is None:
        return field.absent or f"没有{field.label}"
    day = f"（{value}）" if isinstance(value, date) else ""
    return f"{field.present or '有' + field.label}{day}"
