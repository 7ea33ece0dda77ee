"""A declared field out of the JSON object that keeps it: in Python, in SQLite and in PostgreSQL the same value.

What is not a value of the field's kind counts as empty. Nothing the house writes is so; but a cell that somebody wrote
past it must not keep a rule from judging everybody else.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Numeric,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from rules.kinds import Kind, Scalar

FOREVER = date.max
SMALLEST, LARGEST = -(2**63), 2**63 - 1
WHOLE = "^-?[0-9]{1,19}$"
DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"
LONGEST = 40
"""Characters of a decimal; imports take 15 digits on either side of the point."""
GLOBS = ("*[^-.0-9]*", "?*-*", "*.*.*", "*.")
"""What a text that begins with a digit, or with a sign and a digit, is not to look like to be a `DECIMAL`."""
LEAP = "(0[48]|[2468][048]|[13579][26])"
DAY = (
    "^("
    "(?!0000)[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    "|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    f"|([0-9]{{2}}{LEAP}|{LEAP}00)-02-29"
    ")$"
)
"""A day of the calendar; PostgreSQL before version 16 has no way to try a cast."""


def unpack(stored: Any, name: str, kind: Kind) -> Scalar | None:
    """The member of what the column holds in Python, None where there is no value of that kind."""
    value = stored.get(name) if isinstance(stored, Mapping) else None
    match kind:
        case Kind.INT:
            return value if type(value) is int and SMALLEST <= value <= LARGEST else None
        case Kind.BOOL:
            return value if isinstance(value, bool) else None
        case _ if not isinstance(value, str):
            return None
        case Kind.DECIMAL:
            fits = len(value) <= LONGEST and re.fullmatch(DECIMAL, value)
            return Decimal(value) if fits else None
        case Kind.DATE:
            return date.fromisoformat(value) if re.fullmatch(DAY, value) else None
        case _:
            return value


class _Packed(FunctionElement[Any]):
    """The same in SQL; its one argument is the member of the JSON column."""

    inherit_cache = True
    kind: Kind


class _Int(_Packed):
    inherit_cache = True
    kind, type = Kind.INT, BigInteger()


class _Decimal(_Packed):
    inherit_cache = True
    kind, type = Kind.DECIMAL, Numeric()


class _Text(_Packed):
    inherit_cache = True
    kind, type = Kind.TEXT, String()


class _Bool(_Packed):
    inherit_cache = True
    kind, type = Kind.BOOL, Boolean()


class _Date(_Packed):
    inherit_cache = True
    kind, type = Kind.DATE, Date()


_OF: Mapping[Kind, Callable[[ColumnElement[Any]], _Packed]] = {
    one.kind: one for one in (_Int, _Decimal, _Text, _Bool, _Date)
}


def cell(member: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
    """A JSON member as a value of its kind, NULL where it is none."""
    return _OF[kind](member)


@compiles(_Packed, "sqlite")
def _sqlite(element: _Packed, compiler: SQLCompiler, **options: Any) -> str:
    (member,) = element.clauses
    return compiler.process(_of_sqlite(member, element.kind), **options)


@compiles(_Packed, "postgresql")
def _postgresql(element: _Packed, compiler: SQLCompiler, **options: Any) -> str:
    (member,) = element.clauses
    return compiler.process(_of_postgresql(member, element.kind), **options)


def _of_sqlite(member: Any, kind: Kind) -> ColumnElement[Any]:
    """Moved by no day 30 February becomes 2 March, which is another text."""
    said = func.json_type(member.left, member.right)
    text = func.json_extract(member.left, member.right, type_=String())
    match kind:
        case Kind.INT:  # what is wider than 64 bits comes out as a float
            return case((and_(said == "integer", func.typeof(text) == "integer"), text))
        case Kind.BOOL:
            return case((said.in_(("true", "false")), member.as_boolean()))
        case Kind.DECIMAL:
            begins = or_(text.op("GLOB")("[0-9]*"), text.op("GLOB")("-[0-9]*"))
            alike = [text.op("NOT GLOB")(form) for form in GLOBS]
            fits = and_(said == "text", func.length(text) <= LONGEST, begins, *alike)
            return case((fits, cast(text, Numeric())))
        case Kind.DATE:
            return case(
                (and_(said == "text", func.date(text, "+0 days") == text, text >= date.min.isoformat()), text)
            )
        case _:
            return case((said == "text", text))


def _of_postgresql(member: Any, kind: Kind) -> ColumnElement[Any]:
    """CASE keeps a cast from what it cannot take. The last day of the calendar is bound, because asyncpg keeps it as
    `infinity` wherever it binds it."""
    said, text = func.json_typeof(member), member.as_string()
    match kind:
        case Kind.INT:
            narrow = cast(text, Numeric()).between(literal(SMALLEST, Numeric()), literal(LARGEST, Numeric()))
            whole = case((narrow, cast(text, BigInteger())))
            return case((and_(said == "number", text.regexp_match(WHOLE)), whole))
        case Kind.BOOL:
            return case((said == "boolean", member.as_boolean()))
        case Kind.DECIMAL:
            fits = and_(said == "string", func.length(text) <= LONGEST, text.regexp_match(DECIMAL))
            return case((fits, cast(text, Numeric())))
        case Kind.DATE:
            last = (text == FOREVER.isoformat(), literal(FOREVER, Date()))
            day = case(last, else_=func.date(text, type_=Date()))
            return case((and_(said == "string", text.regexp_match(DAY)), day))
        case _:
            return case((said == "string", text))
