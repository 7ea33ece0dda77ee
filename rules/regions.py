"""Regions: parts of the map in which a rule is judged by one set of parameter values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any

from rules.check import CheckedRule
from rules.files.parameters import Parameters
from rules.meaning import And, Column, Parameter, Record, conjuncts
from rules.moment import Given


@dataclass(frozen=True)
class Region:
    """The divisions whose code begins with `prefix` and with none of `without`; the empty prefix is everywhere.

    A subject nobody has placed belongs to the region of the empty prefix.
    """

    prefix: str = ""
    without: tuple[str, ...] = ()

    def holds(self, code: str | None) -> bool:
        """Tell whether a division code, or none, lies within."""
        known = code or ""
        return known.startswith(self.prefix) and not any(known.startswith(inner) for inner in self.without)


@dataclass(frozen=True)
class Valued:
    """A region with the values a rule uses there; `missing` are the parameters without one."""

    region: Region
    values: Mapping[str, Given]
    missing: tuple[str, ...]


def regions(rule: CheckedRule, parameters: Parameters, on: date) -> list[Valued]:
    """The regions in which a rule is judged on a day, the general one first: together they hold every code once.

    A division is a region of its own where it overrides a parameter the rule uses by another value than the one around
    it. Usually none does, and the one region is everywhere.
    """
    known = {
        prefix: parameters.at(on, prefix, rule.parameters) for prefix in _overriding(rule, parameters, on)
    }
    kept: dict[str, Mapping[str, Given]] = {}
    for prefix in sorted(known, key=lambda code: (len(code), code)):
        around = _around(prefix, kept)
        if around is None or kept[around] != known[prefix]:
            kept[prefix] = known[prefix]
    return [
        Valued(Region(prefix, _holes(prefix, kept)), values, tuple(sorted(rule.parameters - values.keys())))
        for prefix, values in kept.items()
    ]


def place_of(rule: CheckedRule, record: Mapping[str, Any]) -> str:
    """The division code of a subject's nested record, empty where it has none."""
    if rule.place is None:
        return ""
    found: Any = record
    for hop in rule.place.record.path:
        found = (found or {}).get(hop.name)
    return (found or {}).get(rule.place.field.name) or ""


def where_read(rule: CheckedRule) -> frozenset[tuple[tuple[str, ...], str]]:
    """What is read to know where a subject is placed, as `CheckedRule.reads` has it."""
    if rule.place is None:
        return frozenset()
    return frozenset({(tuple(hop.name for hop in rule.place.record.path), rule.place.field.name)})


def about_whom(rule: CheckedRule, missing: Collection[str]) -> CheckedRule:
    """The rule with what `applies` says apart from these parameters: nobody it may be about is left out."""
    known = tuple(part for part in conjuncts(rule.applies) if not _mentions(part, missing))
    return replace(rule, applies=And(known))


def _overriding(rule: CheckedRule, parameters: Parameters, on: date) -> set[str]:
    if rule.place is None:
        return {""}
    return {""} | {
        dated.division
        for name in rule.parameters
        for dated in parameters.defined[name].values
        if dated.verified and dated.from_ <= on
    }


def _around(prefix: str, known: Collection[str]) -> str | None:
    """The nearest of the known prefixes that this one begins with."""
    return max(
        (other for other in known if other != prefix and prefix.startswith(other)), key=len, default=None
    )


def _holes(prefix: str, known: Collection[str]) -> tuple[str, ...]:
    """The divisions right below that are regions of their own."""
    return tuple(sorted(other for other in known if _around(other, known) == prefix))


def _mentions(part: object, names: Collection[str]) -> bool:
    match part:
        case Parameter():
            return part.name in names
        case Column() | Record():
            return False
        case tuple():
            return any(_mentions(item, names) for item in part)
        case _ if is_dataclass(part):
            return any(_mentions(getattr(part, item.name), names) for item in fields(part))
        case _:
            return False
