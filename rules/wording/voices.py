"""In which voice a condition is said: of nobody in particular, with the values in force, or on a day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from rules.catalogue import Relation
from rules.meaning import Column, Formula, Record, Rows
from rules.moment import Given, Moment


@dataclass(frozen=True)
class Voice:
    """How a condition is said.

    With a `moment`, days and parameters are said as their values; with `parameters` alone, a parameter is said by its
    label and value. `tight` joins without commas, for what stands in brackets. `speaking` is the variable of whom
    is spoken, `titles` what the others are called. `phrase` says a condition, `mixed` tells whether it takes brackets.
    """

    phrase: "Callable[[Formula, Voice, bool], str]"
    mixed: Callable[[Formula], bool]
    moment: Moment | None = None
    parameters: Mapping[str, Given] = field(default_factory=dict)
    tight: bool = False
    speaking: tuple[str, str] = ("", "")
    titles: Mapping[str, str] = field(default_factory=dict)

    def tightly(self) -> "Voice":
        """The voice within brackets."""
        return replace(self, tight=True)

    def among(self, rows: Rows, *, tight: bool = True) -> "Voice":
        """The voice in which one of the rows is spoken of."""
        variable, title = self.speaking
        titles = {**self.titles, variable: title} if variable else self.titles
        return replace(self, tight=tight, speaking=(rows.variable, f"该{rows.relation.label}"), titles=titles)

    def owner(self, record: Record, near: str) -> str:
        """Whose field or rows are meant: nothing for whom is spoken of, otherwise what they are called.

        `near` is the label of the entity the record's path begins at.
        """
        hops = "的".join(hop.label for hop in record.path)
        if self.speaking[0] in ("", record.variable):
            return hops
        title = self.titles.get(record.variable, f"该{near}")
        return f"{title}的{hops}" if hops else title


def nearest(record: Record, otherwise: Relation | Column) -> str:
    """The label of the entity a path begins at."""
    if record.path:
        return str(record.path[0].local.table.info["label"])
    column = otherwise.local if isinstance(otherwise, Relation) else otherwise.field.column
    return str(column.table.info["label"])
