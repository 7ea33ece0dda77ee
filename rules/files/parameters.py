"""Dated, sourced values kept apart from conditions.

A lower division overrides a higher one. Of one division a value without an end holds until the next verified one
begins; a value with an end must end before that. A value nobody verified counts as empty and ends nothing.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints

from rules.divisions import prefix_of
from rules.errors import RuleError, RuleErrors
from rules.files import misfits
from rules.files.documents import Cited, Part, Text, validate
from rules.files.yamls import Source
from rules.kinds import CHINESE, Kind, comparable, kind_of
from rules.meaning import Parameter
from rules.moment import Given

Raw: TypeAlias = bool | int | float | date | str | list[int | float | str | date] | None
KindName: TypeAlias = Literal["int", "decimal", "text", "date", "list"]
Division: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})?$"), AfterValidator(prefix_of)
]
"""Empty for everywhere, or a statistics code; 330102000000 is kept as 330102, which all below it begin with."""

NAME = r"^[a-z][a-z0-9_.]*$"
LARGEST = 2**63 - 1
EXACT = 10**15
"""A decimal is kept as a 64-bit float, which is exact for 15 significant digits."""
ITEMS = 1000
CHARACTERS = 1000


class Dated(Part):
    """A value from a day on, for everywhere or for one division and those below it."""

    from_: date = Field(alias="from")
    to: date | None = None
    division: Division = ""
    value: Raw
    source: Cited | None = None

    @property
    def verified(self) -> bool:
        """Somebody has read the source of a value that is there."""
        return self.value is not None and self.source is not None and self.source.verified


class Defined(Part):
    """One parameter: what it is called, of which kind, and its values over time."""

    label: Text
    kind: KindName
    unit: str = ""
    values: tuple[Dated, ...] = ()


class ParameterFile(Part):
    """The file `parameters.yaml`."""

    parameters: Mapping[Annotated[str, StringConstraints(pattern=NAME, max_length=100)], Defined]


@dataclass(frozen=True)
class Parameters:
    """Every parameter by name."""

    defined: Mapping[str, Defined]

    def terms(self) -> dict[str, Parameter]:
        """What the checker needs to know: name, label, unit and kind."""
        return {
            name: Parameter(name, item.label, item.unit, Kind(item.kind))
            for name, item in self.defined.items()
        }

    def at(self, on: date, division: str = "", names: Collection[str] | None = None) -> dict[str, Given]:
        """The verified values in force on a day for a division code; a parameter without one is left out."""
        found = {name: self.choose(name, on, division) for name in (self.defined if names is None else names)}
        return self._given(found)

    def stated(self, on: date, division: str = "") -> dict[str, Given]:
        """The same of all values, verified or not: what examples are run with."""
        return self._given({name: in_force(item.values, on, division) for name, item in self.defined.items()})

    def choose(self, name: str, on: date, division: str = "") -> Dated | None:
        """The verified entry in force: that of the nearest division, the latest of several."""
        return in_force([item for item in self.defined[name].values if item.verified], on, division)

    def _given(self, found: Mapping[str, Dated | None]) -> dict[str, Given]:
        return {
            name: given(self.defined[name].kind, dated.value)
            for name, dated in found.items()
            if dated is not None and dated.value is not None
        }


def load_parameters(text: str, *, file: str) -> Parameters:
    """Read a parameter file; RuleErrors with every error."""
    source = Source(text, file)
    parameters = Parameters(validate(ParameterFile, source).parameters)
    found = [
        _placed(error, ("parameters", name, "values", *path), source)
        for name, defined in parameters.defined.items()
        for path, error in _wrong(name, defined)
    ]
    if found:
        raise RuleErrors(found)
    return parameters


def in_force(values: Iterable[Dated], on: date, division: str) -> Dated | None:
    """Of each division the value that began last; of those that have not ended, that of the nearest division."""
    begun: dict[str, Dated] = {}
    for item in values:
        if item.from_ <= on and division.startswith(item.division):
            known = begun.get(item.division)
            if known is None or known.from_ < item.from_:
                begun[item.division] = item
    held = [item for item in begun.values() if item.to is None or on <= item.to]
    return max(held, key=lambda item: len(item.division), default=None)


def overlapping(values: Sequence[Dated]) -> Iterator[tuple[int, int]]:
    """Places of two values of one division that both claim a day: the same first day, or a stated end after the
    other's first day. A value without an end gives way to the next, and an empty one claims nothing."""
    ordered = sorted(range(len(values)), key=lambda place: (values[place].division, values[place].from_))
    for _, places in groupby(ordered, key=lambda place: values[place].division):
        together = list(places)
        yield from (pair for pair in pairwise(together) if values[pair[0]].from_ == values[pair[1]].from_)
        for earlier, later in pairwise(place for place in together if values[place].value is not None):
            end, start = values[earlier].to, values[later].from_
            if end is not None and end >= start != values[earlier].from_:
                yield earlier, later


def given(kind: KindName, value: Raw) -> Given:
    """The value as the language sees it: decimals exact, lists as they are."""
    match value:
        case None:
            raise ValueError("an empty parameter has no value")
        case float():
            return Decimal(str(value))
        case bool() | int() | str() | date():
            return Decimal(value) if kind == "decimal" and isinstance(value, int) else value
        case list():
            return tuple(Decimal(str(item)) if isinstance(item, float) else item for item in value)


def unfit(kind: KindName, value: Raw) -> tuple[str, str] | None:
    """Why a value is none of its kind, or cannot be kept as it is: in Chinese and in English."""
    if value is None:
        return None
    found = Kind.LIST if isinstance(value, list) else kind_of(_exact(value))
    if found != Kind(kind) and not (kind == "decimal" and comparable(found, Kind.DECIMAL)):
        return (
            f"应为{CHINESE[Kind(kind)]}，写成了{CHINESE[found]}",
            f"it must be of kind {kind} and is of kind {found.value}",
        )
    return _unfit_list(value) if isinstance(value, list) else _unstorable(value)


def _exact(value: bool | int | float | str | date) -> bool | int | Decimal | str | date:
    return Decimal(str(value)) if isinstance(value, float) else value


def _unstorable(value: bool | int | float | str | date) -> tuple[str, str] | None:
    match value:
        case str() if not _storable(value):
            return (
                f"文字最长 {CHARACTERS} 个字符，不能含有空字符或残缺字符",
                f"a text has at most {CHARACTERS} characters, no NUL and no lone surrogate",
            )
        case int() if abs(value) > LARGEST:
            return "整数超出 64 位", "the integer has more than 64 bits"
        case float() if not math.isfinite(value) or abs(value) >= EXACT:
            return "小数最多 15 位有效数字", "a decimal has at most 15 significant digits"
    return None


def _unfit_list(items: Sequence[int | float | str | date]) -> tuple[str, str] | None:
    if len(items) > ITEMS:
        return f"列表最多 {ITEMS} 项", f"a list has at most {ITEMS} items"
    alike = all(isinstance(item, str) for item in items) or all(
        isinstance(item, int | float) for item in items
    )
    if not alike:  # dates would come back from JSON as texts
        return "列表里只能全是数字，或全是文字", "a list holds numbers only or texts only"
    return next((wrong for item in items if (wrong := _unstorable(item))), None)


def _storable(text: str) -> bool:
    return (
        len(text) <= CHARACTERS
        and "\0" not in text
        and not any("\ud800" <= letter <= "\udfff" for letter in text)
    )


def _wrong(name: str, defined: Defined) -> Iterator[tuple[tuple[str | int, ...], RuleError]]:
    for place, dated in enumerate(defined.values):
        why = unfit(defined.kind, dated.value)
        if why is not None:
            yield (place, "value"), misfits.unfit_value(name, *why)
        if dated.to is not None and dated.to < dated.from_:
            yield (place, "to"), misfits.backward_period(name, dated.from_, dated.to)
    for earlier, later in overlapping(defined.values):
        first, second = defined.values[earlier], defined.values[later]
        yield (later, "from"), misfits.overlapping_values(name, first.division, first.from_, second.from_)


def _placed(error: RuleError, path: tuple[str | int, ...], source: Source) -> RuleError:
    return error.within(".".join(map(str, path)), source.file, source.line(path))
