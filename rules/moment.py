"""When and with which parameter values a rule is asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from rules.errors import CannotEvaluate
from rules.kinds import Value

Given: TypeAlias = int | Decimal | str | date | bool | Sequence[int | Decimal | str | date]


@dataclass(frozen=True)
class Moment:
    """A day, the parameter values in force on it, and the working-day calendar.

    `working_day(d, n)` is the n-th working day after `d`, before it for a negative n.
    """

    as_of: date
    parameters: Mapping[str, Given]
    working_day: Callable[[date, int], date]

    def parameter(self, name: str) -> Value:
        """The value of a parameter; CannotEvaluate when it has none on this day."""
        value = self.parameters.get(name)
        if value is None:
            raise CannotEvaluate(
                f"参数“{name}”在 {self.as_of} 没有经过核实的值，请先登记。",
                f"The parameter {name!r} has no value on {self.as_of}.",
            )
        return value if isinstance(value, bool | int | Decimal | str | date) else tuple(value)
