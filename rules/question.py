"""A digest of what a rule asks on a day: the same as long as a verdict reached by it would be reached again.

It is made of texts and numbers alone, so that two processes give the same.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from rules.catalogue import Field, Relation
from rules.check import CheckedRule
from rules.meaning import Parameter, Said
from rules.moment import Moment
from rules.normalise import normalise
from rules.regions import Valued


def question(
    rule: CheckedRule, found: Sequence[Valued], as_of: date, working_day: Callable[[date, int], date]
) -> str:
    """The digest, in 64 hexadecimal digits, of what a rule asks on a day in its regions (`regions.regions`).

    Another one where the document, a field or relation the rule reads, a region or a parameter value in it, or a
    working day it counts to is another. CannotEvaluate when a value is of no use.
    """
    parts = (rule.applies, rule.when, *(formula for _, formula in rule.grades))
    asked: list[object] = [
        rule.document.model_dump(mode="json", exclude={"examples"}),
        [list(_written(part)) for part in (*parts, rule.visit, rule.due, rule.place)],
    ]
    for valued in found:
        region = valued.region
        asked.append([region.prefix, region.without, valued.missing])
        if valued.missing:
            asked.append(sorted((name, list(_written(value))) for name, value in valued.values.items()))
        else:
            moment = Moment(as_of, valued.values, working_day)
            asked.append([list(_written(normalise(part, moment))) for part in parts])
    text = json.dumps(asked, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _written(part: object) -> Iterator[str]:
    """A part of a tree as words: names, values with their kind, and how deep they stand."""
    match part:
        case Said(formula):
            yield from _written(formula)
        case Field():
            kept = ("extra." if part.extra else "") + str(part.column)
            yield f"field {kept} {part.name} {part.kind} {part.missing} {part.nullable} {part.column.type!r}"
        case Relation():
            yield f"relation {part.name} {part.local} {part.remote} {part.many} {part.nullable}"
        case Parameter():
            yield f"param {part.name} {part.kind}"
        case list() | tuple():
            yield "["
            for item in part:
                yield from _written(item)
            yield "]"
        case Enum() | None | bool() | int() | Decimal() | str() | date():
            yield f"{type(part).__name__} {part}"
        case _ if is_dataclass(part):
            yield f"{type(part).__name__}("
            for item in fields(part):
                yield from _written(getattr(part, item.name))
            yield ")"
        case _:
            raise TypeError(f"no part of a question: {part!r}")
