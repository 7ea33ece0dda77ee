"""The facts a visit may correct, as fields of its form: which there are, and what was filled in."""

from __future__ import annotations

from collections.abc import Mapping

from service.answering import Facts
from service.engine.asking import Asked
from service.pages.typed import is_key

PREFIX = "fact-"
LONGEST_VALUE = 200


def field_name(finding_id: int, fact: Asked) -> str:
    """What the field of a fact is called in the form: `fact-12-resident.phone`."""
    return f"{PREFIX}{finding_id}-{fact.path}"


def kind_of(fact: Asked) -> str:
    """How a fact is filled in: choice, yes_no, date, number or text.

    A code that may go on after a listed one has too many to choose from.
    """
    if fact.field.codes and fact.field.code_length is None:
        return "choice"
    return {"bool": "yes_no", "date": "date", "int": "number", "decimal": "number"}.get(
        fact.field.kind, "text"
    )


def facts_of(form: Mapping[str, str]) -> Facts:
    """Finding → path → what was filled in; whoever leaves a field empty corrects nothing."""
    facts: dict[int, dict[str, str]] = {}
    for name, typed in form.items():
        finding, _, path = name.removeprefix(PREFIX).partition("-")
        value = typed.strip()[:LONGEST_VALUE]
        if name.startswith(PREFIX) and value and is_key(finding):
            facts.setdefault(int(finding), {})[path] = value
    return facts
