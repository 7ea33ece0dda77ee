"""Dated, sourced values kept apart from conditions.

A lower division overrides a higher one, a later `from` an earlier one. A value nobody verified counts as empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StringConstraints

from rules.documents import Cited, Part, Text, validate
from rules.errors import RuleError, RuleErrors
from rules.kinds import Kind, comparable, kind_of
from rules.meaning import Parameter
from rules.misfits import bad_value
from rules.moment import Given
from rules.yamls import Source

Raw: TypeAlias = bool | int | float | date | str | list[int | float | str | date] | None


class Dated(Part):
    """A value from a day on, for everywhere or for one division and those below it."""

    from_: date = Field(alias="from")
    to: date | None = None
    division: Annotated[str, StringConstraints(pattern=r"^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})?$")] = ""
    value: Raw
    source: Cited | None = None

    @property
    def verified(self) -> bool:
        """Somebody has read the source of a value that is there."""
        return self.value is not None and self.source is not None and self.source.verified

    def holds(self, on: date, division: str) -> bool:
        """Tell whether the value is in force on a day for a division."""
        return self.from_ <= on and (self.to is None or on <= self.to) and division.startswith(self.division)


class Defined(Part):
    """One parameter: what it is called, of which kind, and its values over time."""

    label: Text
    kind: Literal["int", "decimal", "text", "date", "list"]
    unit: str = ""
    values: tuple[Dated, ...] = ()


class ParameterFile(Part):
    """The file `parameters.yaml`."""

    parameters: Mapping[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]*$")], Defined]


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

    def at(self, on: date, division: str = "") -> dict[str, Given]:
        """The verified values in force on a day for a division; a parameter without one is left out."""
        found = {name: self.choose(name, on, division) for name in self.defined}
        return {name: given(self.defined[name], dated) for name, dated in found.items() if dated is not None}

    def choose(self, name: str, on: date, division: str = "") -> Dated | None:
        """The verified entry in force: that of the nearest division, the latest of several."""
        held = [item for item in self.defined[name].values if item.verified and item.holds(on, division)]
        return max(held, key=lambda item: (len(item.division), item.from_), default=None)


def load_parameters(text: str, *, file: str) -> Parameters:
    """Read a parameter file; RuleErrors with every error."""
    source = Source(text, file)
    parameters = Parameters(validate(ParameterFile, source).parameters)
    found = [_wrong(source, name, place) for name, place in _misfits(parameters)]
    if found:
        raise RuleErrors(found)
    return parameters


def given(defined: Defined, dated: Dated) -> Given:
    """The value as the language sees it: decimals exact, lists as they are."""
    value = dated.value
    match value:
        case None:
            raise ValueError("an empty parameter has no value")
        case float():
            return Decimal(str(value))
        case bool() | int() | str() | date():
            return Decimal(value) if defined.kind == "decimal" and isinstance(value, int) else value
        case list():
            return tuple(Decimal(str(item)) if isinstance(item, float) else item for item in value)


def _misfits(parameters: Parameters) -> list[tuple[str, int]]:
    return [
        (name, place)
        for name, defined in parameters.defined.items()
        for place, dated in enumerate(defined.values)
        if dated.value is not None and not _fits(defined, given(defined, dated))
    ]


def _fits(defined: Defined, value: Given) -> bool:
    known = value if isinstance(value, bool | int | Decimal | str | date) else tuple(value)
    return kind_of(known) == Kind(defined.kind) or (
        defined.kind == "decimal" and comparable(kind_of(known), Kind.DECIMAL)
    )


def _wrong(source: Source, name: str, place: int) -> RuleError:
    path = ("parameters", name, "values", place, "value")
    part = ".".join(map(str, path))
    return bad_value(name, "与 kind 所说的类型不符").within(part, source.file, source.line(path))
