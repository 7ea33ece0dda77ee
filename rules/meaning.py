"""The tree of what is meant: checked, typed, every name resolved against the catalogue.

`check` makes it from the tree of what was written; the interpreter, the paraphrase and `normalise` read it.
`normalise` gives the same tree back with bare columns, constants and negations at the leaves only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rules.catalogue import Field, Relation
from rules.kinds import Kind, Value, kind_of
from rules.reading.syntax import Span


@dataclass(frozen=True)
class Constant:
    """A value known before any record is looked at."""

    value: Value

    @property
    def kind(self) -> Kind:
        """The kind of the value."""
        return kind_of(self.value)


@dataclass(frozen=True)
class Today:
    """The day the rule is asked about."""

    kind: Kind = Kind.DATE


@dataclass(frozen=True)
class Parameter:
    """`param("name")`"""

    name: str
    label: str
    unit: str
    kind: Kind


@dataclass(frozen=True)
class Record:
    """A record: a variable and to-one hops from it."""

    variable: str
    path: tuple[Relation, ...]
    entity: str


@dataclass(frozen=True)
class Column:
    """A field of a record."""

    record: Record
    field: Field

    @property
    def kind(self) -> Kind:
        """The kind of the field."""
        return self.field.kind


@dataclass(frozen=True)
class Rows:
    """The rows of a to-many relation of a record that satisfy a predicate, each bound to `variable`."""

    record: Record
    relation: Relation
    variable: str
    predicate: "Formula"


@dataclass(frozen=True)
class Count:
    """How many rows."""

    rows: Rows
    kind: Kind = Kind.INT


@dataclass(frozen=True)
class Length:
    """The number of characters of a text."""

    text: "Term"
    kind: Kind = Kind.INT


@dataclass(frozen=True)
class Age:
    """Completed years from a date to today."""

    birth: "Term"
    kind: Kind = Kind.INT


@dataclass(frozen=True)
class Edge:
    """`start_of_month`, `start_of_year` or `end_of_month` of a date."""

    function: str
    date: "Term"
    kind: Kind = Kind.DATE


@dataclass(frozen=True)
class Year:
    """The calendar year of a date."""

    date: "Term"
    kind: Kind = Kind.INT


@dataclass(frozen=True)
class Shift:
    """A date moved by `sign * count` units: days, weeks, months, years or working_days."""

    date: "Term"
    sign: int
    count: "Term"
    unit: str
    kind: Kind = Kind.DATE


@dataclass(frozen=True)
class Plus:
    """`left + sign * right`; texts and lists only join."""

    left: "Term"
    sign: int
    right: "Term"
    kind: Kind


@dataclass(frozen=True)
class Items:
    """A list whose items are terms."""

    items: tuple["Term", ...]
    kind: Kind = Kind.LIST


@dataclass(frozen=True)
class Choice:
    """`test ? yes : no` of values; the checker lifts it out of the comparison it stands in."""

    test: "Formula"
    yes: "Term"
    no: "Term"

    @property
    def kind(self) -> Kind:
        """The kind of either branch."""
        return self.yes.kind


Term: TypeAlias = (
    Constant | Today | Parameter | Column | Count | Length | Age | Year | Edge | Shift | Plus | Items | Choice
)


@dataclass(frozen=True)
class Truth:
    """True or false whatever the record."""

    value: bool


@dataclass(frozen=True)
class And:
    """All of them."""

    items: tuple["Formula", ...]


@dataclass(frozen=True)
class Or:
    """Any of them."""

    items: tuple["Formula", ...]


@dataclass(frozen=True)
class Not:
    """The opposite; unknown stays unknown."""

    item: "Formula"


@dataclass(frozen=True)
class Compare:
    """`left operator right`, one of == != < <= > >=."""

    operator: str
    left: Term
    right: Term


@dataclass(frozen=True)
class Within:
    """`item in choices`"""

    item: Term
    choices: Term


@dataclass(frozen=True)
class Empty:
    """`x == null`: nothing is recorded, or there is no such record."""

    item: Column | Record


@dataclass(frozen=True)
class TextTest:
    """`startsWith`, `endsWith` or `contains`."""

    function: str
    text: Term
    part: Term


@dataclass(frozen=True)
class Anniversary:
    """A yearly return of `date` falls within first..last."""

    date: Term
    first: Term
    last: Term


@dataclass(frozen=True)
class Exists:
    """Some row satisfies the predicate."""

    rows: Rows


@dataclass(frozen=True)
class Recorded:
    """A column whose comparison came out the same for every value: `outcome` where it is recorded."""

    column: Column
    outcome: bool


@dataclass(frozen=True)
class Said:
    """A formula with the stretch of text it was written as."""

    formula: "Formula"
    span: Span


Formula: TypeAlias = (
    Truth | And | Or | Not | Compare | Within | Empty | TextTest | Anniversary | Exists | Recorded | Said
)

FLIPPED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def conjuncts(formula: Formula) -> tuple[Formula, ...]:
    """The parts that must all hold, each `Said` or an atom."""
    match formula:
        case And(items):
            return tuple(part for item in items for part in conjuncts(item))
        case Said(And() | Said() as inner, _):
            return conjuncts(inner)
        case _:
            return (formula,)


def bare(formula: Formula) -> Formula:
    """The formula without its place in the text."""
    while isinstance(formula, Said):
        formula = formula.formula
    return formula


def join(every: bool, items: Sequence[Formula]) -> Formula:
    """All or any of the items, flat, without the constants that decide nothing."""
    kind = And if every else Or
    if Truth(not every) in items:
        return Truth(not every)
    flat: list[Formula] = []
    for item in items:
        flat.extend(item.items if isinstance(item, kind) else () if item == Truth(every) else (item,))
    distinct = tuple(dict.fromkeys(flat))
    return distinct[0] if len(distinct) == 1 else kind(distinct) if distinct else Truth(every)
